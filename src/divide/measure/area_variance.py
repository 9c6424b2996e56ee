"""The variance between places, for one set of direct estimates or many replicates at once."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]
METHODS: Final = ("reml", "ml")
STEPS = 200


def coefficients(direct: Array, weights: Array, matrix: Array) -> tuple[Array, Array]:
    """
    Return β = (X'WX)⁻¹X'Wy and (X'WX)⁻¹ of each replicate.

    Parameters
    ----------
    direct, weights
        Replicates × places.
    matrix
        X, places × covariates.
    """
    inverse = np.asarray(np.linalg.inv(_moments(weights, matrix)), dtype=np.float64)
    beta = (inverse @ ((weights * direct) @ matrix)[..., None])[..., 0]
    return beta, inverse


def _moments(weights: Array, matrix: Array) -> Array:
    """Return X'WX of each replicate, as one product of matrices."""
    size = matrix.shape[1]
    products = (matrix[:, :, None] * matrix[:, None, :]).reshape(len(matrix), -1)
    return np.asarray((weights @ products).reshape(-1, size, size))


def variance(
    direct: Array,
    sampling: Array,
    matrix: Array,
    *,
    restricted: bool,
    start: float | None = None,
) -> Array:
    """
    Return σ² of each replicate: where the (restricted) likelihood is highest, or 0.

    Newton steps on the score, kept between a σ² with a positive score and one with a negative;
    where the likelihood is not concave a Fisher step replaces Newton's.

    Parameters
    ----------
    direct
        Replicates × places.
    sampling
        ψ, one per place.
    start
        Where to begin; the median of ψ if not given.

    Raises
    ------
    MethodError
        If a replicate finds no maximum.

    Examples
    --------
    >>> variance(np.array([[1.0, 3, 5], [2, 2, 2]]), np.ones(3), np.ones((3, 1)),
    ...          restricted=True).round(6)
    array([3., 0.])
    """
    scale = float(np.median(sampling))
    found = np.full(len(direct), scale if start is None else start)
    low, high = np.full(len(direct), -1.0), np.full(len(direct), np.inf)
    active = np.arange(len(direct))
    for _ in range(STEPS):
        here = found[active]
        score, curve = _score(direct[active], sampling, matrix, here, restricted)
        low[active] = np.where(score > 0, here, low[active])
        high[active] = np.where(score > 0, high[active], here)
        step = score / curve
        done = (np.abs(step) <= 1e-11 * (here + scale)) | ((here == 0) & (step < 0))
        found[active] = np.where(done, here, _between(here + step, low[active], high[active]))
        active = active[~done]
        if not len(active):
            return found
    raise MethodError(f"No variance between places found in {STEPS} steps: are values extreme?")


def _between(new: Array, low: Array, high: Array) -> Array:
    """Keep a step inside its bracket; a step below 0 tries 0 first, if 0 was not tried."""
    tried = np.where((new < 0) & (low < 0), 0.0, new)
    middle = (np.maximum(low, 0) + high) / 2
    return np.where((tried <= low) | (tried >= high) & (tried > 0), middle, tried)


def _score(
    direct: Array, sampling: Array, matrix: Array, sigma2: Array, restricted: bool
) -> tuple[Array, Array]:
    """Return slope of the log-likelihood in σ², and minus its curvature (or its expectation)."""
    weights = 1 / (sigma2[:, None] + sampling)
    beta, inverse = coefficients(direct, weights, matrix)
    projected = weights * (direct - beta @ matrix.T)  # P y
    weighted = weights * projected
    slope = (projected**2).sum(axis=1)
    across = weighted @ matrix
    bent = (weighted * projected).sum(axis=1) - (
        across * (inverse @ across[..., None])[..., 0]
    ).sum(axis=1)  # y'PPPy
    squared = weights**2
    trace, trace_squared = weights.sum(axis=1), squared.sum(axis=1)
    if restricted:
        second = inverse @ _moments(squared, matrix)
        third = inverse @ _moments(squared * weights, matrix)
        trace = trace - np.trace(second, axis1=1, axis2=2)
        twice = np.trace(second @ second, axis1=1, axis2=2)
        trace_squared = trace_squared - 2 * np.trace(third, axis1=1, axis2=2) + twice
    expected, observed = trace_squared / 2, bent - trace_squared / 2
    return (slope - trace) / 2, np.where(observed > 0, observed, expected)


def mean_squared_error(
    sigma2: float, sampling: Array, matrix: Array, covariance: Array, method: str
) -> Array:
    """
    Return the mean squared error of each place's estimate, g1 + g2 + 2 g3 (− bias for ml).

    Parameters
    ----------
    sampling
        ψ, infinite for a place without an estimate of its own: there σ² + x'(X'V⁻¹X)⁻¹x.

    Notes
    -----
    Prasad & Rao (1990); for reml and ml Datta & Lahiri (2000), Rao & Molina (2015, 6.2).
    """
    measured = np.isfinite(sampling)
    weights = 1 / (sigma2 + sampling)
    shrunk = np.where(measured, 1 - sigma2 * weights, 1.0)  # 1 − γ
    information = (weights**2).sum()
    own = sigma2 * shrunk
    model = shrunk**2 * ((matrix @ covariance) * matrix).sum(axis=1)
    unsure = shrunk**2 * weights * 2 / information
    bias = np.zeros(1)
    if method == "ml":
        moments = matrix.T @ (matrix * (weights**2)[:, None])
        bias = -np.trace(covariance @ moments) / information * shrunk**2
    return np.asarray(own + model + 2 * unsure - np.where(measured, bias, 0.0))
