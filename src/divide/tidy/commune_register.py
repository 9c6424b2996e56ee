"""The register of communes as its service answers: who exists, what changed, what corresponds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.commune_history import finish, iso_days

SOURCE: Final = "bfs_commune_register"
_LEVELS: Final = {"1": "canton", "2": "district", "3": "commune"}
SIDES: Final = {
    f"{side}{theirs}": f"{side.lower()}{ours}"
    for side in ("Initial", "Terminal")
    for theirs, ours in (
        ("Code", ""),
        ("Name", "_name"),
        ("HistoricalCode", "_historical"),
        ("Step", "_step"),
        ("ParentHistoricalCode", "_parent"),
    )
}
_STATE: Final = ("HistoricalCode", "BfsCode", "ValidFrom", "ValidTo", "Level", "Parent", "Name")


def tidy_snapshot(path: Path, *, register_date: str, edition: str) -> DataFrame:
    """
    List the cantons, districts and communes of one day.

    A historical code is unique within a level only: 10078 is a district and a commune.

    Parameters
    ----------
    path
        Answer `snapshot`: CSV, comma, UTF-8.
    register_date
        The day asked for.

    Returns
    -------
    DataFrame
        One row per place: `historical` code, name, the keys of its canton and district,
        `valid_from` and `valid_to` (missing while it lasts).

    Raises
    ------
    SourceError
        If the file cannot be read, or a place's parent is not in it.
    SourceChangedError
        If a column or level is unknown.
    """
    rows = read_answer(path, _STATE)
    level = rows["Level"].map(_LEVELS)
    if level.isna().any():
        raise SourceChangedError(f"{path.name}: unknown levels {sorted(set(rows['Level']))}.")
    rows = rows.assign(place_level=level, place=_keys(rows, level))
    canton, district = _parents(rows, path)
    frame = rows.assign(
        register_date=register_date,
        name=rows["Name"],
        historical=rows["HistoricalCode"],
        parent=rows["Parent"],
        canton=canton,
        district=district,
        valid_from=iso_days(rows["ValidFrom"]),
        valid_to=iso_days(rows["ValidTo"]),
        source=SOURCE,
        edition=edition,
    )
    columns = [
        *("place_level", "place", "register_date", "name", "historical", "parent"),
        *("canton", "district", "valid_from", "valid_to", "source", "edition"),
    ]
    return frame[columns].sort_values(["place_level", "place"], ignore_index=True)


def tidy_mutations(
    path: Path, *, register_date: str, edition: str, cantons: Mapping[str, str]
) -> DataFrame:
    """
    List the mutations of a period, in the columns of the historic register's file.

    Parameters
    ----------
    register_date
        The last day that was asked for.
    cantons
        The canton of each historical code of a district or canton: see
        `commune_states.cantons_of`.

    Returns
    -------
    DataFrame
        One row per mutation and pair of communes, with its `kind`. None is missing from
        the first day of a mutation in the answer to `register_date`. A district that is
        gone has no canton here.

    Raises
    ------
    SourceChangedError
        If a column or the form of a date is unknown.
    """
    rows = read_answer(path, ("MutationNumber", "MutationDate", *SIDES))
    named = pairs_of(rows).assign(
        mutation=rows["MutationNumber"], date=iso_days(rows["MutationDate"])
    )
    sides = {
        f"{one}_canton": named[f"{one}_parent"].map(cantons) for one in ("initial", "terminal")
    }
    known = (str(named["date"].min()), register_date)
    return finish(named.assign(**sides), source=SOURCE, edition=edition, known=known)


def read_answer(path: Path, needed: tuple[str, ...]) -> DataFrame:
    """Read an answer of the service as text; the columns needed must be in it."""
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        rows = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error
    lost = [name for name in needed if name not in rows]
    if lost or rows.empty:
        raise SourceChangedError(f"{path.name} lacks the columns {lost}, or has no row.")
    return rows


def pairs_of(rows: DataFrame) -> DataFrame:
    """Name the columns of both sides, and write communes as keys."""
    named = rows.rename(columns=SIDES)[list(SIDES.values())]
    keys = {side: named[side].map(terms.commune_id) for side in ("initial", "terminal")}
    return named.assign(**keys)


def _keys(rows: DataFrame, level: "pd.Series[str]") -> list[str]:
    return [
        terms.canton_id(code) if one == "canton" else terms.commune_id(code)
        for code, one in zip(rows["BfsCode"], level, strict=True)
    ]


def _parents(rows: DataFrame, path: Path) -> "tuple[pd.Series[str], pd.Series[str]]":
    """Find canton and district of each place by level and historical code together."""
    place = dict(zip(rows["place_level"] + rows["HistoricalCode"], rows["place"], strict=True))
    above = dict(zip(rows["place_level"] + rows["HistoricalCode"], rows["Parent"], strict=True))
    level = rows["place_level"]
    code = rows["HistoricalCode"].where(level == "district", rows["Parent"])
    district = ("district" + code).map(place).where(level != "canton")
    # Communes of a canton without districts hang from the canton itself.
    over = ("district" + code).map(above).where(district.notna(), rows["Parent"])
    canton = ("canton" + over).map(place).where(level != "canton", rows["place"])
    lost = rows.loc[canton.isna(), "Name"]
    if not lost.empty:
        raise SourceError(f"{path.name}: no canton is found above {', '.join(lost[:5])}.")
    return canton, district
