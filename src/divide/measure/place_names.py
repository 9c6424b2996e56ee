"""Names of places as people type them, brought to one form for comparison."""

import re
import unicodedata
from typing import Final

from divide.terms import CANTONS

_CANTONS: Final = frozenset(one.casefold() for one in CANTONS)
# Words that spellings drop or shorten, in four languages.
_SAINTS: Final = {"saint": "st", "sankt": "st", "san": "st", "sainte": "ste", "santa": "ste"}
_SMALL: Final = frozenset(
    (
        *("a", "am", "an", "auf", "b", "bei", "der", "die", "im", "in", "und"),
        *("de", "des", "du", "et", "la", "le", "les", "pres", "sur"),
        *("d", "da", "del", "della", "di", "e"),
    )
)
_ARTICLES: Final = frozenset(("le", "la", "les", "il", "lo", "l"))
_TYPED: Final = re.compile(r"\s*(?:(?:CH|F?L)\s*[-–]?\s*)?(\d{4})\b[\s,]*(.*)", re.IGNORECASE)
_UNIT: Final = re.compile(r"\s+\d+\b.*$")


def words_of(name: str) -> tuple[str, ...]:
    """
    Split a name into plain words: no capitals, accents, signs, cantons or unit numbers.

    Examples
    --------
    >>> words_of("Saint-Maurice"), words_of("St. Maurice VS"), words_of("Wil (SG)")
    (('st', 'maurice'), ('st', 'maurice'), ('wil',))
    >>> words_of("Zürich") == words_of("Zurich"), words_of("Sion 2 Nord")
    (True, ('sion',))
    """
    plain = unicodedata.normalize("NFKD", _UNIT.sub("", name.casefold()))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = [_SAINTS.get(word, word) for word in re.findall(r"[a-z]+", plain.replace("ß", "ss"))]
    if len(words) > 1 and words[-1] in _CANTONS:
        words = words[:-1]
    return tuple(words)


def forms_of(name: str) -> set[tuple[str, ...]]:
    """
    Return every form that a name goes by: the whole, its parts, and without its article.

    Examples
    --------
    >>> sorted(forms_of("Biel/Bienne"))
    [('biel',), ('biel', 'bienne'), ('bienne',)]
    >>> sorted(forms_of("Le Grand-Saconnex"))
    [('grand', 'saconnex'), ('le', 'grand', 'saconnex')]
    """
    forms = {words_of(name), *(words_of(part) for part in name.split("/"))}
    forms |= {form[1:] for form in forms if len(form) > 1 and form[0] in _ARTICLES}
    return {form for form in forms if form}


def is_short_for(typed: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """
    Tell whether typed words shorten a name: its first word whole, the rest cut or left out.

    Examples
    --------
    >>> is_short_for(words_of("Affoltern a.A."), words_of("Affoltern am Albis"))
    True
    >>> is_short_for(words_of("Castel S. Pietro"), words_of("Castel San Pietro"))
    True
    >>> is_short_for(words_of("Berg"), words_of("Bergdietikon"))
    False
    """
    if not typed or not name or typed[0] != name[0] or len(typed[0]) < 3:
        return False
    rest = [word for word in name[1:] if word not in _SMALL]
    cut = [word for word in typed[1:] if word not in _SMALL - {"a", "d", "b", "e"}]
    # "a.A." is one small word and one name: the small words of the name may be cut too.
    return _follows(cut, list(name[1:])) or _follows(cut, rest)


def _follows(cut: list[str], words: list[str]) -> bool:
    """Tell whether each cut word begins a word of the name, in their order."""
    at = 0
    for word in cut:
        while at < len(words) and not words[at].startswith(word):
            at += 1
        if at == len(words):
            return False
        at += 1
    return True


def read_address(typed: str) -> tuple[str | None, str]:
    """
    Split a typed place into its postcode, if there is one, and its name.

    Examples
    --------
    >>> read_address("CH-1700 Fribourg"), read_address("Wil SG"), read_address("8001, Zürich")
    (('1700', 'Fribourg'), (None, 'Wil SG'), ('8001', 'Zürich'))
    """
    found = _TYPED.fullmatch(typed)
    return (found[1], found[2].strip()) if found else (None, typed.strip())
