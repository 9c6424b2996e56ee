"""Tidy the use of the internet by persons: the national survey, and Eurostat's totals."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.cubes import read_cube
from divide.tidy.ict_survey import Axes, in_order, survey_rows
from divide.tidy.jsonstat import read_jsonstat

INDICATORS: Final = {
    "IU3CH": "internet_use_3m",
    "IFUCH": "internet_use_daily",
    "IUMOBCH": "internet_use_on_the_move",
    "IUOFIXCH": "device_desktop",
    "IUOPORCH": "device_laptop",
    "IUTBLTCH": "device_tablet",
    "IUSMARTCH": "device_smartphone",
    "IUOTHCH": "device_other",
    "DSK": "advanced_digital_skills",
    "SKILLS2": "high_internet_skills_2014",
    "CINSAPPCH": "skill_install_software",
    "CCONF1CH": "skill_change_settings",
    "CXFER1CH": "skill_copy_files",
    "CWRDCH": "skill_word_processing",
    "CXLSCH": "skill_spreadsheet",
    "CEPVACH": "skill_edit_media",
    "CPRG1CH": "skill_programming",
}

GROUPS: Final[Axes] = {
    "sex": {
        "0": ("total", "Geschlecht - Total"),
        "1": ("m", "Mann"),
        "2": ("f", "Frau"),
    },
    "age": {
        "0": ("total", "Altersklasse - Total"),
        "1": ("15_29", "15 bis 29 Jahre"),
        "2": ("30_59", "30 bis 59 Jahre"),
        "3": ("60_plus", "60 Jahre und älter"),
    },
    "education": {
        "0": ("total", "Bildungsstand - Total"),
        "1": ("low", "Ohne nachobligatorische Ausbildung (25 Jahre und älter)"),
        "2": ("secondary", "Sekundarstufe II (25 Jahre und älter)"),
        "3": ("tertiary", "Tertiärstufe (25 Jahre und älter)"),
        "4": ("under_25", "Unter 25 Jahren"),
    },
}

_EUROSTAT: Final = {
    "eurostat_internet_use": (
        "eurostat_internet_use_3m",
        "isoc_ci_ifp_iu",
        {"indic_is": "I_IU3", "unit": "PC_IND", "ind_type": "IND_TOTAL"},
    ),
    "eurostat_household_access": (
        "eurostat_household_internet_access",
        "isoc_ci_in_h",
        {"unit": "PC_HH", "hhtyp": "TOTAL"},
    ),
}
_EUROSTAT_PLACES: Final = {"CH": terms.COUNTRY, "EU27_2020": "EU"}


def tidy_internet_use(path: Path, *, edition: str) -> DataFrame:
    """
    Tidy the table of internet use, devices and skills of persons.

    The population is 15 years and older in 2014, and 15 to 88 years in private
    households since 2017.

    Parameters
    ----------
    path : Path
        px-x-1604000000_106, a PX file or the JSON-stat of PxWeb.
    edition : str
        The file's date of publication.

    Returns
    -------
    DataFrame
        One row per indicator, group (sex, age, education and every cross) and year
        surveyed. `value` is the share of the group having the attribute, `count` the
        persons having it, both with their standard errors.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If its dimensions, codes or labels are not those this function knows.
    """
    px = read_cube(path)
    return survey_rows(px, INDICATORS, GROUPS, source="bfs_ict_skills", edition=edition)


def tidy_international(use_path: Path, households_path: Path, *, edition: str) -> DataFrame:
    """
    Tidy Eurostat's totals of Switzerland and of the Union of 27.

    Persons are 16 to 74 years old: never one series with the national survey's.

    Parameters
    ----------
    use_path, households_path : Path
        JSON-stat files isoc_ci_ifp_iu (persons) and isoc_ci_in_h (households).
    edition : str
        The year of the files.

    Returns
    -------
    DataFrame
        One row per indicator, place (`CH`, `EU`) and year. `flag` keeps the publisher's
        letters: b break in series, e estimated, p provisional, u unreliable.

    Raises
    ------
    SourceError
        If a file cannot be read.
    SourceChangedError
        If Switzerland or the expected unit is not among its rows.
    """
    files = dict(zip(_EUROSTAT, (use_path, households_path), strict=True))
    rows = [_eurostat_rows(path, source).assign(edition=edition) for source, path in files.items()]
    return in_order(
        pd.concat(rows, ignore_index=True), (*terms.KEY, *terms.VALUE, "flag", *terms.ORIGIN)
    )


def _eurostat_rows(path: Path, source: str) -> DataFrame:
    indicator, table, wanted = _EUROSTAT[source]
    cells = read_jsonstat(path).texts()
    lost = {*wanted, "geo", "time"} - set(cells.columns)
    if lost:
        raise SourceChangedError(f"{path.name} lacks the dimensions {sorted(lost)}. Fetch {table}.")
    dimensions = [name for name in cells.columns if name not in ("value", "flag")]
    kept = cells["geo"].isin(list(_EUROSTAT_PLACES)) & cells["value"].notna()
    for name, code in wanted.items():
        kept &= cells[name] == code
    cells = cells[kept].reset_index(drop=True)
    if terms.COUNTRY not in set(cells["geo"]):
        raise SourceChangedError(
            f"{path.name} holds no figure of Switzerland for {wanted}. Fetch {table} again."
        )
    return DataFrame(
        {
            "indicator": indicator,
            "group": terms.TOTAL,
            "place_level": "country",
            "place": cells["geo"].map(_EUROSTAT_PLACES),
            "register_date": None,
            "year": cells["time"].astype("int64"),
            "value": (cells["value"] / 100).round(6),
            "status": [_eurostat_status(flag) for flag in cells["flag"]],
            "flag": cells["flag"].mask(cells["flag"] == ""),
            "source": source,
            "table": table,
            "cell": cells[dimensions[0]].str.cat(cells[dimensions[1:]], sep="/"),
        }
    )


def _eurostat_status(flag: str) -> str:
    words = {"u": "unreliable", "p": "provisional"}
    return next((word for letter, word in words.items() if letter in flag), "observed")
