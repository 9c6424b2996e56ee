"""Ranges, counts of states, rungs and curves: drawn, said and listed alike."""

from typing import Any

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show import exhibit_numbers
from divide.texts import FIXED, format_count

TOLD = {"title": "What", "unit": "in what"}
FROM = {"source": "divide_method", "table": None, "edition": "2021"}
NAMES = {"UR": "Uri", "ZG": "Zug", "JU": "Jura"}


def frame(rows: list[tuple[Any, ...]], columns: str) -> pd.DataFrame:
    """Return rows with a source."""
    return pd.DataFrame(rows, columns=columns.split()).assign(**FROM)


def plain(text: str) -> str:
    """Return a sentence with plain spaces."""
    return text.replace(FIXED, " ")


@pytest.fixture
def bounded() -> pd.DataFrame:
    rows = [("ZG", 3, 3, "observed"), ("UR", 10, 400, "observed"), ("JU", None, None, "missing")]
    return frame(rows, "place low high status")


def test_a_range_is_no_estimate_and_what_is_missing_is_neither_0_nor_pale(
    bounded: pd.DataFrame,
) -> None:
    shown = exhibit_numbers.ranges(bounded, by="place", names=NAMES, write=format_count, **TOLD)
    assert shown.sentence == (
        "Widest: Uri, 10 to 400; narrowest: Zug, 3 to 3; no value or not measured yet: 1 of 3."
    )
    bars = {trace.name: trace for trace in shown.figure.data}
    between = bars["anywhere between"]
    assert (list(between.y), list(between.base), list(between.x)) == (["Uri"], [10.0], [390.0])
    # Only Zug, whose ends meet, has a point; the whole line of Jura is hatched.
    assert (list(bars["one value"].y), list(bars["one value"].x)) == (["Zug"], [3.0])
    unknown = bars["? no value or not measured yet"]
    assert (list(unknown.y), list(unknown.base), list(unknown.x)) == (["Jura"], [0.0], [400.0])
    assert unknown.marker.pattern.shape == "/"
    assert shown.table.count("? no value or not measured yet") == 2
    assert shown.figure.layout.yaxis.categoryarray == ("Jura", "Zug", "Uri")


def test_a_value_inside_its_interval_has_a_column(bounded: pd.DataFrame) -> None:
    valued = bounded.dropna(subset="low").assign(value=pd.Series([3.0, None]))
    shown = exhibit_numbers.ranges(
        valued, by="place", names={"UR": "Uri", "ZG": "Zug"}, write=format_count, **TOLD
    )
    assert "<th scope=col>Value" in shown.table and "not known" in shown.table


def test_an_end_without_a_reason_is_refused(bounded: pd.DataFrame) -> None:
    odd = bounded.assign(status="observed")
    with pytest.raises(ReportError, match="no status says why"):
        exhibit_numbers.ranges(odd, by="place", names=NAMES, write=format_count, **TOLD)


def test_protected_bounds_are_not_told(bounded: pd.DataFrame) -> None:
    hidden = bounded.assign(status="suppressed")
    shown = exhibit_numbers.ranges(hidden, by="place", names=NAMES, write=format_count, **TOLD)
    drawn = [trace for trace in shown.figure.data if trace.type == "bar" and len(trace.y)]
    assert [list(trace.x) for trace in drawn] == [[1.0, 1.0, 1.0]]
    assert "400" not in shown.table + shown.sentence


def test_counts_add_up_to_everything() -> None:
    rows = [("UR", "higher"), ("UR", "cannot_tell"), ("UR", "higher"), ("ZG", "cannot_tell")]
    states = {"higher": ("higher", "c3"), "cannot_tell": ("cannot tell", "s-uncertain")}
    two = {"UR": "Uri", "ZG": "Zug"}
    shown = exhibit_numbers.counts(
        frame(rows, "place state"), by="place", of="state", names=two, states=states, **TOLD
    )
    assert shown.sentence == "Of 4 in all, higher: 2; cannot tell: 2."
    higher, untold = shown.figure.data
    assert (list(higher.x), list(untold.x)) == ([2, 0], [1, 1])
    assert (list(higher.text), untold.marker.pattern.shape) == (["2", ""], "-")
    with pytest.raises(ReportError, match="no words, for cannot_tell"):
        exhibit_numbers.counts(
            frame(rows, "place state"),
            by="place",
            of="state",
            names=two,
            states={"higher": ("higher", "c3")},
            **TOLD,
        )
    with pytest.raises(ReportError, match="No row, or no words, for JU"):
        exhibit_numbers.counts(
            frame(rows, "place state"), by="place", of="state", names=NAMES, states=states, **TOLD
        )


def test_an_unknown_rung_is_an_interval_and_not_0() -> None:
    rows = [
        ("L1", None, 0.8, 1.0, "missing", "unknown"),
        ("L2", 0.8, 0.8, 0.8, "observed", "observed"),
        ("L3", None, 0.0, 1.0, "missing", "unknown"),
    ]
    ladder = frame(rows, "rung value low high status evidence")
    names = {"L1": "Register", "L2": "Household", "L3": "Eligible"}
    shown = exhibit_numbers.rungs(ladder, names=names, **TOLD)
    assert plain(shown.sentence) == (
        "Register: 80.0 to 100.0 %; Household: 80.0 %; not in our sources: 1 of 3."
    )
    solid, between = shown.figure.data
    assert (list(solid.y), list(solid.x)) == (["Register", "Household"], [0.8, 0.8])
    assert list(between.y) == ["Register", "Eligible"]
    assert list(between.x) == pytest.approx([0.2, 1.0])
    assert "<td>not in our sources" in shown.table
    with pytest.raises(ReportError, match="A rung stands twice"):
        exhibit_numbers.rungs(pd.concat([ladder, ladder]), names=names, **TOLD)


def test_curves_say_where_they_begin_and_end() -> None:
    rows = [("UR", 0.0, 0.99), ("UR", 0.3, 0.7), ("ZG", 0.0, None), ("ZG", 0.3, None)]
    curves = frame(rows, "place τ value").assign(
        status=["modelled", "modelled", "missing", "missing"]
    )
    shown = exhibit_numbers.curves(
        curves,
        by="place",
        names={"UR": "Uri", "ZG": "Zug"},
        x="τ",
        levels={0.9: "called from here"},
        **TOLD,
    )
    assert plain(shown.sentence).startswith(
        "Uri: 99.0 % at τ = 0, 70.0 % at τ = 0.3; Zug: none; no value or not measured yet: 2 of 4"
    )
    assert [line.line.dash for line in shown.figure.data] == ["solid", "dash"]
    assert shown.figure.layout.shapes[0].y0 == 0.9
    assert shown.table.count("? no value or not measured yet") == 2


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    rows = frame([(str(i), 0.0, 0.5) for i in range(6)], "place τ value").assign(status="modelled")
    names = {str(i): str(i) for i in range(6)}
    with pytest.raises(ReportError, match="6 lines: 5 can be told apart"):
        exhibit_numbers.curves(rows, by="place", names=names, x="τ", levels={}, **TOLD)
