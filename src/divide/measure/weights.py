"""
Weights of answering institutions: non-response by stratum, raking, post-stratification.

A weight says for how many institutions of the frame an answer stands. How many *people* it
stands for is weight × clients (`designs.of_people`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.designs import Calibration, Design
from divide.measure.raking import Cells, collapse, fit_margins
from divide.measure.strata import merge_cells

LEAST: Final = 5


def response_strata(
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    by: Sequence[str] = ("type", "language_region", "size_class"),
    least: int = LEAST,
) -> pd.DataFrame:
    """
    Weight answers by N_h/n_h, in strata wide enough to hold `least` answers each.

    Cells with fewer are merged with the neighbour that shares most of `by`, from its end: the
    next size of the same type and region, then the next region. Never across the first of
    `by`: a nursing home does not speak for a place that treats addiction.

    Parameters
    ----------
    frame
        Cells of the frame: the columns of `by`, in whose order neighbours stand, and
        `institutions`.
    answers
        One row per answering institution, with the columns of `by`.

    Returns
    -------
    DataFrame
        One row per cell of the frame: `by`, `institutions`, `answered`, `stratum` (its
        cells, joined by " + "), `stratum_institutions`, `stratum_answered`, `weight`,
        `collapsed` (whether the cell shares its stratum) and `few` (whether even the stratum
        has fewer than `least` answers).

    Raises
    ------
    MethodError
        If an answer is in no cell, a cell stands twice or has more answers than
        institutions, or a whole type gave no answer: nobody can speak for it.

    Examples
    --------
    >>> frame = pd.DataFrame({"type": "home", "size": ["s", "m"], "institutions": [6, 4]})
    >>> answers = pd.DataFrame({"type": "home", "size": ["s", "s", "s", "m"]})
    >>> found = response_strata(frame, answers, by=("type", "size"), least=2)
    >>> found[["stratum", "weight"]].values.tolist()      # (6 + 4)/(3 + 1)
    [['home s + home m', 2.5], ['home s + home m', 2.5]]
    """
    keys = list(by)
    cells = _count(frame, answers, keys)
    cells["group"] = merge_cells(cells[keys], cells["answered"].to_numpy(), least=least)
    names = cells[keys].astype(str).agg(" ".join, axis=1)
    grouped = cells.groupby("group")
    joined = names.groupby(cells["group"]).agg(" + ".join)
    sums = grouped[["institutions", "answered"]].transform("sum")
    silent = cells.loc[sums["answered"] == 0, keys[0]].unique()
    if len(silent):
        raise MethodError(
            f"No answer at all from {keys[0]} {', '.join(map(str, silent))}: nobody can speak for "
            "it. Take it out of the frame, and say that the figures are without it."
        )
    return cells.assign(
        stratum=cells["group"].map(joined),
        stratum_institutions=sums["institutions"],
        stratum_answered=sums["answered"],
        weight=sums["institutions"] / sums["answered"],
        collapsed=grouped["group"].transform("size") > 1,
        few=sums["answered"] < least,
    ).drop(columns="group")


def _count(frame: pd.DataFrame, answers: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    if frame.duplicated(keys).any():
        raise MethodError(f"The frame has a cell of {', '.join(keys)} twice: sum it first.")
    counts = answers.groupby(keys, observed=True).size().rename("answered").reset_index()
    cells = frame[[*keys, "institutions"]].merge(
        counts, on=keys, how="outer", validate="1:1", indicator=True, sort=False
    )
    lost = cells[cells["_merge"] == "right_only"]
    if len(lost) or counts["answered"].sum() != len(answers):
        odd = "; ".join(" ".join(map(str, row)) for row in lost[keys].to_numpy()[:5])
        raise MethodError(
            f"Answers in no cell of the frame: {odd or 'empty columns'}. Recode them."
        )
    # An outer merge sorts by key; neighbours stand in the frame's own order.
    order = frame[keys].reset_index(drop=True)
    cells = order.merge(cells.drop(columns="_merge"), on=keys, validate="1:1")
    cells["answered"] = cells["answered"].fillna(0).astype(int)  # a cell nobody answered from
    if (cells["answered"] > cells["institutions"]).any():
        first = cells[cells["answered"] > cells["institutions"]].iloc[0]
        raise MethodError(
            f"Cell {' '.join(str(first[key]) for key in keys)} has {first['answered']} answers "
            f"of {first['institutions']:g} institutions: mend the frame or the duplicates."
        )
    return cells


def weigh(
    answers: pd.DataFrame,
    strata: pd.DataFrame,
    *,
    by: Sequence[str] = ("type", "language_region", "size_class"),
) -> pd.DataFrame:
    """Add `stratum`, `stratum_institutions` and `weight` of `response_strata` to answers."""
    wanted = [*by, "stratum", "stratum_institutions", "weight"]
    return answers.merge(strata[wanted], on=list(by), how="left", validate="m:1")


def rake(
    design: Design,
    answers: pd.DataFrame,
    margins: Mapping[str, "pd.Series[float]"],
    *,
    limits: tuple[float, float] | None = None,
) -> Design:
    """
    Move weights until they meet the frame's totals in each margin.

    Weights that were calibrated before are taken as given: their errors no longer know it.

    Parameters
    ----------
    answers
        One row per answer, in the design's order, with a column per margin; as categories
        they need not be looked up.
    margins
        Column → institutions of the frame by category.
    limits
        Trims: least and greatest weight, as multiples of the mean weight; still the margins
        are met.

    Raises
    ------
    MethodError
        If the margins cannot be met, see `raking.collapse` and `raking.fit_margins`.

    Examples
    --------
    >>> from divide.measure.designs import survey_design
    >>> rows = pd.DataFrame({"weight": [1.0, 1, 1], "type": ["a", "a", "b"]})
    >>> raked = rake(survey_design(rows), rows, {"type": pd.Series({"a": 8, "b": 3})})
    >>> raked.weights
    array([4., 4., 3.])
    """
    cells = collapse(answers, dict(margins))
    if len(cells.cell) != len(design.weights):
        raise MethodError(f"{len(cells.cell)} rows for {len(design.weights)} answers: one each.")
    before = cells.sums(design.weights)
    if limits is None:
        with np.errstate(invalid="ignore"):
            change = np.where(before > 0, fit_margins(before, cells) / before, 0.0)
        weights = design.weights * change[cells.cell]
    else:
        weights = _trimmed(design, cells, limits)
    made = Calibration(
        base=design.weights,
        cell=cells.cell,
        auxiliaries=cells.dummies(),
        totals=np.concatenate(cells.totals),
        margins=tuple(len(one) for one in cells.totals),
    )
    return replace(design, weights=weights, calibration=made)


def _trimmed(design: Design, cells: Cells, limits: tuple[float, float]) -> np.ndarray:
    """Rake answers alike in margins and weight together, for limits speak of single weights."""
    pairs = np.stack([cells.cell.astype(float), design.weights], axis=1)
    seen, place, copies = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    alike = replace(cells, cell=place, codes=cells.codes[seen[:, 0].astype(np.int64)])
    fitted = fit_margins(seen[:, 1] * copies, alike, limits=limits, copies=copies.astype(float))
    return np.asarray((fitted / copies)[place])


def poststratify(design: Design, cells: pd.Series, totals: "pd.Series[float]") -> Design:
    """
    Move weights to the frame's totals of one classification: raking with one margin.

    Parameters
    ----------
    cells
        Class of each answer, in the design's order.
    totals
        Institutions of the frame by class.
    """
    return rake(design, pd.DataFrame({"cell": cells}), {"cell": totals})
