"""Households of language regions: direct beside synthetic rates of access (METHOD 4.3)."""

import zlib
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import margins
from divide.measure.composition import fit_proportionally
from divide.terms import TOTAL, group_id, group_parts

Array = NDArray[np.float64]

REGIONS: Final = ("de", "fr", "it")
SIZES: Final = ("1", "2", "3", "4_plus")
FINANCES: Final = ("very_easy", "easy", "difficult", "very_difficult")
_ACCESS: Final = "household_internet_access"
_CELLS: Final = [group_id(size=one, finances=other) for one, other in product(SIZES, FINANCES)]


@dataclass(frozen=True)
class RegionGaps:
    """
    Regions whose rate is published, and what their mix of households would lead to expect.

    Attributes
    ----------
    direct, synthetic
        Rates of lacking, one per region.
    drawn
        Draws × regions: sampling errors of direct less synthetic.
    kappa
        Σ w p (1 − p): how strongly a shock on the logit moves a region's rate.
    shares
        Shares of the regions in all households.
    """

    direct: Array
    synthetic: Array
    drawn: Array
    kappa: Array
    shares: Array


def region_gaps(
    access: pd.DataFrame,
    positive: str,
    *,
    year: int,
    respondents: int,
    draws: int = 1000,
    seed: int = 20210331,
) -> RegionGaps:
    """
    Fit country-wide rates by size and finances, and hold each region's own rate against them.

    Parameters
    ----------
    access
        Table household_access.
    positive
        Published indicator of having something.
    year
        Year of the survey; of the years at hand 2019 and 2021 have finances.
    respondents
        Households interviewed.

    Raises
    ------
    MethodError
        If a region's households or its rate are not published.
    """
    counts = region_counts(access, year=year)
    country = survey.Cells(tuple(_CELLS), counts.sum(axis=0), respondents)
    everywhere = survey.lacking_rates(_of(access, "CH"), positive, year=year)
    design, targets = _equations(country, everywhere)
    found = margins.fit(design, country.counts, targets, sample_size=respondents)
    share = expit(design @ found.beta)
    rng = np.random.default_rng([seed, zlib.crc32(f"{positive}/{year}".encode())])
    cells, rates = _regional(access, positive, counts, year=year, respondents=respondents)
    own = survey.draw_shares(cells, rates, np.tile(share, len(REGIONS)), draws=draws, rng=rng)
    betas = margins.fit_many(
        design,
        country.counts,
        (own * counts.ravel()) @ np.tile(design, (len(REGIONS), 1)),
        sample_size=respondents,
        penalised=found.penalised,
    )
    weights = counts / counts.sum(axis=1, keepdims=True)
    held = np.einsum("drk,rk->dr", own.reshape(draws, len(REGIONS), -1), weights)
    direct = np.array([rates.share[group_id(language_region=one)] for one in REGIONS])
    return RegionGaps(
        direct=direct,
        synthetic=weights @ share,
        drawn=held - expit(betas @ design.T) @ weights.T,
        kappa=weights @ (share * (1 - share)),
        shares=counts.sum(axis=1) / counts.sum(),
    )


def region_counts(access: pd.DataFrame, *, year: int) -> Array:
    """
    Return households by region and cell of size × finances; hidden cells are modelled.

    Known cells, and elsewhere the country's, are fitted to each region's published margins
    (Purcell & Kish 1980). Finances that one region hides are what the others leave of the country.
    """
    everyone = _persons(access, "CH", year)
    regions = {one: _persons(access, one, year) for one in REGIONS}
    tables = []
    for name, known in regions.items():
        others = [persons for one, persons in regions.items() if one != name]
        finances = [
            _known_or_left(group_id(finances=one), known, everyone, others) for one in FINANCES
        ]
        sizes = np.array([known.get(group_id(size=one), np.nan) for one in SIZES])
        if not np.isfinite([*finances, *sizes]).all():
            raise MethodError(f"Households of region {name} in {year}: a margin is hidden.")
        level = known[TOTAL] / everyone[TOTAL]
        seed = np.array([known.get(one, level * everyone.get(one, np.nan)) for one in _CELLS])
        margin = [(np.array(one) * known[TOTAL] / sum(one)) for one in (sizes, finances)]
        shape = (len(SIZES), len(FINANCES))
        tables.append(
            fit_proportionally(seed.reshape(shape), [((0,), margin[0]), ((1,), margin[1])]).ravel()
        )
    return np.array(tables)


def _of(access: pd.DataFrame, place: str) -> pd.DataFrame:
    return access[access["place"] == place]


def _persons(access: pd.DataFrame, place: str, year: int) -> dict[str, float]:
    rows = _of(access, place)
    rows = rows[(rows["year"] == year) & (rows["indicator"] == _ACCESS) & (rows["value"] > 0)]
    if TOTAL not in set(rows["group"]):
        raise MethodError(f"No households of {place} in {year}: choose another year.")
    return dict(zip(rows["group"], rows["count"] / rows["value"], strict=True))


def _known_or_left(
    group: str, known: dict[str, float], everyone: dict[str, float], others: list[dict[str, float]]
) -> float:
    if group in known:
        return known[group]
    left = everyone.get(group, np.nan) - sum(one.get(group, np.nan) for one in others)
    return max(left, 0.0)


def _equations(cells: survey.Cells, rates: survey.Rates) -> tuple[Array, Array]:
    design, groups = survey.design(cells, rates, crosses=())
    kept = margins.independent_columns(design, cells.counts)
    design = design[:, kept]
    targets = (cells.counts @ design) * [rates.share[groups[one]] for one in kept]
    return design, targets


def _regional(
    access: pd.DataFrame, positive: str, counts: Array, *, year: int, respondents: int
) -> tuple[survey.Cells, survey.Rates]:
    """Return the cells of region × size × finances, and all rates published of them."""
    share, error = {}, {}
    for region in REGIONS:
        found = survey.lacking_rates(_of(access, region), positive, year=year)
        for group, rate in found.share.items():
            key = group_id({**group_parts(group), "language_region": region})
            share[key], error[key] = rate, found.se[group]
    groups = [
        group_id({**group_parts(cell), "language_region": one})
        for one in REGIONS
        for cell in _CELLS
    ]
    cells = survey.Cells(tuple(groups), counts.ravel(), respondents)
    return cells, survey.Rates(share, error)
