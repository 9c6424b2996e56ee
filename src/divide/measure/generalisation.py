"""Boundaries made lighter: simplified together, and without their lakes."""

from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries

from divide.errors import MethodError
from divide.measure.coverages import redrawn, refuse_unsound

# A place whose simplified area is off by more than this factor is no longer its picture.
_COLLAPSE: Final = 2.0


def simplify_coverage(places: GeoDataFrame, *, tolerance: float) -> GeoDataFrame:
    """
    Simplify borders once for both neighbours, and lose no place.

    Parameters
    ----------
    places
        A sound coverage in metres.
    tolerance
        Metres: the side of the square whose area a removed corner may cut off.

    Returns
    -------
    GeoDataFrame
        The same rows. Where simplifying halved or doubled the area of a place, its picture
        says nothing any more: `point` holds one inside the true one, to be drawn instead.

    Raises
    ------
    MethodError
        If borders do not meet.
    """
    shapes = places.geometry.to_numpy()
    refuse_unsound(places)
    simple = shapely.coverage_simplify(shapes, tolerance)
    ratio = shapely.area(simple) / shapely.area(shapes)
    collapsed = (ratio < 1 / _COLLAPSE) | (ratio > _COLLAPSE)
    dots = np.where(collapsed, shapely.point_on_surface(shapes), None)
    return redrawn(places, simple).assign(point=GeoSeries(dots, index=places.index, crs=places.crs))


def without_lakes(places: GeoDataFrame, lakes: GeoDataFrame) -> GeoDataFrame:
    """
    Cut lakes out of places.

    Returns
    -------
    GeoDataFrame
        The same rows, land only, with `land_km2` and `lake_km2`.

    Raises
    ------
    MethodError
        If nothing of a place would be left, or coordinates differ.
    """
    if places.crs != lakes.crs:
        raise MethodError(f"Places in {places.crs}, lakes in {lakes.crs}: transform one of them.")
    shapes, shores = places.geometry.to_numpy(), lakes.geometry.to_numpy()
    land = shapes.copy()
    wet = np.unique(shapely.STRtree(shapes).query(shores, predicate="intersects")[1])
    # Only what meets a lake is cut: every other border stays as it is, corner by corner.
    land[wet] = shapely.difference(shapes[wet], shapely.union_all(shores))
    area = shapely.area(land) / 1e6
    if (area == 0).any():
        raise MethodError(f"{places['place'][area == 0].tolist()} would be all lake. Leave it in.")
    water = shapely.area(shapes) / 1e6 - area
    return redrawn(places, land).assign(land_km2=area, lake_km2=np.maximum(water, 0.0))
