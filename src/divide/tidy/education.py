"""Highest education of residents aged 25 and over, from the pooled structural survey."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame, Series

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.observations import as_observations, check_sums
from divide.tidy.spreadsheets import (
    Row,
    cell_name,
    find_row,
    read_number,
    read_number_formats,
    read_rows,
)

# Headings of the groups; the column after each holds the half width of its interval.
_GROUPS: Final = {
    "Total population\n(25 year and older)": terms.TOTAL,
    "Without post-compulsory school": "education:low",
    "Secondary level II": "education:secondary",
    "Tertiary level": "education:tertiary",
}
# A format such as \(##0\) prints parentheses: 49 observations or fewer.
_PARENTHESES: Final = r"\("
_SUPPRESSED: Final = "X"
# Canton sums are unreliable when more than this share of them is.
_HALF: Final = 0.5


def tidy_education(path: Path, *, register_date: str, edition: str) -> DataFrame:
    """
    List residents aged 25 and over by highest education, with 95 % intervals.

    Parameters
    ----------
    path
        Highest completed education by district, three years pooled, .xlsx.
    register_date
        A day whose districts the file uses; it names none itself.

    Returns
    -------
    DataFrame
        Persons in private households. Three levels of education and their total, for
        the country as published, for 143 districts as published, for cantons as sums of
        their districts. `year` is the last of the three pooled years. `se` is the half
        width over `terms.Z95`; that of a canton is the root of its districts' summed
        squares, which is too wide where the survey was weighted to the canton's total.
        `low` and `high` are value ∓ half width, not below 0.
        Status `unreliable`: 49 observations or fewer, or a canton more than half of
        which is so; `suppressed`: 4 or fewer, or a canton with such a district.

    Raises
    ------
    SourceError
        If districts do not sum to the country, or the levels to their total.
    """
    formats = read_number_formats(path)
    marked = {name for name, code in formats.items() if _PARENTHESES in code}
    cells = education_cells(read_rows(path), marked, where=path.name)
    _check_education(cells)
    rows = pd.concat([cells, _sum_to_cantons(cells[cells["place_level"] == "district"])])
    half = rows["se"] * terms.Z95
    rows = rows.assign(
        indicator="residents_25_plus",
        register_date=register_date,
        low=(rows["value"] - half).clip(lower=0),
        high=rows["value"] + half,
    )
    return as_observations(
        rows, source="bfs_education", edition=edition, table="su-e-40.02.15.08.05", estimate=True
    )


def education_cells(rows: list[Row], marked: set[str], *, where: str) -> DataFrame:
    """
    Take the country and the districts out of the sheet.

    Parameters
    ----------
    rows
        The sheet's rows.
    marked
        Names of cells printed in parentheses.

    Returns
    -------
    DataFrame
        One row per place and group: `canton`, `place`, `value`, `se`, `status`, `cell`.
    """
    top = find_row(rows, lambda row: set(_GROUPS) <= set(row), where=where)
    year = _last_year(str(rows[0][1]), where=where)
    columns = {group: rows[top].index(heading) for heading, group in _GROUPS.items()}
    records = []
    for position, row in enumerate(rows[top + 2 :], start=top + 2):
        if row[1] not in ("Switzerland", *terms.CANTONS):
            break
        country = row[1] == "Switzerland"
        place = terms.COUNTRY if country else terms.commune_id(int(row[0]))
        level = "country" if country else "district"
        for group, column in columns.items():
            name = cell_name(position, column)
            figures = _figures(
                row[column], row[column + 1], name in marked, where=f"{where} {name}"
            )
            key = {"place_level": level, "place": place, "canton": row[1], "group": group}
            records.append({**key, **figures, "cell": f"Districts!{name}", "year": year})
    return DataFrame(records)


def _last_year(title: str, *, where: str) -> int:
    years = [
        int(word) for word in title.replace("-", " ").replace(",", " ").split() if word.isdecimal()
    ]
    if len(years) != 2:
        raise SourceChangedError(f"{where} names no two years in its title: {title!r}.")
    return max(years)


def _figures(persons: object, relative: object, marked: bool, *, where: str) -> dict[str, object]:
    """Read one estimate; its interval is published as ± per cent of the estimate."""
    if persons == _SUPPRESSED:
        return {"value": float("nan"), "se": float("nan"), "status": "suppressed"}
    value = read_number(persons, where=where)
    half = value * read_number(relative, where=f"{where}, interval") / 100
    status = "unreliable" if marked else "observed"
    return {"value": value, "se": half / terms.Z95, "status": status}


def _sum_to_cantons(districts: DataFrame) -> DataFrame:
    """Sum districts to cantons; variances add, as if districts were drawn independently."""
    squares = districts.assign(
        variance=districts["se"] ** 2,
        doubtful=districts["value"].where(districts["status"] == "unreliable", 0.0),
    )
    grouped = squares.groupby(["canton", "group", "year"])
    # skipna=False: a canton with a hidden district is not known, not smaller.
    sums = grouped[["value", "variance", "doubtful"]].sum(skipna=False)
    sums["se"] = sums["variance"] ** 0.5
    sums["status"] = _status_of(sums)
    sums["cell"] = "sum of districts " + grouped["place"].min() + " to " + grouped["place"].max()
    cantons = sums.reset_index()
    return cantons.assign(place=cantons["canton"], place_level="canton")


def _status_of(sums: DataFrame) -> "Series[str]":
    status = Series("observed", index=sums.index)
    status[sums["doubtful"] > _HALF * sums["value"]] = "unreliable"
    status[sums["value"].isna()] = "suppressed"
    return status


def _check_education(cells: DataFrame) -> None:
    """Check, to half a person, that districts meet the country and levels their total."""
    wide = cells.pivot(index="place", columns="group", values="value")
    if wide.isna().any(axis=None):
        return  # a hidden figure: sums cannot be checked
    country = wide.T[terms.COUNTRY]
    check_sums(wide.T.sum(axis="columns") - country, country, what="districts", tolerance=0.5)
    levels = wide.drop(columns=terms.TOTAL).sum(axis="columns")
    check_sums(levels, wide[terms.TOTAL], what="levels of education", tolerance=0.5)
