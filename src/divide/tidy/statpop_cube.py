"""Residents by commune and age out of STAT-TAB's cube: the second way to STATPOP's figures."""

import re
from math import prod
from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.geo_codes import place_of
from divide.tidy.jsonstat import JsonStat, read_jsonstat

TABLE: Final = "px-x-0102010000_101"
# How the dimensions' German names begin → our word for them.
_DIMENSIONS: Final = {
    "Jahr": "year",
    "Kanton": "place",
    "Bevölkerungstyp": "population_type",
    "Staatsangehörigkeit": "citizenship",
    "Geschlecht": "sex",
    "Alter": "age",
}
_TOTALS: Final = frozenset({"-99999", "¯99999", "_T"})
_COMMUNE: Final = re.compile(r"\.{6}(\d{4}) .*")
_OLDEST: Final = 100
_WIDTH: Final = 5


def read_statpop_cube(path: Path) -> DataFrame:
    """
    Read residents by place and five-year age class.

    Confidence B: dimensions and codes were seen in several clients, no file.

    Parameters
    ----------
    path
        JSON-stat of px-x-0102010000_101, all dimensions but place, age and year pinned.

    Returns
    -------
    DataFrame
        One row per place, age class and year: `place_level`, `place`, `group`, `year`,
        `value`, `cell`. Single years are summed in fives, 100 and over is open; districts
        are left out, for the cube gives their name and no number.

    Raises
    ------
    SourceChangedError
        If a dimension is unknown or not pinned, a place has no known code, or a cell has
        no figure.
    """
    cube = read_jsonstat(path)
    roles = _roles(cube, path)
    rows = cube.texts().rename(columns={theirs: ours for ours, theirs in roles.items()})
    cells = prod(len(codes) for codes in cube.labels.values())
    if len(rows) != cells or rows["value"].isna().any() or (rows["flag"] != "").any():
        raise SourceChangedError(f"{path.name} leaves residents of some places out.")
    places = {code: _place(code, label) for code, label in cube.labels[roles["place"]].items()}
    rows = rows[rows["place"].map(places).notna()].reset_index(drop=True)
    placed = rows["place"].map(places)
    frame = DataFrame(
        {
            "place_level": placed.str[0],
            "place": placed.str[1],
            "group": rows["age"].map({age: _group(age) for age in rows["age"].unique()}),
            "year": rows["year"].astype("int64"),
            "value": rows["value"],
            "cell": rows["place"],
        }
    )
    keys = [name for name in frame if name != "value"]
    summed: DataFrame = frame.groupby(keys, sort=False)["value"].sum().reset_index()
    return summed


def _roles(cube: JsonStat, path: Path) -> dict[str, str]:
    """Say what each dimension is; the others must be pinned to one code."""
    found = {
        role: name
        for name in cube.labels
        for start, role in _DIMENSIONS.items()
        if name.startswith(start)
    }
    loose = [
        name
        for role, name in found.items()
        if role in ("population_type", "citizenship", "sex") and len(cube.labels[name]) != 1
    ]
    if len(found) != len(cube.labels) or set(found) != set(_DIMENSIONS.values()) or loose:
        raise SourceChangedError(
            f"{path.name} has the dimensions {', '.join(cube.labels)}, of which "
            f"{', '.join(loose) or 'none'} should be pinned. Expected: {', '.join(_DIMENSIONS)}."
        )
    return found


def _place(code: str, label: str) -> tuple[str, str] | None:
    """Tell a place by its label's marks, for the numbers of codes differ between cubes."""
    if label.startswith(">>"):
        return None
    if commune := _COMMUNE.fullmatch(label):
        return "commune", commune[1]
    if label.startswith("- ") or code in ("8100", terms.COUNTRY):
        return place_of(code, numbers="canton")
    raise SourceChangedError(f"{code!r} ({label}) is no known place. Look at the cube.")


def _group(age: str) -> str:
    if age in _TOTALS:
        return terms.TOTAL
    if not age.isdecimal() or int(age) > _OLDEST:
        raise SourceChangedError(f"{age!r} is no known year of age. Look at the cube.")
    if int(age) == _OLDEST:
        return terms.group_id(age=f"{_OLDEST}_plus")
    first = int(age) // _WIDTH * _WIDTH
    return terms.group_id(age=f"{first}_{first + _WIDTH - 1}")
