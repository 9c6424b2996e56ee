"""What the answer hangs on: every declared factor is wired in, and the same seed tells the same."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from divide import catalog, tables
from divide.measure.factors import choice, uniform
from divide.measure.sensitivity import analyse, narrow, run_worlds
from divide.measure.sobol import inert_factors, sobol_indices
from divide.measure.worlds import Layer, World, declared_factors, outcomes, states

DECLARED = catalog.facts("thresholds")["sensitivity"]
# Two cantons, one well above the rest and one near every threshold (invented figures).
NEAR = Layer(
    rate=np.array([0.30, 0.10]),
    rest=np.array([0.04, 0.04]),
    sampling=np.array([0.0004, 0.0009]),
    local=np.array([0.02, 0.05]),
)
FAR = replace(NEAR, rate=np.array([0.30, 0.09]), rest=np.array([0.06, 0.06]))
WORLD = World(
    places=("UR", "VD"),
    layers={"no_internet_use_3m": NEAR, "no_smartphone": FAR},
    aged=np.array([2000.0, 40_000.0]),
    in_frame=np.array([0.816, 0.906]),
    older=(0.13, 0.8),
    years={"2017": 0.5, "2019": 0.25, "2021": 0.0},
    sources={"bfs": 0.0, "eurostat": -0.9},
    rungs={
        "registered": (0.816, 1.0),
        "eligible_80": (0.0, 1.0),
        "household_60": (0.0, 1.0),
        "eligible": (0.0, 1.0),
    },
    silent=0.686,
)
FIXED = {
    "margins": 0.0, "tau": 0.0, "rate_of_80": 0.4, "institution_gap": 0.1, "rho": 0.0,
    "registered": 1.0, "eligible_80": 1.0, "household_60": 1.0, "eligible": 1.0,
    "layers": "no_internet_use_3m", "year": "2021", "source": "bfs",
    "probability": 0.9, "gap": 0.05, "visible": 2 / 3,
}  # fmt: skip


def run(**changed: object) -> dict[str, float]:
    points = {name: np.array([value]) for name, value in {**FIXED, **changed}.items()}
    return {name: float(part[0]) for name, part in outcomes(WORLD, points).items()}


def test_one_run_by_hand() -> None:
    """
    Gaps of 26 and 6 points, ± 2 and ± 3: both are higher (13 and 2 errors). Unseen are
    .184 of 2,000 and .094 of 40,000: 368 + 3,760; half of them (.4 + .1) are excluded.
    """
    assert run() == pytest.approx(
        {
            "pairs_at_risk": 2,
            "pairs_invisible": 0,
            "persons_unseen": 4128,
            "persons_excluded_unseen": 2064,
        }
    )


@pytest.mark.parametrize(
    ("changed", "output", "value"),
    [
        ({"gap": 0.07}, "pairs_at_risk", 1),  # 6 points are fewer than 7
        # √(.0009 + .05 · .09) = .0735: 6 points are no 1.64 errors.
        ({"tau": 0.3, "probability": 0.95}, "pairs_at_risk", 1),
        ({"probability": 0.98}, "pairs_at_risk", 1),  # 2 errors are fewer than 2.05
        ({"margins": -1.0}, "pairs_at_risk", 1),  # .10 − .03 − .04 is below 5 points
        ({"source": "eurostat"}, "pairs_at_risk", 1),  # all rates smaller, and their gaps
        ({"layers": "any"}, "pairs_at_risk", 1),  # the larger of each: .10 − .06
        ({"eligible": 0.5}, "pairs_invisible", 2),
        ({"household_60": 0.7, "visible": 0.75}, "pairs_invisible", 2),
        ({"registered": 0.9}, "persons_unseen", 2000 * (1 - 0.7344) + 40_000 * (1 - 0.8154)),
        ({"eligible_80": 0.0}, "persons_unseen", 42_000),
        ({"institution_gap": 0.0}, "persons_excluded_unseen", 4128 * 0.4),
        # ρ √(f silent / answered) / 2: .1 · √(.686 / .314) / 2 = .0739.
        ({"rho": 0.1}, "persons_excluded_unseen", 4128 * (0.5 + 0.0739)),
    ],
)
def test_each_factor_moves_what_it_should(
    changed: dict[str, object], output: str, value: float
) -> None:
    assert run(**changed)[output] == pytest.approx(value, rel=1e-3)


def test_every_declared_factor_is_wired_in() -> None:
    """The law of METHOD 7: a factor that changes nothing was not wired in."""
    factors = declared_factors(WORLD, DECLARED)
    found = sobol_indices(lambda points: outcomes(WORLD, points), factors, size=256, replicates=10)
    assert inert_factors(found) == []
    names = {one.name for one in factors}
    assert names == set(FIXED)
    # And one that is not declared is not asked for.
    assert {one.name for one in factors if not one.learnable} == {
        "layers",
        "probability",
        "gap",
        "visible",
    }


def test_the_same_seed_tells_the_same() -> None:
    groups = ("age:60_plus|education:low", "age:80_plus")
    first, again, other = (
        analyse(WORLD, DECLARED, groups=groups, draws=200, size=64, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first["value"].equals(other["value"])
    assert set(first["kind"]) == {"result", "class", "first", "total", "measure_first"}


def test_states_are_of_each_place() -> None:
    points = {name: np.repeat(np.array([value]), 3) for name, value in FIXED.items()}
    higher, unseen = states(WORLD, points)
    assert higher.shape == unseen.shape == (3, 2)


def test_what_the_study_says_to_measure_first(default_home: object) -> None:
    """How many people 80+ the survey's limit of 88 years leaves out: nothing moves more."""
    frame = tables.read("sensitivity")
    first = frame[(frame["kind"] == "measure_first") & (frame["leads"] == "yes")]
    by_output = first.groupby("output")["factor"].agg(set)
    assert by_output["persons_unseen"] == by_output["persons_excluded_unseen"] == {"eligible_80"}
    assert by_output["pairs_invisible"] == {"eligible", "household_60"}
    results = frame[frame["kind"] == "result"].set_index("output")
    assert results.loc["pairs_at_risk", ["low", "high"]].tolist() == [26, 26]
    classes = frame[frame["kind"] == "class"]
    assert len(classes) == 2 * 26 and classes["value"].between(0, 1).all()


