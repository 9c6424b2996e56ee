"""Tables of notebooks: what is missing says so, what is protected tells nothing."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show import cells
from divide.texts import FIXED

NAMES = {"A": "First", "B": "Second"}
ROWS = pd.DataFrame(
    [
        ("A", 0.0, 0.2, 0.1, 0.3, "", "higher", 0.123),
        ("B", 0.0, 0.4, 0.35, 0.45, "s-suppressed", "cannot_tell", None),
    ],
    columns=["row", "tau", "value", "low", "high", "mark", "state", "tipping_point"],
)


def texts_of(html: str) -> list[str]:
    """Return the cells of a table in their order, every space a plain one."""
    parts = str(html).replace("<tr", "<td").replace("<th", "<td").split("<td")[1:]
    cut = [part.split(">", 1)[1].split("<")[0].replace(FIXED, " ") for part in parts]
    return [text for text in cut if text]


def test_a_protected_value_is_in_no_cell() -> None:
    plain = ROWS.drop(columns=["state", "tipping_point"])
    html = cells.interval_table(plain, NAMES, head="Group", caption="C", bands="95 % interval")
    assert texts_of(html)[3:] == [
        *("First", "20.0 %", "10.0–30.0 %"),
        *("Second", "× exists, but protected", "not known"),
    ]
    for hidden in ("40", "35", "45"):
        assert hidden not in html


def test_states_stand_beside_intervals_under_each_tau() -> None:
    wider = ROWS.assign(tau=0.3, low=[0.0, None], high=[0.5, None], state="cannot_tell")
    both = pd.concat([ROWS, wider]).assign(mark="", value=[0.2, 0.4, 0.2, 0.4])
    html = cells.interval_table(both, NAMES, head="Place", caption="C", bands="τ = {:g}")
    assert texts_of(html) == [
        *("Place", "Value", "τ = 0", "τ = 0.3", "Holds up to τ ="),
        *("First", "20.0 %", "10.0–30.0 %, higher", "0.0–50.0 %, cannot tell", "0.12"),
        *("Second", "40.0 %", "35.0–45.0 %, cannot tell", "not known", "not even 0"),
    ]


def test_a_year_without_a_question_is_not_empty() -> None:
    frame = pd.DataFrame(
        [("A", 2019, 0.5, ""), ("B", 2021, None, "s-missing")],
        columns=["row", "year", "value", "mark"],
    )
    html = cells.year_table(frame, NAMES, head="Group", caption="C")
    assert texts_of(html) == [
        *("Group", "2019", "2021"),
        *("First", "50.0 %", "not asked"),
        *("Second", "not asked", "? no value or not measured yet"),
    ]


def test_an_empty_cell_is_refused() -> None:
    with pytest.raises(ReportError, match="empty cells"):
        cells.plain(pd.DataFrame({"A": ["a"], "B": [None]}), "C")


def test_a_long_table_is_folded() -> None:
    short = cells.plain(pd.DataFrame({"A": ["a"] * 15}), "C")
    long = cells.plain(pd.DataFrame({"A": ["<b>"] * 16}), "C")
    assert short.startswith("<table")
    assert long.startswith("<details><summary>Table of 16 rows</summary><table")
    assert "<b>" not in long


def test_a_column_of_sentences_begins_at_the_left() -> None:
    # More than 40 letters in one cell make its column one of sentences.
    listed = pd.DataFrame({"Try": ["a"], "Short": ["b" * 40], "Answer": ["c" * 41]})
    told = cells.plain(listed, "Refused")
    assert "<th scope=col class=l>Answer" in told and "<td class=l>ccc" in told
    assert "<th scope=col>Short" in told and "<td>bbb" in told
