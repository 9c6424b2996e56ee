"""What the map may not show: how many live there, and whose value stands in for it."""

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.disclosure.lattices import lattice, level_of
from divide.measure.disclosure.rules import MARKS, rules
from divide.terms import COUNTRY

_KEY = ["indicator", "year", "place_level", "group"]


def visibility_account(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """
    Count, group by group, the people and institutions of the frame behind each mark of a map.

    Parameters
    ----------
    rows
        Released figures. One row an indicator, group, place and year.
    frame
        The public frame, one row an institution: `persons` and a column for each place level
        and group.

    Returns
    -------
    DataFrame
        One row an indicator, year, level of places, group and mark: `persons`, `institutions`
        and their `persons_share` of all in the group. People of places for which no row was
        asked stand under `not_asked`, so that each group adds up to its frame.

    Examples
    --------
    >>> rows = pd.DataFrame({"indicator": "clients", "year": 2026, "place_level": "canton",
    ...     "place": ["GE", "UR"], "group": "total", "status": ["observed", "suppressed"]})
    >>> frame = pd.DataFrame({"canton": ["GE", "GE", "UR"], "persons": [60, 30, 10]})
    >>> found = visibility_account(rows, frame).set_index("mark")
    >>> found.loc["suppressed", ["persons", "institutions", "persons_share"]].tolist()
    [10.0, 1.0, 0.1]
    """
    if "persons" not in frame.columns or frame["persons"].isna().any():
        raise MethodError("The frame has no persons for some institution: an account needs all.")
    cells = lattice(frame, level_of(rows))
    people = cells.cells.assign(
        persons=cells.total(frame["persons"].to_numpy(dtype=float)),
        institutions=cells.total(np.ones(len(frame))),
    )
    marked = rows[[*_KEY, "place"]].assign(mark=rows["status"].map(mark_of))
    groups = marked[_KEY].drop_duplicates()
    everybody = groups.merge(people, on=["place_level", "group"], how="left", validate="m:m")
    joined = everybody.merge(marked, on=[*_KEY, "place"], how="left", validate="1:1")
    told = joined.assign(mark=joined["mark"].fillna("not_asked"))
    summed = told.groupby([*_KEY, "mark"], as_index=False)[["persons", "institutions"]].sum()
    whole = summed.groupby(_KEY)["persons"].transform("sum")
    return summed.assign(persons_share=summed["persons"] / whole)


def mark_of(status: str) -> str:
    """
    Return which of the five marks a status is drawn with.

    Examples
    --------
    >>> mark_of("modelled"), mark_of("suppressed")
    ('observed', 'suppressed')
    """
    return status if status in MARKS else "observed"


def with_parents(rows: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """
    Lend each place without a value that of the place that holds it, and say whose it is.

    Returns
    -------
    DataFrame
        The rows, with `lent`, `lent_level` and `lent_from`: the value of the nearest place up
        the ladder that has one for the same group; empty where a place has its own, or none has.

    Examples
    --------
    >>> rows = pd.DataFrame({"indicator": "clients", "year": 2026, "group": "total",
    ...     "place_level": ["canton", "language_region"], "place": ["UR", "de"],
    ...     "value": [None, .4], "status": ["suppressed", "observed"]})
    >>> frame = pd.DataFrame({"canton": ["UR"], "language_region": ["de"]})
    >>> with_parents(rows, frame)[["lent", "lent_from"]].values.tolist()[0]
    [0.4, 'de']
    """
    known = rows[rows["value"].notna()].set_index([*_KEY, "place"])["value"].to_dict()
    found = [_lend(row, known, _parents(frame)) for row in rows.to_dict("records")]
    lent = pd.DataFrame(found, columns=["lent", "lent_level", "lent_from"], index=rows.index)
    return rows.join(lent)


def _parents(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    """Map each place to the one that holds it, level by level."""
    whole = frame.assign(country=COUNTRY)
    levels = [one for one in rules().ladder if one in whole.columns]
    found = {}
    for finer, coarser in pairwise(levels):
        for own, holder in whole[[finer, coarser]].drop_duplicates().to_numpy().tolist():
            found[finer, str(own)] = (coarser, str(holder))
    return found


def _lend(
    row: Mapping[Hashable, Any],
    known: Mapping[Hashable, Any],
    parents: Mapping[tuple[str, str], tuple[str, str]],
) -> tuple[float | None, str | None, str | None]:
    here: tuple[str, str] | None = (str(row["place_level"]), str(row["place"]))
    if pd.notna(row["value"]):
        return None, None, None
    while here := parents.get(here) if here else None:
        value = known.get((row["indicator"], row["year"], here[0], row["group"], here[1]))
        if value is not None:
            return value, here[0], here[1]
    return None, None, None
