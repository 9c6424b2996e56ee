"""Which class each group of a page falls into, at the declared thresholds and at others."""

from functools import cache

from divide import catalog
from divide.measure.combination import finding
from divide.measure.minorities import Thresholds, risk_states, visibility_states
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
    found = _classes(study, probability, visible)
    return {name: found[group["key"], place] for name, group in catalog.facts("groups").items()}


@cache
def _classes(
    study: Study, probability: float | None, visible: float | None
) -> dict[tuple[str, str], str]:
    """Return the class of every group and place."""
    declared = catalog.facts("thresholds")
    chosen = Thresholds(
        probability=probability or declared["probability"],
        gap=declared["gap"],
        visible=visible or declared["visible"],
        false_higher=declared["false_higher"],
    )
    risk = risk_states(study.risk[study.risk["indicator"] == RISK], chosen)
    seen = visibility_states(study.visibility, chosen)
    states = seen.merge(risk[["group", "place", "risk_state"]], on=["group", "place"], how="left")
    own = {one["key"] for one in catalog.facts("groups").values() if one["rate"]}
    told = states["risk_state"].where(states["group"].isin(own)).fillna("cannot_tell")
    return {
        (group, place): finding(one, other)
        for group, place, one, other in zip(
            states["group"], states["place"], told, states["visibility_state"], strict=True
        )
    }


def published(study: Study, group: str) -> dict[str, float]:
    """Return a group's published internet use of the survey's year: value, ends, error."""
    year = catalog.facts("thresholds")["risk"]["year"]
    row = one(study.use, indicator=_USE, group=group, year=year)
    return {name: float(row[name]) for name in ("value", "low", "high", "se")}
