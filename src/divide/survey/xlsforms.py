"""XLSForm out: the questionnaire for ODK and KoboToolbox, four languages in every cell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from divide import terms, texts
from divide.survey.expressions import limits_in_words, odk_condition, odk_constraint
from divide.survey.extras import library
from divide.survey.questionnaire import WAVE, Instrument, Question, Words, instrument

FORM_ID: Final = "divide_institutions"
_ODK_TYPES: Final = {"text": "text", "long_text": "text", "integer": "integer"}
_TRANSLATED: Final = ("label", "hint", "constraint_message", "required_message")
Row = dict[str, str]


def language_name(lang: str) -> str:
    """Return a language as XLSForm names it: `Français (fr)`."""
    return f"{texts.label(f'language.{lang}', lang=lang)} ({lang})"


def write_xlsform(path: Path, *, lang: str = "fr") -> None:
    """
    Write the questionnaire as an XLSForm.

    Parameters
    ----------
    lang
        The language the form opens in; it holds all four.
    """
    made = instrument()
    sheets = {
        "survey": list(_survey_rows(made)),
        "choices": list(_choice_rows(made)),
        "settings": [_settings(lang)],
    }
    writer = library("xlsxwriter")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with writer.Workbook(str(path), options) as book:
        for name, rows in sheets.items():
            _write_sheet(book.add_worksheet(name), rows, _headings(name))


def _headings(sheet: str) -> list[str]:
    """Return the headings of a sheet: a translated column stands once for each language."""
    plain = {
        "survey": "type name label hint required required_message relevant constraint "
        "constraint_message appearance",
        "choices": "list_name name label",
        "settings": "form_title form_id version default_language instance_name",
    }
    heads: list[str] = []
    for name in plain[sheet].split():
        if name in _TRANSLATED:
            heads += [f"{name}::{language_name(one)}" for one in terms.LANGUAGES]
        else:
            heads.append(name)
    return heads


def _write_sheet(sheet: Any, rows: list[Row], headings: list[str]) -> None:
    for column, head in enumerate(headings):
        sheet.write_string(0, column, head)
        for number, row in enumerate(rows, 1):
            if row.get(head):
                sheet.write_string(number, column, row[head])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings), 24)


def _survey_rows(made: Instrument) -> Iterator[Row]:
    for name in ("start", "end"):
        yield {"type": name, "name": name}
    for section in made.sections():
        yield {
            "type": "begin_group",
            "name": f"sec_{section.lower()}",
            "appearance": "field-list",
            **_each("label", f"survey.section.{section}"),
        }
        for row in made.rows:
            if row.section == section and row.kind != "item":
                yield from _question_rows(row, made)
        yield {"type": "end_group"}


def _question_rows(row: Question, made: Instrument) -> Iterator[Row]:
    if row.kind != "array":
        yield _asked(row, made)
        return
    yield {
        "type": "begin_group",
        "name": row.name,
        "relevant": odk_condition(row.shown_if) if row.shown_if else "",
        **_translated("label", row.label),
    }
    for item in made.items(row.name):
        # The group carries the condition of its items.
        yield {**_asked(item, made), "relevant": ""}
    yield {"type": "end_group"}


def _asked(row: Question, made: Instrument) -> Row:
    kind = _ODK_TYPES.get(row.type) or f"{row.type} {row.choice_list}"
    constraint = odk_constraint(row)
    told: Row = {
        "type": kind,
        "name": row.name,
        "required": "yes" if row.required else "",
        "relevant": odk_condition(row.shown_if) if row.shown_if else "",
        "constraint": constraint,
        "appearance": "multiline" if row.type == "long_text" else "",
        **_translated("label", row.label),
        **_translated("hint", row.hint),
    }
    if constraint:
        limits = {lang: limits_in_words(row, made, lang) for lang in terms.LANGUAGES}
        told |= _translated("constraint_message", limits)
    if row.required:
        told |= _each("required_message", "survey.form.needed")
    return told


def _choice_rows(made: Instrument) -> Iterator[Row]:
    for name, choices in made.lists.items():
        for choice in choices:
            words = _translated("label", choice.label)
            yield {"list_name": name, "name": choice.code, **words}


def _settings(lang: str) -> Row:
    return {
        # ODK knows one title; a form in four languages carries it in the one it opens in.
        "form_title": texts.label("survey.title", lang=lang),
        "form_id": FORM_ID,
        "version": f"{WAVE}010100",
        "default_language": language_name(lang),
        "instance_name": "concat(${id_inst}, ' ', ${npa})",
    }


def _translated(what: str, words: Words) -> Row:
    return {f"{what}::{language_name(lang)}": words[lang] for lang in words}


def _each(what: str, key: str) -> Row:
    return _translated(what, {lang: texts.label(key, lang=lang) for lang in terms.LANGUAGES})
