"""Words on a page: one text for all languages, or one element a language."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
from markupsafe import Markup, escape

from divide.errors import ReportError

Word = str | Mapping[str, str]

# Printed beside the colour, so that no state is told by colour alone.
SIGNS: Final = {
    "s-suppressed": "×",
    "s-uncertain": "~",
    "s-missing": "?",
    "s-none": "–",
}
MARKS: Final = ("c0", "c1", "c2", "c3", "c4", *SIGNS)


def spans(word: Word) -> Markup:
    """
    Write a word as text, or as one `<i lang>` a language if it has several.

    The page's style sheet shows one language at a time, so a figure stands once
    and only its words stand four times. A space keeps them apart for readers without style.

    Examples
    --------
    >>> spans("a < b")
    Markup('a &lt; b')
    >>> spans({"fr": "oui", "de": "ja"})
    Markup('<i lang=fr>oui</i> <i lang=de>ja</i>')
    """
    if isinstance(word, str):
        return escape(word)
    joined = (Markup("<i lang={}>{}</i>").format(lang, text) for lang, text in word.items())
    return Markup(" ").join(joined)


def quoted(word: str) -> Markup:
    """
    Write an attribute's value: escaped and between quotes.

    Examples
    --------
    >>> quoted('x" onload="y')
    Markup('"x&#34; onload=&#34;y"')
    """
    return Markup('"{}"').format(word)


def bare(name: str) -> str:
    """
    Return an id or class unchanged if it needs no quotes in HTML, else refuse it.

    Examples
    --------
    >>> bare("g0261")
    'g0261'
    """
    if name and all(c.isascii() and (c.isalnum() or c in "-_:.") for c in name):
        return name
    raise ReportError(f"{name!r} is no id or class: letters, digits and -_:. only.")


def mark_name(mark: str) -> str:
    """Return a mark unchanged if it is one of `MARKS`, else refuse it."""
    if mark in MARKS:
        return mark
    raise ReportError(f"{mark!r} is no mark of a figure. Known: {', '.join(MARKS)}.")


def need_columns(rows: pd.DataFrame, *names: str) -> None:
    """Refuse a frame that lacks a column, naming all that it lacks."""
    absent = [name for name in names if name not in rows.columns]
    if absent:
        raise ReportError(
            f"A figure lacks {', '.join(absent)}. Its rows have {', '.join(rows.columns)}."
        )


def need_word(words: Mapping[str, Word], key: str) -> Word:
    """Return a word, or refuse to draw a figure that would be silent there."""
    if key in words:
        return words[key]
    raise ReportError(f"A figure lacks the word {key!r}. Pass it in `words`.")
