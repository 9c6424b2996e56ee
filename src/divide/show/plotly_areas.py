"""Patterned areas in Plotly: polygons of a plane, for which nothing is loaded."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go
import shapely

from divide.show.palettes import LIGHT
from divide.show.words import MARKS, SIGNS, mark_name

# Plotly's own patterns, one a state; none of them is a plain surface.
_PATTERNS: Final = {"s-suppressed": ".", "s-uncertain": "-", "s-missing": "/", "s-none": "+"}


def draw_areas(areas: Sequence[Any], marks: Sequence[str], names: Mapping[str, str]) -> go.Figure:
    """
    Draw areas in their marks' colours and patterns.

    One trace a mark: its rings as one broken line, so that only coordinates travel.
    `names` holds the legend of each mark that occurs.
    """
    figure = go.Figure()
    for mark in MARKS:
        chosen = [area for area, own in zip(areas, marks, strict=True) if mark_name(own) == mark]
        if not chosen:
            continue
        x, y = _outline(chosen)
        figure.add_scatter(
            x=x,
            y=y,
            fill="toself",
            mode="lines",
            line={"color": LIGHT.paper, "width": 0.5},
            name=names[mark],
            hoverinfo="skip",
            **_fill(mark),
        )
    return figure


def _outline(areas: Sequence[Any]) -> tuple[list[float | None], list[float | None]]:
    # Exterior rings clockwise, holes the other way: holes stay holes.
    x: list[float | None] = []
    y: list[float | None] = []
    parts = shapely.orient_polygons(shapely.get_parts(areas), exterior_cw=True)
    for ring in shapely.get_rings(parts):
        xy = shapely.get_coordinates(ring).round(2)
        x += [*xy[:, 0].tolist(), None]
        y += [*xy[:, 1].tolist(), None]
    return x, y


def surface(mark: str, key: str) -> dict[str, Any]:
    """Return a mark's colour, and under `key` its pattern if it is a state."""
    if mark not in SIGNS:
        return {"color": LIGHT.classes[int(mark[1:])]}
    state = LIGHT.states[mark]
    pattern = {"shape": _PATTERNS[mark], "fgcolor": state.lines, "bgcolor": state.ground, "size": 6}
    return {"color": state.ground, key: pattern}


def _fill(mark: str) -> dict[str, Any]:
    look = surface(mark, "fillpattern")
    return {"fillcolor": look.pop("color"), **look}
