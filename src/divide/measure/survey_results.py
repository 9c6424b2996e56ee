"""All indicators of the survey at once, and the two ways to lay them out: cube and matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import pandas as pd

from divide.measure.coded_answers import estimate_coded, estimate_counted
from divide.measure.data_defect import Doubt
from divide.measure.designs import Design, of_people
from divide.measure.frames import KEYS, sum_cells
from divide.measure.institutions import predict_banded, tell_banded
from divide.measure.silence import professionals_of
from divide.measure.survey_indicators import (
    ACTORS,
    BASES,
    DIMENSIONS,
    LAYERS,
    SurveyIndicator,
    bands,
    declared_doubt,
    indicator_values,
    outside_base,
    survey_indicator,
    survey_indicators,
)

_TOLD: Final = ("indicator", "dimension", "actor", "layer", "sign", "of")


def estimate_indicators(
    design: Design,
    answers: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    domain: str | None = None,
    by: Sequence[str] = KEYS,
    doubt: Doubt | None = None,
    only: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Estimate the indicators of facts/survey_indicators.yml, with three intervals each.

    Parameters
    ----------
    design
        Of institutions (`designs.survey_design`), in the order of the answers.
    answers
        One row per answering institution, laid out wide (`survey_indicators.
        indicator_values`), and `by`.
    frame
        Cells or institutions of the frame: `by`, `clients`, and `institutions` if cells.
    domain
        One of `by`, to split by; None: the whole frame.
    by
        What rates from bands may depend on.
    doubt
        The declared one if None.
    only
        Ids of the indicators wanted; None: all.

    Returns
    -------
    DataFrame
        One row per indicator, estimand and domain: `indicator`, `dimension`, `actor`,
        `layer`, `sign`, `of`, the domain, and the columns of `estimate_banded`. A share of
        institutions comes twice, as *institutions* and as *people* living with one.
    """
    domains = [() if domain is None else (domain,)]
    return estimate_domains(design, answers, frame, domains=domains, by=by, doubt=doubt, only=only)[
        0
    ]


def estimate_domains(
    design: Design,
    answers: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    domains: Sequence[Sequence[str]],
    by: Sequence[str] = KEYS,
    doubt: Doubt | None = None,
    only: Sequence[str] | None = None,
) -> list[pd.DataFrame]:
    """
    Estimate as `estimate_indicators` does, for several ways to split; each model is fitted once.

    Parameters
    ----------
    domains
        Columns of answers and frame to split by; none: the whole frame. Columns that are not in
        `by` split figures, but rates from bands do not depend on them.

    Returns
    -------
    list of DataFrame
        One for each of `domains`, in their order.
    """
    known = survey_indicators()
    wanted = list(known.values()) if only is None else [survey_indicator(name) for name in only]
    apart = tuple(dict.fromkeys(one for domain in domains for one in domain if one not in by))
    cells = sum_cells(frame, by=[*by, *apart])
    survey = _Survey(design, answers, cells, tuple(by), apart, doubt or declared_doubt())
    splits = [_split(survey, tuple(domain)) for domain in domains]
    estimate = {"banded": _banded, "counted": _counted}
    parts = [estimate.get(one.kind, _coded)(one, survey, splits) for one in wanted]
    return [
        pd.concat(
            [
                _name(one, rows)
                for one, found in zip(wanted, parts, strict=True)
                for rows in found[at]
            ],
            ignore_index=True,
        )
        for at in range(len(domains))
    ]


@dataclass(frozen=True, eq=False)
class _Survey:
    """What every indicator is estimated from."""

    design: Design
    answers: pd.DataFrame
    cells: pd.DataFrame
    by: tuple[str, ...]
    apart: tuple[str, ...]
    doubt: Doubt

    def number(self, of: str) -> pd.Series:
        """Return the clients or professionals of each answering institution."""
        return pd.to_numeric(self.answers[BASES[of]])


