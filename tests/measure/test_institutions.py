"""People in institutions: bands, the beta-binomial, three intervals that are always together."""

from math import comb, exp

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, expit, logit

from divide.errors import MethodError
from divide.measure.banded_counts import band_limits, chances, collect
from divide.measure.beta_binomial import Fit, fit_bands
from divide.measure.coded_answers import estimate_coded, estimate_counted
from divide.measure.data_defect import Doubt, Evidence, effective_size, figure, turning_point
from divide.measure.designs import of_people, survey_design
from divide.measure.institutions import estimate_banded
from divide.measure.silence import silent_part
from divide.measure.survey_indicators import bands
from divide.measure.visibility import Bounds

NO_DOUBT = Doubt(rho=0.0, proxy=Bounds(0, 0))
THREE = {"model": "", "defect": "defect_", "worst": "worst_"}


def draw(seed: int, n: int = 500, phi: float = 0.15) -> tuple[pd.DataFrame, float]:
    """Draw institutions whose rate and reply depend on type and size; return them and the truth."""
    rng = np.random.default_rng(seed)
    kind, size = rng.choice(["a", "b"], n), rng.choice(["large", "small"], n)
    clients = np.where(size == "small", rng.integers(5, 25, n), rng.integers(60, 150, n))
    mu = expit(-1 + 0.8 * (kind == "b") + 0.9 * (size == "small"))
    y = rng.binomial(clients, rng.beta(mu * (1 / phi - 1), (1 - mu) * (1 / phi - 1)))
    share = y / clients
    edges = [share == 0, share < 0.25, share < 0.5, share < 0.75]
    units = pd.DataFrame(
        {
            "type": kind,
            "size": size,
            "clients": clients.astype(float),
            "band": np.select(edges, ["b0", "b1", "b2", "b3"], "b4"),
            "replies": rng.random(n) < np.where(size == "small", 0.25, 0.6),
        }
    )
    return units, y.sum() / clients.sum()


def answering(units: pd.DataFrame) -> pd.DataFrame:
    return units[units["replies"]].drop(columns="replies").reset_index(drop=True)


def estimate(
    units: pd.DataFrame, *, by: tuple[str, ...] = ("type", "size"), **more: object
) -> pd.Series:
    options = {"doubt": NO_DOUBT, **more}
    return estimate_banded(units, answering(units), bands=bands(), by=by, **options).iloc[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("band", "clients", "allowed"),
    [
        ("b0", 40, (0, 0)),
        ("b1", 40, (1, 9)),  # under a quarter, and not none
        ("b2", 40, (10, 19)),  # a quarter belongs to the second band
        ("b3", 40, (20, 29)),
        ("b4", 40, (30, 40)),
        ("b2", 41, (11, 20)),  # 10.25 to below 20.5
        ("b4", 1, (1, 1)),
        ("b1", 2, (0, 1)),  # no whole number lies in (0, .5): those around it
    ],
)
def test_what_a_band_allows(band: str, clients: float, allowed: tuple[float, float]) -> None:
    low, high = band_limits(bands(), pd.Series([band]), np.array([float(clients)]))
    assert (low[0], high[0]) == allowed


def test_bands_leave_no_number_out() -> None:
    for clients in (5, 7, 40, 41, 103):
        pairs = [band_limits(bands(), pd.Series([b]), np.array([float(clients)])) for b in bands()]
        covered = [y for low, high in pairs for y in range(int(low[0]), int(high[0]) + 1)]
        assert covered == list(range(clients + 1))


def test_an_unknown_band_is_refused() -> None:
    with pytest.raises(MethodError, match="b9"):
        band_limits(bands(), pd.Series(["b9"]), np.array([10.0]))


def test_the_chance_of_a_band_is_the_sum_of_its_numbers() -> None:
    a, b, m, low, high = 0.7, 2.1, 20, 5, 9
    counts = collect(*(np.array([float(one)]) for one in (low, high, m)), np.array([0]))
    told, within = chances(counts, np.array([a]), np.array([b]))
    each = [comb(m, y) * exp(betaln(y + a, m - y + b) - betaln(a, b)) for y in range(low, high + 1)]
    assert np.exp(told[0]) == pytest.approx(sum(each))
    assert within == pytest.approx(np.array(each) / sum(each))


def fit(units: pd.DataFrame) -> Fit:
    told = answering(units)
    m = told["clients"].to_numpy()
    return fit_bands(*band_limits(bands(), told["band"], m), m, told, by=("type", "size"))


