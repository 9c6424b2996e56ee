"""Heirs read off the land: a vanished commune follows its ground, the others stay."""

import math

import pytest
from geopandas import GeoDataFrame
from shapely.geometry import Polygon, box

from divide.errors import MethodError
from divide.measure.land import land_shares, match_land

DAYS = {"since": "2023-01-01", "until": "2024-01-01"}


def drawn(crs: str = "EPSG:2056", **shapes: Polygon) -> GeoDataFrame:
    """Draw communes by number, such as _0947."""
    places = [name.strip("_") for name in shapes]
    return GeoDataFrame({"place": places}, geometry=list(shapes.values()), crs=crs)


def test_shares_are_of_the_old_commune() -> None:
    old = drawn(_0001=box(0, 0, 4, 1))
    new = drawn(_0001=box(0, 0, 3, 1), _0002=box(3, 0, 9, 1))
    found = land_shares(old, new).set_index("terminal")["share"].round(6).to_dict()
    assert found == {"0001": 0.75, "0002": 0.25}


def test_a_line_that_was_drawn_anew_moves_nobody() -> None:
    """0.5 % of the ground changes sides: no heir, no note."""
    old = drawn(_0001=box(0, 0, 1, 1), _0002=box(1, 0, 2, 1))
    new = drawn(_0001=box(0, 0, 0.995, 1), _0002=box(0.995, 0, 2, 1))
    found = match_land(old, new, **DAYS)
    assert (found.heirs, found.notes, found.evidence) == ({}, (), "boundaries")


def test_ground_cut_in_two_is_a_split_that_nothing_tells() -> None:
    old = drawn(_0001=box(0, 0, 2, 1))
    new = drawn(_0002=box(0, 0, 1, 1), _0003=box(1, 0, 2, 1))
    heirs = match_land(old, new, **DAYS).heirs["0001"]
    assert set(heirs) == {"0002", "0003"} and all(map(math.isnan, heirs.values()))


def test_a_number_that_stays_keeps_its_people_and_says_so() -> None:
    old = drawn(_6112=box(0, 0, 10, 1), _6119=box(10, 0, 12, 1))
    new = drawn(_6112=box(0, 0, 6, 1), _6119=box(6, 0, 12, 1))
    found = match_land(old, new, **DAYS)
    assert found.heirs == {}
    (note,) = found.notes
    assert note.startswith("40% of the land of 6112 is drawn in 6119 on 2024-01-01")


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(MethodError, match="EPSG:2056 and EPSG:4326"):
        match_land(drawn(_0001=box(0, 0, 1, 1)), drawn("EPSG:4326", _0001=box(0, 0, 1, 1)), **DAYS)
    with pytest.raises(MethodError, match="0001 lies in no commune of 2024-01-01"):
        match_land(drawn(_0001=box(0, 0, 1, 1)), drawn(_0002=box(5, 0, 6, 1)), **DAYS)
