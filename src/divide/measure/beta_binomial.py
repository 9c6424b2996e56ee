"""
Interval-censored beta-binomial: rates from answers in bands (METHOD 5).

The number of an institution's m clients to which something applies is beta-binomial with mean
rate μ, logit linear in type, language region and size, and one overdispersion φ for all types:
the correlation of two clients of one institution. An answer tells only its band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from divide.errors import MethodError
from divide.measure.banded_counts import Counts, chances, collect, slopes
from divide.measure.designs import Array, Codes, sums_by

# Standard deviation, on the logit, of a normal penalty that moves nothing unless all answers of
# a class agree: then the rate would run to 0 or 1 and its error to infinity.
WEAK: Final = 5.0
_START_PHI: Final = -2.0  # logit of φ = 0.12
_STEP: Final = 1e-4
_FAR: Final = 12.0


@dataclass(frozen=True, eq=False)
class Fit:
    """
    A fitted model.

    Attributes
    ----------
    theta
        Coefficients on the logit of μ, then the logit of φ.
    covariance
        Of `theta`: inverse observed information.
    columns
        What each coefficient belongs to: `intercept`, or variable and category.
    levels
        Categories of each variable, the first is the reference.
    counts
        The answers behind it.
    matrix
        Covariate patterns × coefficients.
    apart
        Label of each pattern beyond its covariates: what does not enter the rate.
    """

    theta: Array
    covariance: Array
    columns: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    counts: Counts
    matrix: Array
    apart: Codes

    @property
    def phi(self) -> float:
        """Return the overdispersion φ: the correlation of two clients of one institution."""
        return float(expit(self.theta[-1]))

    def coefficients(self) -> pd.DataFrame:
        """Return one row per coefficient: `term`, `value`, `se`, on the logit scale."""
        return pd.DataFrame(
            {
                "term": [*self.columns, "phi"],
                "value": self.theta,
                "se": np.sqrt(np.diag(self.covariance)),
            }
        )


def fit_bands(
    low: Array,
    high: Array,
    clients: Array,
    covariates: pd.DataFrame,
    *,
    by: Sequence[str],
    apart: Codes | None = None,
) -> Fit:
    """
    Fit the model by maximum likelihood.

    Parameters
    ----------
    low, high
        Least and greatest number of clients that each answer allows (`band_limits`).
    clients
        Clients of each answering institution, 1 or more.
    covariates
        One row per answer; `by` names the columns that enter, each as classes.
    apart
        Label of each answer that keeps it apart from others of the same covariates, such as
        its cell of the frame: the rate does not depend on it.

    Examples
    --------
    >>> m = np.full(400, 10.0)
    >>> y = np.repeat([2.0, 3.0, 4.0, 5.0], 100)       # mean rate .35, hardly spread
    >>> fit = fit_bands(y, y, m, pd.DataFrame(index=range(400)), by=())
    >>> round(float(expit(fit.theta[0])), 3)
    0.35
    """
    if not len(clients) or not (clients >= 1).all():
        raise MethodError("Answers of institutions without a client tell nothing: leave them out.")
    levels = {name: _levels(covariates[name]) for name in by}
    labels = np.zeros(len(clients), dtype=np.int64) if apart is None else apart
    matrix, pattern, columns = _patterns(covariates, levels, labels)
    counts = collect(low, high, clients, pattern)
    matrix, kept = matrix[:, :-1], matrix[:, -1].astype(np.int64)
    start = np.zeros(matrix.shape[1] + 1)
    middle = float(((low + high) / 2).sum() / clients.sum())
    start[0], start[-1] = np.log((middle + 0.01) / (1 - middle + 0.01)), _START_PHI
    found = minimize(_loss, start, args=(counts, matrix), jac=True, method="BFGS")
    slope = _loss(found.x, counts, matrix)[1]
    if not np.isfinite(found.fun) or np.abs(slope).max() > 1e-2 * np.sqrt(counts.copies.sum()):
        raise MethodError(f"The rates were not found ({found.message}): use fewer covariates.")
    theta = np.asarray(found.x, dtype=float)
    covariance = np.asarray(np.linalg.inv(_curvature(theta, counts, matrix)), dtype=float)
    return Fit(theta, covariance, columns, levels, counts, matrix, kept)


def _levels(column: pd.Series) -> tuple[str, ...]:
    if column.isna().any():
        raise MethodError(f"Covariate {column.name!r} is missing in some answer: fill it.")
    return tuple(sorted({str(one) for one in column}))


def rows_of(covariates: pd.DataFrame, levels: dict[str, tuple[str, ...]]) -> Array:
    """Write covariates as rows of the model: 1, then one dummy per category but the first."""
    parts: list[Array] = [np.ones((len(covariates), 1))]
    for name, known in levels.items():
        told = covariates[name].astype(str)
        odd = sorted(set(told) - set(known))
        if odd:
            raise MethodError(
                f"No answer from {name} {', '.join(odd)}: nothing tells its rate. Merge it, or "
                "take it out of the frame and say so."
            )
        dummies: Array = np.stack([(told == one).to_numpy(dtype=float) for one in known], axis=1)
        parts.append(dummies[:, 1:])
    return np.hstack(parts)


def _patterns(
    covariates: pd.DataFrame, levels: dict[str, tuple[str, ...]], apart: Codes
) -> tuple[Array, Codes, tuple[str, ...]]:
    """Return the different rows of the model with their labels, and which each answer has."""
    rows = np.column_stack([rows_of(covariates, levels), apart.astype(float)])
    matrix, pattern = np.unique(rows, axis=0, return_inverse=True)
    names = [f"{name} {one}" for name, known in levels.items() for one in known[1:]]
    return matrix, pattern.ravel().astype(np.int64), ("intercept", *names)


def shape_parameters(theta: Array, matrix: Array) -> tuple[Array, Array, Array]:
    """Return rate μ and the beta's two parameters by row of the model."""
    mu = expit(np.clip(matrix @ theta[:-1], -_FAR, _FAR))
    strength = np.exp(-np.clip(theta[-1], -_FAR, _FAR))  # (1 − φ)/φ
    return mu, mu * strength, (1 - mu) * strength


def _loss(theta: Array, counts: Counts, matrix: Array) -> tuple[float, Array]:
    """Return the penalised negative log likelihood and its gradient."""
    mu, a, b = (one[counts.pattern] for one in shape_parameters(theta, matrix))
    told, within = chances(counts, a, b)
    by_a, by_b = slopes(counts, within, a, b)
    # dμ/dη = μ(1 − μ) moves a up and b down; both shrink with the logit of φ.
    by_eta = counts.copies * (by_a - by_b) * a * (1 - mu)
    by_phi = -float(counts.copies @ (by_a * a + by_b * b))
    slope = matrix.T @ sums_by(counts.pattern, by_eta, count=len(matrix))
    centre = np.zeros(len(theta))
    centre[-1] = _START_PHI
    penalty = (theta - centre) / WEAK**2
    loss = -float(counts.copies @ told) + float(penalty @ (theta - centre)) / 2
    return loss, penalty - np.append(slope, by_phi)


def _curvature(theta: Array, counts: Counts, matrix: Array) -> Array:
    """Return the observed information: central differences of the gradient."""
    steps = _STEP * np.eye(len(theta))
    rows = [
        _loss(theta + one, counts, matrix)[1] - _loss(theta - one, counts, matrix)[1]
        for one in steps
    ]
    found = np.stack(rows) / (2 * _STEP)
    return np.asarray((found + found.T) / 2)
