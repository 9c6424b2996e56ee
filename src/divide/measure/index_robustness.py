"""How far a composite index hangs on the choices of its makers (OECD/JRC Handbook 2008, step 7)."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure import indices
from divide.measure.index_structure import Structure, drawn_weights, read_structure
from divide.measure.threads import one_thread

Array = NDArray[np.float64]
Ranks = NDArray[np.uint16]
BLOCK: Final = 50  # draws scored and sorted at once: they stay in the processor's cache
SAME: Final = 1e-10  # scores nearer than this, beside the largest, are equal but for rounding
# Means that a scale allows: z is below 0 for half of the units, where no geometric mean exists.
PAIRS: Final = (
    (indices.MIN_MAX, indices.ARITHMETIC),
    (indices.MIN_MAX, indices.GEOMETRIC),
    (indices.Z, indices.ARITHMETIC),
    (indices.RANK, indices.ARITHMETIC),
    (indices.RANK, indices.GEOMETRIC),
)


@dataclass(frozen=True)
class Choices:
    """
    What is drawn anew each time.

    Attributes
    ----------
    pairs
        Normalisation and mean, one pair a draw, each as probable as the others.
    weights
        Half-width w: each weight is multiplied by a number between 1 − w and 1 + w.
    leave_out
        Share of draws in which one indicator, drawn by lot, is left out.
    span
        Of min–max; above 0, so that geometric means exist.
    """

    pairs: tuple[tuple[str, str], ...] = PAIRS
    weights: float = 0.25
    leave_out: float = 0.5
    span: tuple[float, float] = (1.0, 100.0)


@dataclass(frozen=True)
class Draws:
    """
    Ranks of all units under drawn choices.

    Attributes
    ----------
    units
        Those ranked: all whose indicators are known.
    nominal
        Rank of each unit as the index is usually made: the first pair, weights as given.
    ranks
        Draws × units; 1 is the highest, equal scores share the better rank.
    pair
        Position in `choices.pairs`, one a draw.
    left_out
        Position of the indicator left out, −1 for none; one a draw.
    choices, indicators
        What could be drawn.
    unranked
        Units with a missing indicator: they have no rank, rather than a low one.
    """

    units: pd.Index
    nominal: Ranks
    ranks: Ranks
    pair: NDArray[np.int64]
    left_out: NDArray[np.int64]
    choices: Choices
    indicators: tuple[str, ...]
    unranked: pd.Index


def draw_ranks(
    values: pd.DataFrame,
    structure: pd.DataFrame,
    *,
    draws: int = 10_000,
    seed: int = 1,
    choices: Choices | None = None,
) -> Draws:
    """
    Work the index out again and again under other defensible choices, and rank the units.

    Parameters
    ----------
    values
        Units × indicators.
    structure
        As in `indices.composite_index`.

    Raises
    ------
    MethodError
        If fewer than two units, or more than 65,535, have all indicators.
    """
    choices, tree = choices or Choices(), read_structure(structure)
    wanted = values[list(tree.leaves)].astype(float)
    known = wanted.notna().all(axis=1)
    if not 2 <= known.sum() <= 65_535:
        raise MethodError(f"{known.sum()} units have all indicators: 2 to 65,535 can be ranked.")
    directions = structure.set_index("indicator")["direction"]
    scores = _scores(wanted[known], directions, choices)
    rng = np.random.default_rng(seed)
    pair = rng.integers(len(choices.pairs), size=draws)
    left_out = np.where(
        rng.random(draws) < choices.leave_out, rng.integers(len(tree.leaves), size=draws), -1
    )
    weights = _weights(tree, left_out, choices.weights, rng)
    given = _weights(tree, np.array([-1]), 0.0, rng)
    with one_thread():  # narrow products: a second thread costs more than it gives
        nominal, ranks = _ranked(given, scores[0])[0], _all_ranks(weights, scores, pair)
    return Draws(
        units=wanted.index[known],
        nominal=nominal,
        ranks=ranks,
        pair=pair,
        left_out=left_out,
        choices=choices,
        indicators=tree.leaves,
        unranked=wanted.index[~known],
    )


def _scores(values: pd.DataFrame, directions: pd.Series, choices: Choices) -> list[Array]:
    """Return, a pair, indicators × units; logarithms for geometric means: the order is theirs."""
    found = []
    for method, how in choices.pairs:
        scaled = indices.normalise(values, directions, method=method, span=choices.span)
        table = scaled.to_numpy(dtype=float).T
        if how == indices.GEOMETRIC:
            if not (table > 0).all():
                raise MethodError(f"No geometric mean of {method}: it has scores of 0 or below.")
            table = np.log(table)
        found.append(np.ascontiguousarray(table))
    return found


def _weights(
    tree: Structure, left_out: NDArray[np.int64], noise: float, rng: np.random.Generator
) -> Array:
    """Return effective weights, draws × indicators, every level of the tree shaken."""
    names = [*tree.leaves, *tree.nodes[:-1]]
    factors = {name: rng.uniform(1 - noise, 1 + noise, len(left_out)) for name in names}
    kept = left_out[:, None] != np.arange(len(tree.leaves))
    return drawn_weights(tree, factors, kept)


def _all_ranks(weights: Array, scores: list[Array], pair: NDArray[np.int64]) -> Ranks:
    ranks = np.empty((len(pair), scores[0].shape[1]), dtype=np.uint16)

    def fill(block: tuple[int, NDArray[np.int64]]) -> None:
        number, rows = block
        ranks[rows] = _ranked(weights[rows], scores[number])

    drawn = [np.flatnonzero(pair == number) for number in range(len(scores))]
    blocks = [
        (number, rows[start : start + BLOCK])
        for number, rows in enumerate(drawn)
        for start in range(0, len(rows), BLOCK)
    ]
    # Sorting lets other threads run; a block's ranks hang on no other.
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as hands:
        list(hands.map(fill, blocks))
    return ranks


def _ranked(weights: Array, table: Array) -> Ranks:
    """
    Rank units by weighted scores, highest first; scores equal but for rounding share a rank.

    Each score becomes a whole number with the unit's position in its last bits, so that plain
    sorting, three times as fast as sorting positions, carries the positions along.
    """
    scores = weights @ table
    units = scores.shape[1]
    bits = int(units - 1).bit_length()
    top = scores.max(axis=1, keepdims=True)
    levels = 2.0 ** (62 - bits) / np.maximum(top - scores.min(axis=1, keepdims=True), SAME)
    keys = ((top - scores) * levels).astype(np.int64)
    np.left_shift(keys, bits, out=keys)
    np.bitwise_or(keys, np.arange(units), out=keys)
    keys.sort(axis=1)
    order = keys & (2**bits - 1)
    np.right_shift(keys, bits, out=keys)
    largest = np.abs(table).max()
    apart = np.diff(keys, axis=1) > SAME * largest * levels
    first = np.broadcast_to(np.arange(1, units + 1, dtype=np.uint16), order.shape)
    if not apart.all():  # of several that share a rank all take that of the first
        first = np.where(np.pad(apart, ((0, 0), (1, 0)), constant_values=True), first, 0)
        np.maximum.accumulate(first, axis=1, out=first)
    ranks = np.empty(order.shape, dtype=np.uint16)
    np.put_along_axis(ranks, order, first, axis=1)
    return ranks