def test_known_parameters_are_found_again() -> None:
    truth = [-1, 0.8, 0.9, logit(0.15)]
    found = [fit(draw(seed)[0]).coefficients() for seed in range(12)]
    values = np.array([one["value"] for one in found])
    errors = np.array([one["se"] for one in found])
    # Twelve surveys: their mean lies within three standard errors of the truth,
    assert (np.abs(values.mean(axis=0) - truth) < 3 * errors.mean(axis=0) / np.sqrt(12)).all()
    # and most of 48 intervals hold it (the whole simulation: benchmarks).
    assert (np.abs(values - truth) < 1.96 * errors).mean() > 0.85


def test_exact_counts_give_the_plain_rate() -> None:
    # With all institutions alike the rate is the share of clients.
    rows = pd.DataFrame({"type": ["a"] * 60})
    y, m = np.tile([1.0, 2.0, 3.0], 20), np.full(60, 8.0)
    assert expit(fit_bands(y, y, m, rows, by=("type",)).theta[0]) == pytest.approx(0.25, abs=2e-3)


def test_a_class_that_agrees_keeps_a_finite_rate() -> None:
    rows = pd.DataFrame({"type": ["a"] * 20 + ["b"] * 20})
    y = np.concatenate([np.zeros(20), np.tile([2.0, 5.0], 10)])
    found = fit_bands(y, y, np.full(40, 10.0), rows, by=("type",))
    assert np.isfinite(found.coefficients()[["value", "se"]]).all(axis=None)
    assert expit(found.theta[0]) < 0.02


def test_the_silent_are_predicted() -> None:
    inside, off = 0, []
    for seed in range(20, 40):
        units, truth = draw(seed)
        found = estimate(units)
        inside += found["low"] <= truth <= found["high"]
        off.append(found["value"] - truth)
        assert found["worst_low"] <= truth <= found["worst_high"]
    assert inside >= 17  # of 20 at 95 %: fewer by chance once in a hundred
    assert abs(np.mean(off)) < 0.01


def test_leaving_size_out_biases_the_rate() -> None:
    """Where small institutions answer more, and have the higher rate, large silent ones get it."""
    gaps = []
    for seed in range(50, 58):
        units, truth = draw(seed)
        rng = np.random.default_rng(seed)
        chance = np.where(units["size"] == "small", 0.75, 0.25)
        units = units.assign(replies=rng.random(len(units)) < chance)
        gaps.append(
            [estimate(units, by=by)["value"] - truth for by in (("type", "size"), ("type",))]
        )
    fine, rough = np.abs(np.mean(gaps, axis=0))
    assert fine < 0.01
    assert rough > 0.05  # METHOD 5: 5 points


def test_everyone_heard_leaves_only_the_bands() -> None:
    units, truth = draw(3, n=200)
    found = estimate(units.assign(replies=True))
    assert found["coverage"] == 1
    assert found["worst_low"] <= truth <= found["worst_high"]
    assert found["worst_high"] - found["worst_low"] < 0.25
    assert (found["defect_low"], found["defect_high"]) == (found["value"], found["value"])


def test_lacking_is_the_rest() -> None:
    units, _ = draw(4)
    has, lacks = estimate(units), estimate(units, lacking=True)
    assert has["value"] + lacks["value"] == pytest.approx(1, abs=1e-4)
    assert has["worst_low"] + lacks["worst_high"] == pytest.approx(1)
    assert has["se"] == pytest.approx(lacks["se"], rel=1e-2)


def test_domains_add_up_to_the_whole() -> None:
    units, _ = draw(5)
    parts = estimate_banded(
        units, answering(units), bands=bands(), doubt=NO_DOUBT, by=("type", "size"), domain="type"
    )
    clients = units.groupby("type")["clients"].sum()[parts["type"]].to_numpy()
    whole = estimate(units)["value"]
    assert (parts["value"] * clients).sum() / clients.sum() == pytest.approx(whole)
    assert parts["n"].sum() == estimate(units)["n"]


def test_cells_stand_for_their_institutions() -> None:
    units, _ = draw(6)
    grouped = units.groupby(["type", "size"])["clients"]
    cells = grouped.agg(institutions="size", clients="sum", clients_sd=lambda m: m.std(ddof=0))
    told = answering(units)
    one, other = (
        estimate_banded(frame, told, bands=bands(), doubt=NO_DOUBT, by=("type", "size"))
        for frame in (units, cells.reset_index())
    )
    assert one["value"].iloc[0] == pytest.approx(other["value"].iloc[0])
    assert one["se"].iloc[0] == pytest.approx(other["se"].iloc[0])


