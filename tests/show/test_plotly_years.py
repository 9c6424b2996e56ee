"""Groups over the years: lines end at a break, and what is missing is hatched."""

from typing import Any

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.plotly_years import year_chart

ROWS = pd.DataFrame(
    [
        ("A", 2014, 0.8, 0.7, 0.85, ""),
        ("A", 2017, 0.9, 0.8, 1.0, ""),
        ("A", 2019, None, None, None, "s-missing"),
        ("A", 2021, 0.95, 0.9, 1.0, ""),
    ],
    columns=["row", "year", "value", "low", "high", "mark"],
)
ORIGIN = {"title": "Use", "unit": "share", "source": "BFS 2023"}


def drawn(rows: pd.DataFrame = ROWS, **changes: Any) -> Any:
    """Return the chart of the rows."""
    told = {"labels": {"A": "First"}, "names": {"s-missing": "no value"}, "breaks": {2015.5: "15+"}}
    return year_chart(rows, **ORIGIN, **(told | changes))


def test_a_line_ends_at_a_break() -> None:
    line = drawn().data[0]
    assert list(line.x) == [2014, 2017, 2017, 2021]
    assert list(line.y) == [0.8, None, 0.9, 0.95]
    assert line.connectgaps is False
    assert drawn(breaks={}).data[0].y == (0.8, 0.9, 0.95)


def test_intervals_are_those_of_the_rows() -> None:
    line = drawn(breaks={}).data[0]
    # 0.85 - 0.8 above and 0.8 - 0.7 below in 2014
    assert line.error_y.array[0] == pytest.approx(0.05)
    assert line.error_y.arrayminus[0] == pytest.approx(0.1)


def test_a_missing_year_is_hatched_from_end_to_end() -> None:
    bar = drawn().data[1]
    assert (bar.type, list(bar.x), list(bar.y)) == ("bar", [2019], [1.0])
    assert (bar.marker.pattern.shape, bar.name) == ("/", "First: no value")


def test_breaks_title_unit_and_source_are_written() -> None:
    figure = drawn()
    assert figure.layout.meta == ORIGIN
    assert {note.text for note in figure.layout.annotations} == {"15+", "BFS 2023"}


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    many = pd.concat([ROWS.assign(row=name) for name in "ABCDEF"])
    with pytest.raises(ReportError, match="6 lines: 5 can be told apart"):
        drawn(many, labels=dict.fromkeys("ABCDEF", "x"))
