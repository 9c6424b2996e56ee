"""The visibility ladder of people aged 80 and over (METHOD 3) and both axes together (6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

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


def visibility(living: pd.DataFrame) -> pd.DataFrame:
    """
    Build the ladder of people aged 80+ in each canton and the country.

    Parameters
    ----------
    living
        Table living_arrangements with `in_private_household_share` of `age:80_plus`.

    Returns
    -------
    DataFrame
        One row per place and rung. L2 is as its source says. L1 is not known for this group:
        it lies between the lowest documented neighbour and 1. L3 has no lower bound: the
        survey stops at 88 and the share of people 89+ is not among the figures at hand.
        L4 to L7 are not measured yet: status missing, no bounds.
    """
    rows = living[
        (living["indicator"] == "in_private_household_share") & (living["group"] == "age:80_plus")
    ]
    if rows.empty:
        raise MethodError(
            "No share of people 80+ in private households: build living_arrangements."
        )
    return pd.concat([_ladder(row) for _, row in rows.iterrows()], ignore_index=True)


def _ladder(row: pd.Series) -> pd.DataFrame:
    shared = row[["group", "place_level", "place", "register_date", "year", "source", "edition"]]
    seen = row["value"]
    # Not known is anything from none to all, never none (METHOD 3): NaN would say neither.
    least, most = (0.0, 1.0) if pd.isna(seen) else (seen, seen)
    rungs = list(catalog.facts("rungs"))
    bounds = {"L1": (least, 1.0), "L2": (least, most), "L3": (0.0, 1.0)}
    ladder = pd.DataFrame({"rung": rungs, **{str(k): v for k, v in shared.items()}})
    ladder["indicator"] = "visibility_share"
    ladder["value"] = [seen if rung == "L2" else None for rung in rungs]
    ladder["value"] = ladder["value"].astype(float)
    ladder["status"] = [row["status"] if rung == "L2" else "missing" for rung in rungs]
    ladder["low"] = [bounds[rung][0] if rung in bounds else float("nan") for rung in rungs]
    ladder["high"] = [bounds[rung][1] if rung in bounds else float("nan") for rung in rungs]
    return ladder
