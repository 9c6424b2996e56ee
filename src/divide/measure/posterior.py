"""Draws from the posterior of a multilevel logit, the uncertainty of its variances included."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.special import ndtri

from divide.measure.laplace import Marginal, Mode, find_mode, marginal
from divide.measure.multilevel_rows import Array, Pair, Problem

POINTS: Final = 40  # values of σ under which coefficients are drawn
WIDER: Final = 1.4  # than the normal at the mode is the one that points are drawn from
WIDEST: Final = 2.0  # largest standard deviation of a log σ that answers hardly tell
STEP: Final = 0.05  # of the differences that tell the curvature in log σ
ROUGHLY: Final = 1e-4  # of log-posterior: enough for a mode that others surround


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


@dataclass(frozen=True)
class _Peak:
    """The most probable log σ, what is found there, and the root of its covariance."""

    log_sigma: Array
    found: Marginal
    root: Array


def draw_posterior(problem: Problem, *, draws: int, seed: int) -> Draws:
    """
    Find the posterior of σ, and draw coefficients under several σ, each as often as probable.

    The prior of each σ is half-normal with scale 1. Coefficients are drawn in pairs that lie
    opposite each other, so that their mean needs few draws.
    """
    peak = _climb(problem)
    points = _even_points(len(peak.log_sigma)) * WIDER
    sigmas = peak.log_sigma + points @ peak.root.T
    modes = [_mode_near(problem, peak, one) for one in sigmas]
    heights = np.array([_height(s, m.evidence) for s, m in zip(sigmas, modes, strict=True)])
    # What is probable counts by how seldom such points were taken.
    weights = heights + (points**2).sum(axis=1) / WIDER**2 / 2
    shares = np.exp(weights - weights.max())
    parts = _allotted(shares / shares.sum(), draws)
    rng = np.random.default_rng(seed)
    drawn = [_draw(mode, part, rng) for mode, part in zip(modes, parts, strict=True)]
    large, small = (np.concatenate([one[place] for one in drawn]) for place in (0, 1))
    shift = peak.found.shift
    spread = np.sqrt((peak.root**2).sum(axis=1))
    sigma = np.exp(sigmas).repeat(parts, axis=0)
    return Draws(large + shift[0], small + shift[1], sigma, peak.log_sigma, spread)


def _height(log_sigma: Array, evidence: float) -> float:
    """Return the log-posterior of log σ: half-normal prior, and its change of variable."""
    return evidence + float((log_sigma - np.exp(2 * log_sigma) / 2).sum())


def _slope(log_sigma: Array, found: Marginal) -> Array:
    return np.asarray(found.gradient + 1 - np.exp(2 * log_sigma))


def _climb(problem: Problem) -> _Peak:
    """Find the most probable log σ, and how fast probability falls around it."""
    at = np.zeros(len(problem.starts)), np.zeros(len(problem.term))

    def downhill(log_sigma: Array) -> tuple[float, Array]:
        nonlocal at
        found = marginal(problem, log_sigma, at)
        at = found.mode.large, found.mode.small
        return -_height(log_sigma, found.value), -_slope(log_sigma, found)

    first = np.log(np.full(len(problem.sizes), 0.5))
    # Of q effects each tells at most two units of information about log σ.
    options: Any = {"gtol": 1e-2, "hess_inv0": np.diag(1 / (problem.sizes + 2))}
    log_sigma = minimize(downhill, first, jac=True, method="BFGS", options=options).x
    best = marginal(problem, log_sigma, at)
    slopes = [
        _slope(moved, marginal(problem, moved, (best.mode.large, best.mode.small)))
        for moved in log_sigma + STEP * np.eye(len(log_sigma))
    ]
    curvature = (_slope(log_sigma, best) - np.array(slopes)) / STEP
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    return _Peak(log_sigma, best, vectors / np.sqrt(np.maximum(values, WIDEST**-2)))


def _even_points(count: int) -> Array:
    """Return normal points spread evenly: an additive recurrence (Roberts 2018)."""
    golden = 1.5
    for _ in range(50):
        golden = (1 + golden) ** (1 / (count + 1))
    steps = golden ** -np.arange(1.0, count + 1)
    return np.asarray(ndtri((0.5 + np.arange(1, POINTS + 1)[:, None] * steps) % 1))


def _mode_near(problem: Problem, peak: _Peak, log_sigma: Array) -> Mode:
    """Find the mode under another σ, beginning where one step from the peak leads."""
    mode = peak.found.mode
    before, after = problem.penalties(peak.log_sigma), problem.penalties(log_sigma)
    start: Pair = mode.solve(
        (before[0] - after[0]) * mode.large, (before[1] - after[1]) * mode.small
    )
    return find_mode(
        problem, log_sigma, (mode.large + start[0], mode.small + start[1]), close=ROUGHLY
    )


def _allotted(shares: Array, draws: int) -> NDArray[np.int64]:
    """Share draws out so that their sum is kept."""
    return np.diff(np.round(np.cumsum([0.0, *shares]) * draws)).astype(int)


def _draw(mode: Mode, count: int, rng: np.random.Generator) -> Pair:
    """Draw coefficients from the normal at a mode, in pairs on opposite sides."""
    half = (count + 1) // 2
    small = solve_triangular(mode.factor.T, rng.standard_normal((len(mode.small), half))).T
    large = rng.standard_normal((half, len(mode.large))) / np.sqrt(mode.diagonal)
    large -= small @ mode.ratio.T
    return (
        np.concatenate([large, -large])[:count] + mode.large,
        np.concatenate([small, -small])[:count] + mode.small,
    )
