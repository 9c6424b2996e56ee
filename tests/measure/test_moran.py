"""Local Moran by hand, by complete enumeration, and against draws made one by one."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure import moran
from divide.measure.neighbours import Neighbours, from_lists

MANY = 99_999


def line(places: int) -> Neighbours:
    """Place places in a row: the first and the last have one neighbour, the others two."""
    names = [f"{one:04d}" for one in range(places)]
    beside = [[names[j] for j in (i - 1, i + 1) if 0 <= j < places] for i in range(places)]
    return from_lists(names, beside, place_level="commune", register_date="2024-01-01")


def run(
    score: list[float], neighbours: Neighbours, *, draws: int = 99, least: float = 0.5
) -> moran.LocalMoran:
    return moran.local_moran(
        np.array(score),
        neighbours,
        permutations=draws,
        rng=np.random.default_rng(1),
        least_known=least,
    )


def test_by_hand() -> None:
    found = run([1.0, 2.0, 3.0, 6.0], line(4))
    # Mean 3: −2, −1, 0, 3; m₂ = 14/4 = 3.5; neighbours' means −1, (−2 + 0)/2, (−1 + 3)/2, 0.
    assert found.own.tolist() == [-2, -1, 0, 3]
    assert found.lag.tolist() == [-1, -1, 1, 0]
    assert found.value == pytest.approx([2 / 3.5, 1 / 3.5, 0, 0])
    assert found.neighbours.tolist() == [1, 2, 2, 1]


def test_a_missing_place_is_nobodys_neighbour() -> None:
    found = run([1.0, np.nan, 3.0, 5.0], line(4))
    # Mean 3 of the known: −2, 0, 2; m₂ = 8/3. The first has no known neighbour, the third one.
    assert found.neighbours.tolist() == [0, 2, 1, 1]
    assert np.isnan(found.value[:2]).all()
    assert found.value[2:] == pytest.approx([0, 0])
    assert np.isnan(found.p[:2]).all() and np.isfinite(found.p[2:]).all()


def test_a_place_most_of_whose_neighbours_are_missing_cannot_be_told() -> None:
    found = run([1.0, np.nan, 3.0, 5.0], line(4), least=0.6)
    assert np.isnan(found.p[:3]).all() and np.isfinite(found.p[3])


def exact_p(score: np.ndarray, place: int, beside: list[int]) -> float:
    """Try every choice of neighbours among the others."""
    others = [one for one in range(len(score)) if one != place]
    sums = np.array([score[list(c)].sum() for c in combinations(others, len(beside))])
    seen = score[beside].sum()
    tails = ((sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean())
    return float(min(1, 2 * min(tails)))


@pytest.mark.parametrize(
    "score",
    [
        [1.0, 2.0, 4.0, 8.0, 7.0, 3.0, 0.0],
        [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 5.0],  # ties count on both sides
        [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.6],  # sums that floating point adds up unequally
    ],
)
def test_p_is_that_of_complete_enumeration(score: list[float]) -> None:
    found = run(score, line(7), draws=MANY)
    for place in range(7):
        beside = [one for one in (place - 1, place + 1) if 0 <= one < 7]
        exact = exact_p(np.array(score), place, beside)
        # Two tails of 99,999 draws: twice the standard error of a share is at most .0032.
        assert found.p[place] == pytest.approx(exact, abs=4 * 0.0032)


def test_p_is_that_of_draws_made_one_by_one() -> None:
    rng = np.random.default_rng(7)
    score = rng.normal(size=40)
    names = [f"{one:04d}" for one in range(40)]
    beside = [
        rng.choice([n for n in names if n != own], rng.integers(1, 9), replace=False)
        for own in names
    ]
    neighbours = from_lists(names, beside, place_level="commune", register_date="2024-01-01")
    found = run(list(score), neighbours, draws=20_000)
    for place in range(0, 40, 5):
        others, k = np.delete(score, place), len(beside[place])
        sums = rng.permuted(np.tile(others, (20_000, 1)), axis=1)[:, :k].sum(axis=1)
        seen = score[[int(one) for one in beside[place]]].sum()
        alone = 2 * min((sums >= seen).mean(), (sums <= seen).mean())
        # Each tail is known to .0035; two draws of it differ by five such at most, doubled.
        assert found.p[place] == pytest.approx(min(alone, 1), abs=0.035)


def test_every_place_may_be_drawn_and_none_twice() -> None:
    drawn = moran.draw_places(5, 5, 2000, rng=np.random.default_rng(1))
    assert (np.sort(drawn, axis=0) == np.arange(5)[:, None]).all()
    # 120 orders, 2,000 draws: each place comes first in a fifth (± 4 standard errors of .009).
    first = np.bincount(drawn[0], minlength=5) / 2000
    assert first == pytest.approx(np.full(5, 0.2), abs=0.036)
    pairs = np.bincount(drawn[0] * 5 + drawn[1], minlength=25).reshape(5, 5) / 2000
    assert (np.diag(pairs) == 0).all()
    assert pairs[~np.eye(5, dtype=bool)] == pytest.approx(np.full(20, 0.05), abs=0.02)


def test_chance_is_called_as_often_as_is_declared() -> None:
    """Where nothing is clustered 5 % have p ≤ .05, and false-discovery control calls none."""
    found = run(list(np.random.default_rng(3).normal(size=2000)), line(2000), draws=MANY)
    assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)
    assert (found.q > 0.05).all()


def test_a_cluster_is_found_only_where_the_floor_can_be_reached() -> None:
    score = np.random.default_rng(3).normal(size=2000)
    score[1000:1012] += 8
    # 2/100,000 · 2,000 places ÷ 1 = .04; with 9,999 draws the least q of one place is .4, and
    # only ten in a row bring it to .04.
    assert (run(list(score), line(2000), draws=MANY).q[1001:1011] <= 0.05).all()
    lone = np.random.default_rng(3).normal(size=2000)
    lone[1000:1003] += 40
    assert run(list(lone), line(2000), draws=MANY).q[1001] <= 0.05
    assert run(list(lone), line(2000), draws=9_999).q[1001] > 0.05


def test_the_same_numbers_twice() -> None:
    score = list(np.random.default_rng(3).normal(size=50))
    assert (run(score, line(50)).p == run(score, line(50)).p).all()


@pytest.mark.parametrize("score", [[2.0, 2.0, 2.0], [np.nan, np.nan, np.nan]])
def test_what_does_not_vary_is_refused(score: list[float]) -> None:
    with pytest.raises(MethodError, match="vary"):
        run(score, line(3))


def test_false_discovery_rates_by_hand() -> None:
    # In order .01·4/1, .02·4/2, .5·4/3, .6·4/4; none above its successor.
    found = moran.false_discovery_rates(np.array([0.02, 0.6, 0.01, 0.5]))
    assert found == pytest.approx([0.04, 0.6, 0.04, 0.6])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_calling_by_q_is_the_step_up_rule(p: list[float]) -> None:
    """Benjamini & Hochberg: call up to the last i with p₍ᵢ₎ ≤ i·.05/n."""
    ordered = np.sort(p)
    fits = np.flatnonzero(ordered <= 0.05 * np.arange(1, len(p) + 1) / len(p))
    limit = ordered[fits[-1]] if len(fits) else -1.0
    called = moran.false_discovery_rates(np.array(p)) <= 0.05 * (1 + 1e-12)
    assert called.tolist() == [one <= limit for one in p]
