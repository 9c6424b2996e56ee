"""The rows that leave: rounded where told, and for the rest only why there is no value."""

from typing import Final

import numpy as np
import pandas as pd

from divide.errors import DisclosureError
from divide.measure.disclosure.lattices import lattice
from divide.measure.disclosure.protection import Protection
from divide.measure.disclosure.requests import Request
from divide.measure.disclosure.rounding import round_additive, round_shares
from divide.measure.disclosure.rules import Rules

_NUMBERS: Final = ["value", "se", "low", "high", "n"]
_NEAR: Final = 1e-6


def tell_rows(
    request: Request, found: Protection, rules: Rules, *, frame: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Return the rows of an indicator as they may leave.

    Parameters
    ----------
    frame
        The public frame, one row an institution that was asked, with columns for places and
        groups: it tells "no reply" from "none in the frame". With `answered` (whether it
        answered anything), "no reply" is told only where nobody answered anything: to one question,
        it would be the answer of those who did.

    Returns
    -------
    DataFrame
        One row a figure asked for. A status of the five marks: the figure's own where it is
        told; suppressed, missing (nobody replied) or none (nobody to ask) where it is not, and
        then no number at all. `coded` says at_most or at_least for an extreme value of a
        sensitive item; `n` is at least so many. What was told before is told as it was.
    """
    rows = request.figures.reindex(columns=[*request.figures.columns, *_absent(request.figures)])
    rows = rows.reset_index(drop=True)
    position = request.cells.positions(rows)
    number = request.cells.total(np.ones(len(request.answers)))
    rows["n"] = np.where(position >= 0, number[position], np.nan)
    _check_values(request, rows, position)
    told = _round(request, rows, rules)
    seen = found.lattice.positions(rows)
    # Where only institutions answered whose answer is public, nobody is left to hide among.
    hidden = np.where(seen >= 0, found.hidden[seen], True)
    told = told.assign(status=_status(rows, position, hidden, request, frame))
    empty = told["status"].isin(["suppressed", "missing", "none"])
    if not request.item.everyone:
        told["n"] = np.floor(told["n"] / rules.institutions_step) * rules.institutions_step
    for name in _NUMBERS:
        told[name] = told[name].astype(float).mask(empty)
    return _as_before(request, told.assign(coded=told["coded"].mask(empty, "")))


def _absent(figures: pd.DataFrame) -> list[str]:
    return [name for name in _NUMBERS if name not in figures.columns]


def _check_values(request: Request, rows: pd.DataFrame, position: np.ndarray) -> None:
    """Refuse figures that the answers do not make: they would prove nothing about them."""
    given, cells = request.given, request.cells
    total = cells.total(given.value * given.weight)
    if request.item.kind in ("share", "mean"):
        base = cells.total(given.base * given.weight)
        total = np.divide(total, base, out=np.full(len(base), np.nan), where=base > 0)
    checked = (position >= 0) & rows["value"].notna() & (rows["status"] != "modelled")
    if request.item.kind == "median" or request.item.modelled or not checked.any():
        return
    wanted, value = total[position[checked]], rows.loc[checked, "value"].to_numpy(dtype=float)
    wrong = int((np.abs(wanted - value) > _NEAR * np.maximum(np.abs(wanted), 1.0)).sum())
    if wrong:
        raise DisclosureError(
            f"{wrong} figures of '{request.indicator}' of {request.year} are not what the answers "
            "and weights make. Pass the answers, bases and weights they were made from."
        )


def _round(request: Request, rows: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    if request.item.kind != "count":
        return round_shares(rows, rules, item=request.item)
    step = rules.persons_step if request.item.persons else 1
    scaled = rows[["value", "se", "low", "high"]].astype(float) / step
    rounded = rows.assign(
        value=np.round(scaled["value"]) * step,
        se=np.ceil(scaled["se"]) * step,
        low=np.floor(scaled["low"]) * step,
        high=np.ceil(scaled["high"]) * step,
        coded="",
    )
    if request.item.persons and not rows["status"].eq("modelled").any():
        rounded["value"] = _additive(request, rows, rules)
    return rounded


def _additive(request: Request, rows: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Round persons so that margins stay additive, those told earlier as they were."""
    given, cells = request.given, request.cells
    fixed = np.full(len(cells.cells), np.nan)
    fixed[cells.positions(request.before)] = request.before["value"].to_numpy(dtype=float)
    parts = cells.fine(given.value * given.weight)
    rounded = round_additive(cells.sums, parts, rules.persons_step, fixed=fixed)
    position = cells.positions(rows)
    return np.where((position >= 0) & rows["value"].notna(), rounded[position], np.nan)


def _status(
    rows: pd.DataFrame,
    position: np.ndarray,
    hidden: np.ndarray,
    request: Request,
    frame: pd.DataFrame | None,
) -> pd.Series:
    asked = np.ones(len(rows), dtype=bool)
    answered = position >= 0
    if frame is not None:
        asked = lattice(frame, request.levels).positions(rows) >= 0
        if "answered" in frame.columns and frame["answered"].any():
            heard = lattice(frame[frame["answered"]], request.levels).positions(rows) >= 0
            hidden, answered = hidden | (heard & ~answered), answered | heard
    status = rows["status"].astype(str).mask(hidden | rows["value"].isna(), "suppressed")
    return status.where(answered, pd.Series(np.where(asked, "missing", "none"), rows.index))


def _as_before(request: Request, rows: pd.DataFrame) -> pd.DataFrame:
    if request.before.empty:
        return rows
    columns = [*_NUMBERS, "status", "coded"]
    old = request.before.set_index(request.cells.positions(request.before))[columns]
    at = pd.Index(request.cells.positions(rows))
    known = at.isin(old.index) & (at >= 0)
    told = rows.copy()
    told.loc[known, columns] = old.loc[at[known]].to_numpy()
    return told
