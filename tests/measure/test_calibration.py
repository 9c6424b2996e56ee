"""Simulated surveys: what was declared as a 90 % interval holds the truth that often.

A population of 26 places is drawn with known rates; 3,000 of it are asked; what they say is
published as the statistical office publishes (rounded shares and intervals, small cells
suppressed); the engine sees that alone. METHOD section 10 asks for 85–98 % at τ = 0 and for
85–95 % with the true τ. At τ = 0 the places of one survey are missed together, so the coverage
over 60 surveys is known to ± 3 points only (one standard error, allowed for below). With
τ = .15 places miss one by one, and 20 surveys give ± 1 point. The seeds are fixed; in full it
stands in benchmarks/.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from divide import terms
from divide.build.settings import setting
from divide.measure import calibration, simulated_surveys
from divide.measure import cells as survey
from divide.measure.simulated_surveys import Plan

SETTING = replace(setting(), draws=100)
SURVEYS = {0.0: 60, 0.15: 20, 0.30: 20}  # by the true τ
NOISE = {0.0: 0.03, 0.15: 0.01, 0.30: 0.01}
OUTCOMES = ("rare", "common")


@cache
def simulated(plan: Plan) -> pd.DataFrame:
    """Simulate the surveys of a plan, once for all tests."""
    return calibration.calibrate(plan, SETTING, range(SURVEYS[plan.tau]))


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_intervals_hold_where_nothing_local_differs(outcome: str) -> None:
    held = simulated(Plan(outcome))["held_0"].mean()
    assert 0.85 - NOISE[0.0] <= held <= 0.98


@pytest.mark.parametrize("tau", [0.15, 0.30])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_intervals_hold_with_the_true_tau(outcome: str, tau: float) -> None:
    held = simulated(Plan(outcome, tau=tau))[f"held_{tau:g}"].mean()
    assert 0.85 - NOISE[tau] <= held <= 0.95 + NOISE[tau]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_naive_intervals_do_not_hold(outcome: str) -> None:
    """What the method warns of: without τ, 90 % intervals hold the truth far less often."""
    assert simulated(Plan(outcome, tau=0.15))["held_0"].mean() < 0.70
    assert simulated(Plan(outcome, tau=0.30))["held_0"].mean() < 0.50


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_coverage_with_an_estimated_tau_is_reported_not_promised(outcome: str) -> None:
    """METHOD 4.3: seven regions know little of τ; it helps, and does not bring 90 %."""
    found = simulated(Plan(outcome, tau=0.30))
    assert (found["tau"] >= 0).all()
    assert found["tau"].std() > 0.05
    naive, told, true = (found[name].mean() for name in ("held_0", "held_estimated", "held_0.3"))
    assert naive < told < true


def test_communes_are_held_like_cantons() -> None:
    """Declared intervals do not depend on the number of places: 300 places, 15 surveys."""
    plan = Plan("common", places=300, tau=0.15)
    held = calibration.calibrate(plan, SETTING, range(15))["held_0.15"].mean()
    assert 0.85 <= held <= 0.95


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_estimates_are_not_tilted(outcome: str) -> None:
    found = simulated(Plan(outcome))
    # 60 surveys: the mean error is known to an eighth of one survey's error.
    assert abs(found["error"].mean()) < 3 * found["se"].mean() / len(found) ** 0.5


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_few_called_differences_have_the_wrong_sign(outcome: str) -> None:
    """P ≥ .90 allows one in ten at the limit; among all that are called fewer are wrong."""
    found = simulated(Plan(outcome))
    assert found["called"].sum() > 500
    assert found["wrong"].sum() / found["called"].sum() <= 0.05


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_little_is_called_where_places_differ_beyond_their_mix(outcome: str) -> None:
    """At the true τ few places can be told; naively, many are, and many wrongly."""
    found = simulated(Plan(outcome, tau=0.15)).sum()
    everywhere = 26 * SURVEYS[0.15]
    assert found["called"] / everywhere < 0.25 < 0.5 < found["called_naive"] / everywhere
    assert found["wrong_naive"] / found["called_naive"] > 0.10


@pytest.mark.parametrize(
    ("group", "tau", "spread"),
    [("age:60_plus", 0.30, 0.0), ("education:low", 0.15, 0.0), ("education:secondary", 0.30, 1.0)],
)
def test_of_groups_called_higher_at_most_one_in_twenty_is_not(
    group: str, tau: float, spread: float
) -> None:
    """The list of METHOD 2: group and rest are shocked apart by the true τ.

    With a spread the group's true gap lies anywhere, near nothing as often as far from it. Where
    it is fixed just below what would be called, luck calls some of it, and more of that is false:
    benchmarks/ tells by how much.
    """
    found = simulated(Plan("common", tau=tau, group=group, spread=spread))
    assert found["higher"].sum() > 150
    # 20 surveys of 26 places: a share of .05 is known to .01.
    assert found["false"].sum() / found["higher"].sum() <= 0.05 + 0.01
    # What the list says of itself, the mean of 1 − P, is kept in each survey.
    named = found[found["higher"] > 0]
    assert (named["doubt"] <= 0.05 * named["higher"] + 1e-9).all()
    assert 0.85 <= found["held"].mean() <= 0.98


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_engine_is_the_estimate_from_microdata(outcome: str) -> None:
    """At most .3 points in any place, whether the survey's population or the register's is used."""
    found = pd.DataFrame(
        [calibration.engine_error(one, plan=Plan(outcome), setting=SETTING) for one in range(15)]
    )
    assert (found <= 0.003).all(axis=None)
    # With the survey's own population only rounding is between them.
    assert found["own"].median() < 0.0003


def test_the_same_survey_wherever_it_runs() -> None:
    plan = Plan(tau=0.15)
    both = calibration.calibrate(plan, SETTING, [5, 6])
    alone = calibration.calibrate(plan, SETTING, [6])
    assert (both.iloc[1] == alone.iloc[0]).all()
    assert (both.iloc[0] != both.iloc[1]).any()


def test_a_world_differs_by_its_shocks_alone() -> None:
    """The same seed with and without τ: same people, other rates."""
    calm, shaken = (
        simulated_surveys.build_world(Plan(tau=tau), np.random.default_rng(1)) for tau in (0, 0.3)
    )
    assert (calm.persons == shaken.persons).all()
    assert (calm.rates == calm.rates[:1]).all()
    logit = np.log(shaken.rates / (1 - shaken.rates)) - np.log(calm.rates / (1 - calm.rates))
    # One shock for all cells of a place; of 26, its standard deviation is known to a seventh.
    assert logit == pytest.approx(np.repeat(logit[:, :1], logit.shape[1], axis=1))
    assert logit[:, 0].std() == pytest.approx(0.3, rel=0.4)


def test_a_gap_is_held_where_its_two_shocks_are_declared() -> None:
    """METHOD 4.4 declares κ_g²τ_g² + κ_rest²τ_g²; a shock of the whole place is not in it.

    Where rates are rare, and κ of group and rest unlike, that shock does not cancel: the gap is
    then held less often. benchmarks/ tells how often.
    """
    plan = Plan("rare", tau=0.15, group="age:60_plus", common=False)
    own, too = (simulated(one)["held"].mean() for one in (plan, replace(plan, common=True)))
    assert 0.85 - NOISE[0.15] <= own <= 0.95
    assert too < own


def test_a_group_is_shocked_apart() -> None:
    plan = Plan(tau=0.3, group="age:60_plus")
    world = simulated_surveys.build_world(plan, np.random.default_rng(1))
    calm = simulated_surveys.build_world(replace(plan, tau=0.0), np.random.default_rng(1))
    moved = np.log(world.rates / (1 - world.rates)) - np.log(calm.rates / (1 - calm.rates))
    groups = list(survey.possible_groups())
    older = np.array(["age:60_plus" in one for one in groups])
    assert np.ptp(moved[:, older], axis=1) == pytest.approx(np.zeros(26), abs=1e-9)
    assert np.ptp(moved[:, ~older], axis=1) == pytest.approx(np.zeros(26), abs=1e-9)
    # Group and rest differ by two shocks: .3 · √2.
    assert (moved[:, older][:, 0] - moved[:, ~older][:, 0]).std() == pytest.approx(0.42, rel=0.4)


def test_what_is_printed_is_rounded_and_hidden_like_official_figures() -> None:
    world = simulated_surveys.build_world(Plan(), np.random.default_rng(1))
    answers = simulated_surveys.ask(world, 3000, np.random.default_rng(2))
    assert answers.asked.sum() == 3000
    rows = simulated_surveys.publish(answers, simulated_surveys.weigh(answers, world))
    rows = rows.set_index("group")
    values = rows["value"].dropna() * 1000
    assert values.to_numpy() == pytest.approx(values.round().to_numpy(), abs=1e-9)
    for group in ("total", "age:60_plus", "age:60_plus|education:low|sex:f", *rows.index):
        inside = survey.Cells(tuple(survey.possible_groups()), np.ones(20), 1).members(group)
        assert pd.isna(rows.loc[group, "value"]) == (answers.asked[:, inside].sum() < 10)
    # Weights bring sex and age to the register: persons are count ÷ share.
    held = world.persons.sum(axis=0)
    older = np.array([terms.group_parts(c)["age"] == "60_plus" for c in survey.possible_groups()])
    row = rows.loc["age:60_plus"]
    assert row["count"] / row["value"] == pytest.approx(held[older].sum(), rel=0.001)


def test_a_summary_counts_places() -> None:
    plan = Plan(places=10, tau=0.15)
    rows = {
        "held_0": [0.5, 0.7, np.nan],
        "held_0.15": [0.9, 0.8, np.nan],
        "held_estimated": [0.6, 0.8, np.nan],
        "tau": [0.0, 0.2, np.nan],
        "called": [0.0, 0.0, np.nan],
        "wrong": [0.0, 0.0, np.nan],
        "called_naive": [9.0, 7.0, np.nan],
        "wrong_naive": [3.0, 1.0, np.nan],
        "refused": [np.nan, np.nan, 1.0],
    }
    found = calibration.summarise(pd.DataFrame(rows), plan)
    assert found["held"] == pytest.approx(0.85) and found["held_naive"] == pytest.approx(0.6)
    assert found["held_estimated"] == pytest.approx(0.7) and found["tau"] == pytest.approx(0.1)
    # Of 2 × 10 places none is told, so that none is told wrongly; naively 16, of which 4.
    assert (found["told"], found["wrong"]) == (0, None)
    assert (found["told_naive"], found["wrong_naive"]) == (0.8, 0.25)
    assert found["refused"] == 1
    alone = calibration.summarise(pd.DataFrame({"refused": [1.0]}), plan)
    assert alone["held"] is None and alone["told"] is None and alone["refused"] == 1
