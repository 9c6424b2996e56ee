"""α and ω: by hand, and against base R."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.scales import cronbach_alpha, fit_one_factor, mcdonald_omega


def test_alpha_by_hand() -> None:
    items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 2, 4, 4], "c": [1, 3, 2, 5]})
    # Variances 5/3, 4/3, 35/12; the sums 4, 7, 9, 13 have 14.25: 3/2·(1 − 5.9166…/14.25).
    assert cronbach_alpha(items) == pytest.approx(1.5 * (1 - (5 / 3 + 4 / 3 + 35 / 12) / 14.25))


def test_listwise_and_pairwise_differ_by_what_they_leave_out() -> None:
    items = pd.DataFrame({"a": [1.0, 2, 3, 4, 9], "b": [2.0, 2, 4, 4, np.nan]})
    # Listwise the first four: variances 5/3, 4/3, covariance 4/3; pairwise a's variance is 9.7.
    assert cronbach_alpha(items) == pytest.approx(2 * (1 - 3 / (3 + 8 / 3)))
    pairwise = cronbach_alpha(items, missing="pairwise")
    assert pairwise == pytest.approx(2 * (1 - (9.7 + 4 / 3) / (9.7 + 4 / 3 + 8 / 3)))


def test_r_agrees(oracles: Path) -> None:
    items = pd.read_csv(oracles / "apistrat.csv")[["meals", "ell", "not.hsg", "mobility", "hsg"]]
    # R 4.2: k/(k−1)·(1 − tr S/ΣS), and factanal(x, 1) with its loadings scaled back.
    assert cronbach_alpha(items) == pytest.approx(0.756673903018, rel=1e-10)
    assert mcdonald_omega(items) == pytest.approx(0.851571842708, rel=1e-7)
    gaps = pd.read_csv(oracles / "apistrat.csv")[["acs.k3", "acs.46", "full"]]
    assert cronbach_alpha(gaps) == pytest.approx(-0.0220908214797, rel=1e-9)
    assert cronbach_alpha(gaps, missing="pairwise") == pytest.approx(-0.0832050655204, rel=1e-9)


def test_omega_of_known_loadings() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.6])
    correlation = np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1)
    found, unique = fit_one_factor(correlation)
    assert found == pytest.approx(loadings, abs=1e-8)
    assert unique == pytest.approx(1 - loadings**2, abs=1e-8)


def test_alpha_and_omega_ignore_a_change_of_unit_of_all_items() -> None:
    rng = np.random.default_rng(2)
    factor = rng.normal(size=200)
    items = pd.DataFrame(
        {n: factor * s + rng.normal(size=200) for n, s in zip("abc", (1, 2, 0.8), strict=True)}
    )
    assert cronbach_alpha(items * 60) == pytest.approx(cronbach_alpha(items))
    assert mcdonald_omega(items * 60) == pytest.approx(mcdonald_omega(items))


def test_what_is_no_scale() -> None:
    items = pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 1, 2], "c": 1.0})
    with pytest.raises(MethodError, match="does not vary"):
        cronbach_alpha(items)
    with pytest.raises(MethodError, match="two or more items"):
        cronbach_alpha(items[["a"]])
    with pytest.raises(MethodError, match="do not identify"):
        mcdonald_omega(items[["a", "b"]])
    with pytest.raises(MethodError, match="listwise or pairwise"):
        cronbach_alpha(items, missing="mean")
    with pytest.raises(MethodError, match="1 complete"):
        cronbach_alpha(pd.DataFrame({"a": [1, None], "b": [1, 2]}))
