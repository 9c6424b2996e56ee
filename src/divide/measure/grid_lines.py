"""Sides of polygons on a grid: the cells they touch, and what lies between them."""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Geometries = NDArray[Any]

# Lines are drawn this much wider, in cells: far above what rounding moves a point by.
_MARGIN: Final = 1e-6
NOWHERE: Final = -1
SEVERAL: Final = -2
_ONE: Final = 1 << 32


@dataclass(frozen=True)
class Grid:
    """Cells of one size: the south-western corner of the first, in metres, and how many."""

    east: float
    north: float
    size: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of rows and columns."""
        return self.rows, self.columns

    def boxes(self, cells: Whole, *, margin: float = 0.0) -> Geometries:
        """Return cells as polygons, wider by a margin in cells."""
        row, column = np.divmod(cells, self.columns)
        west, south = self.east + column * self.size, self.north + row * self.size
        more = margin * self.size
        boxes: Geometries = shapely.box(
            west - more, south - more, west + self.size + more, south + self.size + more
        )
        return boxes


@dataclass(frozen=True)
class Lines:
    """
    Sides of polygons, in cells from the grid's corner, anticlockwise around their land.

    Attributes
    ----------
    x0, y0, x1, y1
        From where to where.
    owner
        Position of the polygon that a side belongs to.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    owner: Whole

    def part(self, which: NDArray[Any]) -> "Lines":
        """Keep some of the sides."""
        return Lines(*(getattr(self, one.name)[which] for one in fields(self)))


def lines_of(shapes: Geometries, grid: Grid) -> Lines:
    """Take polygons apart into their sides."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    x, y = ((points - (grid.east, grid.north)) / grid.size).T
    whole = of_ring[:-1] == of_ring[1:]
    owner = of_shape[of_part][of_ring[:-1][whole]]
    return Lines(x[:-1][whole], y[:-1][whole], x[1:][whole], y[1:][whole], owner)


def touched(lines: Lines, grid: Grid) -> tuple[Whole, Whole]:
    """
    List the cells that each side touches, and those it all but touches.

    Returns
    -------
    cell, owner
        Cells and the polygons whose border touches them; a pair may stand several times.
    """
    west, east = _cells(lines.x0, lines.x1)
    south, north = _cells(lines.y0, lines.y1)
    # Within one row or column, a side touches every cell from its first to its last.
    straight = (west == east) | (south == north)
    side, along = _spread(np.zeros_like(west), np.where(straight, east - west + north - south, -1))
    step = np.where(south == north, 1, grid.columns)
    cell = (south * grid.columns + west)[side] + along * step[side]
    slanting = lines.part(~straight)
    crossed, of_side = _crossed(slanting, grid)
    owner = np.concatenate([lines.owner[side], slanting.owner[of_side]])
    return np.concatenate([cell, crossed]), owner


def _crossed(lines: Lines, grid: Grid) -> tuple[Whole, Whole]:
    """List the cells along each side, row by row: the cell, and the side."""
    side, row = _spread(*_cells(lines.y0, lines.y1))
    x0, y0 = lines.x0[side], lines.y0[side]
    dx, dy = (lines.x1 - lines.x0)[side], (lines.y1 - lines.y0)[side]
    level = dy == 0
    # Where a side enters and leaves the row, as parts of its length; a level side runs along.
    steps = np.where(level, 1.0, dy)
    enter = np.where(level, 0.0, np.clip((row - y0) / steps, 0, 1))
    leave = np.where(level, 1.0, np.clip((row + 1 - y0) / steps, 0, 1))
    part, column = _spread(*_cells(x0 + enter * dx, x0 + leave * dx))
    return row[part] * grid.columns + column, side[part]


def _cells(one: Floats, other: Floats) -> tuple[Whole, Whole]:
    """Return the first and the last cell between two places, or all but touched."""
    first = np.floor(np.minimum(one, other) - _MARGIN).astype(np.int64)
    return first, np.floor(np.maximum(one, other) + _MARGIN).astype(np.int64)


def covered(lines: Lines, grid: Grid) -> NDArray[np.int32]:
    """
    Say what holds the middle of each cell, row by row from side to side.

    Returns
    -------
    array
        One per cell, rows northwards: the position of the polygon; -1 where there is none,
        -2 where there are several.
    """
    low, high = np.minimum(lines.y0, lines.y1), np.maximum(lines.y0, lines.y1)
    # Half-open, so that of two sides that meet in the middle of a row one is counted.
    side, row = _spread(
        np.ceil(low - 0.5).astype(np.int64), np.ceil(high - 0.5).astype(np.int64) - 1
    )
    x0, x1, y0, y1 = (one[side] for one in (lines.x0, lines.x1, lines.y0, lines.y1))
    x = x0 + (row + 0.5 - y0) / (y1 - y0) * (x1 - x0)
    # Land lies left of a side: eastwards, one that runs down is entered, one up is left. Two
    # sums in one number: how many polygons are entered, in its upper half, and which.
    change = np.where(y1 > y0, -1, 1) * (lines.owner[side] + _ONE)
    column, starts, change = grouped(row, np.ceil(x - 0.5).astype(np.int64), change, grid.shape)
    at = np.repeat(np.arange(grid.rows) * grid.columns, np.diff(starts)) + column
    total = np.concatenate([[0], np.cumsum(change)])
    value = np.where(total >> 32 == 1, total - _ONE, np.where(total == 0, NOWHERE, SEVERAL))
    lengths = np.diff(at, prepend=0, append=grid.rows * grid.columns)
    return np.repeat(value.astype(np.int32), lengths)


def grouped(
    row: NDArray[Any], column: NDArray[Any], value: NDArray[Any], shape: tuple[int, int]
) -> tuple[Whole, Whole, NDArray[Any]]:
    """
    Order pairs by row and column, and add up the values of those that stand several times.

    Counting beats sorting: keys are small numbers.

    Returns
    -------
    column, starts, value
        Row i is `starts[i]:starts[i + 1]` of the others.
    """
    from scipy.sparse import coo_array

    matrix = coo_array((value, (row, column)), shape=shape).tocsr()
    return matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64), matrix.data


def _spread(first: Whole, last: Whole) -> tuple[Whole, Whole]:
    """Count from each first to its last: return whose number it is, and the number."""
    count = np.maximum(last - first + 1, 0)
    whose = np.repeat(np.arange(len(count)), count)
    return whose, np.arange(len(whose)) + np.repeat(first - np.cumsum(count) + count, count)
