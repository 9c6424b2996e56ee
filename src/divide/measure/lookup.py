"""Places as a raster: which one holds a point, exactly, with few exact tests."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.grid_lines import (
    NOWHERE,
    SEVERAL,
    Geometries,
    Grid,
    Lines,
    Whole,
    covered,
    grouped,
    lines_of,
    touched,
)

Coordinates = NDArray[np.float64]
Positions = NDArray[np.int32]
Flags = NDArray[np.bool_]

CRS: Final = "EPSG:2056"
# Points looked up at once, for the cache; points tested at once, for the memory.
_BLOCK: Final = 1 << 15
_TESTED: Final = 1 << 22
_MOST_CELLS: Final = 1 << 28
_MARGIN: Final = 1e-6  # in cells
_SMALLEST: Final = 0.1  # metres: below, the margin drowns in the rounding of coordinates


@dataclass(frozen=True)
class Lookup:
    """
    A raster over the places of one layer.

    Attributes
    ----------
    places, shapes
        Ids and polygons, lowest id first.
    cells
        One per cell, rows northwards: the position of the place that holds all of it; -1
        where there is none; -2 - k where a border runs through. The candidate places of
        border cell k stand at `owners[starts[k]:starts[k + 1]]`, lowest first.
    """

    places: NDArray[Any]
    shapes: Geometries
    grid: Grid
    cells: Positions
    starts: Whole
    owners: Whole

    def codes(self, east: Coordinates, north: Coordinates) -> Positions:
        """Read what `cells` says where each point lies."""
        grid = self.grid
        row = _steps(north, grid.north, grid.size, grid.rows).astype(np.int64)
        row *= grid.columns
        row += _steps(east, grid.east, grid.size, grid.columns).astype(np.int64)
        return np.take(self.cells, row, mode="clip")  # nothing to clip: faster than cells[row]


def make_lookup(
    places: GeoDataFrame, *, size: float = 100.0, corner: tuple[float, float] = (0.0, 0.0)
) -> Lookup:
    """
    Draw places into a raster.

    Parameters
    ----------
    places
        Columns `place` and `geometry`, EPSG:2056, of one level and day. They need not be a
        sound coverage: where places overlap, cells are treated as borders.
    size
        Side of a cell, in metres.
    corner
        Any corner of the grid: the edges of cells run through it.

    Raises
    ------
    MethodError
        If a place stands twice or has no valid polygon, coordinates are not EPSG:2056, or the
        raster would have more than 268 million cells, or cells below 10 cm.
    """
    _refuse_unusable(places)
    ordered = places.sort_values("place", ignore_index=True)
    shapes = ordered.geometry.to_numpy()
    grid = _grid(shapely.total_bounds(shapes), float(size), corner)
    lines = lines_of(shapes, grid)
    cells, starts, owners = _drawn(shapes, lines, grid)
    shapely.prepare(shapes)
    return Lookup(ordered["place"].to_numpy(), shapes, grid, cells, starts, owners)


def find_places(lookup: Lookup, east: Coordinates, north: Coordinates) -> tuple[Positions, Flags]:
    """
    Find the place of each point, as a position in `lookup.places`.

    A point on a border belongs to the lowest id among the places that it touches. Where places
    overlap, a point inside several belongs to the lowest id.

    Returns
    -------
    position
        -1 where no place holds or touches the point, or a coordinate is missing.
    on_border
        Whether the point lies inside no place and was given to one that it touches.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> squares = GeoDataFrame({"place": ["0002", "0001"]}, crs="EPSG:2056",
    ...                        geometry=[box(0, 0, 500, 500), box(500, 0, 1000, 500)])
    >>> lookup = make_lookup(squares)
    >>> find_places(lookup, np.array([250.0, 500, 1500]), np.full(3, 100.0))
    (array([ 1,  0, -1], dtype=int32), array([False,  True, False]))
    """
    found = np.empty(len(east), dtype=np.int32)
    border = np.zeros(len(east), dtype=np.bool_)
    for start in range(0, len(east), _TESTED):
        part = slice(start, start + _TESTED)
        border[part] = _find(lookup, east[part], north[part], found[part])
    return found, border


def _find(lookup: Lookup, east: Coordinates, north: Coordinates, found: Positions) -> Flags:
    """Write positions into `found`; return which points lie on borders."""
    for start in range(0, len(east), _BLOCK):
        part = slice(start, start + _BLOCK)
        found[part] = lookup.codes(east[part], north[part])
    near = np.flatnonzero(found < NOWHERE)
    cell = (-2 - found[near]).astype(np.int64)
    found[near] = NOWHERE
    border = np.zeros(len(found), dtype=np.bool_)
    for touching in (False, True):
        owner = _tested(lookup, cell, east[near], north[near], touching=touching)
        hit = owner != NOWHERE
        found[near[hit]] = owner[hit]
        border[near[hit]] = touching
        near, cell = near[~hit], cell[~hit]
    return border


def _steps(values: Coordinates, first: float, size: float, count: int) -> Coordinates:
    """Count cells from the first. The outer ones are empty: what lies beyond is put there."""
    steps = values - first
    steps *= 1 / size
    np.fmax(steps, 0, out=steps)  # and so is what lies nowhere: of NaN and 0 it takes 0
    return np.fmin(steps, count - 1, out=steps)


def _tested(
    lookup: Lookup, cell: Whole, east: Coordinates, north: Coordinates, *, touching: bool
) -> Whole:
    """Test points against the candidates of their cells, lowest first."""
    inside = shapely.intersects_xy if touching else shapely.contains_xy
    found = np.full(len(cell), NOWHERE, dtype=np.int64)
    turn, end = lookup.starts[cell], lookup.starts[cell + 1]
    left = np.arange(len(cell))
    while len(left):
        # One place after the other: its polygon is prepared once.
        left, starts, _ = grouped(
            lookup.owners[turn[left]], left, left, (len(lookup.shapes), len(cell))
        )
        for owner in np.flatnonzero(np.diff(starts)).tolist():
            part = left[starts[owner] : starts[owner + 1]]
            hit = inside(lookup.shapes[owner], east[part], north[part])
            found[part[hit]] = owner
        left = left[found[left] == NOWHERE]
        turn[left] += 1
        left = left[turn[left] < end[left]]
    return found


def _grid(bounds: Coordinates, size: float, corner: tuple[float, float]) -> Grid:
    """Lay a grid around all places, one empty cell wider on every side."""
    first = np.floor((bounds[:2] - corner) / size) - 1
    last = np.floor((bounds[2:] - corner) / size) + 1
    columns, rows = (last - first + 1).astype(int).tolist()
    if size < _SMALLEST or rows * columns > _MOST_CELLS:
        raise MethodError(f"Cells of {size:g} m give {rows} × {columns}: take larger ones.")
    east, north = (np.asarray(corner) + first * size).tolist()
    return Grid(east, north, size, rows, columns)


def _drawn(shapes: Geometries, lines: Lines, grid: Grid) -> tuple[Positions, Whole, Whole]:
    """Return cells, and the candidates of border cells."""
    cell, owner = touched(lines, grid)
    cells = covered(lines, grid)
    border, starts, owners = _by_cell(cell, owner, grid, len(shapes))
    # A place may hold all of a cell that another's border runs through: they overlap there.
    middle = cells[border]
    mine = np.repeat(middle, np.diff(starts)) == owners
    odd = border[(middle >= 0) & ~np.logical_or.reduceat(mine, starts[:-1])]
    several = np.union1d(np.flatnonzero(cells == SEVERAL), odd)
    if len(several):
        boxes = grid.boxes(several, margin=_MARGIN)
        at, more = shapely.STRtree(shapes).query(boxes, predicate="intersects")
        cell, owner = np.concatenate([cell, several[at]]), np.concatenate([owner, more])
        border, starts, owners = _by_cell(cell, owner, grid, len(shapes))
    cells[border] = -2 - np.arange(len(border), dtype=np.int32)
    return cells, starts, owners


def _by_cell(cell: Whole, owner: Whole, grid: Grid, count: int) -> tuple[Whole, Whole, Whole]:
    """Return the cells in order, where the owners of each start, and the owners, lowest first."""
    rank = np.zeros(grid.rows * grid.columns, dtype=np.int32)
    rank[cell] = 1
    border = np.flatnonzero(rank)
    rank[border] = np.arange(len(border), dtype=np.int32)
    once = np.ones(len(cell), dtype=np.int8)
    owners, starts, _ = grouped(rank[cell], owner, once, (len(border), count))
    return border, starts, owners


def _refuse_unusable(places: GeoDataFrame) -> None:
    """Say why places cannot be drawn, if they cannot."""
    if places.crs is None or places.crs.to_epsg() != 2056:
        raise MethodError(
            f"Places are in {places.crs}, not in {CRS}. Transform them: to_crs(2056)."
        )
    shapes = places.geometry.to_numpy()
    flat = np.isin(shapely.get_type_id(shapes), (3, 6))
    bad = ~(flat & shapely.is_valid(shapes) & ~shapely.is_empty(shapes))
    twice = places["place"].duplicated().to_numpy()
    if bad.any() or twice.any() or places.empty:
        raise MethodError(
            f"{len(places)} places; without a valid polygon: {_named(places, bad)}; "
            f"twice: {_named(places, twice)}. One row per place with its polygon is needed."
        )


def _named(places: GeoDataFrame, which: Flags) -> str:
    return ", ".join(sorted(set(places["place"][which]))[:9]) or "none"
