"""Who lives where: iterative proportional fitting of joint counts to published margins."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]


def fit_proportionally(
    seed: Array,
    margins: Sequence[tuple[tuple[int, ...], Array]],
    *,
    tolerance: float = 1e-9,
    max_rounds: int = 2000,
) -> Array:
    """
    Fit a table of counts to margins, keeping the seed's odds ratios where they are free.

    Parameters
    ----------
    seed
        Non-negative counts, any number of axes. A cell of 0 stays 0.
    margins
        Pairs of axes kept and the counts they must sum to, in the same order of axes.
    tolerance
        Largest deviation from a margin, as a share of the grand total.
    max_rounds
        Rounds after which the fit is given up.

    Returns
    -------
    Array
        Counts of the seed's shape that meet every margin.

    Raises
    ------
    MethodError
        If margins disagree in their total, or cannot be met on the seed's cells.

    Notes
    -----
    Deming & Stephan (1940); as a means of small-area composition Purcell & Kish (1980).

    Examples
    --------
    >>> fit_proportionally(np.ones((2, 2)), [((0,), np.array([3., 1.])),
    ...                                      ((1,), np.array([2., 2.]))])
    array([[1.5, 1.5],
           [0.5, 0.5]])
    """
    total = _common_total(margins)
    table = np.array(seed, dtype=float)
    plans = [_plan(table.ndim, axes, wanted) for axes, wanted in margins]
    for _ in range(max_rounds):
        for away, wanted in plans:
            have = table.sum(axis=away, keepdims=True)
            table *= np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0)
        worst = max(np.abs(table.sum(axis=away, keepdims=True) - w).max() for away, w in plans)
        if worst <= tolerance * total:
            return table
    raise MethodError(
        f"Margins cannot be met by proportional fitting: after {max_rounds} rounds a margin is "
        f"off by {worst:,.1f} of {total:,.0f}. A cell that must be filled has a seed of 0; "
        "give it a positive seed."
    )


def _common_total(margins: Sequence[tuple[tuple[int, ...], Array]]) -> float:
    totals = [float(wanted.sum()) for _, wanted in margins]
    if not totals or max(totals) - min(totals) > 1e-6 * max(totals):
        raise MethodError(
            f"Margins disagree in their total ({', '.join(f'{t:,.1f}' for t in totals)}). "
            "Scale them to one population first."
        )
    return totals[0]


def _plan(ndim: int, axes: tuple[int, ...], wanted: Array) -> tuple[tuple[int, ...], Array]:
    """Return the axes to sum away and the margin shaped to be divided by such a sum."""
    away = tuple(axis for axis in range(ndim) if axis not in axes)
    shape = [1] * ndim
    for axis, size in zip(axes, wanted.shape, strict=True):
        shape[axis] = size
    ordered = np.transpose(np.asarray(wanted, dtype=float), np.argsort(axes))
    return away, ordered.reshape(shape)