@settings(max_examples=12)
@given(seed=st.integers(0, 1000), gone=st.sets(st.integers(0, 39), min_size=1, max_size=35))
def test_deleting_answers_never_narrows_the_worst_case(seed: int, gone: set[int]) -> None:
    units, _ = draw(seed, n=90)
    fewer = units.copy()
    places = np.flatnonzero(units["replies"].to_numpy())
    kept = [one for one in gone if one < len(places) - 6]
    fewer.loc[places[kept], "replies"] = False
    one, two = (
        estimate_banded(units, answering(each), bands=bands(), doubt=NO_DOUBT, by=("size",))
        for each in (units, fewer)
    )
    assert two["worst_low"].iloc[0] <= one["worst_low"].iloc[0] + 1e-12
    assert two["worst_high"].iloc[0] >= one["worst_high"].iloc[0] - 1e-12


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), people=st.booleans())
def test_forgetting_a_yes_or_no_never_narrows_the_worst_case(seed: int, people: bool) -> None:
    rng = np.random.default_rng(seed)
    design = survey_design(pd.DataFrame({"weight": np.full(12, 3.0)}))
    clients = rng.integers(5, 50, 12).astype(float)
    design = of_people(design, clients) if people else design
    frame = pd.DataFrame({"institutions": [36], "clients": [clients.sum() + 600]})
    values = rng.integers(0, 2, 12).astype(float)
    less = np.where(rng.random(12) < 0.4, np.nan, values)
    less[0] = values[0]
    one, two = (estimate_coded(design, v, frame, doubt=NO_DOUBT).iloc[0] for v in (values, less))
    assert two["worst_low"] <= one["worst_low"] and two["worst_high"] >= one["worst_high"]


def test_the_three_intervals_are_always_together() -> None:
    units, _ = draw(7, n=200)
    rows = [estimate(units, doubt=Doubt(0.1, Bounds(-0.1, 0.1)))]
    design = survey_design(pd.DataFrame({"weight": np.full(12, 3.0)}))
    frame = pd.DataFrame({"institutions": [36], "clients": [900.0]})
    rows.append(estimate_coded(design, [1, 0] * 6, frame, doubt=NO_DOUBT).iloc[0])
    rows.append(estimate_counted(design, [1] * 12, [9] * 12, frame, doubt=NO_DOUBT).iloc[0])
    for row in rows:
        for name in (*THREE.values(), "proxy_"):
            assert 0 <= row[f"{name}low"] <= row[f"{name}high"] <= 1
        assert row["worst_low"] <= row["low"] and row["high"] <= row["worst_high"]
        assert row["error"] == "as_if_random"


def test_the_methods_example() -> None:
    # METHOD 5: 466 of 1,485 homes have n_eff 46 at ρ = 0.1.
    assert round(effective_size(466, 466 / 1485, 0.1)) == 46
    assert effective_size(466, 466 / 1485, 0.0) == 466
    assert effective_size(466, 1.0, 0.5) == 466
    # Never more than answered: f/((1 − f)ρ²) at ρ = .01 is 4,573.
    assert effective_size(466, 466 / 1485, 0.01) == 466


def test_the_gap_that_turns_a_conclusion() -> None:
    # A figure 5.2 points above a threshold, 466 of 1,485 heard: 5.2/(1 − .3138) = 7.6 points.
    found = turning_point(0.402, 0.35, 0.49, 466 / 1485)
    assert found.high == pytest.approx(0.0758, abs=5e-5)
    # ρ* brings Meng's error to 5.2 points.
    f = 466 / 1485
    assert found.low * np.sqrt((1 - f) / f) * 0.49 == pytest.approx(0.052)


def test_silent_institutions_may_be_too_few_to_turn_it() -> None:
    evidence = Evidence(0.9, 0.01, Bounds(0.88, 0.92), 0.3, 90, 100, 0.9, Bounds(0.81, 0.91))
    assert not figure(evidence, Doubt(0.1, Bounds(0, 0), threshold=0.5)).turns
    assert figure(evidence, Doubt(0.1, Bounds(0, 0), threshold=0.85)).turns
    assert not figure(evidence, Doubt(0.1, Bounds(0, 0))).turns  # nothing to turn


