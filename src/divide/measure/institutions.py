"""
People in institutions: the answering ones within their bands, the silent ones by the model.

(Σ_answering y_j + Σ_silent m_j μ_j)/Σ m_j, METHOD 5. Each figure comes with its three
intervals (`data_defect.Figure`); errors hold as if the silent were silent at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure import confidence
from divide.measure.banded_counts import Bands, band_limits, chances, moments
from divide.measure.beta_binomial import Fit, fit_bands, rows_of, shape_parameters
from divide.measure.data_defect import Doubt, Evidence, as_rows, figure
from divide.measure.designs import Array, Codes, sums_by
from divide.measure.silence import Rest, silent_part
from divide.measure.visibility import Bounds

_STEP = 1e-4


def estimate_banded(
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    bands: Bands,
    doubt: Doubt,
    lacking: bool = False,
    by: Sequence[str] = ("type", "language_region", "size_class"),
    domain: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Estimate the share of the frame's clients to which something applies, from bands.

    Parameters
    ----------
    frame
        Cells of the frame: `by`, `institutions`, `clients`, and `clients_sd` (their standard
        deviation from institution to institution) if known.
    answers
        One row per answering institution: `by`, `clients`, `band`. One without a band, or
        without clients, counts among the silent.
    bands
        Band → its least and greatest share.
    lacking
        Whether to estimate the share to which it does *not* apply.
    by
        What the rate may depend on. Leaving size out biases a rate of clients.
    domain
        One of `by`, or several: a figure for each category; None: one for the whole frame.

    Returns
    -------
    DataFrame
        One row per domain: its label, the columns of `data_defect.Figure.as_row`,
        `reliability`, `estimand`, `status` and `error`.
    """
    predicted = predict_banded(frame, answers, bands=bands, lacking=lacking, by=by)
    return tell_banded(predicted, doubt=doubt, domain=domain)


def predict_banded(
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    bands: Bands,
    lacking: bool = False,
    by: Sequence[str],
    apart: Sequence[str] = (),
) -> "Prediction":
    """
    Fit the model once, for figures of any domains.

    Parameters are those of `estimate_banded`, and

    Parameters
    ----------
    apart
        Further columns of frame and answers that domains may be of, though rates do not depend
        on them: two places whose institutions are alike have one rate.
    """
    told = answers[answers["band"].notna() & (answers["clients"] > 0)]
    rest = silent_part(frame, told, by=[*by, *apart])
    clients = told["clients"].to_numpy(dtype=float)
    low, high = band_limits(bands, told["band"], clients)
    if lacking:
        low, high = clients - high, clients - low
    fit = fit_bands(low, high, clients, told, by=by, apart=rest.cell)
    rows = rows_of(rest.cells, fit.levels)
    return Prediction(fit, rest, rows, fit.apart[fit.counts.pattern], (low, high, clients))


def tell_banded(
    predicted: "Prediction", *, doubt: Doubt, domain: str | Sequence[str] | None = None
) -> pd.DataFrame:
    """Estimate by domain from a prediction, as `estimate_banded` does."""
    groups, names = _groups(predicted.rest.cells, domain)
    values, errors = predicted.shares(groups, len(names))
    figures = [
        figure(_evidence(predicted, groups == number, share), doubt)
        for number, share in enumerate(zip(values, errors, strict=True))
    ]
    return finish(as_rows(names, figures), estimand="people", status="modelled")


def _evidence(
    prediction: "Prediction", inside: NDArray[np.bool_], share: tuple[float, float]
) -> Evidence:
    """Gather what speaks for one group of cells."""
    rest, (value, se) = prediction.rest, (float(one) for one in share)
    own = inside[rest.cell]
    low, high, clients = (float(one[own].sum()) for one in prediction.heard)
    silent = float(rest.clients[inside].sum())
    total = clients + silent
    if not total:
        raise MethodError("The frame has no client in a domain: leave the domain out.")
    return Evidence(
        value=value,
        se=se,
        model=_limits(value, se),
        sigma=prediction.sigma(inside, value),
        n=int(own.sum()),
        invited=float(rest.cells["institutions"][inside].sum()),
        coverage=clients / total,
        worst=Bounds(low / total, (high + silent) / total),
    )


