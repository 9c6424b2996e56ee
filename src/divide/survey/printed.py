"""The printable questionnaire: one page a language, for a pen; paper is a mode of its own."""

from pathlib import Path
from typing import Any

from divide import texts
from divide.survey.expressions import condition_in_words, limits_in_words
from divide.survey.pages import render
from divide.survey.questionnaire import WAVE, Instrument, Question, instrument


def write_printable(path: Path, *, lang: str, banner: str = "") -> None:
    """Write the questionnaire as one HTML file to print on A4 and fill in by hand."""
    path.write_text(render_printable(lang, banner=banner), encoding="utf-8", newline="\n")


def render_printable(lang: str, *, banner: str = "") -> str:
    """Return the printable questionnaire's HTML."""
    made = instrument()
    words = {
        name: texts.label(f"survey.{name}", lang=lang)
        for name in ("title", "intro", "privacy", "paper")
    }
    return render(
        "printed",
        lang=lang,
        banner=banner,
        wave=texts.label("survey.wave", lang=lang, wave=WAVE),
        words=words,
        sections=[_section(made, letter, lang) for letter in made.sections()],
    )


def _section(made: Instrument, letter: str, lang: str) -> dict[str, Any]:
    rows = [row for row in made.rows if row.section == letter and row.kind != "item"]
    return {
        "letter": letter,
        "title": texts.label(f"survey.section.{letter}", lang=lang),
        "questions": [_question(made, row, lang) for row in rows],
    }


def _question(made: Instrument, row: Question, lang: str) -> dict[str, Any]:
    return {
        "number": row.number,
        "label": row.label[lang],
        "only_if": condition_in_words(row.shown_if, made, lang) if row.shown_if else "",
        "how": _how(made, row, lang),
        "form": "array" if row.kind == "array" else row.type,
        "type": row.type,
        "items": [item.label[lang] for item in made.items(row.name)],
        "choices": [one.label[lang] for one in made.lists.get(row.choice_list, ())],
        "boxes": len(str(row.limits[1])) if row.limits else 7,
    }


def _how(made: Instrument, row: Question, lang: str) -> str:
    """Say in small print how to answer."""
    if row.type == "select_multiple":
        parts = [texts.label("survey.form.several", lang=lang)]
        if row.most:
            parts = [texts.label("survey.form.most", lang=lang, number=row.most)]
    elif row.type == "select_one":
        key = "one_each" if row.kind == "array" else "one"
        parts = [texts.label(f"survey.form.{key}", lang=lang)]
    elif row.type == "integer":
        parts = [texts.label("survey.form.number", lang=lang)]
    else:
        parts = [limits_in_words(row, made, lang).rstrip(".")]
    if not row.required:
        parts.append(texts.label("survey.form.optional", lang=lang))
    hint = row.hint.get(lang, "")
    # The hint of a code already says its form.
    return hint if row.pattern else f"{', '.join(parts)}. {hint}".strip()
