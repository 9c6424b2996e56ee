"""Join tables by place and register date, with an account of whatever found no partner."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import pandas as pd
from pandas import DataFrame

from divide import catalog
from divide.errors import JoinError, MethodError

KEY: Final = ("place_level", "place", "register_date")
How = Literal["inner", "left"]
Cardinality = Literal["1:1", "m:1"]
_NAMED: Final = 12


def join(
    left: DataFrame,
    right: DataFrame,
    *,
    validate: Cardinality = "m:1",
    how: How = "inner",
    on: Sequence[str] = KEY,
    residents: DataFrame | None = None,
    lists: DataFrame | None = None,
    limit: float | None = None,
) -> DataFrame:
    """
    Join two tables of places, and say who is lost.

    Parameters
    ----------
    left, right
        Frames with the columns of `on`; other columns that both have get `_left`, `_right`.
    validate
        `1:1`, or `m:1` if a place stands several times on the left.
    how
        `inner` keeps what both have; `left` keeps every row of the left.
    on
        The key: places and the day of their list, and what else identifies a row.
    residents
        Observations of residents, total, of the places: how many people a loss means.
    lists
        Lists of places (table registers): their names, and the nearest day on which they
        exist.
    limit
        Largest share of residents, or of rows where residents are not known, that may find
        no partner; the one that facts declare unless told.

    Returns
    -------
    DataFrame
        One row per row of the left that found a partner (or per row, for `left`).
        `attrs["account"]["joins"]` lists for each side the places without a partner.

    Raises
    ------
    JoinError
        If more is lost than the limit allows, keys repeat against what was declared, or the
        two sides are on lists of different days.

    Examples
    --------
    >>> left = DataFrame({"place_level": "commune", "place": ["0001", "0002", "4505"],
    ...     "register_date": "2024-01-01", "value": [1, 2, 0]})
    >>> found = join(left, left[:2].rename(columns={"value": "base"}), limit=0.5)
    >>> [one["place"] for one in found.attrs["account"]["joins"][0]["left"]["places"]]
    ['4505']
    """
    names = list(on)
    _check(left, right, names, validate)
    left_keys, right_keys = (frame[names].drop_duplicates() for frame in (left, right))
    people = _people(residents)
    sides = {}
    for side, keys, others in (
        ("left", left_keys, right_keys),
        ("right", right_keys, left_keys),
    ):
        lost = keys.merge(others, on=names, how="left", indicator=True, validate="1:1")
        lost = lost[lost["_merge"] == "left_only"]
        sides[side] = _side(lost, left if side == "left" else right, names, people, lists)
    _refuse(sides["left"], catalog.facts("thresholds")["join_loss"] if limit is None else limit)
    joined = left.merge(right, on=names, how=how, validate=validate, suffixes=("_left", "_right"))
    earlier = [one for frame in (left, right) for one in accounts(frame)]
    joined.attrs["account"] = {"joins": [*earlier, {"on": names, "how": how, **sides}]}
    return joined


def accounts(frame: DataFrame) -> list[Mapping[str, Any]]:
    """Return what earlier joins of a frame lost."""
    found: list[Mapping[str, Any]] = list(frame.attrs.get("account", {}).get("joins", []))
    return found


def _check(left: DataFrame, right: DataFrame, names: list[str], validate: str) -> None:
    for side, frame in (("left", left), ("right", right)):
        lost = sorted(set(names) - set(frame.columns))
        if lost:
            raise JoinError(f"The {side} side lacks the columns {', '.join(lost)}: it has no key.")
        if (side == "right" or validate == "1:1") and frame.duplicated(names).any():
            twice = frame.loc[frame.duplicated(names), "place"].unique()[:5]
            raise JoinError(
                f"Places stand several times on the {side} side ({', '.join(map(str, twice))}): "
                f"{validate} was declared. Keep one row each, or join on more columns."
            )
    if "register_date" in names:
        days = [set(frame["register_date"].dropna()) for frame in (left, right)]
        if not days[0] & days[1]:
            told = " and ".join(", ".join(sorted(map(str, one))) or "no day" for one in days)
            raise JoinError(
                f"The sides are on the lists of {told}: their places are not the same. Restate "
                "counts to one day first: divide.restate(counts, to=…)"
            )


def _people(residents: DataFrame | None) -> "pd.Series[float] | None":
    """Return residents by level, place and day."""
    if residents is None:
        return None
    rows = residents[residents["group"] == "total"]
    if rows.duplicated(list(KEY)).any():
        raise MethodError("Residents stand several times for one place: keep one year and source.")
    found: pd.Series[float] = rows.set_index(list(KEY))["value"]
    return found


def _side(
    lost: DataFrame,
    frame: DataFrame,
    names: list[str],
    people: "pd.Series[float] | None",
    lists: DataFrame | None,
) -> dict[str, Any]:
    """Count and name the keys of one side that found no partner."""
    rows = frame.merge(lost[names], on=names, how="inner", validate="m:1")
    places = lost[["place_level", "place", "register_date"]].drop_duplicates()
    told = [
        {"place": place, "name": _name(place, lists), "residents": _residents(people, key),
         "nearest": _nearest(place, day, lists)}
        for key in places.itertuples(index=False, name=None)
        for _, place, day in [key]
    ]  # fmt: skip
    known = [one["residents"] for one in told]
    count = None if people is None or None in known else float(sum(known))
    whole = None if people is None else _country(people, frame)
    return {
        "rows": len(rows),
        "rows_share": len(rows) / max(len(frame), 1),
        "residents": count,
        "residents_share": None if count is None or not whole else count / whole,
        "places": sorted(told, key=lambda one: str(one["place"])),
    }


def _residents(people: "pd.Series[float] | None", key: tuple[str, ...]) -> float | None:
    if people is None or key not in people.index:
        return None
    return float(people.loc[key])


def _country(people: "pd.Series[float]", frame: DataFrame) -> float:
    """Return the residents of all places of the frame's levels and days."""
    levels, days = set(frame["place_level"]), set(frame["register_date"])
    index = people.index.to_frame(index=False)
    return float(
        people[
            (index["place_level"].isin(levels) & index["register_date"].isin(days)).to_numpy()
        ].sum()
    )


def _name(place: str, lists: DataFrame | None) -> str:
    if lists is None:
        return ""
    rows = lists[lists["place"] == place].sort_values("register_date")
    return str(rows["name"].iloc[-1]) if len(rows) else ""


def _nearest(place: str, day: str, lists: DataFrame | None) -> str | None:
    """Return the day nearest to the one asked for on whose list a place stands."""
    if lists is None or pd.isna(day):
        return None
    days: list[str] = lists.loc[lists["place"] == place, "register_date"].tolist()
    asked = pd.Timestamp(day)
    return min(days, key=lambda one: abs(pd.Timestamp(one) - asked), default=None)


def _refuse(side: Mapping[str, Any], limit: float) -> None:
    share = side["rows_share"] if side["residents_share"] is None else side["residents_share"]
    if share <= limit:
        return
    named = [f"{one['place']} {one['name']}".strip() for one in side["places"]]
    nearest = sorted({one["nearest"] for one in side["places"] if one["nearest"]})
    people = "" if side["residents"] is None else f", {side['residents']:,.0f} residents"
    raise JoinError(
        f"{len(named)} places found no partner ({side['rows']} rows{people}; {share:.1%}, at most "
        f"{limit:.1%} may): {', '.join(named[:_NAMED])}{' …' if len(named) > _NAMED else ''}. "
        + (f"They stand on the lists of {', '.join(nearest)}: restate first." if nearest else "")
    )
