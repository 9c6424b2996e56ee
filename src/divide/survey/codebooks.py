"""The codebook out: every column of data, its codes, words and place between the waves."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from divide import terms
from divide.survey import waves
from divide.survey.questionnaire import Choice, Instrument, Question, instrument

_HEADINGS: Final = (
    *("number", "section", "dimension", "actor", "layer", "column", "limesurvey_column"),
    *("type", "code", "allowed", "required", "shown_if", "scale_note", "privacy_class"),
    *("valid_from", "maps_to", "comparable"),
)
# A spreadsheet takes a text that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Row = dict[str, str]


def write_codebook(path: Path, *, lang: str = "fr") -> None:
    """
    Write the codebook as CSV: one row per column of data and code, all four languages.

    Parameters
    ----------
    lang
        The language whose words stand first.
    """
    made = instrument()
    order = [lang, *(one for one in terms.LANGUAGES if one != lang)]
    words = [f"{what}_{one}" for what in ("question", "code") for one in order]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(
            file, [*_HEADINGS, *words], delimiter=";", restval="", lineterminator="\r\n"
        )
        writer.writeheader()
        for row in made.columns.values():
            for told in _rows(row, made):
                writer.writerow({name: _as_text(value) for name, value in told.items()})


def _rows(row: Question, made: Instrument) -> Iterator[Row]:
    fate = waves.fate_of(row.name)
    common = {
        "number": str(row.number),
        "section": row.section,
        "dimension": row.dimension,
        "actor": row.actor,
        "layer": row.layer.strip("-"),
        "column": row.name,
        "limesurvey_column": row.ls_column,
        "type": row.type,
        "allowed": row.allowed,
        "required": "yes" if row.required else "no",
        "shown_if": _condition(row),
        "scale_note": row.scale_note,
        "privacy_class": row.privacy_class,
        "valid_from": row.valid_from,
        "maps_to": fate.maps_to if fate else row.name,
        "comparable": fate.comparable if fate else "yes",
        **{f"question_{lang}": made.heading(row.name, lang) for lang in terms.LANGUAGES},
    }
    choices: tuple[Choice | None, ...] = made.choices(row.name) or (None,)
    for choice in choices:
        if choice is None:
            yield common
        else:
            words = {f"code_{lang}": choice.label[lang] for lang in terms.LANGUAGES}
            yield common | {"code": choice.code} | words


def _condition(row: Question) -> str:
    shown = row.shown_if
    return f"{shown.question} {shown.sign} {' '.join(shown.values)}" if shown else ""


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
