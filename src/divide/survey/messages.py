"""What was found, in words for the person who filled in the file; repeats told once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pandas as pd
from pandas import DataFrame

from divide import texts
from divide.survey.expressions import condition_in_words
from divide.survey.findings import CORRECTED, NOTE, SEVERITY, STOP
from divide.survey.questionnaire import instrument

# Told once for all the questions that share their rows.
_BY_ROWS: Final = frozenset({"SV013", "SV026", "SV037"})
_FULL: Final = 3  # different texts that are shown when a finding repeats
_LONG: Final = 80
_DATES: Final = frozenset({"SV031", "SV047"})


@dataclass(frozen=True)
class Message:
    """
    One finding, or several alike, as its reader sees it.

    Attributes
    ----------
    where
        The cell as in Excel with its column, or how often and in which rows.
    question
        The question in words; empty if the finding is of the file.
    cells
        Every cell concerned: row and letters.
    """

    code: str
    severity: str
    where: str
    question: str
    found: str
    after: str
    expected: str
    do: str
    count: int
    cells: tuple[tuple[int, str], ...] = ()

    def line(self, file: str, sheet: str, lang: str) -> str:
        """Write the message as one line, parts separated by a middle dot."""
        parts = [self.code, file]
        if sheet:
            parts.append(texts.label("survey.message.sheet", lang=lang, sheet=sheet))
        parts.append(self.where)
        if self.found:
            parts.append(texts.label("survey.message.found", lang=lang, found=self.found))
        parts += [
            texts.label("survey.message.expected", lang=lang, expected=self.expected),
            self.do,
            texts.label(f"survey.severity.{self.severity}", lang=lang),
        ]
        return " · ".join(part for part in parts if part)


def messages(findings: DataFrame, *, lang: str) -> list[Message]:
    """
    Put findings into words, those that are alike together.

    Parameters
    ----------
    findings
        See `findings.together`.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    records = cast(list[dict[str, Any]], findings.to_dict("records"))
    for finding in records:
        groups.setdefault(_alike(finding), []).append(finding)
    return [_message(many, lang) for many in _by_rows(list(groups.values()))]


def refused(code: str, file: str, *, lang: str, **values: Any) -> Message:
    """Say why a file was refused whole."""
    return Message(
        code,
        STOP,
        "",
        "",
        "",
        "",
        texts.label(f"survey.{code}.expected", lang=lang, **values),
        texts.label(f"survey.{code}.do", lang=lang, **values),
        1,
    )


def by_severity(told: Iterable[Message]) -> dict[str, list[Message]]:
    """Sort messages: what is to be mended, what was corrected, what is good to know."""
    found: dict[str, list[Message]] = {STOP: [], CORRECTED: [], NOTE: []}
    for one in told:
        found[one.severity].append(one)
    return found


