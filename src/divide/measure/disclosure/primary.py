"""Which cells may not be told for their own sake: few, dominated, or told to a neighbour."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.measure.disclosure.lattices import Array, Lattice
from divide.measure.disclosure.rules import Item, Rules

# Why a cell is hidden for its own sake, in the order in which a reason is given.
REASONS: Final = ("persons", "institutions", "dominance", "neighbour", "certain")
_ROUND: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Answers:
    """
    What each institution adds to one indicator; one entry an answer.

    Attributes
    ----------
    persons
        Its persons, unweighted: they decide whether a cell is large enough.
    value
        What it adds to the figure, or to the numerator of a share or mean, unweighted.
    base
        What it adds to the denominator of a share or mean; not used for counts.
    most
        The most it could have added, as others know: its published size or, under a share,
        its base; infinite where nobody knows.
    weight
        Its weight in the published figure.
    """

    persons: Array
    value: Array
    base: Array
    most: Array
    weight: Array


@dataclass(frozen=True, eq=False)
class Leeway:
    """How far above and below its true total rounding leaves the numerator of each cell."""

    above: Array
    below: Array


def judge(
    lattice: Lattice, answers: Answers, rules: Rules, *, item: Item, leeway: Leeway
) -> pd.Series:
    """
    Give each cell the reason to hide it for its own sake, "" where there is none.

    Unweighted answers decide: too few persons or institutions; one institution above the
    allowed share of the persons; or a value that another institution of the cell could tell
    too closely, subtracting its own (p-% rule, see `told_to_neighbour`).

    Examples
    --------
    >>> from divide.measure.disclosure.lattices import lattice
    >>> from divide.measure.disclosure.rules import Level, rules
    >>> cells = lattice(pd.DataFrame({"canton": ["VD"] * 5 + ["UR"]}), [Level("canton")])
    >>> size, unknown, one = np.array([20.0, 30, 10, 25, 15, 9]), np.full(6, np.inf), np.ones(6)
    >>> found = judge(cells, Answers(size, size, one, unknown, one), rules(), item=Item("count"),
    ...               leeway=Leeway(np.zeros(2), np.zeros(2)))
    >>> dict(zip(cells.cells["place"], found, strict=True))
    {'UR': 'institutions', 'VD': ''}
    """
    found = []
    for cell, rows in enumerate(groups(lattice)):
        slack = (leeway.above[cell], leeway.below[cell])
        people, value, most = (one[rows] for one in (answers.persons, answers.value, answers.most))
        found.append(
            _size_fault(people, rules, item.kind)
            or ("neighbour" * told_to_neighbour(value, most, rules.within, slack=slack))
            # Under a share, what an institution lacks of its base is an answer too.
            or ("neighbour" * _told_complement(value, most, rules.within, slack=slack))
            or ("certain" * (item.sensitive and _certain(answers, rows, rules)))
        )
    return pd.Series(found, index=lattice.cells.index, dtype=object, name="reason")


def _size_fault(people: Array, rules: Rules, kind: str) -> str:
    """Name the rule that a cell's persons break, "" if none."""
    least_persons, least_institutions = rules.least(kind)
    faults = (
        people.sum() < least_persons,
        len(people) < least_institutions,
        people.max() > rules.dominance * people.sum(),
        told_to_neighbour(people, np.full(len(people), np.inf), rules.within),
    )
    return next((why for why, fault in zip(REASONS, faults, strict=False) if fault), "")


def _certain(answers: Answers, rows: NDArray[np.int64], rules: Rules) -> bool:
    """
    Tell whether a bound would leave one answer only: of six institutions at most 5 % is none.

    Where institutions answer for all their persons or none, the smallest must fit below it.
    """
    value, base = answers.value[rows], answers.base[rows]
    few = rules.least_share * base.sum()
    if few <= value.sum() <= rules.most_share * base.sum():
        return False
    whole = bool(((value == 0) | (value == base)).all())
    return bool(few < (base.min() if whole else 1))


def groups(lattice: Lattice) -> list[NDArray[np.int64]]:
    """Return the positions of the answers in each cell."""
    members = lattice.members
    return [members.indices[start:end].astype(np.int64) for start, end in pairwise(members.indptr)]


