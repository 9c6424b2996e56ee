"""The audit: bounds of every hidden cell, by outsiders, insiders, and all earlier releases."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.measure.disclosure import knowledge, programmes
from divide.measure.disclosure.insiders import insider_breaches
from divide.measure.disclosure.knowledge import Aims, Breach, Flags, Shown
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.programmes import Moves
from divide.measure.disclosure.quantities import Quantity

_NEAR: Final = 1e-6


def audit(quantities: Sequence[Quantity], hidden: Flags) -> pd.DataFrame:
    """
    Bound every hidden cell as an attacker could, who knows all cells that are told.

    Parameters
    ----------
    hidden
        One per cell. A cell told in any release, now or earlier, is not hidden.

    Returns
    -------
    DataFrame
        One row a hidden cell and quantity: `cell`, `quantity` (positions), `total` (true),
        `low` and `high` (an outsider's bounds), `known` (they meet: worked out exactly),
        `outsider` (they are closer than the rules allow) and `insiders` (aims, up or down,
        that some institution with its own part can exclude).
    """
    found = [_audit_one(one, hidden, position) for position, one in enumerate(quantities)]
    return pd.concat(found, ignore_index=True)


def leaks(found: pd.DataFrame) -> pd.DataFrame:
    """
    Return the rows of an audit in which an attacker learns what must stay open.

    A cell that is hidden for others' sake, or that nobody asked for, may be known.
    """
    return found[found["outsider"] | (found["insiders"] > 0)]


def _audit_one(quantity: Quantity, hidden: Flags, position: int) -> pd.DataFrame:
    moves, wanted = knowledge.start(quantity), knowledge.aims(quantity)
    knowledge.tell(moves, quantity, hidden.astype(float))
    breaches, shown = knowledge.outsider_breaches(moves, quantity, wanted)
    inside = insider_breaches(moves, quantity, wanted, shown, hidden=hidden)
    # A cell hidden for its own sake that a told one gives away is a leak as well.
    broken = wanted.cell[[one.aim for one in breaches]]
    cells = np.union1d(np.flatnonzero(hidden), broken).astype(int)
    ends = _ends(moves, wanted, breaches, shown, cells)
    total = quantity.totals[cells]
    learnt = wanted.cell[[one.aim for one in inside]]
    return pd.DataFrame(
        {
            "cell": cells,
            "quantity": position,
            "total": total,
            "low": total - ends[-1.0],
            "high": total + ends[1.0],
            "known": ends[1.0] + ends[-1.0] < _NEAR * np.maximum(total, 1.0),
            "outsider": np.isin(cells, broken),
            "insiders": np.bincount(learnt, minlength=len(hidden))[cells],
        }
    )


def _ends(
    moves: Moves, wanted: Aims, breaches: list[Breach], shown: Shown, cells: NDArray[np.int64]
) -> dict[float, Array]:
    """Return how far each cell can move up and down: as aims found, else by a programme."""
    distance = np.zeros(len(wanted.need))
    broken = np.array([one.aim for one in breaches], dtype=int)
    distance[broken] = [one.reach.distance for one in breaches]
    kept = np.setdiff1d(np.arange(len(distance)), broken)
    distance[kept] = shown.distance[np.arange(len(kept)), kept]
    known = dict(zip(zip(wanted.cell, wanted.sign, strict=True), distance, strict=True))
    atoms = moves.sums.toarray()

    def end(cell: int, sign: float) -> float:
        if (cell, sign) in known:
            return float(known[cell, sign])
        return programmes.reach(moves, sign * atoms[cell]).distance

    return {sign: np.array([end(cell, sign) for cell in cells]) for sign in (1.0, -1.0)}
