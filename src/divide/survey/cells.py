"""One cell's text read as what its question asks for: late, safely, or with a finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from divide import terms
from divide.survey.questionnaire import DONT_KNOW, Question, instrument
from divide.survey.wordings import own_labels, plain


def _listed(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split(","))


# Words that mean "no answer"; pandas takes them for missing before anyone has looked.
_NO_ANSWER: Final = _listed(
    "n/a, na, n.a., n. a., none, null, nan, nil, -, --, ?, k.a., k. a., keine angabe, s.o., "
    "sans réponse, nessuna risposta, no answer, s.r., n.d."
)
_YES: Final = _listed("y, yes, oui, ja, sì, si, 1, 1.0, true, vrai, wahr, vero, x, ✓, ✔, ☒")
_NO: Final = _listed("n, no, non, nein, 0, 0.0, false, faux, falsch, falso, ☐")
_BROKEN: Final = re.compile(
    r"^#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|WERT!|BEZUG!|VALEUR!|VALORE!|RIF!|NOM\?)|^#{3,}$"
)
_SPACES: Final = " \u00a0\u202f\u2009\u2007'\u2019\u2018"
_GROUPED: Final = re.compile(rf"^\d{{1,3}}(?:[{_SPACES}]\d{{3}})+$")
_POINT_ZERO: Final = re.compile(r"^(\d+)[.,]0+$")
_DECIMAL: Final = re.compile(r"^\d+[.,]\d+$")
_POSTCODE: Final = re.compile(
    r"^(?:CH|Ch|ch|PLZ|NPA)?[\s\-–.:]*(\d{4})(?:\.0)?(?:[\s,]+[^\d]{2,})?$"
)
_CODE: Final = re.compile(r"^([A-Za-z]{2})[\s_.\-–—‑]*(\d{1,4})$")
_PERCENT: Final = re.compile(r"^(\d{1,3}(?:[.,]\d+)?)\s*%$")
_DIGITS: Final = 40
_NEAR: Final = 120  # characters; comparing longer texts letter by letter takes for ever
# The bands of shares, in quarters: nobody, up to, and so on.
_BANDS: Final = ((0.0, "b0"), (25.0, "b1"), (50.0, "b2"), (75.0, "b3"))


@dataclass(frozen=True)
class Reading:
    """
    What a cell was read as.

    Attributes
    ----------
    value
        A code, digits, or text; None if there is no answer or none that can be taken.
    finding
        The code of what was found, empty if nothing was.
    after
        What the cell was corrected to, in its reader's terms.
    faulty
        Whether there was an answer that cannot be taken.
    """

    value: str | None
    finding: str = ""
    after: str = ""
    faulty: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


def read_cell(text: str, row: Question, labels: Mapping[str, str] | None = None) -> Reading:
    """
    Read one cell of a question that has one answer.

    Parameters
    ----------
    text
        The cell, not blank.
    labels
        Words of choices, as `plain` writes them, to codes: those of a structure or a mapping.

    Examples
    --------
    >>> from divide.survey.questionnaire import question
    >>> read_cell("CH-1700", question("npa")).value, read_cell("1'234", question("n_ben")).value
    ('1700', '1234')
    >>> read_cell("Trois quarts ou plus", question("b_eq_phone")).value
    'b4'
    """
    if row.type == "long_text":
        return _read_text(text, row)
    bare = " ".join(text.split())
    if _BROKEN.match(bare):
        return Reading(None, "SV041", faulty=True)
    if row.name == "id_inst":
        return _read_code(bare)
    if row.name == "npa":
        return _read_postcode(bare)
    if row.type == "select_one":
        return _read_choice(text, row, labels or {})
    if row.type == "integer":
        return _read_integer(bare, row)
    return Reading(bare)


def read_option(text: str, row: Question, option: str) -> bool | None:
    """
    Read the cell of one choice among several: chosen, not chosen, None if it says neither.

    Examples
    --------
    >>> from divide.survey.questionnaire import question
    >>> [read_option(t, question("p_chan"), "sms") for t in ("Y", "Nein", "SMS", "perhaps")]
    [True, False, True, None]
    """
    said = plain(text)
    if said in _YES or own_labels(row.name).get(said) == option or said == option:
        return True
    return False if said in _NO or said in _NO_ANSWER or not said else None


def is_no_answer(text: str) -> bool:
    """
    Tell whether a cell says in words that there is no answer.

    Examples
    --------
    >>> is_no_answer("N/A"), is_no_answer("0")
    (True, False)
    """
    return plain(text) in _NO_ANSWER


def _read_code(text: str) -> Reading:
    found = _CODE.match(text)
    if not found or found[1].upper() not in terms.CANTONS:
        return Reading(None, "SV033", faulty=True)
    value = f"{found[1].upper()}-{int(found[2]):04d}"
    return Reading(value) if value == text else Reading(value, "SV032", value)


def _read_postcode(text: str) -> Reading:
    found = _POSTCODE.match(text)
    if not found:
        if plain(text) in _NO_ANSWER:
            return Reading(None, "SV046")
        return Reading(None, "SV036", faulty=True)
    value = found[1]
    if not 1000 <= int(value) <= 9699:
        return Reading(None, "SV036", faulty=True)
    return Reading(value) if value == text else Reading(value, "SV014", value)


def _read_integer(text: str, row: Question) -> Reading:
    value = _digits(text)
    if value is None:
        if plain(text) in _NO_ANSWER:
            return Reading(None, "SV046")
        if plain(text) in _dont_know_words():
            return Reading(DONT_KNOW)
        code = "SV025" if _DECIMAL.match(text) or _PERCENT.match(text) else "SV023"
        if re.match(r"^-\d+$", text):
            code = "SV024"
        low, high = row.limits or (0, 0)
        return Reading(None, code, faulty=True, detail={"low": low, "high": high})
    if row.limits and not row.limits[0] <= int(value) <= row.limits[1]:
        low, high = row.limits
        return Reading(None, "SV024", faulty=True, detail={"low": low, "high": high})
    return Reading(value) if value == text else Reading(value, "SV022", value)


def _digits(text: str) -> str | None:
    """Return a whole number's digits, however its thousands are parted; None if it is none."""
    if len(text) > _DIGITS:
        return None  # Python refuses to count so far, and nobody has so many clients
    if text.isdecimal() and text.isascii():
        return str(int(text))
    if _GROUPED.match(text):
        return str(int("".join(sign for sign in text if sign.isdigit())))
    whole = _POINT_ZERO.match(text)
    # "1.000" may be a thousand or one: it is not for a program to say.
    return str(int(whole[1])) if whole and len(text) - len(whole[1]) != 4 else None


