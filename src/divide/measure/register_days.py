"""Places of any day: from a list of that day, else from the states of communes."""

from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide.errors import MethodError

COLUMNS: Final = (
    *("place_level", "place", "register_date", "name", "canton", "district"),
    *("major_region", "language_region", "typology_9", "urban_rural", "source", "edition"),
)
# What a list says of a commune beyond its number, name and canton.
_LISTED: Final = ("district", "language_region", "typology_9", "urban_rural")


def known_days(lists: DataFrame, states: DataFrame | None = None) -> list[str]:
    """Return the days of lists at hand, and the first and last day of the states."""
    days = set(lists["register_date"])
    if states is not None and not states.empty:
        days |= {states["known_from"].iloc[0], states["known_to"].iloc[0]}
    return sorted(days)


def is_known(day: str, lists: DataFrame, states: DataFrame | None = None) -> bool:
    """Tell whether the communes of a day can be listed."""
    return day in set(lists["register_date"]) or _is_within(day, states)


def places_on(day: str, lists: DataFrame, states: DataFrame | None = None) -> DataFrame:
    """
    List all places of one day.

    Parameters
    ----------
    day
        ISO.
    lists
        Table registers: lists of some days.
    states
        Table commune_states, if it is at hand.

    Returns
    -------
    DataFrame
        One row per country, region, canton, district and commune, in the columns of the
        table places. Of a day without a whole list, communes are those of a list of numbers
        and names, or the states that hold on that day; their district, language region and
        typology are those that the nearest whole list gives a commune of the same number,
        canton and name, else missing; districts are those named so.

    Raises
    ------
    MethodError
        If the day is neither of a list nor within what the states cover.
    """
    listed = lists[lists["register_date"] == day].reset_index(drop=True)
    if "canton" in set(listed["place_level"]):
        return listed
    if not listed.empty:
        return _completed(day, listed, lists)
    if states is None or not _is_within(day, states):
        days = known_days(lists, states)
        raise MethodError(
            f"The communes of {day} are not at hand: lists of {', '.join(days)} are. "
            "Fetch the register of that day: divide fetch bfs_commune_register"
        )
    return _completed(day, _alive(day, states), lists)


def communes_on(day: str, lists: DataFrame, states: DataFrame | None = None) -> DataFrame:
    """
    Return the communes of one day, as `places_on` lists them.

    `parent` is the historical code of their district, where states cover the day.
    """
    found = places_on(day, lists, states)
    communes = found[found["place_level"] == "commune"].reset_index(drop=True)
    if states is None or not _is_within(day, states):
        return communes.assign(parent=pd.Series(None, communes.index, dtype="str"))
    parents = _alive(day, states).set_index("place")["parent"]
    return communes.assign(parent=communes["place"].map(parents))


def _is_within(day: str, states: DataFrame | None) -> bool:
    if states is None or states.empty:
        return False
    return bool(states["known_from"].iloc[0] <= day <= states["known_to"].iloc[0])


def _alive(day: str, states: DataFrame) -> DataFrame:
    """Return the states that hold on a day."""
    begun = states["valid_from"].isna() | (states["valid_from"] <= day)
    alive = states[begun & (states["valid_to"].isna() | (states["valid_to"] >= day))]
    if alive["place"].duplicated().any():
        twice = sorted(alive.loc[alive["place"].duplicated(), "place"])
        raise MethodError(
            f"The register's states give {', '.join(twice[:5])} twice on {day}. Fetch it again."
        )
    return alive


def _completed(day: str, communes: DataFrame, lists: DataFrame) -> DataFrame:
    """Add to communes what the nearest whole list says of them, and the places above them."""
    whole = lists.groupby("register_date")["place_level"].transform("nunique") > 1
    nearest = lists[lists["register_date"] == _nearest(day, lists[whole])]
    above = nearest[~nearest["place_level"].isin(("commune", "district"))]
    regions = above[above["place_level"] == "canton"].set_index("place")["major_region"]
    listed = nearest[nearest["place_level"] == "commune"]
    own = communes["canton"] if "canton" in communes else pd.Series(None, communes.index, "str")
    found = communes[["place_level", "place", "name", "source", "edition"]].assign(
        canton=own.fillna(_by_number(communes["place"], listed))
    )
    same = ["place", "canton", "name"]
    found = found.merge(listed[[*same, *_LISTED]], on=same, how="left", validate="1:1")
    found = found.assign(major_region=found["canton"].map(regions))
    districts = nearest[
        (nearest["place_level"] == "district") & nearest["place"].isin(found["district"])
    ]
    frame = pd.concat([above, districts, found], ignore_index=True)
    frame = frame.assign(register_date=day)[list(COLUMNS)].astype("str")
    return frame.sort_values(["place_level", "place"], ignore_index=True)


def _by_number(places: "pd.Series[str]", listed: DataFrame) -> "pd.Series[str]":
    """
    Find cantons by number: blocks of numbers belong to cantons.

    A number between two of one canton lies in that canton; between two cantons it is
    not known, save that its own is on the list.
    """
    known = listed.sort_values("place").set_index("place")["canton"]
    after = known.index.searchsorted(places)
    last = len(known) - 1
    right = known.to_numpy()[np.minimum(after, last)]
    left = known.to_numpy()[np.maximum(after - 1, 0)]
    between = pd.Series(right, places.index, dtype="str").where(left == right)
    return places.map(known).fillna(between)


def _nearest(day: str, lists: DataFrame) -> str:
    days: list[str] = sorted(set(lists["register_date"]))
    return min(days, key=lambda one: abs(pd.Timestamp(one) - pd.Timestamp(day)))
