"""Exhibits: a figure never stands without its sentence and its table."""

from typing import Any

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show import exhibits

NAMES = {"sex:f": "Women", "total": "All"}
TOLD = {"title": "Use, 2021", "unit": "share"}


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["total", "sex:f", "sex:m"],
            "year": 2021,
            "value": [0.956, None, 0.963],
            "low": [0.949, None, 0.954],
            "high": [0.963, None, 0.972],
            "status": ["observed", "suppressed", "observed"],
            "source": "bfs_ict_skills",
            "table": "px-x-1604000000_106",
            "edition": "2021-12-15",
        }
    )


def test_lines_stand_in_the_order_of_the_names(rows: pd.DataFrame) -> None:
    shown = exhibits.lines(rows, by="group", names=NAMES, **TOLD)
    assert shown.figure.layout.yaxis.categoryarray == ("All", "Women")
    assert shown.figure.data[-1].marker.pattern.shape == "."
    assert shown.sentence.startswith("All, 95.6")
    assert "Women<td>× exists, but protected" in shown.table
    assert "96.3\xa0%" not in shown.table.replace("94.9–96.3\xa0%", "")
    source = "Source: BFS, px-x-1604000000_106, edition 2021-12-15"
    assert shown.figure.layout.meta == {**TOLD, "source": source}


def test_a_state_is_hatched_within_its_bounds_unless_protected(rows: pd.DataFrame) -> None:
    bounded = rows.assign(value=None, low=0.9, high=1.0, status="missing")
    known = exhibits.lines(bounded, by="group", names={"total": "All"}, **TOLD).figure.data[-1]
    assert (list(known.base), list(known.x)) == ([0.9], [pytest.approx(0.1)])
    protected = bounded.assign(status="suppressed")
    hidden = exhibits.lines(protected, by="group", names={"total": "All"}, **TOLD).figure.data[-1]
    # Its bounds would tell it: from end to end of the scale.
    assert (list(hidden.base), list(hidden.x)) == ([0.0], [1.0])


def test_the_rows_are_not_changed(rows: pd.DataFrame) -> None:
    before = rows.copy()
    exhibits.lines(rows, by="group", names=NAMES, **TOLD)
    pd.testing.assert_frame_equal(rows, before)


def test_a_silent_line_is_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(ReportError, match="No row for sex:x"):
        exhibits.lines(rows, by="group", names={"sex:x": "X"}, **TOLD)
    with pytest.raises(ReportError, match="no status says why"):
        exhibits.lines(rows.assign(status="observed"), by="group", names=NAMES, **TOLD)


def test_years_tell_nothing_across_a_break(rows: pd.DataFrame) -> None:
    older = rows.assign(year=2014, value=0.5, low=0.4, high=0.6, status="observed")
    shown = exhibits.years(
        pd.concat([rows, older]), by="group", names={"total": "All"}, breaks={2016: "15+"}, **TOLD
    )
    assert shown.sentence.replace("\xa0", " ") == (
        "All: 50.0 % in 2014, after the break 95.6 % in 2021."
    )


def test_a_table_writes_its_columns_and_source(rows: pd.DataFrame) -> None:
    frame = pd.DataFrame({"Share": [0.094]}, index=["<At most>"])
    shown = exhibits.table(
        frame, caption="Bounds", made_from=rows, write={"Share": lambda share: f"{share:.1%}"}
    )
    assert shown.figure is None
    assert "<caption>Bounds. Source: BFS, px-x-1604000000_106, edition 2021-12-15<" in shown.table
    assert "<th>&lt;At most&gt;<td>9.4%" in shown.table
    assert frame["Share"].tolist() == [0.094]


def test_origin_names_each_source_once_and_own_estimates(rows: pd.DataFrame) -> None:
    own = rows.assign(source="divide_method", table=None, edition="2021")
    missing = rows.assign(source=None)
    assert exhibits.origin(pd.concat([rows, own, missing])) == (
        "Source: BFS, px-x-1604000000_106, edition 2021-12-15; "
        "divide, own estimate from published figures"
    )


def test_figure_and_words_are_shown_together(
    rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = pytest.importorskip("IPython.display")
    seen: list[Any] = []
    monkeypatch.setattr(display, "display", seen.append)
    shown = exhibits.lines(rows, by="group", names=NAMES, sentence="A < b.", **TOLD)
    shown._ipython_display_()
    assert seen[0] is shown.figure
    assert seen[1].data.startswith("<p>A &lt; b. All, ")
    assert seen[1].data.endswith("</table>")


def test_a_study_is_named_by_its_publisher(rows: pd.DataFrame) -> None:
    studied = rows.assign(source="pro_senectute_2025", table=None, edition="2025")
    assert exhibits.origin(studied) == "Source: Pro Senectute Schweiz"
