"""Sums of parts, series by series: values, bounds, and the status of the least certain part."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from divide import terms
from divide.errors import JoinError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BOUNDS: Final = ("low", "high")
ADDED: Final = (*terms.VALUE, *BOUNDS)
# The status of a sum is that of its least certain part, in this order.
_ORDER: Final = (*("observed", "provisional", "unreliable", "modelled", "assumed"),
                 *("missing", "suppressed"))  # fmt: skip
_RANK: Final = {status: rank for rank, status in enumerate(_ORDER)}


@dataclass(frozen=True)
class Parts:
    """Parts of sums: the row each comes from, the sum it goes to and its share of the row."""

    row: Ints
    sum: Ints
    share: Floats
    first: Ints  # of each sum, the row of its first part
    heir: Ints  # of each sum, its commune, as a position in `heirs`
    heirs: list[str]
    whole: Bools  # of each sum, whether every part is there


def parts_of(counts: DataFrame, rows: Ints, pairs: DataFrame) -> Parts:
    """
    Say which rows go to which sums, series by series.

    Raises
    ------
    JoinError
        If a part stands twice in one series.
    """
    series = [
        one for one in counts.columns if one not in ("place", "register_date", "cell", *ADDED)
    ]
    kept = counts[["place", *series]].take(rows)
    number = np.zeros(len(rows), dtype=np.int64)
    for name in series:
        code, values = pd.factorize(kept[name], use_na_sentinel=False)
        number = number * len(values) + code
    heirs = sorted(set(pairs["terminal"]))
    ends = DataFrame(
        {
            "place": pairs["initial"],
            "heir": pd.Index(heirs).get_indexer(pairs["terminal"]),
            "share": pairs["share"],
        }
    )
    found = DataFrame({"place": kept["place"].array, "row": rows, "series": number})
    found = found.merge(ends, on="place", how="inner", sort=False)
    sums, ids = pd.factorize(found["series"] * len(heirs) + found["heir"])
    first = np.unique(sums, return_index=True)[1]
    heir = found["heir"].to_numpy()[first]
    due = np.bincount(ends["heir"], minlength=len(heirs))[heir]
    count = np.bincount(sums, minlength=len(ids))
    if (count > due).any():
        twice = sorted({heirs[one] for one in heir[count > due]})
        raise JoinError(f"Parts of {', '.join(twice[:5])} stand twice in one series. Keep one.")
    row, share = found["row"].to_numpy(), found["share"].to_numpy()
    return Parts(row, sums, share, row[first], heir, heirs, count == due)


def totals(counts: DataFrame, parts: Parts) -> dict[str, Any]:
    """Add up values and bounds; a part that is absent is missing, never 0."""
    rows = counts[[one for one in ADDED if one in counts]].take(parts.row)
    ranks, statuses = pd.factorize(rows["status"])
    rank = np.array([_RANK[one] for one in statuses], dtype=np.int64)[ranks]
    shared_out = (parts.share < 1) & (rank < _RANK["modelled"])
    worst = np.where(parts.whole, 0, _RANK["missing"])
    np.maximum.at(worst, parts.sum, np.where(shared_out, _RANK["modelled"], rank))
    found: dict[str, Any] = {
        "value": _added(rows["value"], parts, ~(worst >= _RANK["missing"])),
        "status": pd.array(_ORDER, dtype="str").take(worst),
    }
    if set(BOUNDS) <= set(rows.columns):
        # A count is never below 0, so what is absent or unbounded leaves the lower bound.
        low, high = (rows[name].fillna(rows["value"]) for name in BOUNDS)
        found["low"] = _added(low.fillna(0), parts, np.ones(len(worst), dtype=bool))
        found["high"] = _added(high, parts, parts.whole)
    return found


def _added(values: "pd.Series[float]", parts: Parts, known: Bools) -> Floats:
    share = values.to_numpy(dtype=float) * parts.share
    return np.where(known, np.bincount(parts.sum, share, minlength=len(known)), np.nan)


def behind(column: "pd.Series[Any]", same: Ints, tail: Any) -> Any:
    """Put the sums' values behind those of rows that stay as they were."""
    return pd.concat([column.take(same), pd.Series(tail)], ignore_index=True).array
