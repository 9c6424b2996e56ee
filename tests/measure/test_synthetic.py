"""Formulas 4.2 to 4.4 of the method, by hand with two places and two cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import norm

from divide.measure import synthetic
from divide.measure.synthetic import Spread

WEIGHTS = np.array([[0.5, 0.5], [0.2, 0.8]])
OMEGA = np.array([0.25, 0.75])
SHARE = np.array([0.2, 0.4])
DRAWN = np.array([[0.2, 0.4], [0.4, 0.4]])
FIRST = np.array([True, False])

share = st.floats(0.01, 0.99)


def test_place_rates_by_hand() -> None:
    found = synthetic.place_rates(WEIGHTS, SHARE, DRAWN)
    # .5·.2 + .5·.4 and .2·.2 + .8·.4
    assert found.estimate == pytest.approx([0.30, 0.36])
    # Draws: .30 and .40, .36 and .40; half their distance is their standard deviation.
    assert found.sampling == pytest.approx([0.05**2, 0.02**2])
    # κ = .5·.16 + .5·.24 = .2 and .2·.16 + .8·.24 = .224
    assert found.local == pytest.approx([0.2**2, 0.224**2])
    # SE² = g'Vg + κ²τ²: .0025 + .04·.0225 = .0034
    assert found.se(0.15)[0] ** 2 == pytest.approx(0.0034)


def test_against_country_by_hand() -> None:
    found = synthetic.against_country(WEIGHTS, OMEGA, SHARE, DRAWN)
    # The country: .25·.30 + .75·.36 = .345
    assert found.estimate == pytest.approx([-0.045, 0.015])
    # Draws: -.045 and 0, .015 and 0.
    assert found.sampling == pytest.approx([0.0225**2, 0.0075**2])
    # d_1 holds (1 - .25) of its own shock and -.75 of the other's:
    # .5625·.04 + .5625·.050176 = .050724; d_2: .0625·.050176 + .0625·.04 = .005636.
    assert found.local == pytest.approx([0.050724, 0.005636])


def test_against_the_rest_by_hand() -> None:
    found = synthetic.against_rest(WEIGHTS, FIRST, SHARE, DRAWN)
    assert found.estimate == pytest.approx([-0.2, -0.2])  # .2 - .4 in both places
    assert found.sampling == pytest.approx([0.01, 0.01])  # draws -.2 and 0
    assert found.local == pytest.approx([0.16**2 + 0.24**2] * 2)


def test_group_rates_carry_two_shocks() -> None:
    found = synthetic.group_rates(WEIGHTS, FIRST, SHARE, DRAWN)
    assert found.estimate == pytest.approx([0.2, 0.2])
    assert found.local == pytest.approx([2 * 0.16**2] * 2)


@given(
    cells=st.lists(st.lists(st.floats(0.05, 1), min_size=4, max_size=4), min_size=3, max_size=3),
    sizes=st.lists(st.floats(0.1, 1), min_size=3, max_size=3),
    rates=st.lists(share, min_size=4, max_size=4),
)
def test_identities(cells: list[list[float]], sizes: list[float], rates: list[float]) -> None:
    weights = np.array(cells) / np.array(cells).sum(axis=1, keepdims=True)
    omega, one = np.array(sizes) / sum(sizes), np.array(rates)
    drawn = one[None, :]
    members = np.array([True, True, False, False])
    # Gaps to the country weigh out.
    country = synthetic.against_country(weights, omega, one, drawn)
    assert omega @ country.estimate == pytest.approx(0, abs=1e-12)
    # (1 - π)(r_g - r_rest) = r_g - r_c, so both have the same sign and probability.
    whole = synthetic.place_rates(weights, one, drawn).estimate
    inside = synthetic.group_rates(weights, members, one, drawn).estimate
    gap = synthetic.against_rest(weights, members, one, drawn).estimate
    part = weights[:, members].sum(axis=1)
    assert (1 - part) * gap == pytest.approx(inside - whole, abs=1e-12)
    # The shock of d_c, written out: own part 1 - ω_c, every other place ω_j.
    kappa = weights @ (one * (1 - one))
    shares = np.eye(3) - omega
    assert country.local == pytest.approx((shares**2) @ kappa**2, rel=1e-9)


@pytest.mark.parametrize(("estimate", "at_the_tip"), [(0.1, 0.90), (-0.1, 0.10)])
def test_at_the_tipping_point_the_probability_is_ninety(estimate: float, at_the_tip: float) -> None:
    gap = Spread(np.array([estimate]), np.array([0.0004]), np.array([0.04]))
    tip = gap.tipping_point(0.90)
    # z = 1.28155: (.1/1.28155)² - .0004 = .0056888; its root .0754240, over .2: .37712.
    assert tip == pytest.approx([0.37712], abs=1e-5)
    assert gap.probability(float(tip[0])) == pytest.approx([at_the_tip], abs=1e-12)


def test_what_is_not_established_has_no_tipping_point() -> None:
    # .01/.02 is half a standard error even at τ = 0.
    gap = Spread(np.array([0.01]), np.array([0.0004]), np.array([0.04]))
    assert np.isnan(gap.tipping_point(0.90)).all()
    assert gap.probability(0.0) == pytest.approx([norm.cdf(0.5)])


@given(
    estimate=st.floats(-0.5, 0.5),
    error=st.floats(0.001, 0.1),
    local=st.floats(1e-4, 0.1),
    tau=st.floats(0, 1),
    more=st.floats(0, 1),
)
def test_more_local_difference_never_makes_surer(
    estimate: float, error: float, local: float, tau: float, more: float
) -> None:
    gap = Spread(np.array([estimate]), np.array([error**2]), np.array([local]))
    doubt = [abs(gap.probability(t)[0] - 0.5) for t in (tau, tau + more)]
    assert doubt[1] <= doubt[0] + 1e-12
    assert gap.se(tau + more)[0] >= gap.se(tau)[0]


def test_probability_of_a_gap_above_five_points() -> None:
    gap = Spread(np.array([0.07]), np.array([0.0004]), np.array([0.0]))
    assert gap.probability(0.0, above=0.05) == pytest.approx([norm.cdf(1.0)])


@given(rates=st.lists(share, min_size=3, max_size=3), total=st.floats(0.02, 0.98))
def test_shifted_rates_meet_their_total(rates: list[float], total: float) -> None:
    weights = np.array([0.2, 0.3, 0.5])
    met = synthetic.meet_total(np.array(rates), weights, np.array(total))
    assert met @ weights == pytest.approx(total, abs=1e-12)
    assert ((met > 0) & (met < 1)).all()
    # One shift for all, on the logit scale.
    moved = np.log(met / (1 - met)) - np.log(np.array(rates) / (1 - np.array(rates)))
    assert moved == pytest.approx(np.full(3, moved[0]), abs=1e-6)


def test_a_share_of_nobody_to_the_last_bit_is_shifted_too() -> None:
    met = synthetic.meet_total(np.array([0.0, 1.0]), np.array([0.5, 0.5]), np.array(0.4))
    assert np.isfinite(met).all() and met.mean() == pytest.approx(0.4, abs=1e-9)


def test_each_draw_meets_its_own_total() -> None:
    totals = np.array([0.3, 0.5])
    met = synthetic.meet_total(DRAWN, np.array([0.5, 0.5]), totals)
    assert met.mean(axis=1) == pytest.approx(totals, abs=1e-12)


# Five places of unlike size and mix, four cells, logits from rare to common.
MIX = np.array(
    [
        [0.4, 0.3, 0.2, 0.1],
        [0.1, 0.2, 0.3, 0.4],
        [0.25, 0.25, 0.25, 0.25],
        [0.7, 0.1, 0.1, 0.1],
        [0.1, 0.1, 0.1, 0.7],
    ]
)
SIZE = np.array([0.1, 0.15, 0.05, 0.4, 0.3])
LOGIT = np.array([-2.5, -1.5, -0.8, 0.2])
TAU, SIMULATED = 0.15, 40_000


def simulated(shocks: np.ndarray, members: np.ndarray | None = None) -> np.ndarray:
    """Return each place's true rate, simulation by simulation, shocked on the logit."""
    rates = expit(LOGIT + shocks)
    weights = MIX if members is None else synthetic.within(MIX, members)
    return np.einsum("spk,pk->sp", np.broadcast_to(rates, (len(shocks), 5, 4)), weights)


