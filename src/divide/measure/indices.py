"""The usual composite index, for comparison with other studies; no answer of this one uses it."""

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from divide.errors import MethodError, near_names
from divide.measure.index_structure import Structure, read_structure

Entry = TypeVar("Entry")
MIN_MAX: Final = "min_max"
Z: Final = "z"
RANK: Final = "rank"
ARITHMETIC: Final = "arithmetic"
GEOMETRIC: Final = "geometric"


def spread_out(observations: pd.DataFrame) -> pd.DataFrame:
    """
    Lay tidy observations out: a row a place, a column an indicator; what is missing stays so.

    Parameters
    ----------
    observations
        Rows of one group and year: `place`, `indicator`, `value`.

    Raises
    ------
    MethodError
        If a place has an indicator twice.

    Examples
    --------
    >>> rows = [("ZH", "a", 1.0), ("ZH", "b", 2.0), ("UR", "a", 3.0)]
    >>> spread_out(pd.DataFrame(rows, columns=["place", "indicator", "value"])).loc["UR"].tolist()
    [3.0, nan]
    """
    twice = observations[observations.duplicated(["place", "indicator"])]
    if len(twice):
        first = twice.iloc[0]
        raise MethodError(
            f"{first['place']} has {first['indicator']} several times: choose one group and year."
        )
    wide = observations.pivot(index="place", columns="indicator", values="value")
    return wide.astype(float).rename_axis(columns=None)


def normalise(
    values: pd.DataFrame,
    directions: pd.Series,
    *,
    method: str = MIN_MAX,
    span: tuple[float, float] = (0.0, 100.0),
) -> pd.DataFrame:
    """
    Bring indicators to one scale on which more is better.

    Parameters
    ----------
    values
        Units × indicators; missing stays missing.
    directions
        Of each indicator: 1 if more is better, −1 if less is.
    method
        min_max (to `span`), z (mean 0, standard deviation 1) or rank (1 is the worst; ties
        share their mean).

    Raises
    ------
    MethodError
        If an indicator has no direction, or the same value everywhere.

    Examples
    --------
    >>> one = pd.DataFrame({"x": [1.0, 2, 5]})
    >>> normalise(one, pd.Series({"x": -1}))["x"].tolist()   # (5 − x)/(5 − 1)
    [100.0, 75.0, 0.0]
    """
    scale = _known(METHODS, method, "normalisation")
    signs = directions.reindex(values.columns)
    if not signs.isin([1, -1]).all():
        without = ", ".join(signs.index[~signs.isin([1, -1])].astype(str))
        raise MethodError(f"No direction for {without}: 1 if more is better, −1 if less is.")
    flat = values.columns[~(values.max() > values.min())]
    if len(flat):
        raise MethodError(
            f"{', '.join(flat.astype(str))} tells no units apart: leave it out of the index."
        )
    return scale(values * signs.astype(float), span)


def _min_max(better: pd.DataFrame, span: tuple[float, float]) -> pd.DataFrame:
    low, high = better.min(), better.max()
    return (better - low) / (high - low) * (span[1] - span[0]) + span[0]


def _z(better: pd.DataFrame, span: tuple[float, float]) -> pd.DataFrame:
    return (better - better.mean()) / better.std()


def _rank(better: pd.DataFrame, span: tuple[float, float]) -> pd.DataFrame:
    return better.rank()


METHODS: Final = {MIN_MAX: _min_max, Z: _z, RANK: _rank}


def _arithmetic(scores: pd.DataFrame, weights: pd.Series) -> pd.Series:
    return (scores * weights).sum(axis=1) / (scores.notna() * weights).sum(axis=1)


def _geometric(scores: pd.DataFrame, weights: pd.Series) -> pd.Series:
    if (scores <= 0).any(axis=None):
        raise MethodError(
            "A geometric mean needs scores above 0: normalise to a span such as (1, 100)."
        )
    return _arithmetic(scores.apply(np.log), weights).map(np.exp)


HOWS: Final[dict[str, Callable[[pd.DataFrame, pd.Series], pd.Series]]] = {
    ARITHMETIC: _arithmetic,
    GEOMETRIC: _geometric,
}


def aggregate(
    scores: pd.DataFrame, structure: Structure, *, how: str = ARITHMETIC, least: float = 1.0
) -> pd.DataFrame:
    """
    Work out every part of the index from its indicators, bottom up.

    Parameters
    ----------
    scores
        Units × normalised indicators.
    structure
        Tree of weights, from `read_structure`.
    how
        arithmetic or geometric mean.
    least
        Share of a part's weight that must be known. With 1, one missing indicator leaves the
        part missing; below 1, the mean is over what is known. Never is missing a 0.

    Returns
    -------
    DataFrame
        `scores` with one more column a part; `attrs["coverage"]` says in the same columns how
        much of the weight below each part was known, 0 to 1.

    Examples
    --------
    >>> tree = read_structure(pd.DataFrame({"indicator": ["a", "b"], "parent": "index",
    ...                                     "weight": [1, 3]}))
    >>> aggregate(pd.DataFrame({"a": [10.0, 10], "b": [50.0, np.nan]}), tree)["index"].tolist()
    [40.0, nan]
    """
    mean = _known(HOWS, how, "mean")
    lost = [name for name in structure.leaves if name not in scores]
    if lost:
        raise MethodError(f"No scores for {', '.join(lost)}: give them, or change the structure.")
    found = scores[list(structure.leaves)].astype(float)
    coverage = found.notna().astype(float)
    for node in structure.nodes:
        weights = structure.children[node]
        parts = found[weights.index]
        known = (parts.notna() * weights).sum(axis=1)
        enough = (known > 0) & (known >= least - 1e-12)
        found = found.assign(**{node: mean(parts, weights).where(enough)})
        coverage = coverage.assign(**{node: (coverage[weights.index] * weights).sum(axis=1)})
    found.attrs["coverage"] = coverage.round(12)
    return found


def composite_index(
    values: pd.DataFrame,
    structure: pd.DataFrame,
    *,
    method: str = MIN_MAX,
    how: str = ARITHMETIC,
    span: tuple[float, float] = (0.0, 100.0),
    least: float = 1.0,
) -> pd.DataFrame:
    """
    Normalise, weigh and rank: the index other studies print.

    Parameters
    ----------
    values
        Units × indicators.
    structure
        Columns of `read_structure` and `direction`, 1 or −1, of each indicator.
    method, how, span, least
        As in `normalise` and `aggregate`.

    Returns
    -------
    DataFrame
        One row per unit and indicator or part: `place`, `indicator`, `value`, `status`,
        `coverage` (share of weight known below it) and `rank` (1 is the highest; equal values
        share the better rank; what is missing has none).
    """
    tree = read_structure(structure)
    directions = structure.set_index("indicator")["direction"]
    scores = normalise(values[list(tree.leaves)], directions, method=method, span=span)
    found = aggregate(scores, tree, how=how, least=least)
    columns = {
        "value": found,
        "coverage": found.attrs["coverage"],
        # Sums that are equal but for rounding share a rank.
        "rank": found.round(9).rank(ascending=False, method="min"),
    }
    long = pd.DataFrame({name: part.stack() for name, part in columns.items()})
    every = pd.MultiIndex.from_product([found.index, found.columns], names=["place", "indicator"])
    long = long.reindex(every).reset_index()
    return long.assign(status=np.where(long["value"].isna(), "missing", "modelled"))


def _known(entries: dict[str, Entry], name: str, what: str) -> Entry:
    if name not in entries:
        raise MethodError(f"No {what} {name!r}. {near_names(name, list(entries))}")
    return entries[name]
