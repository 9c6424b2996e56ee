"""The sentence of each class: in four languages, of the right class of evidence."""

import itertools

import pandas as pd
import pytest

from divide import catalog, terms
from divide.measure.claims import claims
from divide.measure.combination import finding
from divide.measure.verdicts import sentences

GROUPS = catalog.facts("groups")
LACKED = "no_internet_use_3m"


def classed(risk: str, seen: str, place: str = "UR", tau: float = 0.21) -> pd.DataFrame:
    """Return one class as `minorities` gives it."""
    return pd.DataFrame(
        {
            "group": ["age:60_plus|education:low"],
            "place": [place],
            "layer_indicator": [LACKED],
            "risk_state": [risk],
            "finding": [finding(risk, seen)],
            "tipping_point": [tau if risk == "higher" else float("nan")],
        }
    )


@pytest.mark.parametrize("place", ["UR", terms.COUNTRY])
@pytest.mark.parametrize(
    ("risk", "seen"),
    [
        *itertools.product(
            ("higher", "not_higher", "cannot_tell"), ("visible", "unknown", "invisible")
        )
    ],
)
def test_every_class_has_its_sentence(risk: str, seen: str, place: str) -> None:
    told = sentences(classed(risk, seen, place), GROUPS).iloc[0]
    said = {lang: told[f"sentence_{lang}"] for lang in terms.LANGUAGES}
    assert len(set(said.values())) == 4
    assert not any("{" in text for text in said.values())
    # A risk that cannot be told is told as unknown, never as modelled.
    evidence = claims()[told["claim"]].evidence
    assert (evidence == "unknown") == (risk == "cannot_tell")
    if risk == "higher":
        assert evidence == ("observed" if place == terms.COUNTRY else "modelled")


def test_a_canton_is_told_with_the_tau_up_to_which_it_holds() -> None:
    told = sentences(classed("higher", "invisible"), GROUPS).iloc[0]
    assert "τ = 0.21" in told["sentence_en"] and "Uri" in told["sentence_en"]
    assert "risk becoming an invisible minority" in told["sentence_en"]


def test_the_country_has_no_tau_for_nothing_was_modelled() -> None:
    told = sentences(classed("higher", "unknown", terms.COUNTRY, float("nan")), GROUPS).iloc[0]
    assert "τ" not in told["sentence_en"]
    assert "measured risk is higher" in told["sentence_en"]


def test_the_frame_given_is_left_as_it_was() -> None:
    frame = classed("higher", "unknown")
    before = frame.copy()
    sentences(frame, GROUPS)
    pd.testing.assert_frame_equal(frame, before)
