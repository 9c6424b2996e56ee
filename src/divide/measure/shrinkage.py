"""Rates on small bases: empirical Bayes, so that a hamlet's one case is not a hot spot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Prior:
    """
    What all places together say of one place's rate.

    Attributes
    ----------
    mean
        Rate of everyone.
    variance
        Variance of true rates between places, Marshall's moment estimate; may be below 0.
    """

    mean: float
    variance: float


def rate_prior(count: Array, base: Array) -> Prior:
    """
    Estimate mean and variance of true rates from counts and their bases.

    Parameters
    ----------
    count, base
        Persons counted and persons in all, one per place, all known; bases above 0.

    Raises
    ------
    MethodError
        If a base is not positive or a figure is not known.

    Notes
    -----
    Marshall (1991): b = Σy/Σn, a = Σ n (r − b)²/Σn − b/n̄.

    Examples
    --------
    >>> found = rate_prior(np.array([0., 40.]), np.array([20., 80.]))
    >>> found.mean, round(found.variance, 3)   # .2·.4² + .8·.1² − .4/50 = .04 − .008
    (0.4, 0.032)
    """
    if not (np.isfinite(count).all() and np.isfinite(base).all() and (base > 0).all()):
        raise MethodError("Rates need known counts and positive bases: leave out the other places.")
    mean = float(count.sum() / base.sum())
    between = float((base * (count / base - mean) ** 2).sum() / base.sum())
    return Prior(mean=mean, variance=between - mean / float(base.mean()))


def shrunken_rates(count: Array, base: Array) -> Array:
    """
    Draw rates towards the rate of everyone, the more the smaller their base.

    Notes
    -----
    Marshall (1991): b + (r − b) a/(a + b/n); where a is below 0, everyone's rate.

    Examples
    --------
    >>> shrunken_rates(np.array([0., 40.]), np.array([20., 80.])).round(3)  # trust .615, .865
    array([0.154, 0.486])
    """
    prior = rate_prior(count, base)
    between = max(prior.variance, 0.0)
    if between == 0:
        return np.full(len(base), prior.mean)
    trust = between / (between + prior.mean / base)
    return np.asarray(prior.mean + trust * (count / base - prior.mean))


def standardised_rates(count: Array, base: Array) -> Array:
    """
    Divide each rate's distance from everyone's by its standard deviation.

    What is left has one variance whatever the base, so that places may change seats.

    Notes
    -----
    Assunção & Reis (1999): (r − b)/√v with v = a + b/n, or b/n where that is not positive.

    Examples
    --------
    >>> standardised_rates(np.array([1., 3.]), np.array([10., 10.])).round(3)  # ∓ .1/√(−.01+.02)
    array([-1.,  1.])
    """
    prior = rate_prior(count, base)
    if prior.mean <= 0:
        raise MethodError("Nobody was counted anywhere: there is no rate to compare.")
    variance = prior.variance + prior.mean / base
    variance = np.where(variance > 0, variance, prior.mean / base)
    return np.asarray((count / base - prior.mean) / np.sqrt(variance))
