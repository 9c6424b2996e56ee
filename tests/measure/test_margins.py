"""A logit from published margins: known coefficients, microdata, and what has no solution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from divide.errors import MethodError
from divide.measure import margins

# Two groups: the second column is the second group.
PAIR = np.array([[1.0, 0.0], [1.0, 1.0]])
TEN = np.array([10.0, 10.0])
# Two sexes by three ages: total, one sex, two ages.
SIX = np.array([[1.0, s, a == 1, a == 2] for s in (0, 1) for a in (0, 1, 2)])


@settings(max_examples=60)
@given(
    beta=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    counts=st.lists(st.integers(100, 100_000), min_size=6, max_size=6),
)
def test_known_coefficients_are_recovered(beta: list[float], counts: list[int]) -> None:
    held = np.array(counts, dtype=float)
    targets = (held * expit(SIX @ beta)) @ SIX
    found = margins.fit(SIX, held, targets, sample_size=3000)
    assert not found.penalised
    assert found.beta == pytest.approx(beta, abs=1e-6)
    # The score equations of METHOD 4.1, as a share of everyone.
    gap = (held * expit(SIX @ found.beta)) @ SIX - targets
    assert np.abs(gap).max() <= 1e-8 * held.sum()


def test_it_is_the_estimate_from_microdata() -> None:
    """Answers counted by cell give what the persons give one by one."""
    rng = np.random.default_rng(5)
    counts = np.array([40.0, 60.0, 30.0, 50.0, 70.0, 20.0])
    yes = rng.binomial(counts.astype(int), [0.2, 0.4, 0.7, 0.3, 0.5, 0.8]).astype(float)
    persons = np.repeat(SIX, yes.astype(int), axis=0)
    others = np.repeat(SIX, (counts - yes).astype(int), axis=0)

    def minus_log_likelihood(beta: np.ndarray) -> float:
        return float(-np.log(expit(persons @ beta)).sum() - np.log(expit(-others @ beta)).sum())

    alone = minimize(minus_log_likelihood, np.zeros(4), method="BFGS", options={"gtol": 1e-8})
    found = margins.fit(SIX, counts, yes @ SIX, sample_size=counts.sum())
    assert found.beta == pytest.approx(alone.x, abs=1e-5)


def test_the_sample_size_moves_nothing_but_the_penalty() -> None:
    targets = np.array([7.0, 2.0])
    small = margins.fit(PAIR, TEN, targets, sample_size=20)
    large = margins.fit(PAIR, TEN, targets, sample_size=20_000)
    assert small.beta == pytest.approx(large.beta, abs=1e-9)


@pytest.mark.parametrize(
    ("targets", "can_be_met"),
    [
        ([7.0, 2.0], True),  # 5 of 10 and 2 of 10
        ([5.0, 0.0], False),  # nobody in the second group: its logit is minus infinity
        ([20.0, 10.0], False),  # everybody
        ([0.0, 0.0], False),  # nobody
        ([12.0, 2.0], False),  # leaves 10 of 10 in the first group
        ([5.0, 10.0], False),  # a part larger than the whole
        ([25.0, 2.0], False),  # more than there are
    ],
)
def test_which_margins_can_be_met(targets: list[float], can_be_met: bool) -> None:
    assert margins.attainable(PAIR, TEN, np.array(targets)) is can_be_met


def test_a_group_without_success_gets_firths_share() -> None:
    # Firth (1993) adds half a success and half a failure to a single group: 0.5 / (n + 1).
    found = margins.fit(np.ones((1, 1)), np.array([7.0]), np.array([0.0]), sample_size=7)
    assert found.penalised
    assert expit(found.beta[0]) == pytest.approx(0.5 / 8, abs=1e-9)


def test_the_penalty_is_that_of_the_sample_not_of_the_population() -> None:
    # 7 persons interviewed stand for 700,000: the penalty weighs half a person interviewed.
    found = margins.fit(np.ones((1, 1)), np.array([7e5]), np.array([0.0]), sample_size=7)
    assert expit(found.beta[0]) == pytest.approx(0.5 / 8, abs=1e-9)


def test_separated_groups_get_firths_shares() -> None:
    # As many columns as groups: half a success and half a failure in each.
    found = margins.fit(PAIR, np.array([10.0, 7.0]), np.array([3.0, 0.0]), sample_size=17)
    assert found.penalised
    assert expit(PAIR @ found.beta) == pytest.approx([3.5 / 11, 0.5 / 8], abs=1e-8)


def test_a_penalised_fit_is_the_top_of_the_penalised_likelihood() -> None:
    """Fewer columns than cells, one cell empty of successes; climbed without derivatives."""
    design = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    counts = np.array([12.0, 9.0, 15.0, 8.0])
    yes = np.array([4.0, 5.0, 0.0, 0.0])

    def minus_penalised(beta: np.ndarray) -> float:
        share = expit(design @ beta)
        information = design.T @ (design * (counts * share * (1 - share))[:, None])
        likelihood = yes @ np.log(share) + (counts - yes) @ np.log(1 - share)
        return float(-likelihood - 0.5 * np.log(np.linalg.det(information)))

    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    alone = minimize(minus_penalised, [-0.5, 0.5, -3.0], method="Nelder-Mead", options=options)
    found = margins.fit(design, counts, yes @ design, sample_size=counts.sum())
    assert found.penalised
    assert found.beta == pytest.approx(alone.x, abs=1e-4)


def test_a_penalty_that_was_needed_after_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where linear programming errs, the fit still finds out, and says so."""
    monkeypatch.setattr(margins, "attainable", lambda *_: True)
    found = margins.fit(PAIR, TEN, np.array([5.0, 0.0]), sample_size=20)
    assert found.penalised
    assert expit(PAIR @ found.beta) == pytest.approx([5.5 / 11, 0.5 / 11], abs=1e-8)


