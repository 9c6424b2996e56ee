"""How many people each group has in each place, as far as that is counted or bounded."""

from typing import Final

import pandas as pd
from pandas import DataFrame

from divide.terms import COUNTRY, TOTAL

COLUMNS: Final = ("group", "place", "low", "high", "residents")
_LEVELS: Final = ("country", "canton")


def persons_of_groups(
    population: DataFrame,
    living: DataFrame,
    homes: DataFrame,
    composition: DataFrame,
    bounds: DataFrame | None = None,
) -> DataFrame:
    """
    Count the persons of the study's groups, place by place.

    Parameters
    ----------
    population, living, homes, composition
        Tables population, living_arrangements, nursing_homes and composition.
    bounds
        Table beneficiary_bounds: people on social assistance between what communes show and
        what they may hide; None where no commune is known.

    Returns
    -------
    DataFrame
        One row per group and place: `low` and `high` persons, equal where they are counted,
        and the `residents` of the place. A group that nobody counts has no row.
    """
    everyone = _residents(population)
    parts = [
        _foreign(population),
        _aged(living),
        _in_homes(homes),
        _composed(composition, "age:60_plus|education:low"),
        _assisted(bounds) if bounds is not None else None,
    ]
    frame = pd.concat([one for one in parts if one is not None], ignore_index=True)
    return frame.assign(residents=frame["place"].map(everyone))[list(COLUMNS)]


def _residents(population: DataFrame) -> "pd.Series[float]":
    """Return everyone of each place in the newest year."""
    rows = population[
        (population["indicator"] == "residents")
        & (population["group"] == TOTAL)
        & population["place_level"].isin(_LEVELS)
    ]
    newest = rows.sort_values("year").drop_duplicates("place", keep="last")
    return newest.set_index("place")["value"]


def _counted(group: str, persons: "pd.Series[float]") -> DataFrame:
    known = persons.dropna()
    return DataFrame(
        {"group": group, "place": known.index, "low": known.to_numpy(), "high": known.to_numpy()}
    )


def _foreign(population: DataFrame) -> DataFrame:
    rows = population[
        (population["group"] == "citizenship:foreign")
        & (population["indicator"] == "residents")
        & population["place_level"].isin(_LEVELS)
    ]
    newest = rows.sort_values("year").drop_duplicates("place", keep="last")
    return _counted("citizenship:foreign", newest.set_index("place")["value"])


def _aged(living: DataFrame) -> DataFrame:
    """Return people aged 80+: those in private households over the share that they are."""
    rows = living[living["group"] == "age:80_plus"]
    inside = rows[rows["indicator"] == "persons_in_private_household"].set_index("place")["value"]
    share = rows[rows["indicator"] == "in_private_household_share"].set_index("place")["value"]
    cantons = (inside / share).drop(COUNTRY, errors="ignore")
    whole = pd.Series({COUNTRY: _sum(cantons)})
    return _counted("age:80_plus", pd.concat([whole, cantons]))


def _sum(cantons: "pd.Series[float]") -> float:
    """Sum cantons; without one of the 26 the country is not known."""
    return float(cantons.sum(skipna=False)) if len(cantons) == 26 else float("nan")


def _in_homes(homes: DataFrame) -> DataFrame:
    rows = homes[homes["indicator"] == "nursing_home_occupancy"]
    return _counted("setting:nursing_home", rows.set_index("place")["value"])


def _composed(composition: DataFrame, group: str) -> DataFrame:
    """Return a group of the survey's cells, as composition is modelled."""
    wanted = set(group.split("|"))
    inside = [wanted <= set(one.split("|")) for one in composition["group"]]
    cantons = composition[inside].groupby("place")["value"].sum()
    return _counted(group, pd.concat([pd.Series({COUNTRY: _sum(cantons)}), cantons]))


def _assisted(bounds: DataFrame) -> DataFrame:
    rows = bounds[bounds["place_level"].isin(_LEVELS)]
    return rows[["place", "low", "high"]].assign(group="benefit:social_assistance")
