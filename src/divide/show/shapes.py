"""Geometry as text: borders simplified together, whole numbers, the fewest characters."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoDataFrame

from divide.errors import ReportError
from divide.show.svg_paths import Point, area, corners, path, rotate
from divide.show.words import need_columns

Geometries = np.ndarray[Any, np.dtype[np.object_]]

# Below this many square units a shape cannot be seen, so it becomes a dot.
_LEAST_AREA: Final = 2.0
_DOT: Final = "a2,2,0,1,0,4,0a2,2,0,1,0-4,0z"


@dataclass(frozen=True)
class Shape:
    """One place as drawn: the text of its path and a point inside it."""

    place: str
    path: str
    x: int
    y: int
    is_dot: bool = False


@dataclass(frozen=True)
class Drawing:
    """
    Places, lakes and borders in one frame of whole units.

    `shapes` keep the order of the places, dots last; `lakes` and `borders` are one
    path each, empty if there are none.
    """

    width: int
    height: int
    shapes: tuple[Shape, ...]
    lakes: str = ""
    borders: str = ""


def simplify(
    boundaries: GeoDataFrame,
    *,
    width: int = 1000,
    tolerance: float | None = None,
    units: float = 1.0,
    lakes: GeoDataFrame | None = None,
    border: str | None = None,
) -> Drawing:
    """
    Simplify neighbouring places together and write them in whole units.

    Parameters
    ----------
    boundaries : GeoDataFrame
        Columns place and geometry, in metres. One row is one place.
    width : int
        Units from the westernmost to the easternmost point.
    tolerance : float, optional
        Metres: the side of the square whose area may be cut off.
    units : float
        The same in units, if no metres are given.
    lakes : GeoDataFrame, optional
        Lakes; those at these places are drawn, cut at the drawing's frame.
    border : str, optional
        Column of `boundaries`, such as canton, whose borders are drawn as lines.

    Returns
    -------
    Drawing
        One shape a place: a place too small to be seen is a dot, never lost.

    Raises
    ------
    ReportError
        If a place has no geometry or occurs twice.
    """
    need_columns(boundaries, "place", "geometry", *([border] if border else []))
    areas = boundaries.geometry.to_numpy()
    places = boundaries["place"].astype(str).tolist()
    _check(places, areas)
    frame = _Frame.around(areas, width)
    simple = shapely.coverage_simplify(areas, tolerance or units * frame.unit)
    shapes = _shapes(places, simple, areas, frame)
    return Drawing(
        width,
        frame.height,
        tuple(sorted(shapes, key=lambda shape: shape.is_dot)),
        _lake_path(lakes, areas, frame) if lakes is not None else "",
        _border_path(simple, boundaries[border].to_numpy(), frame) if border else "",
    )


@dataclass(frozen=True)
class _Frame:
    left: float
    top: float
    unit: float
    height: int

    @classmethod
    def around(cls, areas: Geometries, width: int) -> "_Frame":
        left, bottom, right, top = shapely.total_bounds(areas)
        unit = (right - left) / width
        return cls(left, top, unit, int(np.ceil((top - bottom) / unit)))

    def units(self, xy: np.ndarray) -> list[Point]:
        """Turn metres into whole units, downwards as a page is read."""
        scaled = np.rint((xy - (self.left, self.top)) / (self.unit, -self.unit))
        return list(map(tuple, scaled.astype(int).tolist()))

    def lines(self, geometries: Geometries) -> list[list[Point]]:
        """Return the corners of each line, in whole units."""
        xy, index = shapely.get_coordinates(geometries, return_index=True)
        ends = np.searchsorted(index, np.arange(len(geometries) + 1))
        points = self.units(xy)
        return [corners(points[a:b]) for a, b in pairwise(ends)]

    def rings(self, areas: Geometries) -> list[list[list[Point]]]:
        """Return the rings of each area that do not collapse, ends not repeated."""
        parts, of_area = shapely.get_parts(areas, return_index=True)
        rings, of_part = shapely.get_rings(parts, return_index=True)
        found: list[list[list[Point]]] = [[] for _ in areas]
        for i, ring in zip(of_area[of_part], self.lines(rings), strict=True):
            if len(ring) > 3:
                found[i].append(rotate(ring[:-1]))
        return found


def _check(places: list[str], areas: Geometries) -> None:
    bare = [place for place, one in zip(places, areas, strict=True) if one is None or one.is_empty]
    twice = [place for place, times in Counter(places).items() if times > 1]
    if bare or twice or not places:
        raise ReportError(
            f"No map: {len(places)} places; without geometry: {bare[:5]}; twice: {twice[:5]}."
        )


def _shapes(
    places: list[str], simple: Geometries, exact: Geometries, frame: _Frame
) -> Iterator[Shape]:
    inside = frame.units(shapely.get_coordinates(shapely.point_on_surface(exact)))
    for place, rings, (x, y) in zip(places, frame.rings(simple), inside, strict=True):
        is_dot = sum(area(ring) for ring in rings) < _LEAST_AREA
        text = f"m{x - 2},{y}{_DOT}" if is_dot else path(rings, closed=True)
        yield Shape(place, text, x, y, is_dot)


def _lake_path(lakes: GeoDataFrame, areas: Geometries, frame: _Frame) -> str:
    shores = lakes.geometry.to_numpy()
    tree = shapely.STRtree(areas)
    near, _ = tree.query(shores, predicate="dwithin", distance=2 * frame.unit)
    cut = shapely.intersection(shores[np.unique(near)], shapely.box(*shapely.total_bounds(areas)))
    rings = frame.rings(shapely.simplify(cut, frame.unit))
    return path((ring for lake in rings for ring in lake), closed=True)


def _border_path(simple: Geometries, groups: np.ndarray, frame: _Frame) -> str:
    merged = [shapely.union_all(simple[groups == group]) for group in dict.fromkeys(groups)]
    # The union draws a border that two groups share once.
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(merged)))
    found = frame.lines(shapely.get_parts(lines))
    return path((line for line in found if len(line) > 1), closed=False)
