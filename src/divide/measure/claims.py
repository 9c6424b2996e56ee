"""Sentences: filled from figures, refused where their evidence or subject does not carry them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

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


# What needs more than strong figures: ranks a rank set, trends figures that were observed.
KINDS: Final = ("figure", "rank", "trend")
# Wordings that turn what is expected into what is.
_STATES_IT: Final = {
    "fr": re.compile(r"\b(a|ont|sont|est) \{(share|range)\}"),
    "de": re.compile(r"\b(hat|haben|sind|ist) \{(share|range)\}"),
    "it": re.compile(r"\b(ha|hanno|sono|è) \{(share|range)\}"),
    "en": re.compile(r"\b(has|have|is|are) \{(share|range)\}"),
}


@dataclass(frozen=True)
class Subject:
    """
    Whom a sentence is about.

    Attributes
    ----------
    level
        country, canton, another level of places, `commune`, `institution` or `person`.
    residents
        Of a commune; None if not known.
    """

    level: str
    residents: float | None = None


@dataclass(frozen=True)
class Claim:
    """A sentence in four languages, the class of evidence it speaks with, and its kind."""

    id: str
    evidence: str
    text: Mapping[str, str]
    kind: str = "figure"


@dataclass(frozen=True)
class Sentence:
    """A finished sentence and its class of evidence."""

    text: str
    evidence: str


@cache
def claims() -> Mapping[str, Claim]:
    """
    Return every claim by id.

    Raises
    ------
    ClaimError
        If a claim of expected figures is worded as if they were observed.
    """
    found = {}
    for name, raw in catalog.facts("claims").items():
        text = {lang: raw[lang] for lang in terms.LANGUAGES}
        found[name] = Claim(name, raw["evidence"], text, raw.get("kind", "figure"))
        if faults := wording_faults(found[name]):
            raise ClaimError(f"Claim '{name}' is worded too strongly: {'; '.join(faults)}.")
    return found


def wording_faults(claim: Claim) -> list[str]:
    """
    Say where a claim of what is expected or assumed says that it is so.

    Examples
    --------
    >>> wording_faults(Claim("x", "modelled", {"en": "Uri has {share} excluded."}))
    ['en: has {share}']
    """
    if STRENGTH.index(claim.evidence) < STRENGTH.index("modelled"):
        return []
    met = ((lang, _STATES_IT[lang].search(text)) for lang, text in claim.text.items())
    return [f"{lang}: {found[0]}" for lang, found in met if found]


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


def tell(
    name: str,
    *,
    lang: str,
    statuses: list[str],
    about: Subject | None = None,
    ranked: bool = False,
    **values: Any,
) -> Sentence:
    """
    Fill a claim in one language.

    Parameters
    ----------
    statuses
        Status of each figure that the sentence rests on.
    about
        Whom the sentence is about, unless it is a group or a whole country or canton.
    ranked
        Whether a rank set stands behind a claim of the kind `rank`.
    values
        Numbers and words, already formatted.

    Raises
    ------
    UnknownNameError
        If there is no such claim.
    ClaimError
        If the figures' evidence is weaker than what the claim's wording says; if it is
        about one commune under the declared size, one institution or one person; if it
        ranks without a rank set, or tells a trend of what was not observed; or if a
        placeholder has no value.

    Examples
    --------
    >>> tell("youth_in_care", lang="en", statuses=[], within="in Uri").text
    'We have no figure on this group’s internet use in Uri.'
    """
    if name not in claims():
        raise UnknownNameError(f"There is no claim {name!r}. {near_names(name, list(claims()))}")
    claim = claims()[name]
    check_claim(claim, statuses, about=about, ranked=ranked)
    try:
        text = claim.text[lang].format_map(values)
    except KeyError as missing:
        raise ClaimError(f"Claim '{name}' in {lang} needs a value for {missing}.") from None
    return Sentence(text[:1].upper() + text[1:], claim.evidence)


def check_claim(
    claim: Claim, statuses: list[str], *, about: Subject | None = None, ranked: bool = False
) -> None:
    """
    Refuse a claim that its figures, its subject, its kind or its wording do not carry.

    Parameters are those of `tell`.

    Raises
    ------
    ClaimError
        As `tell`, and if it says of what is expected that it is so.
    """
    _refuse_subject(claim.id, about)
    _refuse_kind(claim, statuses, ranked)
    carried = weakest(statuses)
    if STRENGTH.index(carried) > STRENGTH.index(claim.evidence):
        raise ClaimError(
            f"Claim '{claim.id}' speaks of what is {claim.evidence}, but its figures are "
            f"{carried}. Use a claim of that class, or better figures."
        )
    if faults := wording_faults(claim):
        raise ClaimError(f"Claim '{claim.id}' is worded too strongly: {'; '.join(faults)}.")


def _refuse_subject(name: str, about: Subject | None) -> None:
    """Refuse sentences about few: a small commune, an institution, a person (METHOD 9)."""
    if about is None:
        return
    least = catalog.facts("thresholds")["named_from"]
    small = about.level == "commune" and not (about.residents or 0) >= least
    if small or about.level in ("institution", "person"):
        told = f"a commune under {least} residents" if small else f"one {about.level}"
        raise ClaimError(
            f"Claim '{name}' would be about {told}: no sentence is. Speak of the place above it."
        )


def _refuse_kind(claim: Claim, statuses: list[str], ranked: bool) -> None:
    if claim.kind == "rank" and not ranked:
        raise ClaimError(
            f"Claim '{claim.id}' ranks places, and no rank set stands behind it. Say higher, "
            "lower or cannot tell."
        )
    if claim.kind == "trend" and weakest(statuses) not in ("observed", "published"):
        raise ClaimError(
            f"Claim '{claim.id}' tells a trend, and its figures are {weakest(statuses)}: what is "
            "modelled has no trend."
        )
