"""All indicators of the survey at once, and the two ways to lay them out: cube and matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import pandas as pd

from divide.measure.coded_answers import estimate_coded, estimate_counted
from divide.measure.data_defect import Doubt
from divide.measure.designs import Design, of_people, sums_by
from divide.measure.frames import KEYS, sum_cells
from divide.measure.institutions import estimate_banded
from divide.measure.silence import silent_part
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
    known = survey_indicators()
    wanted = known.values() if only is None else [survey_indicator(name) for name in only]
    survey = _Survey(design, answers, sum_cells(frame, by=by), tuple(by), domain)
    estimate = {"banded": _banded, "counted": _counted}
    parts = [
        _name(one, rows)
        for one in wanted
        for rows in estimate.get(one.kind, _coded)(one, survey, doubt or declared_doubt())
    ]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Survey:
    """What every indicator is estimated from."""

    design: Design
    answers: pd.DataFrame
    cells: pd.DataFrame
    by: tuple[str, ...]
    domain: str | None

    @property
    def split(self) -> pd.Series | None:
        """Return the domain of each answer."""
        return None if self.domain is None else self.answers[self.domain]

    def number(self, of: str) -> pd.Series:
        """Return the clients or professionals of each answering institution."""
        return pd.to_numeric(self.answers[BASES[of]])


def _name(one: SurveyIndicator, rows: pd.DataFrame) -> pd.DataFrame:
    told = {"indicator": one.id, **{name: getattr(one, name) for name in _TOLD[1:]}}
    first = pd.DataFrame({name: [value] * len(rows) for name, value in told.items()})
    return pd.concat([first, rows.reset_index(drop=True)], axis=1)


def _banded(one: SurveyIndicator, survey: _Survey, doubt: Doubt) -> list[pd.DataFrame]:
    told = survey.answers[list(survey.by)].assign(
        band=survey.answers[one.question].astype(object),
        **{name: survey.number(name) for name in BASES},
    )
    cells, by = survey.cells, survey.by
    rows = estimate_banded(
        cells if one.of == "clients" else professionals_of(cells, told, by=by),
        told.assign(clients=told[one.of]),
        bands=bands(),
        doubt=doubt,
        lacking=one.lacking,
        by=by,
        domain=survey.domain,
    )
    return [rows.assign(estimand="people" if one.of == "clients" else one.of)]


def professionals_of(
    cells: pd.DataFrame, answers: pd.DataFrame, *, by: Sequence[str]
) -> pd.DataFrame:
    """
    Put the number of professionals in the place of clients: no frame counts them.

    Assumed: silent institutions have as many per client as the answering ones of their type
    (the first of `by`), or as all answering ones where none of the type tells.

    Parameters
    ----------
    cells
        Cells of the frame.
    answers
        `by`, `clients` and `professionals` of each answering institution.

    Examples
    --------
    >>> cells = pd.DataFrame({"type": ["a"], "institutions": [2], "clients": [100],
    ...                       "clients_sd": 10})
    >>> answers = pd.DataFrame({"type": ["a"], "clients": [60], "professionals": [30]})
    >>> professionals_of(cells, answers, by=["type"])["clients"].tolist()     # 30 + 40 · 30/60
    [50.0]
    """
    known = answers[answers["clients"].notna() & answers["professionals"].notna()]
    rest = silent_part(cells, known, by=by)
    sums = known.groupby(by[0], observed=True)[["clients", "professionals"]].sum()
    everyone = known["professionals"].sum() / known["clients"].sum()
    ratio = rest.cells[by[0]].map(sums["professionals"] / sums["clients"]).fillna(everyone)
    heard = sums_by(rest.cell, known["professionals"].to_numpy(dtype=float), count=len(rest.cells))
    return rest.cells.assign(
        clients=heard + rest.clients * ratio.to_numpy(),
        clients_sd=rest.cells["clients_sd"] * ratio,
    )


def _counted(one: SurveyIndicator, survey: _Survey, doubt: Doubt) -> list[pd.DataFrame]:
    rows = estimate_counted(
        survey.design,
        pd.to_numeric(survey.answers[one.question]),
        survey.number(one.of),
        survey.cells,
        doubt=doubt,
        domains=survey.split,
    )
    return [rows]


def _coded(one: SurveyIndicator, survey: _Survey, doubt: Doubt) -> list[pd.DataFrame]:
    values = indicator_values(survey.answers, one)
    outside = outside_base(survey.answers, one)
    people = of_people(survey.design, survey.number("clients"))
    return [
        estimate_coded(
            each, values, survey.cells, doubt=doubt, domains=survey.split, outside=outside
        )
        for each in (survey.design, people)
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
