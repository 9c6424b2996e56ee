"""Exhibits of what is counted or bounded: ranges in any unit, states, rungs, growing parameters."""

from collections.abc import Callable, Mapping

import pandas as pd

from divide import releases, texts
from divide.errors import ReportError
from divide.releases import Publishable
from divide.show import cells, plotly_curves, plotly_numbers
from divide.show.descriptions import known_share, of_counts, of_curves, of_ranges, of_rungs
from divide.show.exhibits import Exhibit, order_rows, origin
from divide.show.words import need_columns


def ranges(
    rows: pd.DataFrame | Publishable,
    *,
    by: str,
    names: Mapping[str, str],
    title: str,
    unit: str,
    write: Callable[[float], str],
    sentence: str = "",
    ticks: str = ",",
) -> Exhibit:
    """
    Show from the least to the most that each line can be: persons, ranks, τ.

    Parameters
    ----------
    rows : DataFrame
        Columns low and high, and value where one is known. One row is one line; one without
        an end says by its status why.
    by, names, title, unit, sentence
        As for `exhibits.lines`.
    write : function
        Turns a number into text.
    ticks : str
        Plotly's format of the axis: ".0%" for shares.

    Raises
    ------
    ReportError
        If a line has no row, or an end is missing and no status says why.
    """
    rows = releases.admit(rows)
    need_columns(rows, by, "low", "high", "status")
    frame = order_rows(rows, by, names, needed=["low", "high"])
    figure = plotly_numbers.range_chart(
        frame,
        labels=names,
        title=title,
        unit=unit,
        source=origin(frame),
        names=cells.states(frame["mark"]),
        write=write,
        ticks=ticks,
    )
    words = cells.states(frame["mark"])
    heads = {"low": "At least", "high": "At most"}
    if "value" in frame and frame["value"].notna().any():
        heads = {"value": "Value", "low": "From", "high": "To"}
    columns = {by.capitalize(): [names[row] for row in frame["row"]]}
    for name, head in heads.items():
        columns[head] = [
            words[mark] if mark else "not known" if pd.isna(one) else write(one)
            for one, mark in zip(frame[name], frame["mark"], strict=True)
        ]
    told = f"{sentence} {of_ranges(frame, names, write)}".strip()
    return Exhibit(figure, told, cells.plain(pd.DataFrame(columns), title))


def counts(
    rows: pd.DataFrame | Publishable,
    *,
    by: str,
    of: str,
    names: Mapping[str, str],
    states: Mapping[str, tuple[str, str]],
    title: str,
    unit: str,
    sentence: str = "",
) -> Exhibit:
    """
    Show how many rows of each line are in which state.

    Parameters
    ----------
    rows : DataFrame
        One row is one thing that is counted; `of` names the column of its state.
    by, names, title, unit, sentence
        As for `exhibits.lines`.
    states : mapping
        Words and mark (`c0` to `c4`, `s-uncertain` ...) of each state that may occur.

    Raises
    ------
    ReportError
        If a line has no row, or a state has no words: what is counted adds up to everything.
    """
    rows = releases.admit(rows)
    need_columns(rows, by, of)
    kept = rows[rows[by].isin(list(names))]
    silent = [name for name in names if name not in set(kept[by])]
    unnamed = sorted(set(kept[of]) - set(states), key=str)
    if silent or unnamed:
        raise ReportError(f"No row, or no words, for {', '.join(map(str, silent + unnamed))}.")
    found = pd.crosstab(kept[by], kept[of]).reindex(
        index=list(names), columns=list(states), fill_value=0
    )
    figure = plotly_numbers.stacked_chart(
        found, labels=names, states=states, title=title, unit=unit, source=origin(kept)
    )
    listed = found.rename(index=names, columns={one: words for one, (words, _) in states.items()})
    listed = listed.map(texts.format_count).rename_axis(by.capitalize()).reset_index()
    told = f"{sentence} {of_counts(found, states)}".strip()
    return Exhibit(figure, told, cells.plain(listed, title))


def rungs(
    rows: pd.DataFrame,
    *,
    names: Mapping[str, str],
    title: str,
    unit: str,
    sentence: str = "",
) -> Exhibit:
    """
    Show the visibility ladder of one group in one place.

    Parameters
    ----------
    rows : DataFrame
        Rows of the table visibility: one a rung.
    names : mapping
        Words of each rung, in the order in which they are shown.
    """
    need_columns(rows, "rung", "value", "low", "high", "status", "evidence")
    frame = order_rows(rows, "rung", names)
    if frame["row"].duplicated().any():
        raise ReportError("A rung stands twice: choose one group and one place.")
    figure = plotly_numbers.rung_chart(
        frame,
        labels=names,
        title=title,
        unit=unit,
        source=origin(frame),
    )
    listed = pd.DataFrame(
        {
            "Rung": [names[row] for row in frame["row"]],
            "Share": [known_share(one) for one in frame.to_dict("records")],
            "Evidence": [texts.label(f"evidence.{one}", lang="en") for one in frame["evidence"]],
        }
    )
    told = f"{sentence} {of_rungs(frame, names)}".strip()
    return Exhibit(figure, told, cells.plain(listed, title))


def curves(
    rows: pd.DataFrame,
    *,
    by: str,
    names: Mapping[str, str],
    x: str,
    title: str,
    unit: str,
    levels: Mapping[float, str],
    sentence: str = "",
) -> Exhibit:
    """
    Show how a share moves as a parameter grows.

    Parameters
    ----------
    rows : DataFrame
        Columns value (a share) and the parameter, whose name is `x`. One row is one line at
        one value of the parameter.
    by, names, title, unit, sentence
        As for `exhibits.lines`.
    levels : mapping
        Words of each level that decides something, by the level.
    """
    need_columns(rows, by, x, "value", "status")
    frame = order_rows(rows, by, names)
    figure = plotly_curves.curve_chart(
        frame, labels=names, x=x, title=title, unit=unit, source=origin(frame), levels=levels
    )
    wide = frame.assign(text=cells.write(frame)).pivot(index=x, columns="row", values="text")
    wide = wide[list(names)].rename(columns=names).reset_index()
    wide[x] = [f"{one:g}" for one in wide[x]]
    told = f"{sentence} {of_curves(frame, names, x)}".strip()
    return Exhibit(figure, told, cells.plain(wide, title))
