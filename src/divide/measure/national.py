"""Groups in the whole country, as the survey publishes them; and groups it publishes nothing of."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy.special import ndtr

from divide import terms
from divide.measure import cells as survey
from divide.measure.combination import group_states
from divide.measure.fits import Setting

_NOTHING = ("value", "se", "low", "high", "gap", "gap_se", "probability", "tipping_point")


def national_risk(use: DataFrame, lacking: Mapping[str, str], setting: Setting) -> DataFrame:
    """
    Hold published groups to the rest of the country, without any model.

    Parameters
    ----------
    use
        Table internet_use.
    lacking
        Indicator of lacking → the published indicator it is the complement of.
    setting
        Declared parameters.

    Returns
    -------
    DataFrame
        Rows of the table exclusion_risk for the country, observed. Local differences do not
        touch them: the same under every τ, and there is no tipping point.

    Notes
    -----
    The rest's rate and error are what the published total leaves over: t = π g + (1 − π) r,
    Var t = π² Var g + (1 − π)² Var r, so the gap's variance is Var g + Var r.
    """
    cells = survey.survey_cells(use, year=setting.year, respondents=setting.respondents)
    rows = []
    for indicator, positive in lacking.items():
        rates = survey.lacking_rates(use, positive, year=setting.year)
        for group in setting.groups:
            part = float(cells.counts[cells.members(group)].sum() / cells.counts.sum())
            told = _held(rates, group, part) if group in rates.share else None
            rows += [_row(indicator, group, tau, told, setting) for tau in setting.taus]
    return DataFrame(rows)


def _held(rates: survey.Rates, group: str, part: float) -> dict[str, float]:
    share, total = rates.share[group], rates.share[terms.TOTAL]
    own, all_ = rates.se[group] ** 2, rates.se[terms.TOTAL] ** 2
    rest = (total - part * share) / (1 - part)
    left = max(all_ - part**2 * own, 0.0) / (1 - part) ** 2
    return {"value": share, "se": own**0.5, "gap": share - rest, "gap_se": (own + left) ** 0.5}


def _row(
    indicator: str, group: str, tau: float, told: dict[str, float] | None, setting: Setting
) -> dict[str, object]:
    row: dict[str, object] = {**dict.fromkeys(_NOTHING, np.nan), "state": "cannot_tell"}
    if told:
        gap, error = np.array([told["gap"]]), np.array([max(told["gap_se"], 1e-12)])
        states = group_states(
            gap,
            error,
            probability=setting.probability,
            least=setting.gap,
            false_higher=setting.false_higher,
        )
        ends = (told["value"] - terms.Z90 * told["se"], told["value"] + terms.Z90 * told["se"])
        row |= {**told, "low": max(ends[0], 0.0), "high": min(ends[1], 1.0)}
        row |= {"probability": float(ndtr(gap / error)[0]), "state": str(states[0])}
    return {
        "indicator": indicator,
        "group": group,
        "place_level": "country",
        "place": terms.COUNTRY,
        "register_date": None,
        "year": setting.year,
        "status": "observed" if told else "missing",
        "tau": tau,
        "compared_with": "rest_of_place",
        **row,
    }


def unknown_risk(
    groups: Iterable[str], indicators: Iterable[str], places: DataFrame, setting: Setting
) -> DataFrame:
    """
    List groups that nothing is published of: in every place and layer, "cannot tell".

    Returns
    -------
    DataFrame
        Rows of the table exclusion_risk, status missing.
    """
    keys = pd.MultiIndex.from_product(
        [indicators, groups, setting.taus], names=["indicator", "group", "tau"]
    ).to_frame(index=False)
    where = places[["place_level", "place"]]
    frame = keys.merge(where, how="cross").assign(register_date=None, year=setting.year)
    blank = dict.fromkeys(_NOTHING, np.nan)
    return frame.assign(
        **blank, status="missing", compared_with="rest_of_place", state="cannot_tell"
    )
