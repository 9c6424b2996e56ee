"""Worlds drawn from a fitted model of places, and the model refitted to each."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.measure.area_variance import coefficients, variance
from divide.measure.areas import Aligned, align, fay_herriot
from divide.measure.parallel import map_seeds

Array = NDArray[np.float64]
BLOCK = 25  # replicates refitted at once; fixed, so that results do not hang on who works


def bootstrap_areas(
    direct: pd.DataFrame,
    covariates: pd.DataFrame,
    *,
    replicates: int = 1000,
    seed: int = 1,
    method: str = "reml",
    **run: Any,
) -> pd.DataFrame:
    """
    Check the mean squared error by drawing the model's world again and refitting it.

    Parameters
    ----------
    replicates
        Worlds drawn; rounded up to whole blocks of 25.
    seed
        Each replicate has its own, so the result is the same on any number of workers.
    **run
        Options of `parallel.map_seeds`: workers, scheduler.

    Returns
    -------
    DataFrame
        One row per place: `se` by bootstrap, as in `fay_herriot` otherwise. `attrs["sigma2"]`
        holds the refitted variances, one per replicate.

    Notes
    -----
    Parametric bootstrap, MSE = mean of (θ̂* − θ*)² (González-Manteiga et al. 2008).
    """
    problem, frame = align(direct, covariates), fay_herriot(direct, covariates, method=method)
    account = frame.attrs["account"]
    truth = (account["sigma2"], np.array(list(account["beta"].values())))
    task = partial(_refit_block, problem=problem, truth=truth, method=method)
    blocks = [(seed, first) for first in range(0, replicates, BLOCK)]
    parts = map_seeds(task, blocks, **run)
    mse = np.sum([squared for squared, _ in parts], axis=0) / (BLOCK * len(parts))
    se = np.sqrt(mse)
    low, high = frame["value"] - terms.Z90 * se, frame["value"] + terms.Z90 * se
    found = frame.assign(se=se, low=low, high=high)
    found.attrs = {"account": account, "sigma2": np.concatenate([part for _, part in parts])}
    return found


def _refit_block(
    seed: tuple[int, int], *, problem: Aligned, truth: tuple[float, Array], method: str
) -> tuple[Array, Array]:
    """Return, of one block of drawn worlds, the summed squared errors and the refitted σ²."""
    sigma2, beta = truth
    number, first = seed
    normal = np.empty((BLOCK, 2, len(problem.y)))
    for row in range(BLOCK):
        np.random.default_rng([number, first + row]).standard_normal(out=normal[row])
    theta = problem.matrix @ beta + np.sqrt(sigma2) * normal[:, 0]
    known = problem.known
    psi, matrix = problem.psi[known], problem.matrix[known]
    drawn = theta[:, known] + np.sqrt(psi) * normal[:, 1][:, known]
    again = variance(drawn, psi, matrix, restricted=method == "reml", start=sigma2)
    betas, _ = coefficients(drawn, 1 / (again[:, None] + psi), matrix)
    value = betas @ problem.matrix.T
    gamma = again[:, None] / (again[:, None] + psi)
    value[:, known] += gamma * (drawn - value[:, known])
    return ((value - theta) ** 2).sum(axis=0), again
