"""Answers as other programs export them: for the demonstration, and to prove the way back."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pandas import DataFrame

from divide import texts
from divide.survey.extras import library
from divide.survey.questionnaire import DONT_KNOW, Instrument, Question, instrument
from divide.survey.states import DONT_KNOW as NOT_KNOWN
from divide.survey.states import NOT_SHOWN
from divide.survey.workbooks import Slot, slots, write_workbook

_META: Final = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")
_CUT: Final = 15
_BOM: Final = "\ufeff"


@dataclass(frozen=True)
class Batch:
    """
    Replies to write: what `answers.Answers` holds, before any file.

    Attributes
    ----------
    values, states
        As in `answers.Answers`.
    replies
        One row a reply: `submitted`, `completed`, `language`.
    """

    values: DataFrame
    states: DataFrame
    replies: DataFrame

    @property
    def codes(self) -> DataFrame:
        """Return answers with `dk` where nobody knows: what was ticked."""
        return self.values.mask(self.states == NOT_KNOWN, DONT_KNOW)


def write_limesurvey(
    path: Path, batch: Batch, *, lang: str = "", long: bool = False, headings: str = "code"
) -> None:
    """
    Write replies as LimeSurvey exports them: everything quoted but what was not shown.

    Parameters
    ----------
    lang
        The export's language, for headings and long answers in words.
    headings
        `code`, `full` or `cut` (at fifteen characters).
    """
    made = instrument()
    shown = (batch.states != NOT_SHOWN).to_numpy()
    codes = batch.codes
    places = {name: number for number, name in enumerate(codes.columns)}
    columns = [_meta(batch)[name] for name in _META]
    for slot in slots(made):
        said = _words(codes[slot.name], slot, made, lang if long else "", yes=("Y", ""))
        seen = shown[:, places[slot.name]]
        absent = "N/A" if long and slot.option else None
        columns.append(_where(seen, said, absent))
    heads = [*_META, *(_heading(slot, made, lang, headings) for slot in slots(made))]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_BOM + ";".join(_quoted(head) for head in heads) + "\r\n")
        for row in zip(*columns, strict=True):
            file.write(";".join(_quoted(cell) for cell in row) + "\r\n")
        file.write("\r\n")


def write_kobo(path: Path, batch: Batch, *, odk: bool = False) -> None:
    """Write replies as Kobo (`;`, both forms of several answers) or ODK Central (`,`) do."""
    rows = list(_kobo_rows(batch, odk))
    if path.suffix == ".xlsx":
        _write_sheet(path, rows, "divide")
        return
    with path.open("w", encoding="utf-8" if odk else "utf-8-sig", newline="") as file:
        if odk:
            csv.writer(file).writerows(rows)
        else:
            csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)


def write_filled(path: Path, batch: Batch, *, lang: str, banner: str = "") -> None:
    """Write replies into the survey's own workbook."""
    write_workbook(path, lang=lang, answers=batch.codes, banner=banner)


def write_forms(path: Path, batch: Batch, *, lang: str) -> None:
    """Write replies as Microsoft Forms does: questions as headings, several answers by `;`."""
    made = instrument()
    codes, names = batch.codes, list(made.columns)
    heads = ["ID", "Start time", "Completion time", "Email", "Name"]
    rows: list[list[Any]] = [[*heads, *(made.heading(name, lang) for name in names)]]
    columns = [_joined_words(codes[name], made.columns[name], made, lang) for name in names]
    for number, cells in enumerate(zip(*columns, strict=True), 1):
        sent = batch.replies["submitted"].iloc[number - 1]
        rows.append([number, sent, sent, "anonymous", "", *cells])
    _write_sheet(path, rows, "Sheet1")


def _meta(batch: Batch) -> dict[str, Any]:
    replies = batch.replies
    done = replies["completed"].to_numpy(dtype=bool)
    sent = replies["submitted"].to_numpy(dtype=object)
    number = np.arange(1, len(replies) + 1)
    return {
        "id": number.astype(str),
        "submitdate": _where(done, sent, None),
        "lastpage": np.where(done, "7", "2"),
        "startlanguage": replies["language"].to_numpy(dtype=object),
        "seed": (number * 7919).astype(str),
        "startdate": sent,
        "datestamp": sent,
    }


