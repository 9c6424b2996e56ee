"""The demonstration survey estimated back to its known truth, and results as observations."""

import pandas as pd
import pytest

from divide import terms
from divide.errors import MethodError
from divide.measure.designs import survey_design
from divide.measure.frames import KEYS, sum_cells
from divide.measure.response import r_indicator, response_rates
from divide.measure.survey_indicators import survey_indicators
from divide.measure.survey_results import estimate_indicators
from divide.measure.survey_tables import COLUMNS, as_observations
from divide.measure.weights import response_strata, weigh
from divide.survey import demo, tabulation

SIZES = {"small": 0, "medium": 1, "large": 2, "very_large": 3}
SHARES = ("no_own_smartphone", "internet_limited_by_cost", "private_devices", "cannot_fill_in_form")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    # Sizes in their own order, for neighbours stand beside each other.
    return demo.frame().sort_values(
        list(KEYS), key=lambda one: one.map(SIZES) if one.name == "size_class" else one
    )


@pytest.fixture(scope="module")
def answers(frame: pd.DataFrame) -> pd.DataFrame:
    told = tabulation.wide(demo.answers()).reset_index()
    known = told.merge(frame[["institution", *KEYS]], on="institution", validate="1:1")
    strata = response_strata(sum_cells(frame, by=KEYS), known)
    return weigh(known, strata)


@pytest.fixture(scope="module")
def results(frame: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    design = survey_design(answers, stratum="stratum", population="stratum_institutions")
    only = [*SHARES, "no_wifi", "paid_connection"]
    return estimate_indicators(design, answers, frame, domain="type", only=only)


def test_weights_sum_to_the_frame_by_type(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    sums = answers.groupby("type")["weight"].sum()
    assert sums.to_dict() == pytest.approx(frame["type"].value_counts().to_dict())


def test_the_known_truth_is_found(frame: pd.DataFrame, results: pd.DataFrame) -> None:
    truth = demo.truth().merge(frame[["institution", "type"]], on="institution")
    sums = truth.groupby(["question", "type"])[["count", "base"]].sum()
    share = sums["count"] / sums["base"]
    inside = 0
    for name in SHARES:
        one = survey_indicators()[name]
        rows = results[results["indicator"] == name].set_index("type")
        true = share[one.question].reindex(rows.index)
        true = 1 - true if one.lacking else true
        assert ((rows["worst_low"] <= true) & (true <= rows["worst_high"])).all(), name
        assert ((rows["value"] - true).abs() < 4 * rows["se"]).all(), name
        inside += int(((rows["low"] <= true) & (true <= rows["high"])).sum())
    assert inside >= 12  # of 16 at 95 %: fewer once in a thousand


def test_the_homes_without_wifi_are_about_what_was_put_in(results: pd.DataFrame) -> None:
    # facts/demonstration.yml: 14.6 % of homes, and 33.7 % of the others charge.
    homes = results[(results["type"] == "nursing_home") & (results["estimand"] == "institutions")]
    found = homes.set_index("indicator")[["value", "se"]]
    for name, true in (("no_wifi", 0.146), ("paid_connection", 0.337)):
        assert abs(found.loc[name, "value"] - true) < 4 * found.loc[name, "se"]


def test_response_is_told_with_clients(frame: pd.DataFrame, answers: pd.DataFrame) -> None:
    told = answers.assign(clients=answers["n_ben"])
    rates = response_rates(sum_cells(frame, by=KEYS), told, by=list(KEYS))
    assert rates["answered"].sum() == len(answers)
    found = r_indicator(rates, by=KEYS)
    assert found.rate == pytest.approx(len(answers) / len(frame))
    assert 0.7 < found.value < 1  # uneven, as declared


def test_results_become_observations(results: pd.DataFrame) -> None:
    told = {"year": 2026, "source": "demonstration_survey", "edition": "2026-09"}
    found = as_observations(results, domain="type", **told)
    assert list(found.columns) == list(COLUMNS)
    assert not found.duplicated(list(terms.KEY)).any()
    row = found[found["indicator"] == "no_wifi_people"].iloc[0]
    assert (row["group"], row["place_level"], row["place"]) == ("type:addiction", "country", "CH")
    assert set(found["status"]) <= set(terms.STATUSES)
    empty = found["status"].isin(terms.WITHOUT_VALUE)
    assert (found["value"].isna() == empty).all()


def test_a_place_is_a_place_and_no_group(results: pd.DataFrame) -> None:
    told = {"year": 2026, "source": "demonstration_survey", "edition": "2026-09"}
    regions = results.rename(columns={"type": "language_region"})
    found = as_observations(regions.assign(language_region="fr"), domain="language_region", **told)
    assert found[["place_level", "place", "group"]].iloc[0].tolist() == [
        *("language_region", "fr"),
        "total",
    ]
    with pytest.raises(MethodError, match="not split by language_region"):
        as_observations(regions.assign(language_region="all"), domain="language_region", **told)
    whole = as_observations(results.drop(columns="type"), domain=None, **told)
    assert set(whole["place"]) == {"CH"}
