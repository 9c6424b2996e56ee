"""Residents by broad age class, sex and citizenship, in one sheet a year."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.observations import as_observations, check_sums
from divide.tidy.places import read_cantons, read_regions
from divide.tidy.population import INDICATOR
from divide.tidy.spreadsheets import Row, cell_name, find_column, find_row, read_number, read_rows

# Headings of the sheets by year, and the group that each column counts.
_STRUCTURE: Final = {
    "Total": terms.TOTAL,
    "0–19": "age:0_19",
    "20–64": "age:20_64",
    "65 and over": "age:65_plus",
    "Male": "sex:m",
    "Female": "sex:f",
    "Swiss": "citizenship:swiss",
    "Foreigner": "citizenship:foreign",
}
# Three cantons are written otherwise than by the federal administration.
_ODD_NAMES: Final = {"St. Gallen": "SG", "Appenzell A. Rh.": "AR", "Appenzell I. Rh.": "AI"}


def tidy_structure(path: Path, *, edition: str) -> DataFrame:
    """
    List residents by broad age class, sex and citizenship, of cantons and the country.

    Parameters
    ----------
    path
        The structure of the permanent resident population, one sheet a year, .xlsx.
    edition
        31 December of the year to read, `YYYY-12-31`; its sheet is named after the year.

    Returns
    -------
    DataFrame
        Permanent residents, in persons. Eight rows per place: total, three age classes,
        two sexes, Swiss and foreign. The rows of major regions are checked and left out.

    Raises
    ------
    SourceError
        If a region is not the sum of its cantons, or a total not that of its groups.
    """
    year = edition[:4]
    cells = _structure_cells(read_rows(path, year), where=f"{path.name} sheet {year}")
    _check_structure(cells.pivot(index="name", columns="group", values="value"))
    cantons = read_cantons()
    ids = dict(zip(cantons["name_en"], cantons["id"], strict=True)) | _ODD_NAMES
    cells["place"] = cells["name"].map({"Switzerland": terms.COUNTRY} | ids)
    kept = cells.dropna(subset="place").assign(
        indicator=INDICATOR, register_date=edition, year=int(year), place_level="canton"
    )
    kept.loc[kept["place"] == terms.COUNTRY, "place_level"] = "country"
    kept["cell"] = year + "!" + kept["cell"]
    return as_observations(
        kept, source="bfs_population_structure", edition=edition, table="je-e-01.02.03.04"
    )


def _structure_cells(rows: list[Row], *, where: str) -> DataFrame:
    """Take the figures of all places out of a sheet. One row per place's name and group."""
    top = find_row(rows, lambda row: "Total" in row, where=where)
    first = find_row(rows, lambda row: row[0] == "Switzerland", where=where)
    heads = [a or b for a, b in zip(rows[top + 1], rows[top], strict=True)]
    columns = {g: find_column(heads, head, where=where) for head, g in _STRUCTURE.items()}
    records = []
    for position, row in enumerate(rows[first:], start=first):
        if row[columns[terms.TOTAL]] == "":
            break
        for group, column in columns.items():
            cell = cell_name(position, column)
            value = read_number(row[column], where=f"{where} cell {cell}")
            records.append({"name": row[0], "group": group, "value": value, "cell": cell})
    return DataFrame(records)


def _check_structure(wide: DataFrame) -> None:
    """Check a sheet's sums: regions of cantons, the country of regions, totals of groups."""
    cantons, regions = read_cantons(), read_regions().query("level == 'major_region'")
    names = {canton_id: name for name, canton_id in _ODD_NAMES.items()}
    known = [names.get(i, n) for i, n in zip(cantons["id"], cantons["name_en"], strict=True)]
    expected = {"Switzerland", *known, *regions["name_en"]}
    if set(wide.index) != expected:
        raise SourceChangedError(f"Places by another name: {sorted(set(wide.index) ^ expected)}.")
    region = cantons["major_region"].map(regions.set_index("id")["name_en"]).set_axis(known)
    sums = wide.loc[known].groupby(region).sum()
    for group in wide.columns:
        given = wide[group]
        check_sums(sums[group], given[sums.index], what=f"cantons of a region, {group}")
        total = pd.Series({"Switzerland": sums[group].sum()})
        check_sums(total, given[["Switzerland"]], what=f"major regions, {group}")
    for dimension in ("age", "sex", "citizenship"):
        parts = wide.filter(like=f"{dimension}:").sum(axis="columns")
        check_sums(parts, wide[terms.TOTAL], what=f"groups by {dimension}")
