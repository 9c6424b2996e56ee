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
        One element per pair of a cell and a polygon whose border touches it, sorted, once.
    """
    west, east = _cells(lines.x0, lines.x1)
    south, north = _cells(lines.y0, lines.y1)
    long = (west != east) | (south != north)
    cell = south * grid.columns + west
    crossed, side = _crossed(lines.part(long), grid)
    count = int(lines.owner.max()) + 1
    # Side after side lies in the same cell: once is enough to sort.
    short = _once(cell[~long] * count + lines.owner[~long])
    across = _once(crossed * count + lines.owner[long][side])
    pairs = _once(np.sort(np.concatenate([short, across])))
    return np.divmod(pairs, count)


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
    at = row * grid.columns + np.ceil(x - 0.5).astype(np.int64)
    order = np.argsort(at)
    # Land lies left of a side: eastwards, one that runs down is entered, one up is left.
    sign = np.where(y1 > y0, -1, 1)[order]
    count = np.concatenate([[0], np.cumsum(sign)])
    owner = np.concatenate([[0], np.cumsum(sign * lines.owner[side[order]])])
    value = np.where(count == 1, owner, np.where(count == 0, NOWHERE, SEVERAL))
    lengths = np.diff(at[order], prepend=0, append=grid.rows * grid.columns)
    return np.repeat(value.astype(np.int32), lengths)


def _once(values: Whole) -> Whole:
    """Keep the first of each run of equal values."""
    return values[np.flatnonzero(np.diff(values, prepend=-1))]


def _spread(first: Whole, last: Whole) -> tuple[Whole, Whole]:
    """Count from each first to its last: return whose number it is, and the number."""
    count = np.maximum(last - first + 1, 0)
    whose = np.repeat(np.arange(len(count)), count)
    return whose, np.arange(len(whose)) + np.repeat(first - np.cumsum(count) + count, count)
