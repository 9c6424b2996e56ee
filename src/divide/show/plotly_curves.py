"""Plotly curves for notebooks: how a share moves as a parameter grows."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import plotly.graph_objects as go
from markupsafe import escape

from divide.errors import ReportError
from divide.show.explore import GRID, finish
from divide.show.palettes import LIGHT
from divide.show.words import need_columns

# Lines differ in colour and in dash: never in colour alone.
_DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash")
_COLOURS: Final = (*LIGHT.classes[:1:-1], LIGHT.states["s-suppressed"].lines, LIGHT.quiet)


def curve_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    x: str,
    title: str,
    unit: str,
    source: str,
    levels: Mapping[float, str],
) -> go.Figure:
    """
    Draw how a share moves as a parameter grows; dashed lines are levels that decide.

    Parameters
    ----------
    rows : DataFrame
        Columns row, value and the parameter's, whose name is `x`. At most five lines.
    """
    need_columns(rows, "row", "value", x)
    if rows["row"].nunique() > len(_DASHES):
        raise ReportError(f"{rows['row'].nunique()} lines: {len(_DASHES)} can be told apart.")
    figure = go.Figure()
    looks = zip(_DASHES, _COLOURS, strict=True)
    for (row, part), (dash, colour) in zip(rows.groupby("row", sort=False), looks, strict=False):
        figure.add_scatter(
            x=part[x].tolist(),
            y=part["value"].tolist(),
            mode="lines",
            name=labels[str(row)],
            line={"dash": dash, "color": colour, "width": 2.5},
            hovertemplate=f"{x} = %{{x:.2f}}: %{{y:.0%}}<extra>%{{fullData.name}}</extra>",
        )
    for level, what in levels.items():
        figure.add_hline(
            y=level,
            line={"dash": "dash", "color": LIGHT.quiet, "width": 1},
            annotation={"text": str(escape(what)), "font": {"size": 12, "color": LIGHT.quiet}},
            annotation_position="top right",
        )
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.05], automargin=True, **GRID)
    figure.update_xaxes(title={"text": x, "standoff": 4}, **GRID)
    return finish(figure.update_layout(height=440), title, unit, source)
