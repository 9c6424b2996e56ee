"""
Poverty, and social assistance in the asylum sector: flows kept as published.

Confidence C: the flows are listed, no answer of theirs was seen. Every dimension becomes a
part of the group, so that nothing is summed or taken for a share that is none.
"""

import re
from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide.errors import SourceChangedError
from divide.tidy.flows import Flow, slug, tidy_flow
from divide.tidy.sdmx_csv import dimensions

_PLACE: Final = re.compile(r"GEO|GR_KT_GDE|KT|KANTON|CANTON")


def tidy_poverty(path: Path, *, edition: str, register_date: str | None = None) -> DataFrame:
    """
    List the overview of poverty (SILC), figure by figure.

    Returns
    -------
    DataFrame
        One row per combination of the flow's codes and year; the unit is the one that the
        flow's own codes, kept in the group, name.
    """
    return _overview(path, "bfs_poverty", "DF_ARMUT_OVERVIEW", "poverty_overview", edition=edition)


def tidy_asylum_assistance(
    path: Path, *, edition: str, register_date: str | None = None
) -> DataFrame:
    """
    List courses of social assistance in the asylum and refugee sector, by canton.

    Raises
    ------
    SourceChangedError
        If no dimension, or more than one, holds places: cantons would pass for the country.
    """
    return _overview(
        path,
        "bfs_asylum_assistance",
        "DF_SHAF_VERLAUF_KT",
        "asylum_assistance_course",
        edition=edition,
        by_place=True,
    )


def _overview(
    path: Path, source: str, table: str, indicator: str, *, edition: str, by_place: bool = False
) -> DataFrame:
    names = dimensions(path)
    places = [name for name in names if _PLACE.fullmatch(name)]
    groups = {_dimension(name): re.escape(name) for name in names if name not in places}
    if (by_place and len(places) != 1) or len(groups) + len(places) < len(names):
        raise SourceChangedError(
            f"{path.name}: its dimensions {', '.join(names)} cannot be told apart, or none is of "
            "places. Read the flow's structure and adapt divide.tidy.overviews."
        )
    flow = Flow(
        source,
        table,
        indicator,
        place="|".join(places) or None,
        groups=groups,
        numbers="canton",
        sums=False,
    )
    return tidy_flow(path, flow, edition=edition, register_date=None)


def _dimension(name: str) -> str:
    """Write a dimension's name as a part of a group's key: letters only."""
    return re.sub(r"\d+", "", slug(name)).strip("_") or "dimension"
