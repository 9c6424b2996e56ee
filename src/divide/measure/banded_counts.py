"""Answers in bands: how many of an institution's clients a band allows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma, gammaln

from divide.errors import MethodError
from divide.measure.designs import Array, Codes

# Band → least and greatest share, and whether each end belongs to it.
Bands = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Counts:
    """
    What bands say of numbers of clients; answers alike in everything are taken together.

    Attributes
    ----------
    size, low, high
        Clients, and the least and greatest number that the band allows.
    pattern
        Row of the model's covariates.
    copies
        Answers alike.
    row, number
        Every allowed number, and the entry it belongs to.
    start
        Position of each entry's first number.
    chosen
        Logarithm of the ways to choose the number among the clients.
    """

    size: Array
    low: Array
    high: Array
    pattern: Codes
    copies: Array
    row: Codes
    number: Array
    start: Codes
    chosen: Array


def band_limits(bands: Bands, codes: "pd.Series[str]", clients: Array) -> tuple[Array, Array]:
    """
    Return the least and greatest number of clients that each answer allows.

    A band reaches from its lower end, which belongs to it, to below its upper end; 0 to 0 is
    none, and a band from 0 to above excludes none. Where no whole number fits (under a
    quarter of one client), the numbers around it are taken.

    Examples
    --------
    >>> bands = {"b0": (0, 0), "b1": (0, .25), "b4": (.75, 1)}
    >>> band_limits(bands, pd.Series(["b0", "b1", "b1", "b4"]), np.array([40., 40, 3, 40]))
    (array([ 0.,  1.,  0., 30.]), array([ 0.,  9.,  1., 40.]))
    """
    odd = sorted(set(codes) - set(bands))
    if odd:
        raise MethodError(f"Answers in unknown bands: {', '.join(map(str, odd))}. Recode them.")
    least, most = (codes.map({b: ends[i] for b, ends in bands.items()}) for i in (0, 1))
    share_low, share_high = least.to_numpy(dtype=float), most.to_numpy(dtype=float)
    none, whole = share_high == 0, share_high == 1
    low = np.where(share_low > 0, np.ceil(share_low * clients), 1.0)
    high = np.where(whole, clients, np.ceil(share_high * clients) - 1)
    low, high = np.where(none, 0.0, low), np.where(none, 0.0, high)
    empty = low > high
    around = np.floor(share_low * clients), np.minimum(np.ceil(share_high * clients), clients)
    return np.where(empty, around[0], low), np.where(empty, around[1], high)


def collect(low: Array, high: Array, clients: Array, pattern: Codes) -> Counts:
    """Take answers together that are alike, and list every number they allow."""
    rows = np.stack([clients, low, high, pattern.astype(float)], axis=1)
    seen, copies = np.unique(rows, axis=0, return_counts=True)
    size, low, high = seen[:, 0], seen[:, 1], seen[:, 2]
    width = (high - low + 1).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(width)])[:-1]
    row = np.repeat(np.arange(len(seen)), width)
    number = low[row] + (np.arange(int(width.sum())) - start[row])
    m = size[row]
    chosen = gammaln(m + 1) - gammaln(number + 1) - gammaln(m - number + 1)
    return Counts(
        size=size,
        low=low,
        high=high,
        pattern=seen[:, 3].astype(np.int64),
        copies=copies.astype(float),
        row=row,
        number=number,
        start=start,
        chosen=chosen,
    )


def chances(counts: Counts, a: Array, b: Array) -> tuple[Array, Array]:
    """
    Return log Pr(band) of each entry, and the chance of each number within its band.

    Parameters
    ----------
    a, b
        Parameters of the beta distribution by entry: μ(1 − φ)/φ and (1 − μ)(1 − φ)/φ.
    """
    m = counts.size[counts.row]
    each = counts.chosen - betaln(a, b)[counts.row]
    each += betaln(counts.number + a[counts.row], m - counts.number + b[counts.row])
    top = np.maximum.reduceat(each, counts.start)
    raised = np.exp(each - top[counts.row])
    total = np.add.reduceat(raised, counts.start)
    return top + np.log(total), raised / total[counts.row]


def slopes(counts: Counts, within: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Return the derivatives of log Pr(band) by a and by b, entry by entry."""
    m, y = counts.size[counts.row], counts.number
    both = digamma(a + b) - digamma(counts.size + a + b)
    by_a = np.add.reduceat(within * digamma(y + a[counts.row]), counts.start)
    by_b = np.add.reduceat(within * digamma(m - y + b[counts.row]), counts.start)
    return by_a - digamma(a) + both, by_b - digamma(b) + both


def moments(counts: Counts, within: Array) -> tuple[Array, Array]:
    """Return each entry's expected number of clients given its band, and its variance."""
    mean = np.add.reduceat(within * counts.number, counts.start)
    square = np.add.reduceat(within * (counts.number - mean[counts.row]) ** 2, counts.start)
    return mean, square
