"""Places against places: which is surely higher, and which ranks that leaves (METHOD 4.4)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from divide.errors import MethodError

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BLOCK: Final = 2_000_000  # differences held at once
_LEAST: Final = 1e-12  # two places that err together have no error between them


@dataclass(frozen=True)
class Comparison:
    """
    All ordered pairs of places; row i against column j.

    Attributes
    ----------
    gap, se
        Estimate of i less that of j, and its standard error.
    surely
        Whether i is higher than j, all pairs together at the declared probability.
    critical
        Standard errors that a gap had to exceed in the last step; nan if no pair was asked.
    """

    gap: Array
    se: Array
    surely: Flags
    critical: float

    def probability(self) -> Array:
        """Return Φ(gap/se) of each pair, as if it alone had been asked."""
        with np.errstate(invalid="ignore"):
            return np.asarray(ndtr(self.gap / self.se))

    def states(self) -> NDArray[np.str_]:
        """Say of each pair, all together, whether the first is higher, lower, or neither."""
        return np.where(self.surely, "higher", np.where(self.surely.T, "lower", "cannot_tell"))

    def states_alone(self, probability: float) -> NDArray[np.str_]:
        """Say of each pair, as if it alone had been asked, what it is at a probability."""
        chance = self.probability()
        lower = np.where(chance <= 1 - probability, "lower", "cannot_tell")
        return np.where(chance >= probability, "higher", lower)


def compare_places(
    estimate: Array,
    drawn: Array,
    alone: Array,
    *,
    probability: float,
    rng: np.random.Generator,
    stepwise: bool = True,
) -> Comparison:
    """
    Tell places apart, so that no pair at all is called wrongly with this probability.

    Parameters
    ----------
    estimate
        One per place; nan where it is not known.
    drawn
        Draws × places: the estimates of each bootstrap draw, whose errors places share.
    alone
        Variance that each place has for itself: τ²κ², and that of its composition.
    stepwise
        Whether pairs that are called leave the bootstrap and the rest are asked again.

    Returns
    -------
    Comparison
        A place that is not known is neither higher nor lower than any. It is not among the pairs
        either, so that without it the others, being fewer, may be told apart a little better.

    Notes
    -----
    Mogstad, Romano, Shaikh & Wilhelm (2024): the critical value is a quantile of the largest
    studentised error of all pairs; step down after Romano & Wolf (2005). "i is not higher than
    j" and "j is not higher than i" are two hypotheses, so that a step keeps the direction.

    Examples
    --------
    >>> rng, even = np.random.default_rng(1), np.zeros((4000, 2))
    >>> found = compare_places(np.array([.3, .1]), even, np.full(2, .005), probability=.9, rng=rng)
    >>> found.states().tolist()     # .2 is two standard errors of .1; 1.645 are needed
    [['cannot_tell', 'higher'], ['lower', 'cannot_tell']]
    """
    _check(estimate, drawn, alone)
    known = np.isfinite(estimate)
    size = len(estimate)
    surely, critical = np.zeros((size, size), dtype=bool), float("nan")
    gap = estimate[:, None] - estimate[None, :]
    se = np.full((size, size), np.nan)
    if known.any():
        errors = drawn[:, known] - drawn[:, known].mean(axis=0)
        se[np.ix_(known, known)] = _errors_between(errors, alone[known])
        errors = errors + rng.standard_normal(errors.shape) * np.sqrt(alone[known])
        inside = gap[np.ix_(known, known)] / se[np.ix_(known, known)]
        called, critical = _call(inside, errors, se[np.ix_(known, known)], probability, stepwise)
        surely[np.ix_(known, known)] = called
    return Comparison(gap, se, surely, critical)


def _check(estimate: Array, drawn: Array, alone: Array) -> None:
    if drawn.shape[1:] != estimate.shape or alone.shape != estimate.shape:
        raise MethodError(
            f"{len(estimate)} estimates need as many columns of draws and variances; got "
            f"{drawn.shape[1]} and {len(alone)}."
        )
    known = np.isfinite(estimate)
    if not (np.isfinite(drawn[:, known]).all() and (alone[known] >= 0).all()):
        raise MethodError("A known place needs known draws and a variance: leave out the others.")


def _errors_between(errors: Array, alone: Array) -> Array:
    shared = errors.T @ errors / len(errors)
    own = np.diag(shared) + alone
    variance = own[:, None] + own[None, :] - 2 * shared
    return np.asarray(np.sqrt(np.maximum(variance, _LEAST**2)))


def _call(
    studentised: Array, errors: Array, se: Array, probability: float, stepwise: bool
) -> tuple[Flags, float]:
    asked = ~np.eye(len(se), dtype=bool)
    called, critical = np.zeros_like(asked), float("nan")
    while asked.any():
        critical = float(np.quantile(_largest(errors, np.where(asked, 1 / se, 0.0)), probability))
        found = asked & (studentised > critical)
        called, asked = called | found, asked & ~found
        if not (stepwise and found.any()):
            break
    return called, critical


def _largest(errors: Array, inverse: Array) -> Array:
    """Return, draw by draw, the largest studentised error of the pairs asked."""
    block = max(1, _BLOCK // inverse.size)
    largest = np.empty(len(errors))
    for start in range(0, len(errors), block):
        some = errors[start : start + block]
        differences = (some[:, :, None] - some[:, None, :]) * inverse
        largest[start : start + block] = differences.max(axis=(1, 2))
    return largest


@dataclass(frozen=True)
class RankSets:
    """
    Ranks that each place may hold, all together at the declared probability; 1 is highest.

    Attributes
    ----------
    best, worst
        One per place; nan where the place is not known.
    possible
        Whether a ranking may be shown: half of the sets hold at most half of the ranks.
    """

    best: Array
    worst: Array
    possible: bool


def rank_sets(estimate: Array, surely: Flags) -> RankSets:
    """
    Turn "surely higher" into sets of ranks.

    Parameters
    ----------
    estimate
        One per place; nan where it is not known. Such a place is given no rank, but may stand
        anywhere, so that deleting it makes no other's rank surer.
    surely
        Row i, column j: whether i is higher than j, of `compare_places`.

    Notes
    -----
    Mogstad et al. (2024): 1 + places surely higher, to all places less those surely lower.

    Examples
    --------
    >>> surely = np.array([[False, True, True], [False, False, False], [False, False, False]])
    >>> found = rank_sets(np.array([.5, .2, .1]), surely)
    >>> found.best, found.worst, found.possible   # widths 1, 2, 2 of three ranks
    (array([1., 2., 2.]), array([1., 3., 3.]), False)
    """
    known = np.isfinite(estimate)
    best = np.where(known, 1.0 + surely.sum(axis=0), np.nan)
    worst = np.where(known, len(estimate) - surely.sum(axis=1), np.nan)
    width = np.where(known, worst - best + 1, len(estimate))
    return RankSets(best, worst, bool(np.median(width) <= len(estimate) / 2))
