"""What became of communes: mutations, from the historic register's file or its service."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError

SOURCE: Final = "bfs_commune_history"
# The register opens on this day: every commune of it has a state, none an earlier one.
FIRST_DAY: Final = "1960-01-01"
COLUMNS: Final = (
    *("mutation", "date", "kind"),
    *("initial", "initial_name", "initial_historical", "initial_step"),
    *("initial_canton", "initial_parent"),
    *("terminal", "terminal_name", "terminal_historical", "terminal_step"),
    *("terminal_canton", "terminal_parent"),
    *("known_from", "known_to", "source", "edition"),
)
# The file has no line of headings; these are its columns as its description orders them.
_FILE: Final = (
    *("historical", "district", "canton", "number", "name", "short_name", "type", "status"),
    *("inscription", "inscription_step", "inscription_date"),
    *("radiation", "radiation_step", "radiation_date", "changed"),
)
# Land that belongs to no commune (12) and parts of lakes (13) are numbered like communes.
_POLITICAL: Final = "11"
_DAY: Final = r"^\d\d[.-]\d\d[.-]\d{4}$"


def tidy_history(path: Path, *, edition: str) -> DataFrame:
    """
    List the mutations of communes since 1960 out of the historic register's file.

    A line of the file is a state of a commune, opened by one mutation and closed by
    another: what a mutation closed is its initial side, what it opened its terminal side.

    Parameters
    ----------
    path
        `…_GDEHist_GDE.txt`: tabs, Latin-1, 15 columns, no headings.

    Returns
    -------
    DataFrame
        One row per mutation and pair of communes: see `with_kind` for `kind`. Every
        mutation from `known_from` to `known_to`, the edition's day, is in the file;
        `…_parent` is the historical code of the district.

    Raises
    ------
    SourceError
        If the file is missing or cannot be read.
    SourceChangedError
        If it has other columns, a date of another form, or a mutation closes a commune
        and opens none.
    """
    states = _read(path)
    closed = states[states["radiation"] != ""]
    opened = states[states["inscription"] != ""]
    left = _side(closed, "initial", mutation="radiation", step="radiation_step")
    right = _side(opened, "terminal", mutation="inscription", step="inscription_step")
    # Two mutations of one day are written as a day apart: a territory moves on 31 December,
    # the rest of its commune on 1 January. The later day is that of the register.
    dates = iso_days(opened["inscription_date"]).groupby(opened["inscription"]).max()
    # Mutations that only open are the first register of 1960: nothing became of anything.
    pairs = left.merge(right, on="mutation", how="left", validate="m:m")
    lost = sorted(set(pairs.loc[pairs["terminal"].isna(), "mutation"]))
    if lost or pairs.empty:
        raise SourceChangedError(
            f"{path.name}: mutations {lost[:5]} close communes and open none. The register's "
            "states no longer fit together: compare with the last edition."
        )
    rows = pairs.assign(date=pairs["mutation"].map(dates))
    return finish(rows, source=SOURCE, edition=edition, known=(FIRST_DAY, edition))


def tidy_states(path: Path, *, edition: str) -> DataFrame:
    """
    List the states of communes since 1960 out of the historic register's file.

    Lakes and land without a commune are left out: they have numbers, and nobody lives there.

    Returns
    -------
    DataFrame
        One row per state of a commune: its number (a number may be used twice in history,
        a `historical` code never), name, canton, the historical code of its district, and
        the first and last day it holds (`valid_to` missing while it lasts). The file knows
        of nothing after `known_to`, the edition's day.

    Raises
    ------
    SourceError, SourceChangedError
        As `tidy_history`.
    """
    states = _read(path)
    states = states[states["type"] == _POLITICAL]
    frame = DataFrame(
        {
            "place_level": "commune",
            "place": states["number"].map(terms.commune_id),
            "name": states["name"],
            "canton": states["canton"],
            "parent": states["district"],
            "historical": states["historical"],
            "valid_from": iso_days(states["inscription_date"]),
            "valid_to": iso_days(states["radiation_date"]),
            "known_from": FIRST_DAY,
            "known_to": edition,
            "source": SOURCE,
            "edition": edition,
        }
    )
    return frame.sort_values(["place", "valid_from", "historical"], ignore_index=True)


def finish(rows: DataFrame, *, source: str, edition: str, known: tuple[str, str]) -> DataFrame:
    """Give mutations their kind, the days between which none is missing, and their order."""
    frame = with_kind(rows).assign(
        source=source, edition=edition, known_from=known[0], known_to=known[1]
    )
    frame = frame[list(COLUMNS)].astype("str")
    order = frame["mutation"].astype("int64")
    return frame.iloc[np.lexsort((frame["terminal"], frame["initial"], order))].reset_index(
        drop=True
    )


def with_kind(rows: DataFrame) -> DataFrame:
    """
    Say for each mutation what it means for counts.

    Returns
    -------
    DataFrame
        The rows with `kind`: `change` (one commune, another name, number or district),
        `merger` (several become one: their counts add up), `division` (one becomes
        several) and `exchange` (several become several). Counts cannot be carried over
        the last two.
    """
    counts = rows.groupby("mutation")[["initial", "terminal"]].nunique()
    several = counts > 1
    kind = np.select(
        [several.all(axis=1), several["initial"], several["terminal"]],
        ["exchange", "merger", "division"],
        default="change",
    )
    return rows.assign(kind=rows["mutation"].map(dict(zip(counts.index, kind, strict=True))))


def iso_days(days: "pd.Series[str]") -> "pd.Series[str]":
    """
    Turn days written 31.12.2017 or 31-12-2017 into ISO; an empty one stays missing.

    Examples
    --------
    >>> iso_days(pd.Series(["01.04.2018", "31-12-2017"])).tolist()
    ['2018-04-01', '2017-12-31']
    """
    odd = days[~days.str.match(_DAY) & (days != "")]
    if not odd.empty:
        raise SourceChangedError(f"Days are written otherwise than DD.MM.YYYY: {list(odd[:3])}.")
    iso = days.str[6:10] + "-" + days.str[3:5] + "-" + days.str[0:2]
    return iso.where(days != "")


def _read(path: Path) -> DataFrame:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        states = pd.read_csv(
            path,
            sep="\t",
            header=None,
            dtype="str",
            keep_default_na=False,
            encoding="latin-1",
            quoting=3,  # an apostrophe or quotation mark is part of a name
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error
    if len(states.columns) != len(_FILE):
        raise SourceChangedError(
            f"{path.name} has {len(states.columns)} columns, {len(_FILE)} are expected."
        )
    states.columns = pd.Index(_FILE)
    unknown = sorted(set(states["canton"]) - set(terms.CANTONS))
    if unknown:
        raise SourceChangedError(f"{path.name}: columns have moved, cantons are {unknown[:5]}.")
    return states


def _side(states: DataFrame, side: str, *, mutation: str, step: str) -> DataFrame:
    return DataFrame(
        {
            "mutation": states[mutation],
            side: states["number"].map(terms.commune_id),
            f"{side}_name": states["name"],
            f"{side}_historical": states["historical"],
            f"{side}_step": states[step],
            f"{side}_canton": states["canton"],
            f"{side}_parent": states["district"],
        }
    )
