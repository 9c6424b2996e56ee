"""The audit: bounds of every hidden cell, by outsiders, insiders, and all earlier releases."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from divide.measure.disclosure import knowledge, programmes
from divide.measure.disclosure.knowledge import Flags
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
    cells = np.flatnonzero(hidden)
    atoms = quantity.sums.toarray()
    up = np.array([programmes.reach(moves, atoms[cell]).distance for cell in cells])
    down = np.array([programmes.reach(moves, -atoms[cell]).distance for cell in cells])
    breaches, shown = knowledge.outsider_breaches(moves, quantity, wanted)
    inside = knowledge.insider_breaches(moves, quantity, wanted, shown, hidden=hidden)
    # A cell hidden for its own sake that a told one gives away is a leak as well.
    rows = np.union1d(cells, wanted.cell[[one.aim for one in breaches]].astype(int))
    ends = pd.DataFrame({"cell": cells, "up": up, "down": down}).set_index("cell").reindex(rows)
    ends = ends.fillna(0.0)
    total = quantity.totals[rows]
    count = len(hidden)
    return pd.DataFrame(
        {
            "cell": rows,
            "quantity": position,
            "total": total,
            "low": total - ends["down"].to_numpy(),
            "high": total + ends["up"].to_numpy(),
            "known": (ends["up"] + ends["down"]).to_numpy() < _NEAR * np.maximum(total, 1.0),
            "outsider": np.isin(rows, wanted.cell[[one.aim for one in breaches]]),
            "insiders": np.bincount(wanted.cell[[one.aim for one in inside]], minlength=count)[
                rows
            ],
        }
    )
