"""Iterative proportional fitting on collapsed cells, for one set of weights or many at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.designs import Array, Codes, sums_by

TOLERANCE: Final = 1e-13
ROUNDS: Final = 2000
# Up to so many cells the sums over answers are taken on the full cross of the margins.
_DENSE: Final = 1 << 21


@dataclass(frozen=True, eq=False)
class Cells:
    """
    Answers alike in every margin, taken together.

    Attributes
    ----------
    cell
        Cell of each answer.
    codes
        Cells × margins: the category of each cell in each margin.
    totals
        The frame's total of each category, margin by margin.
    names
        Of margins and their categories, for messages.
    """

    cell: Codes
    codes: Codes
    totals: tuple[Array, ...]
    names: tuple[tuple[str, tuple[str, ...]], ...]

    def dummies(self) -> Array:
        """Return cells × categories of all margins, 1 where a cell is of a category."""
        parts = [np.eye(len(t))[self.codes[:, m]] for m, t in enumerate(self.totals)]
        return np.hstack(parts)

    def sums(self, values: Array) -> Array:
        """Return the sum of one value per answer over each cell."""
        return sums_by(self.cell, values, count=len(self.codes))


def collapse(sample: pd.DataFrame, margins: dict[str, pd.Series]) -> Cells:
    """
    Take answers together that are alike in every margin.

    Raises
    ------
    MethodError
        If an answer's category is not in the margin, a category of the frame has no answer,
        or margins do not have one total.
    """
    codes = [_categories(sample[column], told) for column, told in margins.items()]
    totals = tuple(told.to_numpy(dtype=float) for told in margins.values())
    sums = np.array([one.sum() for one in totals])
    if not np.allclose(sums, sums[0], rtol=1e-9):
        listed = ", ".join(f"{n} {s:g}" for n, s in zip(margins, sums, strict=True))
        raise MethodError(f"Margins of one frame have different totals: {listed}. Mend them.")
    cell, seen = _number(codes, [len(one) for one in totals])
    for place, told in enumerate(margins.values()):
        _check_held(seen[:, place], told, list(margins)[place])
    names = tuple((name, tuple(str(one) for one in told.index)) for name, told in margins.items())
    return Cells(cell, seen, totals, names)


def _categories(column: pd.Series, told: pd.Series) -> NDArray[np.integer]:
    """Number a column's categories; if they are those of the margin, nothing is looked up."""
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.equals(told.index):
        codes: NDArray[np.integer] = column.cat.codes.to_numpy()
    else:
        codes = told.index.get_indexer(pd.Index(np.asarray(column)))
    if len(codes) and codes.min() < 0:
        odd = sorted({str(one) for one in column[codes < 0]})[:5]
        raise MethodError(f"Margin {column.name!r} knows no {', '.join(odd)}: recode the answers.")
    return codes


def _check_held(codes: Codes, told: pd.Series, name: str) -> None:
    held = np.bincount(codes, minlength=len(told)) > 0
    gone = told.index[~held & (told.to_numpy() > 0)]
    if len(gone):
        raise MethodError(
            f"No answer from {name} {', '.join(map(str, gone))}, which the frame holds: "
            "collapse it with a neighbour, in the margin and in the answers."
        )


def _number(codes: list[NDArray[np.integer]], sizes: list[int]) -> tuple[Codes, Codes]:
    """Number the combinations that occur."""
    if np.prod(sizes, dtype=float) > _DENSE:
        cell, _ = pd.factorize(pd.MultiIndex.from_arrays(codes))
        first = np.unique(cell, return_index=True)[1]
        return cell.astype(np.int64), np.stack(codes, axis=1)[first].astype(np.int64)
    mixed = codes[0].astype(np.int32)
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        mixed *= size
        mixed += code
    cells = int(np.prod(sizes))
    seen = np.flatnonzero(np.bincount(mixed, minlength=cells))
    place = np.zeros(cells, dtype=np.int64)
    place[seen] = np.arange(len(seen))
    return place[mixed], np.stack(np.unravel_index(seen, sizes), axis=1)


def fit_margins(
    weights: Array,
    cells: Cells,
    *,
    limits: tuple[float, float] | None = None,
    copies: Array | None = None,
) -> Array:
    """
    Move weights until they meet every margin (Deming & Stephan 1940).

    Parameters
    ----------
    weights
        Sum of the weights before, by cell; or replicates × cells.
    limits
        Least and greatest weight of a single answer, as multiples of the mean weight; each
        round ends by cutting what lies outside.
    copies
        With limits: how many answers stand behind each entry of `weights`.

    Returns
    -------
    Array
        Sums after, shaped as `weights`.

    Raises
    ------
    MethodError
        If margins cannot be met, with these limits or at all.

    Examples
    --------
    >>> sample = pd.DataFrame({"type": ["a", "a", "b"]})
    >>> cells = collapse(sample, {"type": pd.Series({"a": 8.0, "b": 3.0})})
    >>> fit_margins(cells.sums(np.ones(3)), cells)
    array([8., 3.])
    """
    columns = [np.eye(len(t))[cells.codes[:, m]] for m, t in enumerate(cells.totals)]
    fitted, worst = weights.copy(), np.inf
    for _ in range(ROUNDS):
        worst = 0.0
        for column, total, code in zip(columns, cells.totals, cells.codes.T, strict=True):
            sums = fitted @ column
            with np.errstate(divide="ignore", invalid="ignore"):
                change = np.where(total > 0, total / sums, 0.0)
            worst = max(worst, float(np.abs(np.where(total > 0, change - 1, sums)).max()))
            fitted *= np.take(change, code, axis=-1)
        if not np.isfinite(worst):
            break
        if limits is not None and copies is not None:
            worst = max(worst, _cut(fitted, copies, limits))
        if worst < TOLERANCE * (10 if limits is None else 1e4):
            return fitted
    raise MethodError(_unmet(fitted, cells, columns, limits=limits))


def _cut(fitted: Array, copies: Array, limits: tuple[float, float]) -> float:
    """Cut weights to the limits in place; return the largest cut as a share of the mean."""
    mean = fitted.sum() / copies.sum()
    kept = np.clip(fitted, limits[0] * mean * copies, limits[1] * mean * copies)
    cut = float(np.abs((kept - fitted) / copies).max() / mean)
    fitted[:] = kept
    return cut


def _unmet(
    fitted: Array, cells: Cells, columns: list[Array], *, limits: tuple[float, float] | None
) -> str:
    """Say which category is missed most."""
    worst = (-1.0, "", "")
    for column, total, (margin, names) in zip(columns, cells.totals, cells.names, strict=True):
        missed = np.nan_to_num(np.abs(fitted @ column - total), nan=np.inf)
        missed = missed.reshape(-1, len(total)).max(axis=0)
        worst = max(worst, (float(missed.max()), margin, names[int(missed.argmax())]))
    bound = f" within {limits[0]} to {limits[1]} times the mean weight" if limits else ""
    return (
        f"The margins cannot be met together{bound}: {worst[1]} {worst[2]} is missed by "
        f"{worst[0]:.3g}. Collapse categories with few answers, or widen the limits."
    )
