"""Shapes: shared borders stay shared, holes stay holes, no place is lost."""

import re

import geopandas as gpd
import pytest
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from divide.errors import ReportError
from divide.show.shapes import simplify


def places(**areas: BaseGeometry | None) -> gpd.GeoDataFrame:
    names = [name.removeprefix("p") for name in areas]
    return gpd.GeoDataFrame({"place": names}, geometry=list(areas.values()), crs=2056)


def test_two_squares_share_an_edge() -> None:
    # 1,000 m on ten units: one unit is 100 m, y runs down from the top.
    squares = places(p0001=box(0, 0, 500, 500), p0002=box(500, 0, 1000, 500))
    drawing = simplify(squares, width=10)
    assert (drawing.width, drawing.height) == (10, 5)
    assert [shape.place for shape in drawing.shapes] == ["0001", "0002"]
    for shape, (left, right) in zip(drawing.shapes, [(0, 5), (5, 10)], strict=True):
        assert set(corners_of(shape.path)) == {(left, 0), (right, 0), (right, 5), (left, 5)}
        assert left < shape.x < right
        assert 0 < shape.y < 5


def test_common_border_is_simplified_once() -> None:
    # The border bends by 10 m at y = 250: both lose the corner or both keep it.
    west = Polygon([(0, 0), (500, 0), (510, 250), (500, 500), (0, 500)])
    east = Polygon([(1000, 0), (1000, 500), (500, 500), (510, 250), (500, 0)])
    for tolerance in (0, 200):
        drawing = simplify(places(a=west, b=east), width=1000, tolerance=tolerance)
        kept = [(510, 250) in corners_of(shape.path) for shape in drawing.shapes]
        assert kept == [tolerance == 0] * 2


def test_hole_is_kept() -> None:
    ring = Polygon(box(0, 0, 900, 900).exterior.coords, [box(300, 300, 600, 600).exterior.coords])
    drawing = simplify(places(p1=ring, p2=box(300, 300, 600, 600)), width=9)
    around, inside = drawing.shapes
    assert around.path.count("z") == 2
    assert inside.path.count("z") == 1
    # Its point lies on the ring, not in the hole.
    assert not (3 < around.x < 6 and 3 < around.y < 6)


def test_all_parts_are_kept() -> None:
    parts = MultiPolygon([box(0, 0, 300, 300), box(600, 0, 900, 300)])
    (shape,) = simplify(places(p1=parts), width=9).shapes
    assert shape.path.count("z") == 2


def test_a_place_too_small_becomes_a_dot_and_comes_last() -> None:
    # 5 m of 1,000 m on 100 units: less than one unit.
    drawing = simplify(places(tiny=box(0, 0, 5, 5), big=box(5, 0, 1000, 1000)), width=100)
    big, tiny = drawing.shapes
    assert (big.place, big.is_dot) == ("big", False)
    assert (tiny.place, tiny.is_dot) == ("tiny", True)
    # A circle of two units around its point at the bottom left.
    assert (tiny.x, tiny.y) == (0, 100)
    assert tiny.path == "m-2,100a2,2,0,1,0,4,0a2,2,0,1,0-4,0z"


def test_borders_of_groups_are_drawn_once() -> None:
    squares = places(a=box(0, 0, 5, 10), b=box(5, 0, 10, 10), c=box(10, 0, 20, 10))
    drawing = simplify(squares.assign(canton=["X", "X", "Y"]), width=20, border="canton")
    xs = [x for x, _ in corners_of(drawing.borders)]
    # No line at x = 5, between two communes of one canton.
    assert 5 not in xs
    assert 10 in xs
    assert drawing.borders.count("v") + drawing.borders.count("h") <= 7


def test_lakes_are_cut_at_the_frame_and_only_near_ones_drawn() -> None:
    squares = places(a=box(0, 0, 500, 1000), b=box(700, 0, 1000, 1000))
    lakes = gpd.GeoDataFrame(geometry=[box(500, 0, 700, 1500), box(9000, 0, 9900, 900)], crs=2056)
    drawing = simplify(squares, width=10, lakes=lakes)
    assert set(corners_of(drawing.lakes)) == {(5, 0), (7, 0), (7, 10), (5, 10)}


def test_given_frames_stay_as_they_were() -> None:
    squares = places(a=box(0, 0, 5, 10))
    before = squares.copy()
    simplify(squares, width=10, tolerance=3)
    assert squares.equals(before)


def test_faults_are_named() -> None:
    with pytest.raises(ReportError, match=r"without geometry: \['b'\]"):
        simplify(places(a=box(0, 0, 1, 1), b=None))
    with pytest.raises(ReportError, match=r"twice: \['a'\]"):
        simplify(places(a=box(0, 0, 1, 1), b=box(1, 0, 2, 1)).assign(place="a"))
    with pytest.raises(ReportError, match="0 places"):
        simplify(places())
    with pytest.raises(ReportError, match="lacks canton"):
        simplify(places(a=box(0, 0, 1, 1)), border="canton")


def corners_of(text: str) -> list[tuple[int, int]]:
    """Read m, l, h, v and z back into points, as a browser would."""
    points: list[tuple[int, int]] = []
    x = y = 0
    start = (0, 0)
    for letter, body in re.findall(r"([mlhvz])([^mlhvz]*)", text):
        numbers = [int(n) for n in re.findall(r"-?\d+", body)]
        if letter == "z":
            x, y = start
        if letter in "hv":
            numbers = [n for one in numbers for n in ((one, 0) if letter == "h" else (0, one))]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        if letter == "m":
            start = points[-len(numbers) // 2]
    return points
