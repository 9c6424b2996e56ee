"""Private households by canton and size, in one sheet a year."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.observations import as_observations, check_sums
from divide.tidy.places import read_cantons
from divide.tidy.spreadsheets import (
    cell_name,
    find_column,
    find_row,
    read_number,
    read_rows,
    sheet_names,
)

INDICATOR: Final = "private_households"
_SIZES: Final = {
    "Total": terms.TOTAL,
    "1-person households": "size:1",
    "2-person households": "size:2",
    "3-person households": "size:3",
    "4-person households": "size:4",
    "5-person households": "size:5",
    "6-person or larger households": "size:6_plus",
}
# Three cantons are written otherwise than by the federal administration.
_ODD_NAMES: Final = {"St.Gallen": "SG", "Appenzell A.Rh.": "AR", "Appenzell I.Rh.": "AI"}
# The sheets of 2010 and 2011 count plausible households only: another series, left out.
_FIRST: Final = 2012


def tidy_households(path: Path, *, edition: str) -> DataFrame:
    """
    List private households by size, of the country and the cantons, in every year.

    Parameters
    ----------
    path
        Private households by canton and household size, one sheet a year, .xlsx.

    Returns
    -------
    DataFrame
        Households on 31 December, from 2012. Seven rows per place and year: the total and
        six sizes.

    Raises
    ------
    SourceError
        If sizes do not sum to their total, or cantons to the country.
    SourceChangedError
        If a heading, a canton or a sign is not one of those known.
    """
    years = [one for one in sheet_names(path) if one.isdecimal() and int(one) >= _FIRST]
    if not years:
        raise SourceChangedError(f"{path.name} has no sheet named after a year.")
    cells = pd.concat([_sheet(path, year) for year in years], ignore_index=True)
    rows = cells.assign(indicator=INDICATOR)
    rows["register_date"] = rows["year"].astype("str") + "-12-31"
    rows["place_level"] = "canton"
    rows.loc[rows["place"] == terms.COUNTRY, "place_level"] = "country"
    return as_observations(rows, source="bfs_households", edition=edition, table="cc-e-01.02.02.02")


def _sheet(path: Path, year: str) -> DataFrame:
    """Take a year's figures out of its sheet, and check their sums."""
    where = f"{path.name} sheet {year}"
    rows = read_rows(path, year)
    top = find_row(rows, lambda row: "Total" in row, where=where)
    heads = [below or above for above, below in zip(rows[top], rows[top + 1], strict=True)]
    columns = {group: find_column(heads, head, where=where) for head, group in _SIZES.items()}
    records = []
    for position, row in enumerate(rows[top + 2 :], start=top + 2):
        if row[columns[terms.TOTAL]] == "":
            break
        for group, column in columns.items():
            cell = cell_name(position, column)
            value = read_number(row[column], where=f"{where} cell {cell}")
            record = {"name": row[0], "group": group, "value": value, "year": int(year)}
            records.append(record | {"cell": f"{year}!{cell}"})
    cells = _placed(DataFrame(records), where=where)
    _check_sheet(cells, where=where)
    return cells


def _placed(cells: DataFrame, *, where: str) -> DataFrame:
    """Give each row the canton that its name stands for; all 26 must be there."""
    cantons = read_cantons()
    ids = dict(zip(cantons["name_en"], cantons["id"], strict=True)) | _ODD_NAMES
    place = cells["name"].map({"Switzerland": terms.COUNTRY} | ids)
    if place.isna().any() or set(place) != {terms.COUNTRY, *terms.CANTONS}:
        unknown = sorted(set(cells.loc[place.isna(), "name"]))
        raise SourceChangedError(
            f"{where} does not list Switzerland and the 26 cantons; unknown names: {unknown}."
        )
    return cells.assign(place=place)


def _check_sheet(cells: DataFrame, *, where: str) -> None:
    """Check sizes against their total, and cantons against the country."""
    wide = cells.pivot(index="place", columns="group", values="value")
    sizes = wide.drop(columns=terms.TOTAL).sum(axis="columns")
    check_sums(sizes, wide[terms.TOTAL], what=f"{where}, sizes")
    sums = wide.drop(index=terms.COUNTRY).sum()
    country = pd.Series(wide.loc[terms.COUNTRY])
    check_sums(sums, country, what=f"{where}, cantons")
