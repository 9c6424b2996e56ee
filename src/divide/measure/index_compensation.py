"""What a composite score hides: weaknesses made up by strengths, and opposite units alike."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.measure.index_structure import Structure, effective_weights

Array = NDArray[np.float64]


def compensation(scores: pd.DataFrame, structure: Structure) -> pd.DataFrame:
    """
    Tell how much of each unit's weakness its score does not show.

    Parameters
    ----------
    scores
        Units × normalised indicators, on one scale.
    structure
        Tree of weights; an arithmetic mean of the indicators with their effective weights.

    Returns
    -------
    DataFrame
        One row per unit with all indicators, most hidden first: `place`, `score`, `hidden`
        (points by which weaknesses lie below the score, weighted; as many points lie above it
        and make up for them), `weakest`, `weakest_score`, `strongest`, `strongest_score`.

    Examples
    --------
    >>> from divide.measure.index_structure import read_structure
    >>> tree = read_structure(pd.DataFrame({"indicator": ["a", "b"], "parent": "index",
    ...                                     "weight": 1}))
    >>> found = compensation(pd.DataFrame({"a": [0.0, 50], "b": [100.0, 50]}), tree)
    >>> found["score"].tolist(), found["hidden"].tolist()   # half the weight, 50 points below
    ([50.0, 50.0], [25.0, 0.0])
    """
    weights = effective_weights(structure)
    known = scores[weights.index].dropna().astype(float)
    score = known @ weights
    below = known.rsub(score, axis=0).clip(lower=0)
    found = pd.DataFrame(
        {
            "place": known.index,
            "score": score.to_numpy(),
            "hidden": (below @ weights).to_numpy(),
            "weakest": known.idxmin(axis=1).to_numpy(),
            "weakest_score": known.min(axis=1).to_numpy(),
            "strongest": known.idxmax(axis=1).to_numpy(),
            "strongest_score": known.max(axis=1).to_numpy(),
        }
    )
    return found.sort_values("hidden", ascending=False, kind="stable", ignore_index=True)


def opposite_twins(
    scores: pd.DataFrame, structure: Structure, *, within: float = 1.0
) -> pd.DataFrame:
    """
    Find for each unit one with the same score whose profile is most unlike its own.

    Parameters
    ----------
    scores, structure
        As in `compensation`.
    within
        Points by which two scores may differ and still count as the same.

    Returns
    -------
    DataFrame
        One row per unit that has such a twin, most unlike first: `place`, `other`, `score`,
        `other_score`, `distance` (weighted mean of the absolute differences, in points),
        `better_in` and `worse_in` (indicators in which `place` leads and trails most).

    Examples
    --------
    >>> from divide.measure.index_structure import read_structure
    >>> tree = read_structure(pd.DataFrame({"indicator": ["a", "b"], "parent": "index",
    ...                                     "weight": 1}))
    >>> both = pd.DataFrame({"a": [0.0, 90], "b": [90.0, 0]}, index=["X", "Y"])
    >>> opposite_twins(both, tree).loc[0, ["place", "other", "better_in"]].tolist()
    ['X', 'Y', 'b']
    """
    weights = effective_weights(structure)
    known = scores[weights.index].dropna().astype(float)
    table, shares = known.to_numpy(), weights.to_numpy()
    score = table @ shares
    order = np.argsort(score, kind="stable")
    start = np.searchsorted(score[order], score - within)
    end = np.searchsorted(score[order], score + within, side="right")
    rows = []
    for one in range(len(table)):
        near = order[start[one] : end[one]]
        near = near[near != one]
        if len(near):
            distance = np.abs(table[near] - table[one]) @ shares
            rows.append((one, near[distance.argmax()], distance.max()))
    return _told(known, score, rows)


def _told(known: pd.DataFrame, score: Array, rows: list[tuple[int, int, float]]) -> pd.DataFrame:
    own, other = (np.array([row[part] for row in rows], dtype=int) for part in (0, 1))
    ahead = known.to_numpy()[own] - known.to_numpy()[other]
    found = pd.DataFrame(
        {
            "place": known.index[own],
            "other": known.index[other],
            "score": score[own],
            "other_score": score[other],
            "distance": np.array([row[2] for row in rows], dtype=float),
            "better_in": known.columns[ahead.argmax(axis=1)] if rows else [],
            "worse_in": known.columns[ahead.argmin(axis=1)] if rows else [],
        }
    )
    return found.sort_values("distance", ascending=False, kind="stable", ignore_index=True)
