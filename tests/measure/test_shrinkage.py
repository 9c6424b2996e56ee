"""Rates on small bases, by hand, and where everyone's rate is all that is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.shrinkage import rate_prior, shrunken_rates, standardised_rates

COUNT, BASE = np.array([0.0, 40.0]), np.array([20.0, 80.0])
# The two agree to 1e-15 with esda 2.9 (Moran_Local_Rate, Empirical_Bayes) on 2,131 random bases.


def test_the_prior_by_hand() -> None:
    # b = 40/100; Σ n (r − b)²/Σn = (20·.16 + 80·.01)/100 = .04; b/n̄ = .4/50 = .008.
    found = rate_prior(COUNT, BASE)
    assert (found.mean, found.variance) == pytest.approx((0.4, 0.032))


def test_shrunken_rates_by_hand() -> None:
    # Trust .032/(.032 + .4/20) = .61538 and .032/(.032 + .4/80) = .86486.
    assert shrunken_rates(COUNT, BASE) == pytest.approx([0.4 - 0.4 * 0.61538, 0.48649], abs=1e-5)


def test_standardised_rates_by_hand() -> None:
    # v = .032 + .02 and .032 + .005: −.4/.22804 and .1/.19235.
    assert standardised_rates(COUNT, BASE) == pytest.approx([-1.75412, 0.51988], abs=1e-5)


def test_where_rates_differ_by_chance_only_everyone_has_everyones() -> None:
    # .1² − .2/10 is below 0: no true difference is seen.
    assert shrunken_rates(np.array([1.0, 3.0]), np.array([10.0, 10.0])).tolist() == [0.2, 0.2]


def test_a_negative_variance_leaves_the_binomial_one() -> None:
    # .02 of 100 and .021 of 900: b = .0209, a = 9e-8 − .0209/500 = −4.171e-5. For the small place
    # v = a + 2.09e-4 = 1.673e-4; for the large a + 2.322e-5 is below 0, so v = 2.322e-5.
    found = standardised_rates(np.array([2.0, 18.9]), np.array([100.0, 900.0]))
    assert found == pytest.approx([-0.0009 / 1.673e-4**0.5, 0.0001 / 2.322e-5**0.5], rel=1e-3)


@given(
    rates=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda one: max(one) > 0.01),
    base=st.lists(st.integers(1, 5000), min_size=3, max_size=3),
)
def test_shrunken_rates_lie_between_their_own_and_everyones(
    rates: list[float], base: list[int]
) -> None:
    persons = np.array(base, dtype=float)
    count = np.array(rates) * persons
    mean = count.sum() / persons.sum()
    found = shrunken_rates(count, persons)
    low, high = np.minimum(rates, mean), np.maximum(rates, mean)
    assert ((found >= low - 1e-12) & (found <= high + 1e-12)).all()


@pytest.mark.parametrize(
    ("count", "base"), [([1.0, 2.0], [10.0, 0.0]), ([np.nan, 2.0], [10.0, 10.0])]
)
def test_what_is_not_known_is_refused(count: list[float], base: list[float]) -> None:
    with pytest.raises(MethodError, match="leave out"):
        shrunken_rates(np.array(count), np.array(base))


def test_nobody_counted_anywhere_is_refused() -> None:
    with pytest.raises(MethodError, match="Nobody"):
        standardised_rates(np.zeros(2), BASE)
