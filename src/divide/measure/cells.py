"""The survey's own population and published rates, as cells of sex × age × education."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.terms import group_id, group_parts

Array = NDArray[np.float64]

DIMENSIONS: Final = {
    "sex": ("m", "f"),
    "age": ("15_29", "30_59", "60_plus"),
    "education": ("low", "secondary", "tertiary", "under_25"),
}


@dataclass(frozen=True)
class Cells:
    """
    The cells that the survey's population falls into, and how many persons each holds.

    Attributes
    ----------
    groups
        One key per cell, such as "age:60_plus|education:low|sex:f".
    counts
        N_k, persons of the survey's own population (METHOD 4.1).
    respondents
        Persons interviewed in all.
    """

    groups: tuple[str, ...]
    counts: Array
    respondents: int

    @property
    def dimensions(self) -> dict[str, tuple[str, ...]]:
        """Return the categories of each dimension, in the order of the cells."""
        found: dict[str, dict[str, None]] = {}
        for group in self.groups:
            for name, value in group_parts(group).items():
                found.setdefault(name, {})[value] = None
        return {name: tuple(values) for name, values in found.items()}

    def members(self, group: str) -> NDArray[np.bool_]:
        """Tell for each cell whether it lies in a group; every cell lies in "total"."""
        wanted = group_parts(group).items()
        return np.array([wanted <= group_parts(cell).items() for cell in self.groups])


@dataclass(frozen=True)
class Rates:
    """
    Published rates of lacking something, by group.

    Attributes
    ----------
    share, se
        By group key: shares 0 to 1 and their standard errors; suppressed groups are absent.
    """

    share: dict[str, float]
    se: dict[str, float]


def possible_groups() -> Iterator[str]:
    """Yield the cells that can hold anyone: "under 25" is an education of the youngest only."""
    for sex, age, education in product(*DIMENSIONS.values()):
        if education != "under_25" or age == "15_29":
            yield group_id(sex=sex, age=age, education=education)


def survey_cells(
    use: pd.DataFrame,
    *,
    year: int,
    respondents: int,
    indicator: str = "internet_use_3m",
    groups: Sequence[str] | None = None,
) -> Cells:
    """
    Rebuild the survey's population: published count ÷ published share, cell by cell.

    Parameters
    ----------
    use
        Rows of one place, such as table internet_use: one row per indicator and group, with
        `value` (share) and `count` (weighted persons).
    year
        Year of the survey.
    respondents
        Persons interviewed in that year.
    indicator
        The commonest attribute: its shares are the least rounded, its cells the least suppressed.
    groups
        Keys of the cells; those of sex, age and education if not given.

    Returns
    -------
    Cells
        A cell whose figures are suppressed gets what its margin leaves over.

    Raises
    ------
    MethodError
        If the year is absent, or a margin leaves more than one cell undetermined.
    """
    rows = use[(use["year"] == year) & (use["indicator"] == indicator)]
    if rows.empty:
        raise MethodError(f"No published {indicator} of {year}: choose another year.")
    known = rows[rows["value"] > 0].set_index("group")
    persons = _by_group(known["count"] / known["value"])
    wanted = tuple(possible_groups() if groups is None else groups)
    counts = [
        persons[one] if one in persons else _left_over(one, persons, wanted) for one in wanted
    ]
    return Cells(groups=wanted, counts=np.array(counts), respondents=respondents)


def _by_group(values: "pd.Series[float]") -> dict[str, float]:
    return {str(group): float(value) for group, value in values.items()}


def _left_over(cell: str, persons: dict[str, float], cells: Sequence[str]) -> float:
    """Subtract the known cells from the first margin that is known but for this cell."""
    parts = group_parts(cell)
    for name in parts:
        rest = {k: v for k, v in parts.items() if k != name}
        others = [one for one in cells if one != cell and rest.items() <= group_parts(one).items()]
        if group_id(rest) in persons and all(one in persons for one in others):
            return max(persons[group_id(rest)] - sum(persons[one] for one in others), 0.0)
    raise MethodError(
        f"The survey's population of {cell} cannot be worked out: its margins are suppressed too."
    )


def lacking_rates(use: pd.DataFrame, indicator: str, *, year: int) -> Rates:
    """
    Read the published shares of those *without* something, with their standard errors.

    Parameters
    ----------
    indicator
        The positive indicator as published, such as "internet_use_3m".

    Returns
    -------
    Rates
        1 − published share, for each group whose figure is not suppressed or missing.
    """
    rows = use[(use["year"] == year) & (use["indicator"] == indicator) & use["value"].notna()]
    if "total" not in set(rows["group"]):
        raise MethodError(f"No published total of {indicator} in {year}: choose another year.")
    rows = rows.set_index("group")
    return Rates(share=_by_group(1 - rows["value"]), se=_by_group(rows["se"]))


def design(
    cells: Cells, rates: Rates, *, crosses: Sequence[Sequence[str]]
) -> tuple[Array, tuple[str, ...]]:
    """
    Build the design of the margins logit: the total, each category, each published cross.

    Returns
    -------
    tuple
        Cells × columns of 0 and 1, and the group each column stands for. Columns whose
        rate is suppressed are left out: what they would tell is not identified.
    """
    wanted, dimensions = ["total"], cells.dimensions
    for names in (*([name] for name in dimensions), *crosses):
        for values in product(*(dimensions[name] for name in names)):
            wanted.append(group_id(dict(zip(names, values, strict=True))))
    present = [one for one in wanted if one in rates.share and cells.members(one).any()]
    matrix = np.column_stack([cells.members(one).astype(float) for one in present])
    return matrix, tuple(present)


def draw_shares(
    cells: Cells, rates: Rates, fitted: Array, *, draws: int, rng: np.random.Generator
) -> Array:
    """
    Draw cell shares from their published intervals, so that all margins agree in each draw.

    Every margin is a sum of cells, hence drawing the finest published figures keeps them
    consistent (METHOD 4.3: independent draws of margins contradict each other). The drawn
    margins reproduce the published standard errors of the 2021 survey to within a few per cent.

    Parameters
    ----------
    fitted
        Shares for cells whose figures are suppressed. Where no error is published it is the
        binomial one times the design effect seen in the published cells, or in the published
        margins where no cell is published.

    Returns
    -------
    Array
        Draws × cells, strictly between 0 and 1. A published 0 or 1, whatever its error, is
        drawn from its Jeffreys posterior.
    """
    sample = cells.respondents * cells.counts / cells.counts.sum()
    share = np.array([rates.share.get(group, np.nan) for group in cells.groups])
    se = np.array([rates.se.get(group, np.nan) for group in cells.groups])
    share = np.where(np.isnan(share), np.clip(fitted, 1e-4, 1 - 1e-4), share)
    certain = (share <= 0) | (share >= 1)
    binomial = share * (1 - share) / np.maximum(sample, 1.0)
    seen = ~certain & (se > 0)
    if seen.any():
        effect = float(np.median(se[seen] ** 2 / binomial[seen]))
    else:
        effect = _margin_effect(cells, rates, binomial)
    variance = np.where(seen, se**2, effect * binomial)
    share = np.where(certain, (share * sample + 0.5) / (sample + 1), share)
    variance = np.where(certain, share * (1 - share) / (sample + 2), variance)
    precision = share * (1 - share) / np.minimum(variance, 0.9 * share * (1 - share)) - 1
    drawn = rng.beta(share * precision, (1 - share) * precision, (draws, len(share)))
    return np.asarray(np.clip(drawn, 1e-9, 1 - 1e-9))


def _margin_effect(cells: Cells, rates: Rates, binomial: Array) -> float:
    """Return the median of published variances over those that binomial cells would give."""
    found = []
    for group, error in rates.se.items():
        weights = cells.members(group) * cells.counts
        if error > 0 and 0 < rates.share[group] < 1 and weights.any():
            weights = weights / weights.sum()
            found.append(error**2 / float(weights**2 @ binomial))
    return float(np.median(found)) if found else 1.0
