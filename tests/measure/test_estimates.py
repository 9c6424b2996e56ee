"""Estimates against R survey 4.1: published figures, and a design of eight answers by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.designs import Design, of_people, survey_design
from divide.measure.distances import calibrate
from divide.measure.estimates import (
    estimate_means,
    estimate_quantiles,
    estimate_ratios,
    estimate_shares,
    estimate_totals,
)
from divide.measure.weights import poststratify, rake

SIX = 1e-6  # "to six digits"


def stratified() -> pd.DataFrame:
    """Two strata: 2 of 4 and 3 of 6 institutions, so each stands for two."""
    return pd.DataFrame(
        {
            "type": ["a", "a", "b", "b", "b"],
            "weight": 2.0,
            "frame": [4, 4, 6, 6, 6],
            "y": [1.0, 3.0, 2.0, 4.0, 6.0],
        }
    )


def design_of(rows: pd.DataFrame) -> Design:
    return survey_design(rows, stratum="type", population="frame")


def clustered() -> pd.DataFrame:
    """Six clusters in two strata, the example given to R below."""
    return pd.DataFrame(
        {
            "h": list("aaaabbbb"),
            "c": [1, 1, 2, 3, 4, 4, 5, 6],
            "w": [2.0, 2, 3, 3, 4, 4, 5, 5],
            "N": [6, 6, 6, 6, 9, 9, 9, 9],
            "y": [1.0, 4, 2, 6, 3, 5, 7, 8],
            "x": list("uvuvuvvu"),
            "z": list("kllkkkll"),
            "m": [10.0, 20, 30, 40, 50, 60, 70, 80],
        }
    )


def cluster_design() -> Design:
    return survey_design(
        clustered(), weight="w", stratum="h", cluster="c", population="N", invited="sample"
    )


@pytest.fixture
def strat(oracles: Path) -> pd.DataFrame:
    return pd.read_csv(oracles / "apistrat.csv")


@pytest.fixture
def clus1(oracles: Path) -> pd.DataFrame:
    return pd.read_csv(oracles / "apiclus1.csv")


def strat_design(rows: pd.DataFrame) -> Design:
    return survey_design(rows, weight="pw", stratum="stype", population="fpc", invited="sample")


def clus_design(rows: pd.DataFrame) -> Design:
    return survey_design(rows, weight="pw", cluster="dnum", population="fpc", invited="sample")


SCHOOLS = pd.Series({"E": 4421.0, "H": 755.0, "M": 1018.0})
WIDE = pd.Series({"No": 1072.0, "Yes": 5122.0})


def only(found: pd.DataFrame) -> tuple[float, float]:
    (row,) = found[["value", "se"]].to_numpy()
    return float(row[0]), float(row[1])


def test_a_stratified_mean_by_hand() -> None:
    # (4·2 + 6·4)/10; variance .4²·(1 − 2/4)·2/2 + .6²·(1 − 3/6)·4/3 = .08 + .24.
    value, se = only(estimate_means(design_of(stratified()), stratified()["y"]))
    assert (value, se) == pytest.approx((3.2, np.sqrt(0.32)))


def test_a_total_by_hand() -> None:
    value, se = only(estimate_totals(design_of(stratified()), stratified()["y"]))
    assert (value, se) == pytest.approx((32.0, 10 * np.sqrt(0.32)))


def test_a_domain_keeps_the_zeros_of_those_outside() -> None:
    # Domain b alone: mean 4 of three of six; its stratum is all of it: se √(.5·4/3).
    rows = stratified()
    found = estimate_means(design_of(rows), rows["y"], domains=rows["type"])
    assert found["value"].tolist() == [2.0, 4.0]
    assert found["se"].tolist() == pytest.approx([np.sqrt(0.5), np.sqrt(2 / 3)])


def test_clusters_within_strata_agree_with_r() -> None:
    # R survey 4.1.1: svymean, svyratio, svyby of the rows of `clustered`.
    rows, design = clustered(), cluster_design()
    assert only(estimate_means(design, rows["y"])) == pytest.approx((5.0357143, 0.69101), rel=1e-5)
    assert only(estimate_ratios(design, rows["y"], rows["m"])) == pytest.approx(
        (0.09657534247, 0.007697792315), rel=1e-9
    )
    by = estimate_means(design, rows["y"], domains=rows["x"])
    assert by["se"].tolist() == pytest.approx([1.3050324959, 0.5131589603], rel=1e-9)


def test_raked_and_calibrated_clusters_agree_with_r() -> None:
    rows, design = clustered(), cluster_design()
    margins = {"x": pd.Series({"u": 12.0, "v": 18.0}), "z": pd.Series({"k": 14.0, "l": 16.0})}
    raked = rake(design, rows, margins)
    assert raked.weights[:2] == pytest.approx([1.695488857, 2.596133306], rel=1e-9)
    # R's calibrate(~x + z, calfun="raking"), which weighs residuals by the weights before. R's
    # rake leaves them unweighted (0.4569576632): the same only where these are all equal.
    assert only(estimate_means(raked, rows["y"]))[1] == pytest.approx(0.4578318318, rel=1e-9)
    # The estimand people is R's svyratio of y·m over m.
    people = estimate_means(of_people(raked, rows["m"]), rows["y"])
    assert only(people) == pytest.approx((5.893113088, 0.4293371858), rel=1e-9)
    totals = {"x": pd.Series({"u": 12.0, "v": 18.0}), "m": 1500.0}
    greg = calibrate(design, rows, totals)
    assert greg.weights[[0, 7]] == pytest.approx([2.163243243, 3.478378378], rel=1e-9)
    assert only(estimate_means(greg, rows["y"])) == pytest.approx((4.9747568, 0.38896), rel=1e-5)


def test_stratified_figures_of_r(strat: pd.DataFrame) -> None:
    design = strat_design(strat)
    assert only(estimate_means(design, strat["api00"])) == pytest.approx(
        (662.2874, 9.408941), rel=SIX
    )
    by = estimate_means(design, strat["api00"], domains=strat["comp.imp"]).set_index("comp.imp")
    assert by.loc["Yes", ["value", "se"]].tolist() == pytest.approx([676.4023, 11.71468], rel=SIX)
    assert only(estimate_quantiles(design, strat["api00"])) == pytest.approx(
        (668, 13.18406), rel=SIX
    )
    ratio = estimate_ratios(design, strat["api.stu"], strat["enroll"])
    assert only(ratio) == pytest.approx((0.8369568869, 0.007757103), rel=SIX)
    total = estimate_totals(design, strat["enroll"])
    assert only(total) == pytest.approx((3687177.5, 114641.72), rel=SIX)
    types = estimate_means(design, strat["api00"], domains=strat["stype"])
    assert types["value"].tolist() == pytest.approx([674.43, 625.82, 636.60], rel=SIX)
    assert types["se"].tolist() == pytest.approx([12.3825, 14.9371, 16.2147], abs=5e-5)


def test_shares_of_r(strat: pd.DataFrame) -> None:
    design, wide = strat_design(strat), strat["sch.wide"] == "Yes"
    logit = estimate_shares(design, wide)[["low", "high"]].to_numpy()[0]
    assert logit == pytest.approx([0.774540, 0.870815], abs=5e-7)
    beta = estimate_shares(design, wide, interval="beta")[["low", "high"]].to_numpy()[0]
    assert beta == pytest.approx([0.774171, 0.873432], abs=5e-7)
    # Wald's would be symmetric.
    value = float(wide @ strat["pw"] / strat["pw"].sum())
    assert abs(logit.mean() - value) > 0.001


def test_cluster_figures_of_r(clus1: pd.DataFrame) -> None:
    design = clus_design(clus1)
    assert only(estimate_means(design, clus1["api00"])) == pytest.approx(
        (644.1694, 23.54224), rel=SIX
    )
    quartiles = [
        only(estimate_quantiles(design, clus1["api00"], probability=p))[0]
        for p in (0.25, 0.5, 0.75)
    ]
    assert quartiles == [552, 652, 719]


def test_calibrated_figures_of_r(clus1: pd.DataFrame, oracles: Path) -> None:
    design, y = clus_design(clus1), clus1["api00"]
    given = pd.read_csv(oracles / "apiclus1_weights.csv")
    raked = rake(design, clus1, {"stype": SCHOOLS, "sch.wide": WIDE})
    after = poststratify(design, clus1["stype"], SCHOOLS)
    totals = {"stype": SCHOOLS, "api99": 3914069.0}
    greg = calibrate(design, clus1, totals)
    distance = calibrate(design, clus1, totals, distance="raking")
    logit = calibrate(design, clus1, totals, distance="logit", bounds=(0.7, 1.7))
    figures = {
        "rake": (raked, 641.2303, 23.70362),
        "ps": (after, 642.3108, 23.92049),
        "greg": (greg, 665.30907, 3.44175),
        "calrake": (distance, 665.3938, 3.43775),
        "logit": (logit, 665.46097, 3.41998),
    }
    for name, (moved, value, se) in figures.items():
        assert only(estimate_means(moved, y)) == pytest.approx((value, se), rel=2 * SIX), name
        # R's own raking stops at 1e-9 or so.
        assert moved.weights == pytest.approx(given[name], rel=1e-9), name
    # Known wrong: residuals of a regression with the final weights (PERFORMANCE.md).
    assert abs(only(estimate_means(raked, y))[1] - 23.743) > 0.03


def test_a_weight_is_no_count(strat: pd.DataFrame) -> None:
    # statsmodels' DescrStatsW takes weights for counts of observations: SE 1.56.
    assert only(estimate_means(strat_design(strat), strat["api00"]))[1] > 9


def test_svy_agrees(strat: pd.DataFrame) -> None:
    svy, polars = pytest.importorskip("svy"), pytest.importorskip("polars")
    rows = strat.rename(columns={"comp.imp": "imp"})
    sample = svy.Sample(
        polars.from_pandas(rows[["stype", "api00", "enroll", "pw", "fpc", "imp"]]),
        svy.Design(stratum="stype", wgt="pw", pop_size="fpc"),
    )
    theirs = sample.estimation.mean("api00", by="imp").to_polars().to_pandas()
    ours = estimate_means(strat_design(strat), strat["api00"], domains=strat["comp.imp"])
    columns = {"value": "est", "se": "se", "low": "lci", "high": "uci", "n": "n"}
    for own, other in columns.items():
        assert ours[own].tolist() == pytest.approx(theirs[other].tolist(), rel=1e-9)
    total = sample.estimation.total("enroll").to_polars().to_pandas()
    assert only(estimate_totals(strat_design(strat), strat["enroll"])) == pytest.approx(
        total[["est", "se"]].to_numpy()[0], rel=1e-9
    )


def test_an_answer_without_a_value_is_not_zero() -> None:
    rows = stratified().assign(y=[1.0, np.nan, 2.0, 4.0, 6.0])
    found = estimate_means(design_of(rows), rows["y"], domains=rows["type"])
    assert found["value"].tolist() == [1.0, 4.0]
    assert found["n"].tolist() == [1, 3]


def test_a_domain_without_an_answer_is_told_as_missing() -> None:
    rows = stratified()
    kinds = pd.Series(pd.Categorical(rows["type"], categories=["a", "b", "c"]), name="type")
    last = estimate_means(design_of(rows), rows["y"], domains=kinds).iloc[-1]
    assert (last["type"], last["status"], last["n"]) == ("c", "missing", 0)
    assert last[["value", "se", "low", "high"]].isna().all()


def test_two_columns_make_a_domain() -> None:
    rows = clustered()
    found = estimate_means(cluster_design(), rows["y"], domains=rows[["x", "z"]])
    assert found[["x", "z"]].to_numpy().tolist() == [["u", "k"], ["u", "l"], ["v", "k"], ["v", "l"]]
    # u and k: rows 1 and 5, (2·1 + 4·3)/6.
    assert found["value"].iloc[0] == pytest.approx(14 / 6)


def test_the_estimand_people_weighs_by_clients() -> None:
    rows = stratified()
    people = of_people(design_of(rows), [10, 30, 20, 20, 20])
    found = estimate_means(people, rows["y"])
    # (10·1 + 30·3 + 20·2 + 20·4 + 20·6)/100
    assert only(found)[0] == pytest.approx(3.4)
    assert found["estimand"].tolist() == ["people"]


def test_errors_of_a_census_are_called_as_if_random() -> None:
    rows = stratified()
    assert estimate_means(design_of(rows), rows["y"])["error"].tolist() == ["as_if_random"]
    assert estimate_means(cluster_design(), clustered()["y"])["error"].tolist() == ["design"]


def test_a_frame_that_answers_whole_has_no_error() -> None:
    rows = stratified().assign(weight=1.0, frame=[2, 2, 3, 3, 3])
    assert only(estimate_means(design_of(rows), rows["y"]))[1] == 0
    share = estimate_shares(design_of(rows), [1, 0, 1, 1, 0])
    assert share[["low", "high"]].to_numpy().tolist() == [[0.6, 0.6]]


def test_a_share_of_none_has_an_interval() -> None:
    rows = stratified()
    found = estimate_shares(design_of(rows), [0, 0, 0, 0, 0]).iloc[0]
    # Clopper and Pearson's for none of five: 1 − .025^(1/5).
    assert (found["low"], found["high"]) == pytest.approx((0, 1 - 0.025**0.2))
    assert found["reliability"] == "unreliable"


def test_a_share_is_of_yes_and_no() -> None:
    with pytest.raises(MethodError, match="estimate_means"):
        estimate_shares(design_of(stratified()), [0.5, 0, 1, 1, 0])


def test_lengths_must_agree() -> None:
    with pytest.raises(MethodError, match="4 values for 5"):
        estimate_means(design_of(stratified()), [1, 2, 3, 4])
    with pytest.raises(MethodError, match="2 domains for 5"):
        estimate_means(design_of(stratified()), np.ones(5), domains=pd.Series(["a", "b"]))
    with pytest.raises(MethodError, match="above 0 and below 1"):
        estimate_quantiles(design_of(stratified()), np.ones(5), probability=1.0)


@settings(max_examples=10)
@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=5),
    factor=st.sampled_from([0.001, 100.0, 1000.0]),
)
def test_estimates_ignore_a_change_of_unit(values: list[float], factor: float) -> None:
    rows, y = stratified(), np.array(values)
    design = design_of(rows)
    for estimate in (estimate_means, estimate_totals, estimate_quantiles):
        plain = only(estimate(design, y))
        scaled = only(estimate(design, factor * y))
        expected = [factor * one for one in plain]
        assert scaled == pytest.approx(expected, rel=1e-9, abs=1e-6 * factor, nan_ok=True)
    ratio = only(estimate_ratios(design, y, np.abs(y) + 1))
    assert only(estimate_ratios(design, factor * y, factor * (np.abs(y) + 1))) == pytest.approx(
        ratio, rel=1e-6, abs=1e-9
    )


def test_estimates_do_not_move_with_the_order_of_answers() -> None:
    rows = clustered()
    turned = rows.iloc[::-1].reset_index(drop=True)
    design = survey_design(turned, weight="w", stratum="h", cluster="c", population="N")
    assert only(estimate_means(design, turned["y"])) == pytest.approx(
        only(estimate_means(cluster_design(), rows["y"]))
    )
