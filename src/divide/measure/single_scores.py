"""One score a place, as other studies print it, beside what it hangs on and what it hides."""

from typing import Final

import pandas as pd

from divide.measure.index_compensation import opposite_twins
from divide.measure.index_robustness import draw_ranks
from divide.measure.index_stability import rank_intervals
from divide.measure.index_structure import read_structure
from divide.measure.indices import composite_index, normalise, spread_out

INDICATOR: Final = "single_score"
# Points by which two scores may differ and still count as the same.
_ALIKE: Final = 2.0


def single_scores(risk: pd.DataFrame, *, draws: int, seed: int) -> pd.DataFrame:
    """
    Work out the usual composite index of places: equal weights, min–max, arithmetic mean.

    No answer of this study uses it. It stands beside the answer to show what it hides.

    Parameters
    ----------
    risk
        Expected shares lacking something: `place`, `indicator`, `value`; a row a place and
        indicator. All are of one group, year and register date.
    draws
        Times that weights, normalisation, mean and left-out indicator are drawn anew.

    Returns
    -------
    DataFrame
        One row per place: `value` (0 worst, 100 best of these places), `rank`, `best_rank` and
        `worst_rank` (90 % of the draws; choices alone, no sampling error), `twin` (a place
        within 2 points whose profile is most unlike) with `better_in` and `worse_in`.

    Examples
    --------
    >>> rows = [("X", "a", 0.1), ("X", "b", 0.9), ("Y", "a", 0.9), ("Y", "b", 0.1)]
    >>> both = pd.DataFrame(rows, columns=["place", "indicator", "value"])
    >>> found = single_scores(both, draws=50, seed=1)
    >>> found[["place", "value", "twin", "better_in"]].to_numpy().tolist()
    [['X', 50.0, 'Y', 'a'], ['Y', 50.0, 'X', 'b']]
    """
    values = spread_out(risk)
    names = list(values.columns)
    structure = pd.DataFrame(
        {"indicator": names, "parent": INDICATOR, "weight": 1.0, "direction": -1}
    )
    index = composite_index(values, structure)
    score = index[index["indicator"] == INDICATOR][["place", "value", "status", "rank"]]
    drawn = rank_intervals(draw_ranks(values, structure, draws=draws, seed=seed))
    ranges = drawn[["place", "low", "high"]].set_axis(["place", "best_rank", "worst_rank"], axis=1)
    scores = normalise(values, pd.Series(-1, index=names))
    twins = opposite_twins(scores, read_structure(structure), within=_ALIKE).rename(
        columns={"other": "twin"}
    )
    told = score.merge(ranges, on="place", how="left", validate="1:1")
    kept = twins[["place", "twin", "distance", "better_in", "worse_in"]]
    return told.merge(kept, on="place", how="left", validate="1:1").sort_values(
        "place", ignore_index=True
    )
