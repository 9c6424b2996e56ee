"""Residents by hectare: the geodata of STATPOP."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError

SOURCE: Final = "bfs_statpop_hectares"
COLUMNS: Final = (
    "indicator", "group", "east", "north", "size", "year", "value", "low", "high", "status",
    "source", "edition",
)  # fmt: skip
_EAST, _NORTH = "E_KOORD", "N_KOORD"
# All permanent residents: B20BTOT in 2020, BBTOT in newer editions.
_TOTAL: Final = re.compile(r"B(?:\d\d)?BTOT")
_SIDE: Final = 100
# The country in LV95, in metres: numbers of another system lie outside.
_BOX: Final = ((2_480_000, 2_840_000), (1_070_000, 1_300_000))


def tidy_hectares(
    path: Path,
    *,
    edition: str,
    year: int | None = None,
    column: str | None = None,
    group: str = terms.TOTAL,
    masked: tuple[int, int] | None = (1, 3),
) -> DataFrame:
    """
    List residents by hectare.

    Parameters
    ----------
    path
        The publisher's CSV, `;` between columns, or the archive that holds it.
    year
        The year of the figures; needed where the column's name does not say it.
    column
        The column to read; that of all permanent residents unless told.
    group
        Whom the column counts.
    masked
        Counts from the first to the last of these are published as the last: 3 stands for 1
        to 3. None if all counts are exact. To be checked against the edition's notes.

    Returns
    -------
    DataFrame
        One row per hectare in the file: `east` and `north` of its south-western corner and
        its `size` in metres, EPSG:2056; `value` as published, in persons; `low` and `high`,
        which differ where a count stands for several: then it is unreliable. A hectare that
        is not listed is not known to be empty.

    Raises
    ------
    SourceError
        If the file is missing or cannot be read, or no year is known.
    SourceChangedError
        If a column is gone, coordinates are no corners of hectares in LV95, a hectare stands
        twice, or counts are no whole numbers or not masked as said.
    """
    rows, named = _read(path, column)
    value = _counts(rows[named], path, masked)
    _check_corners(rows, path)
    known = _year(named, year, path)
    low, high = masked or (0, 0)
    frame = DataFrame(
        {
            "indicator": "residents",
            "group": group,
            "east": rows[_EAST].astype("float64"),
            "north": rows[_NORTH].astype("float64"),
            "size": float(_SIDE),
            "year": known,
            "value": value,
            "low": value.mask(value == high, low) if masked else value,
            "high": value,
            "source": SOURCE,
            "edition": edition,
        }
    )
    exact = (frame["low"] == frame["high"]).map({True: "observed", False: "unreliable"})
    frame = frame.assign(status=exact)[list(COLUMNS)]
    return frame.sort_values(["north", "east"], ignore_index=True)


def _read(path: Path, column: str | None) -> tuple[DataFrame, str]:
    """Return corners and counts as text, and the name of the column that holds the counts."""
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        with _opened(path) as file:
            rows = pd.read_csv(
                file,
                sep=";",
                encoding="utf-8-sig",
                usecols=lambda name: name in (_EAST, _NORTH, column) or _is_total(name),
            )
    except (ValueError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error
    named = [name for name in rows if name == column or (column is None and _is_total(str(name)))]
    if not {_EAST, _NORTH} <= set(rows) or len(named) != 1 or rows.empty:
        raise SourceChangedError(
            f"{path.name}: {len(rows)} rows with {_EAST}, {_NORTH} and {column or 'one total'} "
            f"are expected; found: {', '.join(map(str, rows.columns)) or 'none of them'}."
        )
    return rows, str(named[0])


def _year(named: str, year: int | None, path: Path) -> int:
    """Read the year off a column's name, such as B20BTOT, or take the one that was told."""
    told = re.fullmatch(r"B(\d\d)\w+", named)
    known = 2000 + int(told[1]) if told else year
    if known is None:
        raise SourceError(f"{path.name}: column {named} names no year. Say it: year=…")
    if year not in (None, known):
        raise SourceError(f"{path.name}: column {named} is of {known}, not of {year}.")
    return known


def _is_total(name: str) -> bool:
    return _TOTAL.fullmatch(name) is not None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the table, or the one table of an archive that has corners of hectares."""
    if path.suffix != ".zip":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        tables = [name for name in names if _EAST in _head(archive, name)]
        if len(tables) != 1:
            raise SourceChangedError(
                f"{path.name} holds {len(tables)} tables of hectares, one is expected; its "
                f"tables: {', '.join(names) or 'none'}."
            )
        with archive.open(tables[0]) as file:
            yield file


def _head(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        return file.readline(10_000).decode("utf-8-sig", errors="replace")


def _counts(
    column: "pd.Series[float]", path: Path, masked: tuple[int, int] | None
) -> "pd.Series[float]":
    """Check that counts are whole numbers, masked as said."""
    value = pd.to_numeric(column, errors="coerce")
    odd = column[value.isna() | (value < 0) | (value % 1 != 0)]
    if masked:
        low, high = masked
        odd = pd.concat([odd, column[(value >= low) & (value < high)]])
    if not odd.empty:
        raise SourceChangedError(
            f"{path.name}: counts {odd.head(5).tolist()} are no whole numbers masked as "
            f"{masked}. Read the edition's notes, and say how counts are masked."
        )
    return value.astype("float64")


def _check_corners(rows: DataFrame, path: Path) -> None:
    for name, (least, most) in zip((_EAST, _NORTH), _BOX, strict=True):
        number = pd.to_numeric(rows[name], errors="coerce")
        odd = rows.loc[~(number.between(least, most) & (number % _SIDE == 0)), name]
        if not odd.empty:
            raise SourceChangedError(
                f"{path.name}: {name} {odd.head(3).tolist()} are no corners of hectares in LV95."
            )
    if rows.duplicated([_EAST, _NORTH]).any():
        raise SourceChangedError(f"{path.name}: a hectare stands twice; one row each is expected.")
