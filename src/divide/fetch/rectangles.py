"""Cut a cube into rectangles below a limit of cells, and put their answers together again."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice, permutations
from math import prod
from typing import Any, Final

from divide.errors import BadAnswerError, SourceChangedError

Codes = Mapping[str, tuple[str, ...]]  # dimension code -> its categories, in order
Rectangle = Mapping[str, tuple[str, ...]]
Part = tuple[Rectangle, Mapping[str, Any]]  # what was asked, and the JSON-stat answer

_SAME: Final = ("updated", "label", "source")
_ORDERS: Final = 5040  # all orders of seven dimensions; cubes have no more


def cells(rectangle: Rectangle) -> int:
    """
    Count the cells of a rectangle.

    Examples
    --------
    >>> cells({"sex": ("m", "f"), "year": ("2023", "2024", "2025")})
    6
    """
    return prod(len(codes) for codes in rectangle.values())


def split(codes: Codes, limit: int) -> list[Rectangle]:
    """
    Cut a cube into rectangles: disjoint, complete, none above the limit.

    Dimensions stay whole in some order until one does not fit; that one is cut into runs,
    the rest into single codes. Of all orders the one with the fewest rectangles is taken,
    because the service counts calls.

    Examples
    --------
    >>> split({"year": ("23", "24", "25"), "sex": ("m", "f")}, 4)
    [{'year': ('23', '24'), 'sex': ('m', 'f')}, {'year': ('25',), 'sex': ('m', 'f')}]
    """
    if limit < 1:
        raise ValueError(f"A limit of {limit} cells leaves nothing to ask for.")
    small_first = sorted(codes, key=lambda name: len(codes[name]))
    orders = islice(permutations(small_first), _ORDERS)
    steps = min((_steps(codes, order, limit) for order in orders), key=partial(_calls, codes))
    found: list[dict[str, tuple[str, ...]]] = [{}]
    for name, all_ in codes.items():
        runs = [all_[at : at + steps[name]] for at in range(0, len(all_), steps[name])]
        found = [{**one, name: run} for one in found for run in runs]
    return list(found)


def _steps(codes: Codes, order: Sequence[str], limit: int) -> dict[str, int]:
    """Say how many codes of each dimension a rectangle takes, the first ones whole."""
    steps = {}
    for name in order:
        steps[name] = max(1, min(limit, len(codes[name])))
        limit //= steps[name]
    return steps


def _calls(codes: Codes, steps: Mapping[str, int]) -> int:
    return prod(-(-len(codes[name]) // step) for name, step in steps.items())


def merge(codes: Codes, parts: Sequence[Part]) -> dict[str, Any]:
    """
    Put the answers to rectangles together as one JSON-stat 2.0 cube.

    Raises
    ------
    SourceChangedError
        If an answer has other dimensions or categories than were asked.
    BadAnswerError
        If the cube was renewed between two answers, or an answer lacks cells.
    """
    first = parts[0][1]
    for _, part in parts:
        changed = [name for name in _SAME if part.get(name) != first.get(name)]
        if changed or part.get("id") != first.get("id"):
            raise BadAnswerError(
                f"The cube changed between two answers ({', '.join(changed) or 'id'}). "
                "Fetch it again."
            )
    names = _names(codes, first)
    whole = {name: _categories(name, codes, parts) for name in names}
    size = [len(one["category"]["index"]) for one in whole.values()]
    values, flags = _cells(codes, parts, names, size)
    merged = {**first, "size": size, "dimension": whole, "value": values}
    merged.pop("status", None)
    return merged | ({"status": flags} if flags else {})


def _names(codes: Codes, part: Mapping[str, Any]) -> list[str]:
    """Return the dimensions of an answer; one that was not asked may only have one category."""
    names, size = list(part.get("id") or ()), list(part.get("size") or ())
    more = [name for name, count in zip(names, size, strict=False) if name not in codes]
    single = [name for name, count in zip(names, size, strict=False) if count == 1]
    if set(codes) - set(names) or set(more) - set(single):
        raise SourceChangedError(
            f"Dimensions {', '.join(codes)} were asked, {', '.join(names)} answered. "
            "A dimension was renamed or collapsed: read the cube's metadata."
        )
    return names


def _order(part: Mapping[str, Any], name: str) -> list[str]:
    category = part["dimension"][name]["category"]
    index = category.get("index", category.get("label"))
    if isinstance(index, Mapping) and "index" in category:
        return sorted(index, key=index.__getitem__)
    return list(index)


def _categories(name: str, codes: Codes, parts: Sequence[Part]) -> dict[str, Any]:
    """Describe a dimension of the whole, with the words of all answers."""
    labels: dict[str, str] = {}
    for _, part in parts:
        labels |= part["dimension"][name]["category"].get("label") or {}
    order = codes.get(name) or _order(parts[0][1], name)
    category = dict(parts[0][1]["dimension"][name]["category"])
    category["index"] = {code: at for at, code in enumerate(order)}
    if labels:
        category["label"] = {code: labels[code] for code in order if code in labels}
    return {**parts[0][1]["dimension"][name], "category": category}


def _cells(
    codes: Codes, parts: Sequence[Part], names: list[str], size: list[int]
) -> tuple[list[Any], dict[str, Any]]:
    values: list[Any] = [None] * prod(size)
    flags: dict[str, Any] = {}
    for asked, part in parts:
        orders = [_order(part, name) for name in names]
        _as_asked(asked, dict(zip(names, orders, strict=True)))
        places = _places(codes, names, orders, size)
        given, marks = part.get("value"), part.get("status") or {}
        if isinstance(given, list) and len(given) != len(places):
            raise BadAnswerError(
                f"{len(places)} cells were asked, {len(given)} answered. Fetch again."
            )
        for at, place in enumerate(places):
            values[place] = _at(given, at)
            if flag := _at(marks, at):
                flags[str(place)] = flag
    return values, dict(sorted(flags.items(), key=lambda one: int(one[0])))


def _as_asked(asked: Rectangle, answered: Mapping[str, list[str]]) -> None:
    for name, wanted in asked.items():
        if set(answered[name]) != set(wanted) or len(answered[name]) != len(wanted):
            raise SourceChangedError(
                f"Dimension {name}: {', '.join(wanted[:9])} were asked, "
                f"{', '.join(answered[name][:9])} answered. Read the cube's metadata."
            )


def _places(codes: Codes, names: list[str], orders: list[list[str]], size: list[int]) -> list[int]:
    """Return where each cell of an answer lies in the whole: row-major, the last fastest."""
    places = [0]
    for name, order, length in zip(names, orders, size, strict=True):
        index = {code: at for at, code in enumerate(codes.get(name) or order)}
        places = [place * length + index[code] for place in places for code in order]
    return places


def _at(cells_: Any, at: int) -> Any:
    """Read one cell of a list, or of a map by flat index; one text holds for all."""
    if isinstance(cells_, Mapping):
        return cells_.get(str(at))
    if isinstance(cells_, list):
        return cells_[at]
    return cells_
