"""A LimeSurvey survey as it stands in the field: its own wordings, read from its structure."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from divide.survey.decoding import decode
from divide.survey.extras import library
from divide.survey.findings import refuse
from divide.survey.headings import Reader
from divide.survey.questionnaire import instrument
from divide.survey.uploads import Upload, open_upload
from divide.survey.wordings import Structure, Target, Wording, own_wordings, plain

_LINE_PARTS = frozenset({"class", "name", "text", "language"})
Row = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A question of the survey in one language: code, words, subquestions, answers."""

    code: str
    lang: str
    text: str
    parts: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


def read_structure(path: Path) -> Structure:
    """
    Read a survey's structure: tab-separated `.txt`, or `.lss` of any version.

    Questions are known by their codes; those that are not the questionnaire's are left out.

    Raises
    ------
    RefusedFileError
        If it is no structure, or damaged.
    """
    upload = open_upload(path)
    asked = list(_of_lss(upload) if upload.kind == "lss" else _of_lines(upload))
    codes = Reader().codes
    orders = {one.target: one.order for one in own_wordings()}
    wordings: list[Wording] = []
    labels: dict[str, dict[str, str]] = {}
    for one in asked:
        for target, part in _targets(one, codes):
            wordings.append(Wording(target, one.lang, plain(one.text), plain(part), orders[target]))
            known = {choice.code for choice in instrument().choices(target.name)}
            for code, words in one.answers.items():
                if code in known:
                    labels.setdefault(target.name, {})[plain(words)] = code
    if not wordings:
        refuse(path, "SV009")
    return Structure(tuple(wordings), labels)


def _targets(one: Asked, codes: Mapping[str, Target]) -> Iterator[tuple[Target, str]]:
    """Yield what a question's columns stand for, each with the words in its brackets."""
    if not one.parts:
        named = [(codes.get(plain(one.code)), "")]
    else:
        named = [
            (codes.get(plain(f"{one.code}[{part}]")), words) for part, words in one.parts.items()
        ]
    for target, words in named:
        if target is not None:
            yield target, words


def _of_lines(upload: Upload) -> Iterator[Asked]:
    """Read the tab-separated form by the names of its columns: its order moves."""
    text = decode(upload).text
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    if not set(rows.fieldnames or ()) >= _LINE_PARTS:
        refuse(upload.path, "SV009")
    current: Asked | None = None
    for row in rows:
        kind, name, words = row["class"], row["name"], row["text"] or ""
        if kind == "Q":
            if current is not None:
                yield current
            current = Asked(name, row["language"], words)
        elif kind == "SQ" and current is not None:
            current.parts[name] = words
        elif kind == "A" and current is not None:
            current.answers[name] = words
    if current is not None:
        yield current


def _of_lss(upload: Upload) -> Iterator[Asked]:
    """Read the XML form: texts stand beside codes up to version 3, in tables of their own after."""
    defused = library("defusedxml.ElementTree")
    errors = library("defusedxml.common").DefusedXmlException
    try:
        tree = defused.fromstring(upload.content, forbid_dtd=True)
    except (errors, defused.ParseError, ValueError):
        refuse(upload.path, "SV004")
    texts = _l10n(tree, "question_l10ns", "qid", "question")
    words = _l10n(tree, "answer_l10ns", "aid", "answer")
    parts, answers = _rows(tree, "subquestions"), _rows(tree, "answers")
    for row in _rows(tree, "questions"):
        beside = {row.get("language", ""): row.get("question", "")}
        for lang, text in (texts.get(row["qid"]) or beside).items():
            one = Asked(row["title"], lang, text)
            for part in _in(parts, "parent_qid", row, lang):
                own = texts.get(part["qid"], {})
                one.parts[part["title"]] = own.get(lang, part.get("question", ""))
            for answer in _in(answers, "qid", row, lang):
                own = words.get(answer.get("aid", ""), {})
                one.answers[answer["code"]] = own.get(lang, answer.get("answer", ""))
            yield one


def _in(rows: list[dict[str, str]], key: str, question: Row, lang: str) -> list[dict[str, str]]:
    """Return the rows of a question in a language, or in all where they tell none."""
    own = [row for row in rows if row.get(key) == question["qid"]]
    return [row for row in own if row.get("language", lang) == lang]


def _rows(tree: Any, table: str) -> list[dict[str, str]]:
    return [
        {cell.tag: cell.text or "" for cell in row} for row in tree.findall(f"./{table}/rows/row")
    ]


def _l10n(tree: Any, table: str, key: str, text: str) -> dict[str, dict[str, str]]:
    """Gather texts of a table of translations by id and language."""
    found: dict[str, dict[str, str]] = {}
    for row in _rows(tree, table):
        found.setdefault(row[key], {})[row["language"]] = row.get(text, "")
    return found
