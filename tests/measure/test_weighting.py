"""Weighting in one step: non-response by stratum, then the frame's margins, met and told."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.survey_results import estimate_domains, estimate_indicators
from divide.measure.weighting import LIMITS, weigh_answers
from divide.survey import demo, tabulation


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return demo.frame()


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return tabulation.wide(demo.answers()).reset_index()


def test_margins_of_the_frame_are_met(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    found = weigh_answers(answers, frame)
    told = found.answers.assign(people=found.answers["weight"] * found.answers["clients"])
    for name in ("type", "major_region", "size_class"):
        sums = told.groupby(name)["weight"].sum()
        assert sums.to_dict() == pytest.approx(frame[name].value_counts().to_dict(), abs=0.01)
    people = frame.groupby("type")["clients"].sum()
    # Weights keep six decimals: at most 0.5e-6 for each of the clients behind a type.
    assert told.groupby("type")["people"].sum().to_dict() == pytest.approx(
        people.to_dict(), rel=1e-6
    )
    assert found.account["met"] == ["type", "major_region", "size_class", "clients"]
    assert found.account["answered"] == len(told)
    assert found.account["answered"] + found.account["strangers"] == len(answers)


def test_no_weight_changes_beyond_its_limits(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    found = weigh_answers(answers, frame)
    counted = found.answers.groupby("stratum")["weight"].transform("size")
    before = found.answers["stratum_institutions"] / counted
    change = found.answers["weight"] / before
    assert change.min() >= LIMITS[0] - 1e-5
    assert change.max() <= LIMITS[1] + 1e-5
    assert np.ptp(change) > 0.05  # the calibration did move weights


def test_answers_from_nowhere_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(MethodError, match="No answer is of an institution of the frame"):
        weigh_answers(pd.DataFrame({"institution": ["XX-0000"]}), frame)


def test_margins_that_cannot_be_met_are_left_out_and_said() -> None:
    # The answering homes have 10 and 30 clients, the frame 2 × 10 and 2 × 1000: no weights
    # within 0.4 to 2.5 of 2 reach 2020 clients, so institutions alone are met.
    frame = pd.DataFrame(
        {
            "institution": ["a", "b", "c", "d"],
            "canton": "VD",
            "language_region": "fr",
            "type": "nursing_home",
            "size_class": "medium",
            "major_region": "1",
            "clients": [10, 10, 1000, 1000],
        }
    )
    found = weigh_answers(pd.DataFrame({"institution": ["a", "b"]}), frame)
    assert found.account["met"] == ["type", "major_region", "size_class"]
    assert found.answers["weight"].tolist() == [2, 2]


def test_one_fit_serves_all_domains(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    weighed = weigh_answers(answers, frame)
    only = ["no_own_smartphone", "private_devices", "paid_connection", "unheard"]
    domains = [(), ("type",), ("type", "language_region")]
    many = estimate_domains(weighed.design, weighed.answers, frame, domains=domains, only=only)
    alone = estimate_indicators(weighed.design, weighed.answers, frame, domain="type", only=only)
    keys = ["indicator", "estimand", "type"]
    columns = ["value", "se", "low", "defect_low", "proxy_high", "worst_high", "sigma"]
    one, other = (rows.set_index(keys).sort_index()[columns] for rows in (many[1], alone))
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9)
    # Clients of the parts make the clients of the whole: Σ value × clients, by type.
    share = many[1][many[1]["indicator"] == "no_own_smartphone"].set_index("type")["value"]
    clients = frame.groupby("type")["clients"].sum()
    whole = many[0][many[0]["indicator"] == "no_own_smartphone"]["value"].iloc[0]
    assert (share * clients).sum() / clients.sum() == pytest.approx(whole, rel=1e-9)
