"""The rules for single cells, by hand; unweighted answers decide."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import DisclosureError
from divide.measure.disclosure import lattices, primary, quantities
from divide.measure.disclosure.primary import Answers, told_to_neighbour
from divide.measure.disclosure.rules import MARKS, Item, Level, refuse_item, rules
from divide.show.classes import STATUS_MARKS

COUNT, SHARE = Item("count"), Item("share")


def reason(
    persons: list[float],
    *,
    value: list[float] | None = None,
    weight: float = 1.0,
    item: Item = COUNT,
) -> str:
    """Judge one cell of institutions of these sizes."""
    size = np.array(persons, dtype=float)
    added = size if value is None else np.array(value, dtype=float)
    cells = lattices.lattice(pd.DataFrame({"canton": ["VD"] * len(size)}), [Level("canton")])
    most = size if item.kind == "share" else np.full(len(size), np.inf)
    given = Answers(size, added, size, most, np.full(len(size), weight))
    leeway = primary.rounding_leeway(cells, given, rules(), item=item)
    return str(primary.judge(cells, given, rules(), item=item, leeway=leeway).iloc[0])


@pytest.mark.parametrize(
    ("persons", "why"),
    [
        ([1, 1, 1, 1, 1], "persons"),  # five persons
        ([2, 1, 1, 1, 1], ""),  # six, of five institutions
        ([9, 9, 9, 9], "institutions"),
        ([71, 8, 8, 7, 6], "dominance"),  # 71 of 100
        ([70, 10, 8, 7, 5], ""),  # 70 of 100 is not above it; 30 - 10 = 20 is 29 % of 70
        # The second subtracts its 30 of 100 and knows the first, 68, to 3 %.
        ([68, 30, 1, 0.5, 0.5], "neighbour"),
    ],
)
def test_rules_of_a_cell(persons: list[float], why: str) -> None:
    assert reason(persons) == why


def test_weights_make_no_cell_larger() -> None:
    assert reason([1, 1, 1, 1, 1], weight=50) == "persons"
    assert reason([9, 9, 9, 9], weight=50) == "institutions"


def test_a_share_needs_a_larger_base() -> None:
    assert reason([6, 6, 6, 6, 5], value=[1, 2, 1, 2, 1], item=SHARE) == "persons"  # 29
    assert reason([6, 6, 6, 6, 6], value=[1, 2, 1, 2, 1], item=SHARE) == ""


def test_a_share_that_one_institution_makes_alone_is_told_to_its_neighbours() -> None:
    # 60 of 600 come from one of six; told as 0.1 (5 to 15 %), so 30 persons stay open: fine.
    assert reason([100] * 6, value=[60, 0, 0, 0, 0, 0], item=SHARE) == ""
    # 87 of 600 = 14.5 %: told as 0.1, and the most it can be is 15 %, 90 persons: 3 % above.
    assert reason([100] * 6, value=[87, 0, 0, 0, 0, 0], item=SHARE) == "neighbour"
    # The same from the other side: one institution holds all 87 who do not.
    assert reason([100] * 6, value=[13, 100, 100, 100, 100, 100], item=SHARE) == "neighbour"


def test_a_bound_that_leaves_only_one_answer_is_no_bound() -> None:
    """Of six institutions "at most 5 %" is none; of thirty persons it is none or one."""
    sensitive, cells = Item("share", "sensitive"), [Level("canton")]
    for number, why in ((6, "certain"), (19, "certain"), (20, "")):
        one = np.ones(number)
        six = lattices.lattice(pd.DataFrame({"canton": ["VD"] * number}), cells)
        given = Answers(one * 40, one * 0, one, one, one)
        leeway = primary.rounding_leeway(six, given, rules(), item=sensitive)
        found = primary.judge(six, given, rules(), item=sensitive, leeway=leeway)
        assert found.tolist() == [why]
    # 400 persons; 5 % are 20. Homes of 40 answer for all or none: nobody fits below it.
    homes = [40.0] * 10
    assert reason(homes, value=[0] * 10, item=sensitive) == "certain"
    assert reason([*homes, 15], value=[0] * 11, item=sensitive) == ""
    assert reason(homes, value=[3] + [0] * 9, item=sensitive) == ""  # here persons are counted


def test_published_sizes_are_the_attackers_knowledge() -> None:
    value = np.array([50.0, 30, 20])
    # Of 100, the others cannot have taken more than 32 - 30 and 21 - 20 than they have: the
    # second, knowing its own, knows the first to 1 of 50.
    assert told_to_neighbour(value, np.array([90.0, 32, 21]), 0.1)
    # Room of 6 with each of the others: 12 % of 50 stay open, whoever of them attacks.
    assert not told_to_neighbour(value, np.array([90.0, 36, 26]), 0.1)
    # Its own published size says as much already: 53 for 50.
    assert not told_to_neighbour(value, np.array([53.0, 32, 21]), 0.1)


def test_what_rounding_leaves_open_blurs_a_neighbour() -> None:
    value, unknown = np.array([68.0, 30, 2]), np.full(3, np.inf)
    assert told_to_neighbour(value, unknown, 0.1)  # 2 < 6.8
    assert not told_to_neighbour(value, unknown, 0.1, slack=(5, 5))  # 7


sizes = st.lists(st.integers(1, 500), min_size=2, max_size=12)


@given(sizes)
def test_the_second_largest_is_the_best_attacker(values: list[int]) -> None:
    """Every pair tried: target i, attacker j knows total - own, that is i and the others."""
    value = np.array(values, dtype=float)
    pairs = [(i, j) for i in range(len(value)) for j in range(len(value)) if i != j]
    close = any(value.sum() - value[j] - value[i] < 0.1 * value[i] - 1e-9 for i, j in pairs)
    assert told_to_neighbour(value, np.full(len(value), np.inf), 0.1) == close


@given(sizes, st.lists(st.integers(0, 60), min_size=12, max_size=12))
def test_sizes_tell_from_below_what_any_pair_could_tell(values: list[int], more: list[int]) -> None:
    value = np.array(values, dtype=float)
    room = np.array(more[: len(value)], dtype=float)
    n = len(value)
    above = any(
        value.sum() - value[j] - value[i] < 0.1 * value[i] - 1e-9
        for i in range(n)
        for j in range(n)
        if i != j
    )
    below = any(
        room[i] >= 0.1 * value[i] and room.sum() - room[i] - room[j] < 0.1 * value[i] - 1e-9
        for i in range(n)
        for j in range(n)
        if i != j
    )
    assert told_to_neighbour(value, value + room, 0.1) == (above or below)


@pytest.mark.parametrize(
    ("value", "base", "item", "wanted"),
    [
        # Four of 10: 10 % of 40. P-% lacks nothing (1 - 20), nor does dominance (10/.7 - 40).
        ([10, 10, 10, 10], None, COUNT, 4),
        # 40 and 1: p-% lacks 4 - 0; dominance 40/.7 - 41 = 16.1; rounded up.
        ([40, 1], None, COUNT, 17),
        ([1, 1], None, COUNT, 4),  # six persons could be told
        ([1, 1], None, Item("count", persons=False), 1),
        # Under a share those who do not are fewer: 10 % of 2 is less than one person.
        ([9.5, 9.5, 9.5, 9.5], [10, 10, 10, 10], SHARE, 1),
    ],
)
def test_how_openly_a_hidden_cell_must_stay(
    value: list[float], base: list[float] | None, item: Item, wanted: float
) -> None:
    size = np.array(value, dtype=float)
    most = np.full(len(size), np.inf) if base is None else np.array(base, dtype=float)
    cells = lattices.lattice(pd.DataFrame({"canton": ["VD"] * len(size)}), [Level("canton")])
    given = Answers(size, size, most, most, np.ones(len(size)))
    reasons, exact = pd.Series(["institutions"]), primary.Leeway(np.zeros(1), np.zeros(1))
    found = quantities.quantity(cells, given, reasons, rules(), item=item, leeway=exact)
    assert found.above.tolist() == [wanted]
    assert found.below.tolist() == [min(wanted, size.sum())]


def test_places_that_overlap_are_refused() -> None:
    answers = pd.DataFrame({"canton": ["VS", "VS"], "language_region": ["fr", "de"]})
    with pytest.raises(DisclosureError, match="VS lie in two places of level language_region"):
        lattices.nested(answers, rules().ladder)


def test_cells_are_the_sums_of_their_answers() -> None:
    answers = pd.DataFrame(
        {"canton": ["VD", "VD", "GE", "TI"], "language_region": ["fr", "fr", "fr", "it"]}
    ).assign(type=["elder", "youth", "youth", "elder"])
    found = lattices.lattice(answers, rules().levels)
    total = dict(
        zip(found.cells.itertuples(index=False), found.total(np.arange(1.0, 5)), strict=True)
    )
    told = {tuple(key): value for key, value in total.items()}
    assert told["country", "CH", "total"] == 10
    assert told["language_region", "fr", "type:youth"] == 2 + 3
    assert told["canton", "VD", "total"] == 1 + 2
    assert ("canton", "VD", "type:elder") not in told  # never published
    asked = pd.DataFrame({"place_level": "canton", "place": ["VD", "UR"], "group": "total"})
    assert found.positions(asked).tolist()[1] == -1


def test_items_that_never_leave_are_refused() -> None:
    for privacy in ("freetext", "direct"):
        with pytest.raises(DisclosureError, match="never leaves"):
            refuse_item("remark", Item("share", privacy), rules())
    with pytest.raises(DisclosureError, match="Nothing says what"):
        refuse_item("unheard_of", None, rules())
    with pytest.raises(DisclosureError, match="'sum'"):
        refuse_item("clients", Item("sum"), rules())


def test_every_mark_is_drawn_apart() -> None:
    """Five marks, five looks: what has a pattern in `show` has one of its own."""
    drawn = [STATUS_MARKS.get(mark, "value") for mark in MARKS]
    assert len(set(drawn)) == len(MARKS) == 5


def test_steps_follow_the_number_of_institutions() -> None:
    for number in (1, 5, 19, 20, 99, 100, 999, 1000, 2285):
        assert rules().step(number) >= min(1 / number, 0.1) - 1e-12 or number < 10
    assert [rules().step(n) for n in (7, 20, 100, 1000)] == [0.1, 0.05, 0.01, 0.001]
