"""At least one layer lacked: bounds by hand, reached, and never narrower for knowing less."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide import tables
from divide.build.settings import setting
from divide.errors import MethodError
from divide.measure import exclusion
from divide.measure.layers import lacking_any, lacks_any
from divide.measure.visibility import Bounds

PAIR = ("no_internet_use_3m", "no_smartphone")
share = st.floats(0, 1)


@pytest.mark.parametrize(
    ("rates", "low", "high"),
    [
        ([(0.1, 0.1), (0.3, 0.3)], 0.3, 0.4),
        ([(0.1, 0.2), (0.3, 0.35)], 0.3, 0.55),  # the ends of their intervals
        ([(0.6, 0.6), (0.7, 0.7)], 0.7, 1.0),  # not more than everyone
        ([(0.2, 0.3)], 0.2, 0.3),
    ],
)
def test_bounds_by_hand(rates: list[tuple[float, float]], low: float, high: float) -> None:
    found = lacks_any([Bounds(*one) for one in rates])
    assert (found.low, found.high) == pytest.approx((low, high))


@given(st.lists(share, min_size=8, max_size=8).filter(lambda one: sum(one) > 0.01))
def test_every_population_lies_inside(weights: list[float]) -> None:
    """Eight kinds of people, by which of three layers they lack: the truth is counted."""
    kinds = np.array(list(product([False, True], repeat=3)))
    part = np.array(weights) / sum(weights)
    rates = part @ kinds
    truth = part @ kinds.any(axis=1)
    found = lacks_any([Bounds(one, one) for one in rates])
    assert found.low - 1e-12 <= truth <= found.high + 1e-12


def test_both_ends_are_reached() -> None:
    """Of ten people, one lacks the first layer and three the second: the same, or others."""
    first = np.arange(10) < 1
    nested, apart = np.arange(10) < 3, (np.arange(10) >= 1) & (np.arange(10) < 4)
    found = lacks_any([Bounds(0.1, 0.1), Bounds(0.3, 0.3)])
    assert (first | nested).mean() == pytest.approx(found.low)
    assert (first | apart).mean() == pytest.approx(found.high)


@given(st.lists(st.tuples(share, share), min_size=1, max_size=4), st.tuples(share, share))
def test_knowing_less_widens(rates: list[tuple[float, float]], wider: tuple[float, float]) -> None:
    known = [Bounds(min(one), max(one)) for one in rates]
    poorer = [Bounds(min(known[0].low, *wider), max(known[0].high, *wider)), *known[1:]]
    before, after = lacks_any(known), lacks_any(poorer)
    assert after.low <= before.low and after.high >= before.high


def test_none_of_no_layers() -> None:
    with pytest.raises(MethodError, match="No layer"):
        lacks_any([])
    with pytest.raises(MethodError, match="No layer"):
        lacking_any(pd.DataFrame(), [])


@pytest.fixture
def risk(default_home: object) -> pd.DataFrame:
    """Run the engine for two layers: total and three groups, 26 cantons, three τ."""
    lacking = dict(zip(PAIR, ("internet_use_3m", "device_smartphone"), strict=True))
    inputs = [tables.read(name) for name in ("internet_use", "composition")]
    return exclusion.exclusion_risk(*inputs, lacking, replace(setting(), draws=50))


def one_of(frame: pd.DataFrame, **key: object) -> pd.Series:
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_table_has_the_bounds_of_its_rows(risk: pd.DataFrame) -> None:
    found = lacking_any(risk, PAIR)
    assert len(found) == 4 * 26 * 3
    key = {"group": "age:60_plus", "place": "UR", "tau": 0.15}
    row = one_of(found, **key)
    parts = [one_of(risk, indicator=name, **key) for name in PAIR]
    assert row["least"] == max(one["value"] for one in parts)
    assert row["most"] == pytest.approx(sum(one["value"] for one in parts))
    assert row["low"] == max(one["low"] for one in parts)
    assert row["high"] == pytest.approx(sum(one["high"] for one in parts))
    assert (row["layers"], row["known"]) == (2, 2)
    assert (found["low"] <= found["least"]).all() and (found["least"] <= found["most"]).all()
    assert (found["most"] <= found["high"]).all() and (found["high"] <= 1).all()


def test_a_layer_without_a_rate_leaves_the_upper_end_open(risk: pd.DataFrame) -> None:
    """No channel to rights is measured: at least so many lack one, at most all."""
    found = lacking_any(risk, (*PAIR, "no_channel_to_rights"))
    assert set(found["known"]) == {2}
    assert (found["most"] == 1).all() and (found["high"] == 1).all()
    assert (found["low"] == lacking_any(risk, PAIR)["low"]).all()
    none = lacking_any(risk, ["no_channel_to_rights"])
    assert len(none) == 4 * 26 * 3
    assert (none[["least", "low"]] == 0).all(axis=None)
    assert (none[["most", "high"]] == 1).all(axis=None)


def test_a_hidden_rate_is_not_none(risk: pd.DataFrame) -> None:
    gone = (risk["indicator"] == PAIR[1]) & (risk["place"] == "UR")
    poorer = risk.assign(**{one: risk[one].mask(gone) for one in ("value", "low", "high")})
    row = one_of(lacking_any(poorer, PAIR), group="total", place="UR", tau=0.0)
    assert (row["known"], row["most"], row["high"]) == (1, 1.0, 1.0)


def test_a_layer_that_stands_twice_is_refused(risk: pd.DataFrame) -> None:
    with pytest.raises(MethodError, match="twice"):
        lacking_any(pd.concat([risk, risk]), PAIR)
