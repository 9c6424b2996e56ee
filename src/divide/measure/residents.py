"""Residents of each canton as the survey's cells: a modelled composition (METHOD 4.1, 4.2)."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.errors import MethodError
from divide.measure.cells import DIMENSIONS, Cells
from divide.measure.composition import fit_proportionally
from divide.terms import group_id, group_parts

Array = NDArray[np.float64]

# Assumptions, marked as such on every page: ten-year classes are split evenly.
_AGES: Final = {
    "under_25": {"age:10_19": 0.5, "age:20_29": 0.5},
    "25_29": {"age:20_29": 0.5},
    "30_59": {"age:30_39": 1.0, "age:40_49": 1.0, "age:50_59": 1.0},
    "60_plus": {"age:60_69": 1.0, "age:70_79": 1.0, "age:80_plus": 1.0},
}
_EDUCATION: Final = DIMENSIONS["education"]
_TEN_YEARS: Final = sorted({age for classes in _AGES.values() for age in classes})
# Groups that each margin must have: sex by age, education, people 80+ at home.
_NEEDED: Final = (
    [f"{age}|sex:{sex}" for age in _TEN_YEARS for sex in DIMENSIONS["sex"]],
    [group_id(education=level) for level in _EDUCATION[:3]],
    ["age:80_plus"],
)


def compose_cantons(
    population: pd.DataFrame,
    education: pd.DataFrame,
    living: pd.DataFrame,
    cells: Cells,
    *,
    year: int,
) -> pd.DataFrame:
    """
    Model how many residents of each canton fall into each cell of the survey.

    Published: sex by ten-year age (register), education of people 25 and over (structural
    survey), share of people 80+ in private households. Their joint is not published: it is
    fitted to these margins, starting from the survey's own joint (Purcell & Kish 1980).

    Parameters
    ----------
    population
        Table population with ten-year ages by sex (`age:80_plus|sex:f`).
    education
        Table education by canton.
    living
        Table living_arrangements: people 80+ outside private households are left out,
        because the survey is of private households.
    cells
        The survey's cells; their counts are the seed.

    Returns
    -------
    DataFrame
        One row per canton and cell: persons 15 and over in private households, status modelled.

    Raises
    ------
    MethodError
        If a canton lacks a margin.
    """
    ages = _counts(population, "residents", "|sex:")
    schooling = _counts(education, "residents_25_plus", "education:")
    private = _counts(living, "in_private_household_share", "age:80_plus")
    seed = _seed(cells)
    blocks = []
    for place in terms.CANTONS:
        _require(place, ages, schooling, private)
        by_age = _by_sex_and_age(ages.T[place], float(private.T[place].iloc[0]))
        joint = _joint(seed, by_age, schooling.T[place])
        blocks.append(_block(place, joint, cells, year))
    return pd.concat(blocks, ignore_index=True)


def shift_education(counts: pd.DataFrame, education: pd.DataFrame, cells: Cells) -> Array:
    """
    Refit each place's composition with one level of education raised by its standard error.

    Parameters
    ----------
    counts
        Modelled persons, places × cells in the order of `cells`.
    education
        Table education, with the standard errors that its publisher's intervals imply.

    Returns
    -------
    Array
        Levels × places × cells: persons after each shift, in as many adults as before. The
        spread of a rate over these shifts is the error that it inherits from the composition.

    Raises
    ------
    MethodError
        If a place's education or its error is not known.
    """
    names = [group_id(education=one) for one in _EDUCATION[:3]]
    known = [
        _counts(education, "residents_25_plus", "education:", column=column)
        .reindex(index=counts.index, columns=names)
        .to_numpy(dtype=float)
        for column in ("value", "se")
    ]
    if np.isnan(known).any():
        raise MethodError("A canton's education or its error is missing: rebuild education.")
    shifted = np.zeros((len(names), *counts.shape))
    at = [_position(group) for group in cells.groups]
    for j, (levels, errors) in enumerate(zip(*known, strict=True)):
        joint = np.zeros((2, len(_AGES), len(_EDUCATION)))
        for one, persons in zip(at, counts.iloc[j], strict=True):
            joint[one] = persons
        for i, error in enumerate(errors):
            raised = levels + error * (np.arange(len(names)) == i)
            moved = _joint(joint, joint.sum(axis=2), pd.Series(raised, index=names))
            shifted[i, j] = [moved[one] for one in at]
    return shifted


def _counts(
    frame: pd.DataFrame, indicator: str, mark: str, *, column: str = "value"
) -> pd.DataFrame:
    """Return figures of cantons, places × groups, of the newest year that has them."""
    rows = frame[
        (frame["indicator"] == indicator)
        & (frame["place_level"] == "canton")
        & frame["group"].str.contains(mark, regex=False)
    ]
    # Three broad ages are published for later years; only ten-year classes meet the survey's.
    rows = rows[~rows["group"].str.contains("age:(?:0_19|20_64|65_plus)", regex=True)]
    newest: pd.DataFrame = rows[rows["year"] == rows["year"].max()]
    return newest.pivot(index="place", columns="group", values=column)


def _require(place: str, *margins: pd.DataFrame) -> None:
    for margin, needed in zip(margins, _NEEDED, strict=True):
        found = margin.reindex(index=[place], columns=list(needed)).iloc[0]
        if found.isna().any():
            raise MethodError(
                f"The composition of {place} cannot be modelled: {', '.join(needed)} are needed, "
                f"{', '.join(found.index[found.isna()])} missing. Rebuild its tables."
            )


def _by_sex_and_age(ages: pd.Series, private: float) -> Array:
    """Return persons by sex × (under 25, 25–29, 30–59, 60+) in private households."""
    table = np.zeros((2, len(_AGES)))
    for i, sex in enumerate(DIMENSIONS["sex"]):
        for j, classes in enumerate(_AGES.values()):
            for name, part in classes.items():
                kept = private if name == "age:80_plus" else 1.0
                table[i, j] += part * kept * ages[f"{name}|sex:{sex}"]
    return table


def _seed(cells: Cells) -> Array:
    seed = np.zeros((2, len(_AGES), len(_EDUCATION)))
    for group, count in zip(cells.groups, cells.counts, strict=True):
        seed[_position(group)] = count
    return seed


def _position(group: str) -> tuple[int, int, int]:
    """Return where a cell stands: sex, age with 25–29 apart, education."""
    parts = group_parts(group)
    education = _EDUCATION.index(parts["education"])
    age = {"15_29": 1, "30_59": 2, "60_plus": 3}[parts["age"]]
    if parts["education"] == "under_25":
        age = 0
    return DIMENSIONS["sex"].index(parts["sex"]), age, education


def _joint(seed: Array, by_age: Array, schooling: pd.Series) -> Array:
    levels = schooling[[group_id(education=one) for one in _EDUCATION[:3]]].to_numpy(dtype=float)
    # The structural survey's adults and the register's differ in number: keep its shares.
    adults = by_age[:, 1:].sum()
    margin = np.append(levels * adults / levels.sum(), by_age[:, 0].sum())
    return fit_proportionally(seed, [((0, 1), by_age), ((2,), margin)])


def _block(place: str, joint: Array, cells: Cells, year: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator": "residents_15_plus_private",
            "group": list(cells.groups),
            "place_level": "canton",
            "place": place,
            "register_date": None,
            "year": year,
            "value": [float(joint[_position(group)]) for group in cells.groups],
            "status": "modelled",
        }
    )
