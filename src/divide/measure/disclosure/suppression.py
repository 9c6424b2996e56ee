"""Which cells to hide besides, so that totals stay true and nothing hidden can be worked out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from divide.measure.disclosure import knowledge, programmes
from divide.measure.disclosure.insiders import insider_breaches
from divide.measure.disclosure.knowledge import Aims, Breach, Flags
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.programmes import Moves
from divide.measure.disclosure.quantities import Quantity

_NOTHING: Final = 1e-9
_NEAR: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Pattern:
    """
    Which cells are hidden.

    Attributes
    ----------
    hidden
        One per cell.
    optimal
        Whether no cheaper safe pattern exists; else more may be hidden than needed.
    demands
        Demands that attackers' programmes made of the choice.
    """

    hidden: Flags
    optimal: bool
    demands: int


@dataclass(frozen=True, eq=False)
class Demand:
    """At least so much of these cells must be hidden: the weights of those hidden reach 1."""

    cells: NDArray[np.int64]
    weights: Array


@dataclass(frozen=True, eq=False)
class _Success:
    """What an attacker could exclude of a quantity."""

    quantity: Quantity
    wanted: Aims
    breach: Breach


@dataclass(frozen=True, eq=False)
class _Search:
    """The quantities under attack, each with its warm programme and its aims."""

    quantities: Sequence[Quantity]
    moves: list[Moves]
    aims: list[Aims]
    ends: float  # when to stop, by the monotonic clock


def suppress(
    quantities: Sequence[Quantity],
    cost: Array,
    *,
    must: Flags,
    never: Flags | None = None,
    seconds: float = 20.0,
) -> Pattern:
    """
    Hide the cheapest cells under which no attacker learns what must stay open.

    Parameters
    ----------
    quantities
        What attackers may ask for, over the same cells; one pattern protects all.
    cost
        What hiding each cell costs.
    must, never
        Cells that are hidden for their own sake or not wanted; cells told already.
    seconds
        Time for the optimum; after it, a pattern that is safe but may hide more.

    Notes
    -----
    The cell suppression problem (Fischetti & Salazar 2001) by cutting planes: choose cells,
    let every attacker's programme try (outsiders, then each institution with its own part),
    turn each success into a demand by its dual, choose again. The first rounds choose
    fractions of cells, which is cheap and finds most demands.
    """
    told = np.zeros(len(cost), dtype=bool) if never is None else never
    search = _Search(
        quantities,
        [knowledge.start(one) for one in quantities],
        [knowledge.aims(one) for one in quantities],
        time.monotonic() + seconds,
    )
    chooser = programmes.choices(cost, (must & ~told).astype(float), (~told).astype(float))
    count = _fractions(search, chooser)
    programmes.make_whole(chooser, len(cost))
    hidden = must & ~told
    while (left := search.ends - time.monotonic()) > 0:
        chosen = programmes.choose(chooser, seconds=left)
        if chosen is None:
            break
        hidden = chosen > 0.5
        successes = _attack(search, hidden.astype(float), insiders=True)
        if not successes:
            return Pattern(_without_known(search, hidden, must), True, count)
        demands = _unmet(successes, hidden.astype(float))
        if not demands:
            break
        count += _ask(chooser, demands)
    more = _hide_more(search, hidden, cost, told)
    return Pattern(_without_known(search, more, must), False, count)


def _fractions(search: _Search, chooser: Any) -> int:
    """Ask what outsiders demand while cells may be hidden in part; return how many demands."""
    count = 0
    half = search.ends - (search.ends - time.monotonic()) / 2
    while time.monotonic() < half:
        chosen = programmes.choose(chooser)
        if chosen is None:
            break
        shares = np.clip(chosen, 0.0, 1.0)
        unmet = _unmet(_attack(search, shares, insiders=False), shares)
        if not unmet:
            break
        count += _ask(chooser, unmet)
    return count


def _attack(search: _Search, shares: Array, *, insiders: bool) -> list[_Success]:
    """Let every attacker try: outsiders first, insiders once no outsider succeeds."""
    successes = []
    for quantity, known, wanted in zip(search.quantities, search.moves, search.aims, strict=True):
        knowledge.tell(known, quantity, shares, far=quantity.above.max(initial=0.0))
        breaches, shown = knowledge.outsider_breaches(known, quantity, wanted)
        if insiders and not breaches:
            hidden = shares > 0.5
            breaches = insider_breaches(known, quantity, wanted, shown, hidden=hidden)
        successes += [_Success(quantity, wanted, one) for one in breaches]
    return successes


def _unmet(successes: list[_Success], shares: Array) -> list[Demand]:
    """Turn successes into the different demands that a choice does not yet meet."""
    found: dict[tuple[bytes, bytes], Demand] = {}
    for one in successes:
        made = demand_of(one.quantity, one.wanted, one.breach)
        if made is not None and shares[made.cells] @ made.weights < 1 - _NEAR:
            found[made.cells.tobytes(), made.weights.round(9).tobytes()] = made
    return list(found.values())


def demand_of(quantity: Quantity, wanted: Aims, breach: Breach) -> Demand | None:
    """
    Turn an attacker's success into what must be hidden against it.

    By duality a cell's move is at most the price of each cell's bound times that bound, plus
    what the atoms' own bounds allow. A hidden cell's bound is gone upwards, and is its total
    downwards; so the hidden cells among those with a price must make up what is lacking.
    """
    price = np.where(np.abs(breach.reach.price) > _NEAR, breach.reach.price, 0.0)
    rest = wanted.direction[breach.aim] - quantity.sums.T @ price
    rest = np.where(np.abs(rest) > _NEAR, rest, 0.0)
    known = (np.maximum(rest, 0) * breach.high + np.minimum(rest, 0) * breach.low).sum()
    leeway = np.where(price > 0, quantity.leeway.above, quantity.leeway.below)
    lacking = breach.need - known - (np.abs(price) * leeway).sum()
    cells = np.flatnonzero(price)
    if lacking <= _NEAR or not len(cells):
        return None
    gain = np.where(price[cells] > 0, np.inf, -price[cells] * quantity.totals[cells])
    weights = np.minimum(gain, lacking) / lacking
    kept = weights > _NOTHING
    return Demand(cells[kept], weights[kept])


def _ask(chooser: Any, demands: list[Demand]) -> int:
    for one in demands:
        programmes.demand(chooser, one.cells, one.weights, low=1.0, high=np.inf)
    return len(demands)


def _hide_more(search: _Search, hidden: Flags, cost: Array, told: Flags) -> Flags:
    """Hide what attackers' successes demand, cheapest first, until none succeeds."""
    more = hidden.copy()
    while successes := _attack(search, more.astype(float), insiders=True):
        demands = _unmet(successes, more.astype(float))
        if not demands:
            return np.asarray(~told)
        for one in demands:
            if more[one.cells] @ one.weights >= 1 - _NEAR:
                continue  # met by what another demand just hid
            free = np.flatnonzero(~more[one.cells] & ~told[one.cells])
            if not len(free):
                return np.asarray(~told)
            gain = one.weights[free] / cost[one.cells[free]]
            more[one.cells[free[int(np.argmax(gain))]]] = True
    return more


def _without_known(search: _Search, hidden: Flags, must: Flags) -> Flags:
    """Tell the cells that an outsider could work out anyway: hiding them protects nothing."""
    known = hidden & ~must
    for quantity, moves in zip(search.quantities, search.moves, strict=True):
        knowledge.tell(moves, quantity, hidden.astype(float))
        for cell in np.flatnonzero(known):
            atoms = quantity.sums[[cell]].toarray().ravel()
            width = sum(programmes.reach(moves, sign * atoms).distance for sign in (1.0, -1.0))
            known[cell] = width < _NEAR * max(1.0, quantity.totals[cell])
    return hidden & ~known
