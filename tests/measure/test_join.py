"""Joins: what found no partner is counted, named, dated, and refused if it is too much."""

import pandas as pd
import pytest
from pandas import DataFrame

from divide.errors import JoinError, MethodError
from divide.measure.join import accounts, join

DAY = "2024-01-01"


def at(*places: str, day: str = DAY, **more: object) -> DataFrame:
    frame = DataFrame({"place_level": "commune", "place": places, "register_date": day})
    return frame.assign(**more)


PEOPLE = at("0001", "0002", "0003", group="total", value=[900.0, 99.0, 1.0])
LISTS = pd.concat(
    [
        at("0001", "0002", "0003", name=["A", "B", "C"]),
        at("0947", day="2023-01-01", name=["Zwieselberg"]),
        at("0947", day="2010-01-01", name=["Zwieselberg"]),
    ]
)


def test_what_is_lost_is_counted_and_named() -> None:
    """0003 with 1 of 1,000 residents is on the left alone, 0947 on the right alone."""
    left, right = at("0001", "0002", "0003", n=[1, 2, 3]), at("0001", "0002", "0947", m=[4, 5, 6])
    found = join(left, right, validate="1:1", residents=PEOPLE, lists=LISTS, limit=0.001)
    assert found[["place", "n", "m"]].to_numpy().tolist() == [["0001", 1, 4], ["0002", 2, 5]]
    (account,) = accounts(found)
    assert account["left"] == {
        "rows": 1,
        "rows_share": 1 / 3,
        "residents": 1.0,
        "residents_share": 0.001,
        "places": [{"place": "0003", "name": "C", "residents": 1.0, "nearest": DAY}],
    }
    # Nobody knows how many lived in 0947 on a day on which it did not exist.
    assert account["right"]["residents"] is None
    assert account["right"]["places"] == [
        {"place": "0947", "name": "Zwieselberg", "residents": None, "nearest": "2023-01-01"}
    ]


def test_too_much_is_an_error_that_names_it() -> None:
    left, right = at("0001", "0947"), at("0001", "0002")
    with pytest.raises(
        JoinError, match=r"1 places .* 50.0%, at most 0.1% .*: 0947 Zwieselberg\. .* 2023-01-01"
    ):
        join(left, right, lists=LISTS)
    with pytest.raises(JoinError, match=r"1 rows, 900 residents; 90\.0%"):
        join(at("0001", "0002"), at("0002"), residents=PEOPLE)


def test_a_left_join_keeps_and_still_tells() -> None:
    found = join(at("0001", "0003"), at("0001", m=1), how="left", residents=PEOPLE)
    assert found["place"].tolist() == ["0001", "0003"] and found["m"].isna().sum() == 1
    assert accounts(found)[0]["left"]["rows"] == 1


def test_accounts_travel_on() -> None:
    first = join(at("0001", "0003"), at("0001"), residents=PEOPLE)
    second = join(first, at("0001", "0002"), residents=PEOPLE)
    told = accounts(second)
    assert [one["left"]["rows"] for one in told] == [1, 0]
    assert told[1]["right"]["places"][0]["place"] == "0002"


def test_several_rows_of_a_place_need_a_declared_cardinality() -> None:
    twice = at("0001", "0001", year=[2020, 2021])
    assert len(join(twice, at("0001"))) == 2
    with pytest.raises(JoinError, match="left side \\(0001\\): 1:1 was declared"):
        join(twice, at("0001"), validate="1:1")
    with pytest.raises(JoinError, match="right side \\(0001\\): m:1 was declared"):
        join(at("0001"), twice)
    years = at("0001", year=[2021], base=[7])
    by_year = join(twice, years, on=("place_level", "place", "register_date", "year"), limit=1)
    assert by_year["year"].tolist() == [2021]


def test_lists_of_other_days_do_not_meet() -> None:
    with pytest.raises(JoinError, match=r"lists of 2024-01-01 and 2023-01-01.* divide\.restate"):
        join(at("0001"), at("0001", day="2023-01-01"))
    with pytest.raises(JoinError, match="lacks the columns register_date"):
        join(at("0001").drop(columns="register_date"), at("0001"))


def test_residents_of_two_years_are_refused() -> None:
    with pytest.raises(MethodError, match="one year and source"):
        join(at("0001"), at("0001"), residents=pd.concat([PEOPLE, PEOPLE]))
