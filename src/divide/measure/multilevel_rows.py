"""Answers laid out for a multilevel model: the coefficients of each kind of respondent."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Array = NDArray[np.float64]
Pair = tuple[Array, Array]  # of the large term, of the small coefficients


@dataclass(frozen=True)
class Problem:
    """
    Answers, sorted by the term with the most levels (the large one).

    An answer belongs to one level of the large term, so of the curvature [D C'; C E] the block
    D is diagonal: a step costs one factorisation of the small block, whatever the number of
    places.

    Attributes
    ----------
    successes, trials
        Of each row: a kind of respondent in one level of the large term.
    large
        Level of the large term of each row; every level occurs.
    columns, values
        Rows × (covariates + other terms): to which small coefficients a row belongs (those of
        covariates come first, then one a level), and how much: the covariate, or 1.
    term
        Of each small coefficient: the number of its term (1, 2, …), or 0 for a covariate.
    precision
        Of each small coefficient: prior precision of a covariate's, 0 for a level's.
    """

    successes: Array
    trials: Array
    large: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array
    term: NDArray[np.int64]
    precision: Array

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Return the first row of each level of the large term."""
        return np.flatnonzero(np.diff(self.large, prepend=-1))

    @cached_property
    def sizes(self) -> Array:
        """Return the number of levels of each term, the large one first."""
        return np.array([len(self.starts), *np.bincount(self.term)[1:]], dtype=float)

    @cached_property
    def crossing(self) -> csr_array:
        """Return what turns weights of rows into C': levels · small coefficients × rows."""
        cells = self.large[:, None] * len(self.term) + self.columns
        return _adding(cells, self.values, len(self.starts) * len(self.term))

    @cached_property
    def pairs(self) -> csr_array:
        """Return what turns weights of rows into the lower half of E, flat."""
        one, two = np.tril_indices(self.columns.shape[1])
        # Columns rise along a row, so that the first of a pair is never the smaller.
        cells = self.columns[:, one] * len(self.term) + self.columns[:, two]
        return _adding(cells, self.values[:, one] * self.values[:, two], len(self.term) ** 2)

    def predict(self, large: Array, small: Array) -> Array:
        """Return the linear predictor of each row."""
        return np.asarray((self.values * small[self.columns]).sum(axis=1) + large[self.large])

    def gather(self, rows: Array) -> Pair:
        """Sum what rows hold to the coefficients they belong to."""
        parts = (self.values * rows[:, None]).ravel()
        small = np.bincount(self.columns.ravel(), parts, minlength=len(self.term))
        return np.add.reduceat(rows, self.starts), np.asarray(small, dtype=np.float64)

    def penalties(self, log_sigma: Array) -> tuple[float, Array]:
        """Return prior precisions: of a level of the large term, of each small coefficient."""
        inverse = np.exp(-2 * log_sigma)
        return float(inverse[0]), np.where(self.term > 0, inverse[self.term], self.precision)


def _adding(cells: NDArray[np.int64], values: Array, count: int) -> csr_array:
    """Return a matrix that adds rows, times their values, into numbered cells."""
    rows = np.repeat(np.arange(len(cells)), cells.shape[1])
    return csr_array((values.ravel(), (cells.ravel(), rows)), shape=(count, len(cells)))
