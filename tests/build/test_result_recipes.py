"""The survey's results as a table: synthetic, released once, and nothing before it is closed."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from divide import build, releases, tables, terms
from divide.catalog import facts
from divide.errors import DisclosureError
from divide.measure.survey_indicators import ACTORS, DIMENSIONS, LAYERS, survey_indicators
from divide.measure.survey_results import dimension_matrix, equipment_cube
from divide.report.exports import write_files
from divide.survey import demo

from .test_survey_recipes import kept

CELL = ["place_level", "place", "group"]


@pytest.fixture
def results(default_home: Path) -> pd.DataFrame:
    return tables.read("survey_results")


@pytest.fixture
def own_home(built_default: Path, home: Path) -> Path:
    """Return a home of one's own in which everything is built."""
    shutil.copytree(built_default / "data", home / "data", dirs_exist_ok=True)
    return home


def country(results: pd.DataFrame) -> pd.DataFrame:
    return results[(results["place"] == terms.COUNTRY) & (results["group"] == terms.TOTAL)]


def test_it_says_that_it_is_synthetic_and_stands_in_the_register(results: pd.DataFrame) -> None:
    told = tables.provenance("survey_results")
    assert told["synthetic"] is True and told["open"] is False
    assert set(results["source"]) == {"demonstration_survey"}
    released = [one.name for one in releases.read()]
    assert released == [told["release"]] == ["r0001"]
    pd.testing.assert_frame_equal(releases.admit(results), results)


def test_every_indicator_has_its_rows(results: pd.DataFrame) -> None:
    assert set(survey_indicators()) <= set(results["item"])
    whole = country(results).groupby("item")["status"].agg(set)
    # Those that the article's question names first: none hidden for the country.
    leading = facts("survey_indicators")["leading"]
    assert leading == [
        *("mediation_burden", "choice_gap", "digital_only_gate"),
        *("paid_connection", "private_devices", "unheard"),
    ]
    for name in leading:
        assert whole[name] <= {"observed", "modelled"}
    assert {"danger", "opportunity"} <= set(results["sign"].dropna())
    assert {"response_rate", "client_coverage", "r_indicator"} <= set(results["item"])


def test_the_cube_and_the_matrix_have_an_interval_in_every_cell(results: pd.DataFrame) -> None:
    cube, matrix = equipment_cube(country(results)), dimension_matrix(country(results))
    assert set(zip(cube["actor"], cube["layer"], strict=True)) == {
        (actor, layer) for actor in ACTORS for layer in LAYERS
    }
    assert set(zip(matrix["dimension"], matrix["actor"], strict=True)) == {
        (dimension, actor) for dimension in DIMENSIONS for actor in ACTORS
    }
    for laid in (cube, matrix):
        assert (laid["low"] <= laid["value"]).all() and (laid["value"] <= laid["high"]).all()
        # One row an indicator and estimand: nothing was summed.
        assert not laid.duplicated(["indicator"]).any()


def test_intervals_widen_with_what_is_not_known(results: pd.DataFrame) -> None:
    known = results[results["coverage"].notna()]
    assert len(known) > 1000
    for name in ("defect", "worst"):
        assert (known[f"{name}_low"] <= known["value"] + 1e-9).all()
        assert (known[f"{name}_high"] >= known["value"] - 1e-9).all()
    assert (known["defect_low"] <= known["low"].fillna(1)).all()
    # Of the country 40 % answered: the worst case leaves at least the silent 57 % open.
    whole = country(known)
    assert (whole["worst_high"] - whole["worst_low"] > 0.5).all()


def test_the_known_truth_lies_within(results: pd.DataFrame) -> None:
    truth = demo.truth()
    sums = truth.groupby("question")[["count", "base"]].sum()
    rows = country(results).set_index("indicator")
    for name in ("no_own_smartphone", "no_computer", "private_devices", "cannot_fill_in_form"):
        one = survey_indicators()[name]
        share = sums["count"][one.question] / sums["base"][one.question]
        share = 1 - share if one.lacking else share
        row = rows.filter(regex=f"^{name}_", axis=0).iloc[0]
        assert row["defect_low"] <= share <= row["defect_high"], name


