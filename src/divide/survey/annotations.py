"""The annotated copy of a file: yellow cells with a comment, everything else as it came."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from divide import texts
from divide.survey.answers import Answers
from divide.survey.extras import library
from divide.survey.messages import Message
from divide.survey.sheet_parts import letters

YELLOW: Final = "FFFF00"
MAX_CELLS: Final = 5_000  # beyond, the page tells which; a copy would take minutes
_LONGEST: Final = 32_000  # characters in a cell of Excel
_AUTHOR: Final = "divide"


def write_annotated(read: Answers, told: Iterable[Message], path: Path, *, lang: str) -> int:
    """
    Write a copy of a file with every cell that a message is about in yellow, with a comment.

    A workbook is copied with its look; a text file becomes a workbook. No cell of the copy
    is a formula, whatever stands in it.

    Returns
    -------
    int
        How many cells are marked.
    """
    marks = _marks(read, told, lang)
    if read.grid.sheet:
        _copy_workbook(read, marks, path)
    else:
        _make_workbook(read, marks, path)
    return len(marks)


def _marks(read: Answers, told: Iterable[Message], lang: str) -> dict[tuple[int, str], str]:
    """Return the comment of each cell; a finding of a whole row stands in its first cell."""
    marks: dict[tuple[int, str], str] = {}
    first = read.places["id_inst"] or "A"
    for one in told:
        severity = texts.label(f"survey.severity.{one.severity}", lang=lang)
        expected = texts.label("survey.message.expected", lang=lang, expected=one.expected)
        words = f"{one.code} ({severity})\n{expected}\n{one.do}"
        for row, column in one.cells:
            place = (row, column or first)
            if place in marks:
                marks[place] += f"\n\n{words}"
            elif len(marks) < MAX_CELLS:
                marks[place] = words
    return marks


def _copy_workbook(read: Answers, marks: dict[tuple[int, str], str], path: Path) -> None:
    openpyxl = library("openpyxl")
    comments, styles = library("openpyxl.comments"), library("openpyxl.styles")
    # Links to other files are not taken along.
    book = openpyxl.load_workbook(BytesIO(read.path.read_bytes()), keep_links=False)
    for sheet in book.worksheets:
        _disarm(sheet)
    sheet = book[read.grid.sheet]
    yellow = styles.PatternFill("solid", start_color=YELLOW, end_color=YELLOW)
    for (row, column), words in marks.items():
        cell = sheet[f"{column}{row}"]
        cell.fill = yellow
        comment = comments.Comment(words, _AUTHOR)
        comment.width, comment.height = 320, 40 + 18 * (words.count("\n") + len(words) // 45)
        cell.comment = comment
    book.save(path)


def _disarm(sheet: Any) -> None:
    """Turn formulas into the text that they were written as."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f":
                cell.value = str(getattr(cell.value, "text", cell.value))
                cell.data_type = "s"


def _make_workbook(read: Answers, marks: dict[tuple[int, str], str], path: Path) -> None:
    grid = read.grid
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with library("xlsxwriter").Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        bold, yellow = book.add_format({"bold": True}), book.add_format({"bg_color": f"#{YELLOW}"})
        for column, heading in enumerate(grid.headings):
            sheet.write_string(grid.top - 1, column, heading[:_LONGEST], bold)
        for number, cells in zip(grid.rows, grid.cells, strict=True):
            for column, cell in enumerate(cells):
                style = yellow if (int(number), letters(column)) in marks else None
                if cell:
                    sheet.write_string(int(number) - 1, column, cell[:_LONGEST], style)
                elif style:
                    sheet.write_blank(int(number) - 1, column, None, style)
        for (row, place), words in marks.items():
            sheet.write_comment(f"{place}{row}", words, {"author": _AUTHOR, "x_scale": 2.5})
        sheet.freeze_panes(grid.top, 0)
