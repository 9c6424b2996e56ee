"""The list of groups at other thresholds: what it says has been worked out, not assumed."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from divide import terms
from divide.report.groups import group_items, stability

GROUP = "age:60_plus|education:low"
NAME = "Aged 60 and over, without post-compulsory education"


def with_gap(rows: pd.DataFrame, gap: float, se: float, *places: str) -> pd.DataFrame:
    """Give one group the same gap and error in some cantons, whatever the local differences."""
    mine = (rows["group"] == GROUP) & rows["place"].isin(places)
    return rows.assign(
        gap=rows["gap"].mask(mine, gap),
        gap_se=rows["gap_se"].mask(mine, se),
    )


def found(study: Any, place: Any) -> str:
    """Return the class of the group on a page."""
    return next(one.finding for one in group_items(study, place, "en") if one.id == "60_plus_low")


@pytest.mark.parametrize(
    ("gap", "se", "finding", "moves"),
    [
        # P(gap > 0) = 1: higher at each probability.
        (0.10, 0.01, "act_and_measure", False),
        # .06/.0579 = 1.036: P = .85, below .90 but above .80. The 25 others are certain, so an
        # expected .15/26 = 0.6 % of the list is false, within 5 %.
        (0.06, 0.0579, "measure_first", True),
        # .06/.0414 = 1.45: P = .926, above .90 but below .95.
        (0.06, 0.0414, "act_and_measure", True),
        # (.05 - .04)/.01 = 1: P(gap < 5 points) = .84: told only at .80.
        (0.04, 0.01, "measure_first", True),
        # (.05 - .01)/.01 = 4: not higher at each.
        (0.01, 0.01, "measure_visibility", False),
    ],
)
def test_a_list_is_worked_out_again_at_each_threshold(
    default_pages: Any, gap: float, se: float, finding: str, moves: bool
) -> None:
    study, place = default_pages.study, default_pages.place("VD")
    risk = with_gap(study.risk, 0.3, 0.001, *terms.CANTONS)
    changed = replace(study, risk=with_gap(risk, gap, se, "VD"))
    assert found(changed, place) == finding
    told = stability(changed, place, "en").text
    assert (NAME in told) is moves
    assert ("the list is the same" in told) is not moves


def test_a_list_of_doubtful_pairs_is_not_called(default_pages: Any) -> None:
    study, place = default_pages.study, default_pages.place("VD")
    # P = .926 in all 26 cantons: an expected 7.4 % of the list would be false, above 5 %.
    risk = with_gap(study.risk, 0.06, 0.0414, *terms.CANTONS)
    assert found(replace(study, risk=risk), place) == "measure_first"


@pytest.mark.parametrize(
    ("error", "finding"),
    [
        # Published: 28.7 % of the group against 4.4 % of everyone, a gap of 24.3 points.
        # 24.3/13 = 1.87: P = .969, one in 32 such lists is false.
        (0.13, "act_and_measure"),
        # 24.3/20 = 1.2: P = .888.
        (0.2, "measure_first"),
    ],
)
def test_the_country_is_told_by_its_published_errors(
    default_pages: Any, error: float, finding: str
) -> None:
    study, place = default_pages.study, default_pages.place("index")
    changed = replace(study, risk=with_gap(study.risk, 0.243, error, terms.COUNTRY))
    assert found(changed, place) == finding
