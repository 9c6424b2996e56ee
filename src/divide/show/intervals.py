"""Dots and intervals: one line a place or group, nested bands, one scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup

from divide.errors import ReportError
from divide.show.words import SIGNS, Word, mark_name, need_columns, need_word, spans

# A line of the chart is a line of text: labels and figures are words, only the bars are
# SVG, in per cent of their own width, so that nothing shrinks on a small screen.
CSS: Final = (
    ".iv{list-style:none;padding:0;margin:0;font-variant-numeric:tabular-nums}"
    ".iv li{display:grid;grid-template-columns:minmax(0,11rem) minmax(0,1fr) minmax(0,9rem);"
    "column-gap:.75rem;align-items:center}"
    ".iv svg{display:block;width:100%;height:1.625rem;overflow:visible}"
    ".iv .ends svg{height:1.125rem;grid-column:2}.iv text{fill:var(--quiet);font-size:.75rem}"
    ".iv .ref,.key .ref{stroke:var(--ink);stroke-dasharray:3 3}"
    ".iv .b0,.key .b0{fill:var(--c3)}.iv .b1,.key .b1{fill:var(--c1)}"
    ".iv .b2,.key .b2{fill:var(--c0)}"
    ".iv .dot{fill:var(--ink);stroke:var(--paper);stroke-width:1.5}"
    ".key{display:flex;flex-wrap:wrap;gap:.25em 1em;list-style:none;padding:0;margin:.5em 0;"
    "font-size:.875em}.key svg{width:1.6em;height:1em;vertical-align:-.1em;margin-right:.4em}"
    ".iv [aria-current]{font-weight:600}.iv [aria-current] .dot{fill:var(--accent)}"
    "@media(max-width:36rem){.iv li{grid-template-columns:minmax(0,1fr) auto}"
    ".iv svg{grid-row:2;grid-column:1/3}.iv .ends svg{grid-row:1;grid-column:1/3}}"
)
# The scale has three to five equal steps: one background a chart, not five lines a bar.
GRID: Final = "".join(
    f".iv.n{n} svg{{background:repeating-linear-gradient(90deg,var(--line) 0 1px,"
    f"transparent 1px {100 / n:.4g}%)}}"
    for n in range(3, 6)
)
# Thickness of the bands in pixels: the narrowest interval is the thickest.
_HEIGHTS: Final = (16, 11, 6)
_MIDDLE: Final = 13


@dataclass(frozen=True)
class _Scale:
    top: float
    reference: float | None

    def at(self, share: float) -> str:
        """Return a share's place on the scale in per cent of the drawing's width."""
        return f"{100 * share / self.top:.4g}%"

    def marks(self) -> list[float]:
        """Return the shares with a line: four or five, ends included."""
        step = next(s for s in _STEPS if self.top / s < 5.5)
        return [i * step for i in range(round(self.top / step) + 1)]


_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2)


def interval_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, Word],
    texts: Mapping[str, Word],
    words: Mapping[str, Word],
    reference: float | None = None,
    selected: str | None = None,
) -> Markup:
    """
    Draw estimates with their intervals under up to three assumptions.

    Parameters
    ----------
    rows : DataFrame
        Columns row, tau, value, low, high (shares 0-1) and mark: `s-missing` or
        another state, else empty. One row is one line of the chart under one tau; a
        state has a single row. Order is kept.
    labels, texts : mapping
        Per line: its name, and the figure in words beside it. Texts of states are
        not shown.
    words : mapping
        Each state that occurs, by its mark; `reference`, the name of the dashed line;
        `band0` to `band2`, one a tau from the smallest, if a key is wanted.
    reference : float, optional
        Share of the country.
    selected : str, optional
        Line that the page is about.

    Returns
    -------
    Markup
        One list: a line of it reads as label and figure without the drawing.

    Raises
    ------
    ReportError
        If a line has neither value nor state, or an interval is not within 0 to 1.
    """
    need_columns(rows, "row", "tau", "value", "low", "high", "mark")
    scale = _Scale(_top(rows, reference), reference)
    lines = [_ends(scale)]
    for name, part in rows.groupby("row", sort=False):
        bar, mark = _bar(part, scale)
        figure = _state(mark, words) if mark else spans(need_word(texts, str(name)))
        lines.append(
            Markup("<li{}><span>{}</span>{}<span>{}</span>").format(
                Markup(" aria-current=true") if name == selected else "",
                spans(need_word(labels, str(name))),
                bar,
                figure,
            )
        )
    return Markup('{}<ol class="iv n{}">{}</ol>').format(
        _key(words, scale), len(scale.marks()) - 1, Markup("").join(lines)
    )


def _top(rows: pd.DataFrame, reference: float | None) -> float:
    ends = rows.loc[rows["mark"].eq(""), ["value", "low", "high"]]
    known = ends.to_numpy(dtype=float)
    if np.isnan(known).any() or (known < 0).any() or (known > 1).any():
        raise ReportError("An interval is incomplete or leaves 0 to 1: give the line a state.")
    highest = max(known.max(initial=0.05), reference or 0.0)
    step = next(step for step in _STEPS if highest / step <= 5)
    return float(np.ceil(round(highest / step, 9)) * step)


def _bar(part: pd.DataFrame, scale: _Scale) -> tuple[Markup, str]:
    states = [mark_name(mark) for mark in part["mark"] if mark]
    if states and len(part) > 1:
        raise ReportError(f"Line {part['row'].iloc[0]!r} has a state and other rows: keep one.")
    if states:
        box = Markup("<rect class={} y=5 width=100% height=16 />").format(states[0])
        return _drawing(box), states[0]
    if len(part) > len(_HEIGHTS):
        raise ReportError(f"Line {part['row'].iloc[0]!r} has {len(part)} bands: three at most.")
    ends = part.sort_values("tau")[["low", "high"]].to_numpy(dtype=float)
    bands = [_band(i, low, high, scale) for i, (low, high) in enumerate(ends)]
    dot = Markup("<circle class=dot cx={} cy={} r=4.5 />").format(
        scale.at(part["value"].iloc[0]), _MIDDLE
    )
    # The widest band lies lowest.
    return _drawing(_rules(scale) + Markup("").join(reversed(bands)) + dot), ""


def _band(i: int, low: float, high: float, scale: _Scale) -> Markup:
    return Markup("<rect class=b{} x={} y={} width={} height={} />").format(
        i, scale.at(low), _MIDDLE - _HEIGHTS[i] / 2, scale.at(high - low), _HEIGHTS[i]
    )


def _rules(scale: _Scale) -> Markup:
    if scale.reference is None:
        return Markup()
    return Markup("<line class=ref x1={0} x2={0} y2=26 />").format(scale.at(scale.reference))


def _ends(scale: _Scale) -> Markup:
    marks = scale.marks()
    text = Markup("<text x={} y=13 text-anchor={}>{:.0f}\u00a0%</text>")
    anchors = ["start", *["middle"] * (len(marks) - 2), "end"]
    ticks = [
        text.format(scale.at(share), anchor, 100 * share)
        for share, anchor in zip(marks, anchors, strict=True)
    ]
    return Markup("<li class=ends aria-hidden=true>") + _drawing(Markup("").join(ticks))


def _drawing(inner: Markup) -> Markup:
    return Markup("<svg aria-hidden=true>{}</svg>").format(inner)


def _state(mark: str, words: Mapping[str, Word]) -> Markup:
    return Markup("{} {}").format(SIGNS[mark], spans(need_word(words, mark)))


def _key(words: Mapping[str, Word], scale: _Scale) -> Markup:
    entry = Markup("<li><svg aria-hidden=true>{}</svg>{}")
    box = Markup("<rect class=b{} width=100% height=100% />")
    entries = [
        entry.format(box.format(i), spans(words[f"band{i}"]))
        for i in range(len(_HEIGHTS))
        if f"band{i}" in words
    ]
    if scale.reference is not None:
        line = Markup("<line class=ref x2=100% y1=50% y2=50% />")
        entries.append(entry.format(line, spans(need_word(words, "reference"))))
    return Markup("<ul class=key>{}</ul>").format(Markup("").join(entries)) if entries else Markup()
