"""Figures about the response: who answered, how evenly, and how far institutions differ."""

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from divide import terms
from divide.measure.frames import KEYS, sum_cells
from divide.measure.response import r_indicator, response_rates
from divide.measure.survey_tables import locate

R_INDICATOR: Final = "r_indicator"


def rates(heard: pd.DataFrame, levels: Iterable[Sequence[str]]) -> pd.DataFrame:
    """
    Tell on every level who answered: counted, so without an error.

    Parameters
    ----------
    heard
        `contributions.responses`.
    levels
        Columns of places and groups, by level.

    Examples
    --------
    >>> heard = pd.DataFrame({"indicator": "response_rate", "canton": ["VD", "VD", "UR"],
    ...                       "value": [1.0, 0.0, 1.0], "base": 1.0})
    >>> rates(heard, [(), ("canton",)])[["place", "value"]].round(2).values.tolist()
    [['CH', 0.67], ['UR', 1.0], ['VD', 0.5]]
    """
    parts = []
    for level in levels:
        columns = list(level)
        sums = heard.groupby(["indicator", *columns])[["value", "base"]].sum().reset_index()
        rows = sums.assign(value=sums["value"] / sums["base"], estimand="")
        parts.append(locate(rows, domain=columns).assign(indicator=rows["indicator"]))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(status="observed", se=0.0, low=rows["value"], high=rows["value"])


def evenness(frame: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Tell how evenly the country answered, by type, language region and size (R-indicator)."""
    cells = response_rates(sum_cells(frame, by=KEYS), answers, by=KEYS)
    value = r_indicator(cells, by=KEYS).value
    return _country(pd.DataFrame({"indicator": [R_INDICATOR], "value": [value]}), "modelled")


def means(apart: pd.DataFrame) -> pd.DataFrame:
    """Tell for the country how far institutions differ: `contributions.spreads`, as means."""
    sums = apart.groupby("indicator")[["value", "base"]].sum().reset_index()
    return _country(sums.assign(value=sums["value"] / sums["base"]), "observed")


def _country(rows: pd.DataFrame, status: str) -> pd.DataFrame:
    return rows.assign(
        group=terms.TOTAL,
        place_level="country",
        place=terms.COUNTRY,
        status=status,
        se=0.0,
        low=rows["value"],
        high=rows["value"],
    )
