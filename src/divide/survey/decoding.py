"""Bytes to text: in a fixed order, with the names of cantons as judge, never by guessing."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from divide import catalog, terms
from divide.survey.findings import refuse
from divide.survey.questionnaire import instrument
from divide.survey.uploads import Upload

# A guesser read "Genève" as "Genčve"; these are what spreadsheets in Switzerland write.
_SINGLE_BYTE: Final = ("cp1252", "mac_roman", "cp850")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding it was in, and whether that was not the one that was promised."""

    text: str
    encoding: str
    repaired: bool = False


def decode(upload: Upload) -> Decoded:
    """
    Read a file's bytes as text.

    Raises
    ------
    RefusedFileError
        If no encoding of the list reads it.
    """
    content = upload.content
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = _try(content, encoding)
            if text is None:
                refuse(upload.path, "SV005")
            return Decoded(text, encoding)
    text = _try(content, "utf-8")
    if text is not None:
        if "\0" in text:
            refuse(upload.path, "SV005")
        return _twice(text) or Decoded(text, "utf-8")
    return _single_byte(upload)


def _single_byte(upload: Upload) -> Decoded:
    """Choose the encoding in which most known words appear; the first one if they tie."""
    read = {name: _try(upload.content, name) for name in _SINGLE_BYTE}
    known = {name: text for name, text in read.items() if text is not None and "\0" not in text}
    if not known:
        refuse(upload.path, "SV005")
    best = max(known, key=lambda name: known_words(known[name]))
    return Decoded(known[best], best, repaired=True)


def _twice(text: str) -> Decoded | None:
    """Undo UTF-8 that was read as cp1252 and saved again ("GenÃ¨ve"), if that tells more."""
    if "Ã" not in text and "â€" not in text:
        return None
    try:
        undone = text.encode("cp1252").decode("utf-8")
    except ValueError:
        return None
    if known_words(undone) <= known_words(text):
        return None
    return Decoded(undone, "utf-8 twice", repaired=True)


def known_words(text: str) -> int:
    """
    Count the different accented words of the survey and of cantons that stand in a text.

    Examples
    --------
    >>> known_words("Genève, Zürich, Bern"), known_words("Genčve")
    (2, 0)
    """
    return len(_judges() & set(_WORD.findall(text)))


@cache
def _judges() -> frozenset[str]:
    """Return words whose letters only one encoding reads: cantons first, then our own."""
    made = instrument()
    texts = [name for one in catalog.cantons().values() for name in one.name.values()]
    texts += [row.label[lang] for row in made.rows for lang in terms.LANGUAGES]
    texts += [word for choices in made.lists.values() for c in choices for word in c.label.values()]
    words = {word for text in texts for word in _WORD.findall(text)}
    return frozenset(word for word in words if not word.isascii())


def _try(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except ValueError:
        return None
