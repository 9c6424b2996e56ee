"""The text of an SVG path: relative whole numbers, no character that can be spared."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

Point = tuple[int, int]


def corners(points: Iterable[Point]) -> list[Point]:
    """
    Keep a line's corners: no repeated point, none that lies straight between its neighbours.

    Examples
    --------
    >>> corners([(0, 0), (0, 0), (1, 0), (2, 0), (2, 3)])
    [(0, 0), (2, 0), (2, 3)]
    """
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


def rotate(ring: Sequence[Point]) -> list[Point]:
    """
    Start a ring after the edge that is longest to write: the closing `z` draws it.

    Examples
    --------
    >>> rotate([(0, 0), (12, 34), (13, 34), (1, 1)])
    [(1, 1), (0, 0), (12, 34), (13, 34)]
    """
    costs = [
        len(f"{b[0] - a[0]},{b[1] - a[1]}") for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
    ]
    start = costs.index(max(costs)) + 1
    return [*ring[start:], *ring[:start]]


def area(ring: Sequence[Point]) -> float:
    """
    Return the area a ring encloses, whichever way round it runs; its end is not repeated.

    Examples
    --------
    >>> area([(0, 0), (2, 0), (2, 3)])
    3.0
    """
    shifted = [*ring[1:], *ring[:1]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, shifted, strict=True))) / 2


def path(lines: Iterable[Sequence[Point]], *, closed: bool) -> str:
    """
    Write lines, or rings whose end is not repeated, as the text of one path.

    Examples
    --------
    >>> path([[(0, 0), (10, 0), (10, 10), (8, 12)]], closed=True)
    'm0,0h10v10l-2,2z'
    """
    text = []
    pen = (0, 0)
    for line in lines:
        text.append(_line(pen, line) + ("z" if closed else ""))
        pen = line[0] if closed else line[-1]
    return "".join(text)


def _line(pen: Point, line: Sequence[Point]) -> str:
    text = _pair("m", line[0][0] - pen[0], line[0][1] - pen[1])
    # Pairs after a move are lines, so the first stroke needs no letter.
    implied = True
    for (x, y), (next_x, next_y) in pairwise(line):
        dx, dy = next_x - x, next_y - y
        if dx and dy:
            text += _pair("" if implied and dx < 0 else "," if implied else "l", dx, dy)
            implied = True
        else:
            text += f"h{dx}" if dx else f"v{dy}"
            implied = False
    return text


def _pair(lead: str, dx: int, dy: int) -> str:
    return f"{lead}{dx}{dy}" if dy < 0 else f"{lead}{dx},{dy}"


def _straight(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])
