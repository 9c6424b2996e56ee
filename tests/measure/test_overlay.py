"""Points laid over communes: none is lost, and each says where it lies."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from divide.errors import MethodError
from divide.measure.overlay import LOCATED, count_located, place_points

EAST, NORTH = 2_600_000, 1_200_000
DAY = "2024-01-01"


def square(x: int, y: int) -> BaseGeometry:
    """Return a square of 1 km², so many kilometres from Bern."""
    west, south = EAST + 1000 * x, NORTH + 1000 * y
    return box(west, south, west + 1000, south + 1000)


def layer(level: str = "commune", **shapes: BaseGeometry) -> gpd.GeoDataFrame:
    named = [name.removeprefix("p") for name in shapes]
    rows = {"place_level": level, "place": named, "register_date": DAY}
    return gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=2056)


COMMUNES = layer(p0351=square(0, 0), p0350=square(1, 0))
LAKES = layer("lake", p9050=square(2, 0))
POINTS = pd.DataFrame(
    {
        "home": list("abcdefg"),
        # Inside each; on their border; on the shore; in the lake; abroad; nowhere.
        "east": [EAST + x for x in (500, 1500, 1000, 2000, 2500, 9500)] + [np.nan],
        "north": [NORTH + 500.0] * 7,
        "beds": [10, 20, 30, 40, 50, 60, 70],
    }
)


def test_every_point_says_where_it_lies() -> None:
    placed = place_points(POINTS, COMMUNES, crs="EPSG:2056", lakes=LAKES)
    assert placed["home"].tolist() == POINTS["home"].tolist()
    assert placed["located"].tolist() == [
        "inside",
        "inside",
        "border",
        "border",
        "lake",
        "outside",
        "no_coordinates",
    ]
    # The border of 0350 and 0351 belongs to the lower number; the shore to its commune.
    places = placed["place"].astype(object).where(placed["place"].notna(), "").tolist()
    assert places == ["0351", "0350", "0350", "0350", "", "", ""]
    known = placed["place"].notna()
    assert set(placed.loc[known, "register_date"]) == {DAY}
    assert set(placed.loc[known, "place_level"]) == {"commune"}
    assert placed.loc[~known, ["place_level", "register_date"]].isna().all(axis=None)


def test_the_account_counts_them_all() -> None:
    placed = place_points(POINTS, COMMUNES, crs="EPSG:2056", lakes=LAKES)
    account = count_located(placed, weight="beds").set_index("located")
    assert account.index.tolist() == list(LOCATED)
    assert account["points"].tolist() == [2, 2, 1, 1, 1]
    assert account["beds"].tolist() == [30, 70, 50, 60, 70]
    assert account["share"].sum() == pytest.approx(1)


def test_a_missing_weight_is_not_none() -> None:
    placed = place_points(POINTS.assign(beds=[10, None, 3, 4, 5, 6, 7]), COMMUNES, crs="EPSG:2056")
    account = count_located(placed, weight="beds").set_index("located")
    assert np.isnan(account.loc["inside", "beds"])
    assert account.loc["border", "beds"] == 7
    # Without lakes, a point in one lies outside.
    assert account.loc["outside", "points"] == 2


def test_degrees_are_read_if_they_are_declared() -> None:
    # The middle of COMMUNES' first square, 46.9556 N 7.4452 E: 500 m from the old observatory
    # of Bern, 46°57'03.89" N 7°26'19.08" E, where a minute of latitude is 1,853 m.
    points = pd.DataFrame({"lon": [7.4452], "lat": [46.9556]})
    placed = place_points(points, COMMUNES, crs="EPSG:4326", columns=("lon", "lat"))
    assert placed["place"].tolist() == ["0351"]
    with pytest.raises(MethodError, match="said to be in EPSG:2056, but are degrees"):
        place_points(points, COMMUNES, crs="EPSG:2056", columns=("lon", "lat"))


def test_a_lake_in_a_commune_is_part_of_it() -> None:
    pond = layer("lake", p9022=square(0, 0).centroid.buffer(100))
    placed = place_points(POINTS.head(1), COMMUNES, crs="EPSG:2056", lakes=pond)
    assert placed[["place", "located"]].values.tolist() == [["0351", "inside"]]


def test_given_frames_stay_as_they_were() -> None:
    before = POINTS.copy(), COMMUNES.copy()
    place_points(POINTS, COMMUNES, crs="EPSG:2056", lakes=LAKES)
    pd.testing.assert_frame_equal(POINTS, before[0])
    assert COMMUNES.equals(before[1])


def test_faults_are_named() -> None:
    with pytest.raises(MethodError, match="have the columns place already"):
        place_points(POINTS.assign(place="0261"), COMMUNES, crs="EPSG:2056")
    mixed = pd.concat([COMMUNES, layer("canton", pBE=square(0, 0))])
    with pytest.raises(MethodError, match="not of: commune 2024-01-01, canton 2024-01-01"):
        place_points(POINTS, mixed, crs="EPSG:2056")


@pytest.mark.mirror
def test_points_in_lakes_and_abroad_are_told(
    communes_2024: gpd.GeoDataFrame, lakes_2024: gpd.GeoDataFrame
) -> None:
    # The middle of Lake Neuchâtel; Milan; Zürich's main station; Büsingen, German within
    # Schaffhausen; from their published coordinates in LV95.
    points = pd.DataFrame(
        {
            "east": [2_555_000, 2_734_000, 2_683_190, 2_692_900],
            "north": [1_195_000, 1_035_000, 1_248_060, 1_283_500],
        }
    )
    placed = place_points(points, communes_2024, crs="EPSG:2056", lakes=lakes_2024)
    assert placed["located"].tolist() == ["lake", "outside", "inside", "outside"]
    assert placed["place"].iloc[2] == "0261"
