"""Weights: non-response with collapsing that is told, raking, trimming."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.designs import survey_design
from divide.measure.distances import calibrate
from divide.measure.raking import collapse, fit_margins
from divide.measure.weights import poststratify, rake, response_strata, weigh

BY = ("type", "region", "size")


def frame() -> pd.DataFrame:
    """Two types; regions and sizes in their own order, not the alphabet's."""
    return pd.DataFrame(
        [
            ("home", "fr", "small", 10),
            ("home", "fr", "medium", 20),
            ("home", "fr", "large", 6),
            ("home", "de", "small", 30),
            ("addiction", "all", "all", 8),
        ],
        columns=[*BY, "institutions"],
    )


def answers(counts: list[int]) -> pd.DataFrame:
    """Return so many answers from each cell of `frame`."""
    cells = frame()[list(BY)]
    return cells.loc[np.repeat(cells.index, counts)].reset_index(drop=True)


def test_a_cell_with_few_answers_joins_the_next_size() -> None:
    # small has 1: of the same type and region, its only neighbour is medium: (10 + 20)/(1 + 4).
    found = response_strata(frame(), answers([1, 4, 3, 5, 4]), by=BY, least=2)
    assert found["weight"].tolist() == [6, 6, 2, 6, 2]
    assert found["collapsed"].tolist() == [True, True, False, False, False]
    assert found["stratum"].iloc[0] == "home fr small + home fr medium"
    assert not found["few"].any()


def test_of_two_neighbours_the_one_with_fewer_answers_is_joined() -> None:
    found = response_strata(frame(), answers([4, 1, 3, 5, 4]), by=BY, least=2)
    assert found["stratum"].iloc[1] == "home fr medium + home fr large"


def test_a_region_is_crossed_only_when_it_must() -> None:
    found = response_strata(frame(), answers([1, 0, 1, 5, 4]), by=BY, least=3)
    # All of fr has two answers, so it joins de: 66 institutions, 7 answers.
    assert found["weight"].tolist()[:4] == pytest.approx([66 / 7] * 4)
    assert found["stratum"].nunique() == 2


def test_a_type_never_speaks_for_another() -> None:
    found = response_strata(frame(), answers([4, 4, 4, 4, 1]), by=BY, least=2)
    assert found[["stratum", "few", "weight"]].iloc[-1].tolist() == ["addiction all all", True, 8]
    with pytest.raises(MethodError, match="addiction: nobody can speak for it"):
        response_strata(frame(), answers([4, 4, 4, 4, 0]), by=BY)


def test_answers_that_do_not_fit_the_frame_are_refused() -> None:
    with pytest.raises(MethodError, match="home it small"):
        response_strata(frame(), answers([4] * 5).assign(region="it", size="small"), by=BY)
    with pytest.raises(MethodError, match="home fr large has 7 answers of 6"):
        response_strata(frame(), answers([4, 4, 7, 4, 4]), by=BY)
    with pytest.raises(MethodError, match="twice"):
        response_strata(pd.concat([frame(), frame()]), answers([4] * 5), by=BY)
    with pytest.raises(MethodError, match="no cell"):
        response_strata(frame(), answers([4] * 5).assign(region=None), by=BY)


@settings(max_examples=15)
@given(
    replies=st.lists(st.integers(0, 6), min_size=4, max_size=4),
    others=st.integers(1, 8),
    least=st.integers(1, 8),
)
def test_weights_sum_to_the_frame(replies: list[int], others: int, least: int) -> None:
    told = answers([*(replies if sum(replies) else [1, 0, 0, 0]), others])
    strata = response_strata(frame(), told, by=BY, least=least)
    weighed = weigh(told, strata, by=BY)
    assert len(weighed) == len(told)
    assert weighed["weight"].sum() == pytest.approx(74)
    sums = weighed.groupby("type")["weight"].sum()
    assert sums.to_dict() == pytest.approx({"home": 66, "addiction": 8})


def sample(seed: int, n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "type": rng.choice(["a", "b", "c"], n),
            "region": rng.choice(["de", "fr"], n),
            "weight": rng.uniform(1, 3, n),
        }
    )
    # Each category at least once.
    rows.loc[:2, "type"], rows.loc[:1, "region"] = ["a", "b", "c"], ["de", "fr"]
    return rows


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    shares=st.lists(st.integers(1, 20), min_size=3, max_size=3),
    german=st.floats(0.2, 0.8),
)
def test_raking_meets_its_margins(seed: int, shares: list[int], german: float) -> None:
    rows = sample(seed)
    types = pd.Series(dict(zip("abc", shares, strict=True))) * 10.0
    regions = pd.Series({"de": german, "fr": 1 - german}) * types.sum()
    raked = rake(survey_design(rows), rows, {"type": types, "region": regions})
    for column, margin in (("type", types), ("region", regions)):
        met = pd.Series(raked.weights).groupby(rows[column]).sum()
        assert met.to_dict() == pytest.approx(margin.to_dict(), rel=1e-9)
    # The weights before are multiplied by one factor a cell.
    factor = pd.Series(raked.weights / rows["weight"])
    assert (factor.groupby([rows["type"], rows["region"]]).std().fillna(0) < 1e-9).all()


def test_raking_and_its_distance_agree() -> None:
    rows = sample(7)
    margins = {
        "type": pd.Series({"a": 50.0, "b": 40.0, "c": 30.0}),
        "region": pd.Series({"de": 70.0, "fr": 50.0}),
    }
    design = survey_design(rows)
    raked = rake(design, rows, margins).weights
    assert calibrate(design, rows, margins, distance="raking").weights == pytest.approx(raked)


