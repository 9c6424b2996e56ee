"""Plotly bars for notebooks: ranges in any unit, counts of states, rungs of the ladder."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from divide.show.explore import GRID, finish
from divide.show.palettes import LIGHT
from divide.show.plotly_areas import surface
from divide.show.plotly_labels import chart_height, wrapped
from divide.show.words import SIGNS, need_columns
from divide.texts import NARROW

_ANYWHERE: Final = "anywhere between"
_TEXT: Final = "%{text}<extra></extra>"


def range_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str,
    unit: str,
    source: str,
    names: Mapping[str, str],
    write: Callable[[float], str],
    ticks: str = ",",
) -> go.Figure:
    """
    Draw each line from the least to the most that it can be, in any unit.

    Parameters
    ----------
    rows : DataFrame
        Columns row, low, high, mark and, where one is known, value. One row is one line.
    labels, title, unit, source, names
        As for `explore.interval_chart`.
    write : function
        Turns a number into text.
    ticks : str
        Plotly's format of the axis.
    """
    need_columns(rows, "row", "low", "high", "mark")
    figure, words = go.Figure(), wrapped(labels)
    known = rows[rows["mark"].eq("")]
    point = known.reindex(columns=["value"])["value"]
    dots = known.assign(value=point.fillna(known["low"].where(known["low"].eq(known["high"]))))
    for name, part, look in (
        ("interval", known[point.notna()], {"color": LIGHT.classes[1]}),
        (_ANYWHERE, known[point.isna()], _between()),
    ):
        wide = part[part["high"] > part["low"]]
        if len(wide):
            _add_bars(figure, wide, words, name, look)
            figure.data[-1].update(text=_spans(wide, write), hovertemplate=_TEXT)
    _add_dots(figure, dots[dots["value"].notna()], words, write)
    _add_states(figure, rows, words, names, float(known["high"].max()) if len(known) else 1.0)
    figure.update_xaxes(tickformat=ticks, rangemode="tozero", **GRID)
    return _lined(figure, [words[row] for row in rows["row"]], title, unit, source)


def stacked_chart(
    counts: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    states: Mapping[str, tuple[str, str]],
    title: str,
    unit: str,
    source: str,
) -> go.Figure:
    """
    Draw how many are in each state, one bar a line.

    Parameters
    ----------
    counts : DataFrame
        One row a line (its index), one column a state.
    states : mapping
        Words and mark of each state, from left to right; the mark gives colour and pattern.
    """
    figure, words = go.Figure(), wrapped(labels)
    lines = [words[str(row)] for row in counts.index]
    for state, (name, mark) in states.items():
        numbers = counts[state].astype(int).tolist()
        figure.add_bar(
            x=numbers,
            y=lines,
            orientation="h",
            width=0.7,
            name=name,
            text=[str(one) if one else "" for one in numbers],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": _ink(mark)},
            marker=_faint(mark),
            hovertemplate="%{y}: %{x}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(rangemode="tozero", **GRID)
    return _lined(figure, lines, title, unit, source).update_layout(barmode="stack")


def rung_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str,
    unit: str,
    source: str,
) -> go.Figure:
    """
    Draw the visibility ladder: solid as far as is known, hatched between its bounds.

    Parameters
    ----------
    rows : DataFrame
        Columns row (the rung), low and high. A rung without bounds may be anything.
    """
    need_columns(rows, "row", "low", "high")
    figure, words = go.Figure(), wrapped(labels)
    low = rows["low"].astype(float).fillna(0.0).clip(upper=1.0)
    high = rows["high"].astype(float).fillna(1.0).clip(upper=1.0)
    solid, between = rows.assign(low=0.0, high=low), rows.assign(low=low, high=high)
    _add_bars(figure, solid[low > 0], words, "at least", {"color": LIGHT.classes[3]})
    _add_bars(figure, between[high > low], words, _ANYWHERE, _between())
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], **GRID)
    return _lined(figure, [words[row] for row in rows["row"]], title, unit, source)


def _between() -> dict[str, Any]:
    """Return the look of what may lie anywhere: hatched, and outlined so that none is too thin."""
    line = {"color": LIGHT.states["s-missing"].lines, "width": 1}
    return {**surface("s-missing", "pattern"), "line": line}


def _faint(mark: str) -> dict[str, Any]:
    """Return a mark's surface with a pattern so light that a number on it can be read."""
    look = surface(mark, "pattern")
    if "pattern" in look:
        look["pattern"] = {**look["pattern"], "fgopacity": 0.45}
    return {**look, "line": {"color": LIGHT.paper, "width": 1}}


def _add_dots(
    figure: go.Figure,
    dots: pd.DataFrame,
    words: Mapping[str, str],
    write: Callable[[float], str],
) -> None:
    figure.add_scatter(
        x=dots["value"].tolist(),
        y=[words[row] for row in dots["row"]],
        mode="markers",
        marker={"color": LIGHT.ink, "size": 9, "line": {"color": LIGHT.paper, "width": 1.5}},
        cliponaxis=False,
        name="one value",
        text=[write(value) for value in dots["value"]],
        hovertemplate=_TEXT,
        showlegend=bool(len(dots)),
    )


def _spans(rows: pd.DataFrame, write: Callable[[float], str]) -> list[str]:
    ends = zip(rows["low"], rows["high"], strict=True)
    return [f"{write(low)} to {write(high)}" for low, high in ends]


def _ink(mark: str) -> str:
    return LIGHT.ink if mark in SIGNS else LIGHT.texts[int(mark[1:])]


def _add_bars(
    figure: go.Figure,
    rows: pd.DataFrame,
    words: Mapping[str, str],
    name: str,
    look: Mapping[str, Any],
) -> None:
    figure.add_bar(
        base=rows["low"].tolist(),
        x=(rows["high"] - rows["low"]).tolist(),
        y=[words[row] for row in rows["row"]],
        orientation="h",
        width=0.5,
        name=name,
        hoverinfo="name",
        textposition="none",
        marker=dict(look),
    )


def _add_states(
    figure: go.Figure,
    rows: pd.DataFrame,
    words: Mapping[str, str],
    names: Mapping[str, str],
    top: float,
) -> None:
    """Pattern what is in a state from end to end: the bounds of a protected value would tell it."""
    for mark, part in rows[rows["mark"].ne("")].groupby("mark"):
        whole = part.assign(low=0.0, high=top)
        _add_bars(figure, whole, words, names[str(mark)], surface(str(mark), "pattern"))


def _lined(
    figure: go.Figure, lines: Sequence[str], title: str, unit: str, source: str
) -> go.Figure:
    order = list(dict.fromkeys(lines))
    axis: dict[str, Any] = {"categoryorder": "array", "categoryarray": order[::-1]}
    figure.update_yaxes(**axis, automargin=True, showgrid=False, ticklabelstandoff=6)
    # Thousands are parted as in the text.
    figure.update_layout(height=chart_height(order), separators=f".{NARROW}")
    return finish(figure, title, unit, source)
