"""Residents by group: citizenship, and sex by ten-year age class."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.observations import as_observations
from divide.tidy.population import INDICATOR, check_levels, place_cells
from divide.tidy.spreadsheets import (
    Row,
    find_column,
    find_row,
    iso_date,
    read_number,
    read_rows,
)

_AGE_COLUMNS: Final = ("canton_id", "sex", "age_group", "persons")


def tidy_citizenship(path: Path, *, edition: str) -> DataFrame:
    """
    List Swiss and foreign residents of the country, the cantons and communes.

    Parameters
    ----------
    path
        The export by commune, population type, place of birth and citizenship, .xlsx.

    Returns
    -------
    DataFrame
        Permanent residents on 31 December, in persons, whatever their place of birth.
        Foreign is the total less Switzerland: stateless people and those without
        indication are in it. Three rows per place.

    Raises
    ------
    SourceError
        If cantons do not sum to the country, or districts or communes to their canton.
    """
    rows = read_rows(path)
    date = iso_date(_reference(rows), where=path.name)
    cells = place_cells(_citizenship_cells(rows, where=path.name))
    groups = {terms.TOTAL: "total", "citizenship:swiss": "swiss", "citizenship:foreign": "foreign"}
    for column in groups.values():
        check_levels(cells, column, what=f"{path.name}, {column}")
    kept = cells[cells["place_level"].isin(["country", "canton", "commune"])]
    parts = [kept.assign(group=group, value=kept[column]) for group, column in groups.items()]
    return as_observations(
        pd.concat(parts).assign(indicator=INDICATOR, register_date=date),
        source="bfs_population_citizenship",
        edition=edition,
        table="px-x-0102010000_104",
    )


def _reference(rows: list[Row]) -> str:
    """Find the sentence that names the register date of the communes."""
    notes = [line for row in rows for line in str(row[0]).splitlines()]
    found = [line for line in notes if line.startswith("Spatial reference")]
    return found[0] if found else ""


def _citizenship_cells(rows: list[Row], *, where: str) -> DataFrame:
    """
    Take total and Swiss permanent residents of each place out of the export.

    Labels stand once, in the first of a place's rows; the first row is that of
    permanent residents, so no label needs to be carried on.
    """
    top = find_row(rows, lambda row: "Switzerland" in row, where=where)
    total = find_column(rows[top], "Citizenship - total", where=where)
    swiss = find_column(rows[top], "Switzerland", where=where)
    year = int(rows[top + 1][0])
    records = []
    for position, row in enumerate(rows[top + 1 :], start=top + 1):
        if row[4] != "1" or row[6] != "-99999":
            continue
        persons, citizens = (
            read_number(row[c], where=f"{where} row {position}") for c in (total, swiss)
        )
        records.append(
            {
                "label": row[3],
                "year": year,
                "total": persons,
                "swiss": citizens,
                "foreign": persons - citizens,
                "cell": f"row {position + 1}",
            }
        )
    if any(not record["label"] for record in records):
        raise SourceChangedError(f"{where}: permanent residents without a place's label.")
    return DataFrame(records)


def tidy_age(path: Path, *, edition: str) -> DataFrame:
    """
    List residents by canton, sex and ten-year age class, and sum them up.

    Parameters
    ----------
    path
        A tidy CSV: canton, sex (f, m), age class (0-9 to 80+), persons.

    Returns
    -------
    DataFrame
        Permanent residents on 31 December, in persons. Sex × age of the 26 cantons as
        given; age, sex and total of the cantons, and the country, as sums.

    Raises
    ------
    SourceError
        If a canton lacks a sex or an age class, or has one twice.
    """
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    persons = pd.read_csv(path, dtype={"canton_id": "str", "sex": "str", "age_group": "str"})
    _check_age(persons, where=path.name)
    ages = persons["age_group"].str.replace("-", "_").str.replace("+", "_plus", regex=False)
    cells = DataFrame(
        {
            "place": persons["canton_id"],
            "sex": persons["sex"],
            "age": ages,
            "value": persons["persons"],
        }
    ).assign(place_level="canton", cell=[f"line {n}" for n in range(2, len(persons) + 2)])
    both = pd.concat([cells, _sum_of(cells.assign(place_level="country", place=terms.COUNTRY))])
    margins = [both, *(_sum_of(both.assign(**m)) for m in _margins())]
    rows = pd.concat(margins, ignore_index=True)
    rows["group"] = [
        terms.group_id(sex=s, age=a) for s, a in zip(rows["sex"], rows["age"], strict=True)
    ]
    return as_observations(
        rows.assign(indicator=INDICATOR, register_date=edition, year=int(edition[:4])),
        source="bfs_population_age",
        edition=edition,
        table="STATPOP 2018",
    )


def _margins() -> list[dict[str, str]]:
    return [{"sex": terms.TOTAL}, {"age": terms.TOTAL}, {"sex": terms.TOTAL, "age": terms.TOTAL}]


def _sum_of(cells: DataFrame) -> DataFrame:
    keys = ["place_level", "place", "sex", "age"]
    return cells.groupby(keys)["value"].sum().reset_index().assign(cell="sum of canton × sex × age")


def _check_age(persons: DataFrame, *, where: str) -> None:
    """Check that canton, sex and age class are crossed in full, each cell once."""
    if tuple(persons.columns) != _AGE_COLUMNS:
        raise SourceChangedError(f"{where} has the columns {', '.join(persons.columns)}.")
    wanted = pd.MultiIndex.from_product(
        [terms.CANTONS, ("f", "m"), sorted(set(persons["age_group"]))]
    )
    found = pd.MultiIndex.from_frame(persons[list(_AGE_COLUMNS[:3])])
    if found.has_duplicates or not found.symmetric_difference(wanted).empty:
        raise SourceError(f"{where}: canton × sex × age class is not crossed in full, once each.")
