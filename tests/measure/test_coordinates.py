"""Coordinates: told apart by where they lie, refused when they are not what is said."""

import numpy as np
import pytest

from divide.errors import MethodError
from divide.measure.coordinates import LV95, WGS84, recognise_crs, to_lv95

# The reference point Zimmerwald in both systems, from swisstopo, Formulas and constants (2016):
# 7° 27' 54.983506", 46° 52' 37.540562" and 2,602,030.74 / 1,191,775.03 m.
LONGITUDE, LATITUDE = 7 + 27 / 60 + 54.983506 / 3600, 46 + 52 / 60 + 37.540562 / 3600
EAST, NORTH = 2_602_030.74, 1_191_775.03


def array(*values: float) -> np.ndarray:
    return np.array(values)


@pytest.mark.parametrize(
    ("east", "north", "crs"),
    [
        (array(EAST), array(NORTH), LV95),
        (array(LONGITUDE), array(LATITUDE), WGS84),
        # Konstanz is abroad, and in the box; Paris is in no box and decides nothing.
        (array(9.17, 2.35, np.nan), array(47.66, 48.86, np.nan), WGS84),
        (array(EAST, 0.0), array(NORTH, 0.0), LV95),
    ],
)
def test_systems_are_told_apart(east: np.ndarray, north: np.ndarray, crs: str) -> None:
    assert recognise_crs(east, north) == crs


@pytest.mark.parametrize(
    ("east", "north", "said"),
    [
        (array(NORTH), array(EAST), r"1 of 1 points are metres in LV95 .* swapped\. Swap"),
        (array(LATITUDE), array(LONGITUDE), r"1 of 1 points are degrees .* swapped"),
        (array(602_030.7), array(191_775.0), r"old system LV03 \(EPSG:21781\)\. Transform"),
        (array(EAST, LONGITUDE), array(NORTH, LATITUDE), r"several systems: 1 in metres .*, 1 in"),
        (array(2.35, np.nan), array(48.86, np.nan), r"None of 2 points can lie in Switzerland"),
        (array(), array(), r"None of 0 points"),
    ],
)
def test_what_cannot_be_told_is_refused(east: np.ndarray, north: np.ndarray, said: str) -> None:
    with pytest.raises(MethodError, match=said):
        recognise_crs(east, north)


def test_degrees_become_metres() -> None:
    east, north = to_lv95(array(LONGITUDE, np.nan), array(LATITUDE, 47.0), crs=WGS84)
    assert east[0] == pytest.approx(EAST, abs=0.5)
    assert north[0] == pytest.approx(NORTH, abs=0.5)
    assert np.isnan([east[1], north[1]]).all()


def test_metres_stay_metres() -> None:
    east, north = to_lv95(array(EAST), array(NORTH), crs=LV95)
    assert (east[0], north[0]) == (EAST, NORTH)


def test_a_wrong_word_is_refused() -> None:
    with pytest.raises(MethodError, match="said to be in EPSG:2056, but are degrees"):
        to_lv95(array(LONGITUDE), array(LATITUDE), crs=LV95)
    with pytest.raises(MethodError, match="said to be in EPSG:4326, but are metres in LV95"):
        to_lv95(array(EAST), array(NORTH), crs=WGS84)
    with pytest.raises(MethodError, match="Points in EPSG:3857 are not read"):
        to_lv95(array(EAST), array(NORTH), crs="EPSG:3857")


def test_no_coordinate_at_all_is_no_fault() -> None:
    east, _ = to_lv95(array(np.nan), array(np.nan), crs=WGS84)
    assert np.isnan(east).all()
