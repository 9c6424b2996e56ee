"""An attack on what was told: take from a total what its told parts hold."""

import pandas as pd

from divide.measure.designs import Array
from divide.measure.disclosure.lattices import on_ladder
from divide.measure.disclosure.rules import rules


def subtract(rates: pd.DataFrame, sites: "pd.Series[int]") -> pd.DataFrame:
    """
    Bound how many stand behind the hidden rate of each canton, as an outsider can.

    Parameters
    ----------
    rates
        One released rate by canton and by language region: `place_level`, `place`, `value`.
    sites
        Everyone whom the rate is of, by canton: public, so the attacker knows it.

    Returns
    -------
    DataFrame
        One row per hidden canton: `canton`, `language_region`, `sites`, `least` and `most`
        that it can hold; `known`, whether these meet to less than one.

    Notes
    -----
    A region's number lies within half the step that its rate is rounded to, and so does each told
    canton's; what is left belongs to the hidden ones together, each of which holds 0 to all.

    Examples
    --------
    >>> rates = pd.DataFrame({"place_level": ["language_region", *["canton"] * 3],
    ...     "place": ["fr", "VD", "GE", "JU"], "value": [0.4, 0.4, 0.4, None]})
    >>> found = subtract(rates, pd.Series({"VD": 10, "GE": 10, "JU": 10}))
    >>> found[["least", "most"]].round(1).values.tolist()    # 12 ± .75 less 8 ± 1
    [[2.2, 5.8]]
    """
    cantons = _numbers(rates[rates["place_level"] == "canton"].set_index("place"), sites)
    region = on_ladder(cantons.reset_index(names="canton"))
    told = region.groupby("language_region")[["fewest", "greatest"]].sum()
    wholes = rates[rates["place_level"] == "language_region"].set_index("place")
    whole = _numbers(wholes, region.groupby("language_region")["sites"].sum())
    left = pd.DataFrame(
        {
            "low": whole["fewest"] - told["greatest"],
            "high": whole["greatest"] - told["fewest"],
        }
    )
    hidden = region[region["value"].isna()].join(left, on="language_region")
    others = hidden.groupby("language_region")["sites"].transform("sum") - hidden["sites"]
    least = (hidden["low"] - others).clip(lower=0)
    most = hidden["high"].clip(upper=hidden["sites"])
    bounds = hidden[["canton", "language_region", "sites"]].assign(least=least, most=most)
    return bounds.assign(known=most - least < 1).reset_index(drop=True)


def _numbers(rows: pd.DataFrame, sites: "pd.Series[int]") -> pd.DataFrame:
    """Return of how many a rate is, and between which numbers rounding leaves it."""
    known = sites.reindex(rows.index).astype(float)
    value: Array = rows["value"].to_numpy(dtype=float)
    half = known.map(lambda n: rules().step(int(n)) / 2)
    return pd.DataFrame(
        {
            "value": value,
            "sites": known,
            "fewest": (value - half) * known,
            "greatest": (value + half) * known,
        },
        index=rows.index,
    )
