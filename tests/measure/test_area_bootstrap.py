"""Refitting the model's own worlds tells the same errors as the formula."""

import numpy as np
import pandas as pd
import pytest

from divide.measure import area_bootstrap, areas


def simulated(places: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return direct estimates and covariates: β = (1, 2), σ² = .25; the last two have none."""
    rng = np.random.default_rng(2)
    x = pd.DataFrame({"x": rng.normal(size=places)})
    se = rng.uniform(0.3, 1.2, places)
    value = 1 + 2 * x["x"] + rng.normal(0, np.sqrt(0.25 + se**2))
    value[places - 2 :] = np.nan
    return pd.DataFrame({"place": x.index, "value": value, "se": se}), x


def test_the_bootstrap_agrees_with_the_formula() -> None:
    direct, x = simulated(120)
    formula = areas.fay_herriot(direct, x)
    drawn = area_bootstrap.bootstrap_areas(direct, x, replicates=400, seed=3)
    # 400 squared errors tell a mean squared error to √(2/400) = 7 %, its root to 3.5 %.
    ratio = drawn["se"] / formula["se"]
    assert ratio.mean() == pytest.approx(1, abs=0.02)
    assert ratio.between(0.85, 1.15).all()
    assert len(drawn.attrs["sigma2"]) == 400
    assert drawn["value"].equals(formula["value"])
    assert drawn.equals(area_bootstrap.bootstrap_areas(direct, x, replicates=400, seed=3))
    assert not drawn["se"].equals(
        area_bootstrap.bootstrap_areas(direct, x, replicates=400, seed=4)["se"]
    )
