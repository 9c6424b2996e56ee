"""LimeSurvey structure out: a tab-separated file that LimeSurvey imports, four languages."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from divide import terms, texts
from divide.survey.expressions import limesurvey_condition
from divide.survey.questionnaire import WAVE, Instrument, Question, instrument

SURVEY_ID: Final = "777001"
_HEADINGS: Final = (
    *("id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language"),
    *("validation", "mandatory", "encrypted", "other", "default", "same_default", "same_script"),
    *("exclude_all_others", "max_answers", "max_num_value_n", "min_num_value_n"),
    *("num_value_int_only", "maximum_chars"),
)
_TYPES: Final = {
    "text": "S",
    "long_text": "T",
    "integer": "N",
    "select_one": "L",
    "select_multiple": "M",
}
_ARRAY_TYPES: Final = {"integer": "K", "select_one": "F"}
_SETTINGS: Final = {
    "sid": SURVEY_ID,
    # Dates tell which of two answers is the later one; an anonymised survey writes 1980-01-01.
    "anonymized": "N",
    "datestamp": "Y",
    "ipaddr": "N",
    "refurl": "N",
    "usetokens": "N",
    "allowsave": "Y",
    "format": "G",
}
Row = dict[str, str]


def write_structure(path: Path, *, lang: str = "fr") -> None:
    """
    Write the questionnaire as a survey structure of LimeSurvey (`.txt`).

    The tab-separated form is read by the names of its columns and outlives versions; an
    `.lss` file is bound to the version of the database it came from.

    Parameters
    ----------
    lang
        The survey's first language; the other three are its additional ones.
    """
    made = instrument()
    order = [lang, *(one for one in terms.LANGUAGES if one != lang)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _HEADINGS, delimiter="\t", restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_settings(order))
        for one in order:
            writer.writerows(_content(made, one))


def structure_type(row: Question) -> str:
    """
    Return LimeSurvey's letter for a question.

    Examples
    --------
    >>> from divide.survey.questionnaire import question
    >>> structure_type(question("npa")), structure_type(question("groups"))
    ('N', 'M')
    """
    return (_ARRAY_TYPES if row.kind == "array" else _TYPES)[row.type]


def _settings(order: list[str]) -> Iterator[Row]:
    own = {**_SETTINGS, "language": order[0], "additional_languages": " ".join(order[1:])}
    for name, value in own.items():
        yield {"class": "S", "name": name, "text": value}
    for lang in order:
        told = {
            "surveyls_survey_id": SURVEY_ID,
            "surveyls_language": lang,
            "surveyls_title": texts.label("survey.title", lang=lang),
            "surveyls_description": texts.label("survey.wave", lang=lang, wave=WAVE),
            "surveyls_welcometext": " ".join(
                texts.label(f"survey.{part}", lang=lang) for part in ("intro", "privacy")
            ),
            "surveyls_dateformat": "1",
        }
        for name, value in told.items():
            yield {"class": "SL", "name": name, "text": value, "language": lang}


def _content(made: Instrument, lang: str) -> Iterator[Row]:
    for number, section in enumerate(made.sections(), 1):
        yield {
            "id": str(number),
            "class": "G",
            "type/scale": str(number),
            "name": texts.label(f"survey.section.{section}", lang=lang),
            "relevance": "1",
            "language": lang,
        }
        for row in made.rows:
            if row.section == section and row.kind != "item":
                yield from _question(row, made, lang)


def _question(row: Question, made: Instrument, lang: str) -> Iterator[Row]:
    number = str(row.number)
    yield {
        "id": number,
        "class": "Q",
        "type/scale": structure_type(row),
        "name": row.ls_column,
        "relevance": limesurvey_condition(row.shown_if, made),
        "text": row.label[lang],
        "help": row.hint.get(lang, ""),
        "language": lang,
        "validation": f"/{row.pattern}/" if row.pattern else "",
        "mandatory": "Y" if row.required else "N",
        "encrypted": "N",
        "other": "N",
        "same_default": "1",
        "same_script": "1",
        **_attributes(row),
    }
    subquestions = [(item_code(item), item.label[lang]) for item in made.items(row.name)]
    choices = [(one.code, one.label[lang]) for one in made.lists.get(row.choice_list, ())]
    if row.type == "select_multiple":
        subquestions, choices = choices, []
    for code, words in subquestions:
        yield _part("SQ", number, code, words, lang) | {"relevance": "1"}
    for code, words in choices:
        yield _part("A", number, code, words, lang)


def item_code(item: Question) -> str:
    """
    Return the code of an array's item in LimeSurvey: what stands in brackets.

    Examples
    --------
    >>> from divide.survey.questionnaire import question
    >>> item_code(question("b_eq_phone"))
    'phone'
    """
    return item.ls_column.partition("[")[2].removesuffix("]")


def _part(kind: str, number: str, code: str, words: str, lang: str) -> Row:
    return {
        "id": number,
        "class": kind,
        "type/scale": "0",
        "name": code,
        "text": words,
        "language": lang,
    }


def _attributes(row: Question) -> Row:
    told: Row = {}
    if row.type == "select_multiple":
        told["exclude_all_others"] = ";".join(row.exclusive)
        told["max_answers"] = str(row.most or "")
    elif row.type == "integer" and row.limits:
        low, high = row.limits
        told |= {"min_num_value_n": str(low), "num_value_int_only": "1"}
        # In a multiple numerical question the highest value is a limit of the sum.
        told |= {} if row.kind == "array" else {"max_num_value_n": str(high)}
    elif row.type == "long_text" and row.limits:
        told["maximum_chars"] = str(row.limits[1])
    return told
