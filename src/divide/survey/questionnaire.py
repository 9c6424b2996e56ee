"""The one definition of the survey, read from facts: questions, choices, when each is shown."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from divide import paths, terms
from divide.errors import FactsError, UnknownNameError, near_names

Words = Mapping[str, str]  # language -> text

# The edition of the instrument; a form and a file of answers say which one they follow.
WAVE: Final = "2026"
ACTORS: Final = ("B", "P", "I")  # beneficiaries, professionals, institution
LAYERS: Final = ("HW", "SW", "CO")  # hardware, software, connection
DIMENSIONS: Final = ("WO", "IN", "AR", "DS")  # Molina & Sorin 2019
TYPES: Final = ("text", "long_text", "integer", "select_one", "select_multiple")
DONT_KNOW: Final = "dk"


@dataclass(frozen=True)
class Condition:
    """When a question is shown: another question's answer, compared with a number or codes."""

    question: str
    sign: str  # ">" or "="
    values: tuple[str, ...]

    def holds(self, answer: str | None) -> bool:
        """
        Tell whether an answer, as its code or digits, meets the condition.

        Examples
        --------
        >>> shown = Condition("i_co_wifi", "=", ("w1", "w2"))
        >>> shown.holds("w1"), shown.holds("w0"), shown.holds(None)
        (True, False, False)
        """
        if answer is None:
            return False
        if self.sign == "=":
            return answer in self.values
        return answer.isdecimal() and int(answer) > int(self.values[0])


@dataclass(frozen=True)
class Choice:
    """One answer to choose: its code, which is never reused, and its words."""

    code: str
    label: Words
    also: tuple[str, ...] = ()  # earlier wordings, still in the field


@dataclass(frozen=True)
class Question:
    """
    A question, an item of an array, or the array's common stem.

    Attributes
    ----------
    name, ls_column
        Its column here and in ODK; in LimeSurvey, which forbids the underscore.
    kind
        `question`, `item` of an array, or `array`: a stem without a column of its own.
    array
        The stem that an item belongs to.
    allowed
        `low..high`, a pattern, or nothing where choices say it.
    exclusive, most
        Choices that stand alone; how many may be chosen.
    privacy_class
        direct, quasi, sensitive, none or freetext: what may leave the machine, and how.
    """

    order: int
    number: int
    section: str
    dimension: str
    actor: str
    layer: str
    name: str
    ls_column: str
    kind: str
    type: str
    choice_list: str
    allowed: str
    required: bool
    shown_if: Condition | None
    exclusive: tuple[str, ...]
    most: int | None
    scale_note: str
    privacy_class: str
    valid_from: str
    label: Words
    hint: Words
    also: tuple[str, ...]
    topic_source: str
    array: str | None = None

    @property
    def limits(self) -> tuple[int, int] | None:
        """Return the lowest and highest number allowed, or None."""
        found = re.fullmatch(r"(\d+)\.\.(\d+)", self.allowed)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def pattern(self) -> str | None:
        """Return the form that a text must have, or None."""
        return self.allowed if self.allowed.startswith("^") else None


