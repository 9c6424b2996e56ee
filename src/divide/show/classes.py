"""Classes of a map: rounded breaks that legend and map share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from divide import releases
from divide.errors import ReportError
from divide.show.words import SIGNS, Word, bare, need_columns, need_word, spans

STATUS_MARKS = {
    "suppressed": "s-suppressed",
    "missing": "s-missing",
    "unreliable": "s-uncertain",
    "uncertain": "s-uncertain",
    "none": "s-none",
}


@dataclass(frozen=True)
class Breaks:
    """
    Classes of rounded values: the i-th holds `lows[i]` to `highs[i]`, both included.

    Both are whole numbers of steps of 10^-digits, so that no two classes share a bound.
    """

    lows: tuple[int, ...]
    highs: tuple[int, ...]
    digits: int

    def __len__(self) -> int:
        return len(self.lows)


def break_points(values: pd.Series, k: int = 5, *, digits: int = 2) -> Breaks:
    """
    Cut values into classes of about equal size, after rounding them.

    Parameters
    ----------
    values : Series
        One row is one place of the whole country; missing ones do not count.
    k : int
        Classes wanted, 1 to 5. Fewer come back where fewer values differ.
    digits : int
        Places after the point that are shown: 2 for shares shown as whole per cents.

    Returns
    -------
    Breaks

    Raises
    ------
    ReportError
        If no value is known.

    Examples
    --------
    >>> break_points(pd.Series([0.31, 0.36, 0.37, 0.40]), 2)
    Breaks(lows=(31, 37), highs=(36, 40), digits=2)
    """
    if not 1 <= k <= 5:
        raise ReportError(f"{k} classes asked for: a map has 1 to 5.")
    steps = _steps(values.dropna(), digits)
    if not len(steps):
        raise ReportError("No value is known, so there are no classes: draw the marks alone.")
    # Rounded values only: a bound between two places that print alike would part them.
    found, counts = np.unique(steps, return_counts=True)
    wanted = np.cumsum(counts)[:-1] / counts.sum()
    cuts = {int(np.argmin(np.abs(wanted - i / k))) + 1 for i in range(1, k) if len(wanted)}
    lows = [int(found[i]) for i in (0, *sorted(cuts))]
    highs = [*(low - 1 for low in lows[1:]), int(found[-1])]
    return Breaks(tuple(lows), tuple(highs), digits)


def classify(rows: pd.DataFrame, breaks: Breaks) -> pd.Series:
    """
    Give each row the mark it is drawn with: `c0` to `c4`, or the state it is in.

    Parameters
    ----------
    rows : DataFrame
        Columns value and status; besides the tables' statuses, `uncertain` and
        `none` (nothing in the frame there).
    breaks : Breaks
        From all places that are compared, not from `rows` alone.

    Returns
    -------
    Series
        One mark a row, with the index of `rows`.

    Raises
    ------
    ReportError
        If a value lies in no class, or is missing without a status that says why.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [0.364, None], "status": ["observed", "missing"]})
    >>> classify(rows, Breaks((31, 37), (36, 40), 2)).tolist()
    ['c0', 's-missing']
    """
    need_columns(releases.admit(rows), "value", "status")
    marks = rows["status"].map(STATUS_MARKS).astype(object)
    seen = marks.isna()
    values = rows.loc[seen, "value"]
    if values.isna().any():
        raise ReportError(f"{values.isna().sum()} values are missing without saying why.")
    marks.loc[seen] = [f"c{i}" for i in _positions(_steps(values, breaks.digits), breaks)]
    return marks.astype("str").rename("mark")


def labels(breaks: Breaks, write: Callable[[float], str], *, unit: str = "") -> tuple[str, ...]:
    """
    Write each class as its lowest and highest rounded value.

    Examples
    --------
    >>> labels(Breaks((31, 37), (36, 40), 2), lambda share: f"{share:.0%}"[:-1], unit=" %")
    ('31–36 %', '37–40 %')
    """
    step = 10.0**breaks.digits
    pairs = zip(breaks.lows, breaks.highs, strict=True)
    return tuple(
        "–".join(dict.fromkeys([write(low / step), write(high / step)])) + unit
        for low, high in pairs
    )


def legend(ranges: tuple[str, ...], states: tuple[str, ...], words: Mapping[str, Word]) -> Markup:
    """
    Write the legend: one entry a class, then one a state, each with its sign.

    Parameters
    ----------
    ranges : tuple of str
        From `labels`, in the order of the classes.
    states : tuple of str
        Marks such as `s-missing` that the map shows.
    words : mapping
        The words of each state, by its mark.
    """
    entry = Markup("<li><b class={}>{}</b>{}")
    classed = [entry.format(f"c{i}", "", text) for i, text in enumerate(ranges)]
    stated = [
        entry.format(bare(s), SIGNS[s], spans(need_word(words, s))) for s in SIGNS if s in states
    ]
    return Markup("<ul class=legend>{}</ul>").format(Markup("").join(classed + stated))


def _steps(values: pd.Series, digits: int) -> np.ndarray:
    # Twelve digits first: 0.285 * 100 is 28.499999999999996.
    scaled = np.round(values.to_numpy(dtype=float) * 10.0**digits, 12 - digits)
    return np.rint(scaled).astype(int)


def _positions(steps: np.ndarray, breaks: Breaks) -> np.ndarray:
    index = np.searchsorted(breaks.lows, steps, side="right") - 1
    outside = (index < 0) | (steps > np.asarray(breaks.highs)[index])
    if outside.any():
        raise ReportError(
            f"{outside.sum()} values lie in no class: take the breaks from all places compared."
        )
    return index
