"""Iterative proportional fitting on collapsed cells, for one set of weights or many at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

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
    codes, totals, names = [], [], []
    for column, told in margins.items():
        codes.append(_categories(sample[column], told.index))
        totals.append(told.to_numpy(dtype=float))
        names.append((column, tuple(str(one) for one in told.index)))
        _check_margin(sample[column], codes[-1], told)
    sums = np.array([one.sum() for one in totals])
    if not np.allclose(sums, sums[0], rtol=1e-9):
        listed = ", ".join(f"{n} {s:g}" for n, s in zip(margins, sums, strict=True))
        raise MethodError(f"Margins of one frame have different totals: {listed}. Mend them.")
    cell, seen = _number(codes, [len(one) for one in totals])
    return Cells(cell, seen, tuple(totals), tuple(names))


def _categories(column: pd.Series, known: pd.Index) -> Codes:
    """Number a column's categories; if they are those of the margin, nothing is looked up."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        if column.cat.categories.equals(known):
            return np.asarray(column.cat.codes, dtype=np.int64)
        column = column.astype(column.cat.categories.dtype)
    return known.get_indexer(pd.Index(column)).astype(np.int64)


def _check_margin(column: pd.Series, codes: Codes, told: pd.Series) -> None:
    if (codes < 0).any():
        odd = sorted({str(one) for one in column[codes < 0]})[:5]
        raise MethodError(f"Margin {column.name!r} knows no {', '.join(odd)}: recode the answers.")
    held = np.bincount(codes, minlength=len(told)) > 0
    gone = told.index[~held & (told.to_numpy() > 0)]
    if len(gone):
        raise MethodError(
            f"No answer from {column.name} {', '.join(map(str, gone))}, which the frame holds: "
            "collapse it with a neighbour, in the margin and in the answers."
        )


def _number(codes: list[Codes], sizes: list[int]) -> tuple[Codes, Codes]:
    """Number the combinations that occur."""
    if np.prod(sizes, dtype=float) > _DENSE:
        cell, _ = pd.factorize(pd.MultiIndex.from_arrays(codes))
        first = np.unique(cell, return_index=True)[1]
        return cell.astype(np.int64), np.stack(codes, axis=1)[first]
    mixed = codes[0]
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        mixed = mixed * size + code
    seen = np.flatnonzero(np.bincount(mixed, minlength=int(np.prod(sizes))))
    place = np.zeros(int(np.prod(sizes)), dtype=np.int64)
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
