"""Residents and private households of Swiss Stats Explorer, from its STATPOP flows."""

from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide import terms
from divide.tidy.flows import Flow, age_class, tidy_flow
from divide.tidy.geo_codes import check_cantons, with_places
from divide.tidy.observations import as_observations, check_sums
from divide.tidy.sdmx_csv import TOTAL, read_sdmx_csv
from divide.tidy.statpop_cube import TABLE, read_statpop_cube

RESIDENTS: Final = "residents"
_SIZE: Final = r".*(SIZE|HHS|TAILLE|GROESSE|PERS_HH|NBPERS).*"

# Confidence C: names of flows and titles were seen, their dimensions were not.
LANGUAGES: Final = Flow(
    "bfs_statpop_language",
    "DF_STATPOP_REGLING",
    RESIDENTS,
    r"REG_?LING",
    numbers="language_region",
    pins={"POPULATION_TYPE": "1"},  # permanent residents
)
HOUSEHOLDS: Final = Flow(
    "bfs_statpop_households", "DF_STATPOP_PHH", "private_households", r"GEO|GR_KT_GDE",
    {"size": _SIZE},
)  # fmt: skip
PERSONS: Final = Flow(
    "bfs_statpop_persons_in_households", "DF_STATPOP_PERSPHH", "persons_in_private_households",
    r"GEO|GR_KT_GDE", {"size": _SIZE, "age": r"AGE.*"},
)  # fmt: skip


def tidy_statpop(path: Path, *, edition: str, register_date: str | None = None) -> DataFrame:
    """
    List residents by commune, district, canton, country and five-year age class.

    Parameters
    ----------
    path
        SDMX-CSV of DF_STATPOP_GEO_SEX_ZIVL_AGE5. A file with sexes and marital states is
        read too: rows other than their totals are dropped while reading. Or the JSON-stat
        of STAT-TAB's cube, which has single years of age and no numbers of districts.
    register_date
        The day whose commune list the flow uses, if it is known.

    Returns
    -------
    DataFrame
        Permanent residents on 31 December, in persons.

    Raises
    ------
    SourceError
        If the file cannot be read, or a place is given twice.
    SourceChangedError
        If a dimension, code or status is unknown, cantons do not sum to the country, or age
        classes not to their total.
    """
    from_cube = path.suffix.lower() == ".json"
    cells = read_statpop_cube(path) if from_cube else _flow_cells(path)
    rows = cells.assign(indicator=RESIDENTS, register_date=register_date)
    check_cantons(rows, ["group", "year"])
    _check_ages(rows)
    table = TABLE if from_cube else "DF_STATPOP_GEO_SEX_ZIVL_AGE5"
    return as_observations(rows, source="bfs_statpop", edition=edition, table=table)


def _flow_cells(path: Path) -> DataFrame:
    totals = {"SEX": {TOTAL}, "ZIVL": {TOTAL}}
    cells = with_places(read_sdmx_csv(path, ["GEO", "AGE5"], where=totals), "GEO")
    words = {code: terms.group_id(age=age_class(code)) for code in cells["AGE5"].unique()}
    return cells.assign(group=cells["AGE5"].map(words), cell="row " + cells["row"].astype("str"))


def tidy_language_regions(
    path: Path, *, edition: str, register_date: str | None = None
) -> DataFrame:
    """List residents by language region and for the country; see `tidy_flow` for errors."""
    return tidy_flow(path, LANGUAGES, edition=edition, register_date=register_date)


def tidy_private_households(
    path: Path, *, edition: str, register_date: str | None = None
) -> DataFrame:
    """List private households by place and size; see `tidy_flow` for errors."""
    return tidy_flow(path, HOUSEHOLDS, edition=edition, register_date=register_date)


def tidy_persons_in_households(
    path: Path, *, edition: str, register_date: str | None = None
) -> DataFrame:
    """List residents in private households by place, size of household and age."""
    return tidy_flow(path, PERSONS, edition=edition, register_date=register_date)


def _check_ages(rows: DataFrame) -> None:
    """Check that age classes, where there are any, sum to the total of their place."""
    keys = ["place_level", "place", "year"]
    total = rows[rows["group"] == terms.TOTAL].set_index(keys)["value"]
    classes = rows[rows["group"] != terms.TOTAL].groupby(keys)["value"].sum(min_count=1)
    both = classes.index.intersection(total.index)
    check_sums(classes[both], total[both], what="age classes of STATPOP")
