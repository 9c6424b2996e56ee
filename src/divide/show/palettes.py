"""One accent, five quiet classes and four patterned states, in light and dark."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup


@dataclass(frozen=True)
class State:
    """Colours of a state without value: its ground and the lines of its pattern."""

    ground: str
    lines: str


@dataclass(frozen=True)
class Palette:
    """
    Colours of one theme.

    `classes` run from few to many and `texts` are the text colours upon them;
    `states` are keyed by mark. A value is a plain surface, a state is patterned.
    """

    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    lake: str
    classes: tuple[str, ...]
    texts: tuple[str, ...]
    states: dict[str, State]


# Neighbouring classes are at least 10 apart (CIEDE2000) for normal, protan, deutan and
# tritan sight, and text on each class has a contrast of at least 4.5:1; tests compute both.
# Five classes cannot reach 3:1 between neighbours: values are printed, shapes outlined.
LIGHT: Final = Palette(
    paper="#ffffff",
    ink="#17232b",
    quiet="#55626a",
    line="#cfd6da",
    accent="#0f6a86",
    lake="#dfe8f3",
    classes=("#c4dfd3", "#85b4af", "#5499a2", "#286d83", "#1f455c"),
    texts=("#17232b", "#17232b", "#17232b", "#ffffff", "#ffffff"),
    states={
        "s-suppressed": State("#f3e3c3", "#7a5a1e"),
        "s-uncertain": State("#f3e3f1", "#8d4f90"),
        "s-missing": State("#ffffff", "#5f5f5f"),
        "s-none": State("#f6f6f4", "#a3a3a0"),
    },
)
DARK: Final = Palette(
    paper="#12181c",
    ink="#eef3f5",
    quiet="#a9b5bb",
    line="#3a454c",
    accent="#7cc4d6",
    lake="#26313f",
    classes=("#003d58", "#2a6e83", "#4d939e", "#83b9b6", "#d0e9e2"),
    texts=("#ffffff", "#ffffff", "#0b1216", "#0b1216", "#0b1216"),
    states={
        "s-suppressed": State("#4a3712", "#d9b870"),
        "s-uncertain": State("#331f33", "#dcb0d8"),
        "s-missing": State("#12181c", "#b4b4b4"),
        "s-none": State("#222325", "#6f6f6f"),
    },
)

# Sizes are those of the drawing's own units: pixels in bars, 1/1000 of the width in maps.
_PATTERNS: Final = {
    "s-suppressed": '<path class=pd d="M2,2h2v2h-2zM6,6h2v2h-2z"/>',
    "s-uncertain": '<path class=pl d="M0,2h8M0,6h8"/>',
    "s-missing": '<path class=pl d="M-2,2l4-4M0,8l8-8M6,10l4-4"/>',
    "s-none": '<path class=pl d="M0,4h8M4,0v8"/>',
}

# A printer would get one picture a hatched commune, megabytes of them: lines tell them apart.
_PRINT: Final = (
    "@media print{symbol [class^=s-]{fill:var(--g);stroke:var(--l);stroke-width:2}"
    ".legend b[class^=s-]{background:var(--g);outline:2px dashed var(--l)}"
    "symbol .s-missing{stroke-dasharray:5 3}"
    "symbol .s-suppressed{stroke-dasharray:1 2}.legend b.s-suppressed{outline-style:dotted}}"
)


def css() -> str:
    """
    Write the style sheet of marks: custom properties, then one class a mark.

    The same class colours a shape (`fill`) and a box (`background`). Print uses the
    light theme; boxes keep their colours on paper and in forced-colours mode.
    """
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(DARK)}}}}}"
    classes = "".join(
        f".c{i}{{fill:var(--c{i});background:var(--c{i});color:var(--t{i})}}" for i in range(5)
    )
    return (
        f":root{{color-scheme:light dark;{_properties(LIGHT)}}}{dark}{classes}{_states()}"
        "[class^=c],[class^=s-]{print-color-adjust:exact;forced-color-adjust:none}"
        "[class^=s-]{text-shadow:0 0 2px var(--paper),0 0 3px var(--paper),0 0 4px var(--paper)}"
        ".legend{display:flex;flex-wrap:wrap;gap:.25em 1em;list-style:none;padding:0;margin:.5em 0;"
        "font-size:.875em}.legend b{display:inline-block;width:1.6em;height:1.1em;"
        "line-height:1.1em;text-align:center;margin-right:.4em;vertical-align:middle;"
        "outline:1px solid var(--line)}"
        ".pats{position:absolute}.pl{fill:none;stroke-width:1.5}" + _PRINT
    )


def patterns() -> Markup:
    """
    Write the four patterns, once a page, before the first figure that uses them.

    One `<svg>` without size, hidden from those who listen.
    """
    body = "".join(
        f"<pattern id=p{mark[1:]} width=8 height=8 patternUnits=userSpaceOnUse class={mark}-p>"
        f"<rect width=8 height=8 class=pg />{drawing}</pattern>"
        for mark, drawing in _PATTERNS.items()
    )
    return Markup(f"<svg class=pats width=0 height=0 aria-hidden=true><defs>{body}</defs></svg>")


def _properties(palette: Palette) -> str:
    plain = ("paper", "ink", "quiet", "line", "accent", "lake")
    pairs = [(name, getattr(palette, name)) for name in plain]
    pairs += [(f"c{i}", colour) for i, colour in enumerate(palette.classes)]
    pairs += [(f"t{i}", colour) for i, colour in enumerate(palette.texts)]
    for mark, state in palette.states.items():
        # The fourth letter tells the states apart: u, n, i, o.
        pairs += [(f"g{mark[3]}", state.ground), (f"l{mark[3]}", state.lines)]
    return ";".join(f"--{name}:{colour}" for name, colour in pairs)


def _states() -> str:
    boxes = {
        "s-suppressed": "radial-gradient({l} 25%,transparent 30%) 0 0/5px 5px,{g}",
        "s-uncertain": "repeating-linear-gradient({l} 0 1px,{g} 1px 4px)",
        "s-missing": "repeating-linear-gradient(135deg,{l} 0 1.5px,{g} 1.5px 5px)",
        "s-none": "linear-gradient({l} 1px,transparent 1px) 0 0/6px 6px,"
        "linear-gradient(90deg,{l} 1px,transparent 1px) 0 0/6px 6px,{g}",
    }
    lines = ".pg{fill:var(--g)}.pl{stroke:var(--l)}.pd{fill:var(--l)}"
    rules = [lines, "[class^=s-]{color:var(--ink)}"]
    for mark, box in boxes.items():
        ground, stroke = (f"var(--{part}{mark[3]})" for part in "gl")
        rules.append(
            f".{mark}{{fill:url(#p{mark[1:]});background:{box.format(g=ground, l=stroke)}}}"
            f".{mark},.{mark}-p{{--g:{ground};--l:{stroke}}}"
        )
    return "".join(rules)
