"""Whether the items of a scale measure one thing: Cronbach's α and McDonald's ω."""

from typing import Final

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.designs import Array

MISSING: Final = ("listwise", "pairwise")
_ROUNDS: Final = 20_000
_TOLERANCE: Final = 1e-12
# No item is taken to be free of error: the bound that R's factanal sets, too.
_LEAST_UNIQUE: Final = 0.005


def cronbach_alpha(items: pd.DataFrame, *, missing: str = "listwise") -> float:
    """
    Return Cronbach's (1951) α of the sum of items.

    Parameters
    ----------
    items
        One row per answer, one column of numbers per item, all in one direction.
    missing
        `listwise`: answers complete in all items; `pairwise`: each covariance from the
        answers that have both items.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]})  # variances 1, 1; covariance .5
    >>> round(cronbach_alpha(items), 4)                         # 2/1 · (1 − 2/3)
    0.6667
    """
    covariance = _covariance(items, missing)
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def mcdonald_omega(items: pd.DataFrame, *, missing: str = "listwise") -> float:
    """
    Return McDonald's (1999) ω of the sum of items under one factor.

    Notes
    -----
    (Σλ)²/((Σλ)² + Σψ), loadings λ and unique variances ψ by maximum likelihood, found by the
    EM algorithm (Rubin & Thayer 1982) on correlations and scaled back.
    """
    covariance = _covariance(items, missing)
    if len(covariance) < 3:
        raise MethodError("Two items do not identify a factor: give three or more.")
    deviation = np.sqrt(np.diag(covariance))
    loadings, unique = fit_one_factor(covariance / np.outer(deviation, deviation))
    common = float((loadings * deviation).sum()) ** 2
    return common / (common + float((unique * deviation**2).sum()))


def fit_one_factor(correlation: Array) -> tuple[Array, Array]:
    """
    Return loadings and unique variances of one factor, by maximum likelihood.

    Examples
    --------
    >>> loadings, unique = fit_one_factor(np.full((3, 3), .49) + .51 * np.eye(3))
    >>> loadings.round(4), unique.round(4)          # .7² = .49
    (array([0.7, 0.7, 0.7]), array([0.51, 0.51, 0.51]))
    """
    values, vectors = np.linalg.eigh(correlation)
    loadings = np.sqrt(values[-1]) * vectors[:, -1] * 0.8
    loadings = loadings * (np.sign(loadings.sum()) or 1.0)
    unique = np.clip(1 - loadings**2, _LEAST_UNIQUE, None)
    for _ in range(_ROUNDS):
        # Weights that tell the factor from the items: λ'Σ⁻¹, Σ = λλ' + ψ.
        told = loadings / unique
        told = told / (1 + told @ loadings)
        shared = correlation @ told
        found = shared / (told @ shared + 1 - told @ loadings)
        unique = np.clip(np.diag(correlation) - found * shared, _LEAST_UNIQUE, None)
        moved = float(np.abs(found - loadings).max())
        loadings = found
        if moved < _TOLERANCE:
            return loadings, unique
    raise MethodError("The factor was not found: the items may hold more than one, or too few.")


def _covariance(items: pd.DataFrame, missing: str) -> Array:
    if missing not in MISSING:
        raise MethodError(f"Missing answers are left out {missing!r}: listwise or pairwise.")
    if items.shape[1] < 2:
        raise MethodError("A scale needs two or more items.")
    kept = items.dropna() if missing == "listwise" else items
    if len(kept) < 2:
        raise MethodError(f"{len(kept)} complete answer(s): a scale needs two or more.")
    found = kept.astype(float).cov().to_numpy()
    if not np.isfinite(found).all() or not (np.diag(found) > 0).all():
        raise MethodError("An item does not vary, or two items were never answered together.")
    return np.asarray(found)
