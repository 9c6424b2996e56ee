"""Both axes together (METHOD 2 and 6): classes of pairs, and how many may be false."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.visibility import Bounds

# METHOD section 2: risk × visibility. "—" is a class of its own: nothing to say.
FINDINGS: Final = {
    ("higher", "visible"): "act",
    ("higher", "unknown"): "act_and_measure",
    ("higher", "invisible"): "invisible_minority",
    ("cannot_tell", "visible"): "measure_risk",
    ("cannot_tell", "unknown"): "measure_first",
    ("cannot_tell", "invisible"): "nobody_sees",
    ("not_higher", "visible"): "nothing",
    ("not_higher", "unknown"): "measure_visibility",
    ("not_higher", "invisible"): "unseen_no_sign",
}


def finding(risk: str, visibility: str) -> str:
    """
    Name the class of a pair of group and place.

    Examples
    --------
    >>> finding("cannot_tell", "unknown")
    'measure_first'
    """
    try:
        return FINDINGS[risk, visibility]
    except KeyError:
        raise MethodError(f"No class for risk {risk!r} and visibility {visibility!r}.") from None


def excluded_and_unseen(unseen: float, *, seen_rate: float | None = None) -> Bounds:
    """
    Bound the share of a group that is both excluded and unseen (METHOD section 6).

    Parameters
    ----------
    unseen
        i, the share that cannot be seen.
    seen_rate
        r_seen, the rate among those seen, if the unseen are assumed to be no better off.

    Examples
    --------
    >>> excluded_and_unseen(.18)
    Bounds(low=0.0, high=0.18)
    >>> excluded_and_unseen(.20, seen_rate=.25)
    Bounds(low=0.05, high=0.2)
    """
    return Bounds(low=unseen * (seen_rate or 0.0), high=unseen)


def keep_false_share(probabilities: Sequence[float], *, share: float) -> list[int]:
    """
    Choose pairs in order of P while the mean of 1 − P stays within the allowed share.

    Returns
    -------
    list of int
        Positions kept, most probable first.

    Examples
    --------
    >>> keep_false_share([.99, .5, .97], share=.05)   # mean of .01 and .03 is .02; with .5 .18
    [0, 2]
    """
    order = np.argsort(-np.asarray(probabilities), kind="stable")
    doubt = np.cumsum(1 - np.asarray(probabilities)[order]) / np.arange(1, len(order) + 1)
    return [int(one) for one in order[doubt <= share]]


def group_states(
    gap: NDArray[np.float64],
    se: NDArray[np.float64],
    *,
    probability: float,
    least: float,
    false_higher: float,
) -> NDArray[np.str_]:
    """
    Call a group's risk in each place: higher, not higher, or cannot tell (METHOD section 2).

    Parameters
    ----------
    gap, se
        Rate of the group less that of the rest of its place, and its standard error.
    probability
        Probability from which a state is called.
    least
        Gap, as a share, from which a risk is called higher.
    false_higher
        Expected share of false "higher" that the list may hold.

    Examples
    --------
    >>> group_states(np.array([.2, .01, .06]), np.array([.01, .01, .2]), probability=.9,
    ...              least=.05, false_higher=.05).tolist()
    ['higher', 'not_higher', 'cannot_tell']
    """
    normal = NormalDist()
    chance = np.array([normal.cdf(one) for one in gap / np.maximum(se, 1e-12)])
    called = np.flatnonzero((chance >= probability) & (gap >= least))
    kept = keep_false_share(chance[called].tolist(), share=false_higher)
    higher = np.isin(np.arange(len(gap)), called[kept])
    # P(gap < least) reaches the probability where so many errors fit between them.
    below = gap + normal.inv_cdf(probability) * se <= least
    return np.where(higher, "higher", np.where(below, "not_higher", "cannot_tell"))
