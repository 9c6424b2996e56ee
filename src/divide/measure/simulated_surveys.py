"""Surveys of a population whose truth is known: who is asked, and what is printed of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from divide import terms
from divide.measure import cells as survey

Array = NDArray[np.float64]

YEAR: Final = 2021
INDICATOR: Final = "internet_use_3m"
FEWEST: Final = 10  # fewer persons in a cell are not published
# Of the country, in per cent by age: the shape of the survey of 2021; the rest is under 25.
_COUNTRY: Final = {"low": (0.3, 8, 5), "secondary": (3.6, 18, 13), "tertiary": (3.3, 27, 10)}
_UNDER_25: Final = 11.8
# Logits of lacking something rare (about 5 %) and something common (about 30 %).
OUTCOMES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "rare": {"15_29": -5.0, "30_59": -4.0, "60_plus": -2.2, "low": 1.2, "tertiary": -1.2},
        "common": {"15_29": -1.6, "30_59": -1.0, "60_plus": 0.1, "low": 0.7, "tertiary": -0.7},
    }
)


@dataclass(frozen=True)
class World:
    """
    A population whose truth is known.

    Attributes
    ----------
    persons
        Places × cells.
    rates
        True rates, places × cells.
    """

    persons: Array
    rates: Array

    def rate(self, members: NDArray[np.bool_] | None = None) -> Array:
        """Return the true rate of each place, of everyone or of some cells."""
        held = self.persons if members is None else self.persons * members
        return np.asarray((held * self.rates).sum(axis=1) / held.sum(axis=1))


@dataclass(frozen=True)
class Answers:
    """Who was asked and who lacks it, places × cells."""

    asked: NDArray[np.int64]
    lacking: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """
    What is simulated.

    Attributes
    ----------
    outcome
        "rare" or "common".
    places, sample
        How many places there are, and how many persons are asked in all.
    tau
        Standard deviation of each place's own shock on the logit.
    group
        A group that is shocked apart from the rest of its place, with the same τ; None for
        shocks of places alone.
    common
        Whether a group and the rest of its place share the place's shock beside their own.
    spread
        Standard deviation of an effect of the group in the whole country, drawn anew for each
        survey: its true gap may then lie anywhere, near nothing as often as far from it.
    """

    outcome: str = "rare"
    places: int = 26
    sample: int = 3000
    tau: float = 0.0
    group: str | None = None
    common: bool = True
    spread: float = 0.0
    taus: tuple[float, ...] = (0.0, 0.15, 0.30)


def build_world(plan: Plan, rng: np.random.Generator) -> World:
    """Draw places of unequal size and mix, and their own unexplained differences."""
    parts = [terms.group_parts(cell) for cell in _groups()]
    size = (plan.places, 1)
    tilt = sum(
        rng.normal(0, 0.15, size) * np.array([value in one.values() for one in parts])
        for value in ("60_plus", "low", "tertiary", "30_59")
    )
    mix = np.array([_country_share(one) for one in parts]) * np.exp(tilt)
    persons = mix / mix.sum(axis=1, keepdims=True) * rng.lognormal(12, 1, size)
    effects = OUTCOMES[plan.outcome]
    logit = np.array([sum(effects.get(value, 0) for value in one.values()) for one in parts])
    shocked = logit + rng.normal(0, plan.tau if plan.common else 0.0, size)
    if plan.group is not None:
        inside = _members()[printed_groups().index(plan.group)]
        own, others = rng.normal(0, plan.tau, (2, *size))
        shocked = shocked + np.where(inside, own + rng.normal(0, plan.spread), others)
    return World(persons, expit(shocked))


def ask(world: World, sample: int, rng: np.random.Generator) -> Answers:
    """Ask a simple random sample."""
    chance = world.persons / world.persons.sum()
    asked = rng.multinomial(sample, chance.ravel()).reshape(chance.shape)
    return Answers(asked, rng.binomial(asked, world.rates))


def weigh(answers: Answers, world: World) -> Array:
    """Return the persons that each cell's answers stand for: register counts by sex and age."""
    asked, held = answers.asked.sum(axis=0), world.persons.sum(axis=0)
    parts = [terms.group_parts(cell) for cell in _groups()]
    same = np.array([[a["sex"] == b["sex"] and a["age"] == b["age"] for b in parts] for a in parts])
    return np.asarray(asked * (same @ held) / np.maximum(same @ asked, 1))


def publish(answers: Answers, weight: Array) -> pd.DataFrame:
    """
    Print what was said as official tables do.

    Parameters
    ----------
    weight
        Persons that each cell's answers stand for.

    Returns
    -------
    DataFrame
        Rows of table internet_use: shares of those who *have* it with their errors, both
        rounded to a tenth of a per cent, and weighted persons, for the total, every category
        and every cross; figures of fewer than ten persons asked are hidden.
    """
    asked, lacking = answers.asked.sum(axis=0), answers.lacking.sum(axis=0)
    share = 1 - lacking / np.maximum(asked, 1)
    error = share * (1 - share) / np.maximum(asked - 1, 1)
    inside = _members().astype(float)
    held = np.maximum(inside @ weight, 1e-9)
    value = inside @ (weight * share) / held
    wide = terms.Z95 * np.sqrt(inside @ (weight**2 * error)) / held
    shown = inside @ asked >= FEWEST
    figures = {
        "value": np.round(value, 3),
        "se": np.round(wide, 3) / terms.Z95,
        "count": np.round(held * value),
    }
    told = {name: np.where(shown, one, np.nan) for name, one in figures.items()}
    return pd.DataFrame(
        {"indicator": INDICATOR, "group": list(printed_groups()), "year": YEAR, **told}
    )


def composition(world: World) -> pd.DataFrame:
    """Write who lives where as table composition."""
    places = [f"{one:04d}" for one in range(len(world.persons))]
    return pd.DataFrame(
        {
            "place": np.repeat(places, len(_groups())),
            "group": np.tile(_groups(), len(places)),
            "value": world.persons.ravel(),
        }
    )


@cache
def _groups() -> tuple[str, ...]:
    return tuple(survey.possible_groups())


@cache
def printed_groups() -> tuple[str, ...]:
    """Return the total, every category, every cross that can hold anyone."""
    found = [
        terms.group_id(dict(zip(names, values, strict=True)))
        for size in range(len(survey.DIMENSIONS) + 1)
        for names in combinations(survey.DIMENSIONS, size)
        for values in product(*(survey.DIMENSIONS[name] for name in names))
    ]
    return tuple(one for one in found if _inside(one).any())


@cache
def _members() -> NDArray[np.bool_]:
    return np.array([_inside(group) for group in printed_groups()])


def _inside(group: str) -> NDArray[np.bool_]:
    wanted = terms.group_parts(group).items()
    return np.array([wanted <= terms.group_parts(cell).items() for cell in _groups()])


def _country_share(parts: dict[str, str]) -> float:
    age = survey.DIMENSIONS["age"].index(parts["age"])
    return _COUNTRY.get(parts["education"], (_UNDER_25, 0, 0))[age] / 2
