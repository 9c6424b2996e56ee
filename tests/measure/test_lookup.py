"""Look-up: the same place as an exact test of every polygon would find, whatever the raster."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from divide.errors import MethodError
from divide.measure.lookup import find_places, make_lookup


def layer(shapes: list[BaseGeometry], ids: list[str] | None = None) -> gpd.GeoDataFrame:
    named = ids or [f"{i:04d}" for i in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame({"place": named}, geometry=shapes, crs=2056)


def found(places: gpd.GeoDataFrame, points: list[tuple[float, float]], size: float) -> list[str]:
    """Name the place of each point; `*` after it where the point lies on a border."""
    lookup = make_lookup(places, size=size)
    xy = np.array(points, dtype=float)
    position, border = find_places(lookup, xy[:, 0], xy[:, 1])
    names = [lookup.places[at] if at >= 0 else "" for at in position]
    return [name + "*" * bool(on) for name, on in zip(names, border, strict=True)]


def joined(places: gpd.GeoDataFrame, points: NDArray[np.float64]) -> list[str]:
    """Name the same by geopandas: the lowest that contains it, else the lowest that touches it."""
    dots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T, crs=2056))
    lowest = [
        gpd.sjoin(dots, places, predicate=how, how="left").groupby(level=0)["place"].min()
        for how in ("within", "intersects")
    ]
    return lowest[0].fillna(lowest[1] + "*").fillna("").tolist()


@st.composite
def shapes(draw: st.DrawFn) -> list[BaseGeometry]:
    """Draw places of a country: cells around random points, some with a hole, or overlapping."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(random.uniform(0, 1000, (draw(st.integers(2, 12)), 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=box(0, 0, 1000, 1000)))
    parts = [part for part in cells if part.area > 1]
    if draw(st.booleans()):
        middle = parts[0].representative_point().buffer(random.uniform(1, 60), quad_segs=3)
        parts[0] = parts[0].difference(middle)
    if draw(st.booleans()):
        parts.append(Point(random.uniform(0, 1000, 2)).buffer(random.uniform(1, 300)))
    if draw(st.booleans()):
        whole = [shapely.set_precision(part, 1.0) for part in parts]
        parts = [part for part in whole if part.geom_type in ("Polygon", "MultiPolygon")]
    return [part for part in parts if part.is_valid and not part.is_empty]


@settings(max_examples=40)
@given(shapes(), st.sampled_from([0.7, 3.0, 10.0, 100.0, 400.0]), st.integers(0, 2**32 - 1))
def test_random_points_fall_where_sjoin_puts_them(
    parts: list[BaseGeometry], size: float, seed: int
) -> None:
    """Points anywhere, on corners, in the middle of sides, and on the lines of the raster."""
    if not parts:
        return
    random = np.random.default_rng(seed)
    places = layer(parts)
    corners = shapely.get_coordinates(parts)
    points = np.vstack(
        [
            random.uniform(-900, 1900, (300, 2)),
            corners,
            (corners[1:] + corners[:-1]) / 2,
            np.round(random.uniform(0, 1000, (60, 2)) / size) * size,
        ]
    )
    assert found(places, list(map(tuple, points)), size) == joined(places, points)


def test_a_border_belongs_to_the_lowest_number() -> None:
    # 0007 west and 0003 east of x = 500, 0005 north of both.
    places = layer(
        [box(0, 0, 500, 500), box(500, 0, 1000, 500), box(0, 500, 1000, 900)],
        ["0007", "0003", "0005"],
    )
    points = [(250, 250), (500, 250), (250, 500), (500, 500), (0, 250), (1000, 0), (1e5, 1e5)]
    # Inside 0007; 0003 | 0007; 0005 | 0007; the corner of all three; the outer border twice.
    assert found(places, points, 100) == ["0007", "0003*", "0005*", "0003*", "0007*", "0003*", ""]


