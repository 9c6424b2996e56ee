"""The survey's own workbook out: one row a site, drop-downs in one language, kept headings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pandas import DataFrame

from divide import texts
from divide.survey import sheet_parts
from divide.survey.expressions import condition_in_words, limits_in_words
from divide.survey.extras import library
from divide.survey.questionnaire import WAVE, Instrument, Question, instrument

STAMP: Final = "divide_survey"
HIDDEN: Final = "divide_lists"  # the sheet with the lists and the stamp
CODE_ROW: Final = 3  # counted from 0: the row of codes, below section, question and item
ROWS: Final = 500  # prepared for answers
_LISTS_FROM: Final = 2


@dataclass(frozen=True)
class Slot:
    """One column of a sheet: a question's column, or one of its choices."""

    name: str
    option: str | None = None

    @property
    def code(self) -> str:
        """Return the slot as ODK and the workbook write it: `groups/gadd`."""
        return f"{self.name}/{self.option}" if self.option else self.name


def slots(made: Instrument) -> list[Slot]:
    """List the columns of a sheet of answers: a multiple choice has one for each choice."""
    found = []
    for name, row in made.columns.items():
        if row.type == "select_multiple":
            found += [Slot(name, choice.code) for choice in made.choices(name)]
        else:
            found.append(Slot(name))
    return found


def write_workbook(
    path: Path, *, lang: str, answers: DataFrame | None = None, banner: str = ""
) -> None:
    """
    Write the workbook that institutions fill in.

    Parameters
    ----------
    lang
        The one language of its questions and lists.
    answers
        Codes to fill in, one row a reply and a column for each question; empty if None.
    banner
        A warning to stand above the guide, such as that the answers are synthetic.
    """
    made = instrument()
    writer = library("xlsxwriter")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with writer.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": texts.label("survey.title", lang=lang),
                # The same questionnaire gives the same file, byte for byte.
                "created": datetime(int(WAVE), 1, 1),
            }
        )
        styles = sheet_parts.styles(book)
        sheet = book.add_worksheet(texts.label("survey.sheet.answers", lang=lang))
        guide = book.add_worksheet(texts.label("survey.sheet.guide", lang=lang))
        hidden = book.add_worksheet(HIDDEN)
        lists = _write_lists(hidden, made, lang)
        _write_headings(sheet, made, lang, styles)
        _write_rules(sheet, made, lang, lists, styles)
        if answers is not None:
            _write_answers(sheet, made, lang, answers)
        _write_guide(guide, lang, styles, banner)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})


def _write_lists(sheet: Any, made: Instrument, lang: str) -> dict[str, str]:
    """Write every list of choices into the hidden sheet; return where each one stands."""
    sheet.write_row(0, 0, [STAMP, WAVE, lang])
    words = {name: [one.label[lang] for one in choices] for name, choices in made.lists.items()}
    words[""] = [texts.label(f"survey.{word}", lang=lang) for word in ("yes", "no")]
    places = {}
    for column, (name, labels) in enumerate(words.items()):
        sheet.write_column(_LISTS_FROM - 1, column, [name or "yes_no", *labels])
        letter = sheet_parts.letters(column)
        first, last = _LISTS_FROM + 1, _LISTS_FROM + len(labels)
        places[name] = f"='{HIDDEN}'!${letter}${first}:${letter}${last}"
    sheet.very_hidden()
    return places


def _write_headings(sheet: Any, made: Instrument, lang: str, styles: dict[str, Any]) -> None:
    for column, slot in enumerate(slots(made)):
        row = made.columns[slot.name]
        tone = styles[f"band_{row.section}"]
        sheet.set_column(column, column, 14 if slot.option else 20, styles["answer"])
        sheet.write_string(CODE_ROW - 1, column, _under(slot, made, lang), styles["item"])
        sheet.write_string(CODE_ROW, column, slot.code, styles["code"])
        sheet.write_blank(0, column, None, tone)
        sheet.write_blank(1, column, None, tone)
    for first, last, words, level in _spans(made, lang):
        row = made.columns[slots(made)[first].name]
        tone = styles[f"band_{row.section}" if level else f"title_{row.section}"]
        if last > first:
            sheet.merge_range(level, first, level, last, words, tone)
        else:
            sheet.write_string(level, first, words, tone)
    for level, height in enumerate((20, 62, 48, 14)):
        sheet.set_row(level, height)
    sheet.freeze_panes(CODE_ROW + 1, 1)


