"""Classes: rounded before they are cut, the same in legend and map."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import ReportError
from divide.show.classes import Breaks, break_points, classify, labels, legend


def whole(share: float) -> str:
    return f"{100 * share:.0f}"


def observed(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"value": values, "status": "observed"})


def test_classes_hold_about_equally_many() -> None:
    # 31 to 40 per cent, one place each: two a class.
    values = pd.Series([n / 100 for n in range(31, 41)])
    assert break_points(values, 5) == Breaks((31, 33, 35, 37, 39), (32, 34, 36, 38, 40), 2)


def test_rounding_comes_before_cutting() -> None:
    # 36.4 and 35.6 both print as 36: they are one class although a cut would part them.
    breaks = break_points(pd.Series([0.31, 0.356, 0.364, 0.40]), 2)
    marks = classify(observed([0.356, 0.364]), breaks)
    assert marks.nunique() == 1


def test_legend_shares_no_bound() -> None:
    breaks = break_points(pd.Series([0.31, 0.36, 0.37, 0.40]), 2)
    assert labels(breaks, whole, unit="\u00a0%") == ("31–36\u00a0%", "37–40\u00a0%")


def test_class_of_one_value_has_one_number() -> None:
    assert labels(Breaks((7, 8), (7, 9), 2), whole) == ("7", "8–9")


def test_value_between_two_observed_ones_has_a_class() -> None:
    # 38 was not seen when the breaks were made; the class from 36 ends at 39.
    breaks = break_points(pd.Series([0.31, 0.36, 0.40]), 3)
    assert classify(observed([0.38]), breaks).tolist() == ["c1"]


def test_fewer_values_than_classes() -> None:
    assert len(break_points(pd.Series([0.2, 0.2, 0.2]), 5)) == 1
    assert len(break_points(pd.Series([0.2, 0.3, None]), 5)) == 2


def test_every_state_has_its_mark() -> None:
    statuses = ["suppressed", "missing", "unreliable", "uncertain", "none", "modelled"]
    rows = pd.DataFrame({"value": [None] * 5 + [0.3], "status": statuses})
    marks = classify(rows, Breaks((30,), (30,), 2)).tolist()
    assert marks == ["s-suppressed", "s-missing", "s-uncertain", "s-uncertain", "s-none", "c0"]


def test_a_protected_value_does_not_choose_the_colour() -> None:
    rows = pd.DataFrame({"value": [0.9], "status": ["suppressed"]})
    assert classify(rows, Breaks((10,), (20,), 2)).tolist() == ["s-suppressed"]


def test_refuses_what_no_class_holds() -> None:
    with pytest.raises(ReportError, match="1 values lie in no class"):
        classify(observed([0.5]), Breaks((10,), (20,), 2))
    with pytest.raises(ReportError, match="without saying why"):
        classify(observed([float("nan")]), Breaks((10,), (20,), 2))
    with pytest.raises(ReportError, match="No value is known"):
        break_points(pd.Series([None], dtype=float))
    with pytest.raises(ReportError, match="6 classes"):
        break_points(pd.Series([0.1]), 6)


def test_legend_lists_classes_then_states() -> None:
    words = {"s-missing": "not <measured>", "s-none": "none"}
    html = legend(("1–2", "3"), ("s-none", "s-missing"), words)
    assert html == (
        "<ul class=legend><li><b class=c0></b>1–2<li><b class=c1></b>3"
        "<li><b class=s-missing>?</b>not &lt;measured&gt;<li><b class=s-none>–</b>none</ul>"
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 5))
def test_legend_and_map_agree(values: list[float], k: int) -> None:
    breaks = break_points(pd.Series(values), k)
    marks = classify(observed(values), breaks)
    assert all(low <= high for low, high in zip(breaks.lows, breaks.highs, strict=True))
    assert all(a < b for a, b in zip(breaks.highs, breaks.lows[1:], strict=False))
    for value, mark in zip(values, marks, strict=True):
        i = int(mark[1:])
        assert breaks.lows[i] <= round(round(100 * value, 10)) <= breaks.highs[i]
    # The order of the values does not matter.
    assert break_points(pd.Series(values[::-1]), k) == breaks