def test_a_hole_and_what_lies_in_it() -> None:
    ring = Polygon(box(0, 0, 900, 900).exterior.coords, [box(300, 300, 600, 600).exterior.coords])
    assert found(layer([ring]), [(450, 450), (300, 450), (100, 450)], 100) == ["", "0001*", "0001"]
    both = layer([ring, box(300, 300, 600, 600)])
    assert found(both, [(450, 450), (300, 450)], 100) == ["0002", "0001*"]


def test_all_parts_of_a_place_count() -> None:
    parts = MultiPolygon([box(0, 0, 300, 300), box(600, 0, 900, 300)])
    assert found(layer([parts]), [(150, 150), (450, 150), (750, 150)], 100) == ["0001", "", "0001"]


def test_where_places_overlap_the_lowest_is_found() -> None:
    # 0002 lies in 0001: its border runs through cells that 0001 holds whole.
    places = layer([box(0, 0, 1000, 1000), box(210, 210, 790, 790)])
    assert found(places, [(500, 500), (210, 500), (250, 250)], 100) == ["0001"] * 3
    turned = layer([box(0, 0, 1000, 1000), box(210, 210, 790, 790)], ["0002", "0001"])
    # At (205, 500) only the large one.
    points = [(500, 500), (205, 500), (250, 250)]
    assert found(turned, points, 100) == ["0001", "0002", "0001"]


def test_missing_coordinates_are_nowhere() -> None:
    places = layer([box(0, 0, 1000, 1000)])
    nan, inf = float("nan"), float("inf")
    points = [(nan, 500), (500, nan), (nan, nan), (inf, 500), (500, -inf), (1e300, 500)]
    assert found(places, points, 100) == [""] * 6


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(20240101)
    places = layer([box(0, 0, 333, 777), box(333, 0, 777, 777)])
    points = random.uniform(-100, 900, (1000, 2))
    whole = found(places, list(map(tuple, points)), 50)
    monkeypatch.setattr("divide.measure.lookup._BLOCK", 7)
    monkeypatch.setattr("divide.measure.lookup._TESTED", 19)
    assert found(places, list(map(tuple, points)), 50) == whole
    assert set(whole) == {"0001", "0002", ""}


def test_few_points_are_tested() -> None:
    # A place of 10 × 10 cells: its border touches 44 of the 14 × 14 around it from both sides,
    # in rows 1, 2, 11 and 12 alike: 4 · 12 and twice 8 · 2 more make 80 at most.
    lookup = make_lookup(layer([box(0, 0, 1000, 1000)]), size=100)
    assert int((lookup.cells < -1).sum()) == 80
    assert int((lookup.cells == 0).sum()) == 64


def test_what_cannot_be_drawn_is_refused() -> None:
    square = box(0, 0, 1, 1)
    with pytest.raises(MethodError, match=r"not in EPSG:2056\. Transform"):
        make_lookup(layer([square]).set_crs(4326, allow_override=True))
    with pytest.raises(MethodError, match="twice: 0001"):
        make_lookup(layer([square, square], ["0001", "0001"]))
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(MethodError, match=r"valid polygon: 0001, 0002, 0003"):
        make_lookup(layer([bow_tie, Point(0, 0), Polygon()]))
    with pytest.raises(MethodError, match="take larger ones"):
        make_lookup(layer([box(0, 0, 1e6, 1e6)]), size=10)
    with pytest.raises(MethodError, match=r"Cells of 0\.01 m .* take larger ones"):
        make_lookup(layer([square]), size=0.01)


@pytest.mark.mirror
def test_communes_of_2024_as_geopandas_finds_them(
    communes_2024: gpd.GeoDataFrame,
) -> None:
    random = np.random.default_rng(7)
    west, south, east, north = communes_2024.total_bounds
    anywhere = random.uniform((west, south), (east, north), (60_000, 2))
    # A tenth lies on corners of communes, where two or three meet.
    corners = random.choice(shapely.get_coordinates(communes_2024.geometry), 6_000)
    points = np.vstack([anywhere, corners])
    names = found(communes_2024, list(map(tuple, points)), 100)
    assert names == joined(communes_2024[["place", "geometry"]], points)
    assert all(name.endswith("*") for name in names[60_000:])
