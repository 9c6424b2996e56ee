"""Domains of an estimate: who belongs to which, how many answered, and the table that tells."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from divide.errors import MethodError
from divide.measure import confidence
from divide.measure.designs import Array, Codes, Design, sums_by

Labels = pd.Series | pd.DataFrame | None


@dataclass(frozen=True, eq=False)
class Domains:
    """
    The domain of each answer that counts, and what the domains are called.

    Attributes
    ----------
    code
        Domain of each answer, from 0; −1 where it is in none or gave no value.
    labels
        One row per domain.
    weight
        Weight × size of each answer; 0 where `code` is −1.
    """

    code: Codes
    labels: pd.DataFrame
    weight: Array

    @property
    def count(self) -> int:
        """Return the number of domains."""
        return len(self.labels)

    def sums(self, values: Array) -> Array:
        """Return Σ weight × value by domain."""
        return sums_by(self.code + 1, self.weight * values, count=self.count + 1)[1:]

    def each(self, figures: Array) -> Array:
        """Return each answer's own domain's figure; 0 outside."""
        return np.asarray(np.append(figures, 0.0)[self.code])


def split(design: Design, values: ArrayLike, domains: Labels) -> tuple[Domains, Array]:
    """
    Find each answer's domain, and leave out answers without a value, size or domain.

    Returns
    -------
    domains, values
        Values that do not count are 0.
    """
    told = np.asarray(values, dtype=float)
    if len(told) != len(design.weights):
        raise MethodError(
            f"{len(told)} values for {len(design.weights)} answers: give one each, in their order."
        )
    code, labels = _code(design, domains)
    counts = np.isfinite(told) & np.isfinite(design.size) & (code >= 0)
    weight = np.where(counts, design.weights * design.size, 0.0)
    return Domains(np.where(counts, code, -1), labels, weight), np.where(counts, told, 0.0)


def _code(design: Design, domains: Labels) -> tuple[Codes, pd.DataFrame]:
    """Number the domains; categories without an answer are kept, so that they are told."""
    if domains is None:
        return np.zeros(len(design.weights), dtype=np.int64), pd.DataFrame(index=[0])
    frame = domains.to_frame() if isinstance(domains, pd.Series) else domains
    if len(frame) != len(design.weights):
        raise MethodError(
            f"{len(frame)} domains for {len(design.weights)} answers: give one each, in order."
        )
    if frame.shape[1] == 1:
        name = str(frame.columns[0])
        found = pd.Categorical(frame.iloc[:, 0])
        labels = pd.DataFrame({name: found.categories.to_numpy()})
        return found.codes.astype(np.int64), labels
    grouped = frame.groupby(list(frame.columns), observed=True, sort=True)
    code = np.asarray(grouped.ngroup(), dtype=np.int64)
    seen = pd.DataFrame(list(grouped.groups), columns=frame.columns)
    return code, seen


def answers_of(design: Design, domains: Domains) -> tuple[Array, Array]:
    """Return by domain the number of answers, and of degrees of freedom (clusters − strata)."""
    kept, count = domains.code >= 0, domains.count
    code = domains.code[kept]
    n: Codes = np.bincount(code, minlength=count)
    strata = _different(design.stratum[kept], code, count)
    clusters = _different(design.cluster[kept], code, count) if design.clustered else n
    return n.astype(float), (clusters - strata).astype(float)


def _different(labels: Codes, code: Codes, count: int) -> Codes:
    """Count the different labels within each domain."""
    size = int(labels.max()) + 1 if len(labels) else 1
    seen = np.bincount(labels * count + code, minlength=size * count)
    return np.asarray((seen.reshape(size, count) > 0).sum(axis=0), dtype=np.int64)


def table(
    design: Design,
    domains: Domains,
    *,
    statistic: str,
    value: Array,
    se: Array,
    limits: tuple[Array, Array] | None = None,
) -> pd.DataFrame:
    """
    Write estimates down: one row per domain, also where nobody answered.

    Returns
    -------
    DataFrame
        The domain's columns; `statistic`; `estimand`; `value`; `se`; `low`, `high` (95 %);
        `n` institutions; `cv`; `reliability`; `status` (observed, unreliable or missing);
        `error`, what the error is an error of.
    """
    n, df = answers_of(design, domains)
    known = (n > 0) & np.isfinite(value)
    value, se = np.where(known, value, np.nan), np.where(known, se, np.nan)
    low, high = limits or confidence.mean_limits(value, se, df)
    reliable = confidence.reliability(n, value, se)
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(value == 0, np.nan, se / np.abs(value))
    status = np.where(reliable == "unreliable", "unreliable", "observed")
    return domains.labels.assign(
        statistic=statistic,
        estimand=design.estimand,
        value=value,
        se=se,
        low=np.where(known, low, np.nan),
        high=np.where(known, high, np.nan),
        n=n.astype(np.int64),
        cv=cv,
        reliability=reliable,
        status=np.where(known, status, "missing"),
        error=design.error,
    )
