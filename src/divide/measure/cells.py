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


def survey_cells(use: pd.DataFrame, *, year: int, respondents: int) -> Cells:
    """
    Rebuild the survey's population: published count ÷ published share, cell by cell.

    Parameters
    ----------
    use
        Table internet_use: one row per indicator and group, with `value` (share) and
        `count` (weighted persons).
    year
        Year of the survey.
    respondents
        Persons interviewed in that year.

    Returns
    -------
    Cells
        A cell whose figures are suppressed gets what its margin leaves over.

    Raises
    ------
    MethodError
        If the year is absent, or a margin leaves more than one cell undetermined.
    """
    rows = use[(use["year"] == year) & (use["indicator"] == "internet_use_3m")]
    if rows.empty:
        raise MethodError(f"Table internet_use has no internet use of {year}: choose another year.")
    # The commonest attribute: its shares are the least rounded, its cells the least suppressed.
    known = rows[rows["value"] > 0].set_index("group")
    persons = _by_group(known["count"] / known["value"])
    groups = tuple(possible_groups())
    counts = [persons[one] if one in persons else _left_over(one, persons) for one in groups]
    return Cells(groups=groups, counts=np.array(counts), respondents=respondents)


def _by_group(values: "pd.Series[float]") -> dict[str, float]:
    return {str(group): float(value) for group, value in values.items()}


def _left_over(cell: str, persons: dict[str, float]) -> float:
    """Subtract the known ages from the margin of sex × education."""
    parts = group_parts(cell)
    margin = group_id({k: v for k, v in parts.items() if k != "age"})
    others = [group_id({**parts, "age": age}) for age in DIMENSIONS["age"] if age != parts["age"]]
    if margin not in persons or any(one not in persons for one in others):
        raise MethodError(
            f"The survey's population of {cell} cannot be worked out: its margin is suppressed too."
        )
    return max(persons[margin] - sum(persons[one] for one in others), 0.0)


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
    wanted = ["total"]
    for names in (*([name] for name in DIMENSIONS), *crosses):
        for values in product(*(DIMENSIONS[name] for name in names)):
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
        binomial one times the design effect seen in the published cells.

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
    effect = float(np.median(se[seen] ** 2 / binomial[seen])) if seen.any() else 1.0
    variance = np.where(seen, se**2, effect * binomial)
    share = np.where(certain, (share * sample + 0.5) / (sample + 1), share)
    variance = np.where(certain, share * (1 - share) / (sample + 2), variance)
    precision = share * (1 - share) / np.minimum(variance, 0.9 * share * (1 - share)) - 1
    drawn = rng.beta(share * precision, (1 - share) * precision, (draws, len(share)))
    return np.asarray(np.clip(drawn, 1e-9, 1 - 1e-9))
