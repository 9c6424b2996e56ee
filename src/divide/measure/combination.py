"""Both axes together (METHOD 2 and 6): classes, bounds in shares and persons."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.visibility import Bounds, combine_rungs, nested_rungs, visibility_state
from divide.terms import CANTONS, COUNTRY

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


def invisible_minorities(
    living: pd.DataFrame,
    visibility: pd.DataFrame,
    use: pd.DataFrame,
    *,
    year: int,
    threshold: float,
) -> pd.DataFrame:
    """
    Bound, for people aged 80+, who is both offline and outside the national survey's frame.

    Parameters
    ----------
    living
        Table living_arrangements: share and persons 80+ in private households.
    visibility
        Table visibility.
    use
        Table internet_use; the rate of people 60+ stands in for those 80+ of whom none is
        published, under the assumption that the older are no better off; the low end of its
        interval, because a bound must hold.
    year
        Year of the survey.
    threshold
        Share from which a group counts as visible.

    Returns
    -------
    DataFrame
        One row per place. `value` is the share outside private households (observed);
        `low` and `high` bound the share excluded and outside, `low` under the assumption;
        `persons_low` and `persons_high` the same in persons.
    """
    older = _least_of_older(use, year)
    shares = _by_place(living, "in_private_household_share")
    persons = _by_place(living, "persons_in_private_household")
    rows = []
    for place, row in shares.iterrows():
        outside = 1 - row["value"]
        known = pd.notna(outside)
        bounds = excluded_and_unseen(outside, seen_rate=older) if known else Bounds(0.0, 1.0)
        everyone = _persons(persons, str(place)) / row["value"]
        state = visibility_state(nested_bounds(visibility, str(place)), threshold=threshold)
        rows.append(
            {
                **row[["group", "place_level", "register_date", "year", "source", "edition"]],
                "indicator": "outside_private_household_share",
                "place": place,
                "value": outside,
                "status": row["status"],
                "layer_indicator": "no_internet_use_3m",
                # No published rate is this group's own: 60+ is not 80+ (METHOD section 2).
                "risk_state": "cannot_tell",
                "visibility_state": state,
                "reach_state": "unknown",
                "finding": finding("cannot_tell", state),
                "low": bounds.low,
                "high": bounds.high,
                "persons_low": bounds.low * everyone,
                "persons_high": bounds.high * everyone,
            }
        )
    return pd.DataFrame(rows)


def _least_of_older(use: pd.DataFrame, year: int) -> float:
    """Return the low end of the published interval of people 60+ who were not online."""
    rows = use[
        (use["indicator"] == "internet_use_3m")
        & (use["group"] == "age:60_plus")
        & (use["year"] == year)
    ]
    if rows["value"].notna().sum() != 1:
        raise MethodError(f"No internet use of people 60+ in {year}: rebuild internet_use.")
    return 1 - float(rows["high"].iloc[0])


def _by_place(living: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rows = living[(living["indicator"] == indicator) & (living["group"] == "age:80_plus")]
    return rows.set_index("place")


def _persons(persons: pd.DataFrame, place: str) -> float:
    """Return a place's persons; the country's are the sum of its cantons, if all are known."""
    own = persons.loc[persons.index == place, "value"]
    if len(own) == 1:
        return float(own.iloc[0])
    cantons = persons[persons["place_level"] == "canton"]["value"]
    if place != COUNTRY or len(cantons) != len(CANTONS):
        raise MethodError(f"No persons 80+ in private households for {place}.")
    return float(cantons.sum(skipna=False))


def nested_bounds(visibility: pd.DataFrame, place: str) -> Bounds:
    """Return the bounds of V_stat: the nested rungs of a place, combined (METHOD section 3)."""
    rows = visibility[(visibility["place"] == place) & visibility["rung"].isin(nested_rungs())]
    ends = rows[["low", "high"]].to_numpy(dtype=float)
    return combine_rungs([Bounds(float(low), float(high)) for low, high in ends])
