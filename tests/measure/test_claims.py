"""Sentences of reports: the same in four languages, and never stronger than their figures."""

import re
from string import Formatter

import pytest

from divide import terms
from divide.errors import ClaimError, UnknownNameError
from divide.measure import claims as module
from divide.measure.claims import (
    STRENGTH,
    Claim,
    Subject,
    claims,
    tell,
    weakest,
    wording_faults,
)

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


@pytest.mark.parametrize(
    ("about", "told"),
    [
        (Subject("commune", 2_999), "a commune under 3000 residents"),
        (Subject("commune"), "a commune under 3000 residents"),
        (Subject("institution"), "one institution"),
        (Subject("person"), "one person"),
    ],
)
def test_no_sentence_is_about_few(about: Subject, told: str) -> None:
    with pytest.raises(ClaimError, match=f"would be about {told}: no sentence is"):
        tell("youth_in_care", lang="fr", statuses=[], about=about, within="ici")


@pytest.mark.parametrize("about", [Subject("commune", 3_000), Subject("canton"), None])
def test_larger_places_have_sentences(about: Subject | None) -> None:
    assert tell("youth_in_care", lang="fr", statuses=[], about=about, within="ici").text


def of_kind(kind: str, evidence: str = "observed") -> dict[str, Claim]:
    """Return one claim of a kind, alone."""
    words = dict.fromkeys(terms.LANGUAGES, "First: Zug.")
    return {"x": Claim("x", evidence, words, kind)}


def test_a_rank_needs_a_rank_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "claims", lambda: of_kind("rank"))
    with pytest.raises(ClaimError, match="ranks places, and no rank set stands behind it"):
        tell("x", lang="en", statuses=["observed"])
    assert tell("x", lang="en", statuses=["observed"], ranked=True).text == "First: Zug."


@pytest.mark.parametrize(
    ("status", "told"), [("observed", True), ("provisional", True), ("modelled", False)]
)
def test_what_is_modelled_has_no_trend(
    status: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "claims", lambda: of_kind("trend", "modelled"))
    if told:
        assert tell("x", lang="en", statuses=[status]).text
    else:
        with pytest.raises(ClaimError, match="what is modelled has no trend"):
            tell("x", lang="en", statuses=[status])


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Uri has {share} excluded."),
        ("de", "In Uri sind {share} ausgeschlossen."),
        ("fr", "À Uri, {share} ; elles sont {range}."),
        ("it", "Uri ha {share} di esclusi."),
    ],
)
def test_what_is_expected_is_never_worded_as_being_so(lang: str, text: str) -> None:
    assert wording_faults(Claim("x", "modelled", {lang: text}))
    assert not wording_faults(Claim("x", "observed", {lang: text}))


def test_claims_worded_too_strongly_do_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    strong = {"evidence": "modelled", **dict.fromkeys(terms.LANGUAGES, "Uri has {share} excluded.")}
    monkeypatch.setattr(module.catalog, "facts", lambda _: {"x": strong})
    with pytest.raises(ClaimError, match=r"'x' is worded too strongly: en: has \{share\}"):
        claims.__wrapped__()
