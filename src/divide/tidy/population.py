"""Residents by place: communes, districts, cantons, and language regions within them."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.jsonstat import JsonStat, read_jsonstat
from divide.tidy.observations import as_observations, check_sums

INDICATOR: Final = "residents"
# How the publisher marks levels in labels, in the order in which to try them.
_LEVELS: Final = {
    "country": r"^Switzerland$",
    "canton": r"^- ",
    "district": r"^>> ",
    "commune": r"^\.{6}\d{4} ",
    "nowhere": r"^No indication$",
}


def tidy_population(path: Path, places: DataFrame, *, edition: str) -> DataFrame:
    """
    List the residents of the country, the cantons, districts and communes on 1 January.

    Parameters
    ----------
    path
        The demographic balance by institutional units, JSON-stat.
    places
        All places of the register date that the file speaks of.

    Returns
    -------
    DataFrame
        Permanent residents, in persons; 1 January of `year` is 31 December of the year
        before. One row per place. Former communes that the file still lists with 0
        residents are among the rows: see `split_ghosts`.

    Raises
    ------
    SourceError
        If cantons do not sum to the country, or districts or communes to their canton.
    """
    cells = place_cells(_label_cells(read_jsonstat(path)))
    communes = places[places["place_level"] == "commune"]
    cells = _number_districts(cells, communes)
    check_levels(cells, "value", what=path.name)
    date = str(communes["register_date"].iloc[0])
    rows = cells[cells["place_level"] != "nowhere"].assign(indicator=INDICATOR, register_date=date)
    return as_observations(
        rows, source="bfs_population", edition=edition, table="px-x-0102020000_201"
    )


def _label_cells(cube: JsonStat) -> DataFrame:
    """Give the cells of the cube the label of their place, their year and their codes."""
    year, place, *others = cube.labels
    many = [name for name in others if len(cube.labels[name]) != 1]
    if not place.startswith("Kanton") or many:
        raise SourceChangedError(
            f"The cube's dimensions are {', '.join(cube.labels)}; year, place and others with "
            "only their total are expected. Choose the totals in the query."
        )
    cells = cube.texts()
    if cells["value"].isna().any():
        raise SourceChangedError("The cube leaves residents of some places out.")
    return DataFrame(
        {
            "label": cells[place].map(cube.labels[place]),
            "value": cells["value"],
            "year": cells[year].astype("int64"),
            "cell": cells[list(cube.labels)].astype("str").agg("/".join, axis="columns"),
        }
    )


def place_cells(labelled: DataFrame) -> DataFrame:
    """
    Give each labelled row its level of place and its place, but districts no place yet.

    Parameters
    ----------
    labelled
        Columns `label`, `value` and any others, in the publisher's order: a canton,
        its districts, after each its communes.

    Returns
    -------
    DataFrame
        The rows with `place_level`, `place`, the `canton` they stand under and the
        number of the `block` (district) they stand in.
    """
    cells = labelled.copy()
    matches = {name: cells["label"].str.contains(pattern) for name, pattern in _LEVELS.items()}
    cells["place_level"] = np.select(list(matches.values()), list(matches), default="")
    unknown = cells.loc[cells["place_level"] == "", "label"]
    if not unknown.empty:
        raise SourceChangedError(f"Labels of no known level: {', '.join(unknown.head(5))}.")
    number = matches["canton"].cumsum()
    if number.max() != len(terms.CANTONS):
        raise SourceChangedError(f"{number.max()} cantons are listed, 26 are expected.")
    cells["canton"] = number.map(dict(enumerate(terms.CANTONS, start=1)))
    cells["block"] = matches["district"].cumsum()
    cells["place"] = cells["canton"].where(matches["canton"], cells["label"].str[6:10])
    cells.loc[matches["country"], "place"] = terms.COUNTRY
    return cells


def _number_districts(cells: DataFrame, communes: DataFrame) -> DataFrame:
    """Number the districts, whose labels are names, by the communes listed under them."""
    register = communes.set_index("place")[["canton", "district"]].add_prefix("register_")
    listed = cells[cells["place_level"] == "commune"].join(register, on="place")
    moved = listed[
        listed["register_canton"].notna() & (listed["register_canton"] != listed["canton"])
    ]
    numbers = listed.dropna(subset="register_district").groupby("block")["register_district"]
    if not moved.empty or (numbers.nunique() != 1).any():
        raise SourceError("The file's districts or cantons are not those of the register given.")
    district = cells["block"].map(numbers.first())
    return cells.assign(place=cells["place"].where(cells["place_level"] != "district", district))


def check_levels(cells: DataFrame, column: str, *, what: str) -> None:
    """Check that cantons meet the country, and districts and communes their canton."""
    value, level = cells[column], cells["place_level"]
    if value[level == "nowhere"].ne(0).any():
        raise SourceError(f"{what}: residents of no canton are given: {value[level == 'nowhere']}")
    country = value[level == "country"].set_axis(["CH"])
    cantons = cells[level == "canton"].set_index("place")[column]
    check_sums(pd.Series({"CH": cantons.sum()}), country, what=f"{what}, cantons")
    for part in ("district", "commune"):
        sums = cells[level == part].groupby("canton")[column].sum(min_count=1)
        check_sums(sums, cantons, what=f"{what}, {part}s")


def split_ghosts(population: DataFrame, places: DataFrame) -> tuple[DataFrame, DataFrame]:
    """
    Part the rows of former communes, without residents, from those of the register.

    Returns
    -------
    tuple
        The population of places in the register, and the ghosts. No row is lost.

    Raises
    ------
    SourceError
        If a commune that is not in the register has residents, or one of the register
        has no row.
    """
    known = set(places.loc[places["place_level"] == "commune", "place"])
    commune = population["place_level"] == "commune"
    ghost = commune & ~population["place"].isin(known)
    inhabited = population.loc[ghost & population["value"].ne(0), "place"]
    silent = sorted(known - set(population.loc[commune, "place"]))
    if not inhabited.empty or silent:
        raise SourceError(
            f"Residents of communes not in the register: {list(inhabited)[:5]}; communes of the "
            f"register without a row: {silent[:5]}. Are both of the same register date?"
        )
    return population[~ghost].reset_index(drop=True), population[ghost].reset_index(drop=True)


def tidy_language_regions(population: DataFrame, places: DataFrame) -> DataFrame:
    """
    Sum residents by the language region of their commune, for each canton and the country.

    Parameters
    ----------
    population
        Residents of communes, one row per commune, without ghosts.
    places
        All places of the same register date.

    Returns
    -------
    DataFrame
        Residents in persons, groups `language_region:de` and so on. One row per canton
        and language region found in it, and per language region of the country.
    """
    wanted = places.loc[places["place_level"] == "commune", ["place", "register_date"]].assign(
        home=places["canton"], region=places["language_region"]
    )
    residents = population[population["place_level"] == "commune"].merge(
        wanted, on=["place", "register_date"], how="left", validate="1:1"
    )
    if residents[["home", "region"]].isna().any(axis=None):
        raise SourceError("Residents of communes that the register does not hold.")
    by_canton = residents.assign(place_level="canton", place=residents["home"])
    by_country = residents.assign(place_level="country", place=terms.COUNTRY)
    keys = ["indicator", "place_level", "place", "register_date", "year", "region"]
    rows = pd.concat([by_canton, by_country]).groupby(keys)["value"].sum().reset_index()
    rows["group"] = "language_region:" + rows["region"]
    rows["cell"] = "sum of communes by language region"
    first = population.iloc[0]
    return as_observations(
        rows, source=first["source"], edition=first["edition"], table=first["table"]
    )
