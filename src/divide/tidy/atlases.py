"""The office's atlases: a map of STATATLAS as CSV, an indicator of the Map Explorer as JSON."""

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.geo_codes import with_places
from divide.tidy.observations import as_observations

_COLUMNS: Final = (
    *("GEO_ID", "VALUE", "STATUS", "PERIOD_REF", "GEOM_CODE", "GEOM_PERIOD", "MAP_ID"),
)
_LEVELS: Final = {"kant": "canton", "polg": "commune"}
_STATUSES: Final = {"A": "observed", "P": "provisional", "Q": "suppressed", "M": "missing"}
_MISSING: Final = -9999
# Liechtenstein and lakes stand among the communes of a map.
_LAST_COMMUNE: Final = 6999


def tidy_statatlas(path: Path, *, indicator: str, source: str, edition: str) -> DataFrame:
    """
    List the values of one map of STATATLAS, by canton or commune.

    Parameters
    ----------
    path
        CSV of one map: UTF-8, `;`, places numbered without leading zeros.
    indicator
        What the map shows; its values are taken as they are.

    Returns
    -------
    DataFrame
        One row per place. `register_date` is the day of the map's borders (GEOM_PERIOD),
        `year` that of the figures (PERIOD_REF).

    Raises
    ------
    SourceError
        If the file is missing or cannot be read.
    SourceChangedError
        If a column, status or kind of borders is unknown, or value and status contradict.
    """
    rows = _read_csv(path)
    level = set(rows["GEOM_CODE"])
    status = rows["STATUS"].map(_STATUSES)
    value = pd.to_numeric(rows["VALUE"], errors="coerce")
    odd = status.isna() | (value.isna() != status.isin(terms.WITHOUT_VALUE))
    if len(level) != 1 or not level <= set(_LEVELS) or odd.any():
        raise SourceChangedError(
            f"{path.name}: borders {sorted(level)}, {int(odd.sum())} rows whose value and status "
            f"({', '.join(sorted(set(rows['STATUS'])))}) do not fit together."
        )
    placed = with_places(rows, "GEO_ID", numbers=_LEVELS[level.pop()])
    frame = placed.assign(
        indicator=indicator,
        register_date=rows["GEOM_PERIOD"],
        year=rows["PERIOD_REF"].str[:4].astype("int64"),
        value=value,
        status=status,
        cell="GEO_ID " + rows["GEO_ID"],
    )
    return as_observations(
        frame, source=source, edition=edition, table=f"statatlas {rows['MAP_ID'].iloc[0]}"
    )


def tidy_explorer(
    values: Path, places: Path, *, edition: str, register_date: str | None = None
) -> DataFrame:
    """
    List recipients of social assistance by commune out of the Map Explorer's two answers.

    Confidence C: the shape is known from one public client, no answer was recorded.

    Parameters
    ----------
    values
        `content.distribution.values`, the n-th of which belongs to the n-th place.
    places
        `content.territories.codgeo`: numbers of communes.
    edition
        The year asked for.
    register_date
        The day of the borders asked for, if it is known.

    Returns
    -------
    DataFrame
        Persons; -9999 is `missing`: the answer does not say whether a figure is withheld.

    Raises
    ------
    SourceChangedError
        If the two lists are not of one length, or a value is no number.
    """
    shown = _at(_read_json(values), ("content", "distribution", "values"), values)
    codes = _at(_read_json(places), ("content", "territories", "codgeo"), places)
    if len(shown) != len(codes):
        raise SourceChangedError(
            f"{len(shown)} values for {len(codes)} places: no value can be trusted to a place."
        )
    found = DataFrame({"code": [str(code) for code in codes], "shown": shown})
    value = pd.to_numeric(found["shown"], errors="coerce")
    if (value.isna() & found["shown"].notna()).any() or (value.lt(0) & value.ne(_MISSING)).any():
        raise SourceChangedError(f"{values.name} holds values that are no number of persons.")
    known = value.notna() & (value != _MISSING)
    rows = with_places(found, "code").assign(
        indicator="social_assistance_recipients",
        register_date=register_date,
        year=int(edition[:4]),
        value=value.where(known),
        status=known.map({True: "observed", False: "missing"}),
        cell="codgeo " + found["code"],
    )
    swiss = (rows["place_level"] != "commune") | (rows["place"] <= f"{_LAST_COMMUNE}")
    return as_observations(
        rows[swiss], source="bfs_social_assistance", edition=edition, table="sozialhilfeempf"
    )


def _read_csv(path: Path) -> DataFrame:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        rows = pd.read_csv(path, sep=";", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error
    lost = [name for name in _COLUMNS if name not in rows]
    if lost or rows.empty:
        raise SourceChangedError(f"{path.name} lacks the columns {lost}, or has no row.")
    return rows


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{path.name} cannot be read ({error}). Fetch it again.") from error


def _at(found: Any, names: tuple[str, ...], path: Path) -> list[Any]:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list) or not found:
        raise SourceChangedError(f"{path.name} has no list at {'.'.join(names)}. Look at it.")
    return found