def _alike(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what findings share that are told together."""
    code, question = finding["code"], finding["question"]
    if code == "SV034":
        return code, finding["found"]
    if code in ("SV012", "SV015", "SV017", "SV018"):
        return code, finding["column"], str(finding["detail"])
    if SEVERITY[code] == CORRECTED:
        return code, question, finding["after"]
    return code, question, finding["column"]


def _by_rows(groups: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Put questions together that lack an answer in the same rows."""
    merged: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for place, many in enumerate(groups):
        code = many[0]["code"]
        rows = tuple(one["row"] for one in many)
        key = (code, rows) if code in _BY_ROWS else (place,)
        merged.setdefault(key, []).extend(many)
    return list(merged.values())


def _message(many: Sequence[Mapping[str, Any]], lang: str) -> Message:
    first = many[0]
    code = first["code"]
    values = _values(first, many, lang)
    cells = tuple(dict.fromkeys((int(one["row"]), str(one["column"])) for one in many))
    return Message(
        code=code,
        severity=SEVERITY[code],
        where=_where(many, lang),
        question=_question(many, lang),
        found=_found(many, lang),
        after=_words(first["after"], first, lang),
        expected=texts.label(f"survey.{code}.expected", lang=lang, **values),
        do=texts.label(f"survey.{code}.do", lang=lang, **values),
        count=len({row for row, _ in cells}),
        cells=tuple(cell for cell in cells if cell[0]),
    )


def _values(
    first: Mapping[str, Any], many: Sequence[Mapping[str, Any]], lang: str
) -> dict[str, Any]:
    """Return what a message's words name: limits, other rows, choices in the reader's words."""
    values = dict(first["detail"])
    made, name = instrument(), first["question"]
    values["after"] = _words(first["after"], first, lang)
    for key in ("near", "choice"):
        if key in values:
            values[key] = _words(str(values[key]), first, lang)
    if name in made.columns:
        row = made.columns[name]
        values["choices"] = ", ".join(one.label[lang] for one in made.choices(name))
        values["question"] = _question(many, lang)
        values["condition"] = condition_in_words(row.shown_if, made, lang) if row.shown_if else ""
    if first["code"] == "SV037":
        values["number"] = row_ranges(_numbers(many))
    return values


def _words(text: str, finding: Mapping[str, Any], lang: str) -> str:
    """Write codes of a question as the words of its choices; any other text as it is."""
    made, name = instrument(), finding["question"]
    if not text or name not in made.columns or not made.choices(name):
        return text
    labels = {one.code: one.label[lang] for one in made.choices(name)}
    parts = text.split(" ")
    return ", ".join(labels[part] for part in parts) if set(parts) <= set(labels) else text


def _found(many: Sequence[Mapping[str, Any]], lang: str) -> str:
    said = list(dict.fromkeys(_short(_words(one["found"], one, lang)) for one in many))
    said = [one for one in said if one]
    if len(said) <= 1:
        return said[0] if said else ""
    return " / ".join([*said[:_FULL], *(["…"] if len(said) > _FULL else [])])


def _short(text: str) -> str:
    """Write a text on one line, not longer than a line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"


def _where(many: Sequence[Mapping[str, Any]], lang: str) -> str:
    rows = sorted({int(one["row"]) for one in many if one["row"]})
    columns = list(dict.fromkeys(str(one["column"]) for one in many if one["column"]))
    names = list(dict.fromkeys(str(one["question"]) for one in many if one["question"]))
    name = f" ({names[0]})" if len(names) == 1 else ""
    if not rows:
        return f"{columns[0]}{name}" if len(columns) == 1 else name.strip(" ()")
    if len(rows) == 1:
        row = rows[0]
        if len(columns) == 1:
            return f"{columns[0]}{row}{name}"
        return texts.label("survey.message.row", lang=lang, row=row)
    told = texts.label("survey.message.rows", lang=lang, count=len(rows), rows=row_ranges(rows))
    return f"{columns[0]}{name}, {told}" if len(columns) == 1 else told


def row_ranges(rows: Sequence[int]) -> str:
    """
    Write rows shortly.

    Examples
    --------
    >>> row_ranges([4, 5, 6, 9, 12, 13])
    '4–6, 9, 12–13'
    """
    ends = pd.Series(sorted(set(rows)))
    blocks = ends.groupby((ends.diff() != 1).cumsum()).agg(["first", "last"])
    told = [
        f"{first}" if first == last else f"{first}–{last}"
        for first, last in blocks.itertuples(index=False)
    ]
    return ", ".join(told[:12]) + (", …" if len(told) > 12 else "")


def _question(many: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Return the question in words; of several, their numbers."""
    made = instrument()
    names = list(dict.fromkeys(one["question"] for one in many if one["question"]))
    if len(names) == 1:
        row = made.columns[names[0]]
        return f"{row.number}. {made.heading(names[0], lang)}"
    return row_ranges(_numbers(many)) if names else ""


def _numbers(many: Sequence[Mapping[str, Any]]) -> list[int]:
    made = instrument()
    return sorted({made.columns[one["question"]].number for one in many if one["question"]})