def _words(
    codes: Any, slot: Slot, made: Instrument, lang: str, *, yes: tuple[str, str]
) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """Write the cells of a slot: codes, or words if a language is given; blank where empty."""
    if slot.option:
        words = tuple(texts.label(f"survey.{w}", lang=lang) for w in ("yes", "no")) if lang else yes
        told = [
            words[0] if isinstance(one, str) and slot.option in one.split(" ") else words[1]
            for one in codes
        ]
    else:
        labels = {c.code: c.label[lang] for c in made.choices(slot.name)} if lang else {}
        told = [labels.get(one, one) if isinstance(one, str) else "" for one in codes]
    found = np.empty(len(told), dtype=object)
    found[:] = told
    return found


def _where(mask: Any, cells: Any, other: str | None) -> Any:
    """Keep cells where a mask holds, and put one other elsewhere."""
    found = np.full(len(cells), other, dtype=object)
    found[mask] = cells[mask]
    return found


def _heading(slot: Slot, made: Instrument, lang: str, how: str) -> str:
    row = made.columns[slot.name]
    if how == "code":
        return f"{row.ls_column}[{slot.option}]" if slot.option else row.ls_column
    stem = made.arrays[row.array].label[lang] if row.array else row.label[lang]
    part = row.label[lang] if row.array else ""
    if slot.option:
        part = next(c.label[lang] for c in made.choices(slot.name) if c.code == slot.option)
    if how == "cut":
        stem, part = _cut(stem), _cut(part)
    return f"{stem} [{part}]" if part else stem


def _cut(text: str) -> str:
    """Cut a text as LimeSurvey does: fifteen characters, two points, a space."""
    return text if len(text) <= _CUT else f"{text[:_CUT]}.. "


def _quoted(cell: str | None) -> str:
    return "" if cell is None else '"' + cell.replace('"', '""') + '"'


def _kobo_rows(batch: Batch, odk: bool) -> Iterator[Sequence[Any]]:
    made, codes = instrument(), batch.codes
    joint = "-" if odk else "/"
    heads: list[str] = []
    columns: list[Any] = []
    for name, row in made.columns.items():
        groups = [f"sec_{row.section.lower()}", *([row.array] if row.array else []), name]
        heads.append(joint.join(groups))
        columns.append([one if isinstance(one, str) else "" for one in codes[name]])
        if row.type == "select_multiple":
            for choice in made.choices(name):
                heads.append(f"{joint.join(groups)}/{choice.code}")
                slot = Slot(name, choice.code)
                chosen = _words(codes[name], slot, made, "", yes=("1", "0"))
                columns.append(np.where(codes[name].notna(), chosen, ""))
    sent = list(batch.replies["submitted"])
    number = [str(one) for one in range(1, len(sent) + 1)]
    if odk:
        yield ["SubmissionDate", "start", "end", *heads, "meta-instanceID", "KEY"]
        yield from zip(sent, sent, sent, *columns, number, number, strict=True)
    else:
        yield ["start", "end", *heads, "_id", "_uuid", "_submission_time", "_status", "_index"]
        status = ["submitted_via_web"] * len(sent)
        yield from zip(sent, sent, *columns, number, number, sent, status, number, strict=True)


def _joined_words(codes: Any, row: Question, made: Instrument, lang: str) -> list[str]:
    labels = {c.code: c.label[lang] for c in made.choices(row.name)}
    if row.type != "select_multiple":
        return [labels.get(one, one) if isinstance(one, str) else "" for one in codes]
    return [
        "".join(f"{labels[code]};" for code in one.split(" ")) if isinstance(one, str) else ""
        for one in codes
    ]


def _write_sheet(path: Path, rows: Sequence[Sequence[Any]], name: str) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with library("xlsxwriter").Workbook(str(path), options) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell not in ("", None):
                    sheet.write(number, column, cell)
