"""Swiss coordinates and those of the world told apart, and brought into LV95."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]

LV95: Final = "EPSG:2056"
WGS84: Final = "EPSG:4326"
# Boxes around the country, with 10 km to spare: west, south, east, north. None meets another,
# so a point lies in one at most.
_BOXES: Final = {
    LV95: (2_475_000, 1_065_000, 2_844_000, 1_306_000),
    WGS84: (5.8, 45.7, 10.7, 47.9),
    "EPSG:21781": (475_000, 65_000, 844_000, 306_000),
}
_MEANING: Final = {
    LV95: "metres in LV95 (EPSG:2056)",
    WGS84: "degrees of longitude and latitude (EPSG:4326)",
    "EPSG:21781": "metres in the old system LV03 (EPSG:21781)",
}
_BLOCK: Final = 1 << 18


def recognise_crs(east: Array, north: Array) -> str:
    """
    Say which coordinates these can be: those in whose box around Switzerland they lie.

    Points in no box (abroad, or missing) do not count; one system must hold all the others.

    Parameters
    ----------
    east, north
        Eastings or longitudes, northings or latitudes.

    Returns
    -------
    str
        EPSG:2056 or EPSG:4326.

    Raises
    ------
    MethodError
        If no point lies in such a box, points lie in several, east and north are swapped, or
        coordinates are of the old system LV03.

    Examples
    --------
    >>> recognise_crs(np.array([2_600_000.0]), np.array([1_200_000.0]))
    'EPSG:2056'
    >>> recognise_crs(np.array([7.44, np.nan]), np.array([46.95, np.nan]))   # Bern
    'EPSG:4326'
    """
    for crs in (LV95, WGS84):
        if _count(_BOXES[crs], east, north) == len(east) > 0:
            return crs  # as nearly always: the other boxes need not be asked
    right = {crs: _count(box, east, north) for crs, box in _BOXES.items()}
    swapped = {crs: _count(box, north, east) for crs, box in _BOXES.items()}
    found = [crs for crs, count in right.items() if count]
    turned = [crs for crs, count in swapped.items() if count]
    if turned:
        raise MethodError(
            f"{sum(swapped.values())} of {len(east)} points are {_MEANING[turned[0]]} with east "
            "and north swapped. Swap the two columns."
        )
    if not found:
        raise MethodError(
            f"None of {len(east)} points can lie in Switzerland, neither in {_MEANING[LV95]} nor "
            f"in {_MEANING[WGS84]}. Say which coordinates these are."
        )
    if len(found) > 1:
        told = ", ".join(f"{right[crs]} in {_MEANING[crs]}" for crs in found)
        raise MethodError(f"Points are in several systems: {told}. Bring them into one.")
    if found[0] not in (LV95, WGS84):
        raise MethodError(f"Points are {_MEANING[found[0]]}. Transform them to {LV95}.")
    return found[0]


def to_lv95(east: Array, north: Array, *, crs: str) -> tuple[Array, Array]:
    """
    Bring coordinates into LV95, once they are what they are said to be.

    Parameters
    ----------
    east, north
        Eastings or longitudes, northings or latitudes; NaN where there are none.
    crs
        EPSG:2056 or EPSG:4326.

    Returns
    -------
    east, north
        Metres. From EPSG:4326 they are good to about a metre: the transformation of three
        shifts, without the grid of local distortions.

    Raises
    ------
    MethodError
        If `crs` is another, or the coordinates cannot be of it; see `recognise_crs`.
    """
    if crs not in (LV95, WGS84):
        raise MethodError(f"Points in {crs} are not read: {LV95} or {WGS84}. Transform them.")
    if not np.isfinite(east).any():
        return east, north
    seen = recognise_crs(east, north)
    if seen != crs:
        raise MethodError(f"Points are said to be in {crs}, but are {_MEANING[seen]}.")
    return (east, north) if crs == LV95 else _transformed(east, north)


def _transformed(east: Array, north: Array) -> tuple[Array, Array]:
    from pyproj import Transformer

    transformer = Transformer.from_crs(WGS84, LV95, always_xy=True)
    out = np.empty((2, len(east)))
    for start in range(0, len(east), _BLOCK):
        part = slice(start, start + _BLOCK)
        out[:, part] = transformer.transform(east[part], north[part])
    out[:, ~np.isfinite(out).all(axis=0)] = np.nan
    return out[0], out[1]


def _count(box: tuple[float, float, float, float], east: Array, north: Array) -> int:
    west, south, last_east, last_north = box
    total = 0
    for start in range(0, len(east), _BLOCK):
        x, y = east[start : start + _BLOCK], north[start : start + _BLOCK]
        within = (x >= west) & (x <= last_east) & (y >= south) & (y <= last_north)
        total += int(np.count_nonzero(within))
    return total
