"""Margins that only rounding sets against each other are met; others are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from divide.errors import MethodError
from divide.measure import margins
from divide.measure.roundings import within_rounding

# Total, one sex, two ages of six cells; the last age is told by a difference.
SIX = np.array([[1.0, s, a == 1, a == 2] for s in (0, 1) for a in (0, 1, 2)])


def test_targets_that_can_be_met_stay() -> None:
    counts = np.full(6, 1000.0)
    targets = (counts * 0.3) @ SIX
    assert within_rounding(SIX, counts, targets) == pytest.approx(targets)


def test_a_cell_below_nobody_by_rounding_is_brought_to_nobody() -> None:
    # All 10,000: 5.0 %; 9,900 of them 5.1 %: the other 100 would have 500 − 504.9, below nobody.
    design, counts = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([9900.0, 100.0])
    targets = np.array([500.0, 504.9])
    found = within_rounding(design, counts, targets)
    # The total moves: 4.9 of 10,000 are the smaller share.
    assert found == pytest.approx([504.9, 504.9])
    fitted = margins.fit(design, counts, targets, sample_size=3000)
    assert fitted.penalised
    # Firth: 30 persons interviewed in the small cell, none with it, .5/31; 2,970 in the large one.
    wanted = [(151.47 + 0.5) / 2971, 0.5 / 31]
    assert expit(design @ fitted.beta) == pytest.approx(wanted, abs=1e-4)


@given(
    shares=st.lists(st.floats(0, 1), min_size=6, max_size=6),
    counts=st.lists(st.integers(50, 5000), min_size=6, max_size=6),
)
def test_whatever_was_rounded_can_be_fitted(shares: list[float], counts: list[int]) -> None:
    """True shares, their margins printed to a tenth of a per cent: never a refusal."""
    held = np.array(counts, dtype=float)
    size = held @ SIX
    targets = size * np.round((held * shares) @ SIX / size, 3)
    found = within_rounding(SIX, held, targets)
    # The truth is half a tenth away at most; the least sum of moves may be one margin's alone.
    assert (np.abs(found - targets) / size).sum() <= len(size) * 0.0005 + 1e-9
    fitted = margins.fit(SIX, held, targets, sample_size=3000)
    assert np.isfinite(fitted.beta).all()


def test_a_contradiction_beyond_rounding_is_refused() -> None:
    design, counts = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([9900.0, 100.0])
    with pytest.raises(MethodError, match="beyond their rounding"):
        within_rounding(design, counts, np.array([500.0, 540.0]))
