"""What a result may hang on, each with its distribution (METHOD 7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from divide.errors import MethodError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """
    One uncertain or chosen ingredient.

    Attributes
    ----------
    name
        The model gets its values under this name.
    quantile
        Turns probabilities between 0 and 1 into values.
    learnable
        Whether a measurement could tell it: the noise of margins or an unknown rung, not a
        threshold, which is chosen.
    """

    name: str
    quantile: Callable[[Array], NDArray[Any]]
    learnable: bool = True


def uniform(name: str, low: float, high: float, *, learnable: bool = True) -> Factor:
    """
    Let every value between two ends be as probable.

    Examples
    --------
    >>> uniform("tau", 0, 0.3).quantile(np.array([0.5])).round(2)
    array([0.15])
    """
    if not low < high:
        raise MethodError(f"{name} runs from {low} to {high}: the first must be the smaller.")
    return Factor(name, lambda chance: low + (high - low) * chance, learnable)


def normal(name: str, mean: float, sd: float, *, learnable: bool = True) -> Factor:
    """Let a factor be normal, with its mean and standard deviation."""
    if not sd > 0:
        raise MethodError(f"{name} has a standard deviation of {sd}: it must be above 0.")
    return Factor(name, lambda chance: mean + sd * ndtri(chance), learnable)


def triangular(
    name: str, low: float, mode: float, high: float, *, learnable: bool = True
) -> Factor:
    """
    Let values near one be the most probable, and none beyond two ends possible.

    Examples
    --------
    >>> triangular("gap", 0, 0, 1).quantile(np.array([0.75])).round(2)   # (1 − x)² = .25
    array([0.5])
    """
    if not (low <= mode <= high and low < high):
        raise MethodError(f"{name}: {low}, {mode}, {high} must stand in this order.")
    width, left = high - low, mode - low

    def quantile(chance: Array) -> Array:
        rising = low + np.sqrt(chance * width * left)
        falling = high - np.sqrt((1 - chance) * width * (width - left))
        return np.where(chance < left / width, rising, falling)

    return Factor(name, quantile, learnable)


def choice(
    name: str,
    values: Sequence[Any],
    *,
    weights: Sequence[float] | None = None,
    learnable: bool = False,
) -> Factor:
    """
    Let a factor be one of several values: a threshold, a year, a source, the number of a draw.

    Parameters
    ----------
    weights
        How probable each is, up to a factor; alike if not given.

    Examples
    --------
    >>> choice("layers", ["any", "all"]).quantile(np.array([0.2, 0.8])).tolist()
    ['any', 'all']
    """
    options = np.asarray(values)
    shares = np.ones(len(options)) if weights is None else np.asarray(weights, dtype=float)
    if len(options) < 1 or len(shares) != len(options) or not (shares > 0).all():
        raise MethodError(f"{name} needs one weight above 0 for each of its values.")
    ends = np.cumsum(shares / shares.sum())[:-1]
    return Factor(name, lambda chance: options[np.searchsorted(ends, chance, "right")], learnable)
