"""Flows of Swiss Stats Explorer: any flow whose dimensions are told apart by their names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.geo_codes import check_cantons, with_places
from divide.tidy.observations import as_observations
from divide.tidy.sdmx_csv import TOTAL, dimensions, read_sdmx_csv

_AGES: Final = (
    re.compile(r"Y?_?(\d{1,3})(?:T|-|_|_?TO_?)Y?(\d{1,3})"),
    re.compile(r"(?:Y_?)?(?:GE_?)?(\d{1,3})(?:\+|_?PLUS|_?GE|_?OVER|_?MORE)?"),
)
_OPEN: Final = re.compile(r"GE|\+|PLUS|OVER|MORE", flags=re.I)


@dataclass(frozen=True)
class Flow:
    """
    What a flow measures, and what its dimensions are called.

    `place` and the patterns of `groups` are matched against the names of dimensions;
    `numbers` says what a bare number among the codes of places is. `pins` names the code to
    keep of dimensions that have no total. All dimensions but these must be pinned to their
    total, or have one code.
    """

    source: str
    table: str
    indicator: str
    place: str | None
    groups: Mapping[str, str] = field(default_factory=dict)
    numbers: str = "commune"
    sums: bool = True
    pins: Mapping[str, str] = field(default_factory=dict)


def tidy_flow(path: Path, flow: Flow, *, edition: str, register_date: str | None) -> DataFrame:
    """
    Turn a flow into observations.

    Returns
    -------
    DataFrame
        One row per place, group and year, as published.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If a dimension is not found or not pinned, a code is unknown, or cantons do not sum
        to the country.
    """
    names = dimensions(path)
    chosen = {ours: _find(pattern, names, path) for ours, pattern in flow.groups.items()}
    place = _find(flow.place, names, path) if flow.place else None
    where = {name: {code} for name, code in flow.pins.items() if name in names}
    cells = _pinned(read_sdmx_csv(path, names, where=where), {*chosen.values(), place}, path)
    if place:
        cells = with_places(cells, place, numbers=flow.numbers)
    else:
        cells = cells.assign(place_level="country", place=terms.COUNTRY)
    words = {
        ours: cells[name].map(age_class if ours == "age" else slug) for ours, name in chosen.items()
    }
    rows = cells.assign(
        indicator=flow.indicator,
        group=group_keys(words, len(cells)),
        register_date=register_date,
        cell="row " + cells["row"].astype("str"),
    )
    if flow.sums:
        check_cantons(rows, ["group", "year"])
    return as_observations(rows, source=flow.source, edition=edition, table=flow.table)


def group_keys(words: Mapping[str, Iterable[str]], count: int) -> list[str]:
    """Write the words of each row as the key of its group; without dimensions it is the total."""
    if not words:
        return [terms.TOTAL] * count
    return [
        terms.group_id(dict(zip(words, each, strict=True)))
        for each in zip(*words.values(), strict=True)
    ]


def age_class(code: str) -> str:
    """
    Write a code of an age class as the house does.

    Examples
    --------
    >>> age_class("Y0T4"), age_class("Y_GE90"), age_class("65-69"), age_class("_T")
    ('0_4', '90_plus', '65_69', 'total')
    """
    if code in (TOTAL, "-99999"):
        return terms.TOTAL
    if found := _AGES[0].fullmatch(code):
        return f"{int(found[1])}_{int(found[2])}"
    if found := _AGES[1].fullmatch(code):
        return f"{int(found[1])}_plus" if _OPEN.search(code) else str(int(found[1]))
    raise SourceChangedError(f"{code!r} is no known code of an age class. Look it up.")


def slug(code: str) -> str:
    """
    Write any code so that it can stand in a group's key.

    Examples
    --------
    >>> slug("6+"), slug("_T"), slug("Hh-Size 1")
    ('6_plus', 'total', 'hh_size_1')
    """
    if code == TOTAL:
        return terms.TOTAL
    return re.sub(r"[^a-z0-9]+", "_", code.lower().replace("+", "_plus")).strip("_")


def _find(pattern: str, names: list[str], path: Path) -> str:
    found = [name for name in names if re.fullmatch(pattern, name)]
    if len(found) != 1:
        raise SourceChangedError(
            f"{path.name} has {len(found)} dimensions like {pattern!r}, one is expected; it has: "
            f"{', '.join(names)}. Read the flow's structure and adapt divide.tidy."
        )
    return found[0]


def _pinned(cells: DataFrame, free: set[str | None], path: Path) -> DataFrame:
    """Keep the total of each dimension that is not wanted; without one, rows would add up."""
    others = [name for name in dimensions(path) if name not in free]
    for name in others:
        codes = set(cells[name])
        if TOTAL in codes:
            cells = cells[cells[name] == TOTAL]
        elif len(codes) > 1:
            raise SourceChangedError(
                f"{path.name}: dimension {name} has {len(codes)} codes and no total "
                f"({', '.join(sorted(codes)[:5])}). Pin it in the channel's key."
            )
    return cells.reset_index(drop=True)
