"""Draws from the posterior of a multilevel logit, the uncertainty of its variances included."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from divide.measure.laplace import Array, Marginal, Pair, Problem, marginal

# Points at √(terms) · REACH standard deviations on each axis of the posterior of log σ (central
# composite design without its corners; Rue, Martino & Chopin 2009, 6.5).
REACH: Final = 1.1
STEP: Final = 0.05  # of the differences that tell its curvature
WIDEST: Final = 2.0  # largest standard deviation of a log σ that answers hardly tell


@dataclass(frozen=True)
class Draws:
    """
    Draws from the posterior.

    Attributes
    ----------
    large, small
        Draws × coefficients.
    sigma
        Draws × terms; it takes as many values as points were explored.
    log_sigma, spread
        Most probable log σ, and its standard deviation; one per term.
    """

    large: Array
    small: Array
    sigma: Array
    log_sigma: Array
    spread: Array


def draw_posterior(problem: Problem, *, draws: int, seed: int) -> Draws:
    """
    Find the posterior of σ, and draw coefficients under several σ, each as often as probable.

    The prior of each σ is half-normal with scale 1. Coefficients are drawn in pairs that lie
    opposite each other, so that their mean needs few draws.
    """
    start = np.zeros(len(problem.starts)), np.zeros(len(problem.term))
    best, root = _explore(problem, start)
    points = _points(problem, best, root)
    heights = np.array([_height(log_sigma, found) for log_sigma, found in points])
    count = len(problem.sizes)
    outer = np.exp(heights[1:] - heights[0] + count * REACH**2 / 2)
    shares = np.array([1 - REACH**-2, *(outer / (2 * count * REACH**2))])
    parts = _allotted(shares / shares.sum(), draws)
    rng = np.random.default_rng(seed)
    drawn = [
        _draw(found, log_sigma, part, rng)
        for (log_sigma, found), part in zip(points, parts, strict=True)
    ]
    large, small, sigma = (np.concatenate([one[place] for one in drawn]) for place in range(3))
    return Draws(large, small, sigma, best[0], np.sqrt((root**2).sum(axis=1)))


def _height(log_sigma: Array, found: Marginal) -> float:
    """Return the log-posterior of log σ: half-normal prior, and its change of variable."""
    return found.value + float((log_sigma - np.exp(2 * log_sigma) / 2).sum())


def _slope(log_sigma: Array, found: Marginal) -> Array:
    return np.asarray(found.gradient + 1 - np.exp(2 * log_sigma))


def _explore(problem: Problem, start: Pair) -> tuple[tuple[Array, Marginal], Array]:
    """Return the most probable log σ with what is found there, and the root of its covariance."""
    at = start

    def downhill(log_sigma: Array) -> tuple[float, Array]:
        nonlocal at
        found = marginal(problem, log_sigma, at)
        at = found.mode.large, found.mode.small
        return -_height(log_sigma, found), -_slope(log_sigma, found)

    first = np.log(np.full(len(problem.sizes), 0.5))
    log_sigma = minimize(downhill, first, jac=True, method="BFGS", options={"gtol": 1e-2}).x
    best = marginal(problem, log_sigma, at)
    slopes = [
        _slope(moved, marginal(problem, moved, (best.mode.large, best.mode.small)))
        for moved in log_sigma + STEP * np.eye(len(log_sigma))
    ]
    curvature = (_slope(log_sigma, best) - np.array(slopes)) / STEP
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    spread = 1 / np.sqrt(np.maximum(values, WIDEST**-2))
    return (log_sigma, best), vectors * spread


def _points(
    problem: Problem, best: tuple[Array, Marginal], root: Array
) -> list[tuple[Array, Marginal]]:
    """Return the most probable log σ, and others around it on every axis."""
    log_sigma, found = best
    far = REACH * np.sqrt(len(log_sigma)) * root.T
    at = found.mode.large, found.mode.small
    around = [log_sigma + sign * axis for axis in far for sign in (1, -1)]
    return [best, *((one, marginal(problem, one, at)) for one in around)]


def _allotted(shares: Array, draws: int) -> NDArray[np.int64]:
    """Share draws out so that their sum is kept."""
    return np.diff(np.round(np.cumsum([0.0, *shares]) * draws)).astype(int)


def _draw(
    found: Marginal, log_sigma: Array, count: int, rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Draw coefficients from the normal at the mode, moved to their mean."""
    mode = found.mode
    half = (count + 1) // 2
    small = solve_triangular(mode.factor.T, rng.standard_normal((len(mode.small), half))).T
    large = rng.standard_normal((half, len(mode.large))) / np.sqrt(mode.diagonal)
    large -= small @ mode.ratio.T
    return (
        np.concatenate([large, -large])[:count] + mode.large + found.shift[0],
        np.concatenate([small, -small])[:count] + mode.small + found.shift[1],
        np.tile(np.exp(log_sigma), (count, 1)),
    )
