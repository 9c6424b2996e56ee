"""Posterior mode and Laplace marginal likelihood of a multilevel logit, by block elimination."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from divide.errors import MethodError

Array = NDArray[np.float64]
Pair = tuple[Array, Array]
STEPS: Final = 50
CLOSE: Final = 1e-9  # a Newton step that promises less log-posterior than this is the last


@dataclass(frozen=True)
class Problem:
    """
    Answers, sorted by the term with the most levels (the large one).

    An answer belongs to one level of the large term, so of the curvature [D C'; C E] the block
    D is diagonal: a step costs one factorisation of the small block, whatever the number of
    places.

    Attributes
    ----------
    successes, trials
        Of each row: a kind of respondent in one level of the large term.
    large
        Level of the large term of each row; every level occurs.
    small
        Rows × coefficients: covariates, then one column a level of every other term.
    term
        Of each column of `small`: the number of its term (1, 2, …), or 0 for a covariate.
    precision
        Of each column of `small`: prior precision of a covariate, 0 for a level.
    """

    successes: Array
    trials: Array
    large: NDArray[np.int64]
    small: Array
    term: NDArray[np.int64]
    precision: Array

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Return the first row of each level of the large term."""
        return np.flatnonzero(np.diff(self.large, prepend=-1))

    @cached_property
    def sizes(self) -> Array:
        """Return the number of levels of each term, the large one first."""
        return np.array([len(self.starts), *np.bincount(self.term)[1:]], dtype=float)

    def penalties(self, log_sigma: Array) -> tuple[float, Array]:
        """Return prior precisions: of a level of the large term, of each small coefficient."""
        inverse = np.exp(-2 * log_sigma)
        return float(inverse[0]), np.where(self.term > 0, inverse[self.term], self.precision)


@dataclass(frozen=True)
class Mode:
    """
    The most probable coefficients under given σ, and the curvature H there.

    Attributes
    ----------
    large, small
        Coefficients.
    diagonal, ratio, factor
        D; D⁻¹C', levels × small; lower Cholesky factor of E − C D⁻¹ C'.
    height
        Log-posterior of answers and coefficients, constants of σ included.
    """

    large: Array
    small: Array
    diagonal: Array
    ratio: Array
    factor: Array
    height: float

    def solve(self, large: Array, small: Array) -> Pair:
        """Solve H x = (large, small)."""
        low = cho_solve((self.factor, True), small - self.ratio.T @ large)
        return large / self.diagonal - self.ratio @ low, low

    @cached_property
    def inverse(self) -> Array:
        """Return the small block of H⁻¹."""
        return np.asarray(cho_solve((self.factor, True), np.eye(len(self.factor))))


@dataclass(frozen=True)
class _Point:
    """Coefficients, what they predict, and their log-posterior."""

    large: Array
    small: Array
    predictor: Array
    chance: Array
    height: float


def find_mode(problem: Problem, log_sigma: Array, start: Pair) -> Mode:
    """
    Climb to the posterior mode by Newton's steps, halved where they go too far.

    Parameters
    ----------
    log_sigma
        Logarithm of σ, one per term.
    start
        Coefficients to begin with.

    Raises
    ------
    MethodError
        If fifty steps do not arrive.
    """
    here = _point(problem, log_sigma, start)
    for _ in range(STEPS):
        mode = _curve(problem, log_sigma, here)
        slope = _slope(problem, log_sigma, here)
        step = mode.solve(*slope)
        if float(slope[0] @ step[0] + slope[1] @ step[1]) < CLOSE:
            return mode
        here = _moved(problem, log_sigma, here, step)
    raise MethodError(f"The multilevel model does not settle in {STEPS} steps: scale covariates.")


def _point(problem: Problem, log_sigma: Array, at: Pair) -> _Point:
    large, small = at
    penalty, penalties = problem.penalties(log_sigma)
    predictor = problem.small @ small + large[problem.large]
    grown = np.exp(-np.abs(predictor))
    chance = np.where(predictor > 0, 1, grown) / (1 + grown)
    softplus = np.maximum(predictor, 0) + np.log1p(grown)
    told = problem.successes @ predictor - problem.trials @ softplus
    prior = penalty * (large @ large) + (penalties * small) @ small
    height = float(told - prior / 2 - problem.sizes @ log_sigma)
    return _Point(large, small, predictor, chance, height)


def _slope(problem: Problem, log_sigma: Array, here: _Point) -> Pair:
    penalty, penalties = problem.penalties(log_sigma)
    residual = problem.successes - problem.trials * here.chance
    return (
        np.add.reduceat(residual, problem.starts) - penalty * here.large,
        problem.small.T @ residual - penalties * here.small,
    )


def _curve(problem: Problem, log_sigma: Array, here: _Point) -> Mode:
    """Factorise the curvature at a point."""
    penalty, penalties = problem.penalties(log_sigma)
    weight = problem.trials * here.chance * (1 - here.chance)
    weighted = problem.small * weight[:, None]
    diagonal = np.add.reduceat(weight, problem.starts) + penalty
    cross = np.add.reduceat(weighted, problem.starts, axis=0)
    ratio = cross / diagonal[:, None]
    block = problem.small.T @ weighted - cross.T @ ratio
    block[np.diag_indices_from(block)] += penalties
    factor = np.tril(cho_factor(block, lower=True)[0])
    return Mode(here.large, here.small, diagonal, ratio, factor, here.height)


def _moved(problem: Problem, log_sigma: Array, here: _Point, step: Pair) -> _Point:
    """Take a whole step, or a half, a quarter … until it does not lead down."""
    size = 1.0
    while True:
        at = here.large + size * step[0], here.small + size * step[1]
        there = _point(problem, log_sigma, at)
        if there.height >= here.height - CLOSE or size < CLOSE:
            return there
        size /= 2


@dataclass(frozen=True)
class Marginal:
    """
    What the answers say about σ, coefficients integrated out.

    Attributes
    ----------
    value
        Log marginal likelihood by Laplace's approximation, up to a constant.
    gradient
        Its slope in log σ, one per term.
    mode
        Most probable coefficients.
    shift
        From the mode to the mean of the coefficients: the third derivative's first-order effect.
    """

    value: float
    gradient: Array
    mode: Mode
    shift: Pair


def marginal(problem: Problem, log_sigma: Array, start: Pair) -> Marginal:
    """
    Approximate the marginal likelihood of σ and its gradient.

    Notes
    -----
    log p(y|σ) ≈ log p(y, x̂|σ) − ½ log |H|. With h the variance of each row's predictor under H⁻¹
    and w' the derivative of its weight, the mode moves with σ, which changes log |H| through
    H⁻¹A'(h w'); minus half of this is also the distance from mode to mean.
    """
    mode = find_mode(problem, log_sigma, start)
    at = _point(problem, log_sigma, (mode.large, mode.small))
    weight = problem.trials * at.chance * (1 - at.chance)
    apart = problem.small - mode.ratio[problem.large]
    variance = 1 / mode.diagonal[problem.large] + ((apart @ mode.inverse) * apart).sum(axis=1)
    bent = variance * weight * (1 - 2 * at.chance)
    moved = mode.solve(np.add.reduceat(bent, problem.starts), problem.small.T @ bent)
    spread = 1 / mode.diagonal + ((mode.ratio @ mode.inverse) * mode.ratio).sum(axis=1)
    large = mode.large @ mode.large + spread.sum() - mode.large @ moved[0]
    small = mode.small**2 + np.diag(mode.inverse) - mode.small * moved[1]
    squares = np.array([large, *np.bincount(problem.term, small)[1:]])
    half = np.log(mode.diagonal).sum() / 2 + np.log(np.diag(mode.factor)).sum()
    return Marginal(
        value=mode.height - float(half),
        gradient=np.exp(-2 * log_sigma) * squares - problem.sizes,
        mode=mode,
        shift=(-moved[0] / 2, -moved[1] / 2),
    )
