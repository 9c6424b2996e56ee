"""Linear and integer programmes, solved by HiGHS: one thread, one seed, kept warm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from divide.errors import DisclosureError
from divide.measure.disclosure.lattices import Array

# One thread and one seed: the same figures leave on every machine.
_OPTIONS: Final = {"output_flag": False, "threads": 1, "random_seed": 1}
_MOVES: Final = {**_OPTIONS, "solver": "simplex", "presolve": "off"}  # warm starts need it off
_CHOICES: Final = {**_OPTIONS, "mip_rel_gap": 0.0}
_OPTIMAL: Final = highspy.HighsModelStatus.kOptimal


@dataclass(frozen=True, eq=False)
class Moves:
    """
    The moves of a table's atoms that an attacker cannot exclude, as a programme kept warm.

    Each cell moves by the sum of its atoms' moves; what is known of a cell or an atom bounds
    its move. The true table is the move 0.
    """

    sums: sparse.csr_array
    solver: Any


@dataclass(frozen=True, eq=False)
class Reach:
    """
    The farthest that one cell can move in one direction.

    Attributes
    ----------
    distance
        How far.
    move
        The atoms' moves that get it there.
    price
        What each cell's bound costs: the dual of its row.
    """

    distance: float
    move: Array
    price: Array


def moves(sums: sparse.csr_array, low: Array, high: Array) -> Moves:
    """Set up the moves of atoms within their own, finite bounds; cells are not yet bound."""
    cells, atoms = sums.shape
    columns = sparse.csc_array(sums)
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = atoms, cells
    programme.col_cost_ = np.zeros(atoms)
    programme.col_lower_, programme.col_upper_ = low, high
    programme.row_lower_ = np.full(cells, -np.inf)
    programme.row_upper_ = np.full(cells, np.inf)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = columns.indptr
    programme.a_matrix_.index_ = columns.indices
    programme.a_matrix_.value_ = columns.data
    solver = _solver(_MOVES)
    solver.passModel(programme)
    return Moves(sums, solver)


def bind_cells(known: Moves, low: Array, high: Array) -> None:
    """Bound the move of each cell."""
    count = known.sums.shape[0]
    known.solver.changeRowsBounds(count, np.arange(count, dtype=np.int32), low, high)


def bind_atom(known: Moves, atom: int, low: float, high: float) -> None:
    """Bound the move of one atom."""
    known.solver.changeColsBounds(
        1, np.array([atom], dtype=np.int32), np.array([low]), np.array([high])
    )


def reach(known: Moves, direction: Array) -> Reach:
    """
    Move as far as possible in a direction: a weight for each atom.

    Examples
    --------
    >>> table = sparse.csr_array(np.array([[1.0, 1.0]]))           # a total of two atoms, 3 and 4
    >>> known = moves(table, np.array([-3.0, -4.0]), np.full(2, 99.0))
    >>> bind_cells(known, np.zeros(1), np.zeros(1))                # the total is told
    >>> reach(known, np.array([1.0, 0.0])).distance                # the first can be 7 at most
    4.0
    """
    atoms = known.sums.shape[1]
    solver = known.solver
    solver.changeColsCost(atoms, np.arange(atoms, dtype=np.int32), -direction)
    solver.run()
    if solver.getModelStatus() != _OPTIMAL:
        solver.clearSolver()  # what stopped warm is tried once cold
        solver.run()
    status = solver.getModelStatus()
    if status != _OPTIMAL:
        raise DisclosureError(
            f"An audit programme ended as {solver.modelStatusToString(status)}: nothing is "
            "proven, so nothing leaves. Report this with the sizes of the table."
        )
    solution = solver.getSolution()
    found = np.asarray(solution.col_value)
    return Reach(float(direction @ found), found, -np.asarray(solution.row_dual))


def choices(cost: Array, low: Array, high: Array) -> Any:
    """Set up the cheapest choice of numbers between bounds; demands are added later."""
    count = len(cost)
    solver = _solver(_CHOICES)
    solver.addVars(count, low, high)
    solver.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
    return solver


def make_whole(solver: Any, count: int) -> None:
    """Ask for whole numbers from now on."""
    kinds = np.full(count, highspy.HighsVarType.kInteger)
    solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)


def demand(
    solver: Any, where: NDArray[np.int64], weight: Array, *, low: float, high: float
) -> None:
    """Ask that a weighted sum of some of the numbers lie between two bounds."""
    solver.addRow(low, high, len(where), where.astype(np.int32), weight)


def choose(solver: Any, *, seconds: float = np.inf) -> Array | None:
    """Return the cheapest choice; None if there is none, or none was found in time."""
    solver.setOptionValue("time_limit", float(seconds) + solver.getRunTime())
    solver.run()
    if solver.getModelStatus() != _OPTIMAL:
        return None
    return np.asarray(solver.getSolution().col_value)


def _solver(options: Mapping[str, Any]) -> Any:
    # The class below `Highs`: that one sets callbacks first, and with them prints a banner into
    # what a command writes for machines.
    made: Any = highspy.Highs.__base__
    solver = made()
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver
