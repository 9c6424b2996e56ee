"""
Rates of small places from respondents: a multilevel logit, poststratified.

No respondents' answers about digital exclusion are public in Switzerland, so no table of the
study comes from here. It serves those who hold microdata (of the national survey under
contract, or of their own), teaching, and the calibration by simulation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.multilevel_rows import Array, Problem
from divide.measure.posterior import Draws, draw_posterior
from divide.measure.threads import one_thread

CONSTANT: Final = "constant"
COVARIATE_SD: Final = 2.5  # prior of a coefficient, on the logit, per unit of its covariate
MOST: Final = 2_000  # coefficients beside the largest term: their block is dense


@dataclass(frozen=True)
class MultilevelFit:
    """
    A fitted model, as draws from its posterior.

    Attributes
    ----------
    fixed
        Covariates, the constant first.
    random
        Terms, the one with the most levels first.
    levels
        Of each term.
    draws
        Coefficients and σ.
    seed
        Of the draws; levels nobody answered from are drawn from the next.
    """

    fixed: tuple[str, ...]
    random: tuple[str, ...]
    levels: tuple[pd.Index, ...]
    draws: Draws
    seed: int


def fit_multilevel(
    answers: pd.DataFrame,
    outcome: str,
    *,
    random: Sequence[str],
    fixed: Sequence[str] = (),
    draws: int = 1000,
    seed: int = 1,
) -> MultilevelFit:
    """
    Fit logit P(outcome) = constant + covariates + one effect a level of each random term.

    Parameters
    ----------
    answers
        One row per respondent. Design weights are not used: what decides who was asked or
        answered must be among the terms.
    outcome
        Column of 0 and 1, or of booleans.
    random
        Columns, or crosses of columns such as "age:education". Effects are normal with a σ of
        their own, its prior half-normal of scale 1.
    fixed
        Numeric columns of about unit scale; prior N(0, 2.5²) of the constant and of each.

    Raises
    ------
    MethodError
        If a value is missing, the outcome is not 0 or 1, or there are too many small levels.

    Notes
    -----
    Posterior mode and Laplace's approximation, σ integrated over a design of points (Rue, Martino
    & Chopin 2009).
    """
    _refuse_unusable(answers, outcome, random, fixed)
    frame = with_crosses(answers, random)
    ordered = sorted(random, key=lambda name: -frame[name].nunique())
    levels = tuple(pd.Index(np.sort(frame[name].unique())) for name in ordered)
    beside = sum(map(len, levels[1:]))
    if beside > MOST:
        raise MethodError(f"Beside {ordered[0]} there are {beside} levels: at most {MOST}.")
    # Equal respondents are one row; those of one large level stand together.
    grouped = frame.groupby([*ordered, *fixed], as_index=False, observed=True)[outcome]
    problem = _problem(grouped.agg(["sum", "count"]), fixed, ordered, levels)
    with one_thread():
        drawn = draw_posterior(problem, draws=draws, seed=seed)
    return MultilevelFit((CONSTANT, *fixed), tuple(ordered), levels, drawn, seed)


def with_crosses(frame: pd.DataFrame, random: Sequence[str]) -> pd.DataFrame:
    """
    Add a column a cross of columns: the names of its levels, joined.

    Examples
    --------
    >>> one = pd.DataFrame({"age": ["old"], "sex": ["f"]})
    >>> with_crosses(one, ["age:sex"])["age:sex"].item()
    'old:f'
    """
    crosses = {}
    for name in random:
        first, *more = name.split(":")
        if more:
            column = frame[first].astype(str)
            for part in more:
                column = column + ":" + frame[part].astype(str)
            crosses[name] = column
    return frame.assign(**crosses)


def _refuse_unusable(
    answers: pd.DataFrame, outcome: str, random: Sequence[str], fixed: Sequence[str]
) -> None:
    """Say why answers cannot be modelled, if they cannot."""
    if not random:
        raise MethodError("A multilevel model needs at least one random term.")
    parts = dict.fromkeys(part for name in random for part in name.split(":"))
    names = [outcome, *parts, *fixed]
    unknown = [name for name in names if name not in answers]
    if unknown:
        raise MethodError(f"The answers have no column {', '.join(unknown)}.")
    gaps = [name for name in names if answers[name].isna().any()]
    if gaps:
        raise MethodError(f"Missing values in {', '.join(gaps)}: leave these respondents out.")
    if not answers[outcome].isin([0, 1]).all():
        raise MethodError(f"{outcome} holds other values than 0 and 1.")


def _problem(
    rows: pd.DataFrame, fixed: Sequence[str], random: Sequence[str], levels: Sequence[pd.Index]
) -> Problem:
    covariates = 1 + len(fixed)
    term = [0] * covariates
    for number, known in enumerate(levels[1:], 1):
        term += [number] * len(known)
    columns, values = design(rows, fixed, random[1:], levels[1:])
    return Problem(
        successes=rows["sum"].to_numpy(dtype=float),
        trials=rows["count"].to_numpy(dtype=float),
        large=levels[0].get_indexer(pd.Index(rows[random[0]])),
        columns=columns,
        values=values,
        term=np.array(term),
        precision=np.where(np.arange(len(term)) < covariates, COVARIATE_SD**-2, 0.0),
    )


def design(
    rows: pd.DataFrame, fixed: Sequence[str], random: Sequence[str], levels: Sequence[pd.Index]
) -> tuple[NDArray[np.int64], Array]:
    """Say which small coefficients a row belongs to, and how much: constant, covariates, levels."""
    places = [np.zeros(len(rows), dtype=np.int64) + place for place in range(1 + len(fixed))]
    values = [np.ones(len(rows)), *(rows[name].to_numpy(dtype=float) for name in fixed)]
    start = 1 + len(fixed)
    for name, known in zip(random, levels, strict=True):
        places.append(start + known.get_indexer(pd.Index(rows[name])))
        values.append(np.ones(len(rows)))
        start += len(known)
    return np.column_stack(places), np.column_stack(values)
