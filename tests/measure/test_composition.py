"""Proportional fitting: by hand, against a published table, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.composition import fit_proportionally


def test_a_table_of_ones_becomes_the_independent_table() -> None:
    # Rows 3 and 1, columns 2 and 2 of 4: 3·2/4 = 1.5 and 1·2/4 = .5.
    found = fit_proportionally(
        np.ones((2, 2)), [((0,), np.array([3.0, 1.0])), ((1,), np.array([2.0, 2.0]))]
    )
    assert found == pytest.approx(np.array([[1.5, 1.5], [0.5, 0.5]]), abs=1e-9)


def test_two_by_two_by_hand() -> None:
    # The seed's odds ratio is 4·1/(1·1) = 4. With all margins 3 the table is [[a, 3-a],[3-a, a]]
    # and a²/(3-a)² = 4, so a = 2.
    found = fit_proportionally(
        np.array([[4.0, 1.0], [1.0, 1.0]]),
        [((0,), np.array([3.0, 3.0])), ((1,), np.array([3.0, 3.0]))],
    )
    assert found == pytest.approx(np.array([[2.0, 1.0], [1.0, 2.0]]), abs=1e-8)


# Bishop, Fienberg & Holland (1975): British women by age and marital status (single, married,
# widowed or divorced), last year's table fitted to this year's margins; both as printed in
# SAS/IML User's Guide, "Iterative Proportional Fitting".
LAST_YEAR = """
1306 83 0 / 619 765 3 / 263 1194 9 / 173 1372 28
171 1393 51 / 159 1372 81 / 208 1350 108 / 1116 4100 2329
"""
PRINTED = """
1325.27 86.73 0 / 615.56 783.39 3.05 / 253.94 1187.18 8.88 / 165.13 1348.55 27.32
173.41 1454.71 52.87 / 147.21 1308.12 76.67 / 202.33 1352.28 107.40 / 1105.16 4181.04 2357.81
"""


def rows(text: str) -> np.ndarray:
    return np.array(text.replace("/", " ").split(), dtype=float).reshape(8, 3)


def test_a_published_table() -> None:
    ages = np.array([1412.0, 1402, 1450, 1541, 1681, 1532, 1662, 7644])
    marital = np.array([3988.0, 11702, 2634])
    found = fit_proportionally(rows(LAST_YEAR), [((0,), ages), ((1,), marital)])
    assert found == pytest.approx(rows(PRINTED), abs=0.0051)  # two digits are printed


positive = st.floats(0.5, 50)


@settings(max_examples=50)
@given(
    seed=st.lists(positive, min_size=12, max_size=12),
    like=st.lists(positive, min_size=12, max_size=12),
)
def test_margins_are_met_and_odds_ratios_kept(seed: list[float], like: list[float]) -> None:
    """Both together have one table only: whoever finds it has found the right one."""
    start, other = (np.array(one).reshape(2, 3, 2) for one in (seed, like))
    pairs, last = other.sum(axis=2), other.sum(axis=(0, 1))
    found = fit_proportionally(start, [((0, 1), pairs), ((2,), last)])
    assert found.sum(axis=2) == pytest.approx(pairs, rel=1e-7)
    assert found.sum(axis=(0, 1)) == pytest.approx(last, rel=1e-6)
    # The odds of the last axis, one sex and age against another, stay those of the seed.
    odds = (found[..., 0] / found[..., 1]) / (start[..., 0] / start[..., 1])
    assert odds == pytest.approx(np.full((2, 3), odds[0, 0]), rel=1e-6)


def test_margins_that_disagree_are_refused() -> None:
    with pytest.raises(MethodError, match=r"disagree in their total \(4\.0, 5\.0\)"):
        fit_proportionally(
            np.ones((2, 2)), [((0,), np.array([3.0, 1.0])), ((1,), np.array([3.0, 2.0]))]
        )


def test_a_seed_of_zero_that_must_be_filled_is_refused() -> None:
    with pytest.raises(MethodError, match="seed of 0"):
        fit_proportionally(
            np.array([[0.0, 1.0], [0.0, 1.0]]),
            [((0,), np.array([2.0, 2.0])), ((1,), np.array([1.0, 3.0]))],
            max_rounds=50,
        )


def test_a_margin_that_is_not_known_is_refused() -> None:
    with pytest.raises(MethodError):
        fit_proportionally(
            np.ones((2, 2)),
            [((0,), np.array([3.0, np.nan])), ((1,), np.array([2.0, 2.0]))],
            max_rounds=50,
        )


def test_a_cell_of_zero_stays_and_the_seed_too() -> None:
    seed = np.array([[0.0, 1.0], [1.0, 1.0]])
    found = fit_proportionally(seed, [((0,), np.array([2.0, 3.0])), ((1,), np.array([1.0, 4.0]))])
    # Row one has one cell only: 2; then 4 - 2 = 2 below it, and 3 - 2 = 1 beside that.
    assert found == pytest.approx(np.array([[0.0, 2.0], [1.0, 2.0]]), abs=1e-8)
    assert (seed == [[0.0, 1.0], [1.0, 1.0]]).all()


def test_a_margin_may_name_its_axes_in_any_order() -> None:
    table = np.arange(1.0, 7.0).reshape(2, 3)
    found = fit_proportionally(np.ones((2, 3)), [((1, 0), table.T)])
    assert found == pytest.approx(table)
