"""The check of one file: read it, put what was found into words, write page and copy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from divide.errors import RefusedFileError, UsageError
from divide.survey.annotations import write_annotated
from divide.survey.answers import Answers, read_answers
from divide.survey.check_pages import render_check
from divide.survey.families import read_mapping
from divide.survey.findings import STOP
from divide.survey.messages import Message, messages, refused
from divide.survey.questionnaire import WAVE
from divide.survey.structures import read_structure
from divide.survey.wordings import Structure

_FIRST_LANGUAGE = "fr"


@dataclass(frozen=True)
class Checked:
    """
    What came of a check.

    Attributes
    ----------
    answers
        What was read; None if the file was refused whole.
    written
        The page, and the annotated copy if there is one.
    """

    path: Path
    lang: str
    answers: Answers | None
    messages: tuple[Message, ...]
    written: tuple[Path, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether nothing has to be mended."""
        return not any(one.severity == STOP for one in self.messages)

    def lines(self) -> list[str]:
        """Return every message as one line."""
        sheet = self.answers.grid.sheet if self.answers else ""
        return [one.line(self.path.name, sheet, self.lang) for one in self.messages]

    def record(self) -> dict[str, Any]:
        """Return the check for machines."""
        read = self.answers
        shown = ("code", "severity", "where", "question", "found", "after", "expected", "do")
        return {
            "file": self.path.name,
            "passed": self.passed,
            "family": read.family if read else None,
            "replies": len(read.replies) if read else 0,
            "completed": int(read.replies["completed"].sum()) if read else 0,
            "messages": [
                {**{name: getattr(one, name) for name in shown}, "cells": _cells(one)}
                for one in self.messages
            ],
            "written": [path.name for path in self.written],
        }


def check_file(
    path: Path,
    *,
    mapping: Path | None = None,
    structure: Path | None = None,
    wave: str = WAVE,
    lang: str | None = None,
    output: Path | None = None,
) -> Checked:
    """
    Check a file of answers and write the page and the annotated copy.

    Parameters
    ----------
    mapping, structure
        A mapping file (YAML), and a LimeSurvey structure with other wordings, if needed.
    lang
        Language of the messages; that of the survey's own workbook, else French.
    output
        Folder for page and copy; beside the file if it is not given, for both hold answers.

    Raises
    ------
    UsageError
        If the file or folder does not exist, or the mapping is wrong.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    folder = output or path.parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    told = read_mapping(mapping) if mapping else None
    worded = read_structure(structure) if structure else Structure()
    try:
        read = read_answers(path, mapping=told, structure=worded, wave=wave)
    except RefusedFileError as error:
        chosen = lang or _FIRST_LANGUAGE
        why = refused(error.code, path.name, lang=chosen, **error.values)
        return _written(Checked(path, chosen, None, (why,)), folder)
    chosen = lang or read.grid.stamp or _FIRST_LANGUAGE
    found = tuple(messages(read.findings, lang=chosen))
    return _written(Checked(path, chosen, read, found), folder)


def _written(done: Checked, folder: Path) -> Checked:
    """Write the page, and the annotated copy if a cell is to be marked."""
    copy = folder / f"{done.path.stem}.checked.xlsx"
    written = []
    if done.answers and any(one.cells for one in done.messages):
        write_annotated(done.answers, done.messages, copy, lang=done.lang)
        written.append(copy)
    page = folder / f"{done.path.stem}.checked.html"
    text = render_check(
        done.path.name,
        done.messages,
        lang=done.lang,
        read=done.answers,
        annotated=copy.name if written else "",
    )
    page.write_text(text, encoding="utf-8", newline="\n")
    return Checked(done.path, done.lang, done.answers, done.messages, (page, *written))


def _cells(one: Message) -> list[str]:
    return [f"{column}{row}" for row, column in one.cells]
