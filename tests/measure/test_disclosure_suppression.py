"""Complementary suppression: optimal by enumeration, true totals, safe when time runs out."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from divide.measure.disclosure import audits, insiders, knowledge, lattices, primary, quantities
from divide.measure.disclosure.lattices import Lattice
from divide.measure.disclosure.primary import Answers
from divide.measure.disclosure.quantities import Quantity
from divide.measure.disclosure.rules import Item, Level, rules
from divide.measure.disclosure.suppression import demand_of, suppress

from .surveys import attacker, columns, recovered

COUNT = Item("count")
FULL = [
    Level(place, by) for place in ("country", "language_region", "canton") for by in ((), ("type",))
]
FLAT = [Level(place, by) for place in ("country", "canton") for by in ((), ("type",))]


def table(sizes: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """Return answers with these sizes by canton and type."""
    rows = [(canton, kind, size) for (canton, kind), all_ in sizes.items() for size in all_]
    frame = pd.DataFrame(rows, columns=["canton", "type", "value"])
    return frame.assign(institution=[f"I-{n}" for n in range(len(frame))], language_region="de")


def prepared(answers: pd.DataFrame, levels: list[Level]) -> tuple[Lattice, np.ndarray, Quantity]:
    """Return the cells, which are hidden for their own sake, and what must stay open."""
    cells = lattices.lattice(answers, levels)
    size, one = answers["value"].to_numpy(dtype=float), np.ones(len(answers))
    given = Answers(size, size, one, np.full(len(size), np.inf), one)
    leeway = primary.rounding_leeway(cells, given, rules(), item=COUNT)
    reasons = primary.judge(cells, given, rules(), item=COUNT, leeway=leeway)
    secret = quantities.quantity(cells, given, reasons, rules(), item=COUNT, leeway=leeway)
    return cells, (reasons != "").to_numpy(), secret


def price(cells: Lattice, secret: Quantity) -> np.ndarray:
    """Price a cell by its parts and its share of the whole."""
    return np.asarray(cells.sums.sum(axis=1)) + secret.totals / secret.parts.sum()


def draw_table(seed: int, cantons: int, types: int) -> pd.DataFrame:
    """Return a table of some cells with few institutions."""
    draw = np.random.default_rng(seed)
    sizes = {}
    for canton, kind in product(range(cantons), range(types)):
        number = int(draw.choice([1, 2, 6, 7, 8]))
        sizes[f"c{canton}", f"t{kind}"] = draw.integers(3, 40, number).astype(float).tolist()
    return table(sizes)


def is_safe(secret: Quantity, hidden: np.ndarray) -> bool:
    """Ask the audit, which is tested against another solver below."""
    return audits.leaks(audits.audit([secret], hidden)).empty


@pytest.mark.parametrize("seed", range(6))
def test_no_cheaper_pattern_is_safe(seed: int) -> None:
    """All 2^k patterns of a table of 2 by 3 with its margins, cheapest first."""
    cells, must, secret = prepared(draw_table(seed, 2, 3), FLAT)
    cost = price(cells, secret)
    found = suppress([secret], cost, must=must)
    assert found.optimal and is_safe(secret, found.hidden)
    free = np.flatnonzero(~must)
    patterns = np.array(list(product([False, True], repeat=len(free))))
    order = np.argsort(patterns @ cost[free], kind="stable")
    for choice in patterns[order]:
        hidden = must.copy()
        hidden[free] = choice
        if cost[hidden].sum() > cost[found.hidden].sum() - 1e-6:
            break
        assert not is_safe(secret, hidden), cells.cells[hidden]
    else:
        assert not found.hidden.any()


def test_a_lone_cell_takes_three_more_with_it() -> None:
    """One hidden cell in a row and a column: the classic rectangle, the cheapest of four."""
    sizes = {(c, t): [10.0] * 6 for c in ("ZH", "BE", "VD") for t in ("elder", "hdis", "youth")}
    sizes["ZH", "elder"] = [4.0, 4.0]
    sizes["BE", "hdis"] = [3.0] * 6
    cells, must, secret = prepared(table(sizes), FLAT)
    assert must.sum() == 1
    found = suppress([secret], price(cells, secret), must=must)
    hidden = cells.cells[found.hidden]
    assert len(hidden) == 4
    # The rectangle through BE × hdis hides 18 + 60 + 60 persons instead of 180.
    assert set(zip(hidden["place"], hidden["group"], strict=True)) == {
        (c, f"type:{t}") for c in ("ZH", "BE") for t in ("elder", "hdis")
    }


def test_totals_stay_true() -> None:
    """What is told is not recomputed without the hidden cells: another tool shows 174 for 200."""
    answers = draw_table(3, 3, 3)
    cells, must, secret = prepared(answers, FLAT)
    found = suppress([secret], price(cells, secret), must=must)
    whole = cells.positions(
        pd.DataFrame({"place_level": ["country"], "place": "CH", "group": "total"})
    )
    assert not found.hidden[whole[0]]
    assert secret.totals[whole[0]] == answers["value"].sum()


def test_the_audit_agrees_with_another_solver() -> None:
    answers = draw_table(5, 3, 3)
    cells, must, secret = prepared(answers, FLAT)
    found = audits.audit([secret], must)
    told = list(cells.cells[~must].itertuples(index=False, name=None))
    other = attacker(columns(answers), told)
    assert len(found) == must.sum() > 3
    for row in found.itertuples():
        cell = tuple(cells.cells.iloc[row.cell])
        assert (row.low, row.high) == pytest.approx(other.bounds(*cell), abs=1e-5)


def test_insiders_are_found_by_the_audit_as_by_the_other_solver() -> None:
    """For every institution and hidden cell: where the written rules say it learns, so it does."""
    answers = draw_table(11, 3, 3)
    cells, must, secret = prepared(answers, FLAT)
    found = audits.audit([secret], must)
    told = list(cells.cells[~must].itertuples(index=False, name=None))
    plain = columns(answers)
    for row in found[~found["outsider"]].itertuples():
        cell = tuple(cells.cells.iloc[row.cell])
        learnt = [recovered(attacker(plain, told, one), *cell) for one in answers["institution"]]
        if any(learnt):
            assert row.insiders > 0, (cell, learnt)
    assert (found["insiders"] > 0).any()


def test_without_time_more_is_hidden_never_less() -> None:
    for seed in range(4):
        cells, must, secret = prepared(draw_table(seed, 4, 3), FLAT)
        cost = price(cells, secret)
        best, quick = (suppress([secret], cost, must=must, seconds=s) for s in (30.0, 0.0))
        assert best.optimal and not quick.optimal
        assert is_safe(secret, quick.hidden)
        assert cost[quick.hidden].sum() >= cost[best.hidden].sum() - 1e-6


def test_the_same_table_gives_the_same_pattern() -> None:
    cells, must, secret = prepared(draw_table(2, 4, 3), FLAT)
    patterns = [suppress([secret], price(cells, secret), must=must).hidden for _ in range(3)]
    assert (patterns[0] == patterns[1]).all() and (patterns[0] == patterns[2]).all()


def test_what_was_told_stays_told() -> None:
    cells, must, secret = prepared(draw_table(4, 3, 3), FLAT)
    never = (cells.cells["group"] == "total").to_numpy() & ~must
    found = suppress([secret], price(cells, secret), must=must, never=never)
    assert not found.hidden[never].any()
    assert is_safe(secret, found.hidden)


def test_one_pattern_protects_several_quantities() -> None:
    """The second quantity is protected in other cells; the pattern must serve both."""
    answers = draw_table(6, 3, 3)
    cells, must, secret = prepared(answers, FLAT)
    draw = np.random.default_rng(1)
    turned = answers.assign(value=draw.permutation(answers["value"].to_numpy()))
    _, more, second = prepared(turned, FLAT)
    both = must | more
    found = suppress([secret, second], price(cells, secret), must=both)
    assert found.optimal
    assert audits.leaks(audits.audit([secret, second], found.hidden)).empty


def test_a_table_of_26_by_6_with_regions_is_protected_to_the_optimum() -> None:
    draw = np.random.default_rng(900)
    canton = draw.choice(26, 900, p=draw.dirichlet(np.full(26, 1.2)))
    kind = draw.choice(6, 900, p=draw.dirichlet(np.full(6, 2.0)))
    answers = pd.DataFrame(
        {
            "canton": [f"c{n:02d}" for n in canton],
            "language_region": [f"r{n}" for n in canton % 7],
            "type": [f"t{n}" for n in kind],
            "value": np.maximum(1, np.rint(draw.lognormal(3.6, 0.9, 900))),
        }
    )
    cells, must, secret = prepared(answers, FULL)
    before = audits.audit([secret], must)
    found = suppress([secret], price(cells, secret), must=must, seconds=120)
    after = audits.audit([secret], found.hidden)
    assert found.optimal
    assert before["known"].sum() > 0.1 * must.sum()  # so that the next line says something
    assert audits.leaks(after).empty and not after["known"].any()
    # Persons: no hidden cell is provably under six.
    assert (after["high"] >= rules().persons - 1e-6).all()


def test_demands_are_met_by_every_safe_pattern() -> None:
    """A demand cuts off no safe pattern: whatever breaks one is unsafe; the best breaks none."""
    cells, must, secret = prepared(draw_table(1, 2, 3), FLAT)
    moves, wanted = knowledge.start(secret), knowledge.aims(secret)
    knowledge.tell(moves, secret, must.astype(float))
    breaches, shown = knowledge.outsider_breaches(moves, secret, wanted)
    breaches += insiders.insider_breaches(moves, secret, wanted, shown, hidden=must)
    demands = [one for one in (demand_of(secret, wanted, breach) for breach in breaches) if one]
    assert demands

    def met(hidden: np.ndarray) -> bool:
        return all(hidden[one.cells] @ one.weights >= 1 - 1e-6 for one in demands)

    free = np.flatnonzero(~must)
    broken = 0
    for choice in product([False, True], repeat=len(free)):
        hidden = must.copy()
        hidden[free] = choice
        if sum(choice) <= 3 and not met(hidden):
            broken += 1
            assert not is_safe(secret, hidden)
    assert broken > 10
    assert met(suppress([secret], price(cells, secret), must=must).hidden)
