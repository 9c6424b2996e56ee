"""One indicator's cells: judged, hidden, and proven by the audit before any is told."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from divide.errors import DisclosureError
from divide.measure.disclosure import audits, primary
from divide.measure.disclosure.knowledge import Flags
from divide.measure.disclosure.lattices import Array, Lattice
from divide.measure.disclosure.primary import Answers
from divide.measure.disclosure.quantities import Quantity, quantity
from divide.measure.disclosure.requests import Request
from divide.measure.disclosure.rules import Rules
from divide.measure.disclosure.suppression import suppress


@dataclass(frozen=True, eq=False)
class Protection:
    """
    Which cells of an indicator stay hidden.

    Attributes
    ----------
    lattice
        All cells asked for, now or earlier.
    reasons
        Why a cell is hidden for its own sake; "" for all others. Never told.
    hidden
        Cells that are not told.
    optimal
        Whether no cheaper pattern is safe.
    """

    lattice: Lattice
    reasons: pd.Series
    hidden: Flags
    optimal: bool


def protect_cells(request: Request, rules: Rules) -> Protection:
    """
    Choose which cells to hide, and prove that nothing hidden can be worked out.

    Raises
    ------
    DisclosureError
        If the audit finds that somebody could learn what must stay open.
    """
    known = request.without(request.public)
    if known is None:
        raise DisclosureError(
            f"Every answer to '{request.indicator}' of {request.year} is public by name: "
            "show those."
        )
    cells, given = known
    reasons, secret = sensitive(cells, given, request, rules)
    told = np.zeros(len(reasons), dtype=bool)
    told[_found(cells, request.before)] = True
    asked = np.zeros(len(reasons), dtype=bool)
    asked[_found(cells, request.figures[request.figures["value"].notna()])] = True
    must = ((reasons != "").to_numpy() | ~asked) & ~told
    if request.item.kind == "median":  # no sum of parts: nothing can be subtracted
        return Protection(cells, reasons, must, True)
    secret = _open(secret, told)
    price = _cost(cells, secret, asked)
    pattern = suppress([secret], price, must=must, never=told, seconds=rules.seconds)
    leaks = audits.leaks(audits.audit([secret], pattern.hidden))
    if len(leaks):
        raise DisclosureError(
            f"{len(leaks)} cells of '{request.indicator}' of {request.year} could be worked out "
            "from what is told and was told before, however much is hidden. Ask for fewer levels."
        )
    return Protection(cells, reasons, pattern.hidden, pattern.optimal)


def sensitive(
    cells: Lattice, given: Answers, request: Request, rules: Rules
) -> tuple[pd.Series, Quantity]:
    """Judge the cells of an indicator and set out what must stay open of them."""
    leeway = primary.rounding_leeway(cells, given, rules, item=request.item)
    reasons = primary.judge(cells, given, rules, item=request.item, leeway=leeway)
    return reasons, quantity(cells, given, reasons, rules, item=request.item, leeway=leeway)


def _found(cells: Lattice, rows: pd.DataFrame) -> np.ndarray:
    positions = cells.positions(rows)
    return positions[positions >= 0]


def _open(secret: Quantity, told: Flags) -> Quantity:
    """What is public already cannot be protected any more."""
    above, below = (np.where(told, 0.0, one) for one in (secret.above, secret.below))
    return replace(secret, above=above, below=below)


def _cost(cells: Lattice, secret: Quantity, asked: Flags) -> Array:
    """
    Price each cell: as many as the finest parts it sums, and its share of the whole.

    So hiding a margin costs as much as hiding all that it sums, and among equal patterns the
    one that hides fewer persons is chosen. What nobody asked for costs next to nothing.
    """
    parts = np.asarray(cells.sums.sum(axis=1), dtype=float)
    share = secret.totals / max(float(secret.parts.sum()), 1.0)
    return np.where(asked, parts + share, 1e-3)
