"""What a score hides: points made up for, and units of one score and opposite profiles."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from divide.measure.index_compensation import compensation, opposite_twins
from divide.measure.index_structure import effective_weights, read_structure

TREE = read_structure(
    pd.DataFrame({"indicator": ["a", "b", "c"], "parent": "all", "weight": [2, 1, 1]})
)
SCORES = pd.DataFrame(
    {"a": [0.0, 80, 40, 40], "b": [80.0, 0, 40, 41], "c": [80.0, 0, 40, np.nan]},
    index=["P", "Q", "R", "S"],
)


def test_compensation_by_hand() -> None:
    found = compensation(SCORES, TREE).set_index("place")
    assert found["score"].to_dict() == {"P": 40, "Q": 40, "R": 40}  # S has a gap: no score
    # P lies 40 below in a, which weighs a half; Q 40 below in b and c, a half together.
    assert found["hidden"].to_dict() == {"P": 20, "Q": 20, "R": 0}
    assert found.loc["P", ["weakest", "weakest_score"]].tolist() == ["a", 0]
    assert found.loc["Q", ["strongest", "strongest_score"]].tolist() == ["a", 80]


def test_twins_by_hand() -> None:
    found = opposite_twins(SCORES, TREE).set_index("place")
    assert found["other"].to_dict() == {"P": "Q", "Q": "P", "R": "P"}
    # P and Q differ by 80 in everything, R and P by 40.
    assert found["distance"].to_dict() == {"P": 80, "Q": 80, "R": 40}
    assert found.loc["P", ["better_in", "worse_in"]].tolist() == ["b", "a"]


def test_no_twin_no_row() -> None:
    alone = pd.DataFrame({"a": [0.0, 50], "b": [0.0, 50], "c": [0.0, 50]})
    assert opposite_twins(alone, TREE, within=1).empty
    assert len(opposite_twins(alone, TREE, within=50)) == 2


tables = arrays(float, (6, 3), elements=st.floats(0, 100))


@given(tables)
def test_as_many_points_lie_above_the_score_as_below(table: np.ndarray) -> None:
    scores = pd.DataFrame(table, columns=list("abc"))
    found = compensation(scores, TREE).set_index("place").sort_index()
    weights = effective_weights(TREE)
    above = scores.sub(found["score"], axis=0).clip(lower=0) @ weights
    assert found["hidden"].tolist() == pytest.approx(above.tolist(), abs=1e-9)


@given(tables)
def test_twins_have_the_same_score(table: np.ndarray) -> None:
    found = opposite_twins(pd.DataFrame(table, columns=list("abc")), TREE, within=5)
    assert (np.abs(found["score"] - found["other_score"]) <= 5 + 1e-9).all()
    assert (found["place"] != found["other"]).all()
