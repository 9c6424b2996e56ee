"""Laws of the rectangles: disjoint, complete, within the limit; merged, they are the whole."""

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import BadAnswerError, SourceChangedError
from divide.fetch.rectangles import cells, merge, split

SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=4)


def cube(sizes):
    """Name the dimensions A, B … and their codes a0, a1 …"""
    names = "ABCD"[: len(sizes)]
    pairs = zip(names, sizes, strict=True)
    return {name: tuple(f"{name.lower()}{at}" for at in range(size)) for name, size in pairs}


def keys(rectangle):
    return list(product(*rectangle.values()))


def answer(codes, whole, *, sparse=False):
    """Write the JSON-stat answer to a rectangle of a cube whose n-th cell is worth n."""
    place = {key: at for at, key in enumerate(keys(whole))}
    cells_ = [place[key] for key in keys(codes)]
    # Every seventh cell is suppressed, every fifth has a flag.
    values = [None if cell % 7 == 0 else cell for cell in cells_]
    flags = {str(at): "c" for at, cell in enumerate(cells_) if cell % 5 == 0}
    dimension = {
        name: {
            "label": name,
            "category": {
                "index": {code: at for at, code in enumerate(part)},
                "label": {code: code.upper() for code in part},
            },
        }
        for name, part in codes.items()
    }
    return {
        "version": "2.0",
        "class": "dataset",
        "updated": "2025-12-05T07:30:00Z",
        "id": list(codes),
        "size": [len(part) for part in codes.values()],
        "dimension": dimension,
        "value": {str(at): one for at, one in enumerate(values) if one} if sparse else values,
        **({"status": flags} if flags else {}),
    }


@given(SIZES, st.integers(1, 300))
def test_rectangles_are_disjoint_complete_and_within_the_limit(sizes, limit):
    whole = cube(sizes)
    parts = split(whole, limit)
    asked = [key for part in parts for key in keys(part)]
    assert len(asked) == len(set(asked)) == prod(sizes)
    assert set(asked) == set(keys(whole))
    assert max(cells(part) for part in parts) <= limit


@given(SIZES, st.integers(1, 300))
def test_a_cube_within_the_limit_is_one_rectangle(sizes, limit):
    parts = split(cube(sizes), limit)
    assert (len(parts) == 1) == (prod(sizes) <= limit)


@given(SIZES, st.integers(1, 60), st.booleans())
def test_the_merged_answer_is_the_whole(sizes, limit, sparse):
    whole = cube(sizes)
    parts = [(part, answer(part, whole, sparse=sparse)) for part in split(whole, limit)]
    assert merge(whole, parts) == answer(whole, whole) | {"value": cells_of(whole, sparse)}


def cells_of(whole, sparse):
    """A sparse answer cannot tell 0 from nothing here, as `answer` leaves falsy cells out."""
    values = answer(whole, whole)["value"]
    return [one or None for one in values] if sparse else values


def test_a_known_size_needs_known_calls():
    # 54 * 28 * 3 * 3 * 16 = 217,728 cells need 44 calls of 5,000 at least. Rectangles do it
    # in 45: 28 * 16 = 448 cells leave room for 11 years, that is 5 runs, times 3 times 3.
    codes = {"year": 54, "canton": 28, "citizen": 3, "sex": 3, "component": 16}
    whole = {name: tuple(map(str, range(size))) for name, size in codes.items()}
    assert len(split(whole, 5000)) == 45


def two(whole):
    return [(part, answer(part, whole)) for part in split(whole, 2)]


WHOLE = cube([2, 2])


def test_an_index_may_be_a_list():
    parts = two(WHOLE)
    for _, part in parts:
        for one in part["dimension"].values():
            one["category"]["index"] = list(one["category"]["index"])
    assert merge(WHOLE, parts) == answer(WHOLE, WHOLE)


def test_an_extra_dimension_of_one_category_stays():
    parts = two(WHOLE)
    for _, part in parts:
        part["id"] = [*part["id"], "content"]
        part["size"] = [*part["size"], 1]
        part["dimension"]["content"] = {"category": {"label": {"c": "Persons"}}}
    merged = merge(WHOLE, parts)
    assert (merged["id"], merged["size"]) == (["A", "B", "content"], [2, 2, 1])
    assert merged["value"] == answer(WHOLE, WHOLE)["value"]


def test_a_collapsed_dimension_is_refused():
    """A dimension that was not named comes back as its total, without a word."""
    collapsed = answer({"A": WHOLE["A"]}, {"A": WHOLE["A"]})
    with pytest.raises(SourceChangedError, match="A, B were asked, A answered"):
        merge(WHOLE, [(WHOLE, collapsed)])


def test_other_codes_than_asked_are_refused():
    swapped = answer({"A": ("a0", "a1"), "B": ("b0", "b2")}, cube([2, 3]))
    with pytest.raises(SourceChangedError, match="b0, b1 were asked, b0, b2 answered"):
        merge(WHOLE, [(WHOLE, swapped)])


def test_lacking_cells_are_refused():
    cut = answer(WHOLE, WHOLE)
    cut["value"] = cut["value"][:-1]
    with pytest.raises(BadAnswerError, match="4 cells were asked, 3 answered"):
        merge(WHOLE, [(WHOLE, cut)])


def test_a_cube_renewed_meanwhile_is_refused():
    parts = two(WHOLE)
    parts[1][1]["updated"] = "2025-12-06T07:30:00Z"
    with pytest.raises(BadAnswerError, match=r"changed between two answers \(updated\)"):
        merge(WHOLE, parts)
