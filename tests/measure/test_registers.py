"""Counts brought to another day: nobody lost, nothing invented, what is unknown stays unknown."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from divide.errors import JoinError, MethodError
from divide.measure.registers import restate
from divide.measure.successions import Link, replay
from divide.measure.successors import reverse, successors

from .register_rows import alive_on, as_mutations, communes, counts, histories

SINCE, UNTIL = "2000-01-01", "2020-01-01"


def pairs(
    heirs: dict[str, dict[str, float]], old: list[str], new: list[str], day: str = UNTIL
) -> DataFrame:
    link = Link(SINCE, day, heirs, "mutations")
    return successors(link, communes(*old), communes(*new))


MERGED = pairs({"0002": {"0001": 1.0}}, ["0001", "0002", "0003"], ["0001", "0003"])
SPLIT = pairs(
    {"0001": {"0011": math.nan, "0012": math.nan}}, ["0001", "0002"], ["0011", "0012", "0002"]
)


def values(frame: DataFrame) -> dict[str, float]:
    return frame.set_index("place")["value"].to_dict()


def test_mergers_add_up() -> None:
    """700 + 250 = 950; the third commune keeps its 40."""
    found = restate(counts({"0001": 700, "0002": 250, "0003": 40}, SINCE), MERGED, to=UNTIL)
    assert values(found) == {"0001": 950, "0003": 40}
    assert set(found["register_date"]) == {UNTIL} and set(found["status"]) == {"observed"}
    assert found.attrs["account"]["restated"] == {
        "from": SINCE,
        "to": UNTIL,
        "evidence": "mutations",
        "communes": 2,
        "shared_out": [],
        "left_out": [],
    }


def test_a_protected_part_leaves_no_sum() -> None:
    found = restate(counts({"0001": 700, "0002": None, "0003": 40}, SINCE), MERGED, to=UNTIL)
    sums = found.set_index("place")
    assert math.isnan(sums.loc["0001", "value"]) and sums.loc["0001", "status"] == "suppressed"
    assert sums.loc["0003", "value"] == 40


def test_bounds_add_up_where_the_value_is_hidden() -> None:
    """700 and a hidden 1 to 5 give 701 to 705; an absent part leaves only the lower bound."""
    hidden = counts({"0001": 700, "0002": None}, SINCE, low=[None, 1.0], high=[None, 5.0])
    found = restate(hidden, MERGED, to=UNTIL).set_index("place")
    assert found.loc["0001", ["low", "high"]].tolist() == [701, 705]
    absent = restate(hidden[:1], MERGED, to=UNTIL).set_index("place")
    assert absent.loc["0001", "low"] == 700 and math.isnan(absent.loc["0001", "high"])
    assert absent.loc["0001", "status"] == "missing"


def test_an_absent_part_is_missing_not_zero() -> None:
    found = restate(counts({"0001": 700, "0003": 40}, SINCE), MERGED, to=UNTIL)
    assert math.isnan(values(found)["0001"])


def test_a_sum_is_as_certain_as_its_least_certain_part() -> None:
    rows = counts({"0001": 700, "0002": 250}, SINCE)
    rows["status"] = ["observed", "provisional"]
    assert restate(rows, MERGED, to=UNTIL)["status"].tolist() == ["provisional"]


def test_a_sum_has_no_cell_but_keeps_its_origin() -> None:
    rows = counts({"0001": 700, "0002": 250, "0003": 40}, SINCE, source="bfs", cell="A1")
    found = restate(rows, MERGED, to=UNTIL).set_index("place")
    assert pd.isna(found.loc["0001", "cell"]) and found.loc["0003", "cell"] == "A1"
    assert set(found["source"]) == {"bfs"}


def test_each_series_is_added_up_by_itself() -> None:
    women = counts({"0001": 400, "0002": 100}, SINCE, group="sex:f")
    men = counts({"0001": 300, "0002": 150}, SINCE, group="sex:m")
    found = restate(pd.concat([women, men]), MERGED, to=UNTIL)
    assert found.set_index("group")["value"].to_dict() == {"sex:f": 500, "sex:m": 450}


def test_a_division_needs_a_key_and_is_modelled() -> None:
    rows = counts({"0001": 90, "0002": 10}, SINCE)
    with pytest.raises(MethodError, match=r"1 communes were divided, .* 0001 N0001"):
        restate(rows, SPLIT, to=UNTIL)
    key = DataFrame({"initial": "0001", "terminal": ["0011", "0012"], "weight": [200, 100]})
    found = restate(rows, SPLIT, to=UNTIL, key=key).set_index("place")
    assert found["value"].to_dict() == {"0011": 60, "0012": 30, "0002": 10}
    assert found["status"].to_dict() == {
        "0011": "modelled",
        "0012": "modelled",
        "0002": "observed",
    }
    assert found.index.size == 3
    # Half a key is none.
    with pytest.raises(MethodError, match="divided"):
        restate(rows, SPLIT, to=UNTIL, key=key[:1])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (counts({"0001": 0.2}, SINCE, indicator="social_assistance_share"), "numerator"),
        (counts({"0001": 2}, SINCE, indicator="hens"), "unit='persons'"),
        (counts({"0001": 2}, SINCE, se=1.0), r"\['se'\] that cannot"),
        (counts({"0001": 2}, SINCE).drop(columns="status"), r"lack \['status'\]"),
        (counts({"BE": 2}, SINCE, place_level="canton"), "Only communes"),
        (counts({"0001": 2}, "1999-01-01"), "1999-01-01"),
    ],
)
def test_what_does_not_add_up_is_refused(rows: DataFrame, told: str) -> None:
    with pytest.raises(MethodError, match=told):
        restate(rows, MERGED, to=UNTIL)


def test_another_indicator_is_counted_if_it_says_what() -> None:
    rows = counts({"0001": 2, "0002": 3}, SINCE, indicator="hens")
    assert values(restate(rows, MERGED, to=UNTIL, unit="households")) == {"0001": 5}


def test_places_on_no_list_are_named_or_refused() -> None:
    ghost = counts({"0001": 700, "0002": 250, "0003": 1, "4505": 0}, SINCE)
    found = restate(ghost, MERGED, to=UNTIL)
    assert found.attrs["account"]["restated"]["left_out"] == ["4505"]
    assert "4505" not in set(found["place"])
    with pytest.raises(JoinError, match=r"1 places .*: 9999, with a value of 3"):
        restate(counts({"0001": 700, "9999": 3}, SINCE), MERGED, to=UNTIL)


def test_a_part_that_stands_twice_is_refused() -> None:
    rows = counts({"0001": 700, "0002": 250}, SINCE)
    with pytest.raises(JoinError, match="0001 stand twice"):
        restate(pd.concat([rows, rows]), MERGED, to=UNTIL)


def test_what_is_given_is_not_changed() -> None:
    rows, before = (counts({"0001": 700, "0002": 250}, SINCE) for _ in range(2))
    restate(rows, MERGED, to=UNTIL)
    pd.testing.assert_frame_equal(rows, before)


drawn = histories()


def of_history(story, since: str, until: str) -> DataFrame:  # type: ignore[no-untyped-def]
    first, events = story
    link = replay(as_mutations(first, events), since=since, until=until) if events else None
    old, new = (communes(*alive_on(first, events, day)) for day in (since, until))
    return successors(link or Link(since, until, {}, "lists"), old, new)


def lived(story, day: str, numbers: list[int]) -> DataFrame:  # type: ignore[no-untyped-def]
    places = alive_on(*story, day)
    return counts(dict(zip(places, map(float, numbers), strict=False)), day)


NUMBERS = st.lists(st.integers(0, 500_000), min_size=12, max_size=12)


@given(drawn, NUMBERS)
def test_totals_are_kept_to_the_unit(story, numbers: list[int]) -> None:  # type: ignore[no-untyped-def]
    rows = lived(story, SINCE, numbers)
    found = restate(rows, of_history(story, SINCE, UNTIL), to=UNTIL)
    assert found["value"].sum() == rows["value"].sum()
    assert sorted(found["place"]) == alive_on(*story, UNTIL)


@given(drawn, NUMBERS, st.integers(2000, 2009))
def test_steps_do_not_matter(story, numbers: list[int], year: int) -> None:  # type: ignore[no-untyped-def]
    middle = f"{year}-07-01"
    rows = lived(story, SINCE, numbers)
    half = restate(rows, of_history(story, SINCE, middle), to=middle)
    two = restate(half, of_history(story, middle, UNTIL), to=UNTIL)
    one = restate(rows, of_history(story, SINCE, UNTIL), to=UNTIL)
    assert values(two) == values(one)


@given(drawn, NUMBERS)
def test_the_same_day_changes_nothing(story, numbers: list[int]) -> None:  # type: ignore[no-untyped-def]
    rows = lived(story, SINCE, numbers)
    pd.testing.assert_frame_equal(restate(rows, of_history(story, SINCE, SINCE), to=SINCE), rows)


@given(drawn, NUMBERS)
def test_there_and_back_is_refused_where_something_was_lost(  # type: ignore[no-untyped-def]
    story, numbers: list[int]
) -> None:
    rows = lived(story, SINCE, numbers)
    forward = of_history(story, SINCE, UNTIL)
    old, new = (communes(*alive_on(*story, day)) for day in (SINCE, UNTIL))
    back = reverse(forward, old, new)
    there = restate(rows, forward, to=UNTIL)
    if (forward["kind"] == "merger").any():
        with pytest.raises(MethodError, match="divided"):
            restate(there, back, to=SINCE)
    else:
        assert values(restate(there, back, to=SINCE)) == values(rows)


@given(drawn, NUMBERS, st.data())
def test_one_hidden_part_hides_its_sum_and_no_other(  # type: ignore[no-untyped-def]
    story, numbers: list[int], data
) -> None:
    rows = lived(story, SINCE, numbers)
    hidden = data.draw(st.sampled_from(rows["place"].tolist()))
    spoilt = rows.assign(
        value=rows["value"].mask(rows["place"] == hidden),
        status=rows["status"].mask(rows["place"] == hidden, "suppressed"),
    )
    told = of_history(story, SINCE, UNTIL)
    whole, found = (values(restate(one, told, to=UNTIL)) for one in (rows, spoilt))
    heirs = set(told.loc[told["initial"] == hidden, "terminal"])
    assert {place for place, value in found.items() if math.isnan(value)} == heirs
    assert all(found[place] == whole[place] for place in found if place not in heirs)
