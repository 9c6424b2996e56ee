"""Names beside the lines of a Plotly chart, broken so that a phone has room for the drawing."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final

from markupsafe import escape

# Letters of a name on one line.
_LETTERS: Final = 24
# Pixels: what stands around a chart, one line of words, and the least that a bar needs.
_FRAME: Final = 180
_WORDS: Final = 16
_BAR: Final = 30


def wrapped(labels: Mapping[str, str]) -> dict[str, str]:
    """
    Break each name into lines, escaped: Plotly reads some tags.

    Examples
    --------
    >>> wrapped({"a": "Aged 60 and over, compulsory"})
    {'a': 'Aged 60 and over,<br>compulsory'}
    """
    return {
        name: "<br>".join(str(escape(part)) for part in wrap(text, _LETTERS))
        for name, text in labels.items()
    }


def chart_height(lines: Sequence[str]) -> int:
    """Return the pixels of a chart with so many lines, each high enough for the longest name."""
    most = max((1 + line.count("<br>") for line in lines), default=1)
    return _FRAME + max(_BAR, 10 + _WORDS * most) * len(lines)