def test_a_hidden_figure_holds_no_number(results: pd.DataFrame) -> None:
    hidden = results[results["status"].isin(terms.WITHOUT_VALUE)]
    assert (hidden["status"] == "suppressed").sum() > 100
    numbers = ["value", "se", "low", "high", "n", "coverage", "n_eff"]
    ends = [f"{n}_{end}" for n in ("defect", "proxy", "worst") for end in ("low", "high")]
    assert hidden[numbers + ends].isna().all(axis=None)
    # Type by canton is no level that leaves.
    cantons = results[results["place_level"] == "canton"]
    assert set(cantons["group"]) == {terms.TOTAL}


def test_hidden_numbers_of_who_answered_are_not_what_is_left(results: pd.DataFrame) -> None:
    rates = results[results["item"].isin(["response_rate", "client_coverage"])]
    # What a rate was before it was rounded lies on neither side of what is told.
    told = rates.dropna(subset="value")
    inside = told[(told["low"] > 0) & (told["high"] < 1)]
    below, above = inside["value"] - inside["low"], inside["high"] - inside["value"]
    assert len(inside) > 50 and (below - above).abs().max() < 1e-9 and below.min() > 0
    # Exact numbers would leave one answer in Ticino's addiction homes: all, less de, less fr.
    asked = results[~results["item"].isin(["response_rate", "client_coverage", "r_indicator"])]
    assert (asked["n"].dropna() % 5 == 0).all()
    # Nor is it told that those who answered left one question out.
    assert not results["status"].eq("missing").any()


def test_two_builds_make_the_same_bytes_and_one_release(own_home: Path) -> None:
    file = own_home / "data" / "processed" / "survey_results.parquet"
    before = file.read_bytes()
    assert build.bring_up_to_date(["survey_results"], force=True) == ["survey_results"]
    assert file.read_bytes() == before
    assert [one.name for one in releases.read()] == ["r0001"]


def keep_some(home: Path, *, without: int = 0) -> None:
    """Keep the answers of every second institution to a few questions, as if they were real."""
    answers = demo.answers()
    some = sorted(answers["institution"].unique())[::2][without:]
    questions = ["n_ben", "n_pro", "i_co_wifi", "w_reach"]
    told = answers[answers["institution"].isin(some) & answers["question"].isin(questions)]
    laid = told.pivot(index="institution", columns="question", values="answer")
    kept(home, "results.csv", laid.rename_axis("id_inst").to_csv(sep=";"))
    kept(home, "frame.csv", demo.frame().to_csv(index=False))


def test_of_a_survey_that_is_open_nothing_leaves(own_home: Path) -> None:
    keep_some(own_home)
    build.bring_up_to_date(["survey_results"])
    results = tables.read("survey_results")
    assert set(results["status"]) == {"suppressed"}
    assert set(results["source"]) == {"institution_survey"}
    made = tables.provenance("survey_results")
    assert made["open"] is True and made["release"] is None and made["synthetic"] is False
    assert len(releases.admit(results)) == len(results)  # no number, so nothing to prove
    assert len(releases.read()) == 1


def test_a_closed_survey_is_released_whatever_the_demonstration_told(own_home: Path) -> None:
    keep_some(own_home)
    kept(own_home, "closed.txt", "")
    build.bring_up_to_date(["survey_results"])
    made = tables.provenance("survey_results")
    assert made["release"] == "r0002" and made["synthetic"] is False
    assert "unheard" in made["unanswered"] and "no_wifi" not in made["unanswered"]
    results = tables.read("survey_results").set_index(["indicator", *CELL])
    row = results.loc[("digital_only_gate_institutions", "country", "CH", "total")]
    assert row["status"] == "observed" and row["n"] > 100
    # One answer less, and the difference would be that answer.
    keep_some(own_home, without=1)
    with pytest.raises(DisclosureError, match="r0002"):
        build.bring_up_to_date(["survey_results"])


def test_it_may_be_written_to_files(results: pd.DataFrame, tmp_path: Path) -> None:
    released = releases.read()[0]
    write_files(releases.publishable(released), tmp_path, "survey")
    assert (tmp_path / "survey.csv").is_file()
