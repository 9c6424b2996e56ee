"""The visibility account: who lives where the map may not show them."""

import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.disclosure.accounts import visibility_account, with_parents

FRAME = pd.DataFrame(
    {
        "canton": ["VD", "VD", "JU", "ZH", "UR"],
        "language_region": ["fr", "fr", "fr", "de", "de"],
        "type": ["elder", "youth", "youth", "elder", "elder"],
        "persons": [60, 20, 10, 100, 30],
    }
)


def rows(level: str, places: dict[str, str], group: str = "total") -> pd.DataFrame:
    """Return figures with these statuses; a told one is 0.4."""
    made = pd.DataFrame({"place": places.keys(), "status": places.values()})
    value = made["status"].map(lambda one: None if one in ("suppressed", "missing") else 0.4)
    return made.assign(
        indicator="phone_share", year=2026, place_level=level, group=group, value=value
    )


def test_people_behind_each_mark_add_up_to_the_frame() -> None:
    asked = rows("canton", {"VD": "modelled", "JU": "suppressed", "ZH": "unreliable"})
    found = visibility_account(asked, FRAME).set_index("mark")
    assert found["persons"].to_dict() == {
        "not_asked": 30,  # UR
        "observed": 80,  # VD, two institutions
        "suppressed": 10,  # JU
        "unreliable": 100,  # ZH
    }
    assert found["institutions"].to_dict()["observed"] == 2
    assert found["persons"].sum() == FRAME["persons"].sum()
    assert found.loc["suppressed", "persons_share"] == pytest.approx(10 / 220)


def test_each_group_has_its_own_account() -> None:
    youth = rows("language_region", {"fr": "suppressed"}, "type:youth")
    elder = rows("language_region", {"fr": "observed", "de": "missing"}, "type:elder")
    found = visibility_account(pd.concat([youth, elder]), FRAME).set_index(["group", "mark"])
    assert found["persons"].to_dict() == {
        ("type:elder", "missing"): 130,
        ("type:elder", "observed"): 60,
        ("type:youth", "suppressed"): 30,
    }


def test_a_frame_with_gaps_gives_no_account() -> None:
    with pytest.raises(MethodError, match="an account needs all"):
        visibility_account(rows("canton", {"VD": "observed"}), FRAME.assign(persons=None))


def test_a_hidden_place_shows_the_value_of_the_place_that_holds_it() -> None:
    asked = pd.concat(
        [
            rows("canton", {"VD": "observed", "JU": "suppressed", "UR": "missing"}),
            rows("language_region", {"fr": "observed", "de": "suppressed"}).assign(
                value=[0.3, None]
            ),
            rows("country", {"CH": "observed"}).assign(value=0.5),
        ],
        ignore_index=True,
    )
    found = with_parents(asked, FRAME).set_index("place")
    assert found.loc["JU", ["lent", "lent_level", "lent_from"]].tolist() == [
        0.3,
        "language_region",
        "fr",
    ]
    # Its region is hidden too: the country's.
    assert found.loc["UR", ["lent", "lent_from"]].tolist() == [0.5, "CH"]
    assert found.loc["de", "lent_from"] == "CH"
    assert pd.isna(found.loc["VD", "lent"]) and pd.isna(found.loc["CH", "lent"])


def test_nothing_is_lent_across_groups() -> None:
    asked = pd.concat(
        [
            rows("language_region", {"fr": "suppressed"}, "type:youth"),
            rows("country", {"CH": "suppressed"}, "type:youth"),
            rows("country", {"CH": "observed"}),
        ],
        ignore_index=True,
    )
    assert with_parents(asked, FRAME)["lent"].isna().all()
