"""What a figure shows in one sentence, for those who cannot see it."""

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from divide.show import cells
from divide.texts import FIXED


def of_lines(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """
    Tell the highest and the lowest line, and how many are in which state.

    Parameters
    ----------
    frame : DataFrame
        Columns row, value, low, high and mark; tau and state where lines are compared
        with the country. One row is one line under one tau.
    names : mapping
        Words of each line.
    """
    first = frame.drop_duplicates("row")
    if "state" in frame.columns:
        return _modelled(frame, len(first))
    known = first[first["mark"].eq("")].sort_values("value", kind="stable")
    told = [f"{names[row]}, {value}" for row, value in zip(known["row"], _both(known), strict=True)]
    if len(told) > 1:
        told = [f"Highest: {told[-1]}", f"lowest: {told[0]}"]
    return _joined(told, first["mark"])


def of_years(frame: pd.DataFrame, names: Mapping[str, str], breaks: Iterable[float]) -> str:
    """Tell each group's first and last value between two breaks: nothing across them."""
    told = []
    for row, name in names.items():
        known = frame[frame["row"].eq(row) & frame["mark"].eq("")].sort_values("year")
        eras = known.groupby([bisect(sorted(breaks), year) for year in known["year"]])
        said = [_span(part) for _, part in eras]
        told.append(f"{name}: {', after the break '.join(said) or 'no value'}")
    return _joined(told, frame["mark"])


def of_places(rows: pd.DataFrame) -> str:
    """Tell the highest and the lowest place, and how many have no value and why."""
    known = rows[~rows["mark"].isin(cells.states(rows["mark"]))]
    known = known.sort_values("value", kind="stable")
    told = [f"{name}, {text}" for name, text in zip(known["name"], known["text"], strict=True)]
    if len(told) > 1:
        told = [f"Highest: {told[-1]}", f"lowest: {told[0]}"]
    return _joined(told, rows["mark"])


def of_ranges(frame: pd.DataFrame, names: Mapping[str, str], write: Callable[[float], str]) -> str:
    """Tell the widest and the narrowest range, and how many lines are in which state."""
    known = frame[frame["mark"].eq("")]
    known = known.assign(width=known["high"] - known["low"]).sort_values("width", kind="stable")
    told = [
        f"{names[one['row']]}, {write(one['low'])} to {write(one['high'])}"
        for one in known.to_dict("records")
    ]
    if len(told) > 1:
        told = [f"Widest: {told[-1]}", f"narrowest: {told[0]}"]
    return _joined(told, frame["mark"])


def of_counts(counts: pd.DataFrame, states: Mapping[str, tuple[str, str]]) -> str:
    """Tell how many are in each state, all lines together."""
    whole = int(counts.to_numpy().sum())
    said = [f"{words}: {int(counts[state].sum())}" for state, (words, _) in states.items()]
    return f"Of {whole} in all, {'; '.join(said)}."


def of_rungs(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Tell what is known of each rung, and of how many nothing is."""
    known = frame[frame["value"].notna() | (frame["high"] - frame["low"] < 1)]
    told = [f"{names[one['row']]}: {known_share(one)}" for one in known.to_dict("records")]
    told.append(f"not in our sources: {len(frame) - len(known)} of {len(frame)}")
    return "; ".join(told) + "."


def known_share(row: Mapping[Any, Any]) -> str:
    """
    Write what is known of a share: its value, its bounds, or that our sources do not tell.

    Examples
    --------
    >>> known_share({"value": None, "low": 0.816, "high": 1}).replace(FIXED, " ")
    '81.6 to 100.0 %'
    >>> known_share({"value": None, "low": 0, "high": 1})
    'not in our sources'
    """
    low, high = row["low"], row["high"]
    if pd.notna(low) and 0 < high - low < 1:
        return f"{100 * low:.1f} to {cells.percent(high)}"
    if pd.notna(row["value"]) or (pd.notna(low) and low == high):
        return cells.percent(high if pd.isna(row["value"]) else row["value"])
    return "not in our sources"


def of_curves(frame: pd.DataFrame, names: Mapping[str, str], x: str) -> str:
    """Tell where each line begins and ends."""
    told = []
    for row, name in names.items():
        part = frame[frame["row"].eq(row) & frame["mark"].eq("")].sort_values(x)
        ends = zip(part["value"], part[x], strict=True)
        said = [f"{cells.percent(value)} at {x}{FIXED}={FIXED}{at:g}" for value, at in ends]
        told.append(f"{name}: {', '.join(dict.fromkeys([said[0], said[-1]])) if said else 'none'}")
    return _joined(told, frame["mark"])


def _modelled(frame: pd.DataFrame, lines: int) -> str:
    # No highest and no lowest: an expected rate is no rank (METHOD section 9).
    low, high = (cells.percent(end) for end in (frame["value"].min(), frame["value"].max()))
    told = (frame["state"] != "cannot_tell").groupby(frame["tau"]).sum()
    counts = ", ".join(f"{count} at τ{FIXED}={FIXED}{tau:g}" for tau, count in told.items())
    return f"Expected values run from {low} to {high}. Told from the country, of {lines}: {counts}."


def _span(part: pd.DataFrame) -> str:
    ends = part if len(part) < 2 else part.iloc[[0, -1]]
    values = zip(ends["value"], ends["year"], strict=True)
    return " and ".join(f"{cells.percent(value)} in {year}" for value, year in values)


def _both(rows: pd.DataFrame) -> list[str]:
    ends = rows.to_dict("records")
    return [f"{cells.percent(one['value'])} ({cells.interval(one)})" for one in ends]


def _joined(told: list[str], marks: pd.Series) -> str:
    said = told or ["No value is known"]
    for mark, words in cells.states(marks).items():
        said.append(f"{words.split(' ', 1)[1]}: {(marks == mark).sum()} of {len(marks)}")
    return "; ".join(said) + "."
