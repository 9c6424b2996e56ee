"""A world of what is known, and what comes out when its factors are varied (METHOD 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from divide.measure.factors import Factor, choice, normal, uniform

Array = NDArray[np.float64]
Points = Mapping[str, NDArray[Any]]
OUTPUTS: Final = ("pairs_at_risk", "pairs_invisible", "persons_unseen", "persons_excluded_unseen")
_EDGE: Final = 1e-6


@dataclass(frozen=True)
class Layer:
    """
    A group's rate of lacking one thing, by place.

    Attributes
    ----------
    rate, rest
        Of the group and of the rest of its place.
    sampling, local
        Variance of their gap from published intervals, and the coefficient of τ².
    """

    rate: Array
    rest: Array
    sampling: Array
    local: Array


@dataclass(frozen=True)
class World:
    """
    What is known, before anything is varied.

    Attributes
    ----------
    places
        Ids of the cantons.
    layers
        Layers in which the group has a rate of its own, by name; the first one is the usual.
    aged, in_frame
        People aged 80 and over by canton, and the share of them in private households.
    older
        Rates among people aged 60 and over: the least and the most that those of 80 and
        over can have (all who are 60+ and offline might be 80+).
    years, sources
        Shifts of rates on the logit scale, by year of the survey and by source.
    rungs
        Bounds of rungs that nobody counted, by factor.
    silent
        Share of homes that did not answer the survey that asked them last.
    """

    places: tuple[str, ...]
    layers: Mapping[str, Layer]
    aged: Array
    in_frame: Array
    older: tuple[float, float]
    years: Mapping[str, float]
    sources: Mapping[str, float]
    rungs: Mapping[str, tuple[float, float]]
    silent: float


def declared_factors(world: World, declared: Mapping[str, Any]) -> list[Factor]:
    """
    List the factors of METHOD 7, each with its declared range.

    Parameters
    ----------
    declared
        The facts' `sensitivity`: `tau`, `institution_gap`, `rho` as ranges; `probability`,
        `gap`, `visible` as choices.
    """
    rungs = [uniform(name, *ends) for name, ends in world.rungs.items()]
    return [
        normal("margins", 0.0, 1.0),
        uniform("tau", *declared["tau"]),
        uniform("rate_of_80", *world.older),
        uniform("institution_gap", *declared["institution_gap"]),
        uniform("rho", *declared["rho"]),
        *rungs,
        choice("layers", [*world.layers, "any", "all"]),
        choice("year", list(world.years), learnable=True),
        choice("source", list(world.sources), learnable=True),
        *(choice(name, declared[name]) for name in ("probability", "gap", "visible")),
    ]


def outcomes(world: World, points: Points) -> dict[str, Array]:
    """
    Work out the results of many runs.

    Returns
    -------
    dict
        Per run: pairs (cantons) in which people 60+ of low education are at a higher risk,
        those of them that are invisible too, people aged 80+ whom statistics do not see, and
        those of them who are excluded as well.
    """
    higher, unseen = states(world, points)
    off = 1 - _visible_of_80(world, points)
    excluded = off * _rate_unseen(world, points)[:, None]
    return {
        "pairs_at_risk": higher.sum(axis=1).astype(float),
        "pairs_invisible": (higher & unseen).sum(axis=1).astype(float),
        "persons_unseen": off @ world.aged,
        "persons_excluded_unseen": excluded @ world.aged,
    }


def states(world: World, points: Points) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say for each run and place whether the risk is higher, and whether the group is invisible."""
    gap, sampling, local = _gaps(world, points)
    error = np.sqrt(sampling + local * points["tau"][:, None] ** 2)
    needed = ndtri(points["probability"])[:, None] * error
    higher = (gap >= needed) & (gap >= points["gap"][:, None])
    seen = points["registered"] * points["household_60"] * points["eligible"]
    invisible = seen < points["visible"]
    return higher, np.repeat(invisible[:, None], len(world.places), axis=1)


def _gaps(world: World, points: Points) -> tuple[Array, Array, Array]:
    """Return gap and variances of the layers that a run speaks of, runs × places."""
    shift = np.array([world.years[one] for one in points["year"]])
    shift = shift + np.array([world.sources[one] for one in points["source"]])
    parts = [_moved(one, points["margins"], shift) for one in world.layers.values()]
    own, rest = (np.stack([part[at] for part in parts]) for at in (0, 1))
    sampling, local = (
        np.stack([getattr(one, name) for one in world.layers.values()])
        for name in ("sampling", "local")
    )
    chosen = points["layers"]
    gap = np.empty(own.shape[1:])
    variance = np.empty((2, *own.shape[1:]))
    for at, name in enumerate([*world.layers, "any", "all"]):
        runs = chosen == name
        if name in world.layers:
            gap[runs] = own[at][runs] - rest[at][runs]
            variance[0][runs], variance[1][runs] = sampling[at], local[at]
        else:
            # Who lacks at least one lies between the most of one and all of them together.
            least = np.max if name == "any" else np.min
            gap[runs] = least(own[:, runs], axis=0) - least(rest[:, runs], axis=0)
            variance[0][runs], variance[1][runs] = sampling.max(axis=0), local.max(axis=0)
    return gap, variance[0], variance[1]


def _moved(layer: Layer, noise: NDArray[Any], shift: Array) -> tuple[Array, Array]:
    """Move a layer's rates by the noise of the margins, and by year and source."""
    own = layer.rate + noise.astype(float)[:, None] * np.sqrt(layer.sampling)
    moved = [
        expit(logit(np.clip(one, _EDGE, 1 - _EDGE)) + shift[:, None])
        for one in (own, np.broadcast_to(layer.rest, own.shape))
    ]
    return moved[0], moved[1]


def _visible_of_80(world: World, points: Points) -> Array:
    """Return the share of people 80+ that statistics see, runs × places."""
    both = points["registered"] * points["eligible_80"]
    return np.asarray(both[:, None] * world.in_frame)


def _rate_unseen(world: World, points: Points) -> Array:
    """Return how many of those unseen are excluded: as many as at home, a gap, and a defect."""
    shift = np.array([world.years[one] for one in points["year"]])
    shift = shift + np.array([world.sources[one] for one in points["source"]])
    home = expit(logit(np.clip(points["rate_of_80"].astype(float), _EDGE, 1 - _EDGE)) + shift)
    # Meng (2018): ρ √((1 − f)/f) σ is what silence moves a mean by; σ of a share is at most ½.
    defect = points["rho"] * np.sqrt(world.silent / (1 - world.silent)) * 0.5
    return np.asarray(np.clip(home + points["institution_gap"] + defect, 0, 1))
