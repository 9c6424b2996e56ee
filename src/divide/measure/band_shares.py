"""Classes of coverage cells turned into shares of places, by area or by residents."""

from collections.abc import Mapping
from math import gcd
from typing import Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame, Series

from divide.errors import MethodError
from divide.measure.cell_areas import cut_cells, grid_of
from divide.measure.cell_sums import Overlaid, observations

Bands = Mapping[int, tuple[float, float]]

# What to make of area or persons that have no cell.
UNKNOWN: Final = ("bounds", "left_out")
# Hectares are cut until they fit the cells' grid, but no finer than this, in metres.
_FINEST: Final = 25


def share_bands(
    cells: DataFrame,
    places: GeoDataFrame,
    *,
    indicator: str,
    bands: Bands,
    persons: DataFrame | None = None,
    lakes: GeoDataFrame | None = None,
    unknown: str = "bounds",
) -> Overlaid:
    """
    Average the shares that classes of cells stand for, place by place.

    Parameters
    ----------
    cells
        Coverage cells: `east`, `north` and `size` in metres, `class`, `year`, `source`,
        `edition`. Where there is no cell there is no figure: it is never 0.
    places
        Table boundaries, one level and register date.
    indicator
        What is shared.
    bands
        The share that a class stands for: above its low end, up to its high end.
    persons
        Hectares; then cells weigh by the residents in them, each hectare's spread evenly over
        its area and taken as published. Without, cells weigh by area.
    lakes
        Lakes, to tell them from land abroad in the account.
    unknown
        What to make of area or persons without a cell: `bounds`, their share may be anything
        from 0 to 1; `left_out`, the figure speaks of what has a cell.

    Returns
    -------
    Overlaid
        `rows`: `value` is the mean of the bands' middles over what has a cell, modelled; `low`
        and `high` hold for every share within the bands; `known_share` is the part of the
        area, or of the persons, that has a cell. `account`: `weight` in km² or persons that
        lay inside, inside without_data, in a lake, outside, and its `share`.

    Raises
    ------
    MethodError
        If a class has no band, cells are not of one grid, year and edition, or hectares do not
        fit their grid.
    """
    _refuse_unknown(cells, bands, unknown)
    units = _by_area(cells) if persons is None else _by_persons(cells, persons)
    pieces = cut_cells(units, places, lakes=lakes)
    at = pieces["cell"].to_numpy()
    pieces = pieces.assign(
        **{"class": units["class"].to_numpy()[at]},
        weight=units["weight"].to_numpy()[at] * pieces["share"],
    )
    inside = pieces[pieces["located"] == "inside"]
    index = pd.Index(sorted(places["place"]), name="place")
    if persons is None:
        total = places.set_index("place").geometry.area.reindex(index) / 1e6
    else:
        total = inside.groupby("place")["weight"].sum(skipna=False).reindex(index)
    found = _means(inside[inside["class"].notna()], bands, total, unknown)
    rows = observations(found, places, cells, indicator)
    rows["known_share"] = found["known_share"].to_numpy()
    return Overlaid(rows, _account(pieces, float(total.sum()) if persons is None else None))


def _means(known: DataFrame, bands: Bands, total: "Series[float]", unknown: str) -> DataFrame:
    """Average bands by weight: value, low, high and the part of the total that has a cell."""
    low, high = (
        known["class"].map({name: band[end] for name, band in bands.items()}) for end in (0, 1)
    )
    weighed = known[["place", "weight"]].assign(low=low, high=high)
    weighed[["low", "high"]] = weighed[["low", "high"]].mul(weighed["weight"], axis=0)
    sums = weighed.groupby("place").sum(skipna=False).reindex(total.index)
    sums = sums.where(sums["weight"] > 0)
    part = (sums["weight"] / total).clip(upper=1.0)
    found = DataFrame({"low": sums["low"] / sums["weight"], "high": sums["high"] / sums["weight"]})
    found["value"] = (found["low"] + found["high"]) / 2
    found["status"] = found["value"].notna().map({True: "modelled", False: "missing"})
    if unknown == "bounds":
        found["low"] = (found["low"] * part).fillna(0.0)
        found["high"] = (found["high"] * part + (1 - part)).fillna(1.0)
    # Nothing known is 0 of something; of no persons at all there is no part.
    found["known_share"] = part.where(part.notna() | ~(total > 0), 0.0)
    return found


def _account(pieces: DataFrame, area: float | None) -> DataFrame:
    """Add weights up by where they lie; of an area, what has no cell is what is left of it."""
    without = pieces["class"].isna() & (pieces["located"] == "inside")
    lying = pieces["located"].mask(without, "without_data")
    order = ["inside", "without_data", "lake", "outside"]
    weight = pieces.groupby(lying)["weight"].sum(skipna=False).reindex(order, fill_value=0.0)
    if area is not None:
        weight["without_data"] = max(area - weight["inside"], 0.0)
    frame = DataFrame({"weight": weight, "share": weight / weight.sum(skipna=False)})
    return frame.rename_axis("located").reset_index()


def _by_area(cells: DataFrame) -> DataFrame:
    size = cells["size"].astype("float64")
    return cells[["east", "north", "size", "class"]].assign(weight=size**2 / 1e6)


def _by_persons(cells: DataFrame, persons: DataFrame) -> DataFrame:
    """Cut hectares until each part lies in one cell; give it that cell's class."""
    size, corner = grid_of(cells)
    side, first = grid_of(persons)
    step = _common_step(size, side, (first[0] - corner[0], first[1] - corner[1]))
    per = round(side / step)
    across, up = (one.ravel() * step for one in np.meshgrid(np.arange(per), np.arange(per)))
    value = np.repeat(persons["value"].to_numpy(dtype=np.float64) / per**2, per**2)
    east = np.add.outer(persons["east"].to_numpy(dtype=np.float64), across).ravel()
    north = np.add.outer(persons["north"].to_numpy(dtype=np.float64), up).ravel()
    parts = DataFrame({"east": east, "north": north, "size": step, "weight": value})
    for name, axis, start in (("column", "east", corner[0]), ("row", "north", corner[1])):
        parts[name] = np.floor((parts[axis] + step / 2 - start) / size).astype("int64")
    known = DataFrame(
        {
            "column": np.rint((cells["east"] - corner[0]) / size).astype("int64"),
            "row": np.rint((cells["north"] - corner[1]) / size).astype("int64"),
            "class": cells["class"],
        }
    )
    return parts.merge(known, on=["column", "row"], how="left", validate="m:1")


def _common_step(size: float, side: float, apart: tuple[float, float]) -> float:
    """Return the side of the squares that both grids are made of."""
    lengths = (size, side, *apart)
    step = gcd(*(round(abs(length)) for length in lengths))
    if any(length != round(length) for length in lengths) or step < _FINEST:
        raise MethodError(
            f"Hectares of {side:g} m do not fit cells of {size:g} m whose corners lie "
            f"{apart[0]:g} and {apart[1]:g} m apart: parts of {_FINEST} m would be too large."
        )
    return float(step)


def _refuse_unknown(cells: DataFrame, bands: Bands, unknown: str) -> None:
    if unknown not in UNKNOWN:
        raise MethodError(f"No way {unknown!r} for what has no cell: {' or '.join(UNKNOWN)}.")
    odd = sorted(set(cells["class"].dropna()) - set(bands))
    if odd:
        raise MethodError(f"Classes {odd[:5]} have no band; known are {sorted(bands)}.")