def finish(rows: pd.DataFrame, *, estimand: str, status: str) -> pd.DataFrame:
    """Add how far each figure may be relied on, of what it is one, and what its error means."""
    reliable = confidence.reliability(
        rows["n"].to_numpy(), rows["value"].to_numpy(), rows["se"].to_numpy()
    )
    kept = np.where(rows["value"].isna(), "missing", status)
    return rows.assign(
        reliability=reliable,
        estimand=estimand,
        status=np.where((reliable == "unreliable") & (kept != "missing"), "unreliable", kept),
        error="as_if_random",
    )


def _groups(cells: pd.DataFrame, domain: str | Sequence[str] | None) -> tuple[Codes, pd.DataFrame]:
    keys = [domain] if isinstance(domain, str) else list(domain or ())
    if not keys:
        return np.zeros(len(cells), dtype=np.int64), pd.DataFrame(index=[0])
    grouped = cells.groupby(keys, sort=False, observed=True)
    names = cells[keys].drop_duplicates(ignore_index=True)
    return np.asarray(grouped.ngroup(), dtype=np.int64), names


def _limits(value: float, se: float) -> Bounds:
    low, high = confidence.share_limits(
        np.array([value]), np.array([se]), np.array([inf]), np.array([inf])
    )
    return Bounds(float(low[0]), float(high[0]))


@dataclass(frozen=True, eq=False)
class Prediction:
    """
    A fit carried over to the cells of the frame.

    Attributes
    ----------
    rows
        Of the model, by cell of the frame.
    entry_cell
        Cell of the frame of each entry of the fit's counts.
    heard
        Least and greatest number of clients that each answer allows, and its clients.
    """

    fit: Fit
    rest: Rest
    rows: Array
    entry_cell: Codes
    heard: tuple[Array, Array, Array]

    def sums(self, theta: Array) -> Array:
        """Return by cell the expected number of clients, answering and silent."""
        mu, _, _ = shape_parameters(theta, self.rows)
        return self._by_cell(self._moments(theta)[0]) + self.rest.clients * mu

    def _moments(self, theta: Array) -> tuple[Array, Array]:
        counts = self.fit.counts
        _, a, b = (one[counts.pattern] for one in shape_parameters(theta, self.fit.matrix))
        return moments(counts, chances(counts, a, b)[1])

    @cached_property
    def _found(self) -> tuple[Array, Array]:
        """Return mean and variance of each entry's number, at the estimate."""
        return self._moments(self.fit.theta)

    @cached_property
    def _slopes(self) -> list[Array]:
        """Return by coefficient how the sums of cells move with it."""
        theta, steps = self.fit.theta, _STEP * np.eye(len(self.fit.theta))
        return [(self.sums(theta + one) - self.sums(theta - one)) / (2 * _STEP) for one in steps]

    def _by_cell(self, each: Array) -> Array:
        weighted = self.fit.counts.copies * each
        return sums_by(self.entry_cell, weighted, count=len(self.rows))

    def shares(self, groups: Codes, count: int) -> tuple[Array, Array]:
        """Return share and standard error by group of cells."""
        clients = self._by_cell(self.fit.counts.size) + self.rest.clients
        total = sums_by(groups, clients, count=count)
        value = sums_by(groups, self.sums(self.fit.theta), count=count)
        slope = np.stack([sums_by(groups, one, count=count) for one in self._slopes])
        of_theta = np.einsum("td,ts,sd->d", slope, self.fit.covariance, slope)
        own = sums_by(groups, self._by_cell(self._found[1]), count=count)
        new = sums_by(groups, self._unheard_variance(), count=count)
        with np.errstate(divide="ignore", invalid="ignore"):
            return value / total, np.sqrt(of_theta + own + new) / total

    def _unheard_variance(self) -> Array:
        """Σ m μ(1 − μ)(1 + (m − 1)φ) over the silent institutions of each cell."""
        mu, _, _ = shape_parameters(self.fit.theta, self.rows)
        phi = self.fit.phi
        sizes = self.rest.clients * (1 - phi) + self.rest.squares * phi
        return np.asarray(mu * (1 - mu) * sizes)

    def sigma(self, inside: NDArray[np.bool_], value: float) -> float:
        """Return the standard deviation of rates over clients' institutions."""
        counts = self.fit.counts
        own = inside[self.entry_cell]
        if not own.any():
            return float(np.sqrt(value * (1 - value) * self.fit.phi)) if value == value else nan
        expected, variance = self._found
        size, copies = counts.size[own], counts.copies[own]
        rate = expected[own] / size
        spread = (rate - value) ** 2 + variance[own] / size**2
        return float(np.sqrt((copies * size * spread).sum() / (copies * size).sum()))
