"""Key figures of communes: the regional portraits, their last edition 2021."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.observations import as_observations, check_sums
from divide.tidy.spreadsheets import (
    Row,
    cell_name,
    find_column,
    find_row,
    iso_date,
    read_number,
    read_rows,
)


class Figure(NamedTuple):
    """What a column of the file measures."""

    indicator: str
    group: str
    per_cent: bool


_FIGURES: Final = {
    "Habitants": Figure("residents", terms.TOTAL, False),
    "Etrangers en %": Figure("residents_share", "citizenship:foreign", True),
    "0-19 ans": Figure("residents_share", "age:0_19", True),
    "20-64 ans": Figure("residents_share", "age:20_64", True),
    "65 ans ou plus": Figure("residents_share", "age:65_plus", True),
    "Ménages privés": Figure("private_households", terms.TOTAL, False),
    "Taille moyenne des ménages en personnes": Figure("persons_per_household", "total", False),
    "Taux d'aide sociale": Figure("social_assistance_share", terms.TOTAL, True),
}
# "X": not published for reasons of data protection.
_PROTECTED: Final = "X"
_COUNTRY: Final = "Suisse"


def tidy_key_figures(path: Path, *, edition: str) -> DataFrame:
    """
    List key figures of the communes and of the country.

    Parameters
    ----------
    path
        Regional portraits of communes, key figures, .xlsx, in French.

    Returns
    -------
    DataFrame
        Residents (persons) and shares of them, private households and their mean size,
        the share on social assistance. Figures are of the year in the column's heading,
        within the borders of `register_date`. Eight rows per commune.

    Raises
    ------
    SourceError
        If communes do not sum to the country's residents or households, or the three age
        classes not to all.
    SourceChangedError
        If a heading is gone, or a cell holds an unknown sign.
    """
    rows, top, date = _opened(path)
    columns = [_column(rows, top, head, path.name) for head in _FIGURES]
    cells = pd.concat(columns, ignore_index=True)
    _check(cells, where=path.name)
    return as_observations(
        cells.assign(register_date=date),
        source="bfs_commune_key_figures",
        edition=edition,
        table="je-f-21.03.01",
    )


def tidy_list(path: Path, *, edition: str) -> DataFrame:
    """
    List the communes that the key figures speak of: one more day of the register.

    Returns
    -------
    DataFrame
        One row per commune: its number and name on `register_date`; the file says nothing
        of cantons or regions.

    Raises
    ------
    SourceChangedError
        As `tidy_key_figures`.
    """
    rows, top, date = _opened(path)
    names = {_place(row, where=path.name): str(row[1]) for row in rows[top + 2 :] if row[1]}
    names.pop(terms.COUNTRY, None)
    return DataFrame(
        {
            "place_level": "commune",
            "place": list(names),
            "register_date": date,
            "name": list(names.values()),
            "source": "bfs_commune_key_figures",
            "edition": edition,
        }
    )


def _opened(path: Path) -> tuple[list[Row], int, str]:
    """Read the sheet: its rows, the line of headings, and the day of its communes."""
    rows = read_rows(path)
    top = find_row(rows, lambda row: "Code commune" in row, where=path.name)
    notes = [str(row[0]) for row in rows if str(row[0]).startswith("Etat des communes")]
    return rows, top, iso_date(" ".join(notes), where=path.name)


def _column(rows: list[Row], top: int, head: str, where: str) -> DataFrame:
    """Read one column: a row per commune, and one for the country."""
    figure, column = _FIGURES[head], find_column(rows[top], head, where=where)
    year = int(read_number(rows[top + 1][column], where=f"{where} year of {head!r}"))
    records = []
    for position, row in enumerate(rows[top + 2 :], start=top + 2):
        if not row[1]:
            continue
        cell = cell_name(position, column)
        value, status = _read(row[column], where=f"{where} cell {cell}")
        place = _place(row, where=f"{where} row {position + 1}")
        records.append({"place": place, "value": value, "status": status, "cell": cell})
    level = ["country" if one["place"] == terms.COUNTRY else "commune" for one in records]
    frame = DataFrame(records).assign(place_level=level, year=year)
    if figure.per_cent:
        # 12 digits: the publisher's own precision, without the noise of the division.
        frame["value"] = (frame["value"] / 100).round(12)
    return frame.assign(indicator=figure.indicator, group=figure.group)


def _read(cell: Any, *, where: str) -> tuple[float | None, str]:
    if cell == _PROTECTED:
        return None, "suppressed"
    return read_number(cell, where=where), "observed"


def _place(row: Row, *, where: str) -> str:
    if row[0] == "" and row[1] == _COUNTRY:
        return terms.COUNTRY
    try:
        return terms.commune_id(int(row[0]))
    except ValueError as error:
        raise SourceChangedError(f"{where} holds {row[:2]}, no commune.") from error


def _check(cells: DataFrame, *, where: str) -> None:
    """Check counts against the country's, and age classes against the whole."""
    country = cells["place"] == terms.COUNTRY
    for indicator in ("residents", "private_households"):
        rows = cells[(cells["indicator"] == indicator) & (cells["group"] == terms.TOTAL)]
        sums = pd.Series({indicator: rows.loc[~country, "value"].sum(skipna=False)})
        whole = rows.loc[country, "value"].set_axis([indicator])
        check_sums(sums, whole, what=f"{where}, communes")
    ages = cells[cells["group"].str.startswith("age:") & ~country]
    shares = ages.groupby("place")["value"].sum(min_count=3)
    check_sums(shares, pd.Series(1.0, shares.index), what=f"{where}, ages", tolerance=1e-6)
