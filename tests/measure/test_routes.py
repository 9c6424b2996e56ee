"""From one day to another: the register's word first, and a gap is named, never guessed."""

import pandas as pd
import pytest
from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely.geometry import box

from divide.errors import JoinError
from divide.measure.register_days import COLUMNS
from divide.measure.routes import Register, find_route

from .register_rows import mutations


def listed(**days: list[str]) -> DataFrame:
    """Write whole lists by day, such as _2020_01_01=["0001"]."""
    parts = []
    for day, places in days.items():
        date = day.strip("_").replace("_", "-")
        rows = [("canton", "BE"), *(("commune", one) for one in places)]
        frame = DataFrame(rows, columns=["place_level", "place"]).assign(register_date=date)
        parts.append(frame.assign(name="N" + frame["place"], canton="BE"))
    return pd.concat(parts).reindex(columns=list(COLUMNS)).astype("str")


LISTS = listed(
    _2018_01_01=["0001", "0002"], _2021_01_01=["0001", "0003"], _2022_01_01=["0001", "0003"],
    _2024_01_01=["0001"],
)  # fmt: skip
MERGER = ("2019-01-01", [("0002", "2")], [("0003", "3")])


def drawn(day: str, *places: str) -> GeoDataFrame:
    """Draw communes side by side; the first one has the whole ground if it is alone."""
    width = 2 / len(places)
    shapes = [box(at * width, 0, (at + 1) * width, 1) for at in range(len(places))]
    return GeoDataFrame(
        {"place_level": "commune", "place": places, "register_date": day}, geometry=shapes
    )


def test_the_same_day_needs_no_way() -> None:
    assert find_route(Register(LISTS), since="2021-01-01", until="2021-01-01").heirs == {}


def test_mutations_are_the_first_word() -> None:
    told = mutations(MERGER, known=("2018-01-02", "2021-01-01"))
    found = find_route(Register(LISTS, mutations=told), since="2018-01-01", until="2021-01-01")
    assert found.evidence == "mutations" and found.heirs == {"0002": {"0003": 1.0}}


def test_steps_are_joined_and_named() -> None:
    """Mutations to 2021, equal lists to 2022, boundaries to 2024."""
    borders = pd.concat([drawn("2022-01-01", "0001", "0003"), drawn("2024-01-01", "0001")])
    register = Register(
        LISTS,
        mutations=mutations(MERGER, known=("2018-01-02", "2021-01-01")),
        boundaries=borders,
    )
    found = find_route(register, since="2018-01-01", until="2024-01-01")
    assert found.evidence == "mutations+lists+boundaries"
    assert found.heirs["0002"] == {"0001": 1.0}


def test_correspondances_count_before_boundaries() -> None:
    pairs = DataFrame(
        {
            "initial_date": "2022-01-01",
            "register_date": "2024-01-01",
            "initial": ["0001", "0003"],
            "terminal": "0001",
        }
    )
    borders = pd.concat([drawn("2022-01-01", "0001", "0003"), drawn("2024-01-01", "0001")])
    register = Register(LISTS, correspondances=pairs, boundaries=borders)
    found = find_route(register, since="2022-01-01", until="2024-01-01")
    assert found.evidence == "correspondances"


def test_a_gap_is_refused_and_the_vanished_are_named() -> None:
    with pytest.raises(JoinError, match=r"2022-01-01 until 2024-01-01.* 1 numbers vanished: 0003"):
        find_route(Register(LISTS), since="2022-01-01", until="2024-01-01")
    with pytest.raises(JoinError, match=r"until 2023-06-01\. Lists are at hand of 2018-01-01, "):
        find_route(Register(LISTS), since="2022-01-01", until="2023-06-01")
