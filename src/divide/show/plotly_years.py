"""Groups over the years in Plotly: no line crosses a break in the series."""

from bisect import bisect
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
from markupsafe import escape

from divide.errors import ReportError
from divide.show.explore import GRID, finish
from divide.show.palettes import LIGHT
from divide.show.plotly_areas import surface
from divide.show.words import need_columns

# Lines differ in colour, dash and symbol: never in colour alone.
_LOOKS: Final = (
    ("solid", "circle", LIGHT.classes[4]),
    ("dash", "square", LIGHT.classes[3]),
    ("dot", "diamond", LIGHT.states["s-suppressed"].lines),
    ("dashdot", "triangle-up", LIGHT.states["s-uncertain"].lines),
    ("longdash", "x", LIGHT.quiet),
)


def year_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str,
    unit: str,
    source: str,
    names: Mapping[str, str],
    breaks: Mapping[float, str],
) -> go.Figure:
    """
    Draw groups over the years with their intervals.

    Parameters
    ----------
    rows : DataFrame
        Columns row, year, value, low, high and mark (a state such as `s-missing`, else
        empty). One row is one group in one year.
    labels : mapping
        Name of each group, at most five.
    title, unit, source : str
        As for `explore.tile_map`.
    names : mapping
        Words of each state that occurs, by its mark.
    breaks : mapping
        What changed, by the point in time between two surveys, such as 2015.5.
    """
    need_columns(rows, "row", "year", "value", "low", "high", "mark")
    if rows["row"].nunique() > len(_LOOKS):
        raise ReportError(f"{rows['row'].nunique()} lines: {len(_LOOKS)} can be told apart.")
    figure = go.Figure()
    for (row, part), look in zip(rows.groupby("row", sort=False), _LOOKS, strict=False):
        _add_line(figure, part.sort_values("year"), labels[str(row)], look, breaks)
    _add_states(figure, rows, labels, names)
    for when, what in breaks.items():
        figure.add_vline(
            x=when,
            line={"dash": "dash", "color": LIGHT.quiet, "width": 1},
            annotation={"text": str(escape(what)), "font": {"size": 12, "color": LIGHT.quiet}},
            annotation_position="bottom right",
        )
    surveyed = sorted(set(rows["year"]))
    figure.update_xaxes(
        tickvals=surveyed, range=[surveyed[0] - 0.7, surveyed[-1] + 0.7], ticks="", showgrid=False
    )
    figure.update_yaxes(tickformat=".0%", range=[0, 1.05], automargin=True, **GRID)
    figure.update_layout(height=480)
    return finish(figure, title, unit, source)


def _add_line(
    figure: go.Figure,
    part: pd.DataFrame,
    name: str,
    look: tuple[str, str, str],
    breaks: Mapping[float, str],
) -> None:
    dash, symbol, colour = look
    known = part[part["mark"].eq("")]
    x: list[Any] = []
    spans: dict[str, list[Any]] = {"value": [], "above": [], "below": []}
    before = None
    for one in known.to_dict("records"):
        era = bisect(sorted(breaks), one["year"])
        if before is not None and era != before:
            x.append(one["year"])
            for values in spans.values():
                values.append(None)
        before = era
        x.append(one["year"])
        spans["value"].append(one["value"])
        spans["above"].append(one["high"] - one["value"])
        spans["below"].append(one["value"] - one["low"])
    figure.add_scatter(
        x=x,
        y=spans["value"],
        error_y={"array": spans["above"], "arrayminus": spans["below"], "symmetric": False,
                 "thickness": 1.5, "width": 4},
        mode="lines+markers",
        connectgaps=False,
        name=name,
        line={"dash": dash, "color": colour, "width": 2},
        marker={"symbol": symbol, "size": 9},
        hovertemplate="%{x}: %{y:.1%}<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _add_states(
    figure: go.Figure, rows: pd.DataFrame, labels: Mapping[str, str], names: Mapping[str, str]
) -> None:
    # From end to end of the scale: the value may lie anywhere.
    for (row, mark), part in rows[rows["mark"].ne("")].groupby(["row", "mark"], sort=False):
        figure.add_bar(
            x=part["year"].tolist(),
            y=[1.0] * len(part),
            width=0.4,
            name=f"{labels[str(row)]}: {names[str(mark)]}",
            hoverinfo="name",
            marker=surface(str(mark), "pattern"),
        )
