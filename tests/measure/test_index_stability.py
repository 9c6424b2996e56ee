"""Intervals of ranks, pairs that turn round, and which choice moves most: by hand."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.index_robustness import Choices, Draws
from divide.measure.index_stability import order_changes, rank_intervals, shifts_by_choice

# Ten draws of three units: B leads A once, ties once; C is third but once second.
RANKS = [[1, 2, 3]] * 7 + [[2, 1, 3], [1, 1, 3], [1, 3, 2]]
DRAWS = Draws(
    units=pd.Index(["A", "B", "C"]),
    nominal=np.array([1, 2, 3], dtype=np.uint16),
    ranks=np.array(RANKS, dtype=np.uint16),
    pair=np.array([0] * 8 + [1] * 2),
    left_out=np.array([-1] * 9 + [1]),
    choices=Choices(pairs=(("min_max", "arithmetic"), ("z", "arithmetic"))),
    indicators=("a", "b"),
    unranked=pd.Index(["D"]),
)


def test_intervals_are_ranks_that_occurred() -> None:
    found = rank_intervals(DRAWS, level=0.80).set_index("place")
    # B in order: 1 1 2 2 2 2 2 2 2 3. 10 % is the first, 50 % the fifth, 90 % the ninth.
    assert found.loc["B"].to_dict() == {
        "nominal": 2, "best": 1, "low": 1, "median": 2, "high": 2, "worst": 3, "share_first": 0.2,
    }  # fmt: skip
    assert found.loc["A", ["low", "high", "worst", "share_first"]].tolist() == [1, 1, 2, 0.9]
    assert found.loc["D"].isna().all()
    assert found.index.tolist() == ["A", "B", "C", "D"]


def test_a_wider_level_is_no_narrower() -> None:
    narrow, wide = (rank_intervals(DRAWS, level=level).iloc[:3] for level in (0.5, 0.95))
    assert (wide["low"] <= narrow["low"]).all() and (wide["high"] >= narrow["high"]).all()


def test_neighbours_that_turn_round() -> None:
    found = order_changes(DRAWS).set_index(["place", "other"])
    assert found.loc[("A", "B")].tolist() == [0.1, 0.1]  # changed, tied
    assert found.loc[("B", "C")].tolist() == [0.1, 0.0]
    assert len(found) == 2


def test_chosen_units_are_compared_all_with_all() -> None:
    found = order_changes(DRAWS, ["C", "A"]).set_index(["place", "other"])
    assert found.index.tolist() == [("A", "C")]
    assert len(order_changes(DRAWS, ["A", "B", "C"])) == 3
    with pytest.raises(MethodError, match="Not ranked: D"):
        order_changes(DRAWS, ["A", "D"])


def test_shifts_by_hand() -> None:
    found = shifts_by_choice(DRAWS).set_index(["choice", "option"])
    # Shifts a draw: seven times 0; (1+1+0)/3; (0+1+0)/3; (0+1+1)/3.
    assert found.loc[("left_out", "b")].tolist() == [1, pytest.approx(2 / 3)]
    assert found.loc[("left_out", "nothing")].tolist() == [9, pytest.approx(1 / 9)]
    assert found.loc[("pair", "min_max + arithmetic")].tolist() == [8, pytest.approx(1 / 12)]
    assert found.loc[("pair", "z + arithmetic")].tolist() == [2, pytest.approx(1 / 2)]
