"""Restate counts: bring them from one day's communes to another's, losing nobody."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import catalog, terms
from divide.errors import JoinError, MethodError
from divide.measure.successors import COLUMNS as PAIRS
from divide.measure.sums import BOUNDS, behind, parts_of, totals

# Counted in whole units that add up; everything else is a ratio of two such counts.
COUNTED: Final = ("persons", "households", "homes", "places", "days", "m2")


def restate(
    counts: DataFrame,
    successors: DataFrame,
    *,
    to: str,
    key: DataFrame | None = None,
    unit: str | None = None,
) -> DataFrame:
    """
    Bring counts of communes to another day's communes.

    Counts add up through mergers. A commune that was divided is shared out by the key, and its
    parts are modelled. What is not known stays so: a sum with a missing or protected part
    has no value, but bounds, where every part has some.

    Parameters
    ----------
    counts
        Observations of communes on the list of one `register_date`, in units that add up.
        Columns `low` and `high`, if there, bound each value.
    successors
        One row per commune and heir, from that day to `to`.
    to
        The day wanted, ISO.
    key
        How divided communes are shared out: `initial`, `terminal` and `weight`, such as the
        residents of the parts. Weights are divided by their sum.
    unit
        What an indicator unknown to the catalogue counts, such as `persons`.

    Returns
    -------
    DataFrame
        Observations on the communes of `to`. One row per commune and the rest of the key.
        `attrs["account"]` tells what was done and who was left out: numbers that the list
        does not know and where nobody lives.

    Raises
    ------
    MethodError
        If the counts are rates, or a commune was divided and no key says how.
    JoinError
        If a place where somebody lives is not on the list of its day.

    Examples
    --------
    >>> pairs = DataFrame({"initial": ["0947", "0767"], "terminal": "0767", "share": 1.0,
    ...     "initial_date": "2023-01-01", "terminal_date": "2024-01-01", "kind": "merger",
    ...     "initial_name": "", "terminal_name": "", "evidence": "boundaries",
    ...     "initial_canton": "BE", "terminal_canton": "BE"})
    >>> counts = DataFrame({"indicator": "residents", "group": "total", "place_level": "commune",
    ...     "place": ["0767", "0947"], "register_date": "2023-01-01", "year": 2023,
    ...     "value": [700.0, 250.0], "status": "observed"})
    >>> restate(counts, pairs, to="2024-01-01")[["place", "value"]].to_numpy().tolist()
    [['0767', 950.0]]
    """
    _check_columns(counts, unit)
    _check_days(counts, successors, to)
    pairs = _weighted(successors, key)
    codes, names = pd.factorize(counts["place"])
    changed = _changed(pairs)
    known, moved = names.isin(pairs["initial"]), names.isin(changed["initial"])
    ghosts = _ghosts(counts[~known[codes]], successors)
    same = np.flatnonzero((known & ~moved)[codes])
    parts = parts_of(counts, np.flatnonzero(moved[codes]), changed)
    # One row stands for each sum: that of its first part, with another place and value.
    rows = np.concatenate([same, parts.first])
    tails = totals(counts, parts)
    if "cell" in counts:  # a sum has no cell of its own
        tails["cell"] = pd.array([None] * len(parts.first), dtype="str")
    ends = pd.Index(names).append(pd.Index(parts.heirs))
    kept = counts.drop(columns=["place", "register_date", *tails])
    frame = (
        kept.take(rows)
        .reset_index(drop=True)
        .assign(
            place=ends.take(np.concatenate([codes[same], len(names) + parts.heir])).array,
            register_date=pd.array([to], dtype="str").take(np.zeros(len(rows), dtype=int)),
            **{name: behind(counts[name], same, tail) for name, tail in tails.items()},
        )[list(counts.columns)]
    )
    frame.attrs["account"] = {"restated": _account(successors, pairs, ghosts)}
    return frame


def _check_columns(counts: DataFrame, unit: str | None) -> None:
    """Refuse what does not add up: rates, other levels, errors of estimates."""
    lost = sorted({*terms.KEY, *terms.VALUE} - set(counts.columns))
    more = sorted(set(counts.columns) - {*terms.KEY, *terms.VALUE, *terms.ORIGIN, *BOUNDS})
    if lost or more:
        raise MethodError(
            f"Counts to restate lack {lost or 'nothing'} and hold {more or 'nothing'} that cannot "
            "be added up. Keep the key, value, status, low and high, and the origin."
        )
    if set(counts["place_level"].unique()) - {"commune"}:
        raise MethodError("Only communes are restated. Restate them, then aggregate.")
    refuse_rates(counts, unit)


def refuse_rates(counts: DataFrame, unit: str | None = None) -> None:
    """
    Refuse what does not add up.

    Raises
    ------
    MethodError
        If an indicator is a share or another ratio, or is unknown and no unit is given.
    """
    for name in counts["indicator"].unique():
        counted = unit or _unit(str(name))
        if counted not in COUNTED:
            raise MethodError(
                f"Indicator {name!r} is a {counted}: the rate of a place is not the mean of the "
                "rates of its parts. Restate or add up its numerator and its denominator, and "
                "divide them then."
            )


def _unit(indicator: str) -> str:
    known = catalog.indicators().get(indicator)
    if known is None:
        raise MethodError(
            f"Indicator {indicator!r} is not in the catalogue: say what it counts, such as "
            "unit='persons'."
        )
    return known.unit


def _check_days(counts: DataFrame, successors: DataFrame, to: str) -> None:
    lost = sorted(set(PAIRS) - set(successors.columns))
    spans = set(zip(successors.get("initial_date", []), successors.get("terminal_date", []),
                    strict=True))  # fmt: skip
    days = set(counts["register_date"].unique())
    if lost or len(spans) != 1 or days - {next(iter(spans))[0]} or next(iter(spans))[1] != to:
        told = "; ".join(" to ".join(span) for span in sorted(spans))
        raise MethodError(
            f"Counts on the lists of {sorted(map(str, days))} were to be brought to {to}, and the "
            f"successors are of {told or 'no day'}. Ask for the successors of these days."
        )


def _weighted(successors: DataFrame, key: DataFrame | None) -> DataFrame:
    """Give every pair its share; where nothing tells it, by the key, or not at all."""
    pairs = successors[["initial", "terminal", "share"]]
    open_ = pairs["share"].isna()
    if not open_.any():
        return pairs
    names = ["initial", "terminal"]
    if key is not None:
        weights = pairs.merge(key[[*names, "weight"]], on=names, how="left", validate="1:1")
        shares = weights["weight"] / weights.groupby("initial")["weight"].transform("sum")
        whole = weights["weight"].isna().groupby(weights["initial"]).transform("any")
        pairs = pairs.assign(share=pairs["share"].fillna(shares.mask(whole)))
    if pairs["share"].isna().any():
        lost = successors[pairs["share"].isna()]
        told = (lost["initial"] + " " + lost["initial_name"]).unique().tolist()
        raise MethodError(
            f"{len(told)} communes were divided, and nothing says how: {', '.join(told[:12])}. "
            "Give a key with the weight of each part, such as its residents: key=…"
        )
    return pairs


def _changed(pairs: DataFrame) -> DataFrame:
    """Return the pairs of heirs that are not simply the same commune as before."""
    origins = pairs.groupby("terminal")["initial"].transform("size")
    simple = (origins == 1) & (pairs["initial"] == pairs["terminal"]) & (pairs["share"] == 1)
    found: DataFrame = pairs[~simple]
    return found


def _ghosts(rows: DataFrame, successors: DataFrame) -> list[str]:
    """Name numbers that the list does not know; refuse them if anybody lives there."""
    lived = rows[~(rows["value"] == 0)]
    if not lived.empty:
        told = sorted(lived["place"].unique())
        raise JoinError(
            f"{len(told)} places are not on the list of {successors['initial_date'].iloc[0]}: "
            f"{', '.join(told[:12])}, with a value of {lived['value'].sum():,.0f} in all. "
            "Is the register date right?"
        )
    return sorted(rows["place"].unique())


def _account(successors: DataFrame, pairs: DataFrame, ghosts: list[str]) -> Mapping[str, Any]:
    changed = _changed(pairs)
    first = successors.iloc[0]
    return {
        "from": first["initial_date"],
        "to": first["terminal_date"],
        "evidence": first["evidence"],
        "communes": int(changed["initial"].nunique()),
        "shared_out": sorted(changed.loc[changed["share"] < 1, "initial"].unique()),
        "left_out": ghosts,
    }
