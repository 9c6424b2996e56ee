"""Trees of weights: what an indicator weighs in the end, and which rows make no tree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.index_structure import drawn_weights, effective_weights, read_structure


def rows(*told: tuple[str, str | None, float]) -> pd.DataFrame:
    return pd.DataFrame(list(told), columns=["indicator", "parent", "weight"])


TWO = rows(("a", "x", 1), ("b", "x", 3), ("c", "y", 5), ("x", "all", 1), ("y", "all", 1))


def test_weights_multiply_down_the_tree() -> None:
    # a: 1/4 of x, which is 1/2 of all; c is all of y.
    assert effective_weights(read_structure(TWO)).to_dict() == {"a": 1 / 8, "b": 3 / 8, "c": 1 / 2}


def test_the_row_of_the_index_itself_may_be_given_or_not() -> None:
    given_too = pd.concat([TWO, rows(("all", None, np.nan))])
    assert read_structure(given_too).nodes == read_structure(TWO).nodes
    assert read_structure(TWO).nodes[-1] == "all"


def test_what_is_left_of_a_part_keeps_the_weight_of_the_part() -> None:
    tree = read_structure(TWO)
    kept = np.array([[False, True, True], [True, True, False]])  # without a; without c, so y
    assert drawn_weights(tree, {}, kept).tolist() == [[0, 1 / 2, 1 / 2], [1 / 4, 3 / 4, 0]]


def test_a_factor_shakes_one_weight() -> None:
    kept = np.ones((2, 3), dtype=bool)
    found = drawn_weights(read_structure(TWO), {"x": np.array([1.0, 3.0])}, kept)
    # x three times as heavy as y: 3/4, of which a has 1/4.
    assert found == pytest.approx(np.array([[1 / 8, 3 / 8, 1 / 2], [3 / 16, 9 / 16, 1 / 4]]))


@given(
    weights=st.lists(st.floats(0.01, 100), min_size=4, max_size=4),
    left_out=st.integers(-1, 3),
)
def test_weights_sum_to_one(weights: list[float], left_out: int) -> None:
    heavy = zip("abcd", ("x", "x", "y", "y"), weights, strict=True)
    tree = read_structure(rows(*heavy, ("x", "all", 2), ("y", "all", 1)))
    kept = np.arange(4)[None, :] != left_out
    found = drawn_weights(tree, {}, kept)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (rows(("a", "x", 1), ("a", "y", 1)), "In the index twice: a"),
        (rows(("a", "x", 0), ("b", "x", 1)), "No weight above 0 for a"),
        (rows(("a", "x", np.nan), ("b", "x", 1)), "No weight above 0 for a"),
        (rows(("a", "x", 1), ("b", "y", 1)), r"one top, not 2 \(x, y\)"),
        (rows(("x", "y", 1), ("y", "x", 1), ("a", "x", 1)), "contain each other"),
    ],
)
def test_rows_that_make_no_tree_are_refused(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(MethodError, match=said):
        read_structure(frame)
