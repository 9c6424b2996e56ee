"""
Broadband by commune: a cube of linked data, its dimensions as it declares them.

Confidence C: the cube is known to exist, its dimensions were never seen. They are found by
what they hold: communes, one measure, and categories that have names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd
from pandas import DataFrame

from divide.errors import SourceChangedError, SourceError
from divide.tidy.flows import group_keys, slug
from divide.tidy.observations import as_observations

INDICATOR: Final = "broadband_coverage"
_MEASURE: Final = "MeasureDimension"
_COMMUNE: Final = r"^\d{4}$"
_YEAR: Final = r"^(?:19|20)\d\d"


def tidy_broadband(
    observations: Path,
    dimensions: Path,
    codes: Path,
    *,
    edition: str,
    register_date: str | None = None,
) -> DataFrame:
    """
    List the share of buildings served, by commune and kind of connection.

    Parameters
    ----------
    observations, dimensions, codes
        The channel's three CSV: one row an observation, its columns named by the paths of
        the dimensions; path, name and kind of each; path, code, identifier, name.

    Returns
    -------
    DataFrame
        Shares from 0 to 1. One row per commune, group and year; a group's parts are the
        dimensions' last words with the codes' identifiers.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.
    SourceChangedError
        If there is not exactly one measure and one dimension of communes, or values are
        neither shares nor per cents.
    """
    rows, names = _read(observations), _names(_read(codes))
    found = _roles(rows, _read(dimensions))
    value, status = _values(rows[found.measure], observations)
    years = rows[found.year].str[:4] if found.year else pd.Series(edition[:4], rows.index)
    frame = DataFrame(
        {
            "indicator": INDICATOR,
            "group": _groups(rows, found.groups, names),
            "place_level": "commune",
            "place": rows[found.commune],
            "register_date": register_date,
            "year": years.astype("int64"),
            "value": value,
            "status": status,
            "cell": rows.get("observation"),
        }
    )
    return as_observations(frame, source="bakom_broadband", edition=edition, table="NGA_GDE")


class Roles(NamedTuple):
    """Which column holds the measure, the communes, the year if any, and the categories."""

    measure: str
    commune: str
    year: str | None
    groups: list[str]


def _roles(rows: DataFrame, known: DataFrame) -> Roles:
    """Tell the dimensions apart by what they hold."""
    measure = _one(known[known["kind"].str.endswith(_MEASURE)]["path"], rows, "measure")
    others = [path for path in known["path"] if path in rows and path != measure]
    years = [path for path in others if rows[path].str.match(_YEAR).all()]
    year = years[0] if years else None
    numbered = [p for p in others if p not in years and rows[p].str.match(_COMMUNE).all()]
    commune = _one(numbered, rows, "dimension of communes")
    free = [path for path in others if path not in (commune, year)]
    return Roles(measure, commune, year, [path for path in free if rows[path].nunique() > 1])


def _names(listed: DataFrame) -> dict[tuple[str, str], str]:
    """Map path and code of each category to its identifier, else its name."""
    columns = (listed[column] for column in ("path", "code", "identifier", "name"))
    return {(path, code): given or name for path, code, given, name in zip(*columns, strict=True)}


def _read(path: Path) -> DataFrame:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


def _one(found: "list[str] | pd.Series[str]", rows: DataFrame, what: str) -> str:
    there = [path for path in found if path in rows]
    if len(there) != 1:
        raise SourceChangedError(
            f"The broadband cube has {len(there)} columns for its {what}, one is expected; it "
            f"has: {', '.join(rows.columns)}. Look at its dimensions."
        )
    return there[0]


def _groups(
    rows: DataFrame, dimensions: list[str], names: Mapping[tuple[str, str], str]
) -> list[str]:
    """Write each row's categories as a group's key, by the last word of each dimension's path."""
    words = {}
    for path in dimensions:
        known = {
            code: slug(names.get((path, code), code.rpartition("/")[2]))
            for code in rows[path].unique()
        }
        ours = slug(path.rpartition("/")[2]).strip("0123456789_") or "dimension"
        words[ours] = rows[path].map(known)
    return group_keys(words, len(rows))


def _values(text: "pd.Series[str]", path: Path) -> tuple["pd.Series[float]", "pd.Series[str]"]:
    """Turn shares or per cents into shares; an empty cell is no coverage known, not 0."""
    value = pd.to_numeric(text, errors="coerce")
    odd = sorted(set(text[value.isna() & (text != "")]))
    if odd or value.isna().all() or value.min() < 0 or value.max() > 100:
        raise SourceChangedError(f"{path.name}: values are no shares: {odd[:3]}, {value.max()}.")
    # Of two thousand communes one has more than 1 %: then they are all per cents.
    share = value / 100 if value.max() > 1 else value
    return share.round(6), value.notna().map({True: "observed", False: "missing"})
