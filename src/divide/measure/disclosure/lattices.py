"""The cells that figures are told of, and the finest parts they share."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from divide import catalog, terms
from divide.errors import DisclosureError
from divide.measure.disclosure.rules import Level

Array = NDArray[np.float64]
CELL = ["place_level", "place", "group"]


@dataclass(frozen=True, eq=False)
class Lattice:
    """
    Cells of one or several tables over the same answers.

    Attributes
    ----------
    cells
        One row a cell in which somebody answered: place_level, place, group.
    sums
        Cells × atoms, 1 where a cell holds an atom: every cell is a sum of atoms, the
        finest parts that all tables together tell apart.
    atom
        Position of the atom of each answer.
    """

    cells: pd.DataFrame
    sums: sparse.csr_array
    atom: NDArray[np.int64]

    @cached_property
    def members(self) -> sparse.csr_array:
        """Cells × answers: 1 where an answer belongs to a cell."""
        return sparse.csr_array(self.sums[:, self.atom])

    @cached_property
    def _places(self) -> dict[tuple[str, ...], int]:
        return {cell: number for number, cell in enumerate(_keys(self.cells))}

    def total(self, values: Array) -> Array:
        """Return the sum of a quantity in each cell, from its answers."""
        return np.asarray(self.sums @ self.fine(values))

    def fine(self, values: Array) -> Array:
        """Return the sum of a quantity in each atom, from its answers."""
        summed = np.bincount(self.atom, weights=values, minlength=self.sums.shape[1])
        return summed.astype(np.float64)

    def positions(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """Return the position of each row's cell; -1 where nobody answered."""
        found = [self._places.get(cell, -1) for cell in _keys(rows)]
        return np.array(found, dtype=np.int64)


def lattice(answers: pd.DataFrame, levels: Iterable[Level]) -> Lattice:
    """
    Lay out the cells of all levels over the answers.

    Parameters
    ----------
    answers
        One row an institution, with a column for each place level below the country and for
        each dimension of a group.

    Examples
    --------
    >>> answers = pd.DataFrame({"canton": ["VD", "VD", "GE"], "type": ["elder", "youth", "youth"]})
    >>> found = lattice(answers, [Level("country"), Level("canton"), Level("country", ("type",))])
    >>> found.cells["place"].tolist()
    ['GE', 'VD', 'CH', 'CH', 'CH']
    >>> found.total(np.array([5.0, 7.0, 9.0]))   # GE; VD 5 + 7; all; elder; youth 7 + 9
    array([ 9., 12., 21.,  5., 16.])
    """
    asked = sorted(set(levels), key=str)
    needed = {place for level in asked for place in (level.place_level, *level.by)}
    columns = sorted(needed - {"country"})
    _need(answers, columns)
    told = list(zip(*(answers[name].astype(str) for name in columns), strict=True))
    told = told or [()] * len(answers)
    atoms = sorted(set(told))
    number = {atom: position for position, atom in enumerate(atoms)}
    tables = [_table(atoms, columns, level) for level in asked]
    return Lattice(
        cells=pd.DataFrame([cell for cells, _ in tables for cell in cells], columns=CELL),
        sums=sparse.csr_array(sparse.vstack([sums for _, sums in tables], format="csr")),
        atom=np.array([number[one] for one in told], dtype=np.int64),
    )


def level_of(rows: pd.DataFrame) -> list[Level]:
    """
    Return the level that each row of a table of figures is told on.

    Examples
    --------
    >>> rows = pd.DataFrame({"place_level": ["canton"], "group": ["type:elder"]})
    >>> [str(level) for level in level_of(rows)]
    ['canton by type']
    """
    pairs = zip(rows["place_level"], rows["group"], strict=True)
    return [Level(level, tuple(sorted(terms.group_parts(group)))) for level, group in pairs]


def on_ladder(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Give each row the language region of its canton: the canton's main language.

    Communes of bilingual cantons lie in two language regions, but cantons and regions that
    overlap would tell the parts of both.

    Examples
    --------
    >>> on_ladder(pd.DataFrame({"canton": ["VS", "BE", "TI"]}))["language_region"].tolist()
    ['fr', 'de', 'it']
    """
    main = {canton.id: canton.page_language for canton in catalog.cantons().values()}
    return rows.assign(language_region=rows["canton"].map(main))


def nested(answers: pd.DataFrame, ladder: tuple[str, ...]) -> None:
    """
    Refuse places of two levels that overlap: by subtraction they would tell the parts.

    Raises
    ------
    DisclosureError
        If a place lies in two places of the next level.
    """
    known = [level for level in ladder if level in answers.columns]
    for finer, coarser in pairwise(known):
        pairs = answers[[finer, coarser]].drop_duplicates()
        split = sorted(set(pairs.loc[pairs[finer].duplicated(), finer].astype(str)))
        if split:
            raise DisclosureError(
                f"{', '.join(split)} lie in two places of level {coarser}: two ladders that "
                f"overlap tell their parts by subtraction. Give each {finer} one {coarser}: "
                "`on_ladder` does."
            )


def _need(answers: pd.DataFrame, columns: list[str]) -> None:
    absent = [name for name in columns if name not in answers.columns]
    if absent:
        raise DisclosureError(
            f"The answers have no column {', '.join(absent)}, on which figures are told. "
            "Pass the answers that the figures were made from."
        )
    if answers[columns].isna().any(axis=None):
        raise DisclosureError(
            f"Some answers have no {', '.join(columns)}: place and sort them before figures leave."
        )


def _table(
    atoms: list[tuple[str, ...]], columns: list[str], level: Level
) -> tuple[list[tuple[str, str, str]], sparse.csr_array]:
    """Return one level's cells and which atoms each holds."""
    at = {name: position for position, name in enumerate(columns)}
    place = at.get(level.place_level)
    found: dict[tuple[str, str, str], list[int]] = {}
    for position, atom in enumerate(atoms):
        group = terms.group_id({name: atom[at[name]] for name in level.by})
        where = terms.COUNTRY if place is None else atom[place]
        found.setdefault((level.place_level, where, group), []).append(position)
    cells = sorted(found)
    held = [found[cell] for cell in cells]
    rows = np.repeat(np.arange(len(cells)), [len(one) for one in held])
    ones, shape = np.ones(len(rows)), (len(cells), len(atoms))
    return cells, sparse.csr_array((ones, (rows, np.concatenate(held))), shape=shape)


def _keys(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(rows[name].astype(str) for name in CELL), strict=True))
