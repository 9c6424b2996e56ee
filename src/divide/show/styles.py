"""The style sheet of all figures, to stand inside a page."""

import pandas as pd

from divide.show import choropleth, html_tables, intervals, ladder, palettes, tiles


def css(layout: pd.DataFrame) -> str:
    """
    Write the rules of every figure; `layout` is that of `tiles.tiles_css`.

    The page adds its own: typography, and which `lang` is shown.
    """
    # Words of one language (`words.spans`); and what is heard, not seen.
    words = "i{font-style:normal}"
    hidden = (
        ".vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
        "white-space:nowrap}"
    )
    parts = (palettes.css(), tiles.tiles_css(layout), choropleth.CSS, intervals.CSS)
    return "".join((*parts, intervals.GRID, ladder.CSS, html_tables.CSS, words, hidden))
