"""Intervals of an estimate, and whether it may be relied on."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit, stdtrit

from divide.errors import MethodError
from divide.measure.designs import Array

LEVEL: Final = 0.95
# SURVEY: unreliable under 10 institutions or above this coefficient of variation.
LEAST: Final = 10
FLAGGED_CV: Final = 0.165
UNRELIABLE_CV: Final = 0.30
SHARE_INTERVALS: Final = ("logit", "beta")


def quantile_t(df: Array, *, level: float = LEVEL) -> Array:
    """Return the factor of a two-sided t interval; NaN without a degree of freedom."""
    return np.asarray(stdtrit(np.where(df >= 1, df, np.nan), (1 + level) / 2))


def mean_limits(value: Array, se: Array, df: Array) -> tuple[Array, Array]:
    """
    Return the t interval of a mean or total.

    Examples
    --------
    >>> low, high = mean_limits(np.array([10.]), np.array([1.]), np.array([4.]))
    >>> low.round(3), high.round(3)     # t of 4 degrees is 2.776
    (array([7.224]), array([12.776]))
    """
    width = quantile_t(df) * se
    return value - width, value + width


def share_limits(
    share: Array, se: Array, n: Array, df: Array, *, interval: str = "logit"
) -> tuple[Array, Array]:
    """
    Return an interval of a share that stays within 0 and 1; never Wald's.

    Parameters
    ----------
    n
        Answers behind the share.
    interval
        `logit`, or `beta` (Korn & Graubard 1998). A share of exactly 0 or 1 has no logit and
        no variance: it always gets the beta interval of its n answers.

    Notes
    -----
    Logit: expit(logit p ± t·se/(p(1 − p))). Beta: Clopper and Pearson's limits with
    p(1 − p)/se² effective answers, times (t_{n−1}/t_df)².

    Examples
    --------
    >>> none = np.array([0.]), np.array([0.]), np.array([10.]), np.array([9.])
    >>> [one.round(4).tolist() for one in share_limits(*none)]      # 1 − .025^(1/10)
    [[0.0], [0.3085]]
    """
    if interval not in SHARE_INTERVALS:
        raise MethodError(f"Interval {interval!r} of a share: logit or beta expected.")
    spread = share * (1 - share)
    sharp = (spread > 0) & (se == 0)  # the whole frame answered
    use_beta = (spread == 0) | (interval == "beta")
    with np.errstate(divide="ignore", invalid="ignore"):
        step = quantile_t(df) * se / spread
        plain = [expit(logit(share) - step), expit(logit(share) + step)]
        shrink = (quantile_t(n - 1) / quantile_t(df)) ** 2
        # Without a spread nothing tells the design's effect: the answers count as they are.
        effective = np.where(spread > 0, spread / se**2 * shrink, n)
    exact = clopper_pearson(share * effective, effective)
    low, high = (np.where(use_beta, e, p) for e, p in zip(exact, plain, strict=True))
    return np.where(sharp, share, low), np.where(sharp, share, high)


def clopper_pearson(successes: Array, trials: Array) -> tuple[Array, Array]:
    """Return Clopper and Pearson's limits, numbers need not be whole."""
    tail = (1 - LEVEL) / 2
    with np.errstate(invalid="ignore"):  # of endlessly many trials
        failures = trials - successes
        low = betaincinv(successes, failures + 1, tail)
        high = betaincinv(successes + 1, failures, 1 - tail)
    return np.where(successes <= 0, 0.0, low), np.where(failures <= 0, 1.0, high)


def reliability(n: Array, value: Array, se: Array) -> NDArray[np.str_]:
    """
    Say of each estimate: reliable, flagged or unreliable.

    Unreliable under 10 institutions or from a coefficient of variation above 0.30; flagged
    from 0.165 on, and where the value is 0 and so has no such coefficient.

    Examples
    --------
    >>> reliability(np.array([9, 50, 50, 50]), np.ones(4), np.array([0, .31, .2, .1])).tolist()
    ['unreliable', 'unreliable', 'flagged', 'reliable']
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = se / np.abs(value)
    poor = (n < LEAST) | (np.isfinite(cv) & (cv > UNRELIABLE_CV))
    doubtful = ~np.isfinite(cv) | (cv >= FLAGGED_CV)
    return np.where(poor, "unreliable", np.where(doubtful, "flagged", "reliable"))
