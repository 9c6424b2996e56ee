"""Sentences of a report: filled from figures, refused where their evidence is too weak."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from divide import catalog, terms
from divide.errors import ClaimError, UnknownNameError, near_names

# What the statuses of figures carry, from strongest to weakest (METHOD section 9).
STRENGTH: Final = ("observed", "published", "modelled", "assumed", "unknown")
_CARRIES: Final = {
    "observed": "observed",
    "provisional": "published",
    "unreliable": "modelled",
    "modelled": "modelled",
    "assumed": "assumed",
    "suppressed": "unknown",
    "missing": "unknown",
}


@dataclass(frozen=True)
class Claim:
    """A sentence in four languages and the class of evidence it speaks with."""

    id: str
    evidence: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class Sentence:
    """A finished sentence and its class of evidence."""

    text: str
    evidence: str


@cache
def claims() -> Mapping[str, Claim]:
    """Return every claim by id."""
    return {
        name: Claim(name, raw["evidence"], {lang: raw[lang] for lang in terms.LANGUAGES})
        for name, raw in catalog.facts("claims").items()
    }


def weakest(statuses: list[str]) -> str:
    """
    Return the class of evidence that figures of these statuses carry together.

    Examples
    --------
    >>> weakest(["observed", "modelled"])
    'modelled'
    """
    carried = [_CARRIES[status] for status in statuses]
    return max(carried, key=STRENGTH.index, default="unknown")


def tell(name: str, *, lang: str, statuses: list[str], **values: str) -> Sentence:
    """
    Fill a claim in one language.

    Parameters
    ----------
    statuses
        Status of each figure that the sentence rests on.
    values
        Numbers and words, already formatted.

    Raises
    ------
    UnknownNameError
        If there is no such claim.
    ClaimError
        If the figures' evidence is weaker than what the claim's wording says, or a
        placeholder has no value.

    Examples
    --------
    >>> tell("youth_in_care", lang="en", statuses=[], within="in Uri").text
    'We have no figure on this group’s internet use in Uri.'
    """
    if name not in claims():
        raise UnknownNameError(f"There is no claim {name!r}. {near_names(name, list(claims()))}")
    claim = claims()[name]
    carried = weakest(statuses)
    if STRENGTH.index(carried) > STRENGTH.index(claim.evidence):
        raise ClaimError(
            f"Claim '{name}' speaks of what is {claim.evidence}, but its figures are {carried}. "
            "Use a claim of that class, or better figures."
        )
    try:
        text = claim.text[lang].format_map(values)
    except KeyError as missing:
        raise ClaimError(f"Claim '{name}' in {lang} needs a value for {missing}.") from None
    return Sentence(text[:1].upper() + text[1:], claim.evidence)
