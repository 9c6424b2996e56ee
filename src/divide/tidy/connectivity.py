"""Tidy what households have: access to the internet, broadband, devices."""

from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide import terms
from divide.tidy.cubes import read_cube
from divide.tidy.ict_survey import Axes, survey_rows

INDICATORS: Final = {
    "IACCCH": "household_internet_access",
    "BBFIXCH": "household_fixed_broadband",
    "BBMOBCH": "household_mobile_broadband",
    "IDKPCCH": "household_desktop",
    "IAPORTCH": "household_laptop",
    "IATABLCH": "household_tablet",
    "IAOTHMCH": "household_smartphone",
}
GROUPS: Final[Axes] = {
    # Three regions: Romansh-speaking communes are taken as German-speaking, an assumption.
    "place": {
        "0": (terms.COUNTRY, "Schweiz"),
        "1": ("de", "Deutsche Schweiz"),
        "2": ("fr", "Französische Schweiz"),
        "3": ("it", "Italienische Schweiz"),
    },
    "size": {
        "0": ("total", "Haushaltsgrösse - Total"),
        "1": ("1", "1-Personenhaushalt"),
        "2": ("2", "2-Personenhaushalt"),
        "3": ("3", "3-Personenhaushalt"),
        "4": ("4_plus", "4+-Personenhaushalt"),
    },
    "finances": {
        "0": ("total", "Finanzielle Situation - Total"),
        "1": ("very_easy", "Finanzielle Situation sehr einfach"),
        "2": ("easy", "Finanzielle Situation eher einfach"),
        "3": ("difficult", "Finanzielle Situation eher schwierig"),
        "4": ("very_difficult", "Finanzielle Situation sehr schwierig"),
    },
}


def tidy_household_access(path: Path, *, edition: str) -> DataFrame:
    """
    Tidy the table of households' access to the internet.

    Devices are asked of households until 2019, of persons from 2021 (see
    `internet_use`). The question on finances changed in 2019: no comparison across.

    Parameters
    ----------
    path : Path
        px-x-1604000000_101, a PX file or the JSON-stat of PxWeb.
    edition : str
        The file's date of publication.

    Returns
    -------
    DataFrame
        One row per indicator, place (country, language region), group (household size,
        subjective finances and their cross) and year surveyed. `value` is the share of
        the group's households, `count` the households, both with their standard errors.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If its dimensions, codes or labels are not those this function knows.
    """
    px = read_cube(path)
    return survey_rows(px, INDICATORS, GROUPS, source="bfs_ict_access", edition=edition)