def test_raking_keeps_odds_ratios() -> None:
    # The odds ratio 10·40/(20·30) = 2/3 is kept, so the first cell t solves
    # t(t + 10)/((40 − t)(50 − t)) = 2/3, or t² + 210 t − 4000 = 0: t = −105 + √15025.
    rows = pd.DataFrame({"r": list("abab"), "c": list("kkll"), "weight": [10.0, 20, 30, 40]})
    raked = rake(
        survey_design(rows),
        rows,
        {"r": pd.Series({"a": 50.0, "b": 50.0}), "c": pd.Series({"k": 40.0, "l": 60.0})},
    )
    t = -105 + np.sqrt(15025)
    assert raked.weights == pytest.approx([t, 40 - t, 50 - t, t + 10])


def test_trimmed_weights_keep_limits_and_margins() -> None:
    rows = sample(3, n=90)
    margins = {
        "type": pd.Series({"a": 150.0, "b": 60.0, "c": 90.0}),
        "region": pd.Series({"de": 170.0, "fr": 130.0}),
    }
    free = rake(survey_design(rows), rows, margins).weights
    assert free.max() / free.mean() > 1.8
    cut = rake(survey_design(rows), rows, margins, limits=(0.4, 1.8)).weights
    assert cut.max() / cut.mean() <= 1.8 + 1e-6 and cut.min() / cut.mean() >= 0.4 - 1e-6
    for column, margin in margins.items():
        met = pd.Series(cut).groupby(rows[column]).sum()
        assert met.to_dict() == pytest.approx(margin.to_dict(), rel=1e-6)
    with pytest.raises(MethodError, match=r"within 0\.9 to 1\.1 times the mean weight"):
        rake(survey_design(rows), rows, margins, limits=(0.9, 1.1))


def test_poststratified_weights_by_hand() -> None:
    rows = pd.DataFrame({"weight": [1.0, 3.0, 2.0], "type": ["a", "a", "b"]})
    moved = poststratify(survey_design(rows), rows["type"], pd.Series({"a": 8.0, "b": 5.0}))
    assert moved.weights.tolist() == [2, 6, 5]


def test_margins_that_contradict_each_other_or_the_answers() -> None:
    rows = sample(1)
    types = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    design = survey_design(rows)
    with pytest.raises(MethodError, match="different totals: type 30, region 31"):
        rake(design, rows, {"type": types, "region": pd.Series({"de": 20.0, "fr": 11.0})})
    with pytest.raises(MethodError, match="No answer from region it"):
        rake(design, rows, {"region": pd.Series({"de": 20.0, "fr": 10.0, "it": 1.0})})
    with pytest.raises(MethodError, match="knows no c"):
        rake(design, rows, {"type": types.drop("c")})


def test_margins_that_no_weights_meet() -> None:
    # All of a are de, all of b are fr: 10 of a cannot go with 4 of de.
    rows = pd.DataFrame({"weight": 1.0, "type": ["a", "b"] * 3, "region": ["de", "fr"] * 3})
    margins = {"type": pd.Series({"a": 10, "b": 5}), "region": pd.Series({"de": 4, "fr": 11})}
    strata = survey_design(rows)
    with pytest.raises(MethodError, match="cannot be met together"):
        rake(strata, rows, margins)


def test_many_margins_are_collapsed_without_their_full_cross() -> None:
    rng = np.random.default_rng(5)
    names = [f"m{number}" for number in range(9)]
    rows = pd.DataFrame({name: rng.integers(0, 6, 300) for name in names})
    margins = {name: rows[name].value_counts().sort_index() * 1.0 for name in names}
    cells = collapse(rows, margins)  # 6⁹ is ten million cells
    assert len(cells.codes) <= 300
    before = cells.sums(np.ones(300))
    assert before.sum() == 300 and fit_margins(before, cells) == pytest.approx(before)


def test_calibration_refuses_what_it_cannot_meet() -> None:
    rows = pd.DataFrame({"weight": 1.0, "clients": [1.0, 2, 3, 10]})
    design = survey_design(rows)
    with pytest.raises(MethodError, match="fall below zero"):
        calibrate(design, rows.assign(one=1.0), {"one": 4.0, "clients": 4.5})
    with pytest.raises(MethodError, match="logit within"):
        calibrate(design, rows, {"clients": 40.0}, distance="logit", bounds=(0.7, 1.7))
    with pytest.raises(MethodError, match="below and above 1"):
        calibrate(design, rows, {"clients": 20.0}, distance="logit", bounds=(1.1, 2))
    with pytest.raises(MethodError, match="logit with two bounds"):
        calibrate(design, rows, {"clients": 20.0}, bounds=(0.5, 2))
    with pytest.raises(MethodError, match="missing in some answer"):
        calibrate(design, rows.assign(clients=[1, 2, 3, None]), {"clients": 20.0})


def test_logit_keeps_its_bounds() -> None:
    rows = pd.DataFrame({"weight": 1.0, "clients": [1.0, 2, 3, 10]})
    moved = calibrate(
        survey_design(rows), rows, {"clients": 20.0}, distance="logit", bounds=(0.7, 1.7)
    )
    assert moved.weights @ rows["clients"] == pytest.approx(20)
    assert ((moved.weights > 0.7) & (moved.weights < 1.7)).all()
