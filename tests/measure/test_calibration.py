"""Simulated surveys: what was declared as a 90 % interval holds the truth that often.

A population of 26 places is drawn with known rates; 3,000 of it are asked; what they say is
published as the statistical office publishes (rounded shares and intervals, small cells
suppressed); the engine sees that alone. METHOD section 10 asks for 85–98 % at τ = 0 and for
85–95 % with the true τ of .15. At τ = 0 the places of one survey are missed together, so the
coverage over 100 surveys is known to ± 3 points only (one standard error, allowed for below);
over 400 surveys it was 89 % for the rare and 91 % for the common rate. With τ = .15 places miss
one by one, and 30 surveys give ± 1 point. The seed is fixed.
"""

from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from divide import terms
from divide.build.settings import setting
from divide.measure import cells as survey
from divide.measure import exclusion

ASKED = 3000
SURVEYS = {0.0: 100, 0.15: 30}  # by the true τ
NOISE = {0.0: 0.03, 0.15: 0.01}
FEWEST = 10  # fewer persons in a cell are not published
CELLS = tuple(survey.possible_groups())
PARTS = [terms.group_parts(cell) for cell in CELLS]
# Of the country, in per cent: the shape of the survey of 2021.
COUNTRY = {"low": (0.3, 8, 5), "secondary": (3.6, 18, 13), "tertiary": (3.3, 27, 10)}
# Logits of lacking something rare (about 5 %) and something common (about 30 %).
RARE = {"15_29": -5.0, "30_59": -4.0, "60_plus": -2.2, "low": 1.2, "tertiary": -1.2}
COMMON = {"15_29": -1.6, "30_59": -1.0, "60_plus": 0.1, "low": 0.7, "tertiary": -0.7}
SETTING = replace(setting(), year=2021, respondents=ASKED, taus=(0.0, 0.15), groups=(), draws=100)


@dataclass(frozen=True)
class World:
    """Persons by place and cell, and their true rates."""

    persons: np.ndarray
    rates: np.ndarray

    @property
    def truth(self) -> np.ndarray:
        return (self.persons * self.rates).sum(axis=1) / self.persons.sum(axis=1)


def all_groups() -> list[str]:
    """Return the total, every category, every cross."""
    found = [
        terms.group_id(dict(zip(names, values, strict=True)))
        for size in range(4)
        for names in combinations(survey.DIMENSIONS, size)
        for values in product(*(survey.DIMENSIONS[name] for name in names))
    ]
    return [one for one in found if members(one).any()]


def members(group: str) -> np.ndarray:
    wanted = terms.group_parts(group).items()
    return np.array([wanted <= parts.items() for parts in PARTS])


def country_share(parts: dict[str, str]) -> float:
    ages = list(survey.DIMENSIONS["age"])
    shares = COUNTRY.get(parts["education"], (11.8, 0, 0))  # under 25
    return shares[ages.index(parts["age"])] / 2


def build_world(logits: dict[str, float], tau: float, rng: np.random.Generator) -> World:
    """Draw places of unequal size and mix, and their own unexplained differences."""
    mix = np.array([country_share(parts) for parts in PARTS]) * np.exp(
        sum(
            rng.normal(0, 0.15, (26, 1)) * np.array([value in parts.values() for parts in PARTS])
            for value in ("60_plus", "low", "tertiary", "30_59")
        )
    )
    persons = mix / mix.sum(axis=1, keepdims=True) * rng.lognormal(12, 1, (26, 1))
    logit = np.array([sum(logits.get(v, 0) for v in parts.values()) for parts in PARTS])
    return World(persons, expit(logit + rng.normal(0, tau, (26, 1))))


