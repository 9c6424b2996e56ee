"""Heirs of communes: one row per old commune and what became of it, with the kind of change."""

from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide.errors import JoinError
from divide.measure.successions import Link

COLUMNS: Final = (
    *("initial", "initial_name", "initial_canton", "initial_date"),
    *("terminal", "terminal_name", "terminal_canton", "terminal_date"),
    *("kind", "share", "evidence"),
)
_NAMED: Final = 12  # numbers that a message lists before it counts the rest


def successors(link: Link, old: DataFrame, new: DataFrame) -> DataFrame:
    """
    List for each commune of the earlier day its heirs on the later day.

    Parameters
    ----------
    link
        What happened in between.
    old, new
        Lists of communes of both days: `place`, `name`, `canton`; if known, `district`, or
        `parent`, its historical code.

    Returns
    -------
    DataFrame
        One row per commune and heir. `kind` is unchanged, or new_name, new_number,
        new_district, change_of_canton where one became one; merger where the heir has
        other origins too; split where a commune has several heirs, part_exchanged where
        these have other origins. `share` is what the heir takes of the old commune: 1, or
        missing where nothing tells.

    Raises
    ------
    JoinError
        If a commune of the earlier day is lost, or an heir is not on the later list.

    Examples
    --------
    >>> names = {"name": ["A", "B"], "canton": "BE", "district": "0241"}
    >>> link = Link("2023-01-01", "2024-01-01", {"0947": {"0767": 1.0}}, "boundaries")
    >>> old = DataFrame({"place": ["0767", "0947"], **names})
    >>> found = successors(link, old, old[:1])
    >>> found[["initial", "terminal", "kind"]].to_numpy().tolist()
    [['0767', '0767', 'merger'], ['0947', '0767', 'merger']]
    """
    rows = [
        (place, heir, share)
        for place in sorted(old["place"])
        for heir, share in sorted(link.heirs.get(place, {place: 1.0}).items())
    ]
    pairs = DataFrame(rows, columns=["initial", "terminal", "share"])
    _check(link, pairs, old, new)
    sides = [
        frame[["place", "name", "canton"]].add_prefix(f"{side}_").rename(columns=_key(side))
        for side, frame in (("initial", old), ("terminal", new))
    ]
    for side, names in zip(("initial", "terminal"), sides, strict=True):
        pairs = pairs.merge(names, on=side, how="left", validate="m:1")
    return pairs.assign(
        initial_date=link.since,
        terminal_date=link.until,
        kind=kinds(pairs, old, new),
        evidence=link.evidence,
    )[list(COLUMNS)]


def reverse(pairs: DataFrame, old: DataFrame, new: DataFrame) -> DataFrame:
    """
    Turn successors around: what each later commune was made from.

    Parameters
    ----------
    pairs
        Successors from an earlier day to a later one.
    old, new
        Lists of communes of the earlier and the later day, as for `successors`.

    Returns
    -------
    DataFrame
        One row per later commune and origin, as successors back in time. A commune of
        several origins is divided among them, and nothing tells how.
    """
    swapped = {"initial": "terminal", "terminal": "initial"}
    names = {
        one: swapped[one.split("_")[0]] + one[len(one.split("_")[0]) :]
        for one in COLUMNS
        if one.split("_")[0] in swapped
    }
    back = pairs.rename(columns=names).sort_values(["initial", "terminal"], ignore_index=True)
    alone = back.groupby("initial")["terminal"].transform("size") == 1
    back = back.assign(share=np.where(alone, 1.0, np.nan))
    return back.assign(kind=kinds(back, new, old))[list(COLUMNS)]


def kinds(pairs: DataFrame, old: DataFrame, new: DataFrame) -> list[str]:
    """Say what happened, for each pair of an old commune and an heir."""
    heirs = pairs.groupby("initial")["terminal"].transform("size")
    origins = pairs.groupby("terminal")["initial"].transform("size")
    shared = origins.groupby(pairs["initial"]).transform("max") > 1
    before, after = (frame.set_index("place") for frame in (old, new))
    told = np.select(
        [(heirs > 1) & shared, heirs > 1, origins > 1],
        ["part_exchanged", "split", "merger"],
        default="",
    )
    return [
        str(kind) or _change(before.loc[place], after.loc[heir])
        for kind, place, heir in zip(told, pairs["initial"], pairs["terminal"], strict=True)
    ]


def _change(old: pd.Series, new: pd.Series) -> str:
    """Say what changed where one commune became one."""
    if old["canton"] != new["canton"]:
        return "change_of_canton"
    if old.name != new.name:
        return "new_number"
    for name in ("parent", "district"):
        above = [one.get(name) for one in (old, new)]
        if all(map(pd.notna, above)) and above[0] != above[1]:
            return "new_district"
    return "unchanged" if old["name"] == new["name"] else "new_name"


def _key(side: str) -> dict[str, str]:
    return {f"{side}_place": side}


def _check(link: Link, pairs: DataFrame, old: DataFrame, new: DataFrame) -> None:
    lost = pairs[~pairs["terminal"].isin(new["place"])]
    born = sorted(set(new["place"]) - set(pairs["terminal"]))
    if lost.empty and not born:
        return
    gone = old[old["place"].isin(lost["initial"])]
    raise JoinError(
        f"From {link.since} to {link.until}, by {link.evidence}: {_some(gone)} have no heir on the "
        f"later list, and {_some(new[new['place'].isin(born)])} come from nowhere. "
        "Fetch the register of both days: divide fetch bfs_commune_register"
    )


def _some(communes: DataFrame) -> str:
    """Name communes, the first dozen by name and the others by number."""
    if communes.empty:
        return "0 communes"
    named = (communes["place"] + " " + communes["name"]).head(_NAMED).tolist()
    more = communes["place"].iloc[_NAMED:].tolist()
    return f"{len(communes)} communes ({', '.join([*named, *more])})"