def _spans(made: Instrument, lang: str) -> Iterator[tuple[int, int, str, int]]:
    """Yield first and last column of each section (level 0) and question (level 1), with words."""
    places = [made.columns[slot.name] for slot in slots(made)]
    for level in (0, 1):
        keys = [row.number if level else row.section for row in places]
        first = 0
        for at in range(1, len(keys) + 1):
            if at == len(keys) or keys[at] != keys[first]:
                yield first, at - 1, _span_words(places[first], made, lang, level), level
                first = at


def _span_words(row: Question, made: Instrument, lang: str, level: int) -> str:
    if level == 0:
        return f"{row.section} · {texts.label(f'survey.section.{row.section}', lang=lang)}"
    stem = made.arrays[row.array].label[lang] if row.array else row.label[lang]
    asked = f"{row.number}. {stem}"
    if row.shown_if:
        asked += f"\n({condition_in_words(row.shown_if, made, lang)})"
    return asked


def _under(slot: Slot, made: Instrument, lang: str) -> str:
    """Return what stands under the question: the choice, the item, or what is expected."""
    row = made.columns[slot.name]
    if slot.option:
        return next(one.label[lang] for one in made.choices(slot.name) if one.code == slot.option)
    if row.array:
        return row.label[lang]
    if row.type == "select_one":
        return texts.label("survey.form.choose", lang=lang)
    return limits_in_words(row, made, lang)


def _write_rules(
    sheet: Any, made: Instrument, lang: str, lists: dict[str, str], styles: dict[str, Any]
) -> None:
    top, bottom = CODE_ROW + 1, CODE_ROW + ROWS
    places = {slot.code: column for column, slot in enumerate(slots(made))}
    for column, slot in enumerate(slots(made)):
        row = made.columns[slot.name]
        rule = _rule(row, made, lang, lists)
        if rule:
            sheet.data_validation(top, column, bottom, column, rule)
        if row.shown_if:
            condition = sheet_parts.hidden_when(row.shown_if, places, made, lang, top + 1)
            grey = {"type": "formula", "criteria": condition, "format": styles["not_asked"]}
            sheet.conditional_format(top, column, bottom, column, grey)


def _rule(
    row: Question, made: Instrument, lang: str, lists: dict[str, str]
) -> dict[str, Any] | None:
    """Return Excel's rule for a column: a list, a whole number within limits, or none."""
    if row.type in ("select_one", "select_multiple"):
        words = texts.label("survey.form.choose", lang=lang)
        source = lists[row.choice_list if row.type == "select_one" else ""]
        return {"validate": "list", "source": source, "error_message": words}
    if row.type == "integer" and row.limits:
        low, high = row.limits
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_message": limits_in_words(row, made, lang),
        }
    return None


def _write_answers(sheet: Any, made: Instrument, lang: str, answers: DataFrame) -> None:
    """Fill in codes as the words of the lists, numbers as numbers."""
    yes = texts.label("survey.yes", lang=lang)
    for column, slot in enumerate(slots(made)):
        row = made.columns[slot.name]
        words = {one.code: one.label[lang] for one in made.choices(slot.name)}
        for number, told in enumerate(answers[slot.name], CODE_ROW + 1):
            if not isinstance(told, str):
                continue
            if slot.option:
                if slot.option in told.split(" "):
                    sheet.write_string(number, column, yes)
            elif row.type == "integer" and told.isdecimal():
                sheet.write_number(number, column, int(told))
            else:
                sheet.write_string(number, column, words.get(told, told))


def _write_guide(sheet: Any, lang: str, styles: dict[str, Any], banner: str) -> None:
    answers = texts.label("survey.sheet.answers", lang=lang)
    lines = [
        banner,
        texts.label("survey.title", lang=lang),
        texts.label("survey.wave", lang=lang, wave=WAVE),
        texts.label("survey.intro", lang=lang),
        texts.label("survey.guide.rows", lang=lang, sheet=answers, row=CODE_ROW + 2),
        texts.label("survey.guide.lists", lang=lang, yes=texts.label("survey.yes", lang=lang)),
        texts.label("survey.guide.kept", lang=lang),
        texts.label("survey.privacy", lang=lang),
    ]
    sheet.set_column(0, 0, 100)
    for number, line in enumerate(one for one in lines if one):
        sheet.write_string(number, 0, line, styles["title" if number == 0 else "guide"])
    sheet.hide_gridlines(2)
    sheet.protect()
