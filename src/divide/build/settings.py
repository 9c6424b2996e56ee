"""The declared parameters of the risk axis, as the methods take them."""

from divide import catalog
from divide.measure import fits
from divide.measure.minorities import Thresholds


def setting() -> fits.Setting:
    """Read the declared parameters of the risk axis from facts."""
    declared = catalog.facts("thresholds")
    risk = declared["risk"]
    return fits.Setting(
        year=risk["year"],
        respondents=risk["respondents"][risk["year"]],
        taus=tuple(declared["taus"]),
        crosses=tuple(tuple(one) for one in risk["crosses"]),
        groups=tuple(risk["groups"]),
        draws=risk["draws"],
        seed=risk["seed"],
        probability=declared["probability"],
        gap=declared["gap"],
        false_higher=declared["false_higher"],
    )


def thresholds() -> Thresholds:
    """Read the declared thresholds of the classes from facts."""
    declared = catalog.facts("thresholds")
    return Thresholds(
        probability=declared["probability"],
        gap=declared["gap"],
        visible=declared["visible"],
        false_higher=declared["false_higher"],
    )


def lacking() -> dict[str, str]:
    """Return each declared indicator of lacking, with the published one it is 1 minus of."""
    names = catalog.facts("thresholds")["risk"]["indicators"]
    return {name: str(catalog.indicator(name).of) for name in names}
