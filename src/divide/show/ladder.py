"""The visibility ladder: one bar a rung, solid as far as is known."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide.errors import ReportError
from divide.show.words import SIGNS, Word, mark_name, need_columns, need_word, spans

CSS: Final = (
    ".ladder{list-style:none;padding:0;margin:0;font-variant-numeric:tabular-nums}"
    ".ladder li{display:grid;grid-template-columns:2.25rem minmax(0,13rem) minmax(0,1fr) "
    "minmax(0,9rem);column-gap:.75rem;align-items:center;padding:.25rem 0}"
    ".ladder svg{display:block;width:100%;height:1.375rem}"
    ".ladder .known{fill:var(--accent)}.ladder .whole{fill:none;stroke:var(--line)}"
    ".ladder .here{stroke:var(--ink);stroke-width:3}"
    "@media(max-width:40rem){.ladder li{grid-template-columns:2.25rem minmax(0,1fr)}"
    ".ladder svg,.ladder span{grid-column:2}.ladder li>:last-child{font-size:.875em}}"
)


def ladder_chart(
    rungs: pd.DataFrame,
    *,
    labels: Mapping[str, Word],
    texts: Mapping[str, Word],
    words: Mapping[str, Word],
) -> Markup:
    """
    Draw the rungs of the visibility ladder as bars from 0 to 1.

    Parameters
    ----------
    rungs : DataFrame
        Columns rung (L1 ...), value, low, high and mark. One row is one rung, in
        order. Known: value, and its bounds if it has any. Unknown: no value, the
        bounds it lies in (its lowest documented neighbour to 1), mark `s-missing`.
    labels, texts : mapping
        Per rung: its name, and the figure in words beside its bar. Unknown rungs need
        no text.
    words : mapping
        Each state that occurs, by its mark.

    Returns
    -------
    Markup
        One list. Solid up to the lower bound, hatched between the bounds, a stroke at
        the value; a ratio above 1 fills the bar and its text says how far.

    Raises
    ------
    ReportError
        If a rung has no bounds and no value: unknown is an interval, never 0.
    """
    need_columns(rungs, "rung", "value", "low", "high", "mark")
    items = (_rung(row, labels, texts, words) for row in rungs.to_dict("records"))
    return Markup("<ol class=ladder>{}</ol>").format(Markup("").join(items))


def _rung(
    row: Mapping[Any, Any],
    labels: Mapping[str, Word],
    texts: Mapping[str, Word],
    words: Mapping[str, Word],
) -> Markup:
    rung, mark = str(row["rung"]), row["mark"]
    if mark:
        figure = Markup("{} {}").format(SIGNS[mark_name(mark)], spans(need_word(words, mark)))
    else:
        figure = spans(need_word(texts, rung))
    return Markup(
        "<li><b>{}</b><span>{}</span><svg aria-hidden=true>{}</svg><span>{}</span>"
    ).format(rung, spans(need_word(labels, rung)), _bar(row, mark), figure)


def _bar(row: Mapping[Any, Any], mark: str) -> Markup:
    low, high = _bounds(row)
    rect = Markup("<rect class={} x={} y=2 width={} height=18 />")
    # The ground is drawn where something leaves it in sight.
    parts = [rect.format("whole", _at(0), _at(1))] if high - low < 1 else []
    # Where nothing was measured nothing is solid, not even what must be so.
    if not mark and low > 0:
        parts.append(rect.format("known", _at(0), _at(low)))
    if high > low:
        parts.append(rect.format(mark or "s-missing", _at(low), _at(high - low)))
    if not mark and high > low:
        stroke = Markup("<line class=here x1={0} x2={0} y2=22 />")
        parts.append(stroke.format(_at(min(row["value"], 1.0))))
    return Markup("").join(parts)


def _bounds(row: Mapping[Any, Any]) -> tuple[float, float]:
    low, high = (
        row["value"] if pd.isna(row[end]) and not row["mark"] else row[end]
        for end in ("low", "high")
    )
    if pd.isna(low) or pd.isna(high) or not 0 <= low <= high:
        raise ReportError(
            f"Rung {row['rung']} has no bounds: unknown is an interval such as 0.77 to 1, never 0."
        )
    return min(float(low), 1.0), min(float(high), 1.0)


def _at(share: float) -> str:
    return f"{100 * share:.4g}%"