def test_what_staff_get_wrong_is_a_term_of_its_own() -> None:
    evidence = Evidence(0.5, 0.01, Bounds(0.48, 0.52), 0.5, 90, 100, 0.9, Bounds(0.4, 0.6))
    # Staff say up to 10 points too much and never too little: the truth may be 10 points lower.
    found = figure(evidence, Doubt(0.1, Bounds(0.0, 0.1)))
    assert (found.proxy.low, found.proxy.high) == pytest.approx((0.38, 0.52))
    assert found.evidence.model == Bounds(0.48, 0.52)
    with pytest.raises(MethodError, match="are shares"):
        figure(evidence, Doubt(1.5, Bounds(0, 0)))


def test_coded_shares_by_hand() -> None:
    # Ten of 20 institutions heard; four say yes, they have 40 of 900 clients; one is outside.
    rows = pd.DataFrame({"weight": np.full(10, 2.0), "frame": 20})
    design = survey_design(rows, population="frame")
    frame = pd.DataFrame({"institutions": [20], "clients": [900.0]})
    values = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, np.nan])
    outside = np.isnan(values)
    clients = np.array([10.0] * 4 + [50.0] * 5 + [100.0])
    one = estimate_coded(design, values, frame, doubt=NO_DOUBT, outside=outside).iloc[0]
    # 4/9; worst: 4/19 to (4 + 10)/19, for one of the twenty is known not to be asked.
    assert one["value"] == pytest.approx(4 / 9)
    assert (one["worst_low"], one["worst_high"]) == pytest.approx((4 / 19, 14 / 19))
    assert (one["n"], one["coverage"]) == (9, pytest.approx(9 / 19))
    people = of_people(design, clients)
    two = estimate_coded(people, values, frame, doubt=NO_DOUBT, outside=outside).iloc[0]
    assert two["value"] == pytest.approx(40 / 290)
    assert (two["worst_low"], two["worst_high"]) == pytest.approx((40 / 800, 550 / 800))
    assert two["estimand"] == "people"


def test_counted_shares_by_hand() -> None:
    design = survey_design(pd.DataFrame({"weight": [2.0, 2.0]}))
    frame = pd.DataFrame({"institutions": [4], "clients": [100.0]})
    found = estimate_counted(design, [1, 4], [20, 30], frame, doubt=NO_DOUBT).iloc[0]
    assert found["value"] == pytest.approx(5 / 50)
    assert (found["worst_low"], found["worst_high"]) == pytest.approx((0.05, 0.55))
    with pytest.raises(MethodError, match="more clients than it has"):
        estimate_counted(design, [21, 4], [20, 30], frame, doubt=NO_DOUBT)
    with pytest.raises(MethodError, match="design of institutions"):
        estimate_counted(of_people(design, [1, 1]), [1, 4], [20, 30], frame, doubt=NO_DOUBT)


def test_a_domain_that_did_not_answer_is_anything() -> None:
    design = survey_design(pd.DataFrame({"weight": [2.0, 2.0]}))
    kinds = pd.Series(pd.Categorical(["a", "a"], categories=["a", "b"]), name="type")
    frame = pd.DataFrame({"type": ["a", "b"], "institutions": [4, 3], "clients": [9.0, 9.0]})
    found = estimate_coded(design, [1, 0], frame, doubt=NO_DOUBT, domains=kinds).iloc[1]
    assert (found["status"], found["worst_low"], found["worst_high"]) == ("missing", 0, 1)
    assert np.isnan(found["value"])
    with pytest.raises(MethodError, match="does not know b"):
        estimate_coded(design, [1, 0], frame.iloc[:1], doubt=NO_DOUBT, domains=kinds)


def test_the_silent_part_of_a_frame() -> None:
    frame = pd.DataFrame(
        {"type": ["a", "b"], "institutions": [3, 1], "clients": [100.0, 20.0], "clients_sd": 10.0}
    )
    told = pd.DataFrame({"type": ["a", "b"], "clients": [40.0, 25.0]})
    rest = silent_part(frame, told, by=["type"])
    # Two silent with 60 clients, spread by 10: 2·(30² + 10²). The one of b has answered.
    assert rest.clients.tolist() == [60, 0]
    assert rest.squares.tolist() == [2000, 0]
    with pytest.raises(MethodError, match="More answers than institutions in b"):
        silent_part(frame, pd.concat([told, told]), by=["type"])
    with pytest.raises(MethodError, match="in no cell of the frame: c"):
        silent_part(frame, told.assign(type="c"), by=["type"])


def test_a_category_nobody_answered_from_is_named() -> None:
    units, _ = draw(8, n=80)
    other = pd.concat([units, units.iloc[:1].assign(type="c", replies=False)])
    with pytest.raises(MethodError, match="No answer from type c"):
        estimate(other)