def test_the_variance_against_the_country_is_that_of_simulated_shocks() -> None:
    """METHOD 4.4, sampling and local part together; 40,000 draws know a variance to 0.7 %."""
    rng = np.random.default_rng(1)
    sampled = rng.normal(0, 0.1, (SIMULATED, 1, 4))
    shocked = sampled + rng.normal(0, TAU, (SIMULATED, 5, 1))
    rates = simulated(shocked)
    gaps = rates - (rates @ SIZE)[:, None]
    drawn = expit(LOGIT + sampled[:, 0])
    found = synthetic.against_country(MIX, SIZE, expit(LOGIT), drawn)
    # κ is the slope at the estimate: a shock of .15 bends by some per cent.
    assert found.se(TAU) == pytest.approx(gaps.std(axis=0), rel=0.03)
    # Without the country's own share in the comparison the largest place would seem to err more.
    naive = np.sqrt(found.sampling + TAU**2 * (MIX @ (expit(LOGIT) * expit(-LOGIT))) ** 2)
    assert naive[3] > 1.08 * gaps[:, 3].std()


def test_the_variance_against_the_rest_is_that_of_simulated_shocks() -> None:
    rng = np.random.default_rng(2)
    members = np.array([False, True, True, False])
    sampled = rng.normal(0, 0.1, (SIMULATED, 1, 4))
    own, others = rng.normal(0, TAU, (2, SIMULATED, 5, 1))
    shocked = sampled + np.where(members, own, others)
    gaps = simulated(shocked, members) - simulated(shocked, ~members)
    drawn = expit(LOGIT + sampled[:, 0])
    found = synthetic.against_rest(MIX, members, expit(LOGIT), drawn)
    assert found.se(TAU) == pytest.approx(gaps.std(axis=0), rel=0.03)
    # METHOD 4.4 states it for (1 − π)(r_g − r_rest), which is r_g − r_c: as surely above 0.
    part = MIX[:, members].sum(axis=1)
    whole = simulated(shocked, members) - simulated(shocked)
    assert (1 - part) * found.se(TAU) == pytest.approx(whole.std(axis=0), rel=0.03)


def test_a_shock_of_the_whole_place_nearly_cancels_where_rates_are_alike() -> None:
    """What is left of it is κ_g − κ_rest: nothing beside two shocks where these are alike."""
    rng = np.random.default_rng(3)
    shocked = rng.normal(0, TAU, (SIMULATED, 5, 1)) + np.zeros(4)
    slope = expit(LOGIT) * expit(-LOGIT)
    for members in (np.array([False, True, True, False]), np.array([False, False, False, True])):
        gaps = simulated(shocked, members) - simulated(shocked, ~members)
        left = synthetic.within(MIX, members) @ slope - synthetic.within(MIX, ~members) @ slope
        assert gaps.std(axis=0) == pytest.approx(np.abs(left) * TAU, rel=0.05, abs=0.001)
        found = synthetic.against_rest(MIX, members, expit(LOGIT), expit(LOGIT)[None, :])
        assert (gaps.std(axis=0) < 0.6 * found.se(TAU)).all()