def publish(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Ask a sample, and print what it says as official tables do: shares of those who have it."""
    chance = world.persons / world.persons.sum()
    asked = rng.multinomial(ASKED, chance.ravel()).reshape(chance.shape)
    lacking = rng.binomial(asked, world.rates).sum(axis=0)
    asked = asked.sum(axis=0)
    weight = world.persons.sum(axis=0).sum() * asked / ASKED
    share = 1 - lacking / np.maximum(asked, 1)
    error = share * (1 - share) / np.maximum(asked - 1, 1)
    return pd.DataFrame([_printed(g, asked, weight, share, error) for g in all_groups()])


def _printed(
    group: str, asked: np.ndarray, weight: np.ndarray, share: np.ndarray, error: np.ndarray
) -> dict[str, object]:
    inside = members(group)
    part = weight[inside] / max(weight[inside].sum(), 1)
    value, wide = part @ share[inside], terms.Z95 * (part**2 @ error[inside]) ** 0.5
    hidden = asked[inside].sum() < FEWEST
    figures = (round(value, 3), round(wide, 3) / terms.Z95, round(weight[inside].sum() * value))
    row = dict(zip(("value", "se", "count"), figures, strict=True))
    told = dict.fromkeys(row, np.nan) if hidden else row
    return {"indicator": "internet_use_3m", "group": group, "year": 2021, **told}


def composition(world: World) -> pd.DataFrame:
    index = pd.Index(terms.CANTONS, name="place")
    wide = pd.DataFrame(world.persons, index=index, columns=list(CELLS))
    return wide.reset_index().melt(id_vars="place", var_name="group", value_name="value")


def simulate(logits: dict[str, float], tau: float) -> pd.DataFrame:
    """Return, by survey, place and declared τ, whether the interval holds the truth."""
    rng = np.random.default_rng(20210331)
    rounds = []
    for _ in range(SURVEYS[tau]):
        world = build_world(logits, tau, rng)
        found = exclusion.exclusion_risk(
            publish(world, rng), composition(world), {"no_use": "internet_use_3m"}, SETTING
        )
        truth = found["place"].map(dict(zip(terms.CANTONS, world.truth, strict=True)))
        country = (world.persons * world.rates).sum() / world.persons.sum()
        held = (found["low"] <= truth) & (truth <= found["high"])
        rounds.append(found.assign(held=held, truth=truth, true_gap=truth - country))
    return pd.concat(rounds, ignore_index=True)


@pytest.fixture(scope="module", params=["rare", "common"])
def alike(request: pytest.FixtureRequest) -> pd.DataFrame:
    """Return simulated surveys where places differ by their mix alone."""
    return simulate({"rare": RARE, "common": COMMON}[request.param], 0.0)


@pytest.fixture(scope="module", params=["rare", "common"])
def different(request: pytest.FixtureRequest) -> pd.DataFrame:
    """Return simulated surveys where places differ by τ = .15 beyond their mix."""
    return simulate({"rare": RARE, "common": COMMON}[request.param], 0.15)


def test_intervals_hold_where_nothing_local_differs(alike: pd.DataFrame) -> None:
    held = alike[alike["tau"] == 0.0]["held"].mean()
    assert 0.85 - NOISE[0.0] <= held <= 0.98


def test_intervals_hold_with_the_true_tau(different: pd.DataFrame) -> None:
    held = different[different["tau"] == 0.15]["held"].mean()
    assert 0.85 - NOISE[0.15] <= held <= 0.95 + NOISE[0.15]


def test_naive_intervals_do_not_hold(different: pd.DataFrame) -> None:
    """What the method warns of: without τ, 90 % intervals hold the truth far less often."""
    assert different[different["tau"] == 0.0]["held"].mean() < 0.70


def test_the_estimates_are_not_tilted(alike: pd.DataFrame) -> None:
    rows = alike[alike["tau"] == 0.0]
    error = (rows["value"] - rows["truth"]).mean()
    # 100 surveys: the mean error is known to a tenth of one survey's error.
    assert abs(error) < 3 * rows["se"].mean() / SURVEYS[0.0] ** 0.5


@pytest.mark.parametrize("state", ["higher", "lower"])
def test_few_called_differences_have_the_wrong_sign(alike: pd.DataFrame, state: str) -> None:
    """P ≥ .90 allows one in ten at the limit; among all that are called fewer are wrong."""
    called = alike[(alike["tau"] == 0.0) & (alike["state"] == state)]
    wrong = called["true_gap"] < 0 if state == "higher" else called["true_gap"] > 0
    assert len(called) > 100
    assert wrong.mean() <= 0.05


def test_little_is_called_where_places_differ_beyond_their_mix(different: pd.DataFrame) -> None:
    """At the true τ few places can be told; naively, many are, and many wrongly."""
    called = {tau: rows["state"] != "cannot_tell" for tau, rows in different.groupby("tau")}
    assert called[0.15].mean() < 0.25 < 0.5 < called[0.0].mean()
    naive = different[(different["tau"] == 0.0) & (different["state"] != "cannot_tell")]
    wrong = (naive["true_gap"] > 0) != (naive["state"] == "higher")
    assert wrong.mean() > 0.10
