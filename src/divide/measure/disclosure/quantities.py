"""What an attacker wants to know: one additive quantity over the cells, and what must stay open."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from divide.measure.disclosure.lattices import Array, Lattice
from divide.measure.disclosure.primary import Answers, Leeway, groups
from divide.measure.disclosure.rules import Item, Rules

_ROUND = 1e-9


@dataclass(frozen=True, eq=False)
class Insiders:
    """
    What each institution knows of the table: its own part of one atom.

    Attributes
    ----------
    atom
        The atom it lies in.
    own
        Its own part.
    room
        How much more it could have had; infinite if nobody knows.
    """

    atom: NDArray[np.int64]
    own: Array
    room: Array


@dataclass(frozen=True, eq=False)
class Sides:
    """
    What each cell's institutions hold, on the side that decides.

    Attributes
    ----------
    few
        Whether it is those who do not that are fewer and decide (shares only).
    total, first, second
        Total, largest and second largest part on that side.
    within, least
        Share of it within which nothing may be known, and least number that may be told.
    """

    few: NDArray[np.bool_]
    total: Array
    first: Array
    second: Array
    within: float
    least: float


@dataclass(frozen=True, eq=False)
class Quantity:
    """
    One additive quantity over a lattice, and how openly it must stay hidden.

    Attributes
    ----------
    sums
        Cells × atoms.
    parts
        True total of each atom.
    room
        How much more each atom could hold, as an attacker knows; infinite if nobody knows.
    leeway
        What rounding leaves open of a cell that is told.
    above, below
        How far an attacker's bounds of each cell must stay from its true total if it is
        hidden for its own sake; 0 for all other cells.
    insiders
        Every institution, as an attacker that knows its own part.
    sides
        What decides how openly a cell must stay hidden from them.
    """

    sums: sparse.csr_array
    parts: Array
    room: Array
    leeway: Leeway
    above: Array
    below: Array
    insiders: Insiders
    sides: Sides

    @property
    def totals(self) -> Array:
        """Return the true total of each cell."""
        return np.asarray(self.sums @ self.parts)


def quantity(
    lattice: Lattice,
    answers: Answers,
    reasons: pd.Series,
    rules: Rules,
    *,
    item: Item,
    leeway: Leeway,
) -> Quantity:
    """Set out what must stay open of an indicator whose cells were judged."""
    told = answers.value * answers.weight
    most = answers.most * answers.weight
    room = np.maximum(lattice.fine(most) - lattice.fine(told), 0.0)
    sides = _sides(lattice, told, most, rules, item=item)
    dominant = np.array([told[rows].max() for rows in groups(lattice)])
    total = lattice.total(told)
    lacking = [openness(sides, sides.total, sides.first, others=sides.second)]
    if item.kind == "count" and item.persons:
        lacking.append(np.ceil(dominant / rules.dominance - total - _ROUND))
    wanted = np.where(reasons != "", np.max(lacking, axis=0), 0.0)
    return Quantity(
        sums=lattice.sums,
        parts=lattice.fine(told),
        room=room,
        leeway=leeway,
        above=np.minimum(wanted, lattice.sums @ room),
        below=np.minimum(wanted, total),
        insiders=Insiders(lattice.atom, told, most - told),
        sides=sides,
    )


def openness(sides: Sides, total: Array, first: Array, *, others: Array | float = 0.0) -> Array:
    """
    Return how far from its true total an attacker's bounds of each cell must stay.

    The largest of: what the p-% rule lacks, the share of the total within which nothing may
    be known, the distance to the least number that may be told, one unit.

    Parameters
    ----------
    total, first
        What an attacker does not know of the cell, and the largest part of it.
    others
        The part of whoever knows the largest best: the second largest, for an outsider.

    Examples
    --------
    >>> none = np.zeros(1)
    >>> cells = Sides(none > 0, none, none, none, within=.1, least=6)
    >>> openness(cells, np.array([40.0]), np.array([40.0]))   # 10 % of 40
    array([4.])
    >>> openness(cells, np.array([3.0]), np.array([2.0]), others=1.0)  # 6 - 3
    array([3.])
    """
    lacking = (
        sides.within * first - (total - first - others),
        sides.within * total,
        sides.least - total,
        np.ones_like(total),
    )
    return np.asarray(np.ceil(np.max(lacking, axis=0) - _ROUND))


def _sides(lattice: Lattice, told: Array, most: Array, rules: Rules, *, item: Item) -> Sides:
    """Choose the side of each cell that decides: of a share, those who do or who do not."""
    few, found = [], []
    for rows in groups(lattice):
        value, rest = told[rows], most[rows] - told[rows]
        few.append(item.kind != "count" and bool(rest.sum() < value.sum()))
        side = rest if few[-1] else value
        found.append((side.sum(), *np.sort(np.append(side, [0.0, 0.0]))[::-1][:2]))
    total, first, second = np.array(found).T
    least = float(rules.persons) if item.kind == "count" and item.persons else 0.0
    return Sides(np.array(few), total, first, second, rules.within, least)
