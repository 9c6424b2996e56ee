"""Which class each group of a page falls into, at the declared thresholds and at others."""

from functools import cache

import numpy as np

from divide import catalog, terms
from divide.measure.combination import finding, group_states, nested_bounds
from divide.measure.visibility import Bounds, visibility_state
from divide.report.study import Study, one

RISK = "no_internet_use_3m"
_USE = "internet_use_3m"


@cache
def findings(
    study: Study,
    place: str,
    *,
    probability: float | None = None,
    visible: float | None = None,
) -> dict[str, str]:
    """Return the class of each group, at the declared thresholds or at others."""
    declared = catalog.facts("thresholds")
    measured = visibility_state(_bounds(study, place), threshold=visible or declared["visible"])
    found = {}
    for name, group in catalog.facts("groups").items():
        risk = "cannot_tell"
        if group["rate"]:
            risk = _risk_state(study, place, group["rate"], probability or declared["probability"])
        seen = {"outside": "invisible", "unknown": "unknown"}.get(group["frame"])
        found[name] = finding(risk, seen or measured)
    return found


@cache
def _bounds(study: Study, place: str) -> Bounds:
    return nested_bounds(study.visibility, place)


def _risk_state(study: Study, place: str, group: str, probability: float) -> str:
    """Return the state that holds under every declared τ; for the country, by its intervals."""
    if place == terms.COUNTRY:
        return _national_state(study, group, probability)
    return _canton_states(study, group, probability)[place]


@cache
def _canton_states(study: Study, group: str, probability: float) -> dict[str, str]:
    """Return each canton's state: the one that every declared τ leads to, else cannot tell."""
    rows = study.risk[(study.risk["indicator"] == RISK) & (study.risk["group"] == group)]
    by_tau = [
        dict(zip(part["place"], _states(part["gap"], part["gap_se"], probability), strict=True))
        for _, part in rows.groupby("tau")
    ]
    told = {place: {states[place] for states in by_tau} for place in terms.CANTONS}
    return {
        place: found.pop() if len(found) == 1 else "cannot_tell" for place, found in told.items()
    }


def _national_state(study: Study, group: str, probability: float) -> str:
    """Tell a group from everyone; its own part in everyone makes the error look larger."""
    own, everyone = published(study, group), published(study, terms.TOTAL)
    gap = everyone["value"] - own["value"]
    error = (own["se"] ** 2 + everyone["se"] ** 2) ** 0.5
    return _states([gap], [error], probability)[0]


def _states(gap: object, se: object, probability: float) -> list[str]:
    declared = catalog.facts("thresholds")
    found: list[str] = group_states(
        np.asarray(gap, dtype=float),
        np.asarray(se, dtype=float),
        probability=probability,
        least=declared["gap"],
        false_higher=declared["false_higher"],
    ).tolist()
    return found


def published(study: Study, group: str) -> dict[str, float]:
    """Return a group's published internet use of the survey's year: value, ends, error."""
    year = catalog.facts("thresholds")["risk"]["year"]
    row = one(study.use, indicator=_USE, group=group, year=year)
    return {name: float(row[name]) for name in ("value", "low", "high", "se")}
