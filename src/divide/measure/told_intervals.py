"""
The intervals of the survey's figures, worked out from what left and from nothing else.

The gate lets a figure leave with the interval that holds if the silent were silent at random.
The others follow from it by arithmetic, so they tell nothing that the gate did not.
"""

from typing import Final

import numpy as np
import pandas as pd

from divide.measure import confidence
from divide.measure.contributions import COVERAGE, RATE, SPREAD
from divide.measure.data_defect import Doubt
from divide.measure.designs import Array
from divide.terms import Z95

_CELL: Final = ["place_level", "place", "group"]
_RESPONSE: Final = (RATE, COVERAGE)
# A share told by its band may lie at the band's other end.
BAND: Final = 0.25


def add_intervals(rows: pd.DataFrame, left: pd.DataFrame, doubt: Doubt) -> pd.DataFrame:
    """
    Add how much of the frame a figure rests on, and its three other intervals.

    Parameters
    ----------
    rows
        Released figures with `estimand`, `kind` ("response": of the whole frame, so without any
        further interval) and `actor`.
    left
        Everything that was released: response rates, coverage, spreads.

    Returns
    -------
    DataFrame
        `rows` with `invited`, `coverage` (share of the frame, in institutions or clients, that
        answered the question), `n_eff`, `defect_low` and `defect_high` (95 %, under the declared
        ρ), `proxy_low` and `proxy_high` (the interval `low` to `high` widened by what staff
        may get wrong of residents), `worst_low` and `worst_high` (whatever the silent would
        say), `reliability`.

    Notes
    -----
    n_eff = min(n, f/((1 − f)ρ²)), Meng (2018), eq. 3.4. σ = √(v(1 − v)) of an answer that is yes or
    no; of rates from bands the released spread, if smaller. Where coverage is hidden, it counts as
    0. An institution that left the question empty counts as one of average size.
    """
    known = (rows["value"].notna() & (rows["kind"] != "response")).to_numpy()
    response = _response(rows, left)
    cover = np.where(known, response["coverage"], np.nan)
    n_eff = _effective(rows["n"].to_numpy(dtype=float), cover, doubt.rho)
    least, most = _centre(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = np.where(n_eff > 0, Z95 * _sigma(rows, left) / np.sqrt(n_eff), 1.0)
    slack = np.where(rows["kind"] == "banded", BAND, 0.0)
    proxy = (rows["actor"] == "B").to_numpy()
    ends = {
        "defect_low": np.fmin(least - half, rows["low"]),
        "defect_high": np.fmax(most + half, rows["high"]),
        "proxy_low": np.where(proxy, rows["low"] - doubt.proxy.high, np.nan),
        "proxy_high": np.where(proxy, rows["high"] - doubt.proxy.low, np.nan),
        "worst_low": cover * np.maximum(least - slack, 0),
        "worst_high": cover * np.minimum(most + slack, 1) + 1 - cover,
    }
    told = {name: np.where(known, np.clip(one, 0, 1), np.nan) for name, one in ends.items()}
    return rows.assign(
        invited=response["invited"],
        coverage=cover,
        n_eff=np.where(known, n_eff, np.nan),
        **told,
        reliability=_reliability(rows),
    )


def _response(rows: pd.DataFrame, left: pd.DataFrame) -> dict[str, Array]:
    """Return by row how many were invited, and what share of them answered the question."""
    cells = pd.MultiIndex.from_frame(rows[_CELL])
    of = {
        name: left[left["indicator"] == name].set_index(_CELL)[["value", "n"]].reindex(cells)
        for name in _RESPONSE
    }
    rate, invited = (of[RATE][name].to_numpy(dtype=float) for name in ("value", "n"))
    whole = np.where(rows["estimand"] == "institutions", rate, of[COVERAGE]["value"])
    with np.errstate(divide="ignore", invalid="ignore"):
        asked = np.minimum(rows["n"].to_numpy(dtype=float) / (rate * invited), 1.0)
    # Hidden is not known, and what is not known bounds nothing.
    return {"invited": invited, "coverage": np.nan_to_num(whole * asked)}


def _effective(n: Array, cover: Array, rho: float) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.minimum(n, cover / ((1 - cover) * rho**2)))


def _centre(rows: pd.DataFrame) -> tuple[Array, Array]:
    """Return the least and greatest that a value stands for: of a bound, all beyond it."""
    bound = (rows["coded"] != "").to_numpy()
    value = rows["value"].to_numpy(dtype=float)
    return np.where(bound, rows["low"], value), np.where(bound, rows["high"], value)


def _sigma(rows: pd.DataFrame, left: pd.DataFrame) -> Array:
    """Return how far institutions' answers lie from each other, at most."""
    # Nearest to one half of what the value may be, which is anything where no interval is known.
    low, high = rows["low"].fillna(0.0), rows["high"].fillna(1.0)
    value = np.clip(0.5, low.to_numpy(dtype=float), high.to_numpy(dtype=float))
    spread = left[left["indicator"].str.endswith(SPREAD)].set_index("indicator")["high"]
    apart = (rows["indicator"] + SPREAD).map(spread).to_numpy(dtype=float)
    return np.asarray(np.sqrt(np.fmin(value * (1 - value), apart)))


def _reliability(rows: pd.DataFrame) -> "pd.Series[str]":
    n, value, se = (rows[name].to_numpy(dtype=float) for name in ("n", "value", "se"))
    found = pd.Series(confidence.reliability(n, value, se), index=rows.index)
    found = found.mask(rows["status"] == "unreliable", "unreliable")
    return found.where(rows["value"].notna(), "none")
