"""Points laid over places: which one holds each, and what lies nowhere."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.coordinates import to_lv95
from divide.measure.grid_lines import NOWHERE
from divide.measure.lookup import Coordinates, Flags, find_places, make_lookup

Points = tuple[Coordinates, Coordinates]

# Where a point may lie; the last three have no place.
LOCATED: Final = ("inside", "border", "lake", "outside", "no_coordinates")
_KEY: Final = ("place_level", "place", "register_date")


def place_points(
    points: DataFrame,
    places: GeoDataFrame,
    *,
    crs: str,
    columns: tuple[str, str] = ("east", "north"),
    lakes: GeoDataFrame | None = None,
) -> DataFrame:
    """
    Say in which place each point lies.

    A point on a border belongs to the lowest id among the places that it touches. No point is
    left out: those in no place say where they are.

    Parameters
    ----------
    points
        One row per point.
    places
        Table boundaries, one level and register date: `place_level`, `place`,
        `register_date` and `geometry`, EPSG:2056.
    crs
        Of the points: EPSG:2056 or EPSG:4326. It is checked, never guessed.
    columns
        Names of the columns with eastings or longitudes, northings or latitudes.
    lakes
        Lakes, to tell a point in one from a point abroad. Only points in no place are asked:
        a small lake is part of its commune.

    Returns
    -------
    DataFrame
        The same rows with `place_level`, `place` and `register_date`, missing where there is
        no place, and `located`: inside, border, lake, outside or no_coordinates.

    Raises
    ------
    MethodError
        If coordinates are not what `crs` says, places are of several days or levels, or the
        points have a `place` already.
    """
    xy = coordinates_of(points, crs=crs, columns=columns)
    return points.assign(**locate(xy, places, lakes=lakes).set_axis(points.index))


def coordinates_of(points: DataFrame, *, crs: str, columns: tuple[str, str]) -> Points:
    """
    Return eastings and northings (EPSG:2056) of points that have no place yet.

    Raises
    ------
    MethodError
        If they have one, or their coordinates are not what `crs` says.
    """
    taken = [name for name in (*_KEY, "located") if name in points]
    if taken:
        raise MethodError(f"Points have the columns {', '.join(taken)} already. Rename them.")
    given = (points[name].to_numpy(dtype=np.float64) for name in columns)
    east, north = to_lv95(*given, crs=crs)
    return east, north


def locate(xy: Points, places: GeoDataFrame, *, lakes: GeoDataFrame | None = None) -> DataFrame:
    """
    Say where coordinates lie, one row each: the columns that `place_points` adds.

    Parameters
    ----------
    xy
        Eastings and northings (EPSG:2056).
    places, lakes
        As in `place_points`.
    """
    key = layer_of(places)
    east, north = xy
    lookup = make_lookup(places)
    position, border = find_places(lookup, east, north)
    code = np.where(border, 1, 0).astype(np.int8)
    lost = np.flatnonzero(position == NOWHERE)
    code[lost] = 3
    if lakes is not None and len(lakes):
        code[lost[_in_lakes(lakes, east[lost], north[lost])]] = 2
    code[~(np.isfinite(east) & np.isfinite(north))] = 4
    known = pd.array([*key, None], dtype="str")
    return DataFrame(
        {
            "place_level": known.take(np.where(position == NOWHERE, 2, 0)),
            "place": pd.array(lookup.places, dtype="str").take(position, allow_fill=True),
            "register_date": known.take(np.where(position == NOWHERE, 2, 1)),
            "located": pd.Categorical.from_codes(code, pd.Index(LOCATED)),
        }
    )


def count_located(placed: DataFrame, *, weight: str | None = None) -> DataFrame:
    """
    Count the points by where they lie: the account of what found no place.

    Parameters
    ----------
    placed
        Points from `place_points`.
    weight
        Column to add up, such as persons; a missing figure makes its sum missing.

    Returns
    -------
    DataFrame
        One row per way to lie: `located`, `points`, their `share`, and `weight` if asked for.
    """
    groups = placed.groupby("located", observed=False)
    frame = DataFrame({"points": groups.size()})
    frame["share"] = frame["points"] / max(len(placed), 1)
    if weight is not None:
        frame[weight] = groups[weight].sum(skipna=False)
    return frame.reset_index()


def layer_of(places: GeoDataFrame) -> tuple[str, str]:
    """
    Return the level and the register date of places.

    Raises
    ------
    MethodError
        If they are of several.
    """
    found = places[["place_level", "register_date"]].drop_duplicates()
    if len(found) != 1:
        raise MethodError(
            "Places of one level and one register date are needed, not of: "
            f"{', '.join(found.agg(' '.join, axis=1))}."
        )
    level, date = found.iloc[0].astype("str")
    return level, date


def _in_lakes(lakes: GeoDataFrame, east: Coordinates, north: Coordinates) -> Flags:
    """Tell which points lie in a lake or on its shore."""
    shores = lakes.geometry.to_numpy()
    shapely.prepare(shores)
    wet = np.zeros(len(east), dtype=np.bool_)
    for shore in shores:
        west, south, last_east, last_north = shapely.bounds(shore)
        near = (east >= west) & (east <= last_east) & (north >= south) & (north <= last_north)
        wet[near] |= shapely.intersects_xy(shore, east[near], north[near])
    return wet
