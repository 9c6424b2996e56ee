"""Shares of places from classes of cells: bounds that hold, and no cell that counts as 0."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from divide import catalog
from divide.errors import MethodError
from divide.measure.band_shares import share_bands

DAY = "2024-01-01"
BANDS = {
    int(name): (low, high)
    for name, (low, high) in catalog.facts("coverage_classes")["fixed"].items()
}


def layer(level: str = "commune", **shapes: BaseGeometry) -> gpd.GeoDataFrame:
    named = [name.removeprefix("p") for name in shapes]
    rows = {"place_level": level, "place": named, "register_date": DAY}
    return gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=2056)


def coverage(*rows: tuple[float, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["east", "north", "class"])
    return frame.assign(size=250.0, year=2026, source="bakom_coverage", edition="2026-04-30")


def hectares(*rows: tuple[float, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["east", "north", "value"])
    return frame.assign(size=100.0, low=frame["value"], high=frame["value"])


# Two cells wide and one high; the border halves the second cell.
COMMUNES = layer(p0001=box(0, 0, 375, 250), p0002=box(375, 0, 750, 250))
CELLS = coverage((0, 0, 4), (250, 0, 2))


def share(found: pd.DataFrame, place: str) -> list[float]:
    return found.set_index("place").loc[place, ["value", "low", "high", "known_share"]].tolist()


def test_bands_are_those_of_the_legend() -> None:
    # SOURCES, section 5: >0 to 10, >10 to 50, >50 to 90, >90 to 100 %.
    assert BANDS == {1: (0, 0.1), 2: (0.1, 0.5), 3: (0.5, 0.9), 4: (0.9, 1)}


def test_by_area_by_hand() -> None:
    found = share_bands(CELLS, COMMUNES, indicator="coverage", bands=BANDS)
    # 0001: two thirds of class 4, .9 to 1, and one of class 2, .1 to .5:
    # at least (2·.9 + .1)/3 = .6333, at most (2·1 + .5)/3 = .8333, middle .7333.
    assert share(found.rows, "0001") == pytest.approx([0.73333, 0.63333, 0.83333, 1], abs=1e-5)
    # 0002: a third of class 2, and nothing known of the rest, which may be none or all:
    # .1/3 to (.5 + 2)/3.
    assert share(found.rows, "0002") == pytest.approx([0.3, 0.1 / 3, 2.5 / 3, 1 / 3])
    assert found.rows["status"].tolist() == ["modelled", "modelled"]
    # 0.09375 km² each: 1½ cells of 0.0625.
    account = found.account.set_index("located")
    assert account["weight"].to_dict() == pytest.approx(
        {"inside": 0.125, "without_data": 0.0625, "lake": 0, "outside": 0}
    )
    assert account["share"].sum() == pytest.approx(1)


def test_what_has_no_cell_may_be_left_out() -> None:
    found = share_bands(CELLS, COMMUNES, indicator="coverage", bands=BANDS, unknown="left_out")
    assert share(found.rows, "0002") == pytest.approx([0.3, 0.1, 0.5, 1 / 3])


def test_no_cell_is_no_data_and_never_none() -> None:
    wide = pd.concat([COMMUNES, layer(p0003=box(0, 500, 100, 600))])
    found = share_bands(CELLS, wide, indicator="coverage", bands=BANDS)
    row = found.rows.set_index("place").loc["0003"]
    assert np.isnan(row["value"])
    assert row[["status", "low", "high", "known_share"]].tolist() == ["missing", 0, 1, 0]
    left = share_bands(CELLS, wide, indicator="coverage", bands=BANDS, unknown="left_out")
    assert left.rows.set_index("place").loc["0003", ["value", "low", "high"]].isna().all()


def test_by_residents_by_hand() -> None:
    # A hectare across both cells, half in each (200 to 300); one in the second cell, across the
    # border at 375 (300 to 400: three quarters in 0001); one without a cell (600 to 700).
    people = hectares((200, 0, 10), (300, 0, 40), (600, 100, 6))
    found = share_bands(CELLS, COMMUNES, indicator="coverage", bands=BANDS, persons=people)
    # 0001: 5 persons of class 4; 5 + 30 of class 2. Low (5·.9 + 35·.1)/40 = .2,
    # high (5·1 + 35·.5)/40 = .5625.
    assert share(found.rows, "0001") == pytest.approx([0.38125, 0.2, 0.5625, 1])
    # 0002: 10 of class 2, 6 unknown: 1/16 to (5 + 6)/16.
    assert share(found.rows, "0002") == pytest.approx([0.3, 1 / 16, 11 / 16, 10 / 16])
    account = found.account.set_index("located")["weight"].to_dict()
    assert account == pytest.approx({"inside": 50, "without_data": 6, "lake": 0, "outside": 0})


def test_residents_in_lakes_and_abroad_are_accounted() -> None:
    people = hectares((700, 0, 10), (900, 0, 3))
    lake = layer("lake", p9050=box(750, 0, 775, 250))
    found = share_bands(
        CELLS, COMMUNES, indicator="coverage", bands=BANDS, persons=people, lakes=lake
    )
    account = found.account.set_index("located")["weight"].to_dict()
    # The hectare at 700: half in 0002, a quarter in the lake, a quarter abroad.
    assert account == pytest.approx({"inside": 0, "without_data": 5, "lake": 2.5, "outside": 5.5})
    # Nobody lives in 0001, as far as is known: no share of anyone.
    assert np.isnan(found.rows.set_index("place").loc["0001", "known_share"])


def test_unknown_residents_leave_everything_open() -> None:
    people = hectares((0, 0, float("nan")), (100, 0, 5))
    found = share_bands(CELLS, COMMUNES, indicator="coverage", bands=BANDS, persons=people)
    row = found.rows.set_index("place").loc["0001"]
    assert row[["status", "low", "high"]].tolist() == ["missing", 0, 1]


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_bounds_hold_for_every_truth_and_deleting_cells_widens_them(
    seed: int, by_persons: bool
) -> None:
    """Whatever share each cell truly has, the place's share lies within; law of METHOD 2."""
    random = np.random.default_rng(seed)
    land = box(0, 0, 1000, 1000)
    seeds = shapely.MultiPoint(random.uniform(0, 1000, (4, 2)))
    parts = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=land))
    shapes = {f"p{i:04d}": shapely.intersection(part, land) for i, part in enumerate(parts)}
    places = layer(**{name: shape for name, shape in shapes.items() if shape.area > 1})
    grid = [
        (x, y, int(random.integers(1, 5))) for x in (0, 250, 500, 750) for y in (0, 250, 500, 750)
    ]
    cells = coverage(*grid)
    spots = [(x * 100, y * 100, float(random.integers(1, 9))) for x in range(10) for y in range(10)]
    people = hectares(*spots) if by_persons else None
    options = {"indicator": "coverage", "bands": BANDS, "persons": people}
    whole = share_bands(cells, places, **options).rows.set_index("place")
    # Any truth: each cell's share anywhere in its band. With bands of no width, its mean.
    truth = {n: tuple([random.uniform(*BANDS[c])] * 2) for n, c in enumerate(cells["class"])}
    exact = share_bands(
        cells.assign(**{"class": range(16)}), places, **(options | {"bands": truth})
    ).rows.set_index("place")
    assert (whole["low"] <= exact["value"] + 1e-9).all()
    assert (exact["value"] <= whole["high"] + 1e-9).all()
    assert np.allclose(exact["low"], exact["high"], atol=1e-6)
    fewer = share_bands(cells.iloc[::2], places, **options).rows.set_index("place")
    assert (fewer["low"] <= whole["low"] + 1e-9).all()
    assert (fewer["high"] >= whole["high"] - 1e-9).all()


