"""Sums of hectares: to the person what the cells hold, with bounds for what is not told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from divide.errors import MethodError
from divide.measure.cell_sums import sum_cells

DAY = "2024-01-01"


def layer(level: str = "commune", **shapes: BaseGeometry) -> gpd.GeoDataFrame:
    named = [name.removeprefix("p") for name in shapes]
    rows = {"place_level": level, "place": named, "register_date": DAY}
    return gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=2056)


# The border of the first two runs through the second hectare, at a quarter of it.
COMMUNES = layer(p0001=box(0, 0, 125, 100), p0002=box(125, 0, 300, 100), p0003=box(0, 500, 9, 509))
LAKE = layer("lake", p9050=box(300, 0, 350, 100))


def hectares(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    """Return hectares: kilometres east, and persons as published, at least, at most."""
    frame = pd.DataFrame(rows, columns=["east", "value", "low", "high"])
    return frame.assign(
        north=0.0, size=100.0, year=2020, source="bfs_statpop_hectares", edition="2021-08-26"
    )


HECTARES = hectares((0, 40, 40, 40), (100, 20, 20, 20), (200, 3, 1, 3), (300, 8, 8, 8))


def test_sums_by_hand() -> None:
    found = sum_cells(HECTARES, COMMUNES, indicator="residents", lakes=LAKE)
    rows = found.rows.set_index("place")
    # 40 and a quarter of 20; three quarters of 20, and 3.
    assert rows["value"].tolist()[:2] == [45, 18]
    # Of the 20 in the cut hectare, none or all may live here; a 3 stands for 1 to 3.
    assert rows["low"].tolist()[:2] == [40, 1]
    assert rows["high"].tolist()[:2] == [60, 23]
    assert rows["status"].tolist() == ["modelled", "modelled", "missing"]
    # No hectare lies in the third: that is not 0.
    assert rows.loc["0003", ["value", "low", "high"]].isna().all()
    assert rows.loc["0001", ["indicator", "group", "place_level", "register_date"]].tolist() == [
        "residents",
        "total",
        "commune",
        DAY,
    ]
    assert (rows["year"] == 2020).all()
    assert (rows["source"] == "bfs_statpop_hectares").all()


def test_the_account_holds_everyone() -> None:
    found = sum_cells(HECTARES, COMMUNES, indicator="residents", lakes=LAKE)
    account = found.account.set_index("located")
    # The last hectare: half lake, half abroad.
    assert account["value"].to_dict() == {"inside": 63, "lake": 4, "outside": 4}
    assert account["cells"].to_dict() == {"inside": 3, "lake": 1, "outside": 1}
    assert account["value"].sum() == HECTARES["value"].sum()
    assert account["share"].sum() == pytest.approx(1)
    assert account.loc["lake", ["low", "high"]].tolist() == [0, 8]


def test_uncut_hectares_are_observed_or_unreliable() -> None:
    found = sum_cells(hectares((0, 40, 40, 40), (200, 3, 1, 3)), COMMUNES, indicator="residents")
    rows = found.rows.set_index("place")
    assert rows["status"].to_dict() == {"0001": "observed", "0002": "unreliable", "0003": "missing"}
    assert rows.loc["0002", ["value", "low", "high"]].tolist() == [3, 1, 3]


def test_an_empty_hectare_on_a_border_changes_nothing() -> None:
    found = sum_cells(hectares((0, 4, 4, 4), (100, 0, 0, 0)), COMMUNES, indicator="residents")
    rows = found.rows.set_index("place")
    assert rows.loc["0001", ["value", "low", "high", "status"]].tolist() == [4, 4, 4, "observed"]
    assert rows.loc["0002", ["value", "status"]].tolist() == [0, "observed"]


def test_an_unknown_count_makes_the_sum_unknown() -> None:
    nan = float("nan")
    found = sum_cells(hectares((0, 4, 4, 4), (100, nan, nan, nan)), COMMUNES, indicator="residents")
    rows = found.rows.set_index("place")
    assert rows.loc[["0001", "0002"], "value"].isna().all()
    assert rows.loc["0001", "status"] == "missing"
    assert np.isnan(found.account.set_index("located").loc["inside", "value"])


def test_cells_of_two_years_are_refused() -> None:
    mixed = HECTARES.assign(year=[2020, 2020, 2020, 2021])
    with pytest.raises(MethodError, match=r"one year are needed, not of \[2020, 2021\]"):
        sum_cells(mixed, COMMUNES, indicator="residents")


@pytest.mark.mirror
def test_nobody_is_lost_over_the_country(
    communes_2024: gpd.GeoDataFrame, lakes_2024: gpd.GeoDataFrame
) -> None:
    random = np.random.default_rng(3)
    west, south, east, north = communes_2024.total_bounds // 100
    places = random.integers((west, south), (east, north), (20_000, 2)) * 100.0
    persons = random.integers(3, 80, len(places)).astype(float)
    cells = pd.DataFrame({"east": places[:, 0], "north": places[:, 1], "value": persons})
    cells = cells.assign(
        size=100.0,
        low=cells["value"].replace(3, 1),
        high=persons,
        year=2020,
        source="s",
        edition="e",
    ).drop_duplicates(["east", "north"])
    found = sum_cells(cells, communes_2024, indicator="residents", lakes=lakes_2024)
    account = found.account.set_index("located")
    assert account["value"].sum() == pytest.approx(cells["value"].sum(), abs=1e-6)
    assert found.rows["value"].sum() == pytest.approx(account.loc["inside", "value"], abs=1e-6)
    assert len(found.rows) == 2131
    known = found.rows[found.rows["value"].notna()]
    assert (known["low"] <= known["value"]).all()
    assert (known["value"] <= known["high"] + 1e-9).all()
