"""All places of one day out of two answers of the register's service: snapshot and levels."""

import re
from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.commune_register import read_answer
from divide.tidy.places import list_levels, read_cantons

_LANGUAGES: Final = {"1": "de", "2": "fr", "3": "it", "4": "rm"}
_NEEDED: Final = ("HistoricalCode", "BfsCode", "Name", "CantonId", "DistrictId")
# A classification carries the year of its base in its name, which moves between editions.
_CLASSES: Final = {
    "language_region": r"SPRGEB(\d{4})",
    "major_region": r"REGCH()",
    "typology_9": r"GDETYP(\d{4})_9",
    "urban_rural": r"STALAN(\d{4})",
}


def tidy_service_places(
    snapshot: Path, levels: Path, *, register_date: str, edition: str, source: str
) -> DataFrame:
    """
    List all places of one register date, in the columns of `places.tidy_places`.

    Confidence C: of the answer `levels`, nine of 29 columns were recorded.

    Parameters
    ----------
    snapshot, levels
        The service's answers for one day, CSV.
    register_date
        The day asked for.

    Returns
    -------
    DataFrame
        One row per country, region, canton, district and commune. Districts have the
        number of the snapshot: in `levels` they stand with their historical code.
        Typologies are missing where the answer has none.

    Raises
    ------
    SourceError
        If snapshot and levels do not list the same communes, or a district is not found.
    SourceChangedError
        If a column, canton, region or language region is unknown.
    """
    states = read_answer(snapshot, ("HistoricalCode", "BfsCode", "Level", "Name", "ShortName"))
    communes = read_levels(levels)
    known = states.loc[states["Level"] == "3", "BfsCode"].map(terms.commune_id)
    if set(known) != set(communes["place"]):
        odd = sorted(set(known) ^ set(communes["place"]))
        raise SourceError(
            f"{snapshot.name} and {levels.name} list different communes: {', '.join(odd[:9])}. "
            "They are of different days. Fetch both again."
        )
    districts = states[states["Level"] == "2"].set_index("HistoricalCode")
    names = districts["ShortName"].where(districts["ShortName"] != "", districts["Name"])
    placed = communes.assign(
        district=communes["district_historical"].map(districts["BfsCode"].map(terms.commune_id)),
        district_name=communes["district_historical"].map(names),
    )
    lost = placed.loc[placed["district"].isna(), "name"]
    if not lost.empty:
        raise SourceError(f"{snapshot.name} lacks the district of {', '.join(lost[:5])}.")
    return list_levels(placed, register_date=register_date, edition=edition, source=source)


def read_levels(path: Path) -> DataFrame:
    """
    Read the communes of the answer `levels` with the classes they are assigned to.

    Returns
    -------
    DataFrame
        One row per commune: `place`, `name`, `canton`, `district_historical`,
        `language_region`, `major_region`, `typology_9`, `urban_rural`; a classification
        that the answer lacks is missing, but for major regions, which facts know by canton.

    Raises
    ------
    SourceChangedError
        If a column, canton or language region is unknown, a commune stands twice, or a
        commune lies in another major region than its canton.
    """
    rows = read_answer(path, _NEEDED)
    classes = {name: _newest(rows, pattern) for name, pattern in _CLASSES.items()}
    language = classes["language_region"].map(_LANGUAGES)
    frame = DataFrame(
        {
            "place": rows["BfsCode"].map(terms.commune_id),
            "name": rows["Name"],
            "canton": rows["CantonId"].map(terms.canton_id),
            "district_historical": rows["DistrictId"],
            **classes,
            "language_region": language,
        }
    )
    regions = frame["canton"].map(read_cantons().set_index("id")["major_region"])
    told = frame["major_region"].fillna(regions)
    faults = frame[language.isna() | (told != regions) | frame["place"].duplicated(keep=False)]
    if not faults.empty:
        raise SourceChangedError(
            f"{path.name}: communes twice, or in an unknown language region or in another major "
            f"region than their canton: {', '.join(faults['place'].head(5))}."
        )
    return frame.assign(major_region=told)


def _newest(rows: DataFrame, pattern: str) -> "pd.Series[str]":
    """Return the column of a classification, of the newest base year; missing if there is none."""
    found = {match[1]: column for column in rows if (match := re.fullmatch(pattern, str(column)))}
    if not found:
        return pd.Series(None, index=rows.index, dtype="object")
    column = rows[found[max(found)]]
    return column.mask(column == "")
