"""
Three intervals of a figure on institutions, always together (METHOD 5).

*Model*: as if the silent were silent at random. *Defect*: if answering goes with what is asked
as closely as a declared correlation ρ (Meng 2018). *Worst case*: whatever the silent would have
said (Manski 2003). And a named term for what staff get wrong when they speak for residents.
"""

from dataclasses import dataclass
from math import inf, isnan, nan, sqrt

import pandas as pd

from divide.errors import MethodError
from divide.measure.visibility import Bounds
from divide.terms import Z95


@dataclass(frozen=True)
class Doubt:
    """
    What is assumed about those who did not answer, and about those who answered for others.

    Attributes
    ----------
    rho
        Correlation, over the frame, between answering and the figure (data defect).
    proxy
        Staff's answer less the truth, as a share: the least and the most assumed.
    threshold
        Figure to compare with; NaN: with none.
    """

    rho: float
    proxy: Bounds
    threshold: float = nan


@dataclass(frozen=True)
class Evidence:
    """
    What answers and frame give for one figure.

    Attributes
    ----------
    value, se
        Estimate for the whole frame, as if the silent were silent at random.
    model
        Its 95 % interval.
    sigma
        Standard deviation of the figure from institution to institution.
    n, invited
        Institutions that answered this question, and in the frame.
    coverage
        Share of the frame (of its institutions or clients) that the answers hold, 0 to 1.
    worst
        From nothing to everything among those not heard, with the ends of bands.
    """

    value: float
    se: float
    model: Bounds
    sigma: float
    n: int
    invited: float
    coverage: float
    worst: Bounds


@dataclass(frozen=True)
class Figure:
    """
    A figure with its three intervals, the proxy error, and what would turn its conclusion.

    Attributes
    ----------
    defect
        95 % interval under the declared ρ.
    effective
        n_eff: size of a random sample of the same error.
    proxy
        The model's interval, widened by what staff may get wrong.
    rho_turn, gap_turn
        The ρ, and the gap between answering and silent institutions as a share, at which the
        figure reaches the threshold; NaN without one.
    turns
        Whether the silent alone could turn it: the gap leaves them between 0 and 1.
    """

    evidence: Evidence
    doubt: Doubt
    defect: Bounds
    effective: float
    proxy: Bounds
    rho_turn: float
    gap_turn: float
    turns: bool

    def as_row(self) -> dict[str, float | int | bool]:
        """Return one row: the model's interval is `low`, `high`."""
        evidence = self.evidence
        return {
            "value": evidence.value,
            "se": evidence.se,
            **_ends("", evidence.model),
            **_ends("defect_", self.defect),
            **_ends("worst_", evidence.worst),
            **_ends("proxy_", self.proxy),
            "n": evidence.n,
            "invited": evidence.invited,
            "coverage": evidence.coverage,
            "rho": self.doubt.rho,
            "n_eff": self.effective,
            "sigma": evidence.sigma,
            "threshold": self.doubt.threshold,
            "rho_turn": self.rho_turn,
            "gap_turn": self.gap_turn,
            "turns": self.turns,
        }


def _ends(name: str, bounds: Bounds) -> dict[str, float]:
    return {f"{name}low": bounds.low, f"{name}high": bounds.high}


def effective_size(n: float, coverage: float, rho: float) -> float:
    """
    Return n_eff ≈ min(n, f/((1 − f)ρ²)) (Meng 2018, eq. 3.4).

    Examples
    --------
    >>> round(effective_size(466, 466 / 1485, .1))
    46
    """
    if coverage >= 1 or rho == 0:
        return float(n)
    return min(float(n), coverage / ((1 - coverage) * rho**2))


def turning_point(value: float, threshold: float, sigma: float, coverage: float) -> Bounds:
    """
    Return the ρ (low) and the gap as a share (high) at which a figure reaches a threshold.

    Notes
    -----
    Of a figure b away from the threshold, the silent share 1 − f would have to differ by
    b/(1 − f); the error ρ √((1 − f)/f) σ reaches b at ρ* = b/(σ √((1 − f)/f)).

    Examples
    --------
    >>> found = turning_point(.40, .35, .5, .5)       # .05/.5 = .1 apart; ρ* = .05/.5
    >>> round(found.low, 3), round(found.high, 3)
    (0.1, 0.1)
    """
    away = abs(value - threshold)
    if isnan(away) or coverage >= 1 or coverage <= 0:
        return Bounds(nan, nan)
    rho = away / (sigma * sqrt((1 - coverage) / coverage)) if sigma > 0 else inf
    return Bounds(rho, away / (1 - coverage))


def figure(evidence: Evidence, doubt: Doubt) -> Figure:
    """
    Put the three intervals of a share beside each other.

    Examples
    --------
    >>> evidence = Evidence(.4, .02, Bounds(.36, .44), .5, 466, 1485, 466 / 1485, Bounds(.13, .81))
    >>> found = figure(evidence, Doubt(rho=.1, proxy=Bounds(-.1, .05), threshold=.348))
    >>> round(found.defect.low, 2), round(found.defect.high, 2)   # 1.96 · .5/√45.7 = .145
    (0.26, 0.54)
    >>> round(found.gap_turn, 3)
    0.076
    """
    if not 0 <= evidence.coverage <= 1 or not 0 <= doubt.rho <= 1:
        raise MethodError(
            f"Coverage {evidence.coverage} and ρ {doubt.rho} are shares: 0 to 1 expected."
        )
    effective = effective_size(evidence.n, evidence.coverage, doubt.rho)
    width = Z95 * evidence.sigma / sqrt(effective) if effective > 0 else 1.0
    width = 0.0 if evidence.coverage >= 1 else width
    turn = turning_point(evidence.value, doubt.threshold, evidence.sigma, evidence.coverage)
    sign = 1 if evidence.value > doubt.threshold else -1
    silent = evidence.value - sign * turn.high
    model = evidence.model
    return Figure(
        evidence=evidence,
        doubt=doubt,
        defect=_within(evidence.value - width, evidence.value + width),
        effective=effective,
        # Staff who say 5 points too much hide a truth 5 points lower.
        proxy=_within(model.low - doubt.proxy.high, model.high - doubt.proxy.low),
        rho_turn=turn.low,
        gap_turn=turn.high,
        turns=0 <= silent <= 1,
    )


def _within(low: float, high: float) -> Bounds:
    return Bounds(min(max(low, 0.0), 1.0), max(min(high, 1.0), 0.0))


def as_rows(labels: pd.DataFrame, figures: list[Figure]) -> pd.DataFrame:
    """Write figures beside what they are figures of, one row each."""
    rows = pd.DataFrame([one.as_row() for one in figures], index=labels.index)
    return pd.concat([labels, rows], axis=1)
