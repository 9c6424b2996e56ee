"""The intervals that follow from what left: by hand, and beside those worked out inside."""

import numpy as np
import pandas as pd
import pytest

from divide.measure.data_defect import Doubt
from divide.measure.told_intervals import add_intervals
from divide.measure.visibility import Bounds

DOUBT = Doubt(0.1, Bounds(-0.1, 0.05))
CELL = {"place_level": "country", "place": "CH", "group": "total"}


def left(**values: float) -> pd.DataFrame:
    """Return a released rate of .5 of 200 institutions, .6 of their clients, and a spread."""
    rows = [
        {"indicator": "response_rate", "value": 0.5, "n": 200, "high": 0.5},
        {"indicator": "client_coverage", "value": 0.6, "n": 200, "high": 0.6},
        {"indicator": "x_people_spread", "value": 0.03, "n": 100, "high": 0.04},
    ]
    return pd.DataFrame(rows).assign(**CELL, **values)


def figure(**changes: object) -> pd.DataFrame:
    row = {
        "indicator": "x_institutions",
        **CELL,
        "value": 0.2,
        "se": 0.02,
        "low": 0.16,
        "high": 0.24,
        "n": 80.0,
        "coded": "",
        "status": "observed",
        "estimand": "institutions",
        "kind": "coded",
        "actor": "I",
    }
    return pd.DataFrame([{**row, **changes}])


def told(rows: pd.DataFrame, released: pd.DataFrame | None = None) -> pd.Series:
    return add_intervals(rows, left() if released is None else released, DOUBT).iloc[0]


def test_an_answer_of_yes_or_no_by_hand() -> None:
    found = told(figure())
    # 80 of the 100 that answered told this: .5 · .8 = .4. n_eff = .4/(.6 · .01) = 66.7.
    assert found["coverage"] == pytest.approx(0.4)
    assert found["n_eff"] == pytest.approx(66.667, abs=1e-3)
    # σ at .24, the end nearest to one half: √(.24 · .76) = .4271; 1.96 · .4271/√66.7 = .1025.
    assert found["defect_low"] == pytest.approx(0.2 - 0.1025, abs=1e-4)
    assert found["defect_high"] == pytest.approx(0.2 + 0.1025, abs=1e-4)
    # The silent none: .4 · .2; the silent all: .08 + .6.
    assert (found["worst_low"], found["worst_high"]) == pytest.approx((0.08, 0.68))
    assert np.isnan(found["proxy_low"])
    assert found["reliability"] == "reliable" and found["invited"] == 200


def test_a_rate_from_bands_takes_the_released_spread_and_its_bands_ends() -> None:
    people = {"indicator": "x_people", "estimand": "people", "kind": "banded", "actor": "B"}
    found = told(figure(**people, status="modelled"))
    assert found["coverage"] == pytest.approx(0.48)  # .6 · .8
    # σ = √.04, less than at yes or no; n_eff = min(80, .48/.0052) = 80: 1.96 · .2/√80 = .0438.
    assert found["defect_high"] == pytest.approx(0.2438, abs=1e-4)
    # Its bands' ends: 0 at least, .45 at most of those who answered.
    assert (found["worst_low"], found["worst_high"]) == pytest.approx((0, 0.48 * 0.45 + 0.52))
    # Staff who say 5 points too much hide .11; who say 10 too few, .34.
    assert (found["proxy_low"], found["proxy_high"]) == pytest.approx((0.11, 0.34))


def test_a_bound_stands_for_all_beyond_it() -> None:
    found = told(figure(value=0.05, se=np.nan, low=0.0, high=0.05, coded="at_most"))
    assert found["worst_low"] == 0 and found["worst_high"] == pytest.approx(0.4 * 0.05 + 0.6)
    assert found["defect_low"] == 0 and found["defect_high"] > 0.05


def test_what_is_hidden_bounds_nothing() -> None:
    found = told(figure(), left(value=np.nan))
    assert found["coverage"] == 0
    ends = ["defect_low", "defect_high", "worst_low", "worst_high"]
    assert found[ends].tolist() == [0, 1, 0, 1]
    empty = dict.fromkeys(("value", "se", "low", "high", "n"), np.nan)
    found = told(figure(**empty, status="suppressed"))
    assert found[ends].isna().all() and found["reliability"] == "none"


def test_who_answered_is_counted_not_estimated() -> None:
    found = told(figure(indicator="response_rate", kind="response"))
    assert found[["coverage", "n_eff", "defect_low", "worst_high"]].isna().all()