def test_runs_are_those_that_the_table_sums_up() -> None:
    factors = declared_factors(WORLD, DECLARED)
    runs = run_worlds(WORLD, factors, draws=200, seed=3)
    told = analyse(WORLD, DECLARED, groups=("a", "b"), draws=200, size=16, seed=3)
    result = told[told["kind"] == "result"].set_index("output")
    ends = runs["persons_unseen"].quantile([0.05, 0.95]).tolist()
    assert result.loc["persons_unseen", ["low", "high"]].tolist() == ends
    # One run by hand: registered × eligible × in a private household, canton by canton.
    first = runs.iloc[0]
    seen = first["registered"] * first["eligible_80"] * WORLD.in_frame
    assert first["persons_unseen"] == pytest.approx(float((1 - seen) @ WORLD.aged))


def test_what_is_known_leaves_its_part_of_the_runs() -> None:
    rng = np.random.default_rng(1)
    wide, source = rng.random(20_000), rng.choice(["here", "there"], 20_000)
    noise = rng.random(20_000)
    runs = pd.DataFrame({"wide": wide, "source": source, "limit": noise})
    runs["y"] = 100 * wide + 10 * (source == "there") + 0 * noise
    factors = [uniform("wide", 0, 1), choice("source", ["here", "there"], learnable=True)]
    factors += [uniform("limit", 0, 1, learnable=False)]
    told = narrow(runs, factors, output="y").set_index(["factor", "known_as"])
    assert list(told.index) == [("wide", "its middle"), ("source", "here"), ("source", "there")]
    # wide between .45 and .55, plus 0 or 10: 90 % of a two-step mixture on 45–55 and 55–65.
    assert told.loc[("wide", "its middle")].tolist() == pytest.approx([46, 64], abs=0.5)
    assert told.loc[("source", "here")].tolist() == pytest.approx([5, 95], abs=1)
    assert told.loc[("source", "there")].tolist() == pytest.approx([15, 105], abs=1)
