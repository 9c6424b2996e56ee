"""Numbers as they may be told: persons to a step with additive margins, shares to few digits."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from divide.errors import DisclosureError
from divide.measure.disclosure import programmes
from divide.measure.disclosure.lattices import Array
from divide.measure.disclosure.rules import Item, Rules

_NEAR: Final = 1e-9
_WIDER: Final = 3  # steps by which a margin may leave its neighbours before rounding gives up


def round_additive(
    sums: sparse.csr_array, parts: Array, step: int, *, fixed: Array | None = None
) -> Array:
    """
    Round every cell to a neighbouring multiple of a step so that margins stay additive.

    Controlled rounding (Cox & Ernst 1982): the multiples are chosen by an integer programme
    that moves the cells least in all. Where no such rounding exists, cells may go one step
    further, then two.

    Parameters
    ----------
    sums
        Cells × atoms.
    parts
        True total of each atom.
    fixed
        Cells rounded in an earlier release keep that number; missing where there is none.

    Returns
    -------
    array
        One rounded total a cell.

    Raises
    ------
    DisclosureError
        If the numbers told before admit no additive rounding.

    Examples
    --------
    >>> cells = sparse.csr_array(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]))
    >>> round_additive(cells, np.array([7.0, 6, 6]), 5).tolist()   # 19; 5 + 5 + 5 would make 15
    [10.0, 5.0, 5.0, 20.0]
    """
    totals = np.asarray(sums @ parts)
    held = np.full(len(totals), np.nan) if fixed is None else fixed
    for wider in range(_WIDER):
        found = _round(sums, parts, step, held, wider)
        if found is not None:
            return np.asarray(sums @ found) * step
    raise DisclosureError(
        "The persons told in earlier releases admit no rounding with additive margins. "
        "Tell this table in one release with them, or leave persons out."
    )


def _round(
    sums: sparse.csr_array, parts: Array, step: int, held: Array, wider: int
) -> Array | None:
    """Choose whole steps for the atoms so that each cell stays with its neighbours."""
    low = np.maximum(np.floor(parts / step + _NEAR) - wider, 0.0)
    high = np.ceil(parts / step - _NEAR) + wider
    totals = np.asarray(sums @ parts) / step
    # Between its neighbours a cell's distance is linear: taking the upper one costs 1 - 2 × rest.
    rest = totals - np.floor(totals + _NEAR)
    slope = np.where(rest > _NEAR, 1 - 2 * rest, 0.0)
    chooser = programmes.choices(np.asarray(sums.T @ slope), low, high)
    programmes.make_whole(chooser, len(parts))
    known = np.isfinite(held)
    least = np.where(known, held / step, np.floor(totals + _NEAR) - wider)
    most = np.where(known, held / step, np.ceil(totals - _NEAR) + wider)
    for cell in range(len(totals)):
        start, end = sums.indptr[cell], sums.indptr[cell + 1]
        where: NDArray[np.int64] = sums.indices[start:end].astype(np.int64)
        programmes.demand(
            chooser, where, np.ones(len(where)), low=float(least[cell]), high=float(most[cell])
        )
    found = programmes.choose(chooser)
    return None if found is None else np.rint(found)


def round_shares(rows: pd.DataFrame, rules: Rules, *, item: Item) -> pd.DataFrame:
    """
    Round a share, mean or median to the step its number of institutions allows.

    Interval ends are rounded outwards, so that an interval never claims more than it did; where
    there is none, they lie a step to either side of what is told.
    Every extreme value of a sensitive item becomes the bound itself, large cells too: `coded`
    says at_most or at_least, and the interval is all that lies beyond.

    Parameters
    ----------
    rows
        Columns value, se, low, high and n (institutions); one row is one figure.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [5 / 7, .031], "se": [.18, .004], "low": [.36, .024],
    ...                      "high": [.92, .04], "n": [7, 466]})
    >>> from divide.measure.disclosure.rules import rules
    >>> round_shares(rows, rules(), item=Item("share"))[["value", "low", "high"]].values.tolist()
    [[0.7, 0.3, 1.0], [0.03, 0.02, 0.04]]
    >>> told = round_shares(rows, rules(), item=Item("share", "sensitive"))
    >>> told["coded"].tolist(), told[["low", "high"]].values[1].tolist()
    (['', 'at_most'], [0.0, 0.05])
    """
    step = np.array([rules.step(int(n)) if np.isfinite(n) else 1.0 for n in rows["n"]])
    clean = {
        "value": _to_step(rows["value"], step, np.round),
        "se": _to_step(rows["se"], step / 10, np.ceil),
        "low": _to_step(rows["low"], step, np.floor),
        "high": _to_step(rows["high"], step, np.ceil),
    }
    # Of what was counted the ends are the value: they would tell to which side it was rounded.
    counted = (rows["low"] == rows["high"]).to_numpy()
    top = 1.0 if item.kind == "share" else np.inf
    clean["low"] = np.where(counted, np.maximum(clean["value"] - step, 0.0), clean["low"])
    clean["high"] = np.where(counted, np.minimum(clean["value"] + step, top), clean["high"])
    rounded = rows.assign(**{name: np.round(one, 9) for name, one in clean.items()}, coded="")
    if not item.sensitive or item.kind != "share":
        return rounded
    few, most = rows["value"] < rules.least_share, rows["value"] > rules.most_share
    return _code(
        _code(rounded, few, "at_most", rules.least_share), most, "at_least", rules.most_share
    )


def _to_step(values: pd.Series, step: Array, how: Callable[[Array], Array]) -> Array:
    # Twelve digits first: 0.3 / 0.1 is 2.9999999999999996.
    scaled = np.round(values.to_numpy(dtype=float) / step, 9)
    return np.asarray(np.round(how(scaled) * step, 9))


def _code(rows: pd.DataFrame, where: pd.Series, word: str, bound: float) -> pd.DataFrame:
    ends = (0.0, bound) if word == "at_most" else (bound, 1.0)
    coded = {"value": bound, "se": np.nan, "low": ends[0], "high": ends[1], "coded": word}
    return rows.assign(**{name: rows[name].mask(where, new) for name, new in coded.items()})
