"""Places against places: by hand, and simulated with known truths."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, studentized_range

from divide.errors import MethodError
from divide.measure.ranks import Comparison, compare_places, rank_sets

DRAWS = 2000


def alone(
    estimate: list[float], variance: float, *, seed: int = 1, stepwise: bool = True
) -> Comparison:
    """Compare places whose errors are their own and all alike."""
    size = len(estimate)
    return compare_places(
        np.array(estimate),
        np.zeros((DRAWS, size)),
        np.full(size, variance),
        probability=0.90,
        rng=np.random.default_rng(seed),
        stepwise=stepwise,
    )


def test_two_places_need_the_quantile_of_both_sides() -> None:
    # One pair asked both ways: the largest of Z and −Z is |Z|, its 90 % quantile 1.645.
    once = alone([0.5, 0.3], 0.005, stepwise=False)
    assert once.critical == pytest.approx(1.645, abs=0.07)
    found = alone([0.5, 0.3], 0.005)
    # The gap's error is √(.005 + .005) = .1: .2 is two of them, .15 one and a half.
    assert found.se[0, 1] == pytest.approx(0.1)
    assert found.states()[0, 1] == "higher" and found.states()[1, 0] == "lower"
    assert (alone([0.45, 0.3], 0.005).states() == "cannot_tell").all()


def test_a_pair_asked_alone_by_hand() -> None:
    found = alone([0.45, 0.3], 0.005)
    # Φ(1.5) = .9332: asked alone, at .90, it is higher; all together it is not.
    assert found.probability()[0, 1] == pytest.approx(norm.cdf(1.5))
    assert found.states_alone(0.90).tolist() == [
        ["cannot_tell", "higher"],
        ["lower", "cannot_tell"],
    ]
    assert (found.states_alone(0.95) == "cannot_tell").all()


def test_errors_that_places_share_cancel() -> None:
    shared = np.random.default_rng(1).normal(0, 0.2, (DRAWS, 1)) + np.zeros((1, 2))
    found = compare_places(
        np.array([0.32, 0.30]),
        shared,
        np.full(2, 0.00005),
        probability=0.90,
        rng=np.random.default_rng(1),
    )
    # Each errs by .2, both alike; what is left is √(2 · .00005) = .01, and .02 is two of it.
    assert found.se[0, 1] == pytest.approx(0.01, rel=1e-6)
    assert found.states()[0, 1] == "higher"


def test_more_pairs_need_a_larger_gap() -> None:
    two, eight = alone([0.0] * 2, 1.0), alone([0.0] * 8, 1.0)
    # 8 places alike: the studentised range's 90 % quantile, 3.931 for ∞ degrees, over √2.
    assert eight.critical == pytest.approx(studentized_range.ppf(0.9, 8, 1e5) / 2**0.5, abs=0.07)
    assert two.critical < eight.critical


def test_stepping_down_tells_more_and_never_less() -> None:
    estimate = [0.0, 0.0, 0.25, 1.0]
    once, stepped = alone(estimate, 0.005, stepwise=False), alone(estimate, 0.005)
    assert (stepped.surely >= once.surely).all()
    assert stepped.critical < once.critical
    # Four places alike need 2.29 errors: 1.0 is ten of them above the first two, 7.5 above .25.
    assert once.surely[3].tolist() == [True, True, True, False]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0.001, 0.1))
def test_nobody_is_higher_and_lower_at_once(estimate: list[float], variance: float) -> None:
    found = alone(estimate, variance)
    assert not (found.surely & found.surely.T).any()
    sure = found.surely
    assert (found.gap[sure] > 0).all()
    states = found.states()
    assert ((states == "higher") == (states.T == "lower")).all()


def survey(truth: np.ndarray) -> Callable[[int], Comparison]:
    """Return simulated surveys: errors that places share, and their own."""
    share = np.array([[1.0, 0.5, 0.2, 0.1, 0.4, 0.3], [0.1, 0.4, 0.9, 0.2, 0.3, 0.6]]) * 0.03

    def ask(seed: int) -> Comparison:
        rng = np.random.default_rng(seed)
        errors = rng.normal(size=(401, 2)) @ share
        own = np.full(6, 0.0004)
        return compare_places(
            truth + errors[0] + rng.normal(0, own**0.5),
            errors[1:],
            own,
            probability=0.90,
            rng=rng,
        )

    return ask


@pytest.mark.parametrize("truth", [np.full(6, 0.3), np.array([0.2, 0.2, 0.25, 0.3, 0.3, 0.45])])
def test_rank_sets_hold_every_true_rank_nine_times_in_ten(truth: np.ndarray) -> None:
    """Among places alike this is hardest. 400 surveys: ± 1.5 points, two of them allowed for."""
    ask, held = survey(truth), []
    for seed in range(400):
        found = ask(seed)
        wrong = found.surely & (truth[:, None] <= truth[None, :])
        ranks = rank_sets(found.gap[:, 0], found.surely)
        higher, as_high = (
            (truth[None, :] > truth[:, None]).sum(1),
            (truth[None, :] >= truth[:, None]).sum(1),
        )
        # Places alike share their ranks: the set must hold them all.
        inside = (ranks.best <= 1 + higher) & (ranks.worst >= as_high)
        assert inside.all() == (not wrong.any())
        held.append(not wrong.any())
    assert np.mean(held) >= 0.90 - 0.03
    assert np.mean(held) <= 0.995  # nor are the sets so wide that they say nothing


def test_rank_sets_by_hand() -> None:
    # The first is surely above the third and fourth, the second above the fourth.
    surely = np.zeros((4, 4), dtype=bool)
    surely[0, 2] = surely[0, 3] = surely[1, 3] = True
    found = rank_sets(np.array([0.4, 0.3, 0.2, 0.1]), surely)
    assert found.best.tolist() == [1, 1, 2, 3]
    assert found.worst.tolist() == [2, 3, 4, 4]
    # Widths 2, 3, 3, 2: the median 2.5 of four ranks is more than half.
    assert not found.possible


def test_a_clear_order_may_be_shown() -> None:
    found = rank_sets(np.array([0.1, 0.3, 0.2]), alone([0.1, 0.3, 0.2], 1e-6).surely)
    assert found.best.tolist() == found.worst.tolist() == [3, 1, 2]
    assert found.possible


def test_a_missing_place_has_no_rank_and_widens_the_others() -> None:
    estimate = [0.1, np.nan, 0.3]
    found = alone(estimate, 1e-6)
    assert (found.states()[1] == "cannot_tell").all()
    ranks = rank_sets(np.array(estimate), found.surely)
    assert np.isnan(ranks.best[1]) and np.isnan(ranks.worst[1])
    # It may stand above, between or below: the highest is first or second.
    assert (ranks.best[2], ranks.worst[2]) == (1, 2)
    assert (ranks.best[0], ranks.worst[0]) == (2, 3)


@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=5, unique=True),
    st.integers(0, 4),
)
def test_deleting_a_place_makes_no_rank_surer(points: list[int], at: int) -> None:
    """Places that are told apart at any critical value: what is left is their order."""
    estimate = [one / 50 for one in points]
    poorer = list(estimate)
    poorer[at % len(estimate)] = float("nan")
    before, after = (
        rank_sets(np.array(one), alone(one, 1e-9).surely) for one in (estimate, poorer)
    )
    left = np.isfinite(after.best)
    assert (after.best[left] <= before.best[left]).all()
    assert (after.worst[left] >= before.worst[left]).all()
    assert before.possible or not after.possible


def test_only_missing_places_are_not_ranked() -> None:
    found = alone([np.nan, np.nan], 0.1)
    assert (found.states() == "cannot_tell").all()
    assert not rank_sets(np.array([np.nan, np.nan]), found.surely).possible


def test_shapes_that_disagree_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(MethodError, match="as many"):
        compare_places(np.zeros(3), np.zeros((9, 2)), np.zeros(3), probability=0.9, rng=rng)
    with pytest.raises(MethodError, match="known draws"):
        compare_places(np.zeros(2), np.full((9, 2), np.nan), np.zeros(2), probability=0.9, rng=rng)
