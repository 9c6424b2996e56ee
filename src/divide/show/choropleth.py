"""Maps as SVG: each place a path with an id, its class the only colour."""

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from divide.errors import ReportError
from divide.show.shapes import Drawing, Shape
from divide.show.words import MARKS, bare, mark_name

# Hairlines keep one screen pixel at every size of the map.
CSS: Final = (
    ".map{display:block;width:100%;height:auto}.map path,symbol path{fill-rule:evenodd;"
    "vector-effect:non-scaling-stroke;stroke-linejoin:round}.shapes{stroke:var(--paper);"
    "stroke-width:.5}.lakes{fill:var(--lake)}.borders{fill:none;stroke:var(--ink);"
    "stroke-width:.8}"
)


def choropleth(
    drawing: Drawing,
    marks: Mapping[str, str],
    *,
    title: str,
    description: str,
    prefix: str = "g",
    lang: str = "",
) -> Markup:
    """
    Draw a map that stands by itself.

    Parameters
    ----------
    drawing : Drawing
        Places in one frame, from `shapes.simplify`.
    marks : mapping
        The mark of each place: `c0` to `c4` or a state. Every place needs one.
    title, description : str
        What is shown; highest, lowest, how many are uncertain.
    prefix : str
        Before each place in its shape's id; unlike for each map of a page.
    lang : str
        Language of title and description, if it is not the page's.

    Returns
    -------
    Markup
        One `<svg role=img>`.

    Raises
    ------
    ReportError
        If places and marks differ.
    """
    head = _head(drawing, f"{prefix}-map", title, description, lang)
    return head + _layers(drawing, marks, prefix) + Markup("</svg>")


def symbol(drawing: Drawing, marks: Mapping[str, str], *, name: str, prefix: str = "g") -> Markup:
    """
    Write a map's geometry once, to be shown by `use` in each language.

    Parameters are those of `choropleth`; `name` is the symbol's id.
    """
    opening = Markup("<svg class=pats width=0 height=0 aria-hidden=true><symbol id={}{}>").format(
        bare(name), _view(drawing)
    )
    return opening + _layers(drawing, marks, prefix) + Markup("</symbol></svg>")


def use(drawing: Drawing, *, name: str, title: str, description: str, lang: str) -> Markup:
    """Show the symbol `name` under a title and a description in one language."""
    head = _head(drawing, f"{name}-{lang}", title, description, lang)
    return head + Markup('<use href="#{}"/></svg>').format(bare(name))


def _view(drawing: Drawing) -> Markup:
    # Two units of margin: strokes and dots at the frame's edge stay whole.
    return Markup(' viewBox="-2 -2 {} {}"').format(drawing.width + 4, drawing.height + 4)


def _head(drawing: Drawing, name: str, title: str, description: str, lang: str) -> Markup:
    spoken = Markup(" lang={}").format(bare(lang)) if lang else Markup("")
    return Markup(
        "<svg class=map role=img{lang} aria-labelledby={id}-t aria-describedby={id}-d{view}>"
        "<title id={id}-t>{title}</title><desc id={id}-d>{description}</desc>"
    ).format(id=bare(name), lang=spoken, view=_view(drawing), title=title, description=description)


def _layers(drawing: Drawing, marks: Mapping[str, str], prefix: str) -> Markup:
    _check(drawing.shapes, marks)
    areas = [shape for shape in drawing.shapes if not shape.is_dot]
    dots = [shape for shape in drawing.shapes if shape.is_dot]
    layers = [
        _line("lakes", drawing.lakes),
        Markup("<g class=shapes>"),
        # Dots lie upon their neighbours.
        *_groups(areas, marks, prefix),
        *_groups(dots, marks, prefix),
        Markup("</g>"),
        _line("borders", drawing.borders),
    ]
    return Markup("").join(layers)


def _groups(shapes: Sequence[Shape], marks: Mapping[str, str], prefix: str) -> list[Markup]:
    # One group a mark: its class is written once, not once a place. A path's text has no
    # character that needs quotes.
    groups = []
    for mark in MARKS:
        paths = [
            Markup("<path id={} d={} />").format(bare(prefix + shape.place), shape.path)
            for shape in shapes
            if marks[shape.place] == mark
        ]
        if paths:
            groups.append(Markup("<g class={}>{}</g>").format(mark, Markup("").join(paths)))
    return groups


def _line(name: str, path: str) -> Markup:
    return Markup("<path class={} d={} />").format(name, path) if path else Markup("")


def _check(shapes: Sequence[Shape], marks: Mapping[str, str]) -> None:
    places = {shape.place for shape in shapes}
    if places != set(marks):
        without, unknown = sorted(places - set(marks)), sorted(set(marks) - places)
        raise ReportError(
            f"Map and data differ: {len(without)} shapes without mark {without[:5]}, "
            f"{len(unknown)} marks without shape {unknown[:5]}."
        )
    for mark in set(marks.values()):
        mark_name(mark)
