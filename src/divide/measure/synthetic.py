"""Synthetic estimates for places, their honest variance, and decisions (METHOD 4.2 to 4.4)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri  # scipy.stats takes longer to load than to use

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """
    A quantity per place: its estimate and the two parts of its variance.

    Attributes
    ----------
    estimate
        One per place.
    sampling
        Variance that comes from published intervals: the survey's, and those of the
        composition where it is itself an estimate.
    local
        Coefficient of τ²: how strongly unexplained local differences act on it.
    """

    estimate: Array
    sampling: Array
    local: Array

    def se(self, tau: float) -> Array:
        """Return standard errors when local differences have standard deviation τ."""
        return np.sqrt(self.sampling + self.local * tau**2)

    def probability(self, tau: float, *, above: float = 0.0) -> Array:
        """Return Φ((estimate − above)/SE): how probably the quantity exceeds `above`."""
        return np.asarray(ndtr((self.estimate - above) / np.maximum(self.se(tau), 1e-12)))

    def tipping_point(self, probability: float) -> Array:
        """
        Return the τ at which the sign is no longer told with this probability.

        nan where it is not established even at τ = 0.

        Notes
        -----
        √((d/z)² − s²)/√(coefficient of τ²), METHOD 4.4.
        """
        reach = (self.estimate / ndtri(probability)) ** 2 - self.sampling
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(reach) / np.sqrt(self.local))


def meet_total(share: Array, weights: Array, total: Array) -> Array:
    """
    Shift cell rates on the logit scale, alike for every cell, until they average to a total.

    On this scale no rate leaves 0 to 1, and κ follows the rate (METHOD 4.2: "shift to").

    Parameters
    ----------
    share
        Rates strictly between 0 and 1; replicates × cells, or one row.
    weights
        Share of each cell in the population the total speaks of; sums to 1.
    total
        The rate to be met, one per replicate.

    Examples
    --------
    >>> meet_total(np.array([.5, .5]), np.array([.3, .7]), np.array(.2)).round(3)
    array([0.2, 0.2])
    """
    # A draw may come so near to nobody that its share is 0 to the last bit.
    inside = np.clip(share, 1e-12, 1 - 1e-12)
    logit = np.log(inside / (1 - inside))
    shift = np.zeros(share.shape[:-1])
    for _ in range(60):
        moved = 1 / (1 + np.exp(-(logit + shift[..., None])))
        step = (total - moved @ weights) / ((moved * (1 - moved)) @ weights)
        shift = shift + np.clip(step, -2, 2)
    return np.asarray(1 / (1 + np.exp(-(logit + shift[..., None]))))


def place_rates(
    weights: Array, share: Array, drawn: Array, *, shifted: Array | None = None
) -> Spread:
    """
    Estimate each place's rate from its mix of cells (Gonzalez 1973).

    Parameters
    ----------
    weights
        Places × cells: shares of each cell in the place's population, rows sum to 1.
    share
        Fitted rate of each cell.
    drawn
        Draws × cells: fitted rates of each bootstrap draw.
    shifted
        Shifts × places × cells: weights after moving one estimate behind the composition by
        its standard error; None where the composition is certain.

    Examples
    --------
    >>> found = place_rates(np.array([[.5, .5]]), np.array([.2, .4]), np.array([[.2, .4]]))
    >>> found.estimate.round(2), found.local.round(2)   # κ = .5·.16 + .5·.24 = .2, squared .04
    (array([0.3]), array([0.04]))
    """
    return Spread(
        estimate=weights @ share,
        sampling=(drawn @ weights.T).var(axis=0) + _inherited(weights, share, shifted),
        local=(weights @ (share * (1 - share))) ** 2,
    )


def _inherited(weights: Array, share: Array, shifted: Array | None) -> Array:
    """Return the variance that rates inherit from the composition, shift by shift."""
    if shifted is None:
        return np.zeros(len(weights))
    return np.asarray((((shifted - weights) @ share) ** 2).sum(axis=0))


def against_country(
    weights: Array, omega: Array, share: Array, drawn: Array, *, shifted: Array | None = None
) -> Spread:
    """
    Compare each place with the country that contains it: d_c = r_c − Σ_j ω_j r_j.

    Parameters
    ----------
    omega
        Each place's share of the country's population; sums to 1.

    Notes
    -----
    Var d_c = sampling + τ² [κ_c² (1 − 2 ω_c) + Σ_j ω_j² κ_j²], METHOD 4.4; the composition's
    errors, independent from place to place, enter like κ.
    """
    centred = weights - omega @ weights
    kappa = weights @ (share * (1 - share))
    composed = _inherited(weights, share, shifted)
    return Spread(
        estimate=centred @ share,
        sampling=(drawn @ centred.T).var(axis=0)
        + composed * (1 - 2 * omega)
        + (omega**2 * composed).sum(),
        local=kappa**2 * (1 - 2 * omega) + ((omega * kappa) ** 2).sum(),
    )


def against_rest(
    weights: Array,
    members: NDArray[np.bool_],
    share: Array,
    drawn: Array,
    *,
    shifted: Array | None = None,
) -> Spread:
    """
    Compare a group with the rest of its place: r_g − r_rest, place by place.

    A shock common to the place cancels; the shock declared here is one of group × place, τ_g.

    Notes
    -----
    Var = sampling + (κ_g² + κ_rest²) τ_g²; METHOD 4.4 states it for (1 − π)(r_g − r_rest),
    which has the same sign and the same probability.
    """
    inside = within(weights, members)
    outside = within(weights, ~members)
    spread = share * (1 - share)
    apart = inside - outside
    moved = None if shifted is None else within(shifted, members) - within(shifted, ~members)
    return Spread(
        estimate=apart @ share,
        sampling=(drawn @ apart.T).var(axis=0) + _inherited(apart, share, moved),
        local=(inside @ spread) ** 2 + (outside @ spread) ** 2,
    )


def group_rates(
    weights: Array,
    members: NDArray[np.bool_],
    share: Array,
    drawn: Array,
    *,
    shifted: Array | None = None,
) -> Spread:
    """Estimate a group's rate in each place; its local part holds a place's and a group's shock."""
    moved = None if shifted is None else within(shifted, members)
    found = place_rates(within(weights, members), share, drawn, shifted=moved)
    return Spread(found.estimate, found.sampling, 2 * found.local)


def within(weights: Array, members: NDArray[np.bool_]) -> Array:
    """
    Return the shares of cells in the group alone, place by place.

    Examples
    --------
    >>> within(np.array([[.2, .3, .5]]), np.array([True, True, False]))
    array([[0.4, 0.6, 0. ]])
    """
    kept = weights * members
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True))
