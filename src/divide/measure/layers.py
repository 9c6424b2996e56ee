"""Lacking at least one of several necessary layers: an interval, not a rate (METHOD 2)."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.visibility import Bounds

_KEY = ["group", "place_level", "place", "register_date", "year", "tau"]


def lacks_any(rates: Sequence[Bounds]) -> Bounds:
    """
    Bound the share that lacks at least one layer, from the share that lacks each.

    Parameters
    ----------
    rates
        One per layer: the ends of its interval; 0 and 1 where it is not known.

    Notes
    -----
    [max r_l, min(1, Σ r_l)], Fréchet: at best those who lack one lack all, at worst nobody
    lacks two.

    Examples
    --------
    >>> lacks_any([Bounds(.1, .2), Bounds(.3, .3)])
    Bounds(low=0.3, high=0.5)
    >>> lacks_any([Bounds(.1, .2), Bounds(0, 1)])      # one layer is not known
    Bounds(low=0.1, high=1.0)
    """
    if not rates:
        raise MethodError("No layer given: at least one of none cannot be lacked.")
    return Bounds(low=max(one.low for one in rates), high=min(1.0, sum(one.high for one in rates)))


def lacking_any(risk: pd.DataFrame, layers: Collection[str]) -> pd.DataFrame:
    """
    Bound, group by group and place by place, who lacks at least one of some layers.

    Parameters
    ----------
    risk
        Table exclusion_risk.
    layers
        Indicators of lacking, one per layer that is spoken of. One that is not in the table, or
        not for a group, may be lacked by none or by all: it leaves the upper end at 1.

    Returns
    -------
    DataFrame
        One row per group, place and τ: `least` and `most`, the bounds at the estimated rates,
        `low` and `high`, the bounds at the ends of their intervals, `layers` and `known`, how
        many were asked for and found.

    Raises
    ------
    MethodError
        If no layer is given, or a layer stands twice for one group, place and τ.
    """
    if not len(layers):
        raise MethodError("No layer given: at least one of none cannot be lacked.")
    rows = risk[risk["indicator"].isin(list(layers))]
    if rows.duplicated([*_KEY, "indicator"]).any():
        raise MethodError("A layer stands twice for one group, place and τ: keep one source.")
    known = rows.groupby(_KEY, dropna=False, sort=False)
    everywhere = risk[_KEY].drop_duplicates(ignore_index=True).set_index(_KEY)
    found = pd.DataFrame(
        {
            "least": known["value"].max(),
            "most": known["value"].sum(),
            "low": known["low"].max(),
            "high": known["high"].sum(),
            "known": known["value"].count(),
        }
    ).reindex(everywhere.index)
    whole = (found["known"] == len(layers)) & (found["high"] < 1)
    return found.assign(
        least=found["least"].fillna(0.0),
        low=found["low"].fillna(0.0),
        most=found["most"].where(found["known"] == len(layers), 1.0).clip(upper=1.0),
        high=found["high"].where(whole, 1.0),
        known=found["known"].fillna(0).astype(np.int64),
        layers=len(layers),
    ).reset_index()