def test_faults_are_named() -> None:
    with pytest.raises(MethodError, match=r"Classes \[7\] have no band; known are \[1, 2, 3, 4\]"):
        share_bands(coverage((0, 0, 7)), COMMUNES, indicator="coverage", bands=BANDS)
    with pytest.raises(MethodError, match="No way 'zero' for what has no cell"):
        share_bands(CELLS, COMMUNES, indicator="coverage", bands=BANDS, unknown="zero")
    with pytest.raises(MethodError, match=r"100 m do not fit cells of 250 m .* 13 and 0 m apart"):
        share_bands(
            CELLS, COMMUNES, indicator="coverage", bands=BANDS, persons=hectares((13, 0, 1))
        )


@pytest.mark.mirror
def test_weights_of_communes_add_up_to_their_area(communes_2024: gpd.GeoDataFrame) -> None:
    zurich = communes_2024[communes_2024["place"].isin(["0261", "0250", "0191"])]
    west, south, east, north = zurich.total_bounds // 250
    grid = [
        (x * 250, y * 250, 3)
        for x in np.arange(west, east + 1)
        for y in np.arange(south, north + 1)
    ]
    found = share_bands(coverage(*grid), zurich, indicator="coverage", bands=BANDS)
    assert np.allclose(found.rows["known_share"], 1)
    account = found.account.set_index("located")["weight"]
    assert account["inside"] == pytest.approx(zurich.area.sum() / 1e6, rel=1e-9)
    assert account.sum() == pytest.approx(len(grid) * 0.0625, rel=1e-9)
