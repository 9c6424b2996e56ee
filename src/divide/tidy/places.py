"""The commune register: every place of one register date, from communes to the country."""

from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from divide import paths, terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.spreadsheets import Row, find_column, find_row, iso_date, read_number, read_rows

COLUMNS: Final = (
    "place_level",
    "place",
    "register_date",
    "name",
    "canton",
    "district",
    "major_region",
    "language_region",
    "typology_9",
    "urban_rural",
    "source",
    "edition",
)
SOURCE: Final = "bfs_communes"

# The register numbers the language regions; Romansh is 4.
_LANGUAGE_REGIONS: Final = {"1": "de", "2": "fr", "3": "it", "4": "rm"}
_COUNTRY_NAME: Final = "Schweiz/Suisse/Svizzera/Svizra"
# Codes that stand under a heading; the list's version, after "+", moves between editions.
_HEADED: Final = {
    "place": "Numéro de la commune",
    "name": "Nom de la commune",
    "canton": "Canton",
    "district": "Numéro du district",
    "district_name": "Nom du district",
}
_CODED: Final = {
    "major_region": "CH1+CL_REGCH+",
    "language_region": "CH1+CL_SPRGEB+",
    "typology_9": "CH1+CL_GDET9+",
    "urban_rural": "CH1+CL_STALAN+",
}


def read_cantons() -> DataFrame:
    """Read the facts of the 26 cantons: numbers, names, languages. One row per canton."""
    return pd.read_csv(paths.FACTS / "cantons.csv", dtype="str").astype({"number": "int64"})


def read_regions() -> DataFrame:
    """Read the facts of language regions and major regions. One row per region."""
    return pd.read_csv(paths.FACTS / "regions.csv", dtype="str")


def tidy_places(register_path: Path, *, register_date: str, edition: str) -> DataFrame:
    """
    List all places of one register date.

    Parameters
    ----------
    register_path
        The register's export with geographic levels, .xlsx, in French.
    register_date
        The day asked for, `YYYY-MM-DD`; the file must say the same.

    Returns
    -------
    DataFrame
        One row per country, region, canton, district and commune. A district with
        communes of several language regions has none; a canton has the one that facts
        name first. `typology_9` and `urban_rural` are the register's codes, of communes.

    Raises
    ------
    SourceError
        If the register is of another day, or does not hold the number of communes it says.
    SourceChangedError
        If a column is gone or a code is unknown.
    """
    communes = tidy_register(read_rows(register_path), where=register_path.name)
    _check_register(communes, read_rows(register_path, "Métadonnées"), register_date)
    return list_levels(communes, register_date=register_date, edition=edition)


def list_levels(
    communes: DataFrame, *, register_date: str, edition: str, source: str = SOURCE
) -> DataFrame:
    """
    List country, regions, cantons and districts above the communes of one day.

    Parameters
    ----------
    communes
        One row per commune: `place`, `name`, `canton`, `district`, `district_name`,
        `major_region`, `language_region`, `typology_9`, `urban_rural`.

    Returns
    -------
    DataFrame
        The columns and rows of `tidy_places`.
    """
    levels = [_regions(), _cantons(communes), _districts(communes), _communes(communes)]
    frame = pd.concat(levels).assign(register_date=register_date, source=source, edition=edition)
    frame = frame[list(COLUMNS)].astype("str")
    return frame.sort_values(["place_level", "place"], ignore_index=True)


def tidy_register(rows: list[Row], *, where: str) -> DataFrame:
    """
    Take the columns that the study needs out of the register's rows.

    Columns are found by their heading (second row) or the id of their code list
    (third row): their positions and numbers differ between editions.

    Returns
    -------
    DataFrame
        One row per commune, all columns text.
    """
    top = find_row(rows, lambda row: _HEADED["place"] in row, where=where)
    headings, lists = rows[top], rows[top + 1]
    positions = {n: find_column(headings, text, where=where) for n, text in _HEADED.items()}
    positions |= {
        n: find_column(lists, text, where=where, prefix=True) for n, text in _CODED.items()
    }
    records = [{n: row[i] for n, i in positions.items()} for row in rows[top + 2 :] if any(row)]
    communes = DataFrame(records).astype(object)
    for column in ("place", "district"):
        communes[column] = [_four_digits(cell, where=where) for cell in communes[column]]
    communes["language_region"] = communes["language_region"].map(_LANGUAGE_REGIONS)
    return _known(communes.astype("str"), where=where)


def _four_digits(cell: Any, *, where: str) -> str:
    return terms.commune_id(int(read_number(cell, where=where)))


def _known(communes: DataFrame, *, where: str) -> DataFrame:
    """Check that each commune stands once, in a known canton and language region."""
    faults = communes[
        communes["place"].duplicated(keep=False)
        | ~communes["canton"].isin(terms.CANTONS)
        | communes["language_region"].isna()
    ]
    if not faults.empty:
        raise SourceChangedError(
            f"{where}: communes twice, or with an unknown canton or language region: "
            f"{', '.join(faults['place'].head(5))}."
        )
    return communes


def _check_register(communes: DataFrame, notes: list[Row], register_date: str) -> None:
    """Check the day and the number of communes against what the register says of itself."""
    said = next((str(r[0]) for r in notes if "basés sur l'état officiel" in str(r[0])), "")
    dated = iso_date(said, where="The register's sheet 'Métadonnées'")
    digits = "".join(sign for sign in said.rpartition("(")[2] if sign.isdecimal())
    if dated != register_date:
        raise SourceError(
            f"The register is of {dated}, not of {register_date}: fetch the edition of that day."
        )
    if int(digits or 0) != len(communes):
        raise SourceError(f"The register holds {len(communes)} communes and says {digits}.")


def _regions() -> DataFrame:
    regions = read_regions().rename(
        columns={"level": "place_level", "id": "place", "name_local": "name"}
    )
    for level in ("language_region", "major_region"):
        regions[level] = regions["place"].where(regions["place_level"] == level)
    country = DataFrame(
        {"place_level": ["country"], "place": [terms.COUNTRY], "name": [_COUNTRY_NAME]}
    )
    return pd.concat([country, regions]).reindex(columns=list(COLUMNS))


def _cantons(communes: DataFrame) -> DataFrame:
    cantons = read_cantons()
    one = communes.groupby("canton")["major_region"].agg(_only)
    return DataFrame(
        {
            "place_level": "canton",
            "place": cantons["id"],
            "name": [row[f"name_{row['page_language']}"] for _, row in cantons.iterrows()],
            "canton": cantons["id"],
            "major_region": cantons["id"].map(one),
            "language_region": cantons["language_regions"].str.split(";").str[0],
        }
    ).reindex(columns=list(COLUMNS))


def _districts(communes: DataFrame) -> DataFrame:
    shared = ["district_name", "canton", "major_region", "language_region"]
    districts = communes.groupby("district")[shared].agg(_only).reset_index()
    return (
        districts.rename(columns={"district_name": "name"})
        .assign(place_level="district", place=districts["district"])
        .reindex(columns=list(COLUMNS))
    )


def _communes(communes: DataFrame) -> DataFrame:
    return communes.assign(place_level="commune").reindex(columns=list(COLUMNS))


def _only(values: "pd.Series[str]") -> str | None:
    """Return the value that all share, or None."""
    return str(values.iloc[0]) if values.nunique() == 1 else None
