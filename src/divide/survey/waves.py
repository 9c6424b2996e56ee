"""Waves of the survey: what became of a column or a code, and what may be pooled."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import paths
from divide.errors import FactsError, SurveyError
from divide.survey.questionnaire import WAVE

COMPARABLE: Final = ("yes", "no", "broken")


@dataclass(frozen=True)
class Fate:
    """
    What became of a column, or of one code, that an earlier wave used.

    Attributes
    ----------
    wave, column, code
        The wave that used it; the code is empty if the whole column is meant.
    maps_to, maps_to_code
        Its name and code today; empty if it has no successor.
    comparable
        `yes`: same meaning, pooled under today's name. `no`: kept apart under its old name
        and wave. `broken`: the series is broken, and pooling it is refused.
    """

    wave: str
    column: str
    code: str
    maps_to: str
    maps_to_code: str
    comparable: str
    note: str = ""


@cache
def fates(path: Path | None = None) -> tuple[Fate, ...]:
    """
    Read what became of earlier columns and codes.

    Parameters
    ----------
    path
        A codebook of one's own; the package's `facts/waves.csv` if none is given.
    """
    source = path or paths.FACTS / "waves.csv"
    names = [one.name for one in fields(Fate)]
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        found = tuple(Fate(**{name: row[name] for name in names}) for row in rows)
    except (OSError, ValueError, KeyError) as reason:
        raise FactsError(f"{source.name} is no codebook of waves: {reason}.") from reason
    odd = sorted({one.comparable for one in found} - set(COMPARABLE))
    if odd:
        raise FactsError(f"{source.name}: comparable is yes, no or broken, not {', '.join(odd)}.")
    return found


def fate_of(column: str, *, wave: str = WAVE, known: Iterable[Fate] | None = None) -> Fate | None:
    """Return what became of a whole column of a wave; None if nothing did."""
    for one in fates() if known is None else known:
        if (one.wave, one.column, one.code) == (wave, column, ""):
            return one
    return None


def earlier_names(wave: str, known: Iterable[Fate] | None = None) -> dict[str, str]:
    """Map the names that a wave's files use to the names of today, where they differ."""
    chosen = fates() if known is None else known
    return {
        one.column: one.maps_to
        for one in chosen
        if one.wave == wave and not one.code and one.maps_to and one.comparable == "yes"
    }


def earlier_codes(wave: str, known: Iterable[Fate] | None = None) -> dict[str, dict[str, str]]:
    """Map, by the columns of today, the codes that a wave's files use to those of today."""
    found: dict[str, dict[str, str]] = {}
    for one in fates() if known is None else known:
        if one.wave == wave and one.code and one.maps_to_code and one.comparable == "yes":
            found.setdefault(one.maps_to, {})[one.code] = one.maps_to_code
    return found


def pool(
    answers: Iterable[DataFrame],
    known: Iterable[Fate] | None = None,
    *,
    questions: Collection[str] | None = None,
) -> DataFrame:
    """
    Put waves into one table, under the names and codes of today.

    Parameters
    ----------
    answers
        Tables of answers, each of one wave or more.
    questions
        Columns to pool; all if none are named.

    Raises
    ------
    SurveyError
        If a column's series is broken: leave it out, or report the waves apart.

    Examples
    --------
    >>> def wave(year, question, answer):
    ...     return DataFrame({"wave": [year], "question": [question], "answer": [answer]})
    >>> gone = [Fate("2024", "wifi", "", "i_co_wifi", "", "yes"),
    ...         Fate("2024", "wifi", "a", "i_co_wifi", "w1", "yes")]
    >>> pool([wave("2024", "wifi", "a"), wave("2026", "i_co_wifi", "w2")], gone)
       wave   question answer
    0  2024  i_co_wifi     w1
    1  2026  i_co_wifi     w2
    """
    chosen = tuple(fates() if known is None else known)
    together = pd.concat([_restated(one, chosen) for one in answers], ignore_index=True)
    if questions is not None:
        together = together[together["question"].isin(questions)].reset_index(drop=True)
    broken = sorted(set(together["question"]) & _broken(together, chosen))
    if broken:
        raise SurveyError(
            f"These columns changed their meaning between waves and cannot be pooled: "
            f"{', '.join(broken)}. Leave them out (questions=…), or report each wave by itself."
        )
    return together


def _broken(together: DataFrame, known: tuple[Fate, ...]) -> set[str]:
    """Name the columns whose series is broken between waves that are both here."""
    here = set(together["wave"])
    names = set()
    for one in known:
        if one.comparable == "broken" and one.wave in here and len(here) > 1:
            names |= {one.column, one.maps_to}
    return names


def _restated(answers: DataFrame, known: tuple[Fate, ...]) -> DataFrame:
    """Rename columns and recode answers of earlier waves; what is not comparable stands apart."""
    moved = answers.copy()
    for one in known:
        rows = (answers["wave"] == one.wave) & (answers["question"] == one.column)
        if one.code and one.comparable == "yes":
            moved.loc[rows, "answer"] = moved.loc[rows, "answer"].map(
                lambda text, one=one: _recoded(text, one), na_action="ignore"
            )
        elif one.comparable == "no":
            moved.loc[rows, "question"] = f"{one.column}_{one.wave}"
        elif one.comparable == "yes" and one.maps_to:
            moved.loc[rows, "question"] = one.maps_to
    return moved


def _recoded(text: str, fate: Fate) -> str:
    codes = (fate.maps_to_code if code == fate.code else code for code in text.split(" "))
    return " ".join(code for code in codes if code)
