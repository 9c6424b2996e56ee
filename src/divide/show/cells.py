"""Tables of notebooks: cells written as text, a state in words where a value is missing."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide import texts
from divide.show import html_tables
from divide.show.words import SIGNS

# A difference from the country that holds under no τ at all.
_NEVER: Final = "not even 0"
# A longer table is folded.
_FOLDED: Final = 15
# Letters from which a cell is read as a sentence: its column begins at the left.
_SENTENCE: Final = 40


def states(marks: pd.Series) -> dict[str, str]:
    """Return sign and words of each state that occurs among the marks."""
    return {
        mark: f"{sign} {texts.label(f'mark.{mark[2:]}', lang='en')}"
        for mark, sign in SIGNS.items()
        if mark in set(marks)
    }


def percent(share: float, digits: int = 1) -> str:
    """
    Write a share with the digits of its publication.

    Examples
    --------
    >>> percent(0.956).replace(texts.FIXED, " ")
    '95.6 %'
    """
    return f"{100 * share:.{digits}f}{texts.FIXED}%"


def write(rows: pd.DataFrame, digits: int = 1) -> list[str]:
    """Write each row's value, or the words of the state it is in."""
    words = states(rows["mark"])
    return [
        words[mark] if mark in words else percent(value, digits)
        for value, mark in zip(rows["value"], rows["mark"], strict=True)
    ]


def interval(row: Mapping[Any, Any]) -> str:
    """Write an interval; the bounds of a protected value would tell it."""
    low, high = row["low"], row["high"]
    if row["mark"] == "s-suppressed" or pd.isna(low) or pd.isna(high):
        return "not known"
    ends = "–".join(dict.fromkeys((f"{100 * low:.1f}", f"{100 * high:.1f}"))) + f"{texts.FIXED}%"
    return f"{ends}, {row['state'].replace('_', ' ')}" if "state" in row else ends


def interval_table(
    frame: pd.DataFrame, names: Mapping[str, str], *, head: str, caption: str, bands: str
) -> Markup:
    """
    Write one row a line: its value and its interval under each tau.

    Where rows have a state (higher, lower, cannot tell) it stands beside the interval;
    where they have a tipping point, that is the last column.
    """
    first = frame.drop_duplicates("row").set_index("row")
    columns = {head: [names[row] for row in first.index], "Value": write(first)}
    for tau, part in frame.groupby("tau"):
        ends = part.set_index("row").loc[first.index]
        columns[bands.format(tau)] = [interval(one) for one in ends.to_dict("records")]
    if "tipping_point" in first.columns:
        columns["Holds up to τ ="] = [
            _NEVER if pd.isna(tau) else f"{tau:.2f}" for tau in first["tipping_point"]
        ]
    return plain(pd.DataFrame(columns), caption)


def year_table(frame: pd.DataFrame, names: Mapping[str, str], *, head: str, caption: str) -> Markup:
    """Write one row a group and one column a year; a group not asked that year says so."""
    filled = frame.assign(text=write(frame)).pivot(index="row", columns="year", values="text")
    wide = filled.loc[list(names)].fillna("not asked").rename(index=names, columns=str)
    return plain(wide.rename_axis(head).reset_index(), caption)


def plain(listed: pd.DataFrame, caption: str) -> Markup:
    """
    Write a frame of texts as it stands.

    Raises
    ------
    ReportError
        If a cell is empty: it would say neither none nor unknown.
    """
    heads = [str(name) for name in listed.columns]
    shown = listed.set_axis(heads, axis=1)
    found = html_tables.table(
        shown,
        [
            html_tables.Column(head, is_text=bool(shown[head].map(str).str.len().max() > _SENTENCE))
            for head in heads
        ],
        caption=caption,
        heads=[("en", heads)],
        words={},
    )
    if len(listed) <= _FOLDED:
        return found
    return Markup("<details><summary>Table of {} rows</summary>{}</details>").format(
        len(listed), found
    )
