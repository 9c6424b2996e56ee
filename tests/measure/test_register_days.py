"""Places of any day: a list as it is, a bare list completed, states that hold on the day."""

import pandas as pd
import pytest
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.register_days import COLUMNS, communes_on, known_days, places_on

ABOVE = [
    ("country", "CH", "CH", None, None, None, None),
    ("canton", "BE", "Bern", "BE", None, "2", "de"),
    ("canton", "JU", "Jura", "JU", None, "2", "fr"),
    ("district", "0246", "Berner Jura", "BE", "0246", "2", "fr"),
]


def row(level, place, name, canton, district, region, language):  # type: ignore[no-untyped-def]
    values = (level, place, "2024-01-01", name, canton, district, region, language, "1", "1")
    return dict(zip(COLUMNS, (*values, "bfs_communes", "2024-01-01"), strict=True))


@pytest.fixture
def lists() -> DataFrame:
    """A whole list of 2024, and a bare one of 2021 with Bonfol, which is gone since."""
    communes = [
        ("commune", "0700", "Moutier", "BE", "0246", "2", "fr"),
        ("commune", "0706", "Reconvilier", "BE", "0246", "2", "fr"),
        ("commune", "6771", "Alle", "JU", None, "2", "fr"),
        ("commune", "6778", "Coeuve", "JU", None, "2", "fr"),
    ]
    whole = DataFrame([row(*one) for one in (*ABOVE, *communes)])
    bare = DataFrame(
        {
            "place_level": "commune",
            "place": ["0700", "0706", "0704", "6771", "6775", "3000"],
            "register_date": "2021-01-01",
            "name": ["Moutier", "Another name", "Roches", "Alle", "Bonfol", "Nowhere"],
            "source": "bfs_commune_key_figures",
            "edition": "2021",
        }
    )
    return pd.concat([whole, bare], ignore_index=True)


def states(*rows: tuple[str, str, str | None, str | None]) -> DataFrame:
    frame = DataFrame(rows, columns=["place", "name", "valid_from", "valid_to"])
    return frame.assign(
        place_level="commune",
        canton="BE",
        parent="10250",
        known_from="1960-01-01",
        known_to="2018-04-01",
        source="bfs_commune_history",
        edition="2018-04-01",
    )


def test_a_whole_list_is_given_as_it_is(lists: DataFrame) -> None:
    found = places_on("2024-01-01", lists)
    assert len(found) == 8 and set(found["register_date"]) == {"2024-01-01"}


def test_a_bare_list_is_completed_from_the_nearest(lists: DataFrame) -> None:
    found = places_on("2021-01-01", lists).set_index("place")
    assert set(found["register_date"]) == {"2021-01-01"}
    assert found.loc["0700", ["canton", "district", "language_region"]].tolist() == [
        "BE",
        "0246",
        "fr",
    ]
    # 6775 lies between two numbers of the Jura, 3000 between Bern and the Jura.
    assert found.loc["6775", "canton"] == "JU" and found.loc["6775", "major_region"] == "2"
    assert pd.isna(found.loc["3000", "canton"])
    # Another name is another commune until something says otherwise.
    assert pd.isna(found.loc["0706", "district"])
    assert set(found["place_level"]) == {"country", "canton", "district", "commune"}


def test_states_hold_from_their_first_to_their_last_day(lists: DataFrame) -> None:
    known = states(
        ("0700", "Moutier", "1960-01-01", None),
        ("0720", "Old", "1960-01-01", "2009-12-31"),
        ("0721", "New", "2010-01-01", None),
        ("0722", "Before the service begins", None, "2012-12-31"),
    )

    def alive(day: str) -> list[str]:
        return communes_on(day, lists, known)["place"].tolist()

    assert alive("2009-12-31") == ["0700", "0720", "0722"]
    assert alive("2010-01-01") == ["0700", "0721", "0722"]
    assert alive("2013-01-01") == ["0700", "0721"]
    found = communes_on("2010-01-01", lists, known).set_index("place")
    assert found.loc["0700", "typology_9"] == "1" and pd.isna(found.loc["0721", "typology_9"])


def test_a_day_that_nothing_knows_is_refused(lists: DataFrame) -> None:
    known = states(("0700", "Moutier", "1960-01-01", None))
    days = "1960-01-01, 2018-04-01, 2021-01-01, 2024-01-01"
    assert ", ".join(known_days(lists, known)) == days
    for day in ("2018-04-02", "2022-01-01", "1959-12-31"):
        with pytest.raises(MethodError, match=f"communes of {day} .* lists of {days}"):
            places_on(day, lists, known)


def test_a_number_twice_on_one_day_is_refused(lists: DataFrame) -> None:
    known = states(("0700", "A", "1960-01-01", None), ("0700", "B", "2000-01-01", None))
    with pytest.raises(MethodError, match="0700 twice on 2001-01-01"):
        places_on("2001-01-01", lists, known)
