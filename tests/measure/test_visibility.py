"""The visibility ladder: bounds of nested rungs, states, and what deleting data may do."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide import tables, terms
from divide.errors import MethodError
from divide.measure import visibility as ladder
from divide.measure.visibility import Bounds, combine_rungs, visibility_state

TWO_THIRDS = 2 / 3
# METHOD section 3: per cent of people 80+ in private households.
AT_HOME = """
AG 88.5 AI 86.7 AR 82.6 BE 85.8 BL 88.6 BS 85.7 FR 84.6 GE 86.5 GL 82.8 GR 88.7 JU 88.8 LU 84.2
NE 86.5 NW 86.5 OW 84.4 SG 85.6 SH 84.7 SO 87.7 SZ 83.7 TG 86.7 TI 88.9 UR 81.6 VD 90.6 VS 87.9
ZG 85.9 ZH 87.0 CH 87.0
"""


def living(**shares: float) -> pd.DataFrame:
    """Type shares of people 80+ in private households, by canton."""
    known = pd.Series(shares, dtype=float)
    return pd.DataFrame(
        {
            "indicator": "in_private_household_share",
            "group": "age:80_plus",
            "place_level": "canton",
            "place": list(shares),
            "register_date": "2021-12-31",
            "year": 2021,
            "value": known.to_numpy(),
            "status": ["missing" if gone else "observed" for gone in known.isna()],
            "source": "somewhere",
            "edition": "2021",
        }
    )


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


@pytest.mark.parametrize("seen", [0.1, 0.66, 1.0])
@pytest.mark.parametrize("gone", [{"UR"}, {"VD", "GE"}, {"UR", "VD", "GE"}])
def test_deleting_a_share_makes_its_place_unknown(seen: float, gone: set[str]) -> None:
    shares = {"UR": seen, "VD": 0.9, "GE": 0.4}
    before = ladder.visibility(living(**shares))
    after = ladder.visibility(living(**{**shares, **dict.fromkeys(gone, float("nan"))}))
    for place in shares:
        states = [_state(frame, place) for frame in (before, after)]
        assert states[1] == ("unknown" if place in gone else states[0])


def _state(frame: pd.DataFrame, place: str) -> str:
    rows = frame[(frame["place"] == place) & frame["rung"].isin(ladder.nested_rungs())]
    assert rows[["low", "high"]].notna().all(axis=None)
    nested = combine_rungs([Bounds(row.low, row.high) for row in rows.itertuples()])
    return visibility_state(nested, threshold=TWO_THIRDS)


def test_the_ladder_of_one_canton() -> None:
    found = ladder.visibility(living(UR=0.816)).set_index("rung")
    assert list(found.index) == ["L1", "L2", "L3", "L4", "L5", "L6", "L7"]
    second = found.loc["L2"]
    assert (second["value"], second["low"], second["high"]) == (0.816, 0.816, 0.816)
    # Unknown is an interval: never 0, never the mean.
    assert found["value"].drop("L2").isna().all()
    assert found.loc["L1", ["low", "high"]].tolist() == [0.816, 1.0]
    assert found.loc["L3", ["low", "high"]].tolist() == [0.0, 1.0]
    assert found.loc[["L4", "L5", "L6", "L7"], ["low", "high"]].isna().all(axis=None)
    assert found["status"].to_dict() == {
        rung: "observed" if rung == "L2" else "missing" for rung in found.index
    }


def test_a_missing_share_is_missing_not_none() -> None:
    found = ladder.visibility(living(UR=float("nan"))).set_index("rung")
    assert found.loc["L2", "status"] == "missing"
    assert pd.isna(found.loc["L2", "value"])
    assert found.loc["L2", ["low", "high"]].tolist() == [0.0, 1.0]


def test_without_people_of_eighty_there_is_no_ladder() -> None:
    with pytest.raises(MethodError, match="80"):
        ladder.visibility(living(UR=0.8).assign(group="age:65_plus"))


def test_the_published_shares(default_home: object) -> None:
    frame = tables.read("visibility")
    words = AT_HOME.split()
    typed = {
        place: round(float(value) / 100, 6)
        for place, value in zip(words[::2], words[1::2], strict=True)
    }
    second = frame[frame["rung"] == "L2"].set_index("place")["value"]
    assert second.to_dict() == typed
    assert set(typed) == {*terms.CANTONS, terms.COUNTRY}
    assert second.idxmin() == "UR" and second["UR"] == 0.816


def test_nobody_of_eighty_is_called_visible_or_invisible(default_home: object) -> None:
    """L3 is not known: two thirds are neither shown to be reached nor to be missed."""
    frame = tables.read("visibility")
    assert {_state(frame, place) for place in frame["place"].unique()} == {"unknown"}
