"""Counts of hectares added up by place, with the account of what lay outside."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide import terms
from divide.errors import MethodError
from divide.measure.overlay import layer_of
from divide.measure.overlay_parts import cut_parts

_COUNTS: Final = ("value", "low", "high")
# How sure a sum is, by the least sure of its cells: as published, counts that stand for
# several, cells shared out by area.
_DOUBTS: Final = ("observed", "unreliable", "modelled")
_WHOLE: Final = 1 - 1e-9


@dataclass(frozen=True)
class Overlaid:
    """
    Figures of places that were made of cells, and the account of it.

    Attributes
    ----------
    rows
        Observations with `low` and `high`, one per place of the layer.
    account
        One row per way to lie (`located`): what of the cells' sum lay there, and its `share`.
    """

    rows: DataFrame
    account: DataFrame


def sum_cells(
    cells: DataFrame,
    places: GeoDataFrame,
    *,
    indicator: str,
    lakes: GeoDataFrame | None = None,
    **run: Any,
) -> Overlaid:
    """
    Add the counts of cells up by place.

    A cell that a border cuts is shared out by area. `low` and `high` hold whatever its people
    do: all of them may live on either side.

    Parameters
    ----------
    cells
        Hectares: `east`, `north` and `size` in metres; `value`, `low` and `high` in persons;
        `year`, `source`, `edition`; `group` if it is not all.
    places
        Table boundaries, one level and register date.
    indicator
        What is counted.
    lakes
        Lakes, to tell them from land abroad in the account.
    **run
        Options of `parallel.map_seeds`: workers, scheduler.

    Returns
    -------
    Overlaid
        `rows`: a place without a cell is missing, not 0. A sum is modelled where a cell was
        cut, else unreliable where a count stands for several, else observed. `account`:
        `cells` (one that is cut stands in several rows), `value`, `low`, `high`, and the
        `share` of `value`; inside, lake and outside add up to all cells.

    Raises
    ------
    MethodError
        If cells are not of one grid, year and edition.
    """
    pieces = _with_counts(cut_parts(cells, places, lakes=lakes, **run), cells)
    groups = pieces[pieces["located"] == "inside"].groupby("place")
    sums = groups[list(_COUNTS)].sum(skipna=False).join(groups["doubt"].max())
    found = sums.reindex(sorted(places["place"]))
    words = found["doubt"].map(dict(enumerate(_DOUBTS)))
    found["status"] = words.where(found["value"].notna(), "missing")
    lying = pieces.groupby("located")
    account = lying[list(_COUNTS)].sum(skipna=False)
    account.insert(0, "cells", lying["cell"].nunique())
    # Where no cell lay, nothing lay.
    account = account.reindex(["inside", "lake", "outside"], fill_value=0)
    account["share"] = account["value"] / account["value"].sum(skipna=False)
    return Overlaid(observations(found, places, cells, indicator), account.reset_index())


def observations(
    found: DataFrame, places: GeoDataFrame, cells: DataFrame, indicator: str
) -> DataFrame:
    """
    Put figures of places into the columns of a table.

    Parameters
    ----------
    found
        `value`, `status`, `low`, `high`; one row per place, which is its index.
    places, cells
        Give level and register date; group, year, source and edition.

    Raises
    ------
    MethodError
        If places are of several levels or days, or cells of several years or editions.
    """
    level, date = layer_of(places)
    origin = {name: _only(cells, name) for name in ("group", "year", "source", "edition")}
    frame = found.rename_axis("place").reset_index()
    frame = frame.assign(indicator=indicator, place_level=level, register_date=date, **origin)
    ordered = [*terms.KEY, *terms.VALUE, "low", "high", "source", "edition"]
    return frame[ordered].sort_values(list(terms.KEY), ignore_index=True)


def _with_counts(pieces: DataFrame, cells: DataFrame) -> DataFrame:
    """Give each piece of a cell its part of the count, and the least and most it may hold."""
    at = pieces["cell"].to_numpy()
    value, low, high = (cells[name].to_numpy(dtype=np.float64)[at] for name in _COUNTS)
    cut = (pieces["share"] < _WHOLE).to_numpy() & (high > 0)
    return pieces.assign(
        value=value * pieces["share"],
        low=np.where(cut, 0.0, low),
        high=high,
        doubt=np.where(cut, 2, np.where(low != high, 1, 0)),
    )


def _only(cells: DataFrame, name: str) -> Any:
    """Return what a column of cells says, where they all say the same."""
    if name == "group" and name not in cells:
        return terms.TOTAL
    found = cells[name].drop_duplicates().tolist()
    if len(found) != 1:
        raise MethodError(f"Cells of one {name} are needed, not of {found[:5]}. Filter them.")
    return found[0]
