"""Shares of institutions, or of their clients, to which an answer applies, with three intervals."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from divide.errors import MethodError
from divide.measure.data_defect import Doubt, Evidence, Figure, as_rows, figure
from divide.measure.designs import Array, Design, sums_by
from divide.measure.domains import Domains, Labels, split
from divide.measure.estimates import estimate_ratios, estimate_shares
from divide.measure.institutions import finish
from divide.measure.visibility import Bounds


def estimate_coded(
    design: Design,
    values: ArrayLike,
    frame: pd.DataFrame,
    *,
    doubt: Doubt,
    domains: Labels = None,
    outside: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """
    Estimate the share of the frame's institutions, or clients, to which an answer applies.

    Parameters
    ----------
    design
        Of institutions, or of people (`designs.of_people`): the estimand follows it.
    values
        1 where it applies, 0 where not, NaN where it is not known; an unknown counts among
        the silent.
    frame
        `institutions` and `clients` of the frame, by the columns that `domains` has.
    domains
        One label per answer.
    outside
        Answers known to be outside the base: they are taken out of the frame, too.

    Returns
    -------
    DataFrame
        As `institutions.estimate_banded`.

    Examples
    --------
    >>> from divide.measure.designs import sums_by, survey_design
    >>> rows = pd.DataFrame({"weight": [5.0, 5.0, 5.0, 5.0], "frame": 20})
    >>> frame = pd.DataFrame({"institutions": [20], "clients": [900]})
    >>> found = estimate_coded(survey_design(rows, population="frame"), [1, 1, 1, 0], frame,
    ...                        doubt=Doubt(.1, Bounds(0, 0)))
    >>> found[["value", "worst_low", "worst_high"]].values.tolist()     # 3/20, (3 + 16)/20
    [[0.75, 0.15, 0.95]]
    """
    groups, told = split(design, values, domains)
    size = np.where(groups.code >= 0, design.size, 0.0)
    left_out = np.zeros(groups.count)
    if outside is not None:
        gone, _ = split(design, np.where(outside, 1.0, np.nan), domains)
        left_out = _by_domain(gone, np.where(gone.code >= 0, design.size, 0.0))
    rows = _beside(
        groups,
        (told * size, size, left_out),
        estimate_shares(design, values, domains=domains),
        frame.assign(whole=frame["clients" if design.estimand == "people" else "institutions"]),
        doubt=doubt,
    )
    return finish(rows, estimand=design.estimand, status="observed")


def estimate_counted(
    design: Design,
    counts: ArrayLike,
    clients: ArrayLike,
    frame: pd.DataFrame,
    *,
    doubt: Doubt,
    domains: Labels = None,
) -> pd.DataFrame:
    """
    Estimate a share of the frame's clients from counted ones, Σ counts / Σ clients.

    Parameters
    ----------
    design
        Of institutions: the clients are the denominator.
    counts, clients
        Of each answering institution; NaN where not told.
    frame, doubt, domains
        As in `estimate_coded`.
    """
    above, below = np.asarray(counts, dtype=float), np.asarray(clients, dtype=float)
    if design.estimand == "people":
        raise MethodError(
            "Counted clients are divided by clients: give the design of institutions."
        )
    if (above > below).any() or (above < 0).any():
        raise MethodError("An institution counts more clients than it has, or fewer than none.")
    groups, told = split(design, np.where(np.isfinite(below), above, np.nan), domains)
    rows = _beside(
        groups,
        (told, np.where(groups.code >= 0, below, 0.0), np.zeros(groups.count)),
        estimate_ratios(design, above, below, domains=domains),
        frame.assign(whole=frame["clients"]),
        doubt=doubt,
    )
    return finish(rows, estimand="people", status="observed")


def _beside(
    groups: Domains,
    heard: tuple[Array, Array, Array],
    estimates: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    doubt: Doubt,
) -> pd.DataFrame:
    """Set estimates beside what the silent could have said; heard: applies to, of, outside."""
    applies, size = (_by_domain(groups, one) for one in heard[:2])
    whole, invited = _whole(frame, groups.labels)
    # Those who answered may count more clients than the frame knew of.
    whole = np.maximum(whole - heard[2], size)
    value = estimates["value"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(heard[1] > 0, heard[0] / heard[1], 0.0)
        spread = _by_domain(groups, heard[1] * (rate - groups.each(value)) ** 2) / size
        part = np.stack([size, applies, applies + whole - size]) / whole
    part[:, whole == 0] = [[0.0], [0.0], [1.0]]  # nobody is left in the base
    figures = [
        _figure(row, float(np.sqrt(s)), n, parts, doubt)
        for row, s, n, parts in zip(
            estimates.to_dict("records"), spread, invited, part.T, strict=True
        )
    ]
    return as_rows(groups.labels, figures)


def _figure(
    row: Mapping[Hashable, Any], sigma: float, invited: float, parts: Array, doubt: Doubt
) -> Figure:
    evidence = Evidence(
        value=float(row["value"]),
        se=float(row["se"]),
        model=Bounds(max(float(row["low"]), 0.0), min(float(row["high"]), 1.0)),
        sigma=sigma,
        n=int(row["n"]),
        invited=float(invited),
        coverage=float(parts[0]),
        worst=Bounds(float(parts[1]), float(parts[2])),
    )
    return figure(evidence, doubt)


def _by_domain(groups: Domains, values: Array) -> Array:
    """Sum unweighted values by domain."""
    return sums_by(groups.code + 1, values, count=groups.count + 1)[1:]


def _whole(frame: pd.DataFrame, labels: pd.DataFrame) -> tuple[Array, Array]:
    """Return by domain what the frame holds, and its institutions."""
    if frame[["whole", "institutions"]].isna().any(axis=None):
        raise MethodError("A cell of the frame lacks its institutions or clients: fill it.")
    if not len(labels.columns):
        return np.array([frame["whole"].sum()]), np.array([frame["institutions"].sum()])
    sums: dict[tuple[str, ...], Array] = {}
    numbers = frame[["whole", "institutions"]].to_numpy(dtype=float)
    for key, row in zip(_keys(frame[list(labels.columns)]), numbers, strict=True):
        sums[key] = sums.get(key, 0.0) + row
    wanted = _keys(labels)
    gone = [" ".join(key) for key in wanted if key not in sums]
    if gone:
        raise MethodError(f"The frame does not know {', '.join(gone)}: recode the answers.")
    found = np.array([sums[key] for key in wanted]).reshape(len(wanted), 2)
    return found[:, 0], found[:, 1]


def _keys(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(map(str, rows[name].tolist()) for name in rows), strict=True))
