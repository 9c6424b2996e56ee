"""Response rates, client coverage and the R-indicator."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.response import r_indicator, response_rates


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "type": ["home", "home", "addiction"],
            "size": ["small", "large", "all"],
            "institutions": [10, 5, 4],
            "clients": [150.0, 600.0, np.nan],
        }
    )


def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "type": ["home", "home", "home", "addiction"],
            "size": ["small", "large", "large", "all"],
            "clients": [20.0, 100.0, 200.0, 30.0],
        }
    )


def test_rates_by_hand() -> None:
    found = response_rates(frame(), answers(), by=["type", "size"])
    assert found["answered"].tolist() == [1, 2, 1]
    assert found["rate"].tolist() == [0.1, 0.4, 0.25]
    # 20/150, 300/600; the clients of the last cell are not known, so nor is the coverage.
    assert found["coverage"].tolist() == pytest.approx([20 / 150, 0.5, np.nan], nan_ok=True)


def test_rates_of_fewer_columns_sum_the_cells() -> None:
    found = response_rates(frame(), answers(), by=["type"])
    assert found["institutions"].tolist() == [15, 4]
    assert found["coverage"].iloc[0] == pytest.approx(320 / 750)


def test_an_answer_that_does_not_tell_its_clients_is_not_none() -> None:
    untold = answers().assign(clients=[20.0, np.nan, 200.0, 30.0])
    found = response_rates(frame(), untold, by=["type", "size"])
    assert np.isnan(found["coverage"].iloc[1])


def test_a_cell_nobody_answered_from_has_a_rate_of_none() -> None:
    found = response_rates(frame(), answers().iloc[1:], by=["type", "size"])
    assert found[["answered", "rate", "coverage"]].iloc[0].tolist() == [0, 0, 0]


def test_a_stranger_is_refused() -> None:
    with pytest.raises(MethodError, match="school all"):
        response_rates(frame(), answers().assign(type="school", size="all"), by=["type", "size"])


def test_an_even_response_represents_the_frame() -> None:
    cells = pd.DataFrame({"type": ["a", "b"], "institutions": [50, 20], "answered": [25, 10]})
    found = r_indicator(cells, by=["type"])
    assert (found.value, found.maximal_bias, found.rate) == pytest.approx((1, 0, 0.5), abs=1e-9)


def test_the_r_indicator_by_hand() -> None:
    # Rates .8 of 25 and .4 of 75: mean .5, S² = (25·.09 + 75·.01)/99 = 3/99.
    cells = pd.DataFrame({"type": ["a", "b"], "institutions": [25, 75], "answered": [20, 30]})
    found = r_indicator(cells, by=["type"])
    spread = np.sqrt(3 / 99)
    assert found.value == pytest.approx(1 - 2 * spread)
    assert found.maximal_bias == pytest.approx(spread / 0.5)
    partial = found.partial.set_index("category")["value"]
    # Between categories: √(.25·.09 + .75·.01); a: √.25·.3, b: −√.75·.1.
    assert partial.loc[""] == pytest.approx(np.sqrt(0.03))
    assert partial.loc["a"] == pytest.approx(0.15)
    assert partial.loc["b"] == pytest.approx(-np.sqrt(0.75) * 0.1)


def test_main_effects_meet_the_counts_of_each_category() -> None:
    cells = pd.DataFrame(
        {
            "type": ["a", "a", "b", "b"],
            "region": ["de", "fr", "de", "fr"],
            "institutions": [30, 10, 20, 40],
            "answered": [20, 2, 9, 5],
        }
    )
    found = r_indicator(cells, by=["type", "region"])
    # The logit's score equations: the mean rate of a is 22/40, of de 29/50.
    partial = found.partial.set_index(["variable", "category"])["value"]
    assert partial["type", "a"] == pytest.approx(np.sqrt(0.4) * (22 / 40 - 0.36))
    assert partial["region", "de"] == pytest.approx(np.sqrt(0.5) * (29 / 50 - 0.36))
    assert found.rate == pytest.approx(0.36)


def test_a_category_that_all_or_none_answered_from_is_no_trouble() -> None:
    cells = pd.DataFrame({"type": ["a", "b"], "institutions": [10, 10], "answered": [10, 0]})
    assert r_indicator(cells, by=["type"]).value == pytest.approx(1 - 2 * np.sqrt(5 / 19), abs=1e-6)


def test_nobody_is_not_compared() -> None:
    cells = pd.DataFrame({"type": ["a"], "institutions": [10], "answered": [0]})
    with pytest.raises(MethodError, match="nobody answered"):
        r_indicator(cells, by=["type"])
