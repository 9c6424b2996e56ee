"""From communes up to the country: sums where every part is seen, bounds elsewhere."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import JoinError, MethodError
from divide.measure.registers import refuse_rates

LEVELS: Final = ("district", "canton", "major_region", "language_region", "country")
_ORDER: Final = ("observed", "provisional", "unreliable", "modelled", "assumed")


def aggregate(
    counts: DataFrame,
    places: DataFrame,
    *,
    to: str,
    caps: Mapping[str, float] | None = None,
    most: DataFrame | None = None,
    totals: DataFrame | None = None,
    unit: str | None = None,
) -> DataFrame:
    """
    Sum counts of communes to places above them; where parts are hidden, give bounds instead.

    Parameters
    ----------
    counts
        Observations of communes on the list of one day, in units that add up.
    places
        Places of that day: communes with `district`, `canton`, `major_region`,
        `language_region`.
    to
        One of LEVELS.
    caps
        The largest count that a status can hide, such as {"suppressed": 5} where a
        publisher hides what is below 6.
    most
        What a commune can have at most, such as its residents: `place` and `value`.
    totals
        The true sums of the places above, where they are published: `place` and `value`, and
        the rest of the key; with them what is hidden is known to the unit.
    unit
        What an indicator unknown to the catalogue counts.

    Returns
    -------
    DataFrame
        One row per place above and series. `value` where every commune has one, else
        missing, with `low`, what is seen, and `high`, that and the most that can be hidden
        (missing if nothing bounds it). `parts` and `hidden` count communes.

    Raises
    ------
    MethodError
        If the counts are rates, or the level is unknown.
    JoinError
        If a commune is not on the list, or lies in no place of that level.

    Examples
    --------
    >>> places = DataFrame({"place_level": "commune", "place": ["0001", "0002"],
    ...                     "register_date": "2024-01-01", "canton": "ZH"})
    >>> counts = DataFrame({"indicator": "social_assistance_recipients", "group": "total",
    ...     "place_level": "commune", "place": ["0001", "0002"], "register_date": "2024-01-01",
    ...     "year": 2022, "value": [17, None], "status": ["observed", "suppressed"]})
    >>> found = aggregate(counts, places, to="canton", caps={"suppressed": 5})
    >>> found[["value", "status", "low", "high", "hidden"]].to_numpy().tolist()
    [[nan, 'suppressed', 17.0, 22.0, 1]]
    """
    if to not in LEVELS:
        raise MethodError(f"There is no level {to!r} above communes: {', '.join(LEVELS)}.")
    refuse_rates(counts, unit)
    rows = _with_parent(counts, places, to)
    known = rows["value"].notna()
    room = rows["status"].map(dict(caps or {})).astype(float)
    if most is not None:
        residents = rows["place"].map(most.set_index("place")["value"])
        room = room.fillna(residents).clip(upper=residents.fillna(np.inf))
    rows = rows.assign(
        seen=rows["value"].fillna(0.0),
        room=room.mask(known, 0.0),
        hidden=~known,
        rank=rows["status"].map({one: at for at, one in enumerate(_ORDER)}),
    )
    keys = ["indicator", "group", "register_date", "year", "parent"]
    grouped = rows.groupby(keys, dropna=False)
    found = grouped.agg(
        seen=("seen", "sum"),
        hidden=("hidden", "sum"),
        parts=("place", "size"),
        rank=("rank", "max"),
    )
    found["room"] = grouped["room"].sum(min_count=0).mask(grouped["room"].count() < found["parts"])
    found["secret"] = (rows["status"] == "suppressed").groupby([rows[k] for k in keys]).any()
    expected = _expected(places, to)
    found = found.reset_index().rename(columns={"parent": "place"})
    absent = found["place"].map(expected) - found["parts"]
    return _finish(found.assign(absent=absent), totals, to)


def _with_parent(counts: DataFrame, places: DataFrame, to: str) -> DataFrame:
    """Find the place above each commune on the list of the same day."""
    days = set(counts["register_date"])
    communes = places[(places["place_level"] == "commune") & places["register_date"].isin(days)]
    above = communes.assign(country=terms.COUNTRY).set_index("place")[to]
    lost = sorted(set(counts["place"]) - set(above.dropna().index))
    if lost or len(days) != 1:
        raise JoinError(
            f"{len(lost)} communes lie in no {to} on the list of "
            f"{', '.join(sorted(map(str, days)))}: {', '.join(lost[:12])}. Restate them to one "
            "day, and give that day's places."
        )
    if counts.duplicated(list(terms.KEY)).any():
        raise JoinError("Communes stand several times in one series. Keep one source and edition.")
    return counts.assign(parent=counts["place"].map(above))


def _expected(places: DataFrame, to: str) -> "pd.Series[int]":
    communes = places[places["place_level"] == "commune"].assign(country=terms.COUNTRY)
    return communes.groupby(to)["place"].nunique()


def _finish(found: DataFrame, totals: DataFrame | None, to: str) -> DataFrame:
    """Turn what was seen and what may be hidden into values or bounds."""
    hidden = found["hidden"] + found["absent"]
    complete = hidden == 0
    room = found["room"].mask(found["absent"] > 0)
    told = np.array(_ORDER)[found["rank"].fillna(0).astype(int)]
    blank = np.where(found["secret"], "suppressed", "missing")
    frame = found.assign(
        place_level=to,
        value=found["seen"].where(complete),
        status=np.where(complete, told, blank),
        low=found["seen"],
        high=found["seen"] + room,
        parts=found["parts"] + found["absent"],
        hidden=hidden.astype(int),
    )
    if totals is not None:
        keys = ["indicator", "group", "year", "place"]
        told_sums = totals[[*keys, "value"]].rename(columns={"value": "whole"})
        frame = frame.merge(told_sums, on=keys, how="left", validate="1:1")
        # A published total below what is seen counts otherwise: it bounds nothing.
        fits = frame["whole"] >= frame["low"]
        frame["high"] = frame["high"].mask(
            fits & ~(frame["high"] <= frame["whole"]), frame["whole"]
        )
    columns = [*terms.KEY, *terms.VALUE, "low", "high", "parts", "hidden"]
    return frame[columns].sort_values(list(terms.KEY), ignore_index=True)


def publishable_share(bounds: DataFrame) -> DataFrame:
    """
    Bound the share of a group that its published figures show: rung L5 of the ladder.

    Parameters
    ----------
    bounds
        As `aggregate` gives them.

    Returns
    -------
    DataFrame
        The same rows: `low` and `high` as shares, 0 to 1, of seen to all; `value` where both
        agree. Without an upper bound of what is hidden the share may be as low as 0.

    Examples
    --------
    >>> seen = DataFrame({"low": [90.0, 7.0, 9.0], "high": [100.0, 7.0, None]})
    >>> publishable_share(seen)[["low", "high"]].to_numpy().tolist()
    [[0.9, 1.0], [1.0, 1.0], [0.0, 1.0]]
    """
    share = (bounds["low"] / bounds["high"]).mask(bounds["high"] == 0, 1.0).fillna(0.0)
    return bounds.assign(low=share, high=1.0, value=share.where(share == 1.0))
