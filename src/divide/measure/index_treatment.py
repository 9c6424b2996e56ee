"""Outliers of an indicator drawn in before it enters a composite index, and said so."""

import numpy as np
import pandas as pd

from divide.errors import MethodError


def skewness(values: pd.Series) -> float:
    """
    Return the sample skewness, with the small-sample factor n/((n−1)(n−2)).

    Examples
    --------
    >>> round(skewness(pd.Series([0.0, 0, 3])), 4)   # z = −.577, −.577, 1.155: 3/2 · 1.1547
    1.7321
    """
    n, z = values.count(), (values - values.mean()) / values.std()
    return float(n / ((n - 1) * (n - 2)) * (z**3).sum())


def kurtosis(values: pd.Series) -> float:
    """Return the sample excess kurtosis, 0 for a normal distribution, without small-sample bias."""
    n, z = values.count(), (values - values.mean()) / values.std()
    fourth = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * (z**4).sum()
    return float(fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))


def treat(
    values: pd.DataFrame, *, skew: float = 2.0, kurt: float = 3.5, most: int = 5
) -> pd.DataFrame:
    """
    Winsorise indicators with outliers; where that is not enough, take logarithms instead.

    An indicator has outliers if its skewness is beyond ±`skew` and its kurtosis above `kurt`.
    The most extreme value on the skewed side then becomes the next one, again and again, up to
    `most` values. If outliers remain, the indicator's own values are replaced by
    log(x − min + (max − min)/100).

    Parameters
    ----------
    values
        Units × indicators; missing stays missing.

    Returns
    -------
    DataFrame
        Treated values; `attrs["account"]` names each treated indicator with what was done:
        the units winsorised, or `log`.

    Raises
    ------
    MethodError
        If an indicator has fewer than four values, or the same everywhere.

    Notes
    -----
    OECD/JRC Handbook (2008); the rule and its limits are those of COINr's defaults.

    Examples
    --------
    >>> found = treat(pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 5, 6, 7, 8, 90]}))
    >>> found["x"].tolist()[-2:], found.attrs["account"]
    ([8.0, 8.0], {'x': [9]})
    """
    treated, account = {}, dict[str, object]()
    for name, column in values.astype(float).items():
        if column.count() < 4 or not column.max() > column.min():
            raise MethodError(f"{name} has fewer than four different values: do not treat it.")
        treated[name], done = _treat(column, (skew, kurt), most)
        if done is not None:
            account[str(name)] = done
    found = pd.DataFrame(treated, index=values.index)
    found.attrs["account"] = account
    return found


def _treat(column: pd.Series, limits: tuple[float, float], most: int) -> tuple[pd.Series, object]:
    """Return one treated indicator, and the units winsorised, `log`, or None."""
    drawn, moved = column, set[object]()
    while _has_outliers(drawn, limits) and len(moved) < most:
        end = "max" if skewness(drawn) >= 0 else "min"
        extreme = drawn == drawn.agg(end)
        moved |= set(drawn.index[extreme])
        drawn = drawn.mask(extreme, drawn[~extreme].agg(end))
    if _has_outliers(drawn, limits):
        low, high = column.min(), column.max()
        return np.log(column - low + (high - low) / 100), "log"
    return drawn, sorted(moved, key=str) or None


def _has_outliers(column: pd.Series, limits: tuple[float, float]) -> bool:
    skew, kurt = limits
    return abs(skewness(column)) > skew and kurtosis(column) > kurt
