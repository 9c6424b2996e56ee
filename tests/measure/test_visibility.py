"""The visibility ladder: bounds of nested rungs, states, and what deleting data may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.visibility import Bounds, combine_rungs, visibility_state

TWO_THIRDS = 2 / 3


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    low, high = sorted((draw(st.floats(0, 1)), draw(st.floats(0, 1))))
    return Bounds(low, high)


@pytest.mark.parametrize(
    ("rungs", "low", "high"),
    [
        ([(0.9, 0.9), (0.8, 0.8)], 0.7, 0.8),  # .9 + .8 - 1; at best all of the .8
        ([(0.3, 0.3), (0.4, 0.4)], 0.0, 0.3),  # .3 + .4 - 1 is below none
        ([(0.9, 1.0), (0.8, 0.8), (0.95, 1.0)], 0.65, 0.8),  # .9 + .8 + .95 - 2
        ([(0.5, 0.6)], 0.5, 0.6),
    ],
)
def test_nested_rungs_by_hand(rungs: list[tuple[float, float]], low: float, high: float) -> None:
    found = combine_rungs([Bounds(*one) for one in rungs])
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_ladder_needs_a_rung() -> None:
    with pytest.raises(MethodError):
        combine_rungs([])


@given(st.lists(bounds(), min_size=1, max_size=4))
def test_combined_bounds_are_bounds(rungs: list[Bounds]) -> None:
    found = combine_rungs(rungs)
    assert 0 <= found.low <= found.high <= 1


@pytest.mark.parametrize(
    ("low", "high", "state"),
    [
        (0.5, 0.66, "invisible"),
        (0.5, TWO_THIRDS, "unknown"),  # not below two thirds
        (TWO_THIRDS, 0.9, "visible"),  # at two thirds
        (0.66, 0.9, "unknown"),
        (0.0, 1.0, "unknown"),
    ],
)
def test_states(low: float, high: float, state: str) -> None:
    assert visibility_state(Bounds(low, high), threshold=TWO_THIRDS) == state


@given(rungs=st.lists(bounds(), min_size=1, max_size=4), more=bounds(), at=st.integers(0, 3))
def test_knowing_less_never_makes_visible_or_invisible(
    rungs: list[Bounds], more: Bounds, at: int
) -> None:
    """The law of METHOD section 2: a wider rung keeps the state, or makes it unknown."""
    place = at % len(rungs)
    one = rungs[place]
    wider = Bounds(min(one.low, more.low), max(one.high, more.high))
    poorer = [*rungs[:place], wider, *rungs[place + 1 :]]
    before, after = (
        visibility_state(combine_rungs(found), threshold=TWO_THIRDS) for found in (rungs, poorer)
    )
    assert after in (before, "unknown")
