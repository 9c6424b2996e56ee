"""Calibration by a distance: linear (GREG), raking, or logit between bounds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.designs import Array, Calibration, Codes, Design, sums_by

DISTANCES: Final = ("linear", "raking", "logit")
TOLERANCE: Final = 1e-11
ROUNDS: Final = 100
Bounds = tuple[float, float] | None


def calibrate(
    design: Design,
    answers: pd.DataFrame,
    totals: Mapping[str, "pd.Series[float] | float"],
    *,
    distance: str = "linear",
    bounds: Bounds = None,
) -> Design:
    """
    Move weights as little as a distance allows until they meet totals of numbers and classes.

    Weights that were calibrated before are taken as given: their errors no longer know it.

    Parameters
    ----------
    answers
        One row per answer, in the design's order.
    totals
        Column → the frame's total of a number (such as clients), or its institutions by
        category.
    distance
        `linear` is the generalised regression estimator; `raking` keeps weights positive;
        `logit` keeps weight over weight before within `bounds`.

    Raises
    ------
    MethodError
        If the totals cannot be met, or a linear weight falls below zero.

    Notes
    -----
    Deville & Särndal (1992): w_i = d_i F(x_i'λ), F(u) = 1 + u, exp u, or their (2.8).

    Examples
    --------
    >>> from divide.measure.designs import sums_by, survey_design
    >>> rows = pd.DataFrame({"weight": [1.0, 1.0], "clients": [1, 3]})
    >>> calibrate(survey_design(rows), rows, {"clients": 6.0}).weights    # λ = (6 − 4)/(1 + 9)
    array([1.2, 1.6])
    """
    if distance not in DISTANCES or (distance == "logit") != (bounds is not None):
        raise MethodError(
            f"Distance {distance!r} with bounds {bounds}: linear, raking, or logit with two bounds."
        )
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise MethodError(f"Bounds {bounds} must lie below and above 1.")
    auxiliaries, wanted = _auxiliaries(answers, totals)
    cell, rows = _alike(auxiliaries)
    made = Calibration(
        base=design.weights,
        cell=cell,
        auxiliaries=rows,
        totals=wanted,
        distance=distance,
        bounds=bounds,
    )
    return replace(design, weights=recalibrate(made, design.weights), calibration=made)


def recalibrate(calibration: Calibration, weights: Array) -> Array:
    """Move other weights before, such as a replicate's, to the same totals."""
    cells = len(calibration.auxiliaries)
    sums = sums_by(calibration.cell, weights, count=cells)
    change = _factors(sums, calibration)
    if (change < 0).any():
        raise MethodError(
            f"{(change[calibration.cell] < 0).sum()} linear weight(s) fall below zero: calibrate "
            "by raking or logit."
        )
    return np.asarray(weights * change[calibration.cell])


def _auxiliaries(
    answers: pd.DataFrame, totals: Mapping[str, "pd.Series[float] | float"]
) -> tuple[Array, Array]:
    columns, wanted = [], []
    for name, total in totals.items():
        if isinstance(total, pd.Series):
            columns += [(answers[name] == one).to_numpy(dtype=float) for one in total.index]
            wanted += [float(one) for one in total]
            if not answers[name].isin(total.index).all():
                raise MethodError(f"Column {name!r} holds categories without a total: recode them.")
        else:
            columns.append(answers[name].to_numpy(dtype=float))
            wanted.append(float(total))
    found = np.stack(columns, axis=1)
    if not np.isfinite(found).all():
        raise MethodError("An auxiliary is missing in some answer: impute it, or leave it out.")
    return found, np.array(wanted)


def _alike(auxiliaries: Array) -> tuple[Codes, Array]:
    rows, cell = np.unique(auxiliaries, axis=0, return_inverse=True)
    return cell.astype(np.int64).ravel(), rows


def _factors(sums: Array, made: Calibration) -> Array:
    """Solve Σ sums F(x'λ) x = totals for λ by Newton's method, on columns of one length."""
    length = np.sqrt(sums @ made.auxiliaries**2)
    scale = np.where(length > 0, length, 1)
    x, target = made.auxiliaries / scale, made.totals / scale
    multiplier = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        change, slope = _distance(x @ multiplier, made.distance, made.bounds)
        missed = target - (sums * change) @ x
        if (np.abs(missed) <= TOLERANCE * (1 + np.abs(target))).all():
            return change
        gram = x.T @ ((sums * slope)[:, None] * x)
        step = np.linalg.pinv(gram, rcond=1e-12, hermitian=True) @ missed
        multiplier = multiplier + _shortened(step, x, multiplier, made)
    raise MethodError(
        f"Totals cannot be met by {made.distance}"
        + (f" within {made.bounds}" if made.bounds else "")
        + f": missed by {np.abs(missed * scale).max():.3g}. Widen bounds, or drop a total."
    )


def _shortened(step: Array, x: Array, multiplier: Array, made: Calibration) -> Array:
    """Halve a step until no factor overflows."""
    for _ in range(30):
        with np.errstate(over="ignore", invalid="ignore"):
            change, slope = _distance(x @ (multiplier + step), made.distance, made.bounds)
        if np.isfinite(change).all() and np.isfinite(slope).all() and slope.max() > 0:
            return step
        step = step / 2
    return step


def _distance(u: Array, distance: str, bounds: Bounds) -> tuple[Array, Array]:
    """Return F(u) and its slope."""
    if distance == "linear":
        return 1 + u, np.ones_like(u)
    if bounds is None:
        return np.exp(u), np.exp(u)
    low, high = bounds
    rate = (high - low) / ((1 - low) * (high - 1))
    # Written with exp of −|u|, so that it never overflows.
    grown = np.exp(-np.abs(rate * u))
    above, below = np.where(u > 0, 1.0, grown), np.where(u > 0, grown, 1.0)
    under = (high - 1) * below + (1 - low) * above
    change = (low * (high - 1) * below + high * (1 - low) * above) / under
    return change, rate * (change - low) * (high - change) / (high - low)
