"""Institutions as attackers: each knows its own part of the table."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from divide.measure.disclosure import programmes
from divide.measure.disclosure.knowledge import Aims, Breach, Flags, Shown, bounds, look
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.programmes import Moves
from divide.measure.disclosure.quantities import Quantity, openness

_NEAR: Final = 1e-6
_NOTHING: Final = 1e-9
_PAIRED: Final = 16


@dataclass(frozen=True, eq=False)
class Insider:
    """
    One institution's knowledge.

    Attributes
    ----------
    atom
        The atom it lies in.
    low, high
        How far it thinks that the atom can move.
    own, room
        Its own part, and how much more it could have had (0 if nobody knows).
    """

    atom: int
    low: float
    high: float
    own: float
    room: float


def insider_breaches(
    known: Moves, quantity: Quantity, wanted: Aims, shown: Shown, *, hidden: Flags
) -> list[Breach]:
    """
    Find what single institutions can exclude, each knowing its own part.

    Parameters
    ----------
    shown
        Moves that are possible for an outsider: they save most insiders' programmes.
    hidden
        Cells that are not told; a part of other cells tells an insider nothing new.
    """
    breaches: list[Breach] = []
    low, high = bounds(quantity)
    for one in insiders(quantity, hidden):
        need = insider_need(quantity, wanted, one)
        left = np.flatnonzero(~shown_to(one, shown, need))
        if not len(left):
            continue
        ends = low.copy(), high.copy()
        ends[0][one.atom], ends[1][one.atom] = one.low, one.high
        programmes.bind_atom(known, one.atom, one.low, one.high)
        new, more = look(known, wanted, need, left, ends=ends)
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
    alike = zip(
        who.atom[within].tolist(),
        who.own[within].tolist(),
        who.room[within].tolist(),
        strict=True,
    )
    found = []
    for atom, own, room in sorted(set(alike)):
        least = min(own - quantity.parts[atom], 0.0)
        most = max(quantity.room[atom] - room, 0.0) if np.isfinite(room) else high[atom]
        # Alone in an atom it knows the atom.
        ends = (0.0, 0.0) if many[atom] == 1 else (float(least), float(min(most, high[atom])))
        found.append(Insider(atom, *ends, own, room if np.isfinite(room) else 0.0))
    return found


def insider_need(quantity: Quantity, wanted: Aims, one: Insider) -> Array:
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


def shown_to(one: Insider, shown: Shown, need: Array) -> Flags:
    """
    Tell which aims known moves show to be possible for an insider, without any programme.

    The moves that an outsider cannot exclude are a convex set that holds the move 0. So a move
    that goes too far in the insider's own atom is possible in part, and between two that leave
    the atom in opposite directions lies one that leaves it in place.

    Examples
    --------
    >>> moves = np.array([[2.0, 4.0], [-1.0, 4.0]])       # the insider's atom first
    >>> shown, alone = Shown(moves, moves[:, 1:]), Insider(0, 0.0, 0.0, 9.0, 0.0)
    >>> shown_to(alone, shown, np.array([4.0]))           # a third of one, two of the other
    array([ True])
    >>> shown_to(alone, Shown(moves[:1], moves[:1, 1:]), np.array([4.0]))
    array([False])
    """
    own, wanted = shown.moves[:, one.atom], need - _NEAR
    limit, size = np.where(own > 0, one.high, -one.low), np.abs(own)
    share = np.divide(limit, size, out=np.ones_like(size), where=size > limit + _NOTHING)
    done = (shown.distance * share[:, None] >= wanted).any(axis=0) | (need <= _NEAR)
    # Moves that leave the atom but little; what these do not show, a programme decides.
    order = np.argsort(size, kind="stable")
    up, down = (order[sign * own[order] > _NOTHING][:_PAIRED] for sign in (1, -1))
    left = np.flatnonzero(~done)
    if not (len(left) and len(up) and len(down)):
        return np.asarray(done)
    below = shown.distance[down][:, left]
    weight = own[up][:, None] / (own[up][:, None] - own[down][None, :])
    for above, part in zip(shown.distance[up][:, left], weight, strict=True):
        between = part[:, None] * below + (1 - part[:, None]) * above
        done[left] |= (between >= wanted[left]).any(axis=0)
    return np.asarray(done)
