"""The ladder: unknown is an interval, never 0 and never solid."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.ladder import ladder_chart

LABELS = {"L2": "private <household>", "L4": {"fr": "répond", "de": "antwortet"}, "L6": "reached"}
TEXTS = {"L2": "87 %", "L6": "74 % (69–77 %)"}
WORDS = {"s-missing": "not measured"}


@pytest.fixture
def rungs() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("L2", 0.87, None, None, ""),
            ("L4", None, 0.8, 1.0, "s-missing"),
            ("L6", 0.737, 0.69, 0.77, ""),
        ],
        columns=["rung", "value", "low", "high", "mark"],
    )


def lines(rungs: pd.DataFrame) -> list[str]:
    html = ladder_chart(rungs, labels=LABELS, texts=TEXTS, words=WORDS)
    assert html.startswith("<ol class=ladder><li>")
    return html.split("<li>")[1:]


def test_known_is_solid_to_its_value(rungs: pd.DataFrame) -> None:
    line = lines(rungs)[0]
    assert "<rect class=known x=0% y=2 width=87% height=18 />" in line
    assert "s-missing" not in line
    assert "private &lt;household&gt;" in line


def test_unknown_is_hatched_between_its_bounds(rungs: pd.DataFrame) -> None:
    line = lines(rungs)[1]
    assert "<rect class=s-missing x=80% y=2 width=20% height=18 />" in line
    assert "known" not in line
    assert "? not measured" in line


def test_interval_is_solid_then_hatched_with_a_stroke(rungs: pd.DataFrame) -> None:
    line = lines(rungs)[2]
    assert "<rect class=known x=0% y=2 width=69% height=18 />" in line
    assert "<rect class=s-missing x=69% y=2 width=8% height=18 />" in line
    assert "<line class=here x1=73.7% x2=73.7% y2=22 />" in line


def test_ratio_above_one_fills_the_bar(rungs: pd.DataFrame) -> None:
    above = rungs.iloc[:1].assign(value=1.3)
    assert "class=known x=0% y=2 width=100%" in lines(above)[0]


@pytest.mark.parametrize("low", [None, -0.1])
def test_unknown_needs_bounds(rungs: pd.DataFrame, low: float | None) -> None:
    with pytest.raises(ReportError, match="L4 has no bounds"):
        lines(rungs.iloc[1:2].assign(low=low))
