"""Path text: the fewest characters that draw the same line."""

import re

from hypothesis import given
from hypothesis import strategies as st

from divide.show.svg_paths import Point, area, corners, path, rotate

points = st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=1, max_size=12)


def read(text: str) -> list[list[Point]]:
    """Read m, l, h, v and z back, as a browser would."""
    lines: list[list[Point]] = []
    x = y = 0
    for letter, body in re.findall(r"([mlhvz])([^mlhvz]*)", text):
        numbers = [int(n) for n in re.findall(r"-?\d+", body)]
        if letter == "z":
            x, y = lines[-1][0]
        steps = {"h": [(n, 0) for n in numbers], "v": [(0, n) for n in numbers]}.get(
            letter, list(zip(numbers[::2], numbers[1::2], strict=False))
        )
        for i, (dx, dy) in enumerate(steps):
            x, y = x + dx, y + dy
            if letter == "m" and i == 0:
                lines.append([])
            lines[-1].append((x, y))
    return lines


def test_square_takes_eleven_characters() -> None:
    assert path([[(0, 0), (5, 0), (5, 5), (0, 5)]], closed=True) == "m0,0h5v5h-5z"


def test_hole_starts_from_the_ring_before() -> None:
    # From (0, 0), where `z` leaves the pen, to (3, 4).
    rings = [[(0, 0), (9, 0), (9, 9)], [(3, 4), (4, 4), (4, 5)]]
    assert path(rings, closed=True) == "m0,0h9v9zm3,4h1v1z"


def test_minus_needs_no_comma() -> None:
    assert path([[(9, 9), (7, 6), (8, 5)]], closed=False) == "m9,9-2-3,1-1"


@given(st.lists(points, min_size=1, max_size=4), st.booleans())
def test_path_reads_back(lines: list[list[Point]], closed: bool) -> None:
    tidy = [corners(line) for line in lines]
    text = path(tidy, closed=closed)
    assert read(text) == tidy
    assert not set(text) & set(" \"'=<>`")


@given(points)
def test_corners_keep_ends_and_area(line: list[Point]) -> None:
    kept = corners(line)
    assert kept[0] == line[0]
    assert area(kept) == area(line) or area(corners([*line, line[0]])) == area(line)


@given(points)
def test_turning_a_ring_keeps_its_area(ring: list[Point]) -> None:
    assert area(rotate(ring)) == area(ring)
    assert sorted(rotate(ring)) == sorted(ring)
