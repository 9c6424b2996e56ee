"""Rungs of the visibility ladder together: bounds and states (METHOD 2 and 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from divide import catalog
from divide.errors import MethodError


@dataclass(frozen=True)
class Bounds:
    """An interval that a quantity is known to lie in."""

    low: float
    high: float


def nested_rungs() -> list[str]:
    """Return the rungs that are nested shares of one population and may be combined."""
    return [name for name, rung in catalog.facts("rungs").items() if rung["nested"]]


def combine_rungs(rungs: Sequence[Bounds]) -> Bounds:
    """
    Bound the share that passes every rung when the conditional shares are not published.

    Notes
    -----
    [max(0, ΣL − (K − 1)), min L], Fréchet; METHOD section 3.

    Examples
    --------
    >>> combine_rungs([Bounds(.9, .9), Bounds(.8, .8)])     # .9 + .8 − 1 = .7
    Bounds(low=0.7, high=0.8)
    """
    if not rungs:
        raise MethodError("No rung given: a ladder needs at least one.")
    low = round(sum(one.low for one in rungs) - (len(rungs) - 1), 12)
    high = min(one.high for one in rungs)
    return Bounds(low=min(max(0.0, low), high), high=high)


def visibility_state(visible: Bounds, *, threshold: float) -> str:
    """
    Name a group's visibility: visible, invisible, or unknown (METHOD section 2).

    Examples
    --------
    >>> visibility_state(Bounds(.5, .9), threshold=2 / 3)
    'unknown'
    """
    if visible.high < threshold:
        return "invisible"
    return "visible" if visible.low >= threshold else "unknown"
