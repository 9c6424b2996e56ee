"""Why there is no answer: five kinds of missing, kept apart."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from divide.survey.columns import Column, Mask, Texts, is_dont_know
from divide.survey.findings import Found, found
from divide.survey.questionnaire import Condition, Instrument, Question

ANSWERED: Final = "answered"
DONT_KNOW: Final = "dont_know"
BLANK: Final = "blank"  # shown, and left without an answer
NOT_SHOWN: Final = "not_shown"  # never put to this institution
NO_REPLY: Final = "no_reply"  # invited, and silent
NOT_INVITED: Final = "not_invited"
FAULTY: Final = "faulty"  # an answer that could not be taken: the file's check failed
STATES: Final = (ANSWERED, DONT_KNOW, BLANK, NOT_SHOWN, NO_REPLY, NOT_INVITED, FAULTY)
MISSING: Final = (NOT_INVITED, NO_REPLY, NOT_SHOWN, BLANK, DONT_KNOW)


def states_of(
    columns: Mapping[str, Column],
    made: Instrument,
    rows: NDArray[np.int64],
    *,
    tells_blank: bool,
    unseen: Mapping[str, Mask] | None = None,
) -> tuple[DataFrame, DataFrame, list[Found]]:
    """
    Tell for each answer whether there is one, and why not.

    Parameters
    ----------
    columns
        What was read, by the questionnaire's names.
    tells_blank
        Whether the file itself tells "not shown" from "blank"; if it does not, the
        questionnaire's conditions do.
    unseen
        Replies that broke off before a section, by the section's letter.

    Returns
    -------
    values, states, findings
        Answers without those that were given though their question does not apply.
    """
    values: dict[str, Texts] = {}
    told: dict[str, Texts] = {}
    parts: list[Found] = []
    for name, row in made.columns.items():
        column = columns[name]
        state = _first(column)
        # A question that the file lacks was put to nobody.
        gone = column.absent if tells_blank or not column.at else np.zeros(len(rows), dtype=bool)
        if column.hidden is not None:
            gone = gone | column.hidden
        if unseen:
            gone = gone | (unseen[row.section] & (state == BLANK))
        state[gone & (state == BLANK)] = NOT_SHOWN
        if row.shown_if and columns[row.shown_if.question].at:
            fails, unsure = _condition(row.shown_if, values, told)
            state[(fails | unsure) & (state == BLANK)] = NOT_SHOWN
            against = fails & (state != NOT_SHOWN)
            parts.append(_unasked(column, row, made, rows, against))
            state[against] = NOT_SHOWN
        kept = column.values.copy()
        kept[state != ANSWERED] = None
        values[name], told[name] = kept, state
    return pd.DataFrame(values, dtype=object), pd.DataFrame(told, dtype=object), parts


def _first(column: Column) -> Texts:
    state = np.full(len(column.values), BLANK, dtype=object)
    state[column.values != None] = ANSWERED  # noqa: E711
    state[is_dont_know(column.values)] = DONT_KNOW
    state[column.faulty] = FAULTY
    return state


def _condition(
    shown: Condition, values: Mapping[str, Texts], told: Mapping[str, Texts]
) -> tuple[Mask, Mask]:
    """Tell where a condition fails, and where the answer it rests on is not known."""
    state = told[shown.question]
    codes, different = pd.factorize(values[shown.question])
    holds = np.array([*(shown.holds(one) for one in different), False], dtype=bool)[codes]
    fails = ((state == ANSWERED) & ~holds) | (state == NOT_SHOWN)
    return fails, (state != ANSWERED) & ~fails


def _unasked(
    column: Column,
    row: Question,
    made: Instrument,
    rows: NDArray[np.int64],
    against: Mask,
) -> Found:
    asked = made.columns[row.shown_if.question] if row.shown_if else row
    said = ["" if one is None else str(one) for one in column.values[against]]
    return found(
        "SV027",
        rows[against],
        column=column.at,
        question=row.name,
        found=said,
        detail={"number": asked.number},
    )
