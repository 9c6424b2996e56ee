"""Local Moran and its permutations: how alike a place and its neighbours are, beyond chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.neighbours import Neighbours, Whole

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BLOCK: Final = 8192  # permutations drawn at once: some megabytes
_TIE: Final = 1e-9  # sums in another order differ by so little, and are equal


@dataclass(frozen=True)
class LocalMoran:
    """
    Local Moran of each place; nan where it cannot be told.

    Attributes
    ----------
    value
        I of each place: product of its own and its neighbours' mean deviation, over m₂.
    own, lag
        Deviations from the mean of all known places: the place's, and its neighbours' mean.
    p, q
        Two-sided p-value, and the false-discovery rate at which the place would be called.
    neighbours
        Neighbours that are known.
    """

    value: Array
    own: Array
    lag: Array
    p: Array
    q: Array
    neighbours: Whole


def local_moran(
    score: Array,
    neighbours: Neighbours,
    *,
    permutations: int,
    rng: np.random.Generator,
    least_known: float = 0.5,
) -> LocalMoran:
    """
    Compare each place with its neighbours, and with as many places drawn from all others.

    Parameters
    ----------
    score
        The quantity, one per place of `neighbours`; nan where it is not known.
    permutations
        Draws of neighbours for each place.
    least_known
        Share of a place's neighbours that must be known, else it cannot be told.

    Raises
    ------
    MethodError
        If the quantity does not vary among known places.

    Notes
    -----
    Anselin (1995), conditional permutation; weights of a place's known neighbours sum to 1.
    Nothing is imputed: a place that is not known is nobody's neighbour.
    """
    known = np.isfinite(score)
    own = score - score[known].mean() if known.any() else score
    spread = float((own[known] ** 2).mean()) if known.any() else 0.0
    if spread <= 0:
        raise MethodError("The quantity does not vary between places: there is no hot spot.")
    starts, others = _among(neighbours, known)
    count = np.diff(starts)
    told = known & (count > 0) & (count >= least_known * np.diff(neighbours.starts))
    # A segment without neighbours would be given its successor's first.
    total = np.add.reduceat(np.append(own[others], 0.0), starts[:-1]) * (count > 0)
    at = (np.cumsum(known) - 1)[told]
    tails = permuted_tails(
        own[known], at, count[told], total[told], permutations=permutations, rng=rng
    )
    p = np.minimum(2 * (tails.min(axis=0) + 1) / (permutations + 1), 1.0)
    lag = total[told] / count[told]
    return LocalMoran(
        value=_spread_out(own[told] * lag / spread, told),
        own=own,
        lag=_spread_out(lag, told),
        p=_spread_out(p, told),
        q=_spread_out(false_discovery_rates(p), told),
        neighbours=count,
    )


def _spread_out(found: Array, told: Flags) -> Array:
    everywhere = np.full(len(told), np.nan)
    everywhere[told] = found
    return everywhere


def _among(neighbours: Neighbours, known: Flags) -> tuple[Whole, Whole]:
    """Keep neighbours that are known; those of unknown places too."""
    own = np.repeat(np.arange(len(known)), np.diff(neighbours.starts))
    kept = known[neighbours.others]
    counts = np.bincount(own[kept], minlength=len(known))
    return np.concatenate([[0], np.cumsum(counts)]), neighbours.others[kept]


def false_discovery_rates(p: Array) -> Array:
    """
    Return for each p-value the smallest false-discovery rate at which it would be called.

    Notes
    -----
    Benjamini & Hochberg (1995); for local statistics Caldas de Castro & Singer (2006).

    Examples
    --------
    >>> false_discovery_rates(np.array([.01, .5, .02])).round(2)   # .01·3/1 and .02·3/2
    array([0.03, 0.5 , 0.03])
    """
    order = np.argsort(p, kind="stable")
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q


def permuted_tails(
    score: Array,
    at: Whole,
    count: Whole,
    total: Array,
    *,
    permutations: int,
    rng: np.random.Generator,
) -> Whole:
    """
    Count the draws of neighbours whose sum is at least, and at most, what was seen.

    Parameters
    ----------
    score
        The quantity of every known place.
    at, count, total
        Of each place to be tested: its position in `score`, its neighbours, their sum.

    Returns
    -------
    Array
        Two rows, at least and at most; a column a place.

    Notes
    -----
    All places share one sequence of places drawn without replacement: the first k of it that
    are not the place itself are k of the others, drawn alike. So the sums of the first k serve
    every place with k neighbours, but for the draws in which it stands among them itself.
    """
    tails = np.zeros((2, len(at)), dtype=np.int64)
    if not len(at):
        return tails
    slack = _TIE * np.abs(score).max() * count
    reach = int(count.max()) + 1
    seat = np.full(len(score), -1)
    seat[at] = np.arange(len(at))
    for start in range(0, permutations, _BLOCK):
        drawn = draw_places(len(score), reach, min(_BLOCK, permutations - start), rng=rng)
        sums = np.cumsum(score[drawn], axis=0)
        _count_alike(tails, sums, count, (total - slack, total + slack))
        _correct_own(tails, sums, seat[drawn], (score[at], count, total, slack))
    return tails


def _count_alike(tails: Whole, sums: Array, count: Whole, limits: tuple[Array, Array]) -> None:
    """Count, for places with equally many neighbours, in one sorted row of sums."""
    for k in np.unique(count):
        rows = np.flatnonzero(count == k)
        ordered = np.sort(sums[k - 1])
        tails[0, rows] += len(ordered) - np.searchsorted(ordered, limits[0][rows], side="left")
        tails[1, rows] += np.searchsorted(ordered, limits[1][rows], side="right")


def _correct_own(
    tails: Whole, sums: Array, seats: Whole, tested: tuple[Array, Whole, Array, Array]
) -> None:
    """Where a place was drawn as its own neighbour, take the next place drawn instead."""
    own, count, total, slack = tested
    reach = np.where(seats >= 0, count[seats], 0)
    order, draw = np.nonzero(np.arange(len(seats))[:, None] < reach)
    one = seats[order, draw]
    wrong = sums[count[one] - 1, draw] - total[one]
    right = sums[count[one], draw] - own[one] - total[one]
    for row, sign in enumerate((1, -1)):
        moved = (sign * right >= -slack[one]).astype(float) - (sign * wrong >= -slack[one])
        tails[row] += np.bincount(one, weights=moved, minlength=len(count)).astype(np.int64)


def draw_places(places: int, length: int, draws: int, *, rng: np.random.Generator) -> Whole:
    """
    Draw sequences of places without replacement, all orders equally likely.

    Returns
    -------
    Array
        Length × draws.

    Examples
    --------
    >>> sorted(draw_places(3, 3, 1, rng=np.random.default_rng(1)).ravel().tolist())
    [0, 1, 2]
    """
    drawn = np.empty((length, draws), dtype=np.int64)
    ordered = np.empty_like(drawn)
    for step in range(length):
        # The r-th of those left: one further for each earlier one that it reaches.
        one = rng.integers(0, places - step, draws)
        for earlier in ordered[:step]:
            one += one >= earlier
        drawn[step] = one
        for earlier in ordered[:step]:
            low = np.minimum(earlier, one)
            np.maximum(earlier, one, out=one)
            earlier[:] = low
        ordered[step] = one
    return drawn