@dataclass(frozen=True)
class Instrument:
    """The questionnaire: every row in order, and the lists of choices."""

    rows: tuple[Question, ...]
    lists: Mapping[str, tuple[Choice, ...]]

    @cached_property
    def columns(self) -> dict[str, Question]:
        """Map the name of each column of data to its question, in order."""
        return {row.name: row for row in self.rows if row.kind != "array"}

    @cached_property
    def arrays(self) -> dict[str, Question]:
        """Map the name of each array to its stem."""
        return {row.name: row for row in self.rows if row.kind == "array"}

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Return the choices of a column, none if it is a number or a text."""
        return self.lists.get(self.columns[name].choice_list, ())

    def items(self, array: str) -> tuple[Question, ...]:
        """Return the items of an array."""
        return tuple(row for row in self.rows if row.array == array)

    def heading(self, name: str, lang: str) -> str:
        """Return a column's question in words, an item's with its stem: `stem [item]`."""
        row = self.columns[name]
        own = row.label[lang]
        return f"{self.arrays[row.array].label[lang]} [{own}]" if row.array else own

    def sections(self) -> tuple[str, ...]:
        """Return the letters of the sections in order."""
        return tuple(dict.fromkeys(row.section for row in self.rows))


def question(name: str) -> Question:
    """Return the question of a column; an unknown name lists the near ones."""
    columns = instrument().columns
    if name not in columns:
        raise UnknownNameError(
            f"The questionnaire has no column {name!r}. {near_names(name, list(columns))}"
        )
    return columns[name]


@cache
def instrument() -> Instrument:
    """
    Read the questionnaire and the choices from facts.

    Raises
    ------
    FactsError
        If a row names what does not exist, or a text lacks a language.
    """
    lists: dict[str, tuple[Choice, ...]] = {}
    for row in _rows("choices.csv"):
        one = Choice(row["name"], _words(row, "label"), _also(row))
        lists[row["list_name"]] = (*lists.get(row["list_name"], ()), one)
    found: list[Question] = []
    for row in _rows("questionnaire.csv"):
        found.append(_question(row, found))
    made = Instrument(tuple(found), lists)
    _check(made)
    return made


def _question(row: dict[str, str], before: list[Question]) -> Question:
    arrays = [one.name for one in before if one.kind == "array"]
    return Question(
        order=int(row["order"]),
        number=int(row["question_no"]),
        required=row["required"] == "yes",
        shown_if=_condition(row["shown_if"]),
        exclusive=tuple(row["exclusive"].split()),
        most=int(row["most"]) if row["most"] else None,
        label=_words(row, "label"),
        hint=_words(row, "hint") if row["hint_en"] else {},
        also=_also(row),
        array=arrays[-1] if row["kind"] == "item" else None,
        **{name: row[name] for name in _AS_TYPED},
    )


_AS_TYPED: Final = (
    *("section", "dimension", "actor", "layer", "name", "ls_column", "kind", "type"),
    *("choice_list", "allowed", "scale_note", "privacy_class", "valid_from", "topic_source"),
)


def _condition(text: str) -> Condition | None:
    if not text:
        return None
    name, sign, *values = text.split()
    return Condition(name, sign, tuple(values))


def _words(row: Mapping[str, str], what: str) -> Words:
    return {lang: row[f"{what}_{lang}"] for lang in terms.LANGUAGES}


def _also(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in row["also"].split("|") if part.strip())


def _rows(name: str) -> Iterable[dict[str, str]]:
    path = paths.FACTS / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError) as reason:
        raise FactsError(f"facts/{name} cannot be read: {reason}. Restore it.") from reason


def _check(made: Instrument) -> None:
    """Refuse a questionnaire that contradicts itself: every form and check rests on it."""
    faults = [f"{row.name}: unknown type {row.type}" for row in made.rows if row.type not in TYPES]
    for row in made.rows:
        words = [*row.label.values(), *row.hint.values()]
        words += [w for one in made.lists.get(row.choice_list, ()) for w in one.label.values()]
        if not all(words):
            faults.append(f"{row.name}: a text lacks a language")
        if row.type.startswith("select") and row.choice_list not in made.lists:
            faults.append(f"{row.name}: no list of choices {row.choice_list!r}")
        if row.shown_if and row.shown_if.question not in made.columns:
            faults.append(f"{row.name}: shown by an unknown question")
    for name in made.columns:
        codes = [one.code for one in made.choices(name)]
        if len(set(codes)) < len(codes) or not set(made.columns[name].exclusive) <= set(codes):
            faults.append(f"{name}: its codes repeat, or an exclusive one does not exist")
    if faults:
        raise FactsError(f"The questionnaire contradicts itself: {'; '.join(faults)}.")
