"""
Estimates of the institution survey by domain: means, shares, totals, ratios, quantiles.

Two estimands, always named: *institutions*, each counting as one, and *people*, each
institution counting with its clients (`designs.of_people`).
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from divide.errors import MethodError
from divide.measure import confidence
from divide.measure.designs import Array, Codes, Design
from divide.measure.domains import Domains, Labels, answers_of, split, table
from divide.measure.variances import domain_variances


def estimate_means(design: Design, values: ArrayLike, *, domains: Labels = None) -> pd.DataFrame:
    """
    Estimate the mean of a number per institution, or per client's institution.

    Parameters
    ----------
    values
        One number per answer; NaN where none was given.
    domains
        One label per answer, or several columns of them; None: one domain.

    Returns
    -------
    DataFrame
        See `domains.table`.

    Examples
    --------
    >>> from divide.measure.designs import survey_design
    >>> rows = pd.DataFrame({"weight": [2.0, 2.0], "frame": [4, 4]})
    >>> found = estimate_means(survey_design(rows, population="frame"), [1, 3])
    >>> found[["value", "se"]].round(4).values.tolist()     # se: √((1 − 2/4)/2 · 2) = .7071
    [[2.0, 0.7071]]
    """
    groups, told = split(design, values, domains)
    value, se = _means(design, groups, told, np.ones(len(told)))
    return table(design, groups, statistic="mean", value=value, se=se)


def estimate_ratios(
    design: Design, numerator: ArrayLike, denominator: ArrayLike, *, domains: Labels = None
) -> pd.DataFrame:
    """Estimate Σ numerator / Σ denominator; an answer counts if it gave both."""
    below = np.asarray(denominator, dtype=float)
    above = np.where(np.isfinite(below), np.asarray(numerator, dtype=float), np.nan)
    groups, told = split(design, above, domains)
    value, se = _means(design, groups, told, np.where(np.isfinite(below), below, 0.0))
    return table(design, groups, statistic="ratio", value=value, se=se)


def estimate_totals(design: Design, values: ArrayLike, *, domains: Labels = None) -> pd.DataFrame:
    """Estimate the total over the frame; institutions that gave no number count as 0."""
    groups, told = split(design, values, domains)
    spread = domain_variances(design, groups.code, told * design.size, count=groups.count)
    return table(design, groups, statistic="total", value=groups.sums(told), se=np.sqrt(spread))


def estimate_shares(
    design: Design, values: ArrayLike, *, domains: Labels = None, interval: str = "logit"
) -> pd.DataFrame:
    """
    Estimate the share of institutions, or of their clients, to which something applies.

    Parameters
    ----------
    values
        1 where it applies, 0 where not, NaN where it is not known.
    interval
        `logit` or `beta`, see `confidence.share_limits`.

    Raises
    ------
    MethodError
        If a value is neither 0 nor 1: a share within an institution is averaged by
        `estimate_means`, or estimated from its bands (`institutions`).
    """
    groups, told = split(design, values, domains)
    if not np.isin(told, (0.0, 1.0)).all():
        raise MethodError("Values of a share are 1, 0 or missing: use estimate_means for others.")
    value, se = _means(design, groups, told, np.ones(len(told)))
    n, df = answers_of(design, groups)
    limits = confidence.share_limits(value, se, n, df, interval=interval)
    return table(design, groups, statistic="share", value=value, se=se, limits=limits)


def estimate_quantiles(
    design: Design, values: ArrayLike, *, probability: float = 0.5, domains: Labels = None
) -> pd.DataFrame:
    """
    Estimate a quantile, by default the median, with Woodruff's (1952) interval.

    Notes
    -----
    The smallest value at which the weighted distribution reaches the probability. Its
    limits are the quantiles at the limits of the share of values up to it, F ± t·se(F);
    the standard error is their distance over 2t. A limit outside 0 to 1 is not known.

    Examples
    --------
    >>> from divide.measure.designs import survey_design
    >>> design = survey_design(pd.DataFrame({"weight": [1.0, 1, 1, 5]}))
    >>> float(estimate_quantiles(design, [10, 20, 30, 40])["value"].iloc[0])
    40.0
    """
    if not 0 < probability < 1:
        raise MethodError(f"Probability {probability} of a quantile: above 0 and below 1.")
    groups, told = split(design, values, domains)
    inside = [np.flatnonzero(groups.code == one) for one in range(groups.count)]
    ordered: list[Codes] = [rows[np.argsort(told[rows], kind="stable")] for rows in inside]
    value = _at(groups, told, ordered, np.full(groups.count, probability))
    below = np.where(told <= groups.each(value), 1.0, 0.0)
    share, se = _means(design, groups, below, np.ones(len(told)))
    _, df = answers_of(design, groups)
    low, high = confidence.mean_limits(share, se, df)
    limits = _at(groups, told, ordered, low), _at(groups, told, ordered, high)
    width = (limits[1] - limits[0]) / (2 * confidence.quantile_t(df))
    return table(design, groups, statistic="quantile", value=value, se=width, limits=limits)


def _means(design: Design, groups: Domains, above: Array, below: Array) -> tuple[Array, Array]:
    """Return Σ weight × above / Σ weight × below by domain, and its standard error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = groups.sums(below)
        value = groups.sums(above) / total
        scores = (above - groups.each(value) * below) * groups.each(1 / total)
    spread = domain_variances(design, groups.code, scores * design.size, count=groups.count)
    return value, np.sqrt(spread)


def _at(groups: Domains, told: Array, ordered: list[Codes], probability: Array) -> Array:
    """Return the smallest value at which each domain's distribution reaches a probability."""
    found = np.full(groups.count, np.nan)
    for number, rows in enumerate(ordered):
        wanted = probability[number]
        if len(rows) and 0 <= wanted <= 1:
            reached = np.cumsum(groups.weight[rows])
            # Sums of weights meet a probability but for their last digits.
            place = np.searchsorted(reached, wanted * reached[-1] * (1 - 1e-13))
            found[number] = told[rows[min(int(place), len(rows) - 1)]]
    return found
