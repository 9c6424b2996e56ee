"""Questions with several answers: a column of codes, a column for each choice, or both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from divide.survey.cells import read_option
from divide.survey.columns import Column, Mask, Texts, each_text, spread
from divide.survey.findings import Found, found
from divide.survey.questionnaire import Question
from divide.survey.sheet_parts import letters
from divide.survey.wordings import own_labels, plain

Rows = NDArray[np.int64]
# How LimeSurvey writes in words that a choice was not shown.
_NOT_SHOWN: Final = "N/A"
_CHOSEN, _LEFT, _ABSENT, _HIDDEN, _FAULTY = 1, 0, 2, 3, -1


@dataclass(frozen=True)
class Several:
    """
    A question with several answers, and where a file has them.

    Attributes
    ----------
    names
        The codes of its choices, in order.
    whole, options
        The column that holds all chosen codes; the column of each choice.
    separator
        What parts the codes or words of a cell that holds several.
    labels
        Words beside those of the questionnaire, as `plain` writes them, to codes.
    """

    row: Question
    names: tuple[str, ...]
    whole: int | None = None
    options: Mapping[str, int] = field(default_factory=dict)
    separator: str = " "
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Return the column that a finding of the whole question points to."""
        return self.whole if self.whole is not None else min(self.options.values())


def read_multiple(cells: Texts, rows: Rows, asked: Several) -> Column:
    """
    Read a question with several answers out of all cells of a file.

    Returns
    -------
    Column
        Values are codes joined by spaces, in the order of the questionnaire.
    """
    chosen = np.zeros((len(rows), len(asked.names)), dtype=bool)
    absent = np.ones(len(rows), dtype=bool)
    hidden, faulty = np.zeros((2, len(rows)), dtype=bool)
    parts: list[Found] = []
    for place, name in enumerate(asked.names):
        if name in asked.options:
            told, findings = _read_option(cells, rows, asked, name)
            chosen[:, place] = told == _CHOSEN
            absent &= (told == _ABSENT) | (told == _HIDDEN)
            hidden |= told == _HIDDEN
            faulty |= told == _FAULTY
            parts.append(findings)
    if asked.whole is not None:
        bits, nothing, findings = _read_whole(cells[:, asked.whole], rows, asked)
        filled = bits > 0
        chosen[filled] = bits[filled][:, None] >> np.arange(len(asked.names)) & 1
        absent &= nothing
        faulty |= bits < 0
        parts.append(findings)
    wrong, broken = _rules(chosen, rows, asked)
    values = joined(chosen, asked.names)
    values[faulty | wrong] = None
    return Column(
        values,
        absent,
        faulty | wrong,
        (*parts, *broken),
        letters(asked.first),
        hidden & absent,
    )


def _read_option(
    cells: Texts, rows: Rows, asked: Several, name: str
) -> tuple[NDArray[np.int64], Found]:
    """Read the column of one choice: chosen, left, absent or not readable."""

    def read(text: str) -> int:
        if text == _NOT_SHOWN:
            return _HIDDEN
        said = read_option(text, asked.row, name)
        return _FAULTY if said is None else _CHOSEN if said else _LEFT

    at = asked.options[name]
    codes, readings, texts = each_text(cells[:, at], read)
    told = spread(codes, readings, _ABSENT).astype(np.int64)
    places = np.flatnonzero(told == _FAULTY)
    said = [texts[code] for code in codes[places]]
    return told, found(
        "SV044", rows[places], column=letters(at), question=asked.row.name, found=said
    )


def _read_whole(cells: Texts, rows: Rows, asked: Several) -> tuple[NDArray[np.int64], Mask, Found]:
    """Read cells that hold several answers as bits, one for each choice; −1 is not readable."""
    known = {name: 1 << place for place, name in enumerate(asked.names)}
    words = {**own_labels(asked.row.name), **asked.labels}

    def read(text: str) -> int:
        bits = 0
        for part in text.split(asked.separator):
            said = part.strip()
            code = said if said in known else words.get(plain(said))
            if said and code is None:
                return _FAULTY
            bits |= known[code] if code else 0
        return bits

    codes, readings, texts = each_text(cells, read)
    bits = spread(codes, readings, 0).astype(np.int64)
    places = np.flatnonzero(bits < 0)
    said = [texts[code] for code in codes[places]]
    # Words of several answers joined by spaces cannot be parted again.
    code = "SV011" if asked.separator == " " else "SV020"
    at = letters(asked.whole or 0)
    findings = found(code, rows[places], column=at, question=asked.row.name, found=said)
    return bits, codes < 0, findings


def _rules(chosen: Mask, rows: Rows, asked: Several) -> tuple[Mask, list[Found]]:
    """Find choices that stand with others though they go with none, and too many choices."""
    count = chosen.sum(axis=1)
    wrong = np.zeros(len(rows), dtype=bool)
    parts = []
    for name in asked.row.exclusive:
        mixed = chosen[:, asked.names.index(name)] & (count > 1) & ~wrong
        at = asked.options.get(name, asked.first)
        parts.append(_noted("SV028", chosen, rows, asked, mixed, at=at, detail={"choice": name}))
        wrong |= mixed
    many = (count > (asked.row.most or len(asked.names))) & ~wrong
    detail = {"most": asked.row.most}
    parts.append(_noted("SV029", chosen, rows, asked, many, at=asked.first, detail=detail))
    return wrong | many, parts


def _noted(
    code: str,
    chosen: Mask,
    rows: Rows,
    asked: Several,
    where: Mask,
    *,
    at: int,
    detail: Mapping[str, object],
) -> Found:
    said = list(joined(chosen[where], asked.names))
    return found(
        code,
        rows[where],
        column=letters(at),
        question=asked.row.name,
        found=said,
        detail=detail,
    )


def joined(chosen: Mask, names: tuple[str, ...]) -> Texts:
    """
    Join the chosen codes by spaces, in the order of the questionnaire; None if none is chosen.

    Examples
    --------
    >>> list(joined(np.array([[True, False, True], [False, False, False]]), ("a", "b", "c")))
    ['a c', None]
    """
    bits = chosen @ (1 << np.arange(len(names), dtype=np.int64))
    different, places = np.unique(bits, return_inverse=True)
    texts = np.full(len(different), None, dtype=object)
    for at, bit in enumerate(different):
        kept = [name for place, name in enumerate(names) if int(bit) >> place & 1]
        texts[at] = " ".join(kept) or None
    return np.asarray(texts[places], dtype=object)
