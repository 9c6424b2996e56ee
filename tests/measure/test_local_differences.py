"""τ by moments: by hand, without tilt, and in its interval nine times in ten."""

import numpy as np
import pytest

from divide.errors import MethodError
from divide.measure.local_differences import estimate_tau


def test_the_formula_of_the_method_by_hand() -> None:
    # METHOD 4.3: Σ[gap² − v] / Σ κ²Σω²: (.0009 − .0001 + .0016 − .0004)/(.02 + .03) = .04.
    drawn = np.array([[0.01, 0.02], [-0.01, -0.02]])
    found = estimate_tau(np.array([0.03, -0.04]), np.array([0.02, 0.03]), drawn=drawn)
    assert found.value == pytest.approx(0.2)
    assert found.places == 2


def test_gaps_smaller_than_their_errors_give_none() -> None:
    drawn = np.random.default_rng(1).normal(0, 0.05, (2000, 3))
    found = estimate_tau(np.array([0.01, -0.02, 0.01]), np.full(3, 0.01), drawn=drawn)
    assert (found.value, found.low) == (0.0, 0.0)
    # Nor is none proved: as if Σ gap² were 3 · .05², which τ = .6 gives by luck in 1 of 20 times.
    assert found.high > 0.4


def test_a_benchmark_takes_the_mean_shock_out() -> None:
    # Two halves: gaps are ± (u₁ − u₂)/2, so Σ gap² = (u₁ − u₂)²/2 and tr A = .04/2 + .04/2.
    found = estimate_tau(
        np.array([0.02, -0.02]), np.array([0.04, 0.04]), shares=np.array([0.5, 0.5])
    )
    assert found.value == pytest.approx((0.0008 / 0.04) ** 0.5)
    free = estimate_tau(np.array([0.02, -0.02]), np.array([0.04, 0.04]))
    assert free.value == pytest.approx((0.0008 / 0.08) ** 0.5)


def test_the_interval_of_one_gap_is_that_of_a_chi_square() -> None:
    # gap² = τ²·local·χ²₁; its quantiles at .05 and .95 are .003932 and 3.8415.
    found = estimate_tau(np.array([0.1]), np.array([1.0]))
    assert found.low == pytest.approx(0.1 / 3.8415**0.5, rel=0.03)
    assert found.high == pytest.approx(0.1 / 0.003932**0.5, rel=0.06)


@pytest.mark.parametrize("tau", [0.0, 0.15, 0.30])
@pytest.mark.parametrize("size", [3, 26])
def test_the_truth_lies_inside_nine_times_in_ten(tau: float, size: int) -> None:
    """150 surveys know a coverage of 90 % to ± 2.4 points; two such are allowed for."""
    rng = np.random.default_rng(size)
    shares = rng.dirichlet(np.full(size, 2.0))
    kappa = rng.uniform(0.1, 0.24, size)
    centring = np.eye(size) - np.outer(np.ones(size), shares)
    error = rng.uniform(0.003, 0.01, size)
    drawn = (rng.normal(size=(500, size)) * error) @ centring.T
    held, squares = [], []
    for _ in range(150):
        shock = tau * kappa * rng.normal(size=size) + error * rng.normal(size=size)
        found = estimate_tau(centring @ shock, kappa**2, shares=shares, drawn=drawn, draws=500)
        held.append(found.low <= tau <= found.high)
        squares.append(found.value**2)
        assert found.low <= found.value <= found.high or found.value == 0
    assert np.mean(held) >= 0.90 - 0.05
    if size > 3 and tau > 0:  # with few gaps Σ gap² below v is cut off at 0, and tilts upwards
        assert np.mean(squares) == pytest.approx(tau**2, rel=0.1)


def test_more_places_say_more() -> None:
    rng = np.random.default_rng(1)
    few, many = (
        estimate_tau(0.2 * 0.15 * rng.normal(size=one), np.full(one, 0.04)) for one in (3, 300)
    )
    assert few.high / few.low > 3
    # The spread of a standard deviation of 300: one part in √600, ± 1.645 of it.
    assert many.high / many.low == pytest.approx((1 + 0.067) / (1 - 0.067), rel=0.03)


@pytest.mark.parametrize(
    ("gap", "local", "shares", "says"),
    [
        ([0.1, np.nan], [0.1, 0.1], None, "must be known"),
        ([0.1, 0.2], [0.1, -0.1], None, "must be known"),
        ([0.1, 0.2], [0.1], None, "as many"),
        ([0.1, 0.2], [0.0, 0.0], None, "no local difference"),
        ([0.1], [0.1], [1.0], "no local difference"),
    ],
)
def test_what_tells_nothing_is_refused(
    gap: list[float], local: list[float], shares: list[float] | None, says: str
) -> None:
    given = None if shares is None else np.array(shares)
    with pytest.raises(MethodError, match=says):
        estimate_tau(np.array(gap), np.array(local), shares=given)
