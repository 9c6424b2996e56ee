"""Ladders of every group: seven rungs from their tables, and intervals where nobody counted."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from divide import catalog, tables, terms
from divide.errors import MethodError
from divide.measure import rungs
from divide.measure.ladders import ladders
from divide.measure.minorities import Thresholds, visibility_states

DECLARED = Thresholds(probability=0.9, gap=0.05, visible=2 / 3, false_higher=0.05)
# METHOD section 3: per cent of people 80+ in private households.
AT_HOME = """
AG 88.5 AI 86.7 AR 82.6 BE 85.8 BL 88.6 BS 85.7 FR 84.6 GE 86.5 GL 82.8 GR 88.7 JU 88.8 LU 84.2
NE 86.5 NW 86.5 OW 84.4 SG 85.6 SH 84.7 SO 87.7 SZ 83.7 TG 86.7 TI 88.9 UR 81.6 VD 90.6 VS 87.9
ZG 85.9 ZH 87.0 CH 87.0
"""
PLACES = DataFrame(
    {
        "place_level": ["canton", "canton", "country"],
        "place": ["UR", "VD", "CH"],
        "register_date": "2024-01-01",
    }
)
GROUPS = {
    "older": {"key": "age:80_plus", "rate": None, "outside": []},
    "homes": {"key": "setting:nursing_home", "rate": None, "outside": ["L2"]},
}


def rung(name: str, place: str, value: float, **more: object) -> dict[str, object]:
    level = "country" if place == "CH" else "canton"
    told = {"group": "age:80_plus", "rung": name, "place_level": level, "place": place}
    told |= {"register_date": "2021-12-31", "year": 2021, "value": value, "low": value}
    told |= {"high": value, "status": "observed", "source": "somewhere", "edition": "2021"}
    return told | more


def climb(*known: dict[str, object]) -> DataFrame:
    frame = DataFrame(list(known), columns=list(rungs.COLUMNS))
    parts = [rungs.defined(GROUPS, PLACES, year=2021), frame]
    told = pd.concat([one for one in parts if len(one)], ignore_index=True)
    return ladders(told, GROUPS, PLACES, year=2021)


def of(frame: DataFrame, group: str, place: str) -> DataFrame:
    return frame[(frame["group"] == group) & (frame["place"] == place)].set_index("rung")


def test_one_ladder_by_hand() -> None:
    found = of(climb(rung("L2", "UR", 0.816)), "age:80_plus", "UR")
    assert list(found.index) == ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "V"]
    assert found.loc["L2", ["value", "low", "high"]].tolist() == [0.816, 0.816, 0.816]
    # Whoever lives in a private household is registered: L1 is at least that.
    assert found.loc["L1", ["low", "high"]].tolist() == [0.816, 1.0]
    assert found.loc["L3", ["low", "high"]].tolist() == [0.0, 1.0]
    assert found.loc[["L4", "L5", "L6", "L7"], ["low", "high"]].isna().all(axis=None)
    # V: .816 + .816 + 0 − 2 is below none; at best all of the .816.
    assert found.loc["V", ["low", "high", "smallest"]].tolist() == [0.0, 0.816, "L2"]
    assert found["value"].drop("L2").isna().all()
    assert found["evidence"].to_dict() == {
        one: "observed" if one == "L2" else "unknown" for one in found.index
    }


def test_a_documented_rung_does_not_vouch_for_a_later_one() -> None:
    """Of foreign residents 97 % are registered; that says nothing of private households."""
    found = of(climb(rung("L1", "CH", 0.97)), "age:80_plus", "CH")
    assert found.loc["L2", ["low", "high"]].tolist() == [0.0, 1.0]
    assert found.loc["V", ["low", "high"]].tolist() == [0.0, 0.97]


def test_whoever_lives_in_a_home_is_outside_by_definition() -> None:
    found = of(climb(), "setting:nursing_home", "VD")
    assert found.loc["L2", ["value", "evidence"]].tolist() == [0.0, "observed"]
    assert found.loc["V", ["low", "high", "smallest"]].tolist() == [0.0, 0.0, "L2"]


def test_all_three_nested_rungs_give_one_share() -> None:
    """.9 + .8 + 1 − 2 = .7 to .8 unless two of them are whole."""
    whole = climb(rung("L1", "UR", 1.0), rung("L2", "UR", 0.8), rung("L3", "UR", 1.0))
    found = of(whole, "age:80_plus", "UR").loc["V"]
    assert found[["value", "low", "high", "status"]].tolist() == [0.8, 0.8, 0.8, "modelled"]
    some = climb(rung("L1", "UR", 0.9), rung("L2", "UR", 0.8), rung("L3", "UR", 1.0))
    found = of(some, "age:80_plus", "UR").loc["V"]
    assert (found["low"], found["high"]) == pytest.approx((0.7, 0.8))
    assert math.isnan(found["value"]) and found["status"] == "missing"


def test_counted_bounds_are_observed_though_no_value_is() -> None:
    bounds = rung("L5", "UR", math.nan, low=0.9, high=1.0, status="missing")
    found = of(climb(bounds), "age:80_plus", "UR").loc["L5"]
    assert found[["low", "high", "status", "evidence"]].tolist() == [0.9, 1, "missing", "observed"]


def test_a_rung_documented_twice_is_refused() -> None:
    with pytest.raises(MethodError, match="L2 of age:80_plus in UR is documented twice"):
        climb(rung("L2", "UR", 0.8), rung("L2", "UR", 0.7))


@given(
    st.lists(
        st.tuples(st.sampled_from(["L1", "L2", "L3"]), st.sampled_from(["UR", "VD"])),
        unique=True,
    ),
    st.data(),
)
def test_deleting_a_rung_never_makes_visible_or_invisible(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    """The law of METHOD section 2, on whole ladders."""
    known = [rung(name, place, data.draw(st.floats(0, 1))) for name, place in pairs]
    kept = [one for one in known if data.draw(st.booleans())]
    before, after = (
        visibility_states(climb(*one), DECLARED).set_index(["group", "place"])["visibility_state"]
        for one in (known, kept)
    )
    assert ((after == before) | (after == "unknown")).all()


def test_the_published_shares_of_people_of_eighty(default_home: object) -> None:
    frame = tables.read("visibility")
    words = AT_HOME.split()
    typed = {
        place: round(float(value) / 100, 6)
        for place, value in zip(words[::2], words[1::2], strict=True)
    }
    second = frame[(frame["rung"] == "L2") & (frame["group"] == "age:80_plus")]
    assert second.set_index("place")["value"].to_dict() == typed
    assert set(typed) == {*terms.CANTONS, terms.COUNTRY}


def test_every_group_has_its_ladder_in_every_place(default_home: object) -> None:
    frame = tables.read("visibility")
    assert len(frame) == len(catalog.facts("groups")) * 27 * 8
    known = (
        frame[frame["value"].notna()].set_index(["group", "rung", "place"])["value"].sort_index()
    )
    # One less the published non-take-up (METHOD section 3): 0.77 VS, 0.737 BE, 0.69 BS.
    reached = known.xs(("benefit:social_assistance", "L6"))
    assert reached.round(3).to_dict() == {"BE": 0.737, "BS": 0.69, "VS": 0.77}
    # CURAVIVA 2019: 466 of 1,485 homes.
    assert known["setting:nursing_home", "L7", "CH"] == pytest.approx(466 / 1485)
    # 2,417,237 foreign residents at the end of 2023 and 76,000 outside (58,000 to 105,000).
    first = frame[(frame["group"] == "citizenship:foreign") & (frame["rung"] == "L1")]
    row = first.set_index("place").loc["CH"]
    foreign = 2_417_237
    assert row["value"] == pytest.approx(foreign / (foreign + 76_000), abs=2e-4)
    assert row["low"] == pytest.approx(foreign / (foreign + 105_000), abs=2e-4)


@pytest.mark.mirror
def test_what_communes_may_not_show_is_a_rung(official_home: object) -> None:
    """Vaud shows 34,064 recipients; 86 communes hide at most 6,133: 34,064 ÷ 40,197 = 84.7 %."""
    frame = tables.read("visibility")
    fifth = frame[(frame["group"] == "benefit:social_assistance") & (frame["rung"] == "L5")]
    row = fifth.set_index("place").loc["VD"]
    assert row["low"] == pytest.approx(0.8474, abs=5e-5) and row["high"] == 1
    assert fifth.set_index("place").loc["ZG", "value"] == 1  # all eleven communes show theirs
    assert set(fifth["evidence"]) == {"observed"}
