"""Colours are told apart by all eyes, and text upon them can be read."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest

from divide.show import palettes
from divide.show.palettes import DARK, LIGHT, Palette
from divide.show.words import MARKS, SIGNS

# Smallest CIEDE2000 distance that is asked for: between neighbouring classes, and between
# the ground of a state and any class. States differ from each other by pattern and sign.
LEAST_NEIGHBOUR = 10.0
LEAST_STATE = 5.0
LEAST_CONTRAST = 4.5

# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0, on linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
both = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
all_sights = pytest.mark.parametrize("sight", SIGHTS)


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05)."""
    darker, lighter = sorted(float(linear(c) @ TO_XYZ[1]) for c in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def lab(colour: str, sight: str) -> tuple[float, float, float]:
    seen = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    xyz = TO_XYZ @ seen / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = math.hypot(a1 * (1 + g), b1), math.hypot(a2 * (1 + g), b2)
    h1, h2 = (math.degrees(math.atan2(b, a * (1 + g))) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    bend = math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * bend
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


def test_distance_meets_published_pairs() -> None:
    # Sharma, Wu and Dalal 2005, table 1, pairs 1, 7 and 17.
    assert distance((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert distance((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert distance((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)


@both
def test_text_reads_on_every_class(palette: Palette) -> None:
    for ground, text in zip(palette.classes, palette.texts, strict=True):
        assert contrast(ground, text) >= LEAST_CONTRAST
    for state in palette.states.values():
        assert contrast(state.ground, palette.ink) >= LEAST_CONTRAST
    for text in (palette.ink, palette.quiet, palette.accent):
        assert contrast(palette.paper, text) >= LEAST_CONTRAST


@both
@all_sights
def test_neighbouring_classes_differ(palette: Palette, sight: str) -> None:
    seen = [lab(colour, sight) for colour in palette.classes]
    assert min(distance(a, b) for a, b in pairwise(seen)) >= LEAST_NEIGHBOUR


@both
@all_sights
def test_states_differ_from_classes(palette: Palette, sight: str) -> None:
    classes = [lab(colour, sight) for colour in palette.classes]
    for state in palette.states.values():
        ground = lab(state.ground, sight)
        assert min(distance(ground, one) for one in classes) >= LEAST_STATE


@both
def test_no_two_marks_share_a_colour(palette: Palette) -> None:
    colours = [{colour} for colour in palette.classes]
    colours += [{state.ground, state.lines} for state in palette.states.values()]
    assert all(not a & b for a, b in combinations(colours, 2))
    # Patterns carry the states: their lines stand out, most of all where nothing is known.
    missing = palette.states["s-missing"]
    assert contrast(missing.ground, missing.lines) >= LEAST_CONTRAST


def test_css_has_a_rule_a_mark_and_both_themes() -> None:
    css = palettes.css()
    for mark in MARKS:
        assert f".{mark}{{" in css
    assert LIGHT.classes[4] in css
    assert DARK.classes[4] in css
    assert css.count("{") == css.count("}")
    assert "http" not in css


def test_each_state_has_its_own_pattern() -> None:
    svg = palettes.patterns()
    assert "style=" not in svg
    drawings = {part.split("<path")[1] for part in svg.split("</pattern>")[:-1]}
    assert len(drawings) == len(SIGNS)
    for mark in SIGNS:
        assert f"id=p{mark[1:]} " in svg
        assert f"url(#p{mark[1:]})" in palettes.css()
