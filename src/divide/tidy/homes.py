"""Nursing homes: homes, places, clients and occupied places, by canton and one by one."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.observations import as_observations
from divide.tidy.spreadsheets import Row, find_column, find_row, read_number, read_rows

# The publisher's headings of text columns.
_TEXTS: Final = {"Institution": "name", "Strasse": "street", "Ort": "town", "Kanton": "canton"}
# Summed columns: long and short stay together; acute and transitional care and day or
# night structures are left out, for nobody lives there.
_SUMMED: Final = {
    "places": ("Anzahl Plätze Langzeitaufenthalt", "Anzahl Plätze Kurzzeitaufenthalt"),
    "clients": ("Anzahl Klienten Langzeit", "Anzahl Klienten Kurzzeit"),
    "days": ("Anzahl Tage Langzeitaufenthalt", "Anzahl Tage Kurzzeitaufenthalt"),
}
_INDICATORS: Final = {
    "homes": "nursing_homes",
    "places": "nursing_home_places",
    "clients": "nursing_home_clients_year",
    "occupancy": "nursing_home_occupancy",
}
_DAYS: Final = 365


def tidy_nursing_homes(path: Path, *, edition: str) -> DataFrame:
    """
    Sum up nursing homes by canton and for the country.

    Parameters
    ----------
    path
        The flat file of key figures of Swiss nursing homes, .xlsx, in German.

    Returns
    -------
    DataFrame
        Four rows per place:
        `nursing_homes`, rows of the file, each an establishment with its own address;
        `nursing_home_places`, places for long and short stays;
        `nursing_home_clients_year`, clients of long and of short stays within the year:
        someone who had both, or lived in two homes, counts twice;
        `nursing_home_occupancy`, days of long and short stays over 365: persons living
        there on an average day.

    Raises
    ------
    SourceError
        If a home stands twice, or its canton is unknown.
    SourceChangedError
        If a heading is gone or a cell holds neither a number nor a dash.
    """
    homes = list_nursing_homes(path, edition=edition).assign(homes=1)
    both = pd.concat([homes, homes.assign(canton=terms.COUNTRY)])
    # Days are whole numbers, occupied places are not: sum first, then divide.
    sums = both.groupby("canton")[["homes", "places", "clients", "days"]].sum()
    sums = sums.assign(occupancy=sums["days"] / _DAYS).rename(columns=_INDICATORS)
    rows = sums[list(_INDICATORS.values())].rename_axis(index="place").reset_index()
    rows = rows.melt("place", var_name="indicator", value_name="value")
    country = rows["place"] == terms.COUNTRY
    rows["place_level"] = country.map({True: "country", False: "canton"})
    rows = rows.assign(
        register_date=f"{edition}-01-01", year=int(edition), cell="sum of homes, rows of the sheet"
    )
    return as_observations(rows, source="bag_nursing_homes", edition=edition, table="SOMED")


def list_nursing_homes(path: Path, *, edition: str) -> DataFrame:
    """
    List the nursing homes one by one.

    Returns
    -------
    DataFrame
        One row per home: `name`, `street`, `town` (postcode and locality), `canton`,
        `places`, `clients` (in the year), `days` (long and short stays), `occupancy`
        (persons on an average day).
    """
    return tidy_homes(read_rows(path), where=path.name, edition=edition)


def tidy_homes(rows: list[Row], *, where: str, edition: str) -> DataFrame:
    """Take the homes out of the sheet's rows; a dash stands for none."""
    top = find_row(rows, lambda row: set(_TEXTS) <= set(row), where=where)
    heads = rows[top]
    texts = {name: find_column(heads, head, where=where) for head, name in _TEXTS.items()}
    year = find_column(heads, "Jahr", where=where)
    numbers = {n: [find_column(heads, h, where=where) for h in hs] for n, hs in _SUMMED.items()}
    records = []
    for position, row in enumerate(rows[top + 1 :], start=top + 2):
        if row[texts["canton"]] == "":
            break
        if str(row[year]).removesuffix(".0") != edition:
            raise SourceError(f"{where} row {position} is of {row[year]}, not of {edition}.")
        told = {
            name: sum(read_number(row[c], where=f"{where} row {position}", dash=0.0) for c in cs)
            for name, cs in numbers.items()
        }
        records.append({name: row[c] for name, c in texts.items()} | told)
    return _check_homes(DataFrame(records), where=where)


def _check_homes(homes: DataFrame, *, where: str) -> DataFrame:
    """Check that homes stand once and in known cantons; add the average occupancy."""
    if homes.empty:
        raise SourceChangedError(f"{where} lists no home.")
    odd = homes[~homes["canton"].isin(terms.CANTONS) | homes.duplicated(["name", "street", "town"])]
    if not odd.empty:
        raise SourceError(f"{where}: homes twice or in no canton: {list(odd['name'])[:5]}.")
    return homes.assign(occupancy=homes["days"] / _DAYS)
