"""Joints from margins: by hand, met to the person, rounding forgiven, gaps refused."""

import numpy as np
import pytest
from scipy.special import expit

from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import margins
from divide.measure.cell_counts import cells_from_margins

ONE_WAY = {
    "sex:m": 40.0,
    "sex:f": 60.0,
    "age:young": 30.0,
    "age:middle": 50.0,
    "age:old": 20.0,
    "language:de": 70.0,
    "language:fr": 30.0,
}


def held(cells: survey.Cells, group: str) -> float:
    return float(cells.counts[cells.members(group)].sum())


def test_one_way_margins_give_independence() -> None:
    found = cells_from_margins(ONE_WAY, respondents=100)
    assert len(found.groups) == 2 * 3 * 2
    # .4 · .2 · .3 of 100.
    assert held(found, "age:old|language:fr|sex:m") == pytest.approx(2.4)
    assert found.dimensions == {
        "age": ("young", "middle", "old"),
        "language": ("de", "fr"),
        "sex": ("m", "f"),
    }


def test_published_crosses_are_met_and_the_rest_is_independent_given_them() -> None:
    cross = {"age:young|sex:m": 20.0, "age:middle|sex:m": 15.0, "age:old|sex:m": 5.0}
    cross |= {"age:young|sex:f": 10.0, "age:middle|sex:f": 35.0, "age:old|sex:f": 15.0}
    found = cells_from_margins(ONE_WAY | cross, respondents=100, crosses=[("age", "sex")])
    for group, persons in (ONE_WAY | cross).items():
        assert held(found, group) == pytest.approx(persons, abs=1e-6)
    assert held(found, "age:young|language:fr|sex:m") == pytest.approx(20 * 0.3)


def test_a_seed_lends_its_odds() -> None:
    seed = np.array([[4.0, 1.0], [1.0, 1.0]])
    persons = {"a:x": 3.0, "a:y": 3.0, "b:x": 3.0, "b:y": 3.0}
    found = cells_from_margins(persons, respondents=6, seed=seed)
    # With margins of 3 and odds of 4 the table is 2, 1, 1, 2 (a²/(3−a)² = 4).
    assert found.counts == pytest.approx([2, 1, 1, 2], abs=1e-6)


def test_rounded_margins_are_brought_to_one_population() -> None:
    rounded = ONE_WAY | {"age:old": 21.0, "total": 100.0}
    found = cells_from_margins(rounded, respondents=100)
    assert found.counts.sum() == pytest.approx(100)
    assert held(found, "age:old") == pytest.approx(100 * 21 / 101)


def test_a_category_that_is_not_known_is_refused() -> None:
    with pytest.raises(MethodError, match="age:old"):
        cells_from_margins(ONE_WAY | {"age:old": float("nan")}, respondents=100)
    with pytest.raises(MethodError, match=r"age by sex lacks age:young\|sex:m"):
        cells_from_margins(ONE_WAY, respondents=100, crosses=[("age", "sex")])
    with pytest.raises(MethodError, match="No margin"):
        cells_from_margins({"total": 5.0}, respondents=100)


def test_a_logit_of_four_dimensions_from_one_way_rates() -> None:
    """Any set of margins: known coefficients come back from rates of four dimensions."""
    persons = ONE_WAY | {"home:alone": 35.0, "home:together": 65.0}
    cells = cells_from_margins(persons, respondents=3000)
    effects = {"old": 1.5, "middle": 0.5, "f": -0.3, "fr": 0.4, "alone": 0.8}
    logit = np.array([-2 + sum(effects.get(v, 0) for v in parts(one)) for one in cells.groups])
    truth = expit(logit)
    groups = ["total", *persons]
    share = {one: np.average(truth, weights=cells.counts * cells.members(one)) for one in groups}
    rates = survey.Rates(share=share, se=dict.fromkeys(groups, 0.01))
    design, names = survey.design(cells, rates, crosses=())
    kept = margins.independent_columns(design, cells.counts)
    assert len(kept) == 1 + 1 + 2 + 1 + 1
    targets = (cells.counts @ design)[kept] * [share[names[one]] for one in kept]
    found = margins.fit(design[:, kept], cells.counts, targets, sample_size=3000)
    assert expit(design[:, kept] @ found.beta) == pytest.approx(truth, abs=1e-6)
    # A published cross adds its columns, however it is named.
    more = {f"age:{age}|sex:{sex}": 0.2 for age in ("young", "middle", "old") for sex in ("m", "f")}
    crossed, _ = survey.design(
        cells, survey.Rates(share=share | more, se={}), crosses=[("sex", "age")]
    )
    assert crossed.shape[1] == design.shape[1] + 6


def parts(group: str) -> list[str]:
    return [one.split(":")[1] for one in group.split("|")]


def test_errors_of_margins_alone_set_the_errors_of_cells() -> None:
    """No cell is published: its error is the binomial one times the margins' design effect."""
    cells = cells_from_margins(ONE_WAY, respondents=1000)
    share = dict.fromkeys(["total", *ONE_WAY], 0.2)
    binomial = {
        one: 0.16 / (1000 * (100.0 if one == "total" else ONE_WAY[one]) / 100) for one in share
    }
    # Twice the binomial variance: cells of rate .2 give each margin its binomial variance.
    se = {one: (2 * variance) ** 0.5 for one, variance in binomial.items()}
    rng = np.random.default_rng(1)
    drawn = survey.draw_shares(
        cells, survey.Rates(share, se), np.full(12, 0.2), draws=4000, rng=rng
    )
    for group in share:
        weights = cells.counts * cells.members(group)
        spread = (drawn @ weights / weights.sum()).std()
        assert spread == pytest.approx(se[group], rel=0.06)
