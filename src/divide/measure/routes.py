"""The way from one day's communes to another's: the links at hand, or what is missing."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide.errors import JoinError
from divide.measure.land import match_land
from divide.measure.register_days import communes_on, is_known, known_days
from divide.measure.successions import Link, chain, correspond, covers, replay


@dataclass(frozen=True)
class Register:
    """
    All that is at hand on communes through time; None where a table is not built.

    Attributes
    ----------
    lists, states, mutations, correspondances
        Tables registers, commune_states, commune_mutations, commune_correspondances.
    boundaries
        Table boundaries, of every day at hand.
    """

    lists: DataFrame
    states: DataFrame | None = None
    mutations: DataFrame | None = None
    correspondances: DataFrame | None = None
    boundaries: GeoDataFrame | None = None

    def communes(self, day: str) -> DataFrame:
        """List the communes of a day; see `register_days.places_on`."""
        return communes_on(day, self.lists, self.states)


def find_route(register: Register, *, since: str, until: str) -> Link:
    """
    Link two days, by the fewest steps for which there is evidence.

    Of several ways the register's own word comes first (mutations, correspondances), then
    equal lists, then boundaries.

    Raises
    ------
    JoinError
        If no chain of evidence leads from one day to the other; the numbers that vanished
        in between are named.
    """
    if since == until:
        return Link(since, until, {}, "lists")
    ways: dict[str, list[tuple[str, str]]] = {since: []}
    queue = deque([since])
    while queue and until not in ways:
        day = queue.popleft()
        for other, evidence in _steps(register, day, until):
            if other not in ways:
                ways[other] = [*ways[day], (other, evidence)]
                queue.append(other)
    if until not in ways:
        raise JoinError(_lost(register, since, until))
    days = [since, *(day for day, _ in ways[until])]
    return chain(
        _link(register, before, after, evidence)
        for before, (after, evidence) in zip(days, ways[until], strict=False)
    )


def _steps(register: Register, day: str, until: str) -> Iterator[tuple[str, str]]:
    """Yield days that a link leads to, the last first."""
    for other in reversed([one for one in [*_days(register), until] if day < one <= until]):
        evidence = _evidence(register, day, other)
        if evidence:
            yield other, evidence


def _days(register: Register) -> list[str]:
    days = set(known_days(register.lists, register.states))
    if register.mutations is not None:
        days |= set(register.mutations["known_to"])
    if register.correspondances is not None:
        days |= {*register.correspondances["initial_date"]}
        days |= {*register.correspondances["register_date"]}
    return sorted(days)


def _evidence(register: Register, since: str, until: str) -> str | None:
    if register.mutations is not None and covers(register.mutations, since=since, until=until):
        return "mutations"
    pairs = register.correspondances
    if (
        pairs is not None
        and ((pairs["initial_date"] == since) & (pairs["register_date"] == until)).any()
    ):
        return "correspondances"
    if not all(is_known(day, register.lists, register.states) for day in (since, until)):
        return None
    if set(register.communes(since)["place"]) == set(register.communes(until)["place"]):
        return "lists"
    return "boundaries" if {since, until} <= _drawn(register) else None


def _drawn(register: Register) -> set[str]:
    if register.boundaries is None:
        return set()
    communes = register.boundaries["place_level"] == "commune"
    return set(register.boundaries.loc[communes, "register_date"])


def _link(register: Register, since: str, until: str, evidence: str) -> Link:
    if evidence == "mutations" and register.mutations is not None:
        return replay(register.mutations, since=since, until=until)
    if evidence == "correspondances" and register.correspondances is not None:
        return correspond(register.correspondances, since=since, until=until)
    if evidence == "boundaries" and register.boundaries is not None:
        drawn = register.boundaries[register.boundaries["place_level"] == "commune"]
        old, new = (drawn[drawn["register_date"] == day] for day in (since, until))
        return match_land(old, new, since=since, until=until)
    return Link(since, until, {}, "lists")


def _lost(register: Register, since: str, until: str) -> str:
    """Say what is missing, and name the communes that went meanwhile."""
    told = f"Nothing at hand says what became of the communes of {since} until {until}. "
    if all(is_known(day, register.lists, register.states) for day in (since, until)):
        old, new = register.communes(since), register.communes(until)
        gone = old[~old["place"].isin(new["place"])]
        names = (gone["place"] + " " + gone["name"]).tolist()
        told += f"{len(gone)} numbers vanished: {', '.join(names)}. "
    days = pd.Series(known_days(register.lists, register.states))
    return told + (
        f"Lists are at hand of {', '.join(days)}. "
        "Fetch what happened in between: divide fetch bfs_commune_register"
    )
