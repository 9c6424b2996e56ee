"""How one text is told from another: forms of letters, and every wording of the survey."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from divide import terms
from divide.survey.questionnaire import Instrument, instrument

_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u00ab\u00bb\u201e", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u200b": "",
        "\u00ad": "",
        "\ufeff": "",
    }
)
_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]*>")


@dataclass(frozen=True)
class Target:
    """A column of the survey that a column of a file stands for, or one of its choices."""

    name: str
    option: str | None = None


@dataclass(frozen=True)
class Wording:
    """
    One way in which a heading may be worded.

    Attributes
    ----------
    stem, part
        The question; the item or choice in brackets, empty if there is none.
    order
        The target's place in the questionnaire.
    """

    target: Target
    lang: str
    stem: str
    part: str
    order: int


@dataclass(frozen=True)
class Structure:
    """Wordings of a survey as it stands in the field: headings, and words by column."""

    wordings: tuple[Wording, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def plain(text: str) -> str:
    """
    Write a text in the one form in which two spellings of the same words are equal.

    Two Unicode forms of é, typographic and straight quotes, thin and fixed spaces, a space
    before a question mark and capitals do not tell texts apart.

    Examples
    --------
    >>> plain("Qu\\u2019est-ce\\u00a0que c\\u2019est\\u202f?") == plain("qu'est-ce que c'est?")
    True
    >>> plain("e\\u0301tude") == plain("\\u00c9tude")
    True
    """
    bare = _TAG.sub(" ", text)
    joined = unicodedata.normalize("NFKC", bare).translate(_SIGNS).casefold()
    return re.sub(r"\s+(?=[?!:;.\]])|(?<=\[)\s+", "", " ".join(joined.split()))


@cache
def own_wordings() -> tuple[Wording, ...]:
    """Return every wording of the questionnaire, earlier ones too."""
    return tuple(_wordings(instrument()))


def _wordings(made: Instrument) -> Iterator[Wording]:
    for order, (name, row) in enumerate(made.columns.items()):
        stem = made.arrays[row.array] if row.array else row
        place = order * 100
        for lang in terms.LANGUAGES:
            parts = (row.label[lang], *row.also) if row.array else ("",)
            for asked in (stem.label[lang], *stem.also):
                for part in parts:
                    yield Wording(Target(name), lang, plain(asked), plain(part), place)
                if row.type != "select_multiple":
                    continue
                for number, choice in enumerate(made.choices(name), 1):
                    target = Target(name, choice.code)
                    for word in (choice.label[lang], *choice.also):
                        yield Wording(target, lang, plain(asked), plain(word), place + number)


@cache
def own_labels(name: str) -> dict[str, str]:
    """Map every wording of a column's choices, in four languages, to its code."""
    found: dict[str, str] = {}
    for choice in instrument().choices(name):
        for word in (*choice.label.values(), *choice.also):
            found[plain(word)] = choice.code
    return found
