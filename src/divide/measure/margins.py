"""A logit fitted to published margins (METHOD 4.1): estimating equations, not microdata."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import expit

from divide.errors import MethodError
from divide.measure.roundings import within_rounding

Array = NDArray[np.float64]

# A published share of exactly 0 or 1 has no finite logit; beyond this a fit has run away.
_FARTHEST: Final = 25.0
# How far inside the attainable polytope targets must lie for the plain equations.
_INTERIOR: Final = 1e-7
# How closely margins must be met, as a share of everyone.
_MET: Final = 1e-6


@dataclass(frozen=True)
class Fit:
    """
    Coefficients of a margins logit.

    Attributes
    ----------
    beta
        One per column of the design.
    penalised
        Whether Firth's penalty was needed because a target lies on the border of
        what is attainable (a published "100 % ± 0").
    """

    beta: Array
    penalised: bool


def attainable(design: Array, counts: Array, targets: Array) -> bool:
    """
    Tell whether the margins logit has a solution, by linear programming.

    It has one exactly when some shares strictly between 0 and 1 meet every target:
    the largest slack t with t <= share <= 1 - t is positive.

    Parameters
    ----------
    design
        Cells × columns, 0 or 1.
    counts
        Persons in each cell.
    targets
        Persons having the attribute in each column's category.

    Examples
    --------
    >>> X = np.array([[1., 0.], [1., 1.]])
    >>> attainable(X, np.array([10., 10.]), np.array([5., 2.]))
    True
    >>> attainable(X, np.array([10., 10.]), np.array([5., 0.]))
    False
    """
    cells, scale = len(counts), counts.sum()
    equations = np.hstack([(design * counts[:, None]).T, np.zeros((design.shape[1], 1))]) / scale
    eye, ones = np.eye(cells), np.ones((cells, 1))
    bounds_lhs = np.vstack([np.hstack([-eye, ones]), np.hstack([eye, ones])])
    bounds_rhs = np.concatenate([np.zeros(cells), np.ones(cells)])
    objective = np.zeros(cells + 1)
    objective[-1] = -1.0
    found = linprog(
        objective,
        A_ub=bounds_lhs,
        b_ub=bounds_rhs,
        A_eq=equations,
        b_eq=targets / scale,
        bounds=[(0, 1)] * cells + [(None, None)],
    )
    return found.x is not None and found.status == 0 and bool(found.x[-1] > _INTERIOR)


def fit(design: Array, counts: Array, targets: Array, *, sample_size: float) -> Fit:
    """
    Solve Σ_k N_k x_kj (expit(x_k'β) − p_j) = 0 for every column j (METHOD 4.1).

    Parameters
    ----------
    design
        Cells × columns, 0 or 1, of full column rank.
    counts
        N_k, persons of the survey's own population in each cell.
    targets
        T_j = N_j p_j, persons having the attribute in each column's category.
    sample_size
        Persons interviewed; it scales Firth's penalty and nothing else.

    Raises
    ------
    MethodError
        If shapes disagree, the design is rank deficient, or targets contradict each other by
        more than their rounding.

    Examples
    --------
    >>> X = np.array([[1., 0.], [1., 1.]])
    >>> found = fit(X, np.array([10., 10.]), np.array([7., 2.]), sample_size=20)
    >>> expit(X @ found.beta).round(3), found.penalised
    (array([0.5, 0.2]), False)
    """
    _check(design, counts, targets)
    penalised = not attainable(design, counts, targets)
    more = {"sample_size": sample_size}
    beta = fit_many(design, counts, targets[None, :], penalised=penalised, **more)[0]
    if not _tame(design[counts > 0], beta[None, :]).all():
        # Firth's penalty mends a border, not a contradiction.
        targets, penalised = within_rounding(design, counts, targets), True
        beta = fit_many(design, counts, targets[None, :], penalised=True, **more)[0]
    # The plain equations are tried first; where they fail, fit_many has used the penalty.
    off = np.abs((counts * expit(design @ beta)) @ design - targets).max()
    return Fit(beta=beta, penalised=penalised or bool(off > _MET * counts.sum()))


def fit_many(
    design: Array, counts: Array, targets: Array, *, sample_size: float, penalised: bool
) -> Array:
    """
    Solve the margins logit for many sets of targets at once.

    Parameters
    ----------
    targets
        Replicates × columns.
    penalised
        Whether Firth's penalty is used for all of them. If not, it is still used for
        replicates whose plain equations have no solution.

    Returns
    -------
    Array
        Replicates × columns.
    """
    scale = sample_size / counts.sum()
    sample, wanted = counts * scale, targets * scale
    if penalised:
        return _solve(design, sample, wanted, firth=True)
    beta = _solve(design, sample, wanted, firth=False)
    lost = ~_meets(design, sample, wanted, beta)
    if lost.any():
        beta[lost] = _solve(design, sample, wanted[lost], firth=True)
    return beta


def _check(design: Array, counts: Array, targets: Array) -> None:
    cells, columns = design.shape
    if counts.shape != (cells,) or targets.shape != (columns,):
        raise MethodError(
            f"Design of {cells} cells × {columns} columns needs as many counts and targets; "
            f"got {counts.shape[0]} and {targets.shape[0]}."
        )
    if not (np.isfinite(counts).all() and np.isfinite(targets).all() and (counts >= 0).all()):
        raise MethodError("Counts and targets must be known and not negative: leave out the rest.")
    if np.linalg.matrix_rank(design[counts > 0]) < columns:
        raise MethodError("Columns of the design repeat each other: use `independent_columns`.")


def _meets(design: Array, sample: Array, wanted: Array, beta: Array) -> NDArray[np.bool_]:
    gap = np.abs((sample * expit(beta @ design.T)) @ design - wanted).max(axis=1)
    return np.asarray(_tame(design, beta) & (gap <= _MET * sample.sum()))


def _tame(design: Array, beta: Array) -> NDArray[np.bool_]:
    """Tell which replicates stayed where a published share can lie."""
    finite = np.isfinite(beta).all(axis=1)
    return np.asarray(finite & (np.abs(beta @ design.T).max(axis=1) < _FARTHEST))


def _solve(design: Array, sample: Array, wanted: Array, *, firth: bool) -> Array:
    """Climb the (penalised) likelihood of all replicates by Fisher scoring, steps halved."""
    beta = np.zeros((len(wanted), design.shape[1]))
    height = _height(design, sample, wanted, beta, firth=firth)
    for _ in range(200):
        step = _step(design, sample, wanted, beta, firth=firth)
        size = np.ones((len(beta), 1))
        for _ in range(30):
            trial = beta + size * step
            reached = _height(design, sample, wanted, trial, firth=firth)
            worse = reached < height - 1e-12 * np.abs(height)
            if not worse.any():
                break
            size[worse] /= 2
        gained, beta, height = np.abs(size * step).max(), trial, reached
        if gained < 1e-9 or np.abs(beta).max() > 4 * _FARTHEST:
            break
    return beta


def _height(design: Array, sample: Array, wanted: Array, beta: Array, *, firth: bool) -> Array:
    logit = beta @ design.T
    height = (wanted * beta).sum(axis=1) - np.logaddexp(0, logit) @ sample
    if firth:
        height += 0.5 * np.linalg.slogdet(_information(design, sample, expit(logit)))[1]
    return np.asarray(height)


def _information(design: Array, sample: Array, share: Array) -> Array:
    weight = sample * share * (1 - share)
    information = (weight @ _pairs(design)).reshape(-1, design.shape[1], design.shape[1])
    return np.asarray(information + 1e-10 * np.eye(design.shape[1]))


def _pairs(design: Array) -> Array:
    """Return each cell's x x' as one row, so that an information matrix is one product."""
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _step(design: Array, sample: Array, wanted: Array, beta: Array, *, firth: bool) -> Array:
    share = expit(beta @ design.T)
    information = _information(design, sample, share)
    score = wanted - (sample * share) @ design
    if firth:
        # Firth (1993): each cell's score is pulled to 1/2 by its leverage.
        inverse = np.linalg.inv(information).reshape(len(beta), -1)
        leverage = sample * share * (1 - share) * (inverse @ _pairs(design).T)
        score = score + (leverage * (0.5 - share)) @ design
    return np.asarray(np.linalg.solve(information, score[:, :, None])[:, :, 0])


def independent_columns(design: Array, counts: Array) -> list[int]:
    """
    Choose, from the left, the columns that are not a combination of earlier ones.

    Examples
    --------
    >>> independent_columns(np.array([[1., 1., 0.], [1., 0., 1.]]), np.ones(2))
    [0, 1]
    """
    chosen: list[int] = []
    populated = design[counts > 0]
    for column in range(design.shape[1]):
        if np.linalg.matrix_rank(populated[:, [*chosen, column]]) == len(chosen) + 1:
            chosen.append(column)
    return chosen
