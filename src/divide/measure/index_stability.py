"""What drawn ranks say: intervals, pairs that change order, and the choice that moves most."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.index_robustness import Draws

BLOCK = 128  # units whose ranks are sorted at once


def rank_intervals(draws: Draws, *, level: float = 0.90) -> pd.DataFrame:
    """
    Tell between which ranks each unit lies in `level` of the draws.

    Returns
    -------
    DataFrame
        One row per unit, best nominal rank first: `place`, `nominal`, `low` and `high` of the
        interval, `median`, `best`, `worst`, `share_first` (draws in which it leads). Units with
        a missing indicator come last, without any rank.

    Notes
    -----
    Quantiles are ranks that occurred (inverse of the empirical distribution), never a mean of two.
    """
    count, units = draws.ranks.shape
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    places = [0, *(max(int(np.ceil(end * count - 1e-9)) - 1, 0) for end in ends), count - 1]
    found = np.empty((5, units), dtype=np.uint16)
    for start in range(0, units, BLOCK):
        part = np.sort(draws.ranks[:, start : start + BLOCK].T, axis=1)
        found[:, start : start + BLOCK] = part[:, places].T
    names = ("best", "low", "median", "high", "worst")
    frame = pd.DataFrame(dict(zip(names, found.astype(float), strict=True)))
    frame.insert(0, "place", draws.units)
    frame.insert(1, "nominal", draws.nominal.astype(float))
    frame["share_first"] = (draws.ranks == 1).mean(axis=0)
    ordered = frame.sort_values("nominal", kind="stable").set_index("place")
    return ordered.reindex([*ordered.index, *draws.unranked]).reset_index()


def order_changes(draws: Draws, units: Sequence[str] | None = None) -> pd.DataFrame:
    """
    Tell of pairs of units in which share of the draws they stand the other way round.

    Parameters
    ----------
    units
        Compare all of these with each other; None compares neighbours in the nominal order.

    Returns
    -------
    DataFrame
        One row per pair: `place` (nominally better), `other`, `changed`, `tied` (shares of
        draws). Near .5 the index cannot tell the two.

    Raises
    ------
    MethodError
        If a unit is not ranked.
    """
    order = np.argsort(draws.nominal, kind="stable")
    if units is not None:
        unknown = sorted(set(units) - set(draws.units))
        if unknown:
            raise MethodError(f"Not ranked: {', '.join(unknown)}. Choose units with all figures.")
        order = order[draws.units.isin(units)[order]]
    better, worse = _pairs(order, neighbours=units is None)
    pairs = zip(better, worse, strict=True)
    shares = [_changed(draws.ranks[:, one], draws.ranks[:, two]) for one, two in pairs]
    changed, tied = np.array(shares, dtype=float).reshape(-1, 2).T
    return pd.DataFrame(
        {
            "place": draws.units[better],
            "other": draws.units[worse],
            "changed": changed,
            "tied": tied,
        }
    )


def _pairs(
    order: NDArray[np.int64], *, neighbours: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if neighbours:
        return order[:-1], order[1:]
    first, second = np.triu_indices(len(order), k=1)
    return order[first], order[second]


def _changed(better: NDArray[np.uint16], worse: NDArray[np.uint16]) -> tuple[float, float]:
    return float((better > worse).mean()), float((better == worse).mean())


def shifts_by_choice(draws: Draws) -> pd.DataFrame:
    """
    Tell how many ranks units move on average, choice by choice.

    Returns
    -------
    DataFrame
        One row per choice that occurred: `choice` (pair or left_out), `option`, `draws`,
        `shift` (mean of |rank − nominal| over draws and units).
    """
    shift = np.empty(len(draws.ranks))
    nominal = draws.nominal.astype(np.int32)
    for row, ranks in enumerate(draws.ranks):
        shift[row] = np.abs(ranks - nominal).mean()
    pairs = np.array([" + ".join(pair) for pair in draws.choices.pairs])
    left = np.array([*draws.indicators, "nothing"])  # position −1 is the last
    told = [
        pd.DataFrame({"choice": choice, "option": options, "shift": shift})
        for choice, options in (("pair", pairs[draws.pair]), ("left_out", left[draws.left_out]))
    ]
    grouped = pd.concat(told).groupby(["choice", "option"])["shift"]
    found = pd.DataFrame({"draws": grouped.size(), "shift": grouped.mean()}).reset_index()
    return found.sort_values(["choice", "shift"], ascending=[True, False], ignore_index=True)
