"""What attackers can still not exclude, once some cells are told: outsiders and insiders."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from divide.measure.disclosure import programmes
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.programmes import Moves, Reach
from divide.measure.disclosure.quantities import Quantity, openness

Flags = NDArray[np.bool_]
_NEAR = 1e-6
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Aims:
    """
    What must stay possible: for each hidden cell, a move up and a move down.

    Attributes
    ----------
    cell
        The cell.
    direction
        Aims × atoms: the cell's atoms, +1 for a move up and -1 for one down.
    need
        How far the move must reach.
    most
        How far it could reach at all: the cell's room upwards, its total downwards.
    single
        Whether one institution alone makes the cell.
    """

    cell: NDArray[np.int64]
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
class Insider:
    """One institution's knowledge: how far it thinks that its own atom can move."""

    atom: int
    low: float
    high: float
    own: float
    room: float


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
    breaches, found = _look(known, wanted, wanted.need, range(len(wanted.need)), bounds(quantity))
    return breaches, found


def insider_breaches(
    known: Moves, quantity: Quantity, wanted: Aims, shown: Shown, *, hidden: Flags
) -> list[Breach]:
    """
    Find what single institutions can exclude, each knowing its own part.

    Parameters
    ----------
    shown
        Moves that are possible for an outsider; one that an institution's own part allows is
        possible for that institution too, and saves a programme.
    hidden
        Cells that are not told; a part of other cells tells an insider nothing new.
    """
    breaches: list[Breach] = []
    low, high = bounds(quantity)
    for one in insiders(quantity, hidden):
        need = _insider_need(quantity, wanted, one)
        own = shown.moves[:, one.atom]
        possible = (own >= one.low - _NOTHING) & (own <= one.high + _NOTHING)
        done = (shown.distance[possible] >= need - _NEAR).any(axis=0)
        left = np.flatnonzero(~done & (need > _NEAR))
        if not len(left):
            continue
        ends = low.copy(), high.copy()
        ends[0][one.atom], ends[1][one.atom] = one.low, one.high
        programmes.bind_atom(known, one.atom, one.low, one.high)
        new, more = _look(known, wanted, need, left, ends)
        programmes.bind_atom(known, one.atom, low[one.atom], high[one.atom])
        breaches += new
        shown = Shown(
            np.vstack([shown.moves, more.moves]), np.vstack([shown.distance, more.distance])
        )
    return breaches


def insiders(quantity: Quantity, hidden: Flags) -> list[Insider]:
    """List the different insiders of atoms that a hidden cell holds; alike ones know alike."""
    who = quantity.insiders
    within = np.asarray(quantity.sums.T @ hidden.astype(float) > 0)[who.atom]
    many = np.bincount(who.atom, minlength=len(quantity.parts))
    _, high = bounds(quantity)
    alike = set(
        zip(
            who.atom[within].tolist(),
            who.own[within].tolist(),
            who.room[within].tolist(),
            strict=True,
        )
    )
    found = []
    for atom, own, room in sorted(alike):
        least = min(own - quantity.parts[atom], 0.0)
        most = max(quantity.room[atom] - room, 0.0) if np.isfinite(room) else high[atom]
        # Alone in an atom it knows the atom.
        ends = (0.0, 0.0) if many[atom] == 1 else (float(least), float(min(most, high[atom])))
        found.append(Insider(atom, *ends, own, room if np.isfinite(room) else 0.0))
    return found


def _insider_need(quantity: Quantity, wanted: Aims, one: Insider) -> Array:
    """
    Return how far each cell must move for an insider.

    Of a cell it belongs to it knows its own part, so the others' parts decide; and no farther
    than the others could move at all.
    """
    sides, cell = quantity.sides, wanted.cell
    part = wanted.direction[:, one.atom]
    own = np.where(sides.few[cell], one.room, one.own)
    first = np.where(np.isclose(sides.first[cell], own), sides.second[cell], sides.first[cell])
    need = openness(sides, sides.total[cell] - own, first)
    others = np.maximum(wanted.most - np.where(part > 0, one.room, one.own), 0.0)
    # Alone in a cell it knows the cell: nothing of others is there to protect.
    inside = np.where(wanted.single, 0.0, np.minimum(np.minimum(need, wanted.need), others))
    return np.where(part != 0, inside, wanted.need)


def _look(
    known: Moves,
    wanted: Aims,
    need: Array,
    which: Iterable[int],
    ends: tuple[Array, Array],
) -> tuple[list[Breach], Shown]:
    """Look for the moves that are needed; one move often shows several aims."""
    breaches: list[Breach] = []
    moves, distances = [], []
    done = np.zeros(len(need), dtype=bool)
    for aim in which:
        if done[aim]:
            continue
        found = programmes.reach(known, wanted.direction[aim])
        if found.distance < need[aim] - _NEAR * max(1.0, need[aim]):
            breaches.append(Breach(int(aim), float(need[aim]), found, *ends))
            continue
        # Shortened to what is needed, a move leaves more of the table in place.
        moves.append(found.move * min(1.0, wanted.need[aim] / found.distance))
        distances.append(wanted.direction @ moves[-1])
        done |= distances[-1] >= need - _NEAR
    atoms, aim_count = wanted.direction.shape[1], len(need)
    return breaches, Shown(
        np.reshape(moves, (len(moves), atoms)), np.reshape(distances, (len(moves), aim_count))
    )