def _read_choice(text: str, row: Question, labels: Mapping[str, str]) -> Reading:
    said = plain(text)
    own = own_labels(row.name)
    codes = set(own.values())
    value = labels.get(said) or (text if text in codes else own.get(said))
    if value is None and said in codes:
        value = said
    if value is not None:
        return (
            Reading(value)
            if _as_written(text, row, value, labels)
            else Reading(value, "SV021", value)
        )
    if said in _NO_ANSWER:
        return Reading(None, "SV046")
    band = _band(text) if {"b0", "b1", "b2", "b3", "b4"} <= codes else None
    if band:
        return Reading(band, "SV030", band)
    near = get_close_matches(said, own, n=1, cutoff=0.75) if len(said) < _NEAR else []
    if near:
        return Reading(None, "SV045", faulty=True, detail={"near": own[near[0]]})
    return Reading(None, "SV020", faulty=True)


def _as_written(text: str, row: Question, value: str, labels: Mapping[str, str]) -> bool:
    """Tell whether a cell is a code or a wording to the letter: then nothing was repaired."""
    return text == value or plain(text) in labels or text in exact_words(row.name)


@cache
def _dont_know_words() -> frozenset[str]:
    """Return how four languages say that a number is not known."""
    lists = instrument().lists.values()
    words = [c.label.values() for choices in lists for c in choices if c.code == DONT_KNOW]
    return frozenset(plain(word) for many in words for word in many)


@cache
def exact_words(name: str) -> frozenset[str]:
    """Return the wordings of a column's choices to the letter."""
    words = [(*one.label.values(), *one.also) for one in instrument().choices(name)]
    return frozenset(word for many in words for word in many)


def _band(text: str) -> str | None:
    """
    Return the band of a percentage; a number without the sign could be a share of 0 to 1.

    Examples
    --------
    >>> _band("0 %"), _band("12,5 %"), _band("25%"), _band("100 %"), _band("40")
    ('b0', 'b1', 'b2', 'b4', None)
    """
    found = _PERCENT.match(" ".join(text.split()))
    share = float(found[1].replace(",", ".")) if found else 101.0
    if share > 100:
        return None
    if share == 0:
        return "b0"
    return next((band for limit, band in _BANDS if share < limit), "b4")


def _read_text(text: str, row: Question) -> Reading:
    limit = row.limits[1] if row.limits else len(text)
    if len(text) > limit:
        return Reading(text[:limit], "SV048", detail={"limit": limit})
    return Reading(text)
