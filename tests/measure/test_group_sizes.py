"""Persons of groups: counted where somebody counts, bounded where communes hide, else no row."""

import pandas as pd
import pytest

from divide.measure.group_sizes import persons_of_groups
from divide.terms import CANTONS

SIXTY = "age:60_plus|education:low"


def people() -> pd.DataFrame:
    """Return residents of two years; those of the older year are never taken."""
    rows = [
        ("UR", "total", 2022, 1.0),
        ("UR", "total", 2023, 37_000.0),
        ("UR", "citizenship:foreign", 2023, 5_000.0),
        ("CH", "total", 2023, 9_000_000.0),
    ]
    frame = pd.DataFrame(rows, columns=["place", "group", "year", "value"])
    level = frame["place"].map({"UR": "canton", "CH": "country"})
    return frame.assign(indicator="residents", place_level=level)


def older(cantons: tuple[str, ...]) -> pd.DataFrame:
    """Return 80 of 100 people aged 80+ in private households, in each canton."""
    rows = [
        (place, indicator, value)
        for place in cantons
        for indicator, value in (
            ("persons_in_private_household", 80.0),
            ("in_private_household_share", 0.8),
        )
    ]
    frame = pd.DataFrame(rows, columns=["place", "indicator", "value"])
    return frame.assign(group="age:80_plus")


HOMES = pd.DataFrame(
    {"place": ["UR"], "indicator": ["nursing_home_occupancy"], "value": [500.0], "group": ["total"]}
)
CELLS = pd.DataFrame(
    {
        "place": ["UR"] * 3,
        "group": [
            "sex:female|age:60_plus|education:low",
            "sex:male|age:60_plus|education:low",
            "sex:male|age:60_plus|education:tertiary",
        ],
        "value": [700.0, 300.0, 900.0],
    }
)


def sizes(
    cantons: tuple[str, ...] = CANTONS, *, bounds: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the persons of each group and place."""
    found = persons_of_groups(people(), older(cantons), HOMES, CELLS, bounds)
    return found.set_index(["group", "place"])


def test_people_of_80_are_those_at_home_over_their_share() -> None:
    found = sizes()
    # 80 at home are .8 of them: 100 in each canton, 2,600 in the country.
    assert found.loc[("age:80_plus", "UR"), ["low", "high"]].tolist() == [100.0, 100.0]
    assert found.loc[("age:80_plus", "CH"), "low"] == pytest.approx(2_600)


def test_without_one_canton_the_country_is_not_known() -> None:
    found = sizes(CANTONS[1:])
    assert ("age:80_plus", "CH") not in found.index
    assert ("age:80_plus", CANTONS[0]) not in found.index


def test_cells_of_a_group_are_summed_and_no_others() -> None:
    assert sizes().loc[(SIXTY, "UR"), "low"] == 1_000.0


def test_the_newest_year_is_taken_and_residents_stand_beside() -> None:
    found = sizes()
    assert found.loc[("citizenship:foreign", "UR"), ["low", "residents"]].tolist() == [5e3, 37e3]
    assert found.loc[("setting:nursing_home", "UR"), "low"] == 500.0


def test_who_hides_is_bounded_and_who_is_not_counted_has_no_row() -> None:
    bounds = pd.DataFrame(
        {"place_level": ["canton", "commune"], "place": ["UR", "1201"], "low": [300.0, 1.0],
         "high": [425.0, 2.0]}
    )  # fmt: skip
    found = sizes(bounds=bounds)
    assert found.loc[("benefit:social_assistance", "UR"), ["low", "high"]].tolist() == [300, 425]
    assert ("benefit:social_assistance", "1201") not in found.index
    assert "permit:none" not in found.index.get_level_values("group")
    assert "benefit:social_assistance" not in sizes().index.get_level_values("group")
