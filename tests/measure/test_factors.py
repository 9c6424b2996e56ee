"""Distributions of factors: their moments, their ends, and what is none."""

import numpy as np
import pytest

from divide.errors import MethodError
from divide.measure.factors import Factor, choice, normal, triangular, uniform

CHANCE = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize(
    ("factor", "mean", "variance"),
    [
        (uniform("x", -1, 3), 1, 16 / 12),
        (normal("x", 2, 3), 2, 9),
        # (a + m + b)/3 and (a² + m² + b² − am − ab − mb)/18
        (triangular("x", 0, 1, 5), 2, (1 + 25 - 5) / 18),
        (triangular("x", 0, 5, 5), 10 / 3, 25 / 18),
        (choice("x", [1, 2, 5], weights=[1, 1, 2]), 13 / 4, 55 / 4 - 169 / 16),
    ],
)
def test_moments(factor: Factor, mean: float, variance: float) -> None:
    values = factor.quantile(CHANCE)
    assert values.mean() == pytest.approx(mean, abs=1e-3)
    assert values.var() == pytest.approx(variance, abs=3e-3)
    assert (np.diff(values) >= 0).all()


def test_choices_are_not_learnt_but_measures_are() -> None:
    assert not choice("threshold", [0.5, 0.67]).learnable
    assert choice("draw", range(5), learnable=True).learnable
    assert uniform("rung", 0, 1).learnable


@pytest.mark.parametrize(
    "make",
    [
        lambda: uniform("x", 1, 1),
        lambda: normal("x", 0, 0),
        lambda: triangular("x", 0, 2, 1),
        lambda: choice("x", []),
        lambda: choice("x", [1, 2], weights=[1, 0]),
        lambda: choice("x", [1, 2], weights=[1]),
    ],
)
def test_what_is_no_distribution_is_refused(make: object) -> None:
    with pytest.raises(MethodError, match=r"^x"):
        make()  # type: ignore[operator]
