"""Published margins that rounding has set against each other, brought together again."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from divide.errors import MethodError

Array = NDArray[np.float64]

# Shares are printed to a tenth of a per cent; the persons that they are shares of are rebuilt
# from such shares, and add as much again.
_ROUNDING: Final = 0.001


def within_rounding(design: Array, counts: Array, targets: Array) -> Array:
    """
    Move targets as little as is needed for shares between 0 and 1 to meet them.

    Parameters
    ----------
    design
        Cells × columns, 0 or 1.
    counts
        Persons in each cell.
    targets
        Persons having the attribute in each column's category.

    Returns
    -------
    Array
        Targets that can be met; their moves, as shares of their categories, add up to the least.

    Raises
    ------
    MethodError
        If a target would move by more than rounding explains.

    Notes
    -----
    A linear programme. A small cell that is told by the difference of large margins may come
    out below nobody, or above everybody, by their rounding alone.

    Examples
    --------
    >>> X = np.array([[1., 0.], [1., 1.]])     # all, and the second cell: 100.05 of 100
    >>> within_rounding(X, np.array([100., 100.]), np.array([150., 100.05])).round(2)
    array([150.,  100.])
    """
    held = (design * counts[:, None]).T
    size = held.sum(axis=1)
    apart = -np.diag(size)
    met = linprog(
        np.concatenate([np.zeros(len(counts)), np.ones(len(size))]),
        A_ub=np.vstack([np.hstack([held, apart]), np.hstack([-held, apart])]),
        b_ub=np.concatenate([targets, -targets]),
        bounds=[(0, 1)] * len(counts) + [(0, _ROUNDING)] * len(size),
    )
    if met.x is None:
        raise MethodError(
            "Published margins contradict each other beyond their rounding: no shares between 0 "
            "and 1 meet them. Leave out a cross, or choose another year (facts/thresholds.yml)."
        )
    return np.asarray(held @ met.x[: len(counts)])
