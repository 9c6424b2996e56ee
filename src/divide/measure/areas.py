"""Direct estimates of places strengthened by what is known of every place (METHOD 4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.errors import MethodError
from divide.measure.area_variance import METHODS, coefficients, mean_squared_error, variance

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AreaModel:
    """
    A Fay–Herriot model: y = x'β + u + e, Var u = σ², Var e = ψ known.

    Attributes
    ----------
    sigma2
        σ², how far places differ beyond what x explains.
    beta
        Coefficients, the constant first.
    covariance
        (X'V⁻¹X)⁻¹.
    method
        reml or ml.
    """

    sigma2: float
    beta: Array
    covariance: Array
    method: str


def fit_areas(direct: Array, sampling: Array, matrix: Array, *, method: str = "reml") -> AreaModel:
    """
    Estimate σ² and β from direct estimates with known variances (Fay & Herriot 1979).

    Parameters
    ----------
    direct, sampling
        Estimates y and their variances ψ, one per place; ψ above 0.
    matrix
        X, places × covariates, the constant included.
    method
        reml (restricted maximum likelihood) or ml.

    Raises
    ------
    MethodError
        If a variance is not above 0, a figure is missing, or X cannot tell its columns apart.

    Examples
    --------
    One mean, equal variances: REML σ² is the variance of y less ψ, here 4 − 1.

    >>> model = fit_areas(np.array([1.0, 3, 5]), np.ones(3), np.ones((3, 1)))
    >>> round(model.sigma2, 6), model.beta.round(6)
    (3.0, array([3.]))
    """
    _refuse_unusable(direct, sampling, matrix, method)
    sigma2 = variance(direct[None], sampling, matrix, restricted=method == "reml")
    beta, covariance = coefficients(direct[None], 1 / (sigma2[:, None] + sampling), matrix)
    return AreaModel(float(sigma2[0]), beta[0], covariance[0], method)


def _refuse_unusable(direct: Array, sampling: Array, matrix: Array, method: str) -> None:
    """Say why a model cannot be fitted, if it cannot."""
    if method not in METHODS:
        raise MethodError(f"No method {method!r} for places: choose {' or '.join(METHODS)}.")
    if not (np.isfinite(direct).all() and np.isfinite(matrix).all()):
        raise MethodError("An estimate or a covariate is missing: leave out the place, or find it.")
    if not (np.isfinite(sampling).all() and (sampling > 0).all()):
        raise MethodError(
            "A direct estimate has no variance above 0: a model would take it for the truth. "
            "Give its design-based variance, or leave the estimate out."
        )
    if len(direct) <= matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise MethodError(
            f"{len(direct)} places cannot tell {matrix.shape[1]} coefficients apart: use fewer "
            "covariates, none of them a sum of others or constant."
        )


def fay_herriot(
    direct: pd.DataFrame, covariates: pd.DataFrame, *, method: str = "reml"
) -> pd.DataFrame:
    """
    Combine each place's own estimate with what its covariates let expect.

    Parameters
    ----------
    direct
        Rows of one indicator, group and year: `place`, `value`, `se`. A row without a value
        counts as no estimate.
    covariates
        Known for every place, which is its index; a constant is added.
    method
        reml or ml.

    Returns
    -------
    DataFrame
        One row per place of `covariates`. `value` is γ·direct + (1−γ)·synthetic, status
        modelled; where a place has no estimate of its own, γ is 0 and `value` is synthetic.
        `se` is the root of the mean squared error (Prasad & Rao 1990; for reml and ml Datta &
        Lahiri 2000), `low` and `high` its 90 % interval. `attrs["account"]` holds σ² and β.

    Raises
    ------
    MethodError
        If places repeat, have no covariates, or an estimate has no standard error above 0.

    Examples
    --------
    >>> own = pd.DataFrame({"place": ["A", "B", "C"], "value": [1.0, 3, 5], "se": 1.0})
    >>> found = fay_herriot(own, pd.DataFrame(index=["A", "B", "C", "D"]))
    >>> found["value"].round(6).tolist()   # γ = 3/(3 + 1): A = .75·1 + .25·3; D is the mean alone
    [1.5, 3.0, 4.5, 3.0]
    """
    problem = align(direct, covariates)
    known = problem.known
    model = fit_areas(problem.y[known], problem.psi[known], problem.matrix[known], method=method)
    frame = _estimates(problem, model)
    names = ["constant", *map(str, covariates.columns)]
    frame.attrs["account"] = {
        "method": method,
        "sigma2": model.sigma2,
        "beta": dict(zip(names, model.beta.tolist(), strict=True)),
        "with_estimate": int(known.sum()),
        "synthetic": int((~known).sum()),
    }
    return frame


@dataclass(frozen=True)
class Aligned:
    """Direct estimates in the order of the covariates; nan where a place has none."""

    places: pd.Index
    y: Array
    psi: Array
    matrix: Array

    @property
    def known(self) -> NDArray[np.bool_]:
        """Tell which places have an estimate of their own."""
        return np.isfinite(self.y)


def align(direct: pd.DataFrame, covariates: pd.DataFrame) -> Aligned:
    """Put direct estimates beside the covariates of every place, or say which do not meet."""
    own = direct[direct["value"].notna()].set_index("place")
    for what, places in (("direct estimates", own.index), ("covariates", covariates.index)):
        if places.has_duplicates:
            twice = sorted({str(one) for one in places[places.duplicated()]})
            raise MethodError(
                f"Several {what} for {_listed(twice)}: choose one indicator, group and year."
            )
    _refuse_places(own, covariates)
    aligned = own.reindex(covariates.index)
    constant = np.ones((len(covariates), 1))
    return Aligned(
        covariates.index,
        aligned["value"].to_numpy(dtype=float),
        aligned["se"].to_numpy(dtype=float) ** 2,
        np.hstack([constant, covariates.to_numpy(dtype=float)]),
    )


def _refuse_places(own: pd.DataFrame, covariates: pd.DataFrame) -> None:
    faults = {
        "has no covariates": own.index.difference(covariates.index),
        "misses a covariate": covariates.index[covariates.isna().any(axis=1)],
        "has no standard error above 0": own.index[~(own["se"] > 0)],
    }
    told = [f"{_listed(list(found))} {what}" for what, found in faults.items() if len(found)]
    if told:
        raise MethodError(f"{'; '.join(told)}: complete these places, or leave them out.")


def _listed(places: Sequence[object], most: int = 5) -> str:
    more = f" and {len(places) - most} more" if len(places) > most else ""
    return ", ".join(str(one) for one in places[:most]) + more


def _estimates(problem: Aligned, model: AreaModel) -> pd.DataFrame:
    """Write the estimates down: composite where a place was measured, synthetic elsewhere."""
    synthetic = problem.matrix @ model.beta
    psi = np.where(problem.known, problem.psi, np.inf)
    gamma = model.sigma2 / (model.sigma2 + psi)
    y = np.where(problem.known, problem.y, synthetic)
    value = synthetic + gamma * (y - synthetic)
    mse = mean_squared_error(model.sigma2, psi, problem.matrix, model.covariance, model.method)
    se = np.sqrt(mse)
    return pd.DataFrame(
        {
            "place": problem.places,
            "value": value,
            "status": "modelled",
            "se": se,
            "low": value - terms.Z90 * se,
            "high": value + terms.Z90 * se,
            "direct": problem.y,
            "direct_se": np.sqrt(problem.psi),
            "synthetic": synthetic,
            "gamma": gamma,
        }
    )
