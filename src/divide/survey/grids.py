"""Files as grids of text: headings, cells and the row each stands in, as Excel counts."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from divide.survey.decoding import decode
from divide.survey.findings import refuse
from divide.survey.uploads import Upload

Cells = NDArray[np.object_]

_DELIMITERS: Final = (";", ",", "\t")
# Stands in a cell for `""`: shown and left blank. It is in no text, for it is taken out first.
_BLANK: Final = "\ue000"
_LOOKED_AT: Final = 12  # rows in which headings are looked for


@dataclass(frozen=True)
class Grid:
    """
    One table of a file, as text.

    Attributes
    ----------
    sheet
        The sheet's name; empty for a text file.
    headings, cells
        One heading a column; rows × columns, `""` where a cell is blank, None where the
        file says that there is no value at all (`;;` beside `;"";`).
    rows
        The row of each reply as Excel counts: the first row of the file is 1.
    top
        The row of the headings, counted so.
    tells_blank
        Whether the file tells "no value" from "blank".
    ragged
        Rows of a text file that have more or fewer cells than headings: row and how many.
    stamp
        Language of the survey's own workbook, empty if it is none.
    others
        Sheets that were not read.
    """

    path: Path
    sheet: str
    headings: tuple[str, ...]
    cells: Cells
    rows: NDArray[np.int64]
    top: int = 1
    tells_blank: bool = False
    ragged: tuple[tuple[int, int], ...] = ()
    stamp: str = ""
    others: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    encoding: str = ""
    repaired: bool = False


def top_row(rows: Sequence[Sequence[Any]], score: Callable[[Sequence[str]], int]) -> int | None:
    """Return the place of the row of headings among the first rows, or None."""
    scores = [score([as_text(cell) or "" for cell in row]) for row in rows[:_LOOKED_AT]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def as_text(cell: Any) -> str | None:
    """
    Write a cell as the text that its reader sees, nothing guessed; None stays None.

    Examples
    --------
    >>> as_text(1700.0), as_text(12.5), as_text("1700.0"), as_text(True)
    ('1700', '12.5', '1700.0', 'TRUE')
    >>> as_text(date(2026, 5, 3))
    '2026-05-03'
    """
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def as_cells(rows: Sequence[Sequence[Any]], width: int) -> Cells:
    """Lay rows out as a rectangle of text."""
    kinds: set[type] = set()
    kinds.update(*(map(type, row) for row in rows))
    if kinds == {str} and all(len(row) == width for row in rows):
        return np.array(rows, dtype=object)
    cells = np.full((len(rows), width), "", dtype=object)
    for number, row in enumerate(rows):
        kept = row[:width]
        cells[number, : len(kept)] = [
            cell if cell is None or type(cell) is str else as_text(cell) for cell in kept
        ]
    return cells


def filled(rows: Iterable[Sequence[Any]]) -> list[int]:
    """Return the places of rows that hold anything."""
    return [
        place
        for place, row in enumerate(rows)
        if any(cell not in (None, "", _BLANK) and str(cell).strip() for cell in row)
    ]


def read_text(upload: Upload, score: Callable[[Sequence[str]], int]) -> Grid:
    """Read a text file; see `readers.read_grid`."""
    decoded = decode(upload)
    text = decoded.text.replace(_BLANK, "")
    first, _, rest = text.partition("\n")
    above = int(first.lower().startswith("sep=") and len(first.strip()) == 5)
    if above:
        text = rest  # Excel's own hint, which it counts as a row
    rows = _rows(upload, text)
    top = top_row([[cell.replace(_BLANK, "") for cell in row] for row in rows[:_LOOKED_AT]], score)
    if top is None:
        refuse(upload.path, "SV009")
    headings = tuple(cell.replace(_BLANK, "") for cell in rows[top])
    kept = [top + 1 + place for place in filled(rows[top + 1 :])]
    chosen = [rows[place] for place in kept]
    numbers = [place + 1 + above for place in kept]
    cells = as_cells(chosen, len(headings))
    # An exporter that quotes everything, and left some cells without quotes.
    tells = text.startswith('"') and bool((cells == "").any())
    return Grid(
        upload.path,
        "",
        headings,
        _blank_or_none(cells, tells),
        np.asarray(numbers, dtype="int64"),
        top=top + 1 + above,
        tells_blank=tells,
        ragged=_ragged(chosen, numbers, len(headings)),
        encoding=decoded.encoding,
        repaired=decoded.repaired,
    )


def _rows(upload: Upload, text: str) -> list[list[str]]:
    delimiter = _delimiter(text)
    marked = io.StringIO(mark_blanks(text, delimiter), newline="")
    try:
        return list(csv.reader(marked, delimiter=delimiter))
    except csv.Error:
        refuse(upload.path, "SV004")


def _delimiter(text: str) -> str:
    """Choose the sign that cuts the first lines into the most cells."""
    head = io.StringIO(text[:100_000], newline="")
    lines = [line for _, line in zip(range(_LOOKED_AT), head, strict=False)]
    counts = {
        sign: max((len(row) for row in csv.reader(lines, delimiter=sign)), default=0)
        for sign in _DELIMITERS
    }
    return max(counts, key=lambda sign: counts[sign])


def mark_blanks(text: str, delimiter: str) -> str:
    """
    Put a mark into every `""` cell, which readers of CSV do not tell from an empty one.

    Notes
    -----
    A quote opens a cell where the number of quotes before it is even and a delimiter or a
    line's end stands before it; inside a text, doubled quotes keep that number odd.

    Examples
    --------
    >>> mark_blanks('1;"";;"a;"";b"', ";").replace("\\ue000", "_")
    '1;"_";;"a;"";b"'
    """
    raw = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    quote = raw == ord('"')
    outside = (np.cumsum(quote) - quote) % 2 == 0
    edge = np.isin(raw, [ord(delimiter), ord("\n"), ord("\r")])
    before = np.concatenate([[True], edge[:-1]])
    second = np.concatenate([quote[1:], [False]])
    after = np.concatenate([edge[2:], [True, True]])[: len(raw)]
    places = np.flatnonzero(quote & outside & before & second & after)
    mark = np.frombuffer(_BLANK.encode("utf-8"), dtype=np.uint8)
    put = np.insert(raw, np.repeat(places + 1, len(mark)), np.tile(mark, len(places)))
    return put.tobytes().decode("utf-8")


def _blank_or_none(cells: Cells, tells: bool) -> Cells:
    told = cells.copy()
    if tells:
        told[cells == ""] = None
    told[cells == _BLANK] = ""
    return told


def _ragged(
    rows: Sequence[Sequence[str]], numbers: Sequence[int], width: int
) -> tuple[tuple[int, int], ...]:
    """Name rows that are too short, or too long with something in what is too much."""
    return tuple(
        (number, len(row))
        for row, number in zip(rows, numbers, strict=True)
        if len(row) < width or any(cell.strip(_BLANK) for cell in row[width:])
    )
