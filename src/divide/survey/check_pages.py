"""The page that answers a file: what to mend, what was corrected, what is good to know."""

from collections.abc import Sequence
from typing import Any

from divide import texts
from divide.survey.answers import Answers
from divide.survey.findings import CORRECTED, NOTE, STOP
from divide.survey.messages import Message, by_severity
from divide.survey.pages import render

SHOWN = 200  # messages of a kind; a page that nobody reads to its end helps nobody
_WORDS = (
    *("title", "to_correct", "corrected", "corrected_note", "notes", "where", "question"),
    *("found", "expected", "do", "before", "after", "code", "private"),
)


def render_check(
    file: str,
    told: Sequence[Message],
    *,
    lang: str,
    read: Answers | None = None,
    annotated: str = "",
) -> str:
    """
    Return the page as one HTML file; every text of the file shows as text.

    Parameters
    ----------
    file
        The file's name.
    read
        What was read of it; None if it was refused whole.
    annotated
        Name of the annotated copy, if one was made.
    """
    sorted_ = by_severity(told)
    return render(
        "checked",
        lang=lang,
        file=file,
        summary=_summary(sorted_, read, lang),
        words={name: texts.label(f"survey.check.{name}", lang=lang) for name in _WORDS},
        empty=texts.label("survey.message.empty", lang=lang),
        annotated=texts.label("survey.check.annotated", lang=lang, file=annotated)
        if annotated
        else "",
        stops=sorted_[STOP],
        corrected=sorted_[CORRECTED],
        notes=sorted_[NOTE],
        shown=SHOWN,
        more={name: _more(many, lang) for name, many in sorted_.items()},
    )


def _more(many: Sequence[Message], lang: str) -> str:
    left = len(many) - SHOWN
    number = texts.format_count(left)
    return texts.label("survey.check.more", lang=lang, number=number) if left > 0 else ""


def summary_lines(told: Sequence[Message], read: Answers | None, lang: str) -> list[str]:
    """Say in two or three lines how a file stands."""
    return _summary(by_severity(told), read, lang)


def _summary(sorted_: dict[str, list[Message]], read: Answers | None, lang: str) -> list[Any]:
    stops = len(sorted_[STOP])
    lines = [
        texts.plural("survey.check.stops", stops, lang=lang)
        if stops
        else texts.label("survey.check.fine", lang=lang)
    ]
    if read is not None:
        finished = int(read.replies["completed"].sum())
        count = texts.plural("survey.check.replies", len(read.replies), lang=lang)
        done = texts.label("survey.check.complete", lang=lang, number=texts.format_count(finished))
        family = texts.label(f"survey.family.{read.family}", lang=lang)
        lines += [
            f"{count}, {done}.",
            texts.label("survey.check.family", lang=lang, family=family) + ".",
        ]
    return lines
