"""Square cells cut along the borders of places: how much of each lies where."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.grid_lines import NOWHERE, Geometries, Whole
from divide.measure.lookup import Coordinates, Lookup, make_lookup

# Shares of a cell below this are rounding: a square millimetre of a hectare.
_TRACE: Final = 1e-10
# What generalised borders may overlap by, and how exactly corners must fit a grid, in cells.
_OVERLAP: Final = 1e-6
_ALIGNED: Final = 1e-6
_CELL: Final = ("east", "north", "size")
_PIECE: Final = ("cell", "located", "place", "share")


def cut_cells(
    cells: DataFrame, places: GeoDataFrame, *, lakes: GeoDataFrame | None = None
) -> DataFrame:
    """
    Share the area of square cells out among the places they lie in.

    Parameters
    ----------
    cells
        One row per cell of one grid: `east` and `north` of its south-western corner and its
        `size`, in metres, EPSG:2056.
    places
        Columns `place` and `geometry`, EPSG:2056, that do not overlap.
    lakes
        Lakes, to tell water from land abroad.

    Returns
    -------
    DataFrame
        One row per cell and place, and for what lies in no place: `cell` (position of its
        row), `located` (inside, lake or outside), `place` and `share`. The shares of a cell
        sum to 1.

    Raises
    ------
    MethodError
        If cells are not of one grid or stand twice, or places overlap.
    """
    size, corner = grid_of(cells)
    lookup = make_lookup(places, size=size, corner=corner)
    west, south = (cells[name].to_numpy(dtype=np.float64) for name in ("east", "north"))
    code = lookup.codes(west + size / 2, south + size / 2)
    whole, cut = np.flatnonzero(code >= 0), np.flatnonzero(code < NOWHERE)
    cell, owner = _candidates(lookup, cut, -2 - code[cut].astype(np.int64))
    boxes = _boxes(cells.iloc[cell])
    share = shapely.area(shapely.intersection(boxes, lookup.shapes[owner])) / size**2
    pieces = DataFrame(
        {
            "cell": np.concatenate([whole, cell]),
            "owner": np.concatenate([code[whole], owner]).astype(np.int64),
            "share": np.concatenate([np.ones(len(whole)), share]),
        }
    )
    pieces = pieces[pieces["share"] > _TRACE]
    rest = np.ones(len(cells)) - np.bincount(pieces["cell"], pieces["share"], len(cells))
    if (rest < -_OVERLAP).any():
        raise MethodError("Places overlap: shares of a cell exceed 1. Use repair_coverage first.")
    rest[rest <= _TRACE] = 0
    water = np.minimum(_water(pieces, rest, cells, lookup, lakes), rest)
    nowhere = [_nowhere(water, "lake"), _nowhere(rest - water, "outside")]
    ids = pd.array(lookup.places, dtype="str").take(pieces["owner"].to_numpy())
    inside = pieces.assign(place=ids, located="inside")[list(_PIECE)]
    return pd.concat([inside, *nowhere], ignore_index=True).sort_values(
        list(_PIECE[:3]), ignore_index=True
    )


def grid_of(cells: DataFrame) -> tuple[float, tuple[float, float]]:
    """
    Return the side of the cells and the south-western corner of the first.

    Raises
    ------
    MethodError
        If cells are not of one size and one grid, or one stands twice.
    """
    lost = [name for name in _CELL if name not in cells]
    if lost or cells.empty or cells["size"].nunique() != 1:
        raise MethodError(f"Cells of one size are needed; lacking: {', '.join(lost) or 'rows'}.")
    size = float(cells["size"].iloc[0])
    corner = cells[["east", "north"]].iloc[0].to_numpy(dtype=np.float64)
    steps = (cells[["east", "north"]].to_numpy(dtype=np.float64) - corner) / size
    if not (np.abs(steps - np.rint(steps)) < _ALIGNED).all():
        raise MethodError(f"Cells of {size:g} m lie on several grids, or lack a corner.")
    if cells.duplicated(["east", "north"]).any():
        raise MethodError(f"Cells of {size:g} m stand twice: one row per cell is needed.")
    return size, (float(corner[0]), float(corner[1]))


def _candidates(lookup: Lookup, cut: Whole, border: Whole) -> tuple[Whole, Whole]:
    """List each cell that a border runs through with the places that may lie in it."""
    count = lookup.starts[border + 1] - lookup.starts[border]
    first = np.repeat(lookup.starts[border] - np.cumsum(count) + count, count)
    return np.repeat(cut, count), lookup.owners[first + np.arange(len(first))]


def _boxes(cells: DataFrame) -> Geometries:
    west, south, size = (cells[name].to_numpy(dtype=np.float64) for name in _CELL)
    boxes: Geometries = shapely.box(west, south, west + size, south + size)
    return boxes


def _water(
    pieces: DataFrame,
    rest: Coordinates,
    cells: DataFrame,
    lookup: Lookup,
    lakes: GeoDataFrame | None,
) -> Coordinates:
    """Return how much of each cell is a lake and in no place."""
    if lakes is None or lakes.empty:
        return np.zeros(len(rest))
    cut = np.flatnonzero(rest)
    boxes, shores = _boxes(cells.iloc[cut]), lakes.geometry.to_numpy()
    at, lake = shapely.STRtree(shores).query(boxes, predicate="intersects")
    wet = shapely.intersection(boxes[at], shores[lake])
    pools = DataFrame({"cell": cut[at], "pool": np.arange(len(wet))})
    both = pools.merge(pieces, on="cell", validate="m:m")
    shared = shapely.intersection(
        wet[both["pool"].to_numpy()], lookup.shapes[both["owner"].to_numpy()]
    )
    area = np.bincount(pools["cell"], shapely.area(wet), minlength=len(rest))
    area -= np.bincount(both["cell"], shapely.area(shared), minlength=len(rest))
    size = cells["size"].to_numpy(dtype=np.float64)
    return np.asarray(np.maximum(area / size**2, 0))


def _nowhere(share: Coordinates, located: str) -> DataFrame:
    cell = np.flatnonzero(share > _TRACE)
    frame = DataFrame({"cell": cell, "located": located, "place": None, "share": share[cell]})
    return frame.astype({"place": "str"})
