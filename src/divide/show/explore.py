"""Plotly figures for notebooks: hover to read, never in a reader's report."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import shapely
from geopandas import GeoDataFrame
from markupsafe import escape

from divide.errors import ReportError
from divide.show.palettes import LIGHT
from divide.show.plotly_areas import draw_areas, surface
from divide.show.plotly_labels import chart_height, wrapped
from divide.show.words import SIGNS, need_columns

GRID: Final = {"gridcolor": LIGHT.line, "zeroline": False, "ticks": ""}
# Pixels.
_MAP: Final = 560
_HIDDEN: Final = "s-suppressed"


def tile_map(
    rows: pd.DataFrame, *, title: str, unit: str, source: str, names: Mapping[str, str]
) -> go.Figure:
    """
    Draw places as equal tiles.

    Parameters
    ----------
    rows : DataFrame
        Columns place, row, column, mark and text. One row is one place.
    title, unit, source : str
        What, in which unit, from where with its edition.
    names : mapping
        Legend of each mark that occurs: the range of a class, the words of a state.
    """
    need_columns(rows, "place", "row", "column", "mark", "text")
    squares = [
        shapely.box(column + 0.03, -row + 0.03, column + 0.97, -row + 0.97)
        for row, column in zip(rows["row"], rows["column"], strict=True)
    ]
    figure = draw_areas(squares, rows["mark"].tolist(), names)
    figure.add_scatter(
        x=[square.centroid.x for square in squares],
        y=[square.centroid.y for square in squares],
        text=_hover(rows["place"], rows),
        mode="text",
        textfont={"color": [_text_colour(mark) for mark in rows["mark"]]},
        showlegend=False,
        hoverinfo="text",
    )
    return finish(_as_map(figure), title, unit, source)


def commune_map(
    boundaries: GeoDataFrame,
    rows: pd.DataFrame,
    *,
    title: str,
    unit: str,
    source: str,
    names: Mapping[str, str],
    tolerance: float = 300.0,
) -> go.Figure:
    """
    Draw places by their boundaries, simplified together.

    Nothing is loaded: the shapes are polygons of a plane, not a geographic map whose
    coastlines Plotly would fetch.

    Parameters
    ----------
    boundaries : GeoDataFrame
        Columns place and geometry, in metres.
    rows : DataFrame
        Columns place, name, mark and text; the same places as `boundaries`.
    title, unit, source, names
        As for `tile_map`.
    tolerance : float
        Metres: the side of the square whose area may be cut off.
    """
    need_columns(rows, "place", "name", "mark", "text")
    merged = rows.merge(boundaries[["place", "geometry"]], on="place", validate="1:1")
    if not len(merged) == len(rows) == len(boundaries):
        raise ReportError(
            f"Map and data differ: {len(boundaries)} boundaries, {len(rows)} rows, "
            f"{len(merged)} places in both."
        )
    exact = merged["geometry"].to_numpy()
    figure = draw_areas(shapely.coverage_simplify(exact, tolerance), merged["mark"].tolist(), names)
    points = shapely.get_coordinates(shapely.point_on_surface(exact)).round()
    figure.add_scatter(
        x=points[:, 0].tolist(),
        y=points[:, 1].tolist(),
        text=_hover(merged["name"], merged),
        mode="markers",
        marker={"opacity": 0},
        showlegend=False,
        hoverinfo="text",
    )
    return finish(_as_map(figure), title, unit, source)


def interval_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str,
    unit: str,
    source: str,
    names: Mapping[str, str],
    bands: str = "τ = {:g}",
) -> go.Figure:
    """
    Draw estimates with nested intervals, one line a place or group.

    Parameters
    ----------
    rows : DataFrame
        As for `intervals.interval_chart`: row, tau, value, low, high, mark.
    labels : mapping
        Name of each line.
    title, unit, source : str
        As for `tile_map`.
    names : mapping
        Words of each state that occurs, by its mark.
    bands : str
        Legend of an interval, where `{}` stands for tau.
    """
    need_columns(rows, "row", "tau", "value", "low", "high", "mark")
    labels = wrapped(labels)
    known = rows[rows["mark"].eq("")]
    figure = go.Figure()
    taus = list(known.groupby("tau"))
    first = int(len(taus) == 1)
    for i, (tau, part) in enumerate(reversed(taus)):
        figure.add_scatter(
            **_bars(part, labels),
            name=bands.format(tau),
            line={"width": 6 + 4 * (i + first), "color": LIGHT.classes[min(2 * i + first, 4)]},
            hoverinfo="skip",
        )
    dots = known.drop_duplicates("row")
    figure.add_scatter(
        x=dots["value"].tolist(),
        y=[labels[row] for row in dots["row"]],
        mode="markers",
        marker={"color": LIGHT.ink, "size": 8, "line": {"color": LIGHT.paper, "width": 1.5}},
        name="estimate",
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    _add_states(figure, rows, labels, names)
    order = [labels[row] for row in dict.fromkeys(rows["row"])]
    figure.update_yaxes(categoryorder="array", categoryarray=order[::-1])
    figure.update_yaxes(automargin=True, showgrid=False, ticklabelstandoff=6)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", **GRID)
    figure.update_layout(height=chart_height(order))
    return finish(figure, title, unit, source)


def _text_colour(mark: str) -> str:
    return LIGHT.ink if mark in SIGNS else LIGHT.texts[int(mark[1:])]


def _hover(names: pd.Series, rows: pd.DataFrame) -> list[str]:
    # Plotly reads some tags in its texts; a state shows its sign, never its text column.
    shown = [
        SIGNS.get(mark, str(text)) for mark, text in zip(rows["mark"], rows["text"], strict=True)
    ]
    return [f"{escape(name)}<br>{escape(text)}" for name, text in zip(names, shown, strict=True)]


def _bars(part: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[str | None] = []
    for row, low, high in zip(part["row"], part["low"], part["high"], strict=True):
        x += [low, high, None]
        y += [labels[row], labels[row], None]
    return {"x": x, "y": y, "mode": "lines"}


def _add_states(
    figure: go.Figure, rows: pd.DataFrame, labels: Mapping[str, str], names: Mapping[str, str]
) -> None:
    # As long as the scale: a hatched 100 % would press the others together.
    top = rows["high"].max() if rows["high"].notna().any() else 1.0
    # A state may have bounds: an unknown rung lies between its neighbour and 1.
    for state, part in rows[rows["mark"].ne("")].groupby("mark"):
        # But the bounds of a protected value would tell it.
        ends = part[["low", "high"]].astype(float) * (float("nan") if state == _HIDDEN else 1.0)
        low, high = ends["low"].fillna(0.0), ends["high"].fillna(top)
        figure.add_bar(
            base=low.tolist(),
            x=(high - low).tolist(),
            y=[labels[row] for row in part["row"]],
            orientation="h",
            width=0.5,
            name=names[str(state)],
            hoverinfo="name",
            marker=surface(str(state), "pattern"),
        )


def finish(figure: go.Figure, title: str, unit: str, source: str) -> go.Figure:
    """Give a figure its title, unit and source line, and the type of the reports."""
    heading = f"{escape(title)}<br><sup>{escape(unit)}</sup>"
    figure.add_annotation(
        name="source",
        text=str(escape(source)),
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        xanchor="left",
        yanchor="top",
        yshift=-30,
        showarrow=False,
        font={"size": 12, "color": LIGHT.quiet},
    )
    figure.update_layout(
        # For pages that write them beside the figure, where words can wrap.
        meta={"title": title, "unit": unit, "source": source},
        title={"text": heading, "x": 0, "xref": "container", "xanchor": "left", "y": 1,
               "yref": "container", "yanchor": "top", "pad": {"t": 22}, "font": {"size": 17}},
        template="none",
        hovermode="closest",
        barmode="overlay",
        font={"color": LIGHT.ink, "family": "system-ui, sans-serif", "size": 13},
        legend={"traceorder": "normal", "orientation": "h", "x": 0, "xanchor": "left",
                "xref": "container", "y": 0, "yref": "container", "yanchor": "bottom"},
        margin={"l": 10, "r": 10, "t": 70, "b": 100},
    )  # fmt: skip
    return figure


def _as_map(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure.update_layout(height=_MAP)


def library() -> str:
    """Return plotly.js as text, to stand once in an exported page."""
    from plotly.offline import get_plotlyjs

    text: str = get_plotlyjs()
    return text
