"""What is known of τ: the figures that the method expects, and a mix that explains them away."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from divide import tables, terms
from divide.errors import JoinError, MethodError
from divide.measure.tau_evidence import taus_of_known_rates, taus_of_regions


def residents(year: int = 2023) -> pd.DataFrame:
    rows = tables.read("population")
    return rows[(rows["place_level"] == "canton") & (rows["year"] == year)]


def everyone() -> pd.DataFrame:
    rows = residents()
    return rows[rows["group"] == "total"]


def test_social_assistance_differs_by_half_a_logit(default_home: object) -> None:
    """METHOD 4.3: .4 to .6 unadjusted. The cantons' logits have a standard deviation of .57."""
    rates = tables.read("social_assistance")
    rates = rates[rates["place_level"] == "canton"]
    found = taus_of_known_rates(rates, everyone()).iloc[0]
    assert found["value"] == pytest.approx(0.54, abs=0.01)
    assert 0.4 < found["low"] < found["value"] < found["high"] < 0.75
    assert (found["method"], found["across"], found["places"]) == ("pseudo_outcome", "canton", 26)
    logit = np.log(rates["value"] / (1 - rates["value"]))
    assert found["value"] == pytest.approx(logit.std(), abs=0.1)


def test_the_share_of_foreigners_differs_by_almost_as_much(default_home: object) -> None:
    rows = residents().pivot(index="place", columns="group", values="value")
    share = rows["citizenship:foreign"] / rows["total"]
    rates = (
        everyone()
        .set_index("place")
        .assign(indicator="residents_share", group="citizenship:foreign", value=share)
    )
    found = taus_of_known_rates(rates.reset_index(), everyone()).iloc[0]
    # From 15 % to 41 %, κ = .27 · .73.
    assert found["value"] == pytest.approx(0.37, abs=0.01)
    # Beyond the largest τ that the study declares: the warning of METHOD 4.3.
    assert found["low"] <= 0.30 < found["value"]


def made_up(tau: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Draw 200 places of two kinds of people, whose rates differ by their mix and by τ."""
    rng = np.random.default_rng(3)
    names = [f"{one:04d}" for one in range(200)]
    counts = pd.DataFrame(
        rng.dirichlet([2, 2], 200) * rng.lognormal(8, 1, (200, 1)), index=pd.Index(names)
    )
    logit = np.array([-3.0, 0.0])
    weights = counts.to_numpy() / counts.to_numpy().sum(axis=1, keepdims=True)
    rate = (weights * expit(logit + rng.normal(0, tau, (200, 1)))).sum(axis=1)
    rows = pd.DataFrame({"place": names, "year": 2020, "place_level": "commune", "group": "total"})
    rates = rows.assign(indicator="known", value=rate)
    return rates, rows.assign(value=counts.sum(axis=1).to_numpy()), counts, expit(logit)


@pytest.mark.parametrize("tau", [0.0, 0.15, 0.40])
def test_a_mix_explains_what_is_mix_and_leaves_the_rest(tau: float) -> None:
    rates, persons, counts, share = made_up(tau)
    bare = taus_of_known_rates(rates, persons).iloc[0]["value"]
    mixed = taus_of_known_rates(rates, persons, mix=(counts, share)).iloc[0]
    # 200 places know τ to a twentieth; for large shocks the linear κ is a twentieth too small.
    assert mixed["value"] == pytest.approx(tau, rel=0.12, abs=1e-9)
    assert bare > mixed["value"] + 0.1


def test_places_without_partners_and_unknown_rates_are_refused() -> None:
    rates, persons, counts, share = made_up(0.1)
    with pytest.raises(JoinError, match="0000"):
        taus_of_known_rates(rates, persons.iloc[1:])
    with pytest.raises(JoinError, match="0000"):
        taus_of_known_rates(rates, persons, mix=(counts.iloc[1:], share))
    with pytest.raises(MethodError, match="every place"):
        taus_of_known_rates(rates.assign(value=[np.nan, *rates["value"][1:]]), persons)
    with pytest.raises(MethodError, match="some people's"):
        taus_of_known_rates(rates.assign(value=0.0), persons)


def test_three_regions_leave_tau_almost_open(default_home: object) -> None:
    """METHOD 4.3: weak with three regions, so its interval is reported."""
    chosen = ["household_internet_access", "household_mobile_broadband"]
    found = taus_of_regions(
        tables.read("household_access"),
        tables.read("population"),
        chosen,
        year=2021,
        respondents=3137,
    )
    assert found["indicator"].tolist() == chosen
    assert set(found["places"]) == {3} and set(found["across"]) == {"language_region"}
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()
    assert (found["low"] == 0).all() and (found["high"] > 0.5).all()
    assert set(found["place"]) == {terms.COUNTRY}
    assert found["value"].between(0, 0.3).all()


def test_regions_need_to_know_their_cantons(default_home: object) -> None:
    population = tables.read("population")
    without = population[~population["group"].str.startswith("language_region:it")]
    with pytest.raises(MethodError, match="language region"):
        taus_of_regions(tables.read("household_access"), without, [], year=2021, respondents=3137)
