"""Ranks under drawn choices: by hand where nothing is drawn, by law where something is."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure import indices
from divide.measure.index_robustness import PAIRS, Choices, draw_ranks

RNG = np.random.default_rng(4)
VALUES = pd.DataFrame(RNG.lognormal(size=(40, 6)), columns=list("abcdef"))
STRUCTURE = pd.DataFrame(
    {
        "indicator": [*"abcdef", "x", "y"],
        "parent": [*"xxxyyy", "all", "all"],
        "weight": [1, 2, 3, 1, 1, 1, 2, 1],
        "direction": [1, -1, 1, 1, -1, 1, 1, 1],
    }
)


@pytest.mark.parametrize(("method", "how"), PAIRS)
def test_without_noise_ranks_are_those_of_the_index(method: str, how: str) -> None:
    choices = Choices(pairs=((method, how),), weights=0, leave_out=0)
    found = draw_ranks(VALUES, STRUCTURE, draws=3, choices=choices)
    made = indices.composite_index(VALUES, STRUCTURE, method=method, how=how, span=(1, 100))
    given = made.loc[made["indicator"] == "all", "rank"]
    assert found.nominal.tolist() == given.tolist()
    assert (found.ranks == found.nominal).all()


def test_every_row_is_a_ranking_and_the_seed_tells_all() -> None:
    found = draw_ranks(VALUES, STRUCTURE, draws=120, seed=5)
    assert (np.sort(found.ranks, axis=1) == np.arange(1, 41)).all()
    assert set(found.pair) == set(range(len(PAIRS)))
    assert set(found.left_out) == set(range(-1, 6))
    assert (found.ranks == draw_ranks(VALUES, STRUCTURE, draws=120, seed=5).ranks).all()
    assert (found.ranks != draw_ranks(VALUES, STRUCTURE, draws=120, seed=6).ranks).any()


@pytest.mark.parametrize(
    "choices",
    [
        Choices(weights=0, leave_out=0),
        Choices(pairs=PAIRS[:1], leave_out=0),
        Choices(pairs=PAIRS[:1], weights=0, leave_out=1),
    ],
    ids=["normalisation and mean", "weights", "leaving out"],
)
def test_each_choice_moves_ranks(choices: Choices) -> None:
    found = draw_ranks(VALUES, STRUCTURE, draws=60, choices=choices)
    assert (found.ranks != found.nominal).any()


def test_leaving_out_is_the_index_without_that_indicator() -> None:
    choices = Choices(pairs=PAIRS[:1], weights=0, leave_out=1)
    found = draw_ranks(VALUES, STRUCTURE, draws=50, choices=choices)
    row = int(np.flatnonzero(found.left_out == 1)[0])
    without = STRUCTURE[STRUCTURE["indicator"] != "b"]
    made = indices.composite_index(VALUES, without, span=(1, 100))
    assert found.ranks[row].tolist() == made.loc[made["indicator"] == "all", "rank"].tolist()


def test_better_in_everything_stays_better() -> None:
    values = VALUES.copy()
    values.loc[0] = VALUES.max() + 1
    values.loc[0, ["b", "e"]] = VALUES[["b", "e"]].min() - 1  # less is better
    assert (draw_ranks(values, STRUCTURE, draws=200).ranks[:, 0] == 1).all()


def test_equal_units_share_the_better_rank() -> None:
    values = pd.concat([VALUES, VALUES.iloc[[7]]], ignore_index=True)
    found = draw_ranks(values, STRUCTURE, draws=100)
    assert (found.ranks[:, 7] == found.ranks[:, 40]).all()
    # Two share a rank, so the next is two further: one rank is taken twice, one by nobody.
    assert all(len(set(row)) == 40 for row in found.ranks.tolist())


def test_units_with_a_gap_have_no_rank() -> None:
    values = VALUES.copy()
    values.loc[3, "c"] = np.nan
    found = draw_ranks(values, STRUCTURE, draws=5)
    assert found.unranked.tolist() == [3]
    assert 3 not in found.units
    assert found.ranks.max() == 39


def test_what_cannot_be_ranked_is_refused() -> None:
    with pytest.raises(MethodError, match="1 units have all indicators"):
        draw_ranks(VALUES.iloc[:1], STRUCTURE)
    wrong = Choices(pairs=(("z", "geometric"),))
    with pytest.raises(MethodError, match="No geometric mean of z"):
        draw_ranks(VALUES, STRUCTURE, draws=1, choices=wrong)
