"""How much places differ beyond their mix: τ and its interval, by moments (METHOD 4.3)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]

_DRAWS: Final = 20_000


@dataclass(frozen=True)
class Tau:
    """
    An estimate of τ with its interval.

    Attributes
    ----------
    value
        Standard deviation of unexplained local differences, on the logit scale.
    low, high
        Interval at the declared probability; wide where regions are few.
    places
        How many gaps it rests on.
    """

    value: float
    low: float
    high: float
    places: int


def estimate_tau(
    gap: Array,
    local: Array,
    *,
    shares: Array | None = None,
    drawn: Array | None = None,
    probability: float = 0.90,
    seed: int = 20210331,
    draws: int = _DRAWS,
) -> Tau:
    """
    Estimate τ by moments from gaps between direct and synthetic estimates.

    Parameters
    ----------
    gap
        Direct less synthetic estimate, one per region or place.
    local
        Coefficient of τ² in each gap: κ_G² Σ_c ω²_{c|G} of a region, κ_c² of a place.
    shares
        Shares of the regions in the population that synthetic estimates are benchmarked to; the
        benchmark takes the mean shock out of every gap. None if there is no benchmark.
    drawn
        Draws × regions: sampling errors of the gaps. None if both sides are known.

    Returns
    -------
    Tau
        τ̂² = max{0, Σ(gap² − v) / tr A}: v are variances of the draws, A = P diag(local) P' with
        P = I − 1·shares', or I without a benchmark, where tr A is METHOD 4.3's Σ κ² Σ ω². The
        interval holds every τ under which a sum of squares such as the one seen is not among
        the outer ones; it is simulated, because three regions follow no normal law. Gaps that
        are smaller than their errors, by luck, leave it as wide as gaps of their errors' size.

    Raises
    ------
    MethodError
        If a gap or its coefficient is not known, or nothing could differ.

    Examples
    --------
    >>> found = estimate_tau(np.array([.03, -.04]), np.array([.02, .03]))   # .0025/.05 = .05
    >>> round(found.value, 4)
    0.2236
    """
    _check(gap, local, shares, drawn)
    size = len(gap)
    centring = np.eye(size) - (0.0 if shares is None else np.outer(np.ones(size), shares))
    spread = centring * np.sqrt(local)
    errors = np.zeros((1, size)) if drawn is None else drawn - drawn.mean(axis=0)
    seen = float((gap**2).sum())
    square = (seen - float((errors**2).mean(axis=0).sum())) / float((spread**2).sum())
    rng = np.random.default_rng(seed)
    noise = errors[rng.integers(0, len(errors), draws)]
    shocks = rng.standard_normal((draws, size)) @ spread.T
    outside = (1 - probability) / 2
    luck = max(seen, float((noise**2).sum(axis=1).mean()))
    return Tau(
        value=max(square, 0.0) ** 0.5,
        low=float(np.quantile(_meeting(seen, noise, shocks), outside)),
        high=float(np.quantile(_meeting(luck, noise, shocks), 1 - outside)),
        places=size,
    )


def _meeting(seen: float, noise: Array, shocks: Array) -> Array:
    """Return, draw by draw, the τ at which noise + τ·shocks have the sum of squares seen."""
    squared = (shocks**2).sum(axis=1)
    crossed = (noise * shocks).sum(axis=1)
    left = (noise**2).sum(axis=1) - seen
    root = np.sqrt(np.maximum(crossed**2 - squared * left, 0.0))
    # Where the noise alone is as large as what was seen, no local difference is needed.
    return np.where(left >= 0, 0.0, (root - crossed) / squared)


def _check(gap: Array, local: Array, shares: Array | None, drawn: Array | None) -> None:
    size = gap.shape
    given = [local, *([] if shares is None else [shares])]
    if any(one.shape != size for one in given) or (drawn is not None and drawn.shape[1:] != size):
        raise MethodError(f"{len(gap)} gaps need as many coefficients, shares, columns of draws.")
    if not np.isfinite(np.concatenate([gap, *given])).all() or (local < 0).any():
        raise MethodError("Gaps and their coefficients must be known: leave out the other places.")
    if not (local > 0).any() or (shares is not None and len(gap) < 2):
        raise MethodError("One benchmarked place, or none with people, tells no local difference.")
