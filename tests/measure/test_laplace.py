"""The mode, its curvature and the marginal likelihood: against whole matrices and quadrature."""

import numpy as np
import pytest
from scipy.special import expit, log_expit
from scipy.stats import norm

from divide.measure.laplace import Mode, find_mode, marginal
from divide.measure.multilevel_rows import Problem

LOG_SIGMA = np.log([0.4, 0.7, 0.3])


def problem(seed: int = 1, rows: int = 60) -> Problem:
    """Return answers of 8 levels of the large term, with two more terms of 3 and 2 levels."""
    rng = np.random.default_rng(seed)
    trials = rng.integers(1, 9, rows).astype(float)
    ones = np.ones(rows)
    levels = 2 + rng.integers(3, size=rows), 5 + rng.integers(2, size=rows)
    return Problem(
        successes=rng.binomial(trials.astype(int), 0.3).astype(float),
        trials=trials,
        large=np.sort(np.concatenate([np.arange(8), rng.integers(8, size=rows - 8)])),
        columns=np.column_stack([0 * levels[0], 0 * levels[0] + 1, *levels]),
        values=np.column_stack([ones, rng.normal(size=rows), ones, ones]),
        term=np.array([0, 0, 1, 1, 1, 2, 2]),
        precision=np.array([0.16, 0.16, 0, 0, 0, 0, 0]),
    )


def zero(of: Problem) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(len(of.starts)), np.zeros(len(of.term))


def whole(of: Problem, mode: Mode) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows × all coefficients, their prior precisions, and the chances at the mode."""
    small = np.zeros((len(of.large), len(of.term)))
    np.put_along_axis(small, of.columns, of.values, axis=1)
    matrix = np.hstack([np.eye(8)[of.large], small])
    inverse = np.exp(-2 * LOG_SIGMA)
    precision = np.concatenate([[inverse[0]] * 8, of.precision[:2], [inverse[1]] * 3])
    precision = np.concatenate([precision, [inverse[2]] * 2])
    return matrix, precision, expit(matrix @ np.concatenate([mode.large, mode.small]))


def test_the_mode_is_level_and_the_curvature_that_of_whole_matrices() -> None:
    one = problem()
    mode = find_mode(one, LOG_SIGMA, zero(one))
    matrix, precision, chance = whole(one, mode)
    at = np.concatenate([mode.large, mode.small])
    slope = matrix.T @ (one.successes - one.trials * chance) - precision * at
    assert np.abs(slope).max() < 1e-3
    curvature = matrix.T @ (matrix * (one.trials * chance * (1 - chance))[:, None])
    curvature += np.diag(precision)
    right = np.random.default_rng(2).normal(size=len(at))
    solved = np.concatenate(mode.solve(right[:8], right[8:]))
    assert solved == pytest.approx(np.linalg.solve(curvature, right))
    assert mode.inverse == pytest.approx(np.linalg.inv(curvature)[8:, 8:])
    half = np.log(mode.diagonal).sum() / 2 + np.log(np.diag(mode.factor)).sum()
    assert half == pytest.approx(np.linalg.slogdet(curvature)[1] / 2)


def test_the_gradient_is_that_of_differences() -> None:
    one = problem()
    found = marginal(one, LOG_SIGMA, zero(one))
    start = found.mode.large, found.mode.small
    for place in range(3):
        step = 0.01 * np.eye(3)[place]
        up, down = (marginal(one, LOG_SIGMA + s, start).value for s in (step, -step))
        assert found.gradient[place] == pytest.approx((up - down) / 0.02, rel=2e-3, abs=2e-4)


def test_a_far_start_finds_the_same_mode() -> None:
    one = problem()
    near, far = zero(one), tuple(part + 30 for part in zero(one))
    found = [find_mode(one, LOG_SIGMA, start) for start in (near, far)]  # type: ignore[arg-type]
    assert found[1].large == pytest.approx(found[0].large, abs=1e-4)


def test_quadrature_agrees() -> None:
    """
    One term of five levels and a constant: the levels are independent given the constant, so the
    marginal likelihood is an integral over it of a product of five integrals.
    """
    successes, trials = np.array([12.0, 36, 2, 56, 24]), np.array([80.0, 100, 48, 120, 60])
    one = Problem(
        successes,
        trials,
        large=np.arange(5),
        columns=np.zeros((5, 1), dtype=int),
        values=np.ones((5, 1)),
        term=np.array([0]),
        precision=np.array([2.5**-2]),
    )
    sigma = 0.6
    constant, effect = np.linspace(-6, 3, 901), np.linspace(-4, 4, 801)
    steps = [norm.pdf(x, scale=s) * (x[1] - x[0]) for x, s in ((constant, 2.5), (effect, sigma))]
    logit = constant[:, None] + effect
    pairs = zip(successes, trials, strict=True)
    logs = [k * log_expit(logit) + (n - k) * log_expit(-logit) for k, n in pairs]
    given = steps[0] * np.prod(np.exp(logs) @ steps[1], axis=0)
    exact, mean = np.log(given.sum()), given @ constant / given.sum()
    found = marginal(one, np.log([sigma]), zero(one))
    # The constants of six priors and of Laplace's six dimensions cancel, but for the prior 2.5.
    assert found.value - np.log(2.5) == pytest.approx(exact, abs=0.02)
    moved = found.mode.small[0] + found.shift[1][0]
    assert moved == pytest.approx(mean, abs=0.003)
    assert abs(moved - mean) < 0.3 * abs(found.mode.small[0] - mean)
