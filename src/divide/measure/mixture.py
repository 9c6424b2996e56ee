"""People in private households and in institutions together, and what leaving out costs."""

import pandas as pd

from divide.errors import MethodError
from divide.measure.designs import Array


def mix(parts: pd.DataFrame) -> pd.DataFrame:
    """
    Mix the rates of those who live in private households and of those who live in institutions.

    Parameters
    ----------
    parts
        `private_share` (c, of the group at the place), `private`, `private_low`,
        `private_high`, `institution`, `institution_low`, `institution_high`: shares, missing
        where not known.

    Returns
    -------
    DataFrame
        One row per row: `value` = c·private + (1 − c)·institution, `low`, `high`; `gap` =
        institution − private; `cost` = value − private, what leaving institutions out
        understates, `cost_low`, `cost_high`. Ends are met together: they hold whatever the two
        rates have to do with each other, c without error. Only a declared gap ties them: then
        its ends, `gap_low` and `gap_high` of `parts`, make those of the cost.

    Raises
    ------
    MethodError
        If a share lies outside 0 to 1.

    Examples
    --------
    >>> parts = pd.DataFrame({"private_share": [0.8], "private": [0.1], "private_low": [0.05],
    ...     "private_high": [0.15], "institution": [0.4], "institution_low": [0.3],
    ...     "institution_high": [0.5]})
    >>> mix(parts)[["value", "low", "high", "gap"]].round(3).values.tolist()
    [[0.16, 0.1, 0.22, 0.3]]
    >>> mix(parts)[["cost", "cost_low", "cost_high"]].round(3).values.tolist()
    [[0.06, 0.03, 0.09]]
    """
    shares = parts.select_dtypes("number")
    if ((shares < 0) | (shares > 1)).any(axis=None):
        raise MethodError("A rate or a part lies outside 0 to 1: give shares, not percentages.")
    home = parts["private_share"].to_numpy(dtype=float)
    rest = 1 - home
    private, low, high = _ends(parts, "private")
    inside, least, most = _ends(parts, "institution")
    declared = {"gap_low", "gap_high"} <= set(parts.columns)
    nearest = parts["gap_low"].to_numpy(dtype=float) if declared else least - high
    farthest = parts["gap_high"].to_numpy(dtype=float) if declared else most - low
    return pd.DataFrame(
        {
            "value": home * private + rest * inside,
            "low": home * low + rest * least,
            "high": home * high + rest * most,
            "gap": inside - private,
            "cost": rest * (inside - private),
            "cost_low": rest * nearest,
            "cost_high": rest * farthest,
        },
        index=parts.index,
    )


def _ends(parts: pd.DataFrame, name: str) -> tuple[Array, Array, Array]:
    value, low, high = (
        parts[f"{name}{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
    )
    return value, low, high


def by_gap(parts: pd.DataFrame, gap: tuple[float, float]) -> pd.DataFrame:
    """
    Assume how much higher the rate is in institutions, where nobody has measured it.

    Parameters
    ----------
    parts
        `private`, `private_low`, `private_high`.
    gap
        Least and greatest declared difference; the greatest is the value, to show what is at
        stake, and the least the lower end.

    Returns
    -------
    DataFrame
        `institution`, `institution_low`, `institution_high`, at most 1, and the ends of their
        distance from the private rate, `gap_low` and `gap_high`.

    Examples
    --------
    >>> parts = pd.DataFrame({"private": [0.1], "private_low": [0.05], "private_high": [0.8]})
    >>> by_gap(parts, (0.0, 0.3)).values.round(2).tolist()
    [[0.4, 0.05, 1.0, 0.0, 0.3]]
    """
    least, most = gap
    room = 1 - parts["private"]
    return pd.DataFrame(
        {
            "institution": (parts["private"] + most).clip(upper=1),
            "institution_low": (parts["private_low"] + least).clip(upper=1),
            "institution_high": (parts["private_high"] + most).clip(upper=1),
            "gap_low": room.clip(upper=least),
            "gap_high": room.clip(upper=most),
        }
    )
