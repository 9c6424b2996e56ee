"""Sentences of reports: the same in four languages, and never stronger than their figures."""

import re
from string import Formatter

import pytest

from divide import terms
from divide.errors import ClaimError, UnknownNameError
from divide.measure.claims import STRENGTH, claims, tell, weakest

# What the status of a figure carries, as METHOD section 9 grades it. A status left out here
# would be a status nobody graded.
CARRIED = {
    "observed": "observed",
    "provisional": "published",
    "unreliable": "modelled",
    "modelled": "modelled",
    "assumed": "assumed",
    "suppressed": "unknown",
    "missing": "unknown",
}
GRADES = ("observed", "published", "modelled", "assumed", "unknown")


def placeholders(text: str) -> set[str]:
    """Return the names that a text leaves open."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def filled(name: str) -> dict[str, str]:
    """Return a word for every placeholder of a claim."""
    return {key: f"[{key}]" for key in placeholders(claims()[name].text["fr"])}


def test_every_status_is_graded() -> None:
    assert set(CARRIED) == set(terms.STATUSES)
    assert STRENGTH == GRADES


@pytest.mark.parametrize("status", terms.STATUSES)
@pytest.mark.parametrize("name", list(claims()))
def test_a_sentence_is_refused_where_its_figures_carry_less(name: str, status: str) -> None:
    speaks = claims()[name].evidence
    weaker = GRADES.index(CARRIED[status]) > GRADES.index(speaks)
    for lang in terms.LANGUAGES:
        if weaker:
            with pytest.raises(ClaimError, match=f"'{name}' speaks of what is {speaks}"):
                tell(name, lang=lang, statuses=[status], **filled(name))
        else:
            assert tell(name, lang=lang, statuses=[status], **filled(name)).evidence == speaks


def test_there_are_refusals_and_permissions_of_every_grade() -> None:
    spoken = {claim.evidence for claim in claims().values()}
    assert spoken == set(GRADES)


@pytest.mark.parametrize(
    ("statuses", "carried"),
    [
        (["observed"], "observed"),
        (["observed", "observed", "assumed"], "assumed"),
        (["modelled", "provisional"], "modelled"),
        (["suppressed", "observed"], "unknown"),
        ([], "unknown"),
    ],
)
def test_one_weak_figure_makes_a_sentence_weak(statuses: list[str], carried: str) -> None:
    assert weakest(statuses) == carried


@pytest.mark.parametrize("name", [one for one, it in claims().items() if it.evidence == "observed"])
def test_no_figure_carries_nothing(name: str) -> None:
    with pytest.raises(ClaimError, match="its figures are unknown"):
        tell(name, lang="fr", statuses=[], **filled(name))


@pytest.mark.parametrize("name", list(claims()))
def test_a_claim_leaves_open_the_same_in_four_languages(name: str) -> None:
    found = {lang: placeholders(claims()[name].text[lang]) for lang in terms.LANGUAGES}
    assert found == dict.fromkeys(terms.LANGUAGES, found["fr"])


@pytest.mark.parametrize("name", list(claims()))
def test_a_claim_is_a_whole_sentence_in_each_language(name: str) -> None:
    told = (
        [tell(name, lang=lang, statuses=[], **filled(name)) for lang in terms.LANGUAGES]
        if (claims()[name].evidence == "unknown")
        else [
            tell(name, lang=lang, statuses=["observed"], **filled(name)) for lang in terms.LANGUAGES
        ]
    )
    for one in told:
        assert one.text.endswith(".")
        assert not re.search(r"[{}]|  ", one.text)
        assert one.text[:1] == one.text[:1].upper()
    assert len({one.text for one in told}) == 4


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_a_value_that_is_not_given_is_named(lang: str) -> None:
    with pytest.raises(ClaimError, match=r"'outside_frame_80' in .. needs a value for 'share'"):
        tell("outside_frame_80", lang=lang, statuses=["observed"], within="hier")


def test_a_claim_that_does_not_exist_lists_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean .*expected_use"):
        tell("expected_used", lang="fr", statuses=["observed"])


@pytest.mark.parametrize("word", ["{share}", "{{7*7}}", "%s", "<b>"])
def test_what_fills_a_sentence_is_never_read_as_a_sentence(word: str) -> None:
    told = tell("outside_frame_80", lang="en", statuses=["observed"], share=word, within=word)
    assert word in told.text
