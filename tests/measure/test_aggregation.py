"""From communes up: sums only where all is seen, bounds that hold where something is hidden."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from divide.errors import JoinError, MethodError
from divide.measure.aggregation import aggregate, publishable_share

DAY = "2024-01-01"
PLACES = DataFrame(
    {
        "place_level": "commune",
        "place": ["0001", "0002", "0003", "0261"],
        "register_date": DAY,
        "district": ["0101", "0101", "0102", None],
        "canton": ["ZH", "ZH", "ZH", "BE"],
        "major_region": ["4", "4", "4", "2"],
        "language_region": ["de", "de", "de", "fr"],
    }
)


def counts(*values: float | None, statuses: list[str] | None = None) -> DataFrame:
    """Write recipients of the first communes; None is protected unless told."""
    told = statuses or ["suppressed" if one is None else "observed" for one in values]
    return DataFrame(
        {
            "indicator": "social_assistance_recipients",
            "group": "total",
            "place_level": "commune",
            "place": PLACES["place"].tolist()[: len(values)],
            "register_date": DAY,
            "year": 2022,
            "value": pd.array(values, dtype="Float64").to_numpy(dtype=float, na_value=math.nan),
            "status": told,
        }
    )


def one(frame: DataFrame, place: str) -> pd.Series:
    return frame.set_index("place").loc[place]


def test_a_sum_of_all_parts_is_a_value() -> None:
    found = one(aggregate(counts(10, 20, 30, 5), PLACES, to="canton"), "ZH")
    assert found[["value", "status", "low", "high", "parts", "hidden"]].tolist() == [
        60, "observed", 60, 60, 3, 0,
    ]  # fmt: skip


def test_hidden_parts_give_bounds() -> None:
    """10 and 30 are seen, one commune hides at most 5: 40 to 45."""
    found = one(
        aggregate(counts(10, None, 30, 5), PLACES, to="canton", caps={"suppressed": 5}), "ZH"
    )
    assert math.isnan(found["value"])
    assert found[["status", "low", "high", "hidden"]].tolist() == ["suppressed", 40, 45, 1]


def test_what_nothing_bounds_has_no_upper_end() -> None:
    found = one(aggregate(counts(10, None, 30, 5), PLACES, to="canton"), "ZH")
    assert found["low"] == 40 and math.isnan(found["high"])


def test_residents_bound_what_is_not_known_and_caps_go_no_further() -> None:
    most = DataFrame({"place": ["0001", "0002", "0003"], "value": [500.0, 3.0, 70.0]})
    rows = counts(10, None, None, 5, statuses=["observed", "suppressed", "missing", "observed"])
    found = one(aggregate(rows, PLACES, to="canton", caps={"suppressed": 5}, most=most), "ZH")
    # The hidden commune has 3 residents, so 3 at most; the other may have all of its 70.
    assert found[["low", "high", "hidden"]].tolist() == [10, 83, 2]


def test_an_absent_commune_is_hidden_too() -> None:
    found = aggregate(counts(10, 20), PLACES, to="canton", caps={"suppressed": 5})
    zurich = one(found, "ZH")
    assert zurich[["parts", "hidden", "low"]].tolist() == [3, 1, 30]
    assert math.isnan(zurich["value"]) and math.isnan(zurich["high"])
    assert zurich["status"] == "missing"


def test_a_published_total_bounds_unless_it_counts_otherwise() -> None:
    totals = DataFrame(
        {
            "indicator": "social_assistance_recipients",
            "group": "total",
            "year": 2022,
            "place": ["ZH", "BE"],
            "value": [43.0, 1.0],
        }
    )
    found = aggregate(
        counts(10, None, 30, 5), PLACES, to="canton", caps={"suppressed": 5}, totals=totals
    )
    assert one(found, "ZH")[["low", "high"]].tolist() == [40, 43]
    # A total below what is seen counts persons once who are here counted twice.
    assert one(found, "BE")[["low", "high"]].tolist() == [5, 5]


@pytest.mark.parametrize(
    ("level", "sums"),
    [
        ("district", {"0101": 30.0, "0102": 30.0}),
        ("major_region", {"4": 60.0}),
        ("language_region", {"de": 60.0}),
        ("country", {"CH": 60.0}),
    ],
)
def test_every_level_is_summed(level: str, sums: dict[str, float]) -> None:
    known = PLACES[:3]
    found = aggregate(counts(10, 20, 30), known, to=level)
    assert found.set_index("place")["value"].to_dict() == sums
    assert set(found["place_level"]) == {level}


def test_what_cannot_be_added_up_is_refused() -> None:
    shares = counts(0.1).assign(indicator="social_assistance_share")
    with pytest.raises(MethodError, match="numerator"):
        aggregate(shares, PLACES, to="canton")
    with pytest.raises(MethodError, match="no level 'commune'"):
        aggregate(counts(1), PLACES, to="commune")
    with pytest.raises(JoinError, match=r"1 communes lie in no district .*: 0261"):
        aggregate(counts(1, 2, 3, 4), PLACES, to="district")
    with pytest.raises(JoinError, match="several times"):
        aggregate(pd.concat([counts(1), counts(1)]), PLACES, to="canton")


@given(
    st.lists(st.integers(0, 5000), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.sampled_from(["canton", "country", "language_region"]),
)
def test_bounds_hold_whatever_is_hidden(numbers: list[int], shown: list[bool], level: str) -> None:
    """The publisher hides what is below 6, and somebody else anything at all."""
    told = [float(n) if see and n > 5 else None for n, see in zip(numbers, shown, strict=True)]
    statuses = [
        "observed" if value is not None else "suppressed" if n <= 5 else "missing"
        for value, n in zip(told, numbers, strict=True)
    ]
    most = DataFrame({"place": PLACES["place"], "value": 5000.0})
    truth = aggregate(counts(*map(float, numbers)), PLACES, to=level).set_index("place")["value"]
    rows = counts(*told, statuses=statuses)
    found = aggregate(rows, PLACES, to=level, caps={"suppressed": 5}, most=most).set_index("place")
    assert (found["low"] <= truth).all() and (truth <= found["high"]).all()
    seen = found["value"].notna()
    assert (found.loc[seen, "value"] == truth[seen]).all()
    shares = publishable_share(found)
    assert shares["low"].between(0, 1).all() and (shares["high"] == 1).all()
