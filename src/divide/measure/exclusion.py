"""Exclusion risk of groups and places: the margins engine run over indicators (METHOD 4)."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from divide import terms
from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import margins, synthetic
from divide.measure.combination import keep_false_share

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """Declared parameters of a run: what is drawn, compared and decided."""

    year: int
    respondents: int
    taus: tuple[float, ...]
    crosses: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    draws: int
    seed: int
    probability: float
    gap: float
    false_higher: float = 0.05


@dataclass(frozen=True)
class Model:
    """A fitted indicator: cell rates, their draws, and the shift that meets the published total."""

    share: Array
    drawn: Array
    published: float
    penalised: bool


def exclusion_risk(
    use: pd.DataFrame,
    composition: pd.DataFrame,
    lacking: Mapping[str, str],
    setting: Setting,
) -> pd.DataFrame:
    """
    Estimate how many lack something, place by place and group by group.

    Parameters
    ----------
    use
        Table internet_use.
    composition
        Table composition: modelled persons by place and cell.
    lacking
        Indicator of lacking → the published indicator it is the complement of.
    setting
        Declared parameters.

    Returns
    -------
    DataFrame
        One row per indicator, group, place and τ. `value` is the expected share, status
        modelled, `low` and `high` its 90 % interval; `gap` the difference to the country
        (group total) or to the rest of the place (other groups).

    Raises
    ------
    MethodError
        If a place's composition lacks cells.
    """
    cells = survey.survey_cells(use, year=setting.year, respondents=setting.respondents)
    counts = _place_counts(composition, cells)
    blocks, account = [], {}
    for indicator, positive in lacking.items():
        model = fit_indicator(use, positive, cells, setting)
        account[indicator] = _account(
            model, cells, survey.lacking_rates(use, positive, year=setting.year)
        )
        for one in _compare(indicator, model, cells, counts, setting):
            blocks += [_rows(one, counts.index, tau, setting) for tau in setting.taus]
    frame = pd.concat(blocks, ignore_index=True)
    frame.attrs["account"] = {"fits": account, "mismatch": _mismatch(counts, cells)}
    return frame


def _account(model: Model, cells: survey.Cells, rates: survey.Rates) -> dict[str, Any]:
    """Say whether Firth's penalty was needed, and which published cell is fitted worst."""
    gaps = {
        group: float(fitted - rates.share[group])
        for group, fitted in zip(cells.groups, model.share, strict=True)
        if group in rates.share
    }
    worst = max(gaps, key=lambda group: abs(gaps[group]))
    return {
        "firth": model.penalised,
        "worst_cell": worst,
        "published": round(rates.share[worst], 4),
        "fitted": round(rates.share[worst] + gaps[worst], 4),
        "published_se": round(rates.se[worst], 4),
    }


def _mismatch(counts: pd.DataFrame, cells: survey.Cells) -> dict[str, list[int]]:
    """Set the survey's population beside the composition's: they disagree, and it is told."""
    composed = counts.sum().to_numpy(dtype=float)
    told = {}
    for name, values in survey.DIMENSIONS.items():
        for value in values:
            inside = cells.members(f"{name}:{value}")
            both = (cells.counts[inside].sum(), composed[inside].sum())
            told[f"{name}:{value}"] = [round(float(one)) for one in both]
    return told


def fit_indicator(use: pd.DataFrame, positive: str, cells: survey.Cells, setting: Setting) -> Model:
    """Fit the margins logit to one indicator's published rates and draw from their intervals."""
    rates = survey.lacking_rates(use, positive, year=setting.year)
    matrix, groups = survey.design(cells, rates, crosses=setting.crosses)
    kept = margins.independent_columns(matrix, cells.counts)
    matrix, groups = matrix[:, kept], tuple(groups[one] for one in kept)
    size = np.array([cells.counts[cells.members(group)].sum() for group in groups])
    targets = size * np.array([rates.share[group] for group in groups])
    found = margins.fit(matrix, cells.counts, targets, sample_size=cells.respondents)
    share = expit(matrix @ found.beta)
    rng = np.random.default_rng([setting.seed, zlib.crc32(positive.encode())])
    drawn = survey.draw_shares(cells, rates, share, draws=setting.draws, rng=rng)
    betas = margins.fit_many(
        matrix,
        cells.counts,
        (drawn * cells.counts) @ matrix,
        sample_size=cells.respondents,
        penalised=found.penalised,
    )
    return Model(share, expit(betas @ matrix.T), rates.share[terms.TOTAL], found.penalised)


