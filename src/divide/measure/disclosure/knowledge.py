"""What attackers can still not exclude, once some cells are told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from divide.measure.disclosure import programmes
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.programmes import Moves, Reach
from divide.measure.disclosure.quantities import Quantity

Flags = NDArray[np.bool_]
_NEAR = 1e-6
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Aims:
    """
    What must stay possible: for each hidden cell, a move up and a move down.

    Attributes
    ----------
    cell, sign
        The cell, and +1 for a move up or -1 for one down.
    direction
        Aims × atoms: the sign at the cell's atoms.
    need
        How far the move must reach.
    most
        How far it could reach at all: the cell's room upwards, its total downwards.
    single
        Whether one institution alone makes the cell.
    """

    cell: NDArray[np.int64]
    sign: Array
    direction: Array
    need: Array
    most: Array
    single: Flags


@dataclass(frozen=True, eq=False)
class Shown:
    """
    Moves known to be possible, so that no programme has to look for them again.

    Attributes
    ----------
    moves
        Moves × atoms.
    distance
        Moves × aims: how far each takes each aim.
    """

    moves: Array
    distance: Array


@dataclass(frozen=True, eq=False)
class Breach:
    """
    An aim that an attacker can exclude.

    Attributes
    ----------
    aim
        Its position among the aims.
    need, reach
        How far the cell had to move for this attacker, and what it can.
    low, high
        The attacker's bounds of the atoms' moves.
    """

    aim: int
    need: float
    reach: Reach
    low: Array
    high: Array


def aims(quantity: Quantity) -> Aims:
    """List the moves that must stay possible, cell by cell, up then down."""
    count = len(quantity.above)
    need = np.concatenate([quantity.above, quantity.below])
    kept = np.flatnonzero(need > _NEAR)
    cell = np.tile(np.arange(count), 2)[kept]
    sign = np.repeat([1.0, -1.0], count)[kept]
    many = np.bincount(quantity.insiders.atom, minlength=len(quantity.parts))
    most = np.concatenate([quantity.sums @ quantity.room, quantity.totals])
    return Aims(
        cell=cell,
        sign=sign,
        direction=quantity.sums.toarray()[cell] * sign[:, None],
        need=need[kept],
        most=most[kept],
        single=(quantity.sums @ many)[cell] == 1,
    )


def bounds(quantity: Quantity) -> tuple[Array, Array]:
    """Return how far an outsider thinks that each atom can move, down and up."""
    # Without any bound a programme would be unbounded; so far no figure of the table reaches.
    far = 1000 * (quantity.parts.sum() + quantity.above.max(initial=0.0) + 1)
    return -quantity.parts, np.minimum(quantity.room, far)


def start(quantity: Quantity) -> Moves:
    """Set up an outsider's programme, no cell told."""
    return programmes.moves(quantity.sums, *bounds(quantity))


def tell(known: Moves, quantity: Quantity, hidden: Array, *, far: float = np.inf) -> None:
    """
    Tell every cell that is not hidden; one hidden in part may move in part of `far`.

    Parameters
    ----------
    hidden
        One per cell, 0 to 1: between them while a pattern is still being searched.
    """
    free = hidden > 1 - _NOTHING
    up = np.where(free, np.inf, quantity.leeway.above + min(far, 1e9) * hidden)
    down = np.where(free, np.inf, quantity.leeway.below + quantity.totals * hidden)
    programmes.bind_cells(known, -down, up)


def outsider_breaches(known: Moves, quantity: Quantity, wanted: Aims) -> tuple[list[Breach], Shown]:
    """Find what an outsider can exclude, and a move for each aim that stays possible."""
    every = np.arange(len(wanted.need))
    return look(known, wanted, wanted.need, every, ends=bounds(quantity))


def look(
    known: Moves,
    wanted: Aims,
    need: Array,
    which: NDArray[np.int64],
    *,
    ends: tuple[Array, Array],
) -> tuple[list[Breach], Shown]:
    """Look for the moves that some aims need, within an attacker's bounds of the atoms."""
    breaches, moves = [], []
    for aim in which:
        found = programmes.reach(known, wanted.direction[aim])
        if found.distance < need[aim] - _NEAR * max(1.0, need[aim]):
            breaches.append(Breach(int(aim), float(need[aim]), found, *ends))
        else:
            moves.append(found.move)
    shown = np.reshape(moves, (len(moves), wanted.direction.shape[1]))
    return breaches, Shown(shown, shown @ wanted.direction.T)
