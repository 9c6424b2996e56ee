"""How answers came about: weights, strata, clusters, the frame behind them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

# What an error is an error of. A census with non-response has no sampling error: its errors
# hold as if the silent were silent at random (METHOD 5).
ERRORS: Final = {"sample": "design", "everyone": "as_if_random"}


@dataclass(frozen=True, eq=False)
class Calibration:
    """
    Totals that weights were moved to meet, and the weights before.

    Attributes
    ----------
    base
        Weight of each answer before.
    cell
        Row of `auxiliaries` of each answer: answers alike in all auxiliaries share one.
    auxiliaries
        Cells × totals.
    totals
        What Σ weight × auxiliary must give.
    margins
        Number of categories of each raked margin, in the order of the columns of
        `auxiliaries`; empty where a distance was used.
    distance, bounds
        Of `distances.calibrate`.
    """

    base: Array
    cell: Codes
    auxiliaries: Array
    totals: Array
    margins: tuple[int, ...] = ()
    distance: str = "raking"
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """
    One entry per answering institution, in the order of the answers.

    Attributes
    ----------
    weights
        Institutions of the frame that an answer stands for.
    size
        Clients it speaks for under the estimand *people*; 1 under *institutions*.
    stratum, cluster
        Codes from 0; clusters are numbered through all strata, and are the answers
        themselves, in their order, where there are none.
    population
        Clusters of the frame by stratum; infinite where the frame is not known.
    estimand
        `institutions` or `people`.
    error
        `design`, or `as_if_random` where everyone was invited.
    """

    weights: Array
    size: Array
    stratum: Codes
    cluster: Codes
    population: Array
    estimand: str = "institutions"
    error: str = "as_if_random"
    calibration: Calibration | None = None

    @cached_property
    def clustered(self) -> bool:
        """Tell whether a cluster holds more than one answer."""
        return int(self.cluster.max()) + 1 < len(self.weights)

    @cached_property
    def cluster_stratum(self) -> Codes:
        """Return the stratum of each cluster."""
        if not self.clustered:
            return self.stratum
        found = np.zeros(int(self.cluster.max()) + 1, dtype=np.int64)
        found[self.cluster] = self.stratum
        return found

    @cached_property
    def clusters(self) -> Codes:
        """Return the number of clusters by stratum."""
        return np.bincount(self.cluster_stratum, minlength=len(self.population))


def survey_design(
    answers: pd.DataFrame,
    *,
    weight: str = "weight",
    stratum: str | None = None,
    cluster: str | None = None,
    population: str | None = None,
    invited: str = "everyone",
) -> Design:
    """
    Describe how answers came about.

    Parameters
    ----------
    answers
        One row per answering institution.
    weight
        Column: institutions of the frame that the row stands for.
    stratum, cluster
        Columns of labels; a cluster's label is read within its stratum.
    population
        Column: institutions (clusters, if there are any) of the frame in the row's stratum.
    invited
        `everyone` of the frame, a `sample` of it, or whoever came: an `open_call`.

    Raises
    ------
    MethodError
        For an open call, whose answers have no design and so no design-based error; if a
        weight is missing or negative, a stratum has one cluster of several, or fewer in the
        frame than answered.

    Examples
    --------
    >>> rows = pd.DataFrame({"weight": [2.0, 2, 3, 3], "type": ["a", "a", "b", "b"]})
    >>> survey_design(rows, stratum="type").clusters
    array([2, 2])
    """
    if invited == "open_call":
        raise MethodError(
            "An open call has no frame and no chance of being invited: no design-based error "
            "exists. Show the answers as those of the institutions that came, without one."
        )
    if invited not in ERRORS:
        raise MethodError(f"Invited were {invited!r}: everyone, sample or open_call expected.")
    weights = answers[weight].to_numpy(dtype=float)
    if not len(weights) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise MethodError(f"Column {weight!r} needs a weight of 0 or more in each of its rows.")
    strata, labels = _codes(answers, stratum)
    clusters = np.arange(len(answers))
    if cluster is not None:
        inner, _ = _codes(answers, cluster)
        clusters = np.unique(strata * (inner.max() + 1) + inner, return_inverse=True)[1]
    found = Design(
        weights=weights,
        size=np.ones(len(weights)),
        stratum=strata,
        cluster=clusters,
        population=_population(answers, population, strata, len(labels)),
        error=ERRORS[invited],
    )
    _check_strata(found, labels)
    return found


def of_people(design: Design, clients: ArrayLike) -> Design:
    """
    Turn to the other estimand: each institution counts with its clients, not as one.

    Parameters
    ----------
    clients
        Clients of each institution, in the design's order; one that did not tell (NaN) is
        left out of every estimate.

    Examples
    --------
    >>> design = survey_design(pd.DataFrame({"weight": [1.0, 1.0]}))
    >>> of_people(design, [10, 30]).estimand
    'people'
    """
    size = np.asarray(clients, dtype=float)
    if len(size) != len(design.weights) or (size < 0).any():
        raise MethodError(
            f"{len(size)} numbers of clients for {len(design.weights)} answers: one each, from 0."
        )
    return replace(design, size=size, estimand="people")


def sums_by(codes: Codes, values: Array, *, count: int) -> Array:
    """
    Sum values by code.

    Examples
    --------
    >>> sums_by(np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), count=3)
    array([4., 0., 2.])
    """
    return np.asarray(np.bincount(codes, values, minlength=count), dtype=np.float64)


def _codes(answers: pd.DataFrame, column: str | None) -> tuple[Codes, list[str]]:
    if column is None:
        return np.zeros(len(answers), dtype=np.int64), ["all"]
    codes, labels = pd.factorize(answers[column], sort=True)
    if (codes < 0).any():
        raise MethodError(f"Column {column!r} is empty in {(codes < 0).sum()} row(s): fill it.")
    return codes.astype(np.int64), [str(one) for one in labels]


def _population(answers: pd.DataFrame, column: str | None, strata: Codes, count: int) -> Array:
    found = np.full(count, np.inf)
    if column is None:
        return found
    told = answers[column].to_numpy(dtype=float)
    found[strata] = told
    if not (found[strata] == told).all():
        raise MethodError(f"Column {column!r} differs within a stratum: one number each.")
    return found


def _check_strata(design: Design, labels: list[str]) -> None:
    answered = design.clusters
    # Numbers of the frame may come as weights × answers, off by the last digits.
    few = design.population < answered * (1 - 1e-9)
    if few.any():
        raise MethodError(
            f"Stratum {labels[int(few.argmax())]!r} has more answers than the frame has "
            "institutions: mend the frame, or count an institution once."
        )
    lonely = (answered == 1) & (design.population > 1)
    if lonely.any():
        raise MethodError(
            f"Stratum {labels[int(lonely.argmax())]!r} has one answer, so its spread is not known. "
            "Collapse it with a neighbour: weights.response_strata does, and tells."
        )
