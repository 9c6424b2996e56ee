"""Workbooks as grids: the best sheet, its row of headings, every cell as text."""

import re
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, Final

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from divide.survey.extras import library
from divide.survey.findings import refuse
from divide.survey.grids import Grid, as_cells, as_text, filled, top_row
from divide.survey.sheet_parts import column_of
from divide.survey.uploads import Upload
from divide.survey.workbooks import HIDDEN, STAMP

Rows = list[list[Any]]
_CELL: Final = re.compile(r"([A-Z]+)([0-9]+)")


def read_workbook(
    upload: Upload, score: Callable[[Sequence[str]], int], *, sheet: str | None = None
) -> Grid:
    """Read the sheet whose headings are known best, or the one that is named."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(upload.content))
        names = list(book.sheet_names)
        stamp = _stamp(book) if HIDDEN in names else ""
        tables = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in names
            if not (stamp and name == HIDDEN) and (sheet is None or name == sheet)
        }
    except (CalamineError, ValueError, OSError):
        refuse(upload.path, "SV004")
    tops = {name: top_row(rows, score) for name, rows in tables.items()}
    known = {name: top for name, top in tops.items() if top is not None}
    if not known:
        refuse(upload.path, "SV009")
    best = max(known, key=lambda name: _score(tables[name][known[name]], score))
    others = tuple(name for name in tables if name != best and name in known)
    return _grid(upload, best, tables[best], known[best], stamp=stamp, others=others)


def _score(row: Sequence[Any], score: Callable[[Sequence[str]], int]) -> int:
    return score([as_text(cell) or "" for cell in row])


def _grid(
    upload: Upload, name: str, rows: Rows, top: int, *, stamp: str, others: tuple[str, ...]
) -> Grid:
    headings = tuple(as_text(cell) or "" for cell in rows[top])
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    below = [row[: len(headings)] for row in rows[top + 1 :]]
    part = _part_of(upload, name)
    _put_errors(below, upload.errors.get(part, {}), top + 2)
    kept = filled(below)
    return Grid(
        upload.path,
        name,
        headings,
        as_cells([below[place] for place in kept], len(headings)),
        np.asarray([top + 2 + place for place in kept], dtype="int64"),
        top=top + 1,
        stamp=stamp,
        others=others,
        formulas=upload.formulas.get(part, ()),
    )


def _put_errors(rows: Rows, errors: dict[str, str], first: int) -> None:
    """Put errors of the spreadsheet back into the cells that the reader left blank."""
    for cell, text in errors.items():
        letters, digits = _CELL.fullmatch(cell).groups()  # type: ignore[union-attr]
        row, column = int(digits) - first, column_of(letters)
        if 0 <= row < len(rows) and column < len(rows[row]):
            rows[row][column] = text


def _stamp(book: CalamineWorkbook) -> str:
    """Return the language of the survey's own workbook; empty if it is another's."""
    rows = book.get_sheet_by_name(HIDDEN).to_python(skip_empty_area=False)
    first = [as_text(cell) for cell in rows[0]] if rows else []
    return str(first[2]) if len(first) > 2 and first[0] == STAMP else ""


def _part_of(upload: Upload, sheet: str) -> str:
    """Return the part of the container that holds a sheet."""
    fromstring = library("defusedxml.ElementTree").fromstring
    with zipfile.ZipFile(BytesIO(upload.content)) as archive:
        book = fromstring(archive.read("xl/workbook.xml"))
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target") or "" for one in links}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            ids = [value for key, value in one.attrib.items() if key.endswith("}id")]
            return "xl/" + targets.get(ids[0], "").removeprefix("/xl/") if ids else ""
    return ""