def _place_counts(composition: pd.DataFrame, cells: survey.Cells) -> pd.DataFrame:
    wide = composition.pivot(index="place", columns="group", values="value")
    wide = wide.reindex(columns=list(cells.groups))
    bad = wide.index[wide.isna().any(axis=1)].tolist()
    if bad or wide.empty:
        raise MethodError(
            f"Composition lacks cells for {', '.join(bad) or 'every place'}: "
            "rebuild it (divide build composition)."
        )
    return wide


@dataclass(frozen=True)
class _Compared:
    """One indicator of one group in every place: its rate, and its gap to what it is held to."""

    indicator: str
    group: str
    rate: synthetic.Spread
    gap: synthetic.Spread
    shift: float = 0.0


def _compare(
    indicator: str, model: Model, cells: survey.Cells, counts: pd.DataFrame, setting: Setting
) -> Iterator[_Compared]:
    """Yield everyone against the country, then each group against the rest of its place."""
    persons = counts.to_numpy(dtype=float)
    weights = persons / persons.sum(axis=1, keepdims=True)
    omega = persons.sum(axis=1) / persons.sum()
    rate = synthetic.place_rates(weights, model.share, model.drawn)
    gap = synthetic.against_country(weights, omega, model.share, model.drawn)
    # Benchmark: places must average to the published rate (METHOD 4.2).
    shift = model.published - float(omega @ rate.estimate)
    yield _Compared(indicator, terms.TOTAL, rate, gap, shift)
    for group in setting.groups:
        members = cells.members(group)
        rate = synthetic.group_rates(weights, members, model.share, model.drawn)
        gap = synthetic.against_rest(weights, members, model.share, model.drawn)
        yield _Compared(indicator, group, rate, gap)


def _rows(one: _Compared, places: pd.Index, tau: float, setting: Setting) -> pd.DataFrame:
    """Write one comparison under one τ: a row a place."""
    total = one.group == terms.TOTAL
    value, se = np.clip(one.rate.estimate + one.shift, 0, 1), one.rate.se(tau)
    probability = one.gap.probability(tau)
    states = _place_state(probability, setting) if total else _group_state(one.gap, tau, setting)
    return pd.DataFrame(
        {
            "indicator": one.indicator,
            "group": one.group,
            "place_level": "canton",
            "place": places,
            "register_date": None,
            "year": setting.year,
            "value": value,
            "status": "modelled",
            "se": se,
            "low": np.clip(value - terms.Z90 * se, 0, 1),
            "high": np.clip(value + terms.Z90 * se, 0, 1),
            "tau": tau,
            "compared_with": "country" if total else "rest_of_place",
            "gap": one.gap.estimate,
            "gap_se": one.gap.se(tau),
            "probability": probability,
            "tipping_point": one.gap.tipping_point(setting.probability),
            "state": states,
        }
    )


def _place_state(probability: Array, setting: Setting) -> NDArray[np.str_]:
    """Tell a place from the country: higher, lower, or cannot tell."""
    higher, lower = probability >= setting.probability, probability <= 1 - setting.probability
    return np.where(higher, "higher", np.where(lower, "lower", "cannot_tell"))


def _group_state(gap: synthetic.Spread, tau: float, setting: Setting) -> NDArray[np.str_]:
    """Apply METHOD section 2: higher, not higher, or cannot tell; few false among the higher."""
    probability = gap.probability(tau)
    called = np.flatnonzero((probability >= setting.probability) & (gap.estimate >= setting.gap))
    kept = keep_false_share(probability[called].tolist(), share=setting.false_higher)
    higher = np.isin(np.arange(len(probability)), called[kept])
    below = 1 - gap.probability(tau, above=setting.gap) >= setting.probability
    return np.where(higher, "higher", np.where(below, "not_higher", "cannot_tell"))
