"""Merging cells of the frame that have too few answers with their nearest neighbours."""

import numpy as np
import pandas as pd

from divide.measure.designs import Codes


def merge_cells(keys: pd.DataFrame, answered: Codes, *, least: int) -> Codes:
    """
    Group cells so that each group holds `least` answers, as far as its first key allows.

    The group with the fewest answers goes first; it joins the group beside it, in the order
    of the cells, that shares most leading keys; of two alike, the one with fewer answers.

    Parameters
    ----------
    keys
        One row per cell; neighbours stand beside each other, from the first key on.

    Examples
    --------
    >>> keys = pd.DataFrame({"type": ["a", "a", "a", "b"], "size": ["s", "m", "l", "s"]})
    >>> merge_cells(keys, np.array([1, 9, 4, 1]), least=2).tolist()     # b keeps to itself
    [0, 0, 2, 3]
    """
    order = _sorted(keys)
    groups = [[int(one)] for one in order]
    codes = np.stack([pd.factorize(keys[name])[0] for name in keys], axis=1)
    while True:
        counts = [int(answered[group].sum()) for group in groups]
        small = sorted((n, at) for at, n in enumerate(counts) if n < least)
        pairs = [(at, to) for _, at in small for to in _partner(groups, counts, codes, at)]
        if not pairs:
            break
        low, high = sorted(pairs[0])
        groups[low : high + 1] = [groups[low] + groups[high]]
    found = np.zeros(len(keys), dtype=np.int64)
    for group in groups:
        found[group] = min(group)
    return found


def _sorted(keys: pd.DataFrame) -> Codes:
    """Bring cells of one type, then of one region, together, each in order of appearance."""
    codes = [pd.factorize(keys[name])[0] for name in reversed(list(keys))]
    return np.lexsort(codes).astype(np.int64)


def _partner(groups: list[list[int]], counts: list[int], codes: Codes, at: int) -> list[int]:
    """Return the best neighbour: most keys shared, then fewest answers; none if none fits."""
    found = []
    for to in (at - 1, at + 1):
        if 0 <= to < len(groups):
            shared = _shared(codes[groups[at]], codes[groups[to]])
            if shared:
                found.append((-shared, counts[to], to))
    return [to for _, _, to in sorted(found)[:1]]


def _shared(left: Codes, right: Codes) -> int:
    """Count the leading keys that all cells of two groups have in common."""
    both = np.concatenate([left, right])
    alike = (both == both[0]).all(axis=0)
    return int(np.cumprod(alike).sum())
