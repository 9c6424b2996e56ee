"""States of communes out of the register's service: what exists, and what mutations closed."""

from collections.abc import Sequence

import pandas as pd
from pandas import DataFrame

from divide.errors import SourceError
from divide.tidy.commune_register import SOURCE


def cantons_of(snapshot: DataFrame) -> dict[str, str]:
    """Return the canton of each historical code of a canton or district in a snapshot."""
    above = snapshot[snapshot["place_level"] != "commune"]
    return dict(zip(above["historical"], above["canton"], strict=True))


def tidy_states(snapshot: DataFrame, mutations: DataFrame) -> DataFrame:
    """
    List the states of communes that a snapshot and the mutations before it tell of.

    Parameters
    ----------
    snapshot, mutations
        As `tidy_snapshot` and `tidy_mutations` give them.

    Returns
    -------
    DataFrame
        One row per state, in the columns of the historic register's: what exists on the
        snapshot's day, and what a mutation closed. `valid_from` is missing where a state
        began before the first mutation.
    """
    first, last = mutations["known_from"].min(), mutations["known_to"].max()
    opened = mutations.groupby("terminal_historical")["date"].min()
    gone = mutations.drop_duplicates("initial_historical")
    closed = DataFrame(
        {
            "place": gone["initial"],
            "name": gone["initial_name"],
            "canton": gone["initial_canton"],
            "parent": gone["initial_parent"],
            "historical": gone["initial_historical"],
            "valid_from": gone["initial_historical"].map(opened),
            "valid_to": _day_before(gone["date"]),
        }
    )
    alive = snapshot[snapshot["place_level"] == "commune"]
    alive = alive[~alive["historical"].isin(closed["historical"])]
    frame = pd.concat([alive, closed], ignore_index=True).assign(
        place_level="commune",
        known_from=first,
        known_to=last,
        source=SOURCE,
        edition=mutations["edition"].iloc[0],
    )
    columns = [
        *("place_level", "place", "name", "canton", "parent", "historical"),
        *("valid_from", "valid_to", "known_from", "known_to", "source", "edition"),
    ]
    return frame[columns].sort_values(["place", "historical"], ignore_index=True)


def _day_before(days: "pd.Series[str]") -> "pd.Series[str]":
    return (pd.to_datetime(days) - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")


def merge(parts: Sequence[DataFrame]) -> DataFrame:
    """
    Put states of several origins together, one row per historical code.

    Parameters
    ----------
    parts
        The newest knowledge first: what it says counts, and gaps in it are filled from the
        others. A state that an older origin leaves open is closed by a newer one.

    Returns
    -------
    DataFrame
        One row per state. `known_from` and `known_to` span all origins if each begins before
        another ends, else they are those of the first.

    Raises
    ------
    SourceError
        If no part is given.
    """
    if not parts:
        raise SourceError("No states of communes are at hand. Run: divide fetch")
    merged = parts[0].set_index("historical")
    for other in parts[1:]:
        merged = merged.combine_first(other.set_index("historical"))
    columns = list(parts[0].columns)
    spans = [(part["known_from"].iloc[0], part["known_to"].iloc[0]) for part in parts]
    first, last = spans[0]
    for since, until in spans[1:]:
        if since <= last and first <= until:
            first, last = min(first, since), max(last, until)
    frame = merged.reset_index().assign(known_from=first, known_to=last)[columns]
    return frame.sort_values(["place", "historical"], ignore_index=True)
