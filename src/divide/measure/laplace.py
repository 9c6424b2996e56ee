"""Posterior mode and Laplace marginal likelihood of a multilevel logit, by block elimination."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from divide.errors import MethodError
from divide.measure.multilevel_rows import Array, Pair, Problem

STEPS: Final = 50
CLOSE: Final = 1e-9  # of log-posterior


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

    @property
    def evidence(self) -> float:
        """Return the log marginal likelihood by Laplace's approximation, up to a constant."""
        half = np.log(self.diagonal).sum() / 2 + np.log(np.diag(self.factor)).sum()
        return self.height - float(half)

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


def find_mode(problem: Problem, log_sigma: Array, start: Pair, *, close: float = CLOSE) -> Mode:
    """
    Climb to the posterior mode by Newton's steps, halved where they go too far.

    Parameters
    ----------
    log_sigma
        Logarithm of σ, one per term.
    start
        Coefficients to begin with.
    close
        A step that promises less log-posterior than this is not taken.

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
        if float(slope[0] @ step[0] + slope[1] @ step[1]) < close:
            return mode
        here = _moved(problem, log_sigma, here, step)
    raise MethodError(f"The multilevel model does not settle in {STEPS} steps: scale covariates.")


def _point(problem: Problem, log_sigma: Array, at: Pair) -> _Point:
    large, small = at
    penalty, penalties = problem.penalties(log_sigma)
    predictor = problem.predict(large, small)
    grown = np.exp(-np.abs(predictor))
    chance = np.where(predictor > 0, 1, grown) / (1 + grown)
    softplus = np.maximum(predictor, 0) + np.log1p(grown)
    told = problem.successes @ predictor - problem.trials @ softplus
    prior = penalty * (large @ large) + (penalties * small) @ small
    height = float(told - prior / 2 - problem.sizes @ log_sigma)
    return _Point(large, small, predictor, chance, height)


def _slope(problem: Problem, log_sigma: Array, here: _Point) -> Pair:
    penalty, penalties = problem.penalties(log_sigma)
    large, small = problem.gather(problem.successes - problem.trials * here.chance)
    return large - penalty * here.large, small - penalties * here.small


def _curve(problem: Problem, log_sigma: Array, here: _Point) -> Mode:
    """Factorise the curvature at a point."""
    penalty, penalties = problem.penalties(log_sigma)
    weight = problem.trials * here.chance * (1 - here.chance)
    diagonal = np.add.reduceat(weight, problem.starts) + penalty
    size = len(penalties)
    cross = (problem.crossing @ weight).reshape(-1, size)
    ratio = cross / diagonal[:, None]
    block = (problem.pairs @ weight).reshape(size, size) - cross.T @ ratio
    block[np.diag_indices(size)] += penalties
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
        Its logarithm, by Laplace's approximation and up to a constant.
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
    inverse, projected = mode.inverse, mode.ratio @ mode.inverse
    spread = 1 / mode.diagonal + (projected * mode.ratio).sum(axis=1)
    twice = (2 - np.eye(len(inverse))) * inverse  # pairs are told once
    with_large = (problem.values * projected[problem.large[:, None], problem.columns]).sum(axis=1)
    variance = problem.pairs.T @ twice.ravel() - 2 * with_large + spread[problem.large]
    bent = variance * weight * (1 - 2 * at.chance)
    moved = mode.solve(*problem.gather(bent))
    large = mode.large @ mode.large + spread.sum() - mode.large @ moved[0]
    small = mode.small**2 + np.diag(mode.inverse) - mode.small * moved[1]
    squares = np.array([large, *np.bincount(problem.term, small)[1:]])
    return Marginal(
        value=mode.evidence,
        gradient=np.exp(-2 * log_sigma) * squares - problem.sizes,
        mode=mode,
        shift=(-moved[0] / 2, -moved[1] / 2),
    )
