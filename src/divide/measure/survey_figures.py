"""Every figure of the survey on every level that is published, ready for the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from divide.measure.contributions import (
    COVERAGE,
    RATE,
    contributions,
    estimands,
    responses,
    spreads,
)
from divide.measure.disclosure import gate
from divide.measure.disclosure.rules import Item, Level, rules
from divide.measure.response_figures import R_INDICATOR, evenness, means, rates
from divide.measure.survey_indicators import SurveyIndicator
from divide.measure.survey_results import estimate_domains
from divide.measure.survey_tables import locate
from divide.measure.weighting import Weighed

_FIGURE: Final = ("indicator", "group", "place_level", "place", "register_date", "year")
_NUMBERS: Final = ("value", "status", "se", "low", "high")
_CELL: Final = ["place_level", "place", "group"]


@dataclass(frozen=True, eq=False)
class Request:
    """
    What is asked to leave.

    Attributes
    ----------
    figures, answers
        As for `disclosure.gate.protect`.
    items
        What each figure is.
    frame
        The frame and who `answered`, for the gate to tell "no reply" from "none to ask".
    """

    figures: pd.DataFrame
    answers: pd.DataFrame
    items: Mapping[str, Item]
    frame: pd.DataFrame


def survey_request(
    weighed: Weighed,
    frame: pd.DataFrame,
    indicators: Mapping[str, SurveyIndicator],
    privacy: Mapping[str, str],
    *,
    origin: Mapping[str, str],
) -> Request:
    """
    Estimate everything on the levels of facts/disclosure.yml and say what stands behind it.

    Parameters
    ----------
    weighed
        Answers with weights; on the ladder of places (`disclosure.lattices.on_ladder`).
    frame
        One row per invited institution, on the same ladder.
    privacy
        Class of each question in the questionnaire.
    origin
        `year`, `source` and `edition` of the survey.

    Returns
    -------
    Request
        Figures: a row for each indicator, estimand and cell of the frame, one without an answer
        as missing; response rates, the R-indicator, and for the country how far institutions
        differ. A figure that is hidden in one estimand is hidden in all of its question.
    """
    year = int(origin["year"])
    told = {"register_date": None, **origin, "year": year}
    heard = responses(frame, weighed.answers["institution"])
    apart = spreads(weighed.answers, indicators)
    behind = [one.assign(year=year) for one in (heard, _renamed(heard), apart)]
    answers = pd.concat(
        [contributions(weighed.answers, indicators, year=year), *behind], ignore_index=True
    )
    items = {**_items(indicators, privacy), **_more_items(apart)}
    by_level = [
        _all_levels(weighed, frame, indicators),
        rates(heard, [_columns(level) for level in rules().levels]),
    ]
    figures = pd.concat(by_level, ignore_index=True).assign(**told)
    figures = hide_alike(figures, answers, items, _questions(indicators))
    more = pd.concat([evenness(frame, weighed.answers), means(apart)]).assign(**told)
    every = pd.concat([figures, more], ignore_index=True)
    public = frame.assign(answered=frame["institution"].isin(weighed.answers["institution"]))
    return Request(every[[*_FIGURE, *_NUMBERS, "source", "edition"]], answers, items, public)


def empty_figures(
    frame: pd.DataFrame, names: Sequence[str], *, origin: Mapping[str, str]
) -> pd.DataFrame:
    """
    Lay out every figure on every level, each suppressed: what is told while a survey is open.

    Examples
    --------
    >>> frame = pd.DataFrame({"canton": ["VD"], "language_region": ["fr"], "type": ["addiction"]})
    >>> origin = {"year": "2026", "source": "institution_survey", "edition": "2026"}
    >>> found = empty_figures(frame, ["no_wifi_people"], origin=origin)
    >>> found[["place", "group", "status"]].values.tolist()[:2]
    [['CH', 'total', 'suppressed'], ['CH', 'type:addiction', 'suppressed']]
    """
    wanted = pd.DataFrame({"indicator": list(names)}).assign(estimand="")
    parts = [
        locate(_each_cell(wanted, frame, columns), domain=columns)
        for columns in map(_columns, rules().levels)
    ]
    laid = pd.concat(parts, ignore_index=True)
    numbers = dict.fromkeys(("value", "se", "low", "high", "n"), float("nan"))
    told = {"status": "suppressed", "register_date": None, **origin, "year": int(origin["year"])}
    named = laid["indicator"].str.removesuffix("_")
    return laid.drop(columns="estimand").assign(indicator=named, **numbers, **told, coded="")


def _columns(level: Level) -> tuple[str, ...]:
    return level.by if level.place_level == "country" else (level.place_level, *level.by)


def _all_levels(
    weighed: Weighed, frame: pd.DataFrame, indicators: Mapping[str, SurveyIndicator]
) -> pd.DataFrame:
    domains = [_columns(level) for level in rules().levels]
    found = estimate_domains(
        weighed.design, weighed.answers, frame, domains=domains, only=list(indicators)
    )
    parts = [
        locate(_complete(rows, frame, columns), domain=columns)
        for rows, columns in zip(found, domains, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _complete(rows: pd.DataFrame, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Give every cell of the frame a row of every figure; what nobody answered is missing."""
    full = _each_cell(rows[["indicator", "estimand"]].drop_duplicates(), frame, columns)
    typed = rows.astype(dict.fromkeys(columns, str))
    found = full.merge(typed, on=list(full.columns), how="left", validate="1:1")
    return found.assign(status=found["status"].fillna("missing"))