@pytest.mark.parametrize("targets", [[25.0, 2.0], [5.0, -1.0], [5.0, 10.0]])
def test_margins_that_contradict_each_other_are_refused(targets: list[float]) -> None:
    """Firth's penalty mends a border, not a contradiction: its coefficients run away."""
    with pytest.raises(MethodError, match="contradict each other"):
        margins.fit(PAIR, TEN, np.array(targets), sample_size=20)


def test_many_fits_equal_single_fits() -> None:
    targets = np.array([[7.0, 2.0], [5.0, 0.0], [11.0, 6.0]])
    many = margins.fit_many(PAIR, TEN, targets, sample_size=20, penalised=False)
    # The second set has no plain solution and gets the penalty; it must not spoil the others.
    for row, single in zip(many, targets, strict=True):
        alone = margins.fit(PAIR, TEN, single, sample_size=20)
        assert row == pytest.approx(alone.beta, abs=1e-6)


def test_many_penalised_fits_equal_single_penalised_fits() -> None:
    targets = np.array([[5.0, 0.0], [20.0, 10.0]])
    many = margins.fit_many(PAIR, TEN, targets, sample_size=20, penalised=True)
    # (5 + .5)/11 and (0 + .5)/11; (10 + .5)/11 twice.
    assert expit(many[0] @ PAIR.T) == pytest.approx([5.5 / 11, 0.5 / 11], abs=1e-8)
    assert expit(many[1] @ PAIR.T) == pytest.approx([10.5 / 11, 10.5 / 11], abs=1e-8)


@pytest.mark.parametrize(
    ("design", "counts", "targets", "told"),
    [
        (np.ones((2, 2)), TEN, [5.0, 5.0], "repeat each other"),
        (PAIR, np.array([10.0, 0.0]), [5.0, 2.0], "repeat each other"),
        (PAIR, np.array([10.0]), [5.0, 2.0], "as many counts and targets"),
        (PAIR, TEN, [5.0], "as many counts and targets"),
        (PAIR, TEN, [5.0, np.nan], "must be known"),
        (PAIR, np.array([10.0, -1.0]), [5.0, 2.0], "not negative"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    design: np.ndarray, counts: np.ndarray, targets: list[float], told: str
) -> None:
    with pytest.raises(MethodError, match=told):
        margins.fit(design, counts, np.array(targets), sample_size=20)


def test_columns_that_repeat_earlier_ones_are_left_out() -> None:
    # total, men, women, young, old: women are total minus men, old are total minus young.
    design = np.array([[1.0, 1, 0, 1, 0], [1, 1, 0, 0, 1], [1, 0, 1, 1, 0], [1, 0, 1, 0, 1]])
    assert margins.independent_columns(design, np.ones(4)) == [0, 1, 3]
    # Nobody is young: then young is no column at all, and old repeats the total.
    assert margins.independent_columns(design, np.array([0.0, 1, 0, 1])) == [0, 1]


def test_nothing_given_is_changed() -> None:
    design, counts, targets = PAIR.copy(), TEN.copy(), np.array([5.0, 0.0])
    margins.fit(design, counts, targets, sample_size=20)
    assert (design == PAIR).all() and (counts == TEN).all() and (targets == [5.0, 0.0]).all()
