"""Exclusion risk of groups and places: the margins engine run over indicators (METHOD 4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import fits, residents, synthetic
from divide.measure.combination import group_states

Array = NDArray[np.float64]


def exclusion_risk(
    use: pd.DataFrame,
    composition: pd.DataFrame,
    lacking: Mapping[str, str],
    setting: fits.Setting,
    *,
    education: pd.DataFrame | None = None,
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
    education
        Table education, whose published errors the composition inherits; None where the
        composition is certain.

    Returns
    -------
    DataFrame
        One row per indicator, group, place and τ. `value` is the expected share, status
        modelled, `low` and `high` its 90 % interval; `gap` the difference to the country
        (group total) or to the rest of the place (other groups). `attrs["account"]` says
        how each fit went, and how far survey and register disagree.

    Raises
    ------
    MethodError
        If a place's composition lacks cells.
    """
    cells = survey.survey_cells(use, year=setting.year, respondents=setting.respondents)
    counts = _place_counts(composition, cells)
    places = _places(counts, cells, education)
    blocks, told = [], {}
    for indicator, positive in lacking.items():
        model = fits.fit_indicator(use, positive, cells, setting)
        told[indicator] = fits.account(model, cells)
        for one in _compare(indicator, model, cells, places, setting):
            blocks += [_rows(one, tau, setting) for tau in setting.taus]
    frame = pd.concat(blocks, ignore_index=True)
    frame.attrs["account"] = {"fits": told, "mismatch": _mismatch(counts, cells)}
    return frame


def comparisons(
    use: pd.DataFrame,
    composition: pd.DataFrame,
    lacking: Mapping[str, str],
    setting: fits.Setting,
    *,
    education: pd.DataFrame | None = None,
) -> Iterator["Compared"]:
    """
    Yield what `exclusion_risk` writes down, with the draws that places share.

    Parameters are those of `exclusion_risk`.
    """
    cells = survey.survey_cells(use, year=setting.year, respondents=setting.respondents)
    places = _places(_place_counts(composition, cells), cells, education)
    for indicator, positive in lacking.items():
        model = fits.fit_indicator(use, positive, cells, setting)
        yield from _compare(indicator, model, cells, places, setting)


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
class _Places:
    """Places with their mix of cells, share of the country, and mix after each shift."""

    ids: pd.Index
    weights: Array
    omega: Array
    shifted: Array | None


def _places(counts: pd.DataFrame, cells: survey.Cells, education: pd.DataFrame | None) -> _Places:
    persons = counts.to_numpy(dtype=float)
    omega = persons.sum(axis=1) / persons.sum()
    shifted = None
    if education is not None:
        shifted = _weights(residents.shift_education(counts, education, cells))
    return _Places(counts.index, _weights(persons), omega, shifted)


def _weights(persons: Array) -> Array:
    return np.asarray(persons / persons.sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class Compared:
    """
    One indicator of one group in every place.

    Attributes
    ----------
    places
        Ids of the places.
    rate, gap
        The group's rate, and its gap to what it is held to.
    drawn
        Draws × places: the rate of each bootstrap draw.
    told
        Whether the group has a published rate of its own, and every category of the model too;
        else its state cannot be told.
    """

    indicator: str
    group: str
    places: pd.Index
    rate: synthetic.Spread
    gap: synthetic.Spread
    drawn: Array
    told: bool


def _compare(
    indicator: str,
    model: fits.Model,
    cells: survey.Cells,
    places: _Places,
    setting: fits.Setting,
) -> Iterator[Compared]:
    """Yield everyone against the country, then each group against the rest of its place."""
    weights, omega, shifted = places.weights, places.omega, places.shifted
    met = fits.benchmark(model, cells, omega @ weights, terms.TOTAL)
    rate = synthetic.place_rates(weights, met.share, met.drawn, shifted=shifted)
    gap = synthetic.against_country(weights, omega, met.share, met.drawn, shifted=shifted)
    drawn = met.drawn @ weights.T
    yield Compared(indicator, terms.TOTAL, places.ids, rate, gap, drawn, model.whole)
    for group in setting.groups:
        members = cells.members(group)
        met = fits.benchmark(model, cells, omega @ weights, group)
        rate = synthetic.group_rates(weights, members, met.share, met.drawn, shifted=shifted)
        gap = synthetic.against_rest(weights, members, met.share, met.drawn, shifted=shifted)
        drawn = met.drawn @ synthetic.within(weights, members).T
        told = model.whole and group in model.rates.share
        yield Compared(indicator, group, places.ids, rate, gap, drawn, told)


def _rows(one: Compared, tau: float, setting: fits.Setting) -> pd.DataFrame:
    """Write one comparison under one τ: a row a place."""
    total = one.group == terms.TOTAL
    value, se = one.rate.estimate, one.rate.se(tau)
    # METHOD 2: a group without a rate of its own has an expected rate, but no risk.
    known = 1.0 if one.told else np.nan
    probability = known * one.gap.probability(tau)
    states = _place_state(probability, setting) if total else _group_state(one.gap, tau, setting)
    return pd.DataFrame(
        {
            "indicator": one.indicator,
            "group": one.group,
            "place_level": "canton",
            "place": one.places,
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
            "tipping_point": known * one.gap.tipping_point(setting.probability),
            "state": states if one.told else "cannot_tell",
        }
    )


def _place_state(probability: Array, setting: fits.Setting) -> NDArray[np.str_]:
    """Tell a place from the country: higher, lower, or cannot tell."""
    higher, lower = probability >= setting.probability, probability <= 1 - setting.probability
    return np.where(higher, "higher", np.where(lower, "lower", "cannot_tell"))


def _group_state(gap: synthetic.Spread, tau: float, setting: fits.Setting) -> NDArray[np.str_]:
    """Tell a group from the rest of its place, at the declared thresholds."""
    return group_states(
        gap.estimate,
        gap.se(tau),
        probability=setting.probability,
        least=setting.gap,
        false_higher=setting.false_higher,
    )