def _each_cell(names: pd.DataFrame, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    if not columns:
        return names
    cells = frame[list(columns)].astype(str).drop_duplicates().sort_values(list(columns))
    return names.merge(cells, how="cross")


def hide_alike(
    figures: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    questions: Mapping[str, str],
) -> pd.DataFrame:
    """
    Hide a cell in all figures of a question if the gate hides it in one of them.

    A share of institutions and the share of their clients come from the same answers: what one
    hides, the other must not nearly tell.

    Parameters
    ----------
    questions
        Question of each figure.

    Returns
    -------
    DataFrame
        The figures, without value where hidden.
    """
    day = date(figures["year"].max(), 1, 1)  # nothing leaves here
    told = gate.protect(figures[_asked(figures)], answers, items, today=day).rows
    hidden = told.loc[told["status"] == "suppressed", ["indicator", *_CELL]]
    pairs = hidden.assign(question=hidden["indicator"].map(questions))
    closed = set(pairs[["question", *_CELL]].itertuples(index=False, name=None))
    keys = figures[_CELL].assign(question=figures["indicator"].map(questions))
    rows = keys[["question", *_CELL]].itertuples(index=False, name=None)
    shut = pd.Series([key in closed for key in rows], index=figures.index)
    numbers = ["value", "se", "low", "high"]
    return figures.assign(**{name: figures[name].mask(shut) for name in numbers})


def _asked(figures: pd.DataFrame) -> list[str]:
    return [one for one in figures.columns if one in rules().columns]


def _questions(indicators: Mapping[str, SurveyIndicator]) -> dict[str, str]:
    of = {
        f"{one.id}_{estimand}": one.question
        for one in indicators.values()
        for estimand in estimands(one)
    }
    return of | dict.fromkeys((RATE, COVERAGE), RATE)


def _items(
    indicators: Mapping[str, SurveyIndicator], privacy: Mapping[str, str]
) -> dict[str, Item]:
    return {
        f"{one.id}_{estimand}": Item("share", privacy[one.question], modelled=one.kind == "banded")
        for one in indicators.values()
        for estimand in estimands(one)
    }


def _more_items(apart: pd.DataFrame) -> dict[str, Item]:
    of_response = dict.fromkeys((RATE, COVERAGE), Item("share", everyone=True))
    even = {R_INDICATOR: Item("share", modelled=True, everyone=True)}
    return of_response | even | {str(name): Item("mean") for name in apart["indicator"].unique()}


def _renamed(heard: pd.DataFrame) -> pd.DataFrame:
    """Stand the same answers behind the R-indicator as behind the rate."""
    return heard[heard["indicator"] == RATE].assign(indicator=R_INDICATOR)
