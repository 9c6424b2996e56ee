"""The tile map: a list of places that a grid lays out, so that the map is the list."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide.errors import ReportError
from divide.show.words import SIGNS, Word, mark_name, need_columns, need_word, quoted, spans

_CSS: Final = (
    ".tiles{display:grid;grid-template-columns:repeat(%d,minmax(0,1fr));gap:2px;list-style:none;"
    "padding:0;margin:0;max-width:44rem;font-size:clamp(.6875rem,.5rem + 1.1vw,1rem);"
    "line-height:1.25;text-align:center}"
    ".tiles li{aspect-ratio:1;display:flex;flex-direction:column;justify-content:center;"
    "overflow:hidden;outline:1px solid var(--line);outline-offset:-1px}"
    ".tiles abbr,.tiles a{text-decoration:none;color:inherit}"
    ".tiles b{font-weight:600;font-variant-numeric:tabular-nums}"
    ".tiles [class^=s-] abbr,.tiles [class^=s-] b{align-self:center;padding:0 .25em;"
    "background:var(--paper)}"
    ".tiles li[aria-current]{outline:3px solid var(--ink);"
    "box-shadow:inset 0 0 0 3px var(--paper);z-index:1}"
    ".tiles a{display:flex;flex-direction:column;justify-content:center;height:100%%}"
    ".tiles a:focus-visible{outline:3px solid var(--ink);outline-offset:-4px}"
)


def tiles_css(layout: pd.DataFrame) -> str:
    """
    Write the grid's style sheet.

    Parameters
    ----------
    layout : DataFrame
        Columns place, row, column, both counted from 1. One row is one place.

    Raises
    ------
    ReportError
        If two places share a tile.
    """
    need_columns(layout, "place", "row", "column")
    if layout.duplicated(["row", "column"]).any():
        shared = layout.loc[layout.duplicated(["row", "column"], keep=False), "place"]
        raise ReportError(f"Places share a tile: {', '.join(shared)}. Correct the layout.")
    rows, columns = (sorted({int(n) for n in layout[name]}) for name in ("row", "column"))
    places = [f".r{n}{{grid-row:{n}}}" for n in rows]
    places += [f".k{n}{{grid-column:{n}}}" for n in columns]
    return _CSS % columns[-1] + "".join(places)


def tile_map(
    rows: pd.DataFrame, *, words: Mapping[str, Word], selected: str | None = None
) -> Markup:
    """
    Write places as a list of tiles.

    Parameters
    ----------
    rows : DataFrame
        Columns place, row, column, mark, text (what is printed where the mark is a
        class); optional name (in full) and href. One row is one tile, in the order
        in which it is to be read.
    words : mapping
        `list`, the list's name (for listeners, one language); and each state that
        occurs, by its mark: read out in place of the sign that is shown.
    selected : str, optional
        Place that the page is about.

    Returns
    -------
    Markup
        One `<ol class=tiles>` with one `<li>` a row.
    """
    need_columns(rows, "place", "row", "column", "mark", "text")
    items = (_item(row, words, selected) for row in rows.to_dict("records"))
    name = words.get("list")
    label = Markup(" aria-label={}").format(quoted(name)) if isinstance(name, str) else Markup("")
    return Markup("<ol class=tiles{}>{}</ol>").format(label, Markup("").join(items))


def _item(row: Mapping[Any, Any], words: Mapping[str, Word], selected: str | None) -> Markup:
    mark = mark_name(row["mark"])
    name = row.get("name")
    title = Markup(" title={}").format(quoted(name)) if isinstance(name, str) else Markup("")
    inner = Markup("<abbr{}>{}</abbr> {}").format(title, row["place"], _value(row, mark, words))
    if isinstance(row.get("href"), str):
        inner = Markup("<a href={}>{}</a>").format(quoted(_local(row["href"])), inner)
    return Markup('<li class="{} r{:d} k{:d}"{}>{}').format(
        mark,
        int(row["row"]),
        int(row["column"]),
        Markup(" aria-current=true") if row["place"] == selected else Markup(""),
        inner,
    )


def _value(row: Mapping[Any, Any], mark: str, words: Mapping[str, Word]) -> Markup:
    # A state never shows its text column: a number there would leak what is protected.
    if mark not in SIGNS:
        return Markup("<b>{}</b>").format(row["text"])
    return Markup("<b aria-hidden=true>{}</b><span class=vh>{}</span>").format(
        SIGNS[mark], spans(need_word(words, mark))
    )


def _local(address: str) -> str:
    if ":" in address or address.startswith("/"):
        raise ReportError(f"{address!r} leads away: a tile links to a page beside this one.")
    return address
