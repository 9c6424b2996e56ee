"""Small registers for tests: mutations, lists, and random histories of communes."""

from collections.abc import Sequence

import pandas as pd
from hypothesis import strategies as st
from pandas import DataFrame

Event = tuple[str, Sequence[tuple[str, str]], Sequence[tuple[str, str]]]


def mutations(*events: Event, known: tuple[str, str] = ("1960-01-01", "2030-01-01")) -> DataFrame:
    """Write events as the table: a day, what closed and what opened as (number, code)."""
    rows = [
        (str(at), day, *old, *new)
        for at, (day, closed, opened) in enumerate(events, start=1)
        for old in closed
        for new in opened
    ]
    names = ["mutation", "date", "initial", "initial_historical"]
    frame = DataFrame(rows, columns=[*names, "terminal", "terminal_historical"])
    return frame.assign(known_from=known[0], known_to=known[1])


def communes(*places: str, canton: str = "BE", **more: str) -> DataFrame:
    """Write a list of communes named after their numbers."""
    return DataFrame({"place": places, "name": [f"N{one}" for one in places]}).assign(
        canton=canton, **{"district": "0241", **more}
    )


def counts(values: dict[str, float | None], date: str, **more: object) -> DataFrame:
    """Write residents by commune; None is protected."""
    frame = DataFrame(
        {
            "indicator": "residents",
            "group": "total",
            "place_level": "commune",
            "place": list(values),
            "register_date": date,
            "year": 2020,
            "value": pd.array(list(values.values()), dtype="Float64").to_numpy(
                dtype=float, na_value=float("nan")
            ),
        }
    )
    known = frame["value"].notna()
    return frame.assign(status=known.map({True: "observed", False: "suppressed"}), **more)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[str], str]]]:
    """Draw a first list of communes, and mergers and new numbers, one after the other."""
    count = draw(st.integers(2, 12))
    alive = [f"{number:04d}" for number in range(1, count + 1)]
    first, events = list(alive), []
    for year in range(2001, 2001 + draw(st.integers(0, 8))):
        size = draw(st.integers(1, min(3, len(alive))))
        old = draw(st.lists(st.sampled_from(alive), min_size=size, max_size=size, unique=True))
        fresh = f"{1000 + year:04d}"
        # A merged commune keeps one of its numbers, or gets a new one.
        heir = draw(st.sampled_from([*old, fresh])) if size > 1 else fresh
        alive = [one for one in alive if one not in old] + [heir]
        events.append((f"{year}-01-01", old, heir))
    return first, events


def as_mutations(first: list[str], events: list[tuple[str, list[str], str]]) -> DataFrame:
    """Write a drawn history as the table of mutations, with a code for every state."""
    code = {place: str(at) for at, place in enumerate(first, start=1)}
    fresh = iter(range(len(first) + 1, 10_000))
    told = []
    for day, old, heir in events:
        closed = [(one, code.pop(one)) for one in old]
        code[heir] = str(next(fresh))
        told.append((day, closed, [(heir, code[heir])]))
    return mutations(*told)


def alive_on(first: list[str], events: list[tuple[str, list[str], str]], day: str) -> list[str]:
    """List the communes of a day in a drawn history."""
    alive = list(first)
    for date, old, heir in events:
        if date <= day:
            alive = [one for one in alive if one not in old] + [heir]
    return sorted(alive)
