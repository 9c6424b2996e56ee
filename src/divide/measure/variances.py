"""Variances by Taylor linearisation: strata, clusters, the frame's size, calibration."""

import numpy as np

from divide.measure.designs import Array, Calibration, Codes, Design, sums_by


def domain_variances(design: Design, domain: Codes, scores: Array, *, count: int) -> Array:
    """
    Return for each domain the variance of Σ weight × score over its answers.

    Parameters
    ----------
    domain
        Domain of each answer, from 0; −1 for answers that are in none.
    scores
        Linearised value of each answer: for a mean (y − mean)/Σ weight.
    count
        Number of domains.

    Notes
    -----
    Σ_h (1 − n_h/N_h) n_h/(n_h − 1) Σ_i (u_hi − ū_h)², u_hi the sum of weight × score over
    cluster i of stratum h, zero for clusters without an answer in the domain (Särndal,
    Swensson & Wretman 1992, 4.6). Under calibration the score is first replaced by the
    residual of its regression, weighted by the weights *before*, on the auxiliaries (6.6).

    Examples
    --------
    >>> import pandas as pd
    >>> from divide.measure.designs import sums_by, survey_design
    >>> design = survey_design(pd.DataFrame({"weight": [1.0, 1.0]}))
    >>> domain_variances(design, np.array([0, 0]), np.array([1., 3.]), count=1)  # 2/1 · (1 + 1)
    array([4.])
    """
    scores = np.where(domain >= 0, scores, 0.0)
    if design.calibration is not None:
        return _calibrated(design, domain, scores, count)
    weighted, width = design.weights * scores, count + 1  # column 0: in no domain
    if design.clustered:
        groups = design.cluster * width + (domain + 1)
        weighted = sums_by(groups, weighted, count=len(design.cluster_stratum) * width)
        cells = (design.cluster_stratum[:, None] * width + np.arange(width)).ravel()
    else:
        cells = design.stratum * width + (domain + 1)
    size = len(design.population) * width
    first = sums_by(cells, weighted, count=size).reshape(-1, width)[:, 1:]
    second = sums_by(cells, weighted**2, count=size).reshape(-1, width)[:, 1:]
    return _spread(design, first, second)


def _fitted(calibration: Calibration, domain: Codes, scores: Array, count: int) -> Array:
    """Regress the scores of each domain, base-weighted, on the auxiliaries: cells × domains."""
    cells, width = len(calibration.auxiliaries), count + 1  # column 0: in no domain
    base = sums_by(calibration.cell, calibration.base, count=cells)
    places = calibration.cell * width + (domain + 1)
    moment = sums_by(places, calibration.base * scores, count=cells * width)
    # Columns of one length: a total in clients and a count of institutions differ by powers.
    length = np.sqrt(base @ calibration.auxiliaries**2)
    scaled = calibration.auxiliaries / np.where(length > 0, length, 1)
    gram = scaled.T @ (base[:, None] * scaled)
    inverse = np.linalg.pinv(gram, rcond=1e-11, hermitian=True)
    return np.asarray(scaled @ (inverse @ (scaled.T @ moment.reshape(cells, width)[:, 1:])))


def _calibrated(design: Design, domain: Codes, scores: Array, count: int) -> Array:
    """Take domains one by one: a regression leaves residuals outside the domain, too."""
    calibration = design.calibration
    assert calibration is not None
    fitted = _fitted(calibration, domain, scores, count)
    first, second = (np.zeros((len(design.population), count)) for _ in range(2))
    for number in range(count):
        own = np.where(domain == number, scores, 0.0)
        sums = design.weights * (own - fitted[calibration.cell, number])
        if design.clustered:
            sums = sums_by(design.cluster, sums, count=len(design.cluster_stratum))
        first[:, number] = sums_by(design.cluster_stratum, sums, count=len(first))
        second[:, number] = sums_by(design.cluster_stratum, sums**2, count=len(first))
    return _spread(design, first, second)


def _spread(design: Design, first: Array, second: Array) -> Array:
    """Turn sums and sums of squares over clusters, strata × domains, into variances."""
    n = design.clusters
    unseen = np.clip(1 - n / design.population, 0, 1)
    factor = unseen * n / np.maximum(n - 1, 1)
    deviations = np.maximum(second - first**2 / n[:, None], 0)
    return np.asarray(factor @ deviations)
