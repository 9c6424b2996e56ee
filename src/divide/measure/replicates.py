"""Replicates: Rao–Wu bootstrap and jackknife, with weights calibrated anew in each of them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from divide.errors import MethodError
from divide.measure.designs import Array, Calibration, Design, sums_by
from divide.measure.distances import recalibrate
from divide.measure.domains import Domains, Labels, split, table
from divide.measure.raking import Cells, fit_margins

# Replicates handled together: their weights stay within the processor's caches.
_BLOCK = 50


def bootstrap_means(
    design: Design,
    values: ArrayLike,
    *,
    domains: Labels = None,
    replicates: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """
    Estimate means with errors from Rao–Wu replicates; raked weights are raked in each again.

    Returns
    -------
    DataFrame
        See `domains.table`; `se` is the standard deviation over replicates. Trimming is not
        repeated in replicates.

    Notes
    -----
    n_h − 1 of a stratum's n_h clusters are drawn with replacement; a weight is multiplied by
    1 − λ + λ n_h/(n_h − 1) times drawn, λ² = 1 − n_h/N_h (Rao, Wu & Yue 1992, eq. 2.1).
    """
    groups, told = split(design, values, domains)
    found = np.concatenate(
        [_means(design, groups, told, block) for block in _drawn(design, replicates, seed)]
    )
    return _told(design, groups, told, found.std(axis=0, ddof=1))


def jackknife_means(design: Design, values: ArrayLike, *, domains: Labels = None) -> pd.DataFrame:
    """
    Estimate means with errors from leaving out one cluster at a time, with the frame's size.

    Notes
    -----
    Σ_h (1 − n_h/N_h)(n_h − 1)/n_h Σ_i (θ_hi − θ̄)², θ̄ the mean of all replicates, as R survey
    does by default (JK1, JKn).
    """
    groups, told = split(design, values, domains)
    found = np.concatenate([_means(design, groups, told, block) for block in _left_out(design)])
    n = design.clusters
    scale = np.clip(1 - n / design.population, 0, 1) * (n - 1) / n
    spread = scale[design.cluster_stratum] @ (found - found.mean(axis=0)) ** 2
    return _told(design, groups, told, np.sqrt(spread))


def bootstrap_weights(design: Design, *, replicates: int = 500, seed: int = 1) -> Array:
    """
    Return replicates × answers: weights for any other statistic.

    Examples
    --------
    >>> from divide.measure.designs import sums_by, survey_design
    >>> rows = pd.DataFrame({"weight": [2.0, 2.0, 2.0]})
    >>> bootstrap_weights(survey_design(rows), replicates=4).sum(axis=1)
    array([6., 6., 6., 6.])
    """
    blocks = [_weights(design, block) for block in _drawn(design, replicates, seed)]
    return np.concatenate(blocks)


def _told(design: Design, groups: Domains, told: Array, se: Array) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = groups.sums(told) / groups.sums(np.ones(len(told)))
    return table(design, groups, statistic="mean", value=value, se=se)


def _base(design: Design) -> Array:
    return design.weights if design.calibration is None else design.calibration.base


def _drawn(design: Design, replicates: int, seed: int) -> Iterator[Array]:
    """Yield blocks of weights before calibration, replicates × answers."""
    if replicates < 2:
        raise MethodError(f"{replicates} replicates have no spread: draw 500 or so.")
    strata, n = design.cluster_stratum, design.clusters
    order = np.argsort(strata, kind="stable")
    start = np.concatenate([[0], np.cumsum(n)])[:-1]
    # Of a stratum, n − 1 are drawn; one position each, offset to the stratum's clusters.
    times = np.maximum(n - 1, 0)
    width, offset = np.repeat(n, times), np.repeat(start, times)
    shrink = np.sqrt(np.clip(1 - n / design.population, 0, 1))
    factor = (shrink * n / np.maximum(n - 1, 1))[strata]
    kept = (1 - shrink)[strata]
    rng, base = np.random.default_rng(seed), _base(design)
    for first in range(0, replicates, _BLOCK):
        rows = min(_BLOCK, replicates - first)
        block = np.empty((rows, len(base)))
        for row in range(rows):
            places = (rng.random(len(width)) * width).astype(np.int64) + offset
            drawn = np.bincount(order[places], minlength=len(strata))
            change = kept + factor * drawn
            block[row] = base * (change[design.cluster] if design.clustered else change)
        yield block


def _left_out(design: Design) -> Iterator[Array]:
    """Yield blocks of weights without one cluster each, the rest of its stratum scaled up."""
    strata, n, base = design.cluster_stratum, design.clusters, _base(design)
    for first in range(0, len(strata), _BLOCK):
        chosen = np.arange(first, min(first + _BLOCK, len(strata)))
        same = design.stratum[None, :] == strata[chosen][:, None]
        out = design.cluster[None, :] == chosen[:, None]
        scale = (n / np.maximum(n - 1, 1))[strata[chosen]][:, None]
        yield base * np.where(out, 0.0, np.where(same, scale, 1.0))


def _weights(design: Design, block: Array) -> Array:
    """Calibrate a block of replicates as the design's own weights were."""
    if design.calibration is None:
        return block
    change = _changes(design.calibration, block)
    if change is not None:
        return np.asarray(block * np.take(change, design.calibration.cell, axis=1))
    return np.stack([recalibrate(design.calibration, row) for row in block])


def _changes(made: Calibration, block: Array) -> Array | None:
    """Return replicates × cells: what raking multiplies weights by; None if by a distance."""
    if not made.margins:
        return None
    ends = np.cumsum(made.margins)
    parts = np.split(made.auxiliaries, ends[:-1], axis=1)
    names = tuple(
        (f"margin {m + 1}", tuple(map(str, range(k)))) for m, k in enumerate(made.margins)
    )
    cells = Cells(
        cell=made.cell,
        codes=np.stack([part.argmax(axis=1) for part in parts], axis=1),
        totals=tuple(np.split(made.totals, ends[:-1])),
        names=names,
    )
    before = np.stack([cells.sums(row) for row in block])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0, fit_margins(before, cells) / before, 0.0)


def _means(design: Design, groups: Domains, told: Array, block: Array) -> Array:
    """Return replicates × domains: means under each replicate's weights."""
    made = design.calibration
    change = _changes(made, block) if made is not None else None
    if made is not None and change is None:
        block = _weights(design, block)
    size = np.where(groups.code >= 0, np.nan_to_num(design.size), 0.0)
    code, count = groups.code + 1, groups.count + 1
    found = np.empty((len(block), groups.count))
    for row, weights in enumerate(block):
        if change is not None and made is not None:
            weights = weights * change[row][made.cell]
        weights = weights * size
        with np.errstate(divide="ignore", invalid="ignore"):
            sums = sums_by(code, weights * told, count=count)
            found[row] = (sums / sums_by(code, weights, count=count))[1:]
    return found
