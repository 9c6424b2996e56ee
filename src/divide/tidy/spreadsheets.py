"""Official spreadsheets: rows, headings, cells and their number formats."""

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from divide.errors import SourceChangedError, SourceError

Row = list[Any]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_rows(path: Path, sheet: str | None = None) -> list[Row]:
    """
    Read one sheet as rows of cells, empty rows and columns included.

    Parameters
    ----------
    path
        An .xlsx, .xls or .ods file.
    sheet
        The sheet's name; the first sheet if it is not given.

    Returns
    -------
    list
        One list a row; text is stripped, an empty cell is `""`, nothing is guessed.

    Raises
    ------
    SourceError
        If the file is missing or no spreadsheet.
    SourceChangedError
        If the sheet does not exist.
    """
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = sheet if sheet is not None else book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except WorksheetNotFound as error:
        raise SourceChangedError(
            f"{path.name} has no sheet {sheet!r}; it has: {', '.join(book.sheet_names)}. "
            "The publisher renamed it: adapt the tidy function."
        ) from error
    except CalamineError as error:
        raise SourceError(f"{path.name} cannot be read as a spreadsheet: {error}") from error
    return [[cell.strip() if isinstance(cell, str) else cell for cell in row] for row in rows]


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets in their order."""
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        names: list[str] = CalamineWorkbook.from_path(str(path)).sheet_names
    except CalamineError as error:
        raise SourceError(f"{path.name} cannot be read as a spreadsheet: {error}") from error
    return names


def find_column(headings: Sequence[Any], wanted: str, *, where: str, prefix: bool = False) -> int:
    """
    Find the position of the one column with a heading.

    Raises
    ------
    SourceChangedError
        If no column, or more than one, has the heading.

    Examples
    --------
    >>> find_column(["Code", "CH1+CL_GDET9+2012.1"], "CH1+CL_GDET9+", where="a", prefix=True)
    1
    """
    texts = [str(heading) for heading in headings]
    found = [i for i, t in enumerate(texts) if (t.startswith(wanted) if prefix else t == wanted)]
    if len(found) != 1:
        raise SourceChangedError(
            f"{where} has {len(found)} columns {wanted!r}, one is expected; "
            f"its headings: {', '.join(text for text in texts if text)}."
        )
    return found[0]


def find_row(rows: Sequence[Row], test: Callable[[Row], bool], *, where: str) -> int:
    """Find the position of the first row that passes a test, else say the file changed."""
    for position, row in enumerate(rows):
        if test(row):
            return position
    raise SourceChangedError(f"{where} has no row of headings in the known form.")


def read_number(cell: Any, *, where: str, dash: float | None = None) -> float:
    """
    Read a cell as a number; `dash` is what a lone "-" stands for, if anything.

    Raises
    ------
    SourceChangedError
        If the cell holds anything else, so that no odd sign becomes a number.

    Examples
    --------
    >>> read_number(17.0, where="B2"), read_number("-", where="B3", dash=0.0)
    (17.0, 0.0)
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if cell == "-" and dash is not None:
        return dash
    raise SourceChangedError(f"{where} holds {cell!r} where a number is expected.")


def cell_name(row: int, column: int) -> str:
    """
    Write a position, counted from 0, as a spreadsheet shows it.

    Examples
    --------
    >>> cell_name(6, 2), cell_name(0, 26)
    ('C7', 'AA1')
    """
    letters, rest = "", column + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row + 1}"


def read_number_formats(path: Path, sheet: str | None = None) -> dict[str, str]:
    """
    Read the number formats that a publisher defined, cell by cell.

    Some publishers say "unreliable" by a format that prints parentheses, and
    nowhere else. Cells with a built-in format are left out.

    Returns
    -------
    dict
        Cell name to format code, such as `{"F37": "\\\\(##0\\\\)"}`.

    Raises
    ------
    SourceError
        If the file is no .xlsx container.
    """
    try:
        with zipfile.ZipFile(path) as box:
            styles = ElementTree.fromstring(box.read("xl/styles.xml"))
            cells = ElementTree.fromstring(box.read(_sheet_part(box, sheet)))
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise SourceError(f"{path.name} has no readable number formats: {error}") from error
    codes = {f.get("numFmtId"): f.get("formatCode", "") for f in styles.iter(f"{_MAIN}numFmt")}
    formats = [codes.get(xf.get("numFmtId")) for xf in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")]
    named = {c.get("r", ""): formats[int(c.get("s", "0"))] for c in cells.iter(f"{_MAIN}c")}
    return {name: code for name, code in named.items() if code is not None}


def _sheet_part(box: zipfile.ZipFile, sheet: str | None) -> str:
    """Find the part of an .xlsx container that holds a sheet, by name, else the first."""
    book = ElementTree.fromstring(box.read("xl/workbook.xml"))
    links = ElementTree.fromstring(box.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    sheets = {s.get("name"): targets[s.get(_RELATION)] for s in book.iter(f"{_MAIN}sheet")}
    target = sheets[sheet] if sheet is not None else next(iter(sheets.values()))
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def iso_date(text: str, *, where: str) -> str:
    """
    Find the one date a publisher wrote in a text, as an ISO date.

    Examples
    --------
    >>> iso_date("Communes 01.01.2024", where="title")
    '2024-01-01'
    """
    found = re.findall(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    if len(set(found)) != 1:
        raise SourceChangedError(f"{where} gives no single date: {text!r}.")
    day, month, year = found[0]
    return f"{year}-{month}-{day}"
