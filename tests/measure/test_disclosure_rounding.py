"""Rounding: margins stay additive, few digits, extreme values of sensitive items as bounds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from divide.errors import DisclosureError
from divide.measure.disclosure import lattices
from divide.measure.disclosure.rounding import round_additive, round_shares
from divide.measure.disclosure.rules import Item, Level, rules

SENSITIVE = Item("share", "sensitive")
LEVELS = [
    Level(place, by) for place in ("country", "language_region", "canton") for by in ((), ("type",))
]


def rows(*values: float, n: int = 200) -> pd.DataFrame:
    """Return figures of so many institutions, five points either side."""
    value = np.array(values)
    return pd.DataFrame(
        {"value": value, "se": 0.0123, "low": value - 0.0523, "high": value + 0.0523, "n": n}
    )


@settings(max_examples=25)
@given(st.lists(st.integers(0, 400), min_size=24, max_size=24))
def test_persons_round_to_neighbours_and_margins_add_up(sizes: list[int]) -> None:
    answers = pd.DataFrame(
        {
            "canton": [f"c{n % 6}" for n in range(24)],
            "language_region": [f"r{n % 6 // 2}" for n in range(24)],
            "type": [f"t{n // 6}" for n in range(24)],
        }
    )
    cells = lattices.lattice(answers, LEVELS)
    parts = cells.fine(np.array(sizes, dtype=float))
    told = round_additive(cells.sums, parts, 5)
    true = cells.sums @ parts
    assert (told % 5 == 0).all()
    assert (np.abs(told - true) < 10).all()
    # Multiples of five stay, in all but the rare table that admits no nearest rounding.
    atoms = cells.positions(
        answers.assign(
            place_level="canton", place=answers["canton"], group="type:" + answers["type"]
        )
    )
    rounded = dict(zip(cells.cells.itertuples(index=False, name=None), told, strict=True))
    whole = sum(told[position] for position in set(atoms.tolist()))
    assert rounded["country", "CH", "total"] == whole
    for region in ("r0", "r1", "r2"):
        inside = [
            v
            for (level, place, group), v in rounded.items()
            if level == "canton" and group == "total" and int(place[1]) // 2 == int(region[1])
        ]
        assert rounded["language_region", region, "total"] == sum(inside)


def test_rounded_one_by_one_margins_would_not_add_up() -> None:
    """Seven in each of three: 5 + 5 + 5 is 15, and 21 rounds to 20."""
    cells = sparse.csr_array(np.vstack([np.eye(3), np.ones((1, 3))]))
    told = round_additive(cells, np.full(3, 7.0), 5)
    assert sorted(told[:3]) == [5, 5, 10]
    assert told[3] == 20


def test_numbers_told_before_stay() -> None:
    cells = sparse.csr_array(np.vstack([np.eye(3), np.ones((1, 3))]))
    fixed = np.array([np.nan, 10.0, np.nan, 20.0])
    told = round_additive(cells, np.full(3, 7.0), 5, fixed=fixed)
    assert told.tolist() == [5, 10, 5, 20]
    with pytest.raises(DisclosureError, match="admit no rounding"):
        round_additive(cells, np.full(3, 7.0), 5, fixed=np.array([5.0, 5.0, 5.0, 20.0]))


@pytest.mark.parametrize(
    ("value", "n", "told"),
    [
        (5 / 7, 7, 0.7),  # 0.714285... would tell that it is five of seven
        (2 / 3, 12, 0.7),
        (0.333, 33, 0.35),
        (0.333, 466, 0.33),
        (0.1456, 1551, 0.146),
        (0.285, 100, 0.28),  # halves to even, as numpy rounds 28.5
    ],
)
def test_shares_keep_the_digits_that_n_allows(value: float, n: int, told: float) -> None:
    assert round_shares(rows(value, n=n), rules(), item=Item("share"))["value"].tolist() == [told]


def test_intervals_never_shrink() -> None:
    found = round_shares(rows(0.41, 0.777, n=200), rules(), item=Item("share"))
    # .3577 to .4623 and .7247 to .8293, outwards to whole per cents.
    assert found["low"].tolist() == [0.35, 0.72]
    assert found["high"].tolist() == [0.47, 0.83]
    assert found["se"].tolist() == [0.013, 0.013]


def test_what_was_counted_does_not_tell_to_which_side_it_was_rounded() -> None:
    """Of 17, 4.42 and 5.78 are both told as .3; ends of .2 to .3 and .3 to .4 would part them."""
    value = pd.Series([0.26, 0.34, 0.01])
    counted = pd.DataFrame({"value": value, "se": 0.0, "low": value, "high": value, "n": 17})
    found = round_shares(counted, rules(), item=Item("share"))
    assert found[["value", "low", "high"]].to_numpy().tolist() == [
        [0.3, 0.2, 0.4],
        [0.3, 0.2, 0.4],
        [0.0, 0.0, 0.1],
    ]


def test_every_extreme_value_of_a_sensitive_item_is_a_bound() -> None:
    """Large cells too, or the coding itself would tell which cells are small."""
    found = round_shares(
        rows(0.0, 0.02, 0.0499, 0.05, 0.5, 0.95, 0.9501, 1.0), rules(), item=SENSITIVE
    )
    assert found["coded"].tolist() == ["at_most"] * 3 + [""] * 3 + ["at_least"] * 2
    assert found["value"].tolist() == [0.05, 0.05, 0.05, 0.05, 0.5, 0.95, 0.95, 0.95]
    assert found["low"].tolist()[:3] == [0, 0, 0] and found["high"].tolist()[:3] == [0.05] * 3
    assert found["low"].tolist()[6:] == [0.95, 0.95] and found["high"].tolist()[6:] == [1, 1]
    assert found["se"].isna().tolist() == [True] * 3 + [False] * 3 + [True] * 2


def test_other_items_keep_their_extremes() -> None:
    found = round_shares(rows(0.02, 0.99), rules(), item=Item("share", "none"))
    assert found["value"].tolist() == [0.02, 0.99]
    assert found["coded"].tolist() == ["", ""]
