"""Places of any day, and counts brought to it: the library's way in, on the built tables."""

from typing import Any

import pandas as pd
from pandas import DataFrame

from divide import tables
from divide.errors import JoinError
from divide.measure import join as joining
from divide.measure import registers as counting
from divide.measure import successors as heirs
from divide.measure.register_days import places_on
from divide.measure.routes import Register, find_route


def register() -> Register:
    """
    Read all that is at hand on communes through time.

    Raises
    ------
    TableError
        If not even a list of communes is built: it comes from official files alone.
    """
    return Register(
        lists=tables.read("registers"),
        states=_read("commune_states"),
        mutations=_read("commune_mutations"),
        correspondances=_read("commune_correspondances"),
        boundaries=tables.read_boundaries(every=True) if tables.exists("boundaries") else None,
    )


def places(date: str) -> DataFrame:
    """
    List all places of a day: country, regions, cantons, districts, communes.

    Parameters
    ----------
    date
        ISO, such as 2010-01-01.

    Returns
    -------
    DataFrame
        One row per place, in the columns of the table `places`. Of a day without a list of
        its own, a commune's language region is that of its heirs, where they share one.

    Raises
    ------
    MethodError
        If nothing at hand knows the communes of that day.
    TableError
        If the registers are not built.
    """
    known = register()
    found = places_on(date, known.lists, known.states)
    lost = (found["place_level"] == "commune") & found["language_region"].isna()
    if not lost.any() or known.states is None:
        return found
    later = known.states["known_to"].iloc[0]
    try:
        pairs = _pairs(known, date, later)
    except JoinError:
        return found
    names = known.communes(later).set_index("place")["language_region"]
    told = pairs.assign(told=pairs["terminal"].map(names)).groupby("initial")["told"]
    shared = told.first().where((told.nunique() == 1) & (told.count() == told.size()))
    filled = found["language_region"].mask(lost, found["place"].map(shared))
    return found.assign(language_region=filled)


def successors(start: str, end: str) -> DataFrame:
    """
    List what became of each commune from one day to another, later or earlier.

    Parameters
    ----------
    start, end
        ISO. What happened after `start`, up to `end`, counts: a merger of 1 January is none
        between that day and the next 31 December.

    Returns
    -------
    DataFrame
        One row per commune of `start` and heir: `kind`, `share` and `evidence`, as
        `divide.measure.successors.successors` tells. Backwards, a merger is a split.

    Raises
    ------
    JoinError
        If nothing at hand says what happened; the numbers that vanished are named.
    """
    return _pairs(register(), start, end)


def restate(
    counts: DataFrame, *, to: str, key: DataFrame | None = None, unit: str | None = None
) -> DataFrame:
    """
    Bring counts of communes to the communes of another day.

    Parameters
    ----------
    counts
        Observations of communes in units that add up, each with its `register_date`.
    to
        The day wanted, ISO.
    key
        How divided communes are shared out: `initial`, `terminal`, `weight`.
    unit
        What an indicator unknown to the catalogue counts, such as `persons`.

    Returns
    -------
    DataFrame
        Observations on the communes of `to`; see `divide.measure.registers.restate`.

    Raises
    ------
    MethodError
        If the counts are rates, or a commune was divided and no key says how.
    JoinError
        If nothing at hand says what happened in between, or a place is on no list.
    """
    known = register()
    parts = [
        counting.restate(rows, _pairs(known, str(day), to), to=to, key=key, unit=unit)
        for day, rows in counts.groupby("register_date", dropna=False)
    ]
    frame = pd.concat(parts, ignore_index=True) if parts else counts.copy()
    frame.attrs["account"] = {"restated": [one.attrs["account"]["restated"] for one in parts]}
    return frame


def _pairs(known: Register, start: str, end: str) -> DataFrame:
    early, late = sorted((start, end))
    link = find_route(known, since=early, until=late)
    old, new = known.communes(early), known.communes(late)
    pairs = heirs.successors(link, old, new)
    pairs = pairs if start <= end else heirs.reverse(pairs, old, new)
    pairs.attrs["notes"] = link.notes
    return pairs


def _read(table: str) -> Any:
    return tables.read(table) if tables.exists(table) else None


def join(left: DataFrame, right: DataFrame, **options: Any) -> DataFrame:
    """
    Join two tables of places, and say who is lost: rows, residents, names, nearest days.

    Parameters
    ----------
    left, right
        Frames with `place_level`, `place` and `register_date`.
    **options
        `validate` (`m:1` unless told), `how`, `on`, `limit`: see `divide.measure.join.join`.

    Returns
    -------
    DataFrame
        What found a partner; `attrs["account"]["joins"]` lists the rest.

    Raises
    ------
    JoinError
        If more is lost than may be, keys repeat, or the sides are of different days.
    """
    known = {"lists": _read("registers"), "residents": _residents()}
    return joining.join(left, right, **{**known, **options})


def _residents() -> DataFrame | None:
    """Return everyone who lives in each place, once for each day that the table knows."""
    people = _read("population")
    if people is None:
        return None
    rows = people[(people["indicator"] == "residents") & (people["group"] == "total")]
    found: DataFrame = rows.sort_values("year").drop_duplicates(list(joining.KEY), keep="last")
    return found