def told_to_neighbour(
    value: Array, most: Array, within: float, *, slack: tuple[float, float] = (0.0, 0.0)
) -> bool:
    """
    Tell whether an institution of a cell could tell another's value to within a share of it.

    From above: the total less its own value is the most another can have; the second largest
    knows the largest best. From below: what the others cannot have taken, by their published
    sizes, must be the other's; where its own size tells as much already, nothing is learnt.
    What rounding leaves open above and below the total (`slack`) blurs both.

    Examples
    --------
    >>> unknown = np.full(3, np.inf)
    >>> told_to_neighbour(np.array([68.0, 30, 2]), unknown, .1)   # 100 - 30 = 70, 3 % off 68
    True
    >>> told_to_neighbour(np.array([50.0, 30, 20]), unknown, .1)  # 70 is 40 % off 50
    False
    >>> told_to_neighbour(np.array([50.0, 30, 20]), np.array([90.0, 32, 21]), .1)
    True
    """
    if len(value) < 2 or not value.any():
        return False
    above, below = slack
    first, second = np.sort(value)[::-1][:2]
    if value.sum() + above - first - second < within * first - _ROUND:
        return True
    room = most - value
    if not np.isfinite(room).all():
        return False
    # Of all others but the one that knows its own: who has most room knows best.
    order = np.argsort(-room)
    helper = np.where(np.arange(len(room)) == order[0], room[order[1]], room[order[0]])
    left = room.sum() + below - room - helper
    news = room >= within * value
    return bool((news & (left < within * value - _ROUND)).any())


def _told_complement(
    value: Array, most: Array, within: float, *, slack: tuple[float, float]
) -> bool:
    if not np.isfinite(most).all():
        return False
    return told_to_neighbour(
        most - value, np.full(len(most), np.inf), within, slack=(slack[1], slack[0])
    )


def rounding_leeway(lattice: Lattice, answers: Answers, rules: Rules, *, item: Item) -> Leeway:
    """
    Return what rounding and coding of shares and means leave open; counts count as exact.

    Where all answers are whole numbers an attacker knows that their total is one.

    Examples
    --------
    >>> from divide.measure.disclosure.lattices import lattice
    >>> from divide.measure.disclosure.rules import Level, rules
    >>> cells = lattice(pd.DataFrame({"canton": ["VD"] * 7}), [Level("canton")])
    >>> one, yes = np.ones(7), np.array([1.0, 1, 1, 1, 1, 0, 0])
    >>> left = rounding_leeway(cells, Answers(one, yes, one, one, one), rules(), item=Item("share"))
    >>> left.above, left.below  # 5 of 7 is told as 0.7: 4.55 to 5.25, so it is 5
    (array([0.]), array([0.]))
    >>> left = rounding_leeway(cells, Answers(one, yes, one, one, one + .5), rules(),
    ...                        item=Item("share"))
    >>> left.above.round(3), left.below.round(3)  # weighted: 7.5 of 10.5, 6.825 to 7.875
    (array([0.375]), array([0.675]))
    """
    if item.kind == "count":
        return Leeway(np.zeros(len(lattice.cells)), np.zeros(len(lattice.cells)))
    number = lattice.total(np.ones(len(answers.value)))
    step = np.array([rules.step(int(one)) for one in number])
    total = lattice.total(answers.weight * answers.value)
    base = lattice.total(answers.weight * answers.base)
    told = np.divide(total, base, out=np.zeros_like(total), where=base > 0)
    low, high = (np.round(told / step) - 0.5) * step, (np.round(told / step) + 0.5) * step
    if item.sensitive:
        few, most = told < rules.least_share, told > rules.most_share
        low, high = np.where(few, 0.0, low), np.where(few, rules.least_share, high)
        low, high = np.where(most, rules.most_share, low), np.where(most, 1.0, high)
    top, bottom = high * base, low * base
    if not (answers.value * answers.weight % 1).any():
        top, bottom = np.floor(top + _ROUND), np.ceil(bottom - _ROUND)
    return Leeway(np.maximum(top - total, 0.0), np.maximum(total - bottom, 0.0))
