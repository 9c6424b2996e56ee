"""The declared parameters of the risk axis, as the methods take them."""

from divide import catalog
from divide.measure import fits


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
