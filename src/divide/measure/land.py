"""What became of communes, read off the land: boundaries of two days laid over each other."""

from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.successions import Link

# Between two editions the drawn line of one and the same border moves by up to 0.2 % of a
# commune's land; an heir takes more.
_LEAST: Final = 0.01


def match_land(old: GeoDataFrame, new: GeoDataFrame, *, since: str, until: str) -> Link:
    """
    Find the heirs of communes whose number is gone, by the land they stood on.

    A number that both days know stays where it is: boundaries cannot tell whether people
    moved with a strip of land. Where more than 1 % of such a commune is drawn in another,
    a note says so.

    Parameters
    ----------
    old, new
        Communes of both days: `place` and `geometry`, EPSG:2056.

    Returns
    -------
    Link
        A commune whose land lies in one other has that heir whole. Where it lies in several,
        each with 1 % of the land or more, nothing tells how its people were divided.

    Raises
    ------
    MethodError
        If the boundaries are in other coordinates than each other, or land of a vanished
        commune lies nowhere.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> old = GeoDataFrame({"place": ["0001", "0002"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)])
    >>> new = GeoDataFrame({"place": ["0001"]}, geometry=[box(0, 0, 2, 1)])
    >>> match_land(old, new, since="2023-01-01", until="2024-01-01").heirs
    {'0002': {'0001': 1.0}}
    """
    if old.crs != new.crs:
        raise MethodError(f"Boundaries in {old.crs} and {new.crs} cannot be compared: transform.")
    shares = land_shares(old, new)
    shares = shares[shares["share"] >= _LEAST]
    gone = set(old["place"]) - set(new["place"])
    heirs: dict[str, dict[str, float]] = {}
    for place, rows in shares[shares["initial"].isin(gone)].groupby("initial"):
        part = 1.0 if len(rows) == 1 else np.nan
        heirs[str(place)] = dict.fromkeys(sorted(rows["terminal"]), part)
    if lost := sorted(gone - set(heirs)):
        raise MethodError(f"The land of {', '.join(lost[:9])} lies in no commune of {until}.")
    stayed = shares[~shares["initial"].isin(gone) & (shares["initial"] != shares["terminal"])]
    notes = tuple(
        f"{one.share:.0%} of the land of {one.initial} is drawn in {one.terminal} on {until}; "
        "its people are left where its number is."
        for one in stayed.itertuples()
    )
    return Link(since, until, heirs, "boundaries", notes)


def land_shares(old: GeoDataFrame, new: GeoDataFrame) -> DataFrame:
    """
    Say how much of each old commune's land lies in each new one.

    Returns
    -------
    DataFrame
        One row per pair that meets: `initial`, `terminal`, and `share`, 0 to 1.
    """
    tree = shapely.STRtree(new.geometry.to_numpy())
    left, right = tree.query(old.geometry.to_numpy(), predicate="intersects")
    first, second = old.geometry.to_numpy()[left], new.geometry.to_numpy()[right]
    area = shapely.area(shapely.intersection(first, second))
    frame = DataFrame(
        {
            "initial": old["place"].to_numpy()[left],
            "terminal": new["place"].to_numpy()[right],
            "share": area / shapely.area(first),
        }
    )
    return frame[frame["share"] > 0].reset_index(drop=True)