@dataclass(frozen=True, eq=False)
class _Split:
    """One way to split: the domain of each answer, and the frame's sums by domain."""

    columns: tuple[str, ...]
    labels: pd.DataFrame | None
    cells: pd.DataFrame


def _split(survey: _Survey, columns: tuple[str, ...]) -> _Split:
    sums = ["institutions", "clients"]
    if not columns:
        return _Split(columns, None, survey.cells[sums])
    cells = survey.cells.groupby(list(columns), observed=True, as_index=False)[sums].sum()
    return _Split(columns, survey.answers[list(columns)].astype("category"), cells)


# By domain, the rows of each estimand.
_Rows = list[list[pd.DataFrame]]


def _name(one: SurveyIndicator, rows: pd.DataFrame) -> pd.DataFrame:
    told = {"indicator": one.id, **{name: getattr(one, name) for name in _TOLD[1:]}}
    first = pd.DataFrame({name: [value] * len(rows) for name, value in told.items()})
    return pd.concat([first, rows.reset_index(drop=True)], axis=1)


def _banded(one: SurveyIndicator, survey: _Survey, splits: Sequence[_Split]) -> _Rows:
    keys = [*survey.by, *survey.apart]
    told = survey.answers[keys].assign(
        band=survey.answers[one.question].astype(object),
        **{name: survey.number(name) for name in BASES},
    )
    predicted = predict_banded(
        survey.cells if one.of == "clients" else professionals_of(survey.cells, told, by=keys),
        told.assign(clients=told[one.of]),
        bands=bands(),
        lacking=one.lacking,
        by=survey.by,
        apart=survey.apart,
    )
    estimand = "people" if one.of == "clients" else one.of
    found = [tell_banded(predicted, doubt=survey.doubt, domain=one.columns) for one in splits]
    return [[rows.assign(estimand=estimand)] for rows in found]


def _counted(one: SurveyIndicator, survey: _Survey, splits: Sequence[_Split]) -> _Rows:
    counts, base = pd.to_numeric(survey.answers[one.question]), survey.number(one.of)
    return [
        [
            estimate_counted(
                survey.design,
                counts,
                base,
                split.cells,
                doubt=survey.doubt,
                domains=split.labels,
            )
        ]
        for split in splits
    ]


def _coded(one: SurveyIndicator, survey: _Survey, splits: Sequence[_Split]) -> _Rows:
    values = indicator_values(survey.answers, one)
    outside = outside_base(survey.answers, one)
    designs = (survey.design, of_people(survey.design, survey.number("clients")))
    return [
        [
            estimate_coded(
                design,
                values,
                split.cells,
                doubt=survey.doubt,
                domains=split.labels,
                outside=outside,
            )
            for design in designs
        ]
        for split in splits
    ]


def equipment_cube(results: pd.DataFrame) -> pd.DataFrame:
    """
    Lay equipment out as actor × layer; a cell without a figure is there, as missing.

    Returns
    -------
    DataFrame
        Results of dimension EQ, ordered by actor and layer. Nothing is summed: what lacks
        in one layer is not made good by another (METHOD 2).
    """
    grid = pd.DataFrame(list(product(ACTORS, LAYERS)), columns=["actor", "layer"])
    return _laid_out(results[results["dimension"] == "EQ"], grid)


def dimension_matrix(results: pd.DataFrame) -> pd.DataFrame:
    """
    Lay the four dimensions × three actors out; a cell without a figure is there, as missing.

    Each indicator keeps its interval. There is no score of a cell, a row or the whole.
    """
    grid = pd.DataFrame(list(product(DIMENSIONS, ACTORS)), columns=["dimension", "actor"])
    return _laid_out(results[results["dimension"].isin(DIMENSIONS)], grid)


def _laid_out(results: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    keys = list(grid.columns)
    found = grid.merge(results, on=keys, how="left", validate="1:m")
    return found.assign(status=found["status"].fillna("missing"))
