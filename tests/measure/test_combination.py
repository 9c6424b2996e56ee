"""Both axes together: the table of findings, bounds in shares and persons, lists."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide import texts
from divide.errors import MethodError
from divide.measure.combination import excluded_and_unseen, finding, keep_false_share
from divide.measure.visibility import Bounds, combine_rungs, visibility_state

# METHOD section 2, row by row: visible, unknown, invisible. "—" is told in words on a page.
TABLE = {
    "higher": (
        "At risk: act",
        "At risk: act, and measure",
        "At risk of becoming an invisible minority",
    ),
    # The method says "nobody sees them"; but a home sees its residents (METHOD section 3).
    "cannot_tell": ("Measure the risk", "Measure first", "Measure first: outside the survey"),
    "not_higher": ("—", "Measure the visibility", "Unseen, no sign of higher risk"),
}
STATES = ("visible", "unknown", "invisible")
ACTING = {"act", "act_and_measure", "invisible_minority"}


@pytest.mark.parametrize("risk", TABLE)
def test_findings_are_those_of_the_method(risk: str) -> None:
    for visible, told in zip(STATES, TABLE[risk], strict=True):
        words = texts.label(f"finding.{finding(risk, visible)}", lang="en")
        assert words == (told if told != "—" else "No sign of higher risk")


def test_every_pair_has_a_class_of_its_own() -> None:
    found = [finding(risk, visible) for risk, visible in product(TABLE, STATES)]
    assert len(set(found)) == 9


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(MethodError, match="perhaps"):
        finding("perhaps", "visible")


@given(
    risk=st.sampled_from(list(TABLE)),
    low=st.floats(0, 1),
    high=st.floats(0, 1),
    wider=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    forget=st.booleans(),
)
def test_deleting_data_only_moves_towards_measuring(
    risk: str, low: float, high: float, wider: tuple[float, float], forget: bool
) -> None:
    """METHOD section 2: never towards "invisible", "at risk" or "safe"."""
    rung = Bounds(min(low, high), max(low, high))
    less = Bounds(min(rung.low, *wider), max(rung.high, *wider))
    states = [visibility_state(combine_rungs([one]), threshold=2 / 3) for one in (rung, less)]
    before = finding(risk, states[0])
    after = finding("cannot_tell" if forget else risk, states[1])
    if after == before:
        return
    assert "measure" in after or after == "nobody_sees"
    assert not (after in ACTING and before not in ACTING)
    assert after not in ("invisible_minority", "unseen_no_sign", "nothing", "act")


def test_bounds_of_the_excluded_and_unseen() -> None:
    # METHOD section 6 and 9: 18.4 % of people 80+ in Uri cannot be in the survey.
    assert excluded_and_unseen(0.184) == Bounds(0.0, 0.184)
    assert texts.format_share(excluded_and_unseen(0.184).high) == "18\u00a0%"
    # If those outside are no better off than those inside: .184 · .27 = .0497, at least 5 %.
    assert excluded_and_unseen(0.184, seen_rate=0.27).low == pytest.approx(0.04968)


@given(unseen=st.floats(0, 1), seen=st.floats(0, 1))
def test_the_assumption_only_raises_the_lower_bound(unseen: float, seen: float) -> None:
    free, assumed = excluded_and_unseen(unseen), excluded_and_unseen(unseen, seen_rate=seen)
    assert free.low == 0 <= assumed.low <= assumed.high == free.high == unseen


@pytest.mark.parametrize(
    ("probabilities", "kept"),
    [
        ([0.99, 0.5, 0.97], [0, 2]),  # means of doubt .01, .02, then .18
        ([0.95], [0]),  # just allowed
        ([0.94], []),
        ([], []),
        # .90 alone would be refused; after two sure ones the mean is .1/3 = .033.
        ([0.90, 1.0, 1.0], [1, 2, 0]),
    ],
)
def test_a_list_keeps_its_false_share(probabilities: list[float], kept: list[int]) -> None:
    assert keep_false_share(probabilities, share=0.05 + 1e-12) == kept


@given(st.lists(st.floats(0.5, 1), max_size=30), st.floats(0, 0.2))
def test_the_mean_doubt_of_a_list_stays_allowed(found: list[float], share: float) -> None:
    kept = keep_false_share(found, share=share)
    doubts = [1 - found[one] for one in kept]
    assert not doubts or np.mean(doubts) <= share + 1e-9
    # The surest come first, and one more would be too many.
    rest = sorted(set(range(len(found))) - set(kept), key=lambda one: -found[one])
    if rest:
        assert np.mean([*doubts, 1 - found[rest[0]]]) > share - 1e-9
