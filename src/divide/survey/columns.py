"""Columns of a file read at once: each different text is read once, however often it stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.survey.cells import Reading, read_cell
from divide.survey.findings import Found
from divide.survey.questionnaire import DONT_KNOW, Question
from divide.survey.sheet_parts import letters

Texts = NDArray[np.object_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """
    One question's answers, a place for each reply.

    Attributes
    ----------
    values
        Code, digits or text; several codes joined by spaces; None where there is none.
    absent
        Where the file says that there is no value at all, not even a blank one.
    faulty
        Where there was an answer that cannot be taken.
    at
        Letters of the (first) column of the file.
    hidden
        Where the file says in words that the question was not shown.
    """

    values: Texts
    absent: Mask
    faulty: Mask
    findings: tuple[Found, ...]
    at: str = ""
    hidden: Mask | None = None


def read_single(
    cells: Texts,
    rows: NDArray[np.int64],
    row: Question,
    *,
    at: int,
    labels: Mapping[str, str] | None = None,
) -> Column:
    """Read the column of a question that has one answer."""

    def read(text: str) -> Reading:
        return read_cell(text, row, labels) if text.strip() else Reading(None)

    codes, readings, texts = each_text(cells, read)
    values = spread(codes, [one.value for one in readings], None)
    faulty = spread(codes, [one.faulty for one in readings], False).astype(bool)
    flagged = np.array([bool(one.finding) for one in readings] + [False])[codes]
    places = np.flatnonzero(flagged)
    chosen = [readings[code] for code in codes[places]]
    findings = Found(
        [one.finding for one in chosen],
        rows[places].tolist(),
        letters(at),
        row.name,
        # A remark is nobody's to read, not even in a message.
        "" if row.type == "long_text" else [texts[code] for code in codes[places]],
        [one.after for one in chosen],
        [one.detail for one in chosen],
    )
    return Column(values, codes < 0, faulty, (findings,), letters(at))


def each_text(
    cells: Texts, read: Callable[[str], Any]
) -> tuple[NDArray[np.int64], list[Any], list[str]]:
    """Read every different text once; −1 stands for no value at all."""
    codes, uniques = pd.factorize(cells)
    texts = [str(text) for text in uniques]
    return codes.astype(np.int64), [read(text) for text in texts], texts


def spread(codes: NDArray[np.int64], values: list[Any], absent: Any) -> Texts:
    """Give each reply what its text was read as."""
    array = np.empty(len(values) + 1, dtype=object)
    array[:-1] = values
    array[-1] = absent
    return np.asarray(array[codes])


def is_dont_know(values: Texts) -> Mask:
    """Tell where the answer is that nobody knows."""
    return np.asarray(values == DONT_KNOW, dtype=bool)
