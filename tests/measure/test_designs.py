"""What a design refuses, and what it counts."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.confidence import reliability, share_limits
from divide.measure.designs import of_people, survey_design

ROWS = pd.DataFrame(
    {"weight": [1.0, 1, 2, 2], "type": ["a", "a", "b", "b"], "frame": [2, 2, 4, 4], "owner": "x"}
)


def test_an_open_call_has_no_design_based_error() -> None:
    with pytest.raises(MethodError, match="open call has no frame"):
        survey_design(ROWS, invited="open_call")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": [1.0, -1, 2, 2]}, "weight"),
        ({"weight": [1.0, None, 2, 2]}, "weight"),
        ({"type": ["a", "a", "b", None]}, "'type' is empty in 1 row"),
        ({"type": ["a", "a", "a", "b"], "frame": 9}, "'b' has one answer"),
        ({"frame": [2, 2, 4, 5]}, "differs within a stratum"),
        ({"frame": [1, 1, 4, 4]}, "'a' has more answers than"),
    ],
)
def test_what_does_not_make_a_design(change: dict[str, object], said: str) -> None:
    with pytest.raises(MethodError, match=said):
        survey_design(ROWS.assign(**change), stratum="type", population="frame")


def test_a_word_for_the_invitation_must_be_known() -> None:
    with pytest.raises(MethodError, match="sample or open_call"):
        survey_design(ROWS, invited="some")


def test_a_lone_answer_that_is_the_whole_stratum_is_no_fault() -> None:
    rows = ROWS.assign(type=["a", "a", "a", "b"], frame=[4, 4, 4, 1])
    assert survey_design(rows, stratum="type", population="frame").clusters.tolist() == [3, 1]


def test_a_clusters_label_is_read_within_its_stratum() -> None:
    rows = ROWS.assign(owner=["x", "y", "x", "y"])
    assert survey_design(rows, stratum="type", cluster="owner").clusters.tolist() == [2, 2]


def test_clients_are_counted_from_none() -> None:
    design = survey_design(ROWS)
    with pytest.raises(MethodError, match="from 0"):
        of_people(design, [1, 2, 3, -1])
    with pytest.raises(MethodError, match="3 numbers of clients for 4"):
        of_people(design, [1, 2, 3])


def test_reliability_at_its_limits() -> None:
    told = reliability(
        np.array([10, 9, 10, 10, 10]),
        np.array([1.0, 1, 1, 1, 0]),
        np.array([0.1649, 0.1, 0.165, 0.3001, 0.0]),
    )
    assert told.tolist() == ["reliable", "unreliable", "flagged", "unreliable", "flagged"]


def test_an_interval_of_a_share_is_never_walds() -> None:
    one = np.array([0.5])
    with pytest.raises(MethodError, match="logit or beta"):
        share_limits(one, one, one, one, interval="wald")
