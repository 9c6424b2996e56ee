"""Intervals: nested, on one scale, never a 0 where nothing was measured."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.intervals import interval_chart

COLUMNS = ["row", "tau", "value", "low", "high", "mark"]
WORDS = {"s-missing": "not measured", "reference": "Switzerland", "band0": "τ = 0"}
LABELS = {"UR": "Uri", "VD": {"fr": "Vaud", "de": "Waadt"}}


@pytest.fixture
def rows() -> pd.DataFrame:
    lines = [
        ("VD", 0.15, 0.2, 0.12, 0.3, ""),
        ("VD", 0.0, 0.2, 0.18, 0.22, ""),
        ("UR", 0.0, None, None, None, "s-missing"),
    ]
    return pd.DataFrame(lines, columns=COLUMNS)


def test_bands_nest_on_the_scale(rows: pd.DataFrame) -> None:
    html = interval_chart(rows, labels=LABELS, texts={"VD": "20 % (18–22 %)"}, words=WORDS)
    # The highest end is 0.3, so the scale ends there: 0.12 is at 40 % of it, 0.3 at 100 %.
    assert "<rect class=b1 x=40% y=7.5 width=60% height=11 />" in html
    # tau = 0, 0.18 to 0.22: at 60 %, 13.33 % wide.
    assert "<rect class=b0 x=60% y=5.0 width=13.33% height=16 />" in html
    assert html.index("class=b1 x") < html.index("class=b0 x") < html.index("<circle")
    assert "<circle class=dot cx=66.67% " in html
    assert ">0\u00a0%</text>" in html
    assert ">30\u00a0%</text>" in html


def test_not_measured_is_hatched_and_said(rows: pd.DataFrame) -> None:
    html = interval_chart(rows, labels=LABELS, texts={"VD": "20 %"}, words=WORDS)
    line = html.split("<li>")[-1]
    assert line.startswith("<span>Uri</span><svg aria-hidden=true><rect class=s-missing ")
    assert "<circle" not in line
    assert "? not measured" in line


def test_lines_read_without_the_drawing(rows: pd.DataFrame) -> None:
    html = interval_chart(
        rows, labels=LABELS, texts={"VD": "<20>"}, words=WORDS, reference=0.25, selected="VD"
    )
    assert "<li aria-current=true><span><i lang=fr>Vaud</i> <i lang=de>Waadt" in html
    assert "&lt;20&gt;" in html
    assert html.count("class=ref x1=83.33%") == 1
    assert "Switzerland" in html
    assert html.startswith("<ul class=key>")


def test_a_reference_outside_widens_the_scale(rows: pd.DataFrame) -> None:
    html = interval_chart(rows, labels=LABELS, texts={"VD": "x"}, words=WORDS, reference=0.47)
    assert ">50\u00a0%</text>" in html


def test_all_lines_may_be_unknown(rows: pd.DataFrame) -> None:
    html = interval_chart(rows.iloc[2:], labels=LABELS, texts={}, words=WORDS)
    assert "not measured" in html


def test_faults_are_named(rows: pd.DataFrame) -> None:
    unknown = rows.assign(mark="")
    with pytest.raises(ReportError, match="interval is incomplete"):
        interval_chart(unknown, labels=LABELS, texts={"VD": "x"}, words=WORDS)
    with pytest.raises(ReportError, match="leaves 0 to 1"):
        interval_chart(rows.assign(high=1.2), labels=LABELS, texts={"VD": "x"}, words=WORDS)
    with pytest.raises(ReportError, match="lacks the word 'VD'"):
        interval_chart(rows, labels=LABELS, texts={}, words=WORDS)
    with pytest.raises(ReportError, match="'UR' has a state and other rows"):
        twice = pd.concat([rows, rows.iloc[2:]])
        interval_chart(twice, labels=LABELS, texts={"VD": "x"}, words=WORDS)
