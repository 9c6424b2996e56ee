"""Neighbours of places: who shares a border with whom, and who is nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from divide.errors import MethodError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """
    Places of one level and day, and the neighbours of each.

    Attributes
    ----------
    places
        Ids of the places, in the order of the rows.
    starts, others
        Neighbours of place i stand at `others[starts[i]:starts[i + 1]]`, as positions.
    place_level, register_date
        What the ids mean: a commune's number is valid on its day only.
    """

    places: tuple[str, ...]
    starts: Whole
    others: Whole
    place_level: str
    register_date: str

    def of(self, place: str) -> list[str]:
        """Name the neighbours of a place, in the order of the places."""
        at = self.places.index(place)
        found = np.sort(self.others[self.starts[at] : self.starts[at + 1]])
        return [self.places[one] for one in found]


def shared_borders(boundaries: "GeoDataFrame", *, place_level: str = "commune") -> Neighbours:
    """
    Call two places neighbours where they share a line, not just a corner.

    Parameters
    ----------
    boundaries
        Table boundaries: one row per place with its polygon. Borders of neighbours must meet
        vertex by vertex, as `tidy_boundaries` leaves them.
    place_level
        The level whose places are compared.

    Returns
    -------
    Neighbours
        An island has none. A lake that is drawn for itself parts its shores.

    Raises
    ------
    MethodError
        If the boundaries hold no place of this level, or hold them on more than one day.
    """
    layer = _layer(boundaries, place_level)
    parts, owner = shapely.get_parts(layer.geometry.to_numpy(), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    corner = np.unique(points.view(np.complex128).ravel(), return_inverse=True)[1]
    inside = ring[:-1] == ring[1:]
    ends = np.sort(np.column_stack([corner[:-1], corner[1:]])[inside], axis=1)
    line = ends[:, 0] * (corner.max() + 1) + ends[:, 1]
    drawn_by = owner[part[ring[:-1][inside]]]
    order = np.argsort(line, kind="stable")
    line, drawn_by = line[order], drawn_by[order]
    twice = (line[:-1] == line[1:]) & (drawn_by[:-1] != drawn_by[1:])
    return _neighbours(layer, drawn_by[:-1][twice], drawn_by[1:][twice])


def nearest(
    boundaries: "GeoDataFrame", *, count: int = 6, place_level: str = "commune"
) -> Neighbours:
    """
    Call the nearest places neighbours, by the distance of their centroids.

    Parameters
    ----------
    count
        Neighbours of each place; in Switzerland a commune has six borders on average.

    Raises
    ------
    MethodError
        If there are not more places than neighbours asked for.
    """
    from scipy.spatial import cKDTree

    layer = _layer(boundaries, place_level)
    if len(layer) <= count:
        raise MethodError(f"{len(layer)} places have no {count} nearest others: ask for fewer.")
    points = shapely.get_coordinates(shapely.centroid(layer.geometry.to_numpy()))
    found = cKDTree(points).query(points, k=count + 1)[1]
    own = np.arange(len(layer))[:, None]
    # Of two places on one point either may come first: a place is no neighbour of its own.
    order = np.argsort(found == own, axis=1, kind="stable")[:, :count]
    others = np.take_along_axis(found, order, axis=1).ravel()
    return _one_way(layer, np.repeat(own.ravel(), count), others)


def from_lists(
    places: Sequence[str],
    neighbours: Sequence[Sequence[str]],
    *,
    place_level: str,
    register_date: str,
) -> Neighbours:
    """
    Take neighbours as they are listed, place by place.

    Examples
    --------
    >>> day = {"place_level": "canton", "register_date": "2024-01-01"}
    >>> found = from_lists(["VD", "GE", "UR"], [["GE"], ["VD"], []], **day)
    >>> found.of("VD"), found.of("UR")
    (['GE'], [])
    """
    at = {place: position for position, place in enumerate(places)}
    others = [at[one] for listed in neighbours for one in listed]
    starts = np.cumsum([0, *(len(listed) for listed in neighbours)])
    return Neighbours(
        tuple(places), starts, np.array(others, dtype=np.int64), place_level, register_date
    )


def _layer(boundaries: "GeoDataFrame", place_level: str) -> "GeoDataFrame":
    layer = boundaries[boundaries["place_level"] == place_level]
    if layer["register_date"].nunique() != 1 or layer["place"].duplicated().any():
        raise MethodError(
            f"Boundaries of level {place_level}: one row per place of one register date is needed."
        )
    return layer.sort_values("place", ignore_index=True)


def _neighbours(layer: "GeoDataFrame", one: Whole, other: Whole) -> Neighbours:
    """Make each pair hold both ways, once."""
    pairs = np.unique(
        np.vstack([np.column_stack([one, other]), np.column_stack([other, one])]), axis=0
    )
    return _one_way(layer, pairs[:, 0], pairs[:, 1])


def _one_way(layer: "GeoDataFrame", own: Whole, other: Whole) -> Neighbours:
    """Store pairs that are sorted by their first place."""
    counts = np.bincount(own, minlength=len(layer))
    return Neighbours(
        places=tuple(layer["place"]),
        starts=np.concatenate([[0], np.cumsum(counts)]),
        others=other.astype(np.int64),
        place_level=str(layer["place_level"].iloc[0]),
        register_date=str(layer["register_date"].iloc[0]),
    )
