"""What each institution adds to each figure: what the gate must know to prove that it may leave."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from divide import terms
from divide.measure.designs import Array
from divide.measure.survey_indicators import (
    BASES,
    SurveyIndicator,
    bands,
    indicator_values,
)

# What places and sorts an institution on the levels that are published.
PLACED: Final = ("institution", "canton", "language_region", "type")
# Added to a figure's name: how far institutions differ in it.
SPREAD: Final = "_spread"
RATE, COVERAGE = "response_rate", "client_coverage"
_PARTS: Final = ("value", "base", "weight", "persons")
_Numbers = tuple[Array, Array, Array, Array]


def contributions(
    answers: pd.DataFrame, indicators: Mapping[str, SurveyIndicator], *, year: int
) -> pd.DataFrame:
    """
    Say what each institution adds to each figure of the survey.

    Parameters
    ----------
    answers
        One row per answering institution, laid out wide, with `PLACED` and `weight`.

    Returns
    -------
    DataFrame
        One row per institution and figure that it answered: `indicator` (with its estimand),
        `year`, `PLACED`, `value`, `base`, `weight`, `persons`. A band counts as its middle, with
        weight 1: of figures from bands the model makes the rest.

    Examples
    --------
    >>> from divide.measure.survey_indicators import survey_indicator
    >>> answers = pd.DataFrame({"institution": ["a"], "canton": "VD", "language_region": "fr",
    ...     "type": "addiction", "weight": 2.0, "n_ben": 40, "w_reach": ["t2"]})
    >>> one = {"digital_only_gate": survey_indicator("digital_only_gate")}
    >>> contributions(answers, one, year=2026)[["indicator", "value", "base"]].values.tolist()
    [['digital_only_gate_institutions', 1.0, 1.0], ['digital_only_gate_people', 40.0, 40.0]]
    """
    parts = [
        _rows(answers, f"{one.id}_{estimand}", numbers)
        for one in indicators.values()
        for estimand, numbers in _adds(answers, one)
    ]
    return pd.concat(parts, ignore_index=True).assign(year=year)


def _adds(answers: pd.DataFrame, one: SurveyIndicator) -> Iterator[tuple[str, _Numbers]]:
    """Yield by estimand: value, base, weight, persons."""
    clients, weight = _number(answers, "clients"), answers["weight"].to_numpy(dtype=float)
    if one.kind == "banded":
        base, share = _number(answers, one.of), band_middles(answers, one)
        yield estimands(one)[0], (share * base, base, np.ones_like(base), base)
    elif one.kind == "counted":
        count = pd.to_numeric(answers[one.question]).to_numpy(dtype=float)
        yield "people", (count, clients, weight, clients)
    else:
        values = indicator_values(answers, one)
        yield "institutions", (values, np.ones_like(values), weight, clients)
        yield "people", (values * clients, clients, weight, clients)


def estimands(one: SurveyIndicator) -> tuple[str, ...]:
    """
    Name what an indicator is a share of: an answer of institutions is told of their clients, too.

    Examples
    --------
    >>> from divide.measure.survey_indicators import survey_indicator
    >>> [estimands(survey_indicator(one)) for one in ("no_wifi", "unheard", "private_devices")]
    [('institutions', 'people'), ('people',), ('professionals',)]
    """
    if one.kind in ("banded", "counted"):
        return ("people" if one.of == "clients" else one.of,)
    return ("institutions", "people")


def band_middles(answers: pd.DataFrame, one: SurveyIndicator) -> Array:
    """Return the middle of each answer's band, of those who lack it if the indicator asks so."""
    middles = {code: (low + high) / 2 for code, (low, high) in bands().items()}
    share = answers[one.question].astype(object).map(middles)
    return np.asarray(1 - share if one.lacking else share, dtype=np.float64)


def _number(answers: pd.DataFrame, of: str) -> Array:
    return np.asarray(pd.to_numeric(answers[BASES[of]]).to_numpy(dtype=float))


def _rows(answers: pd.DataFrame, name: str, numbers: _Numbers) -> pd.DataFrame:
    told = pd.concat(
        [
            answers[list(PLACED)].astype(str).reset_index(drop=True),
            pd.DataFrame(dict(zip(_PARTS, numbers, strict=True))),
        ],
        axis=1,
    )
    return told[told["value"].notna() & (told["base"] > 0)].assign(indicator=name)


def spreads(answers: pd.DataFrame, indicators: Mapping[str, SurveyIndicator]) -> pd.DataFrame:
    """
    Say what each institution adds to the spread of shares of persons: Σ base (r − r̄)² / Σ base.

    Returns
    -------
    DataFrame
        As `contributions`, but `year`; indicators end in `SPREAD`. Within a band a rate may
        be anything: its variance, width²/12, is added. Told of the country alone, so nothing
        finer stands behind it.
    """
    answers = answers.assign(canton=terms.COUNTRY, language_region=terms.COUNTRY, type=terms.TOTAL)
    parts = []
    for one in indicators.values():
        if one.kind not in ("banded", "counted"):
            continue
        _, (value, base, _, persons) = next(_adds(answers, one))
        rate = np.divide(value, base)
        told = np.isfinite(rate)
        mean = value[told].sum() / max(base[told].sum(), 1.0)
        within = (
            answers[one.question].astype(object).map(_within()) if one.kind == "banded" else 0.0
        )
        name = f"{one.id}_{estimands(one)[0]}{SPREAD}"
        apart = base * ((rate - mean) ** 2 + within)
        parts.append(_rows(answers, name, (apart, base, np.ones_like(base), persons)))
    if not parts:
        return _rows(answers.head(0), SPREAD, (np.empty(0), np.empty(0), np.empty(0), np.empty(0)))
    return pd.concat(parts, ignore_index=True)


def _within() -> dict[str, float]:
    return {code: (high - low) ** 2 / 12 for code, (low, high) in bands().items()}


def responses(frame: pd.DataFrame, answered: pd.Series) -> pd.DataFrame:
    """
    Say of every invited institution whether it answered, and for how many clients.

    Parameters
    ----------
    frame
        One row per invited institution: `PLACED`, `clients`.
    answered
        Codes of the institutions that answered.

    Returns
    -------
    DataFrame
        As `contributions`, but `year`: `response_rate` and `client_coverage`.
    """
    clients = frame["clients"].to_numpy(dtype=float)
    here = np.asarray(frame["institution"].isin(answered), dtype=np.float64)
    one = np.ones(len(here))
    rate = _rows(frame, RATE, (here, one, one, clients))
    coverage = _rows(frame, COVERAGE, (here * clients, clients, one, clients))
    return pd.concat([rate, coverage], ignore_index=True)
