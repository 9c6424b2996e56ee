"""Answers checked against each other: what is needed, what adds up, what must not be written."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from divide.survey.findings import Found, found
from divide.survey.questionnaire import Instrument, instrument
from divide.survey.states import BLANK

Rows = NDArray[np.int64]
# Without these no reply can be placed in the frame, weighted or counted.
NEEDED: Final = ("npa", "inst_type", "n_ben")
_AGES: Final = ("n_age_u18", "n_age_a18", "n_age_o65")
_PERSONAL: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w+"  # e-mail
    r"|(?:\+41|0041|\b0)\s?\(?\d{2}\)?(?:[\s./-]?\d{2,3}){3}\b"  # Swiss telephone
    r"|\b756[.\s]?\d{4}[.\s]?\d{4}[.\s]?\d{2}\b"  # insurance number
    r"|\b(?:Mme|Mlle|Madame|Monsieur|M\.|Herr|Herrn|Frau|Signor|Signora|Sig\.|Mr|Mrs|Ms)\s+[A-ZÀ-Ý]"
)


def check_answers(
    values: DataFrame,
    states: DataFrame,
    replies: DataFrame,
    places: Mapping[str, str],
    *,
    cut: Collection[int] = (),
) -> list[Found]:
    """
    Find what no cell alone shows.

    Parameters
    ----------
    values, states
        One row a reply, one column for each of the questionnaire.
    replies
        `row` and `completed` of each reply.
    places
        Letters of the file's column for each column of the questionnaire.
    cut
        Rows that were cut off: what they lack was not left blank.
    """
    made = instrument()
    rows = replies["row"].to_numpy()
    whole = ~replies["row"].isin(cut)
    parts = [
        *_needed(states[whole], replies[whole], places, made),
        *_ages(values, rows, places),
        *_more_than_all(values, rows, places),
        *_remarks(values, rows, places),
    ]
    return parts


def _needed(
    states: DataFrame, replies: DataFrame, places: Mapping[str, str], made: Instrument
) -> Iterator[Found]:
    rows, finished = replies["row"].to_numpy(), replies["completed"].to_numpy(dtype=bool)
    empty = states == BLANK
    if not places["id_inst"]:
        yield found("SV033", question="id_inst")
    yield found("SV033", rows[empty["id_inst"]], column=places["id_inst"], question="id_inst")
    yield found("SV038", rows[~finished])
    for name, row in made.columns.items():
        if not row.required or name == "id_inst":
            continue
        code = "SV037" if name in NEEDED else "SV026"
        # An unfinished reply is one finding, not one for each question it did not reach.
        open_ = empty[name].to_numpy() & (finished | (name in NEEDED))
        detail = {"number": row.number}
        yield found(code, rows[open_], column=places[name], question=name, detail=detail)


def _ages(values: DataFrame, rows: Rows, places: Mapping[str, str]) -> Iterator[Found]:
    ages = sum((_number(values[name]) for name in _AGES), Series(0.0, index=values.index))
    total = _number(values["n_ben"])
    wrong = ((ages != total) & ages.notna() & total.notna()).to_numpy()
    yield _against("SV035", rows[wrong], places, _AGES[0], _pairs("≠", ages[wrong], total[wrong]))


def _more_than_all(values: DataFrame, rows: Rows, places: Mapping[str, str]) -> Iterator[Found]:
    unasked, total = _number(values["q_unask"]), _number(values["n_ben"])
    wrong = (unasked > total).to_numpy()
    said = _pairs(">", unasked[wrong], total[wrong])
    yield _against("SV043", rows[wrong], places, "q_unask", said)


def _against(code: str, rows: Rows, places: Mapping[str, str], name: str, said: list[str]) -> Found:
    return found(code, rows, column=places[name], question=name, found=said)


def _pairs(sign: str, one: Series, other: Series) -> list[str]:
    pairs = zip(one.astype(int), other.astype(int), strict=True)
    return [f"{first} {sign} {second}" for first, second in pairs]


def _remarks(values: DataFrame, rows: Rows, places: Mapping[str, str]) -> Iterator[Found]:
    """Find remarks that seem to name somebody; they never leave, and should not arrive."""
    named = values["q_text"].map(lambda text: bool(_PERSONAL.search(text)), na_action="ignore")
    yield found("SV040", rows[named == True], column=places["q_text"], question="q_text")  # noqa: E712


def _number(column: Series) -> Series:
    return pd.to_numeric(column, errors="coerce").astype(float)
