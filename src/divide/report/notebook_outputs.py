"""What cells leave on an exported page: known kinds only, every text escaped."""

import json
import re
from html.parser import HTMLParser
from typing import Any, Final

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from divide.errors import ReportError

_FIGURE: Final = "application/vnd.plotly.v1+json"
# The first of these that an output has is shown.
_KINDS: Final = (_FIGURE, "text/html", "text/markdown", "text/plain")
# Traces whose background Plotly would fetch.
_FETCHED: Final = re.compile(r"(choropleth|density|scatter)map(box)?$")
# Pixels: above a figure whose title the page writes; of its source line, less what a
# legend of three lines takes on a phone.
_TOP: Final = 12
_NOTE: Final = 12
_TEXT: Final = (
    "b br caption code dd details div dl dt em i li ol p pre small span strong sub summary sup ul"
)
_TABLE: Final = "table tbody td tfoot th thead tr"
_TAGS: Final = frozenset(f"{_TEXT} {_TABLE}".split())
_ATTRIBUTES: Final = frozenset(("class", "colspan", "lang", "rowspan", "scope"))
# A table wider than a small screen scrolls by itself, by keyboard too.
_WIDE: Final = Markup('<div class="wide" tabindex="0" role="group" aria-label="Table">')


class Outputs:
    """The outputs of a notebook's cells, its figures numbered in the order they are shown."""

    def __init__(self) -> None:
        self._figures = 0

    def show(self, cell: Any, number: int) -> Markup:
        """
        Write the outputs of a cell.

        Raises
        ------
        ReportError
            If one is of a kind that the page does not know, or a figure stands alone.
        """
        kept = [one for one in cell.outputs if one.get("name") != "stderr"]
        kinds = [_kind(output, number) for output in kept]
        shown = [self._one(*pair, number) for pair in zip(kept, kinds, strict=True)]
        for i, kind in enumerate(kinds):
            if kind != _FIGURE:
                continue
            told = shown[i + 1] if i + 1 < len(shown) else Markup()
            if "<p>" not in told or "<table" not in told:
                raise ReportError(
                    f"The figure of cell {number} stands without sentence and table: show it "
                    "through divide.show.exhibits."
                )
            shown[i : i + 2] = [Markup("<figure>") + shown[i], told + Markup("</figure>")]
        return Markup("\n").join(shown)

    def _one(self, output: Any, kind: str, number: int) -> Markup:
        if kind == "stdout":
            return Markup("<pre>{}</pre>").format(output.text)
        content = output.data[kind]
        if kind == _FIGURE:
            self._figures += 1
            return _figure(content, f"figure-{self._figures}", number)
        if kind == "text/html":
            return clean(content, number)
        if kind == "text/markdown":
            return Markup(MarkdownIt("commonmark", {"html": False}).render(content))
        return Markup("<pre>{}</pre>").format(content)


def _kind(output: Any, number: int) -> str:
    if output.output_type == "stream":
        return "stdout"
    if output.output_type in ("display_data", "execute_result"):
        # The plain text beside a picture is no picture: it would be a gap.
        rich = set(output.data) - {"text/plain"} or set(output.data)
        for kind in _KINDS:
            if kind in rich:
                return kind
    told = ", ".join(sorted(output.get("data", {}))) or output.output_type
    raise ReportError(
        f"Cell {number} leaves an output of a kind that a page cannot show ({told}). Known: "
        f"{', '.join(_KINDS)}. Show figures through divide.show.exhibits."
    )


def _figure(content: Any, name: str, number: int) -> Markup:
    fetched = [one["type"] for one in content["data"] if _FETCHED.match(one.get("type", ""))]
    if fetched:
        raise ReportError(f"Cell {number} draws a {fetched[0]}, which fetches its background.")
    told = content["layout"].get("meta") or {}
    absent = [word for word in ("title", "unit", "source") if not told.get(word)]
    if absent:
        raise ReportError(f"The figure of cell {number} has no {', no '.join(absent)}.")
    layout = _bare(content["layout"])
    # No "<" at all: neither a closing tag nor a comment can end the script.
    data = json.dumps({"data": content["data"], "layout": layout}).replace("<", "\\u003c")
    return Markup(
        '<p class="name">{1}</p><p class="unit">{2}</p>'
        '<div class="plot" id="{0}" role="img" aria-label="{1}" style="height:{3}px"></div>'
        '<script type="application/json" id="{0}-data">{4}</script><p class="src">{5}</p>'
    ).format(name, told["title"], told["unit"], layout["height"], Markup(data), told["source"])


def _bare(layout: Any) -> dict[str, Any]:
    """Take out the words that the page writes itself, and their room."""
    margin = layout.get("margin", {})
    spare = margin.get("t", _TOP) - _TOP
    notes = [one for one in layout.get("annotations", []) if one.get("name") != "source"]
    return {
        **layout,
        "title": {},
        "annotations": notes,
        "margin": {**margin, "t": _TOP, "b": margin.get("b", 80) - _NOTE},
        "height": int(layout.get("height", 450)) - spare - _NOTE,
    }


def clean(text: str, number: int) -> Markup:
    """
    Keep text and tables of an HTML output, drop styles, refuse anything else.

    Examples
    --------
    >>> clean("<p onclick=x>a &lt; b</p><style>p{}</style>", 1)
    Markup('<p>a &lt; b</p>')
    """
    parser = _Clean(number)
    parser.feed(text)
    parser.close()
    return Markup("").join(parser.parts)


class _Clean(HTMLParser):
    """Writes anew what it has read, so that nothing passes unread."""

    def __init__(self, number: int) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Markup] = []
        self._number = number
        self._in_style = False
        self._scope = "row"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag not in _TAGS and not self._in_style:
            raise ReportError(
                f"Cell {self._number} leaves HTML with <{tag}>: text and tables only."
            )
        if tag in ("thead", "tbody"):
            self._scope = "col" if tag == "thead" else "row"
        kept = {name: value or "" for name, value in attrs if name in _ATTRIBUTES}
        if tag == "th":
            kept.setdefault("scope", self._scope)
        told = Markup("").join(Markup(' {}="{}"').format(*pair) for pair in kept.items())
        if tag == "table":
            self.parts.append(_WIDE)
        if not self._in_style:
            self.parts.append(Markup("<{}{}>").format(tag, told))

    def handle_endtag(self, tag: str) -> None:
        if tag in _TAGS:
            self.parts.append(Markup("</{}>").format(tag))
        if tag == "table":
            self.parts.append(Markup("</div>"))
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.parts.append(escape(data))
