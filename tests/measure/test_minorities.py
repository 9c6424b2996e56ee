"""Both axes together: every class by hand, bounds, persons, and what deleting data may do."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from divide import catalog, tables, terms
from divide.measure.combination import FINDINGS
from divide.measure.minorities import Thresholds, minorities, risk_states
from divide.measure.verdicts import sentences

DECLARED = Thresholds(probability=0.9, gap=0.05, visible=2 / 3, false_higher=0.05)
GROUPS = {
    "rated": {"key": "age:60_plus|education:low", "rate": "age:60_plus|education:low"},
    "unrated": {"key": "age:80_plus", "rate": None},
}
LAYERS = {"no_internet_use_3m": "C"}


def risk(**gaps: tuple[float, float]) -> DataFrame:
    """Write gaps and errors of the rated group by canton, alike under two τ."""
    rows = [
        {
            "indicator": "no_internet_use_3m",
            "group": "age:60_plus|education:low",
            "place_level": "canton",
            "place": place,
            "tau": tau,
            "compared_with": "rest_of_place",
            "value": 0.3,
            "low": 0.2,
            "high": 0.4,
            "gap": gap,
            "gap_se": error * (1 + tau),
            "probability": 0.5 if gap == gap else math.nan,
            "tipping_point": 0.7,
            "status": "modelled",
        }
        for place, (gap, error) in gaps.items()
        for tau in (0.0, 0.3)
    ]
    return DataFrame(rows)


def seen(**bounds: tuple[float, float]) -> DataFrame:
    """Write V and a documented L2 (its upper end) of both groups by canton."""
    rows = []
    for place, (low, high) in bounds.items():
        for group in GROUPS.values():
            base = {"group": group["key"], "place_level": "canton", "place": place}
            base |= {"register_date": "2024-01-01", "year": 2021, "smallest": "L2"}
            rows.append({**base, "rung": "V", "low": low, "high": high, "value": math.nan})
            rows.append({**base, "rung": "L2", "low": high, "high": high, "value": high})
    return DataFrame(rows)


def classes(risks: DataFrame, visible: DataFrame, **more: object) -> DataFrame:
    return minorities(risks, visible, GROUPS, LAYERS, DECLARED, **more)  # type: ignore[arg-type]


def found(frame: DataFrame, group: str = "age:60_plus|education:low") -> dict[str, str]:
    return frame[frame["group"] == group].set_index("place")["finding"].to_dict()


def test_every_class_of_the_method() -> None:
    """Gaps of 20 ± 1, 1 ± 1 and 6 ± 20 points; visible at 0.7, unknown, invisible at 0.5."""
    gaps = {"higher": (0.2, 0.01), "not_higher": (0.01, 0.01), "cannot_tell": (0.06, 0.2)}
    bounds = {"visible": (0.7, 0.9), "unknown": (0.2, 0.9), "invisible": (0.2, 0.5)}
    places = iter(terms.CANTONS)
    told = {(r, v): next(places) for r in gaps for v in bounds}
    risks = risk(**{place: gaps[r] for (r, _), place in told.items()})
    visible = seen(**{place: bounds[v] for (_, v), place in told.items()})
    by_place = found(classes(risks, visible))
    assert {pair: by_place[place] for pair, place in told.items()} == FINDINGS


def test_a_state_must_hold_under_every_tau() -> None:
    """6 points: ± 4 at τ = 0 (1.5 errors), ± 5.2 at τ = 0.3 (1.15): P is 0.93, then 0.88."""
    states = risk_states(risk(UR=(0.06, 0.04)), DECLARED)
    assert states["risk_state"].tolist() == ["cannot_tell"]
    lenient = Thresholds(probability=0.8, gap=0.05, visible=2 / 3, false_higher=0.2)
    assert risk_states(risk(UR=(0.06, 0.04)), lenient)["risk_state"].tolist() == ["higher"]


def test_a_group_without_a_rate_cannot_be_told() -> None:
    frame = classes(risk(UR=(0.2, 0.01)), seen(UR=(0.2, 0.5)))
    assert found(frame, "age:80_plus") == {"UR": "nobody_sees"}
    told = frame.set_index("group")
    assert math.isnan(told.loc["age:80_plus", "tipping_point"])
    assert told.loc["age:60_plus|education:low", "tipping_point"] == 0.7
    # Its expected rate stands in the table and is not its own: no risk is made of it.
    blank = risk(UR=(0.2, 0.01)).assign(probability=math.nan)
    assert risk_states(blank, DECLARED)["risk_state"].tolist() == ["cannot_tell"]


def test_bounds_and_persons_by_hand() -> None:
    """
    Half are off L2. At least half times the low end of the rate, .2: .1; at most half.
    Of 1,000 to 1,200 persons: 100 to 600; 1,200 of 2,000 residents are no minority.
    """
    persons = DataFrame(
        {
            "group": ["age:60_plus|education:low"],
            "place": ["UR"],
            "low": [1000.0],
            "high": [1200.0],
            "residents": [2000.0],
        }
    )
    frame = classes(risk(UR=(0.2, 0.01)), seen(UR=(0.2, 0.5)), persons=persons)
    row = frame.set_index("group").loc["age:60_plus|education:low"]
    assert row[["value", "low", "high"]].tolist() == [0.5, 0.1, 0.5]
    assert row[["persons_low", "persons_high", "minority"]].tolist() == [100, 600, "no"]
    other = frame.set_index("group").loc["age:80_plus"]
    assert other["low"] == 0 and math.isnan(other["persons_high"])
    assert other["minority"] == "unknown"
    least = {("no_internet_use_3m", "age:80_plus"): 0.4}
    assumed = classes(risk(UR=(0.2, 0.01)), seen(UR=(0.2, 0.5)), least=least)
    assert assumed.set_index("group").loc["age:80_plus", "low"] == 0.2


def test_without_a_documented_rung_anybody_may_be_unseen() -> None:
    visible = seen(UR=(0.0, 1.0))
    bare = visible[visible["rung"] == "V"].assign(smallest=None)
    row = classes(risk(UR=(0.2, 0.01)), bare).iloc[0]
    assert math.isnan(row["value"]) and row["status"] == "missing"
    assert (row["low"], row["high"]) == (0.0, 1.0)


@settings(max_examples=60)
@given(st.data())
def test_deleting_data_only_moves_towards_measuring(data: st.DataObject) -> None:
    """Rows of both tables go: risk to "cannot tell", visibility to "unknown", never elsewhere."""
    places = list(terms.CANTONS[:4])
    gaps = {p: (data.draw(st.floats(-0.3, 0.3)), data.draw(st.floats(0.001, 0.3))) for p in places}
    ends = {p: sorted((data.draw(st.floats(0, 1)), data.draw(st.floats(0, 1)))) for p in places}
    risks, visible = risk(**gaps), seen(**{p: tuple(e) for p, e in ends.items()})
    lost = data.draw(st.sets(st.sampled_from(places)))
    unseen = data.draw(st.sets(st.sampled_from(places)))
    gone = risks["place"].isin(lost)
    poorer = risks.assign(**{n: risks[n].mask(gone) for n in ("gap", "gap_se", "probability")})
    hidden = visible["place"].isin(unseen) & (visible["rung"] == "V")
    darker = visible.assign(
        low=visible["low"].mask(hidden, 0), high=visible["high"].mask(hidden, 1)
    )
    before = classes(risks, visible).set_index(["group", "place"])
    after = classes(poorer, darker).set_index(["group", "place"])
    for pair, row in after.iterrows():
        old = before.loc[pair]
        assert row["visibility_state"] in (old["visibility_state"], "unknown")
        if pair[1] in lost:
            assert row["risk_state"] == "cannot_tell"
        # Fewer places on a list may let one more be called; none is called safer.
        assert not (row["risk_state"] == "not_higher" and old["risk_state"] != "not_higher")
        assert row["low"] <= old["low"] + 1e-12 and row["high"] >= old["high"] - 1e-12


def test_uri_by_hand(default_home: object) -> None:
    frame = tables.read("invisible_minorities")
    older = frame[(frame["group"] == "age:80_plus")].set_index(["layer_indicator", "place"])
    row = older.loc["no_internet_use_3m", "UR"]
    assert row["value"] == pytest.approx(1 - 0.816)
    assert row["high"] == pytest.approx(0.184)
    # 13.4 ± 2.2 % of people 60+ do not use the internet; a bound takes the low end: .184 · .112.
    assert row["low"] == pytest.approx(0.184 * 0.112)
    # 1,735 persons live in private households: 1,735 ÷ .816 = 2,126.2 in all, .184 of them 391.2.
    assert row["persons_high"] == pytest.approx(391.2, abs=0.1)
    assert row["persons_low"] == pytest.approx(391.2 * 0.112, abs=0.1)
    assert set(older["risk_state"]) == {"cannot_tell"} and set(older["minority"]) == {"yes"}


def test_the_country_is_the_sum_of_its_cantons(default_home: object) -> None:
    """Its share and its cantons come from one source, and agree to the digit printed."""
    frame = tables.read("invisible_minorities")
    rows = frame[
        (frame["group"] == "age:80_plus") & (frame["layer_indicator"] == "no_internet_use_3m")
    ].set_index("place")
    cantons = rows.loc[list(terms.CANTONS)]
    everyone = (cantons["persons_high"] / cantons["high"]).sum()
    outside = cantons["persons_high"].sum()
    assert outside / everyone == pytest.approx(rows.loc["CH", "value"], abs=0.0005)
    assert rows.loc["CH", "persons_high"] == pytest.approx(outside, rel=0.005)


def test_every_pair_has_its_sentence_and_none_says_too_much(default_home: object) -> None:
    frame = tables.read("invisible_minorities")
    groups = catalog.facts("groups")
    assert len(frame) == len(groups) * 27 * len(catalog.facts("thresholds")["risk"]["indicators"])
    at_risk = frame[frame["risk_state"] == "higher"]
    cantons = at_risk[at_risk["place_level"] == "canton"]
    assert cantons["sentence_en"].str.contains("expected").all()
    assert at_risk[at_risk["place"] == "CH"]["sentence_en"].str.contains("measured risk").all()
    for lang in terms.LANGUAGES:
        assert frame[f"sentence_{lang}"].str.endswith(".").all()
    # What is found can be written down again, equal.
    again = sentences(frame.drop(columns=["claim"]), groups)
    assert (again["claim"] == frame["claim"]).all()


def test_reach_is_unknown_where_nothing_is_measured(default_home: object) -> None:
    assert set(tables.read("invisible_minorities")["reach_state"]) == {"unknown"}


def test_nothing_is_not_a_number_where_it_counts(default_home: object) -> None:
    frame = tables.read("invisible_minorities")
    assert np.isfinite(frame[["low", "high"]].to_numpy(dtype=float)).all()
    assert (frame["low"] <= frame["high"]).all()
    assert pd.isna(frame.loc[frame["risk_state"] != "higher", "tipping_point"]).all()
