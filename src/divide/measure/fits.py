"""One indicator fitted to its published rates, with draws, and shifted to meet its totals."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from divide import terms
from divide.measure import cells as survey
from divide.measure import margins, synthetic
from divide.terms import group_id

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
    """
    A fitted indicator: cell rates, their draws, and the published rates they must meet.

    Attributes
    ----------
    whole
        Whether the published rates tell every category of every dimension. If not, places are
        expected to differ by less than is known of them, and nothing is told of them.
    """

    share: Array
    drawn: Array
    rates: survey.Rates
    penalised: bool
    whole: bool = True


def fit_indicator(use: pd.DataFrame, positive: str, cells: survey.Cells, setting: Setting) -> Model:
    """Fit the margins logit to one indicator's published rates and draw from their intervals."""
    rates = survey.lacking_rates(use, positive, year=setting.year)
    matrix, groups = survey.design(cells, rates, crosses=setting.crosses)
    # Of columns that repeat each other the smallest groups stay: rounded shares move them by the
    # fewest persons. A small cell told by a difference of large margins can fall below nobody.
    size = cells.counts @ matrix
    order = np.argsort(size, kind="stable")
    kept = order[margins.independent_columns(matrix[:, order], cells.counts)]
    matrix, groups = matrix[:, kept], tuple(groups[one] for one in kept)
    targets = size[kept] * np.array([rates.share[group] for group in groups])
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
    whole = _tells_categories(matrix, cells)
    return Model(share, expit(betas @ matrix.T), rates, found.penalised, whole)


def _tells_categories(matrix: Array, cells: survey.Cells) -> bool:
    """Tell whether every category's column lies in the span of those that were fitted."""
    categories = [
        cells.members(group_id({name: value})).astype(float)
        for name, values in cells.dimensions.items()
        for value in values
    ]
    held = cells.counts > 0
    both = np.column_stack([matrix, *categories])[held]
    return bool(np.linalg.matrix_rank(both) == np.linalg.matrix_rank(matrix[held]))


def benchmark(model: Model, cells: survey.Cells, country: Array, group: str) -> Model:
    """
    Shift rates until a group and everyone else average to what was published (METHOD 4.2).

    The group's total is its published rate, else the survey's fitted one; the rest's is what
    the published total leaves over, on the survey's own counts. Draws meet their own totals.
    """
    share, drawn = model.share.copy(), model.drawn.copy()
    own = cells.counts / cells.counts.sum()
    members = cells.members(group)
    for part, total in zip((members, ~members), _totals(model, own, group, members), strict=True):
        if part.any():
            inside, here = (one[part] / one[part].sum() for one in (own, country))
            share[part] = synthetic.meet_total(share[part], here, np.array(total))
            drawn[:, part] = synthetic.meet_total(drawn[:, part], here, drawn[:, part] @ inside)
    return replace(model, share=share, drawn=drawn)


def _totals(
    model: Model, own: Array, group: str, members: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return the rate of a group, and of everyone else in the survey."""
    held = float(own[members].sum())
    fitted = float(own[members] @ model.share[members]) / held
    rate = model.rates.share.get(group, fitted)
    rest = (model.rates.share[terms.TOTAL] - held * rate) / (1 - held) if held < 1 else rate
    low, high = 1e-6, 1 - 1e-6  # a rate of 0 or 1 has no logit
    return min(max(rate, low), high), min(max(rest, low), high)


def account(model: Model, cells: survey.Cells) -> dict[str, Any]:
    """Say whether Firth's penalty was needed, and which published cell is fitted worst."""
    rates = model.rates
    gaps = {
        group: float(fitted - rates.share[group])
        for group, fitted in zip(cells.groups, model.share, strict=True)
        if group in rates.share
    }
    if not gaps:
        return {"firth": model.penalised, "worst_cell": None}
    worst = max(gaps, key=lambda group: abs(gaps[group]))
    return {
        "firth": model.penalised,
        "worst_cell": worst,
        "published": round(rates.share[worst], 4),
        "fitted": round(rates.share[worst] + gaps[worst], 4),
        "published_se": round(rates.se[worst], 4),
    }


def margins_met(model: Model, cells: survey.Cells, groups: Iterable[str]) -> pd.DataFrame:
    """
    Set published rates beside those that the fitted cells give back.

    Returns
    -------
    DataFrame
        One row per group (the index): `published`, missing where the rate is not published,
        and `fitted`.
    """
    found = {}
    for group in groups:
        held = cells.counts * cells.members(group)
        published = model.rates.share.get(group, np.nan)
        found[group] = {"published": published, "fitted": float(held @ model.share / held.sum())}
    return pd.DataFrame.from_dict(found, orient="index")
