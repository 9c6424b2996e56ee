"""Neighbours on a drawn map: lines count, corners do not, islands have none."""

import geopandas
import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box

from divide import tables
from divide.errors import MethodError
from divide.measure import neighbours

DAY = "2024-01-01"


def drawn(shapes: dict[str, object], *, level: str = "commune") -> geopandas.GeoDataFrame:
    """Draw places, and a lake that is no place of their level."""
    rows = {"place_level": level, "place": list(shapes), "register_date": DAY}
    places = geopandas.GeoDataFrame(rows, geometry=list(shapes.values()))
    lake = geopandas.GeoDataFrame(
        {"place_level": ["lake"], "place": ["9000"], "register_date": [DAY]},
        geometry=[box(1, 1, 2, 2)],
    )
    return geopandas.GeoDataFrame(geopandas.pd.concat([places, lake], ignore_index=True))


@pytest.fixture
def square() -> geopandas.GeoDataFrame:
    """Four squares around a corner, an island, and a place in two parts."""
    return drawn(
        {
            "0004": box(1, 1, 2, 2),
            "0001": box(0, 0, 1, 1),
            "0002": box(1, 0, 2, 1),
            "0003": box(0, 1, 1, 2),
            "0005": box(8, 8, 9, 9),
            # One part borders 0002, the other stands alone.
            "0006": MultiPolygon([box(2, 0, 3, 1), box(5, 5, 6, 6)]),
        }
    )


def test_a_line_is_shared_and_a_corner_is_not(square: geopandas.GeoDataFrame) -> None:
    found = neighbours.shared_borders(square)
    assert found.places == ("0001", "0002", "0003", "0004", "0005", "0006")
    told = {place: found.of(place) for place in found.places}
    assert told == {
        "0001": ["0002", "0003"],
        "0002": ["0001", "0004", "0006"],
        "0003": ["0001", "0004"],
        "0004": ["0002", "0003"],
        "0005": [],
        "0006": ["0002"],
    }


def test_a_place_within_another_borders_it() -> None:
    hole = [(1, 1), (1, 2), (2, 2), (2, 1)]
    around = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [hole])
    found = neighbours.shared_borders(drawn({"0001": around, "0002": box(1, 1, 2, 2)}))
    assert found.of("0001") == ["0002"] and found.of("0002") == ["0001"]


def test_nearest_are_those_of_the_smallest_distance(square: geopandas.GeoDataFrame) -> None:
    found = neighbours.nearest(square, count=2)
    # From the centre of 0001, (.5, .5), to (1.5, .5) and (.5, 1.5) it is 1; to the others more.
    assert found.of("0001") == ["0002", "0003"]
    # 0006 has its centroid at (4, 3); 0004 at (1.5, 1.5), 0002 at (1.5, .5), 0005 at (8.5, 8.5).
    assert found.of("0006") == ["0002", "0004"]
    assert np.diff(found.starts).tolist() == [2] * 6


def test_places_on_one_point_are_neighbours_of_each_other_not_of_themselves() -> None:
    found = neighbours.nearest(drawn({f"000{i}": box(0, 0, 1, 1) for i in range(1, 5)}), count=3)
    for place in found.places:
        assert place not in found.of(place) and len(found.of(place)) == 3


def test_too_few_places_are_refused(square: geopandas.GeoDataFrame) -> None:
    with pytest.raises(MethodError, match="fewer"):
        neighbours.nearest(square, count=6)


def test_two_days_and_no_place_are_refused(square: geopandas.GeoDataFrame) -> None:
    later = square.assign(register_date=["2025-01-01", *square["register_date"][1:]])
    with pytest.raises(MethodError, match="one register date"):
        neighbours.shared_borders(later)
    with pytest.raises(MethodError, match="canton"):
        neighbours.shared_borders(square, place_level="canton")


@pytest.mark.mirror
def test_the_communes_of_the_country(official_home: object) -> None:
    found = neighbours.shared_borders(tables.read_boundaries())
    counts = np.diff(found.starts)
    # The same as libpysal's Rook: 2,131 communes with 5.5 neighbours on average, none alone.
    assert len(counts) == 2131 and counts.min() >= 1
    assert counts.mean() == pytest.approx(5.507, abs=0.001)
    # What borders, borders both ways.
    own = np.repeat(np.arange(len(counts)), counts)
    assert set(zip(own, found.others, strict=True)) == set(zip(found.others, own, strict=True))
    # Geneva (6621) meets Vernier, Pregny-Chambésy and the communes around the town.
    assert {"6608", "6643", "6628", "6631"} & set(found.of("6621"))
