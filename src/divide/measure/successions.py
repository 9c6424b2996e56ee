"""What became of each commune between two days: a chain of links, each with its evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide.errors import MethodError

Heirs = Mapping[str, Mapping[str, float]]  # old number -> new number -> share of the old


@dataclass(frozen=True)
class Link:
    """
    What is known between two days.

    Attributes
    ----------
    since, until
        Lists of communes of these days, ISO; what happened after `since`, up to `until`.
    heirs
        For each commune that something happened to, its heirs and the share of it that
        each takes: 1 where there is one heir, nan where nothing tells how it was divided.
    evidence
        `mutations`, `correspondances`, `boundaries`, or `lists` where both lists are equal.
    notes
        What a reader of the result should know.
    """

    since: str
    until: str
    heirs: Heirs
    evidence: str
    notes: tuple[str, ...] = ()


def replay(mutations: DataFrame, *, since: str, until: str) -> Link:
    """
    Follow the register's mutations after one day, up to another.

    States are followed by their historical codes, never by their numbers: A → B and B → C on
    the same 1 January give A → C, and a number that is used twice in history is two communes.

    Parameters
    ----------
    mutations
        Table commune_mutations.

    Raises
    ------
    MethodError
        If the mutations at hand do not cover the span whole.
    """
    if not covers(mutations, since=since, until=until):
        raise MethodError(
            f"The mutations at hand do not cover {since} to {until}. Run: divide fetch"
        )
    span = mutations[(mutations["date"] > since) & (mutations["date"] <= until)]
    return Link(since, until, _follow(span), "mutations")


def covers(mutations: DataFrame, *, since: str, until: str) -> bool:
    """Tell whether no mutation after one day, up to another, can be missing."""
    spans = sorted(set(zip(mutations["known_from"], mutations["known_to"], strict=True)))
    reach = (pd.Timestamp(since) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
    for first, last in spans:
        # A list that ends on the day before the next begins leaves no gap.
        if first <= reach:
            reach = max(reach, last)
    return bool(spans) and reach >= until and spans[0][0] <= reach


def correspond(correspondances: DataFrame, *, since: str, until: str) -> Link:
    """
    Take the register's own answer on two days.

    Raises
    ------
    MethodError
        If the answer at hand is of other days.
    """
    asked = correspondances[
        (correspondances["initial_date"] == since) & (correspondances["register_date"] == until)
    ]
    if asked.empty:
        raise MethodError(f"No correspondances of {since} to {until} are at hand. Fetch them.")
    opened = asked.groupby("initial")["terminal"].agg(list)
    return Link(
        since, until, {str(old): _shares(new) for old, new in opened.items()}, "correspondances"
    )


def chain(links: Iterable[Link]) -> Link:
    """
    Follow links one after the other.

    Raises
    ------
    MethodError
        If one does not begin on the day on which the one before ends.
    """
    first, *more = links
    for link in more:
        if link.since != first.until:
            raise MethodError(f"A chain ends on {first.until}, the next begins on {link.since}.")
        everyone = set(first.heirs) | set(link.heirs)
        names = dict.fromkeys([*first.evidence.split("+"), *link.evidence.split("+")])
        heirs = _compose(first.heirs, link.heirs, everyone=everyone)
        first = Link(first.since, link.until, heirs, "+".join(names), first.notes + link.notes)
    return first


def _shares(heirs: Iterable[str]) -> dict[str, float]:
    """Give a sole heir everything; of several, nothing tells who took what."""
    names = sorted(set(heirs))
    return dict.fromkeys(names, 1.0 if len(names) == 1 else np.nan)


def _compose(first: Heirs, then: Heirs, *, everyone: set[str]) -> dict[str, dict[str, float]]:
    """Follow each commune through two steps; what a step does not name stays as it is."""
    found: dict[str, dict[str, float]] = {}
    for old in everyone:
        ends: dict[str, float] = {}
        for middle, share in first.get(old, {old: 1.0}).items():
            for heir, part in then.get(middle, {middle: 1.0}).items():
                ends[heir] = ends.get(heir, 0.0) + share * part
        found[old] = _shares(ends) if len(ends) == 1 else ends
    return found


def _follow(span: DataFrame) -> dict[str, dict[str, float]]:
    """Follow each state that the span finds, along its codes, to the states that it leaves."""
    opened = span.groupby("initial_historical")["terminal_historical"].agg(set).to_dict()
    number = dict(zip(span["terminal_historical"], span["terminal"], strict=True))
    known: dict[str, dict[str, float]] = {}

    def ends(code: str) -> dict[str, float]:
        if code not in known:
            heirs = opened.get(code, set())
            part = 1.0 if len(heirs) == 1 else np.nan
            found: dict[str, float] = {} if heirs else {number[code]: 1.0}
            for heir in heirs:
                for end, share in ends(heir).items():
                    found[end] = found.get(end, 0.0) + part * share
            known[code] = _shares(found) if len(found) == 1 else found
        return known[code]

    # What the span opened itself did not exist when it began.
    first = span[~span["initial_historical"].isin(span["terminal_historical"])]
    return {
        str(place): ends(str(code))
        for place, code in zip(first["initial"], first["initial_historical"], strict=True)
    }
