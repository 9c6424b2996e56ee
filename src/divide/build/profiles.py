"""The shape of an edition's files: what must not change unseen from one edition to the next."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from divide.build.map_shapes import describe
from divide.build.text_shapes import read_shape
from divide.errors import SourceError
from divide.tidy.jsonstat import read_jsonstat
from divide.tidy.px import read_px
from divide.tidy.px_header import entry_text, read_header
from divide.tidy.spreadsheets import read_rows, sheet_names

# Longer lists of codes are places or dates: they are counted, not compared one by one.
MANY: Final = 200
_UNITS: Final = ("unit", "unit_mes", "unit_measure")
_NUMBER: Final = re.compile(r"[-+]?[\d\s'’]*[\d][.,]?\d*")


@dataclass(frozen=True)
class Profile:
    """
    What an edition's files look like, whatever figures they hold.

    Attributes
    ----------
    dimensions
        Name to codes; of columns with many values only their number is compared.
    columns
        Headings of tables.
    units
        Words for what is counted.
    rows
        Rows or cells with a figure; None where a file has none.
    total
        Sum of all figures, totals and parts alike; None where it cannot be told.
    form
        Kinds of the files; an archive is of the kind of the one file in it.
    """

    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    rows: int | None = None
    total: float | None = None
    form: tuple[str, ...] = ()


def profile(
    files: Mapping[str, Path], *, only: Mapping[str, tuple[str, ...]] | None = None
) -> Profile:
    """
    Describe an edition: each file by itself, names led by the file's role if there are many.

    Parameters
    ----------
    only
        Codes by dimension, for cubes of which one channel asks less than another form
        holds: cells of other codes do not count.
    """
    found = {role: _profile(path, only or {}) for role, path in sorted(files.items())}
    if len(found) == 1:
        return next(iter(found.values()))
    dimensions: dict[str, tuple[str, ...]] = {}
    for role, one in found.items():
        dimensions |= {f"{role}: {name}": codes for name, codes in one.dimensions.items()}
    told = [one.rows for one in found.values() if one.rows is not None]
    return Profile(
        dimensions,
        tuple(f"{role}: {name}" for role, one in found.items() for name in one.columns),
        tuple(f"{role}: {name}" for role, one in found.items() for name in one.units),
        sum(told) if told else None,
        form=tuple(sorted({kind for one in found.values() for kind in one.form})),
    )


def _profile(path: Path, only: Mapping[str, tuple[str, ...]]) -> Profile:
    kind = path.suffix.lower()
    if kind == ".zip":
        return _of_archive(path, only)
    if kind == ".px":
        found = _of_px(path)
    elif kind == ".json":
        found = _of_jsonstat(path, only)
    elif kind in (".xlsx", ".xls", ".ods"):
        found = _of_sheets(path)
    elif kind in (".csv", ".txt"):
        found = _of_text(path)
    else:
        found = Profile(**describe(path))
    return replace(found, form=(kind,))


def _of_archive(path: Path, only: Mapping[str, tuple[str, ...]]) -> Profile:
    """Describe the one file that an archive holds; of several, their names."""
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1 or names[0].lower().endswith(".zip"):
            return Profile({"files": tuple(sorted(names))}, form=(".zip",))
        inside = Path(folder) / Path(names[0]).name
        with archive.open(names[0]) as packed, inside.open("wb") as file:
            shutil.copyfileobj(packed, file)
        return _profile(inside, only)


def _of_px(path: Path) -> Profile:
    cube = read_px(path)
    entries, _ = read_header(path.read_bytes(), path)
    return Profile(
        {one.name: one.codes for one in cube.dimensions},
        units=(entry_text(entries, "UNITS"),),
        rows=len(cube.values),
        total=float(np.nansum(cube.values)),
    )


def _of_jsonstat(path: Path, only: Mapping[str, tuple[str, ...]]) -> Profile:
    try:
        cube = read_jsonstat(path)
    except SourceError:
        return Profile()  # JSON of another kind: its tidy function knows its shape
    rows = cube.frame
    for name, codes in only.items():
        rows = rows[rows[name].isin(codes)] if name in rows else rows
    dimensions = {
        name: tuple(code for code in labels if code in only.get(name, labels))
        for name, labels in cube.labels.items()
    }
    units = tuple(code for name, codes in dimensions.items() if _is_unit(name) for code in codes)
    return Profile(dimensions, (), units, len(rows), float(rows["value"].sum()))


def _of_sheets(path: Path) -> Profile:
    # Years are sheets in some files: a new one is no drift, a renamed one is.
    rows = {name: read_rows(path, name) for name in sheet_names(path)}
    first = next(iter(rows.values()), [])
    head = next((row for row in first if sum(cell != "" for cell in row) >= 3), [])
    told = tuple(str(cell) for cell in head if isinstance(cell, str) and cell)
    return Profile({"sheets": tuple(rows)}, told, rows=sum(len(one) for one in rows.values()))


def _of_text(path: Path) -> Profile:
    head, seen, count, total = read_shape(path, keep=MANY)
    if not head:
        return Profile(rows=0)
    if any(_NUMBER.fullmatch(cell) for cell in head):
        return Profile(rows=count + 1)  # no headings: the first row is one of data
    # Figures are no codes.
    named = {name: tuple(sorted(one)) for name, one in zip(head, seen, strict=True)}
    worded = {n: c for n, c in named.items() if not all(_NUMBER.fullmatch(one or "0") for one in c)}
    units = tuple(code for name, codes in named.items() if _is_unit(name) for code in codes)
    return Profile(worded, tuple(head), units, count, total)


def _is_unit(name: str) -> bool:
    return name.lower() in _UNITS
