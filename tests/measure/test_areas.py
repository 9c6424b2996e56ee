"""Fay–Herriot: by hand, against R's sae on the milk data, and against its own likelihood."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure import areas

# One mean, ψ = 1 everywhere: y − 3 is −2, 0, 2; REML σ² = 8/2 − 1 = 3, ML σ² = 8/3 − 1.
OWN = pd.DataFrame({"place": ["A", "B", "C"], "value": [1.0, 3.0, 5.0], "se": 1.0})
PLACES = pd.DataFrame(index=["A", "B", "C", "D"])


def test_estimates_by_hand() -> None:
    found = areas.fay_herriot(OWN, PLACES)
    assert found["gamma"].tolist() == pytest.approx([0.75, 0.75, 0.75, 0])  # 3/(3 + 1); D has none
    assert found["value"].tolist() == pytest.approx([1.5, 3.0, 4.5, 3.0])
    # 1 − γ = 1/4, X'V⁻¹X = 3/4, Σ 1/(σ²+ψ)² = 3/16: g1 = 3/4, g2 = 1/16 · 4/3 = 1/12,
    # g3 = 1/16 · 1/4 · 2 · 16/3 = 1/6. D: σ² + 4/3.
    mse = 3 / 4 + 1 / 12 + 2 / 6
    assert (found["se"] ** 2).tolist() == pytest.approx([mse, mse, mse, 3 + 4 / 3])
    assert found.loc[3, ["direct", "direct_se"]].isna().all()
    assert found["status"].eq("modelled").all()
    account = found.attrs["account"]
    assert account["beta"] == pytest.approx({"constant": 3.0})
    assert account["sigma2"] == pytest.approx(3.0)
    assert (account["with_estimate"], account["synthetic"]) == (3, 1)


def test_maximum_likelihood_by_hand() -> None:
    found = areas.fay_herriot(OWN, PLACES, method="ml")
    sigma2 = 8 / 3 - 1
    assert found.attrs["account"]["sigma2"] == pytest.approx(sigma2)
    weight = 1 / (sigma2 + 1)  # 3/8, also 1 − γ; the bias is −weight² / (weight · 3 weight²)
    g1, g2, g3 = sigma2 * weight, weight / 3, weight**3 * 2 / (3 * weight**2)
    bias = -1 / (3 * weight) * weight**2
    assert found["se"][0] ** 2 == pytest.approx(g1 + g2 + 2 * g3 - bias)


def test_places_that_do_not_differ_get_their_mean() -> None:
    own = OWN.assign(value=[2.9, 3.0, 3.1])  # .02/2 − 1 < 0
    found = areas.fay_herriot(own, PLACES)
    assert found.attrs["account"]["sigma2"] == 0
    assert found["value"].tolist() == pytest.approx([3.0] * 4)


MILK = {
    # method: (σ², β, first estimate, its MSE); R's sae, data of Arora & Lahiri (1997). For ml the
    # published σ² alone.
    "reml": (0.01855033476, [0.968189, 0.132780, 0.226946, -0.241301], 1.0219705442, 0.0134602565),
    "ml": (0.01551750871, None, 1.01617323616578, 0.0135799384231732),
}


@pytest.mark.parametrize("method", MILK)
def test_the_milk_data_agree_with_r(method: str, oracles: Path) -> None:
    milk = pd.read_csv(oracles / "milk.csv").set_index("SmallArea", drop=False)
    own = pd.DataFrame({"place": milk["SmallArea"], "value": milk["yi"], "se": milk["SD"]})
    majors = {f"major_{one}": (milk["MajorArea"] == one).astype(float) for one in (2, 3, 4)}
    found = areas.fay_herriot(own, pd.DataFrame(majors), method=method)
    given = pd.read_csv(oracles / f"milk_{method.upper()}.csv")
    sigma2, beta, first, first_mse = MILK[method]
    assert len(found) == 43
    assert found.attrs["account"]["sigma2"] == pytest.approx(sigma2, abs=1e-11)
    if beta:
        told = list(found.attrs["account"]["beta"].values())
        assert told == pytest.approx(beta, abs=5e-7)
    assert found["value"].to_numpy() == pytest.approx(given["eblup"].to_numpy(), abs=1e-8)
    assert (found["se"] ** 2).to_numpy() == pytest.approx(given["mse"].to_numpy(), abs=1e-8)
    assert (found["value"][0], found["se"][0] ** 2) == pytest.approx((first, first_mse), abs=1e-9)


def likelihood(sigma2: float, y: np.ndarray, psi: np.ndarray, matrix: np.ndarray) -> float:
    """Return the restricted log-likelihood, written out with whole matrices."""
    inverse = np.diag(1 / (sigma2 + psi))
    crossed = matrix.T @ inverse @ matrix
    beta = np.linalg.solve(crossed, matrix.T @ inverse @ y)
    left = y - matrix @ beta
    determinants = np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(crossed)[1]
    return float(determinants - left @ inverse @ left) / 2


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), spread=st.floats(0, 3), uneven=st.floats(0, 2))
def test_no_other_variance_is_likelier(seed: int, spread: float, uneven: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(15), rng.normal(size=15)])
    psi = np.exp(uneven * rng.normal(size=15))
    y = rng.normal(0, np.sqrt(spread**2 + psi))
    found = areas.fit_areas(y, psi, matrix).sigma2
    best = likelihood(found, y, psi, matrix)
    near = [max(found + step, 0) for step in (-0.1, -0.001, 0.001, 0.1)]
    assert all(likelihood(other, y, psi, matrix) <= best + 1e-9 for other in near)


def simulated(places: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return direct estimates, covariates and the truth: β = (1, 2), σ² = .25."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame({"x": rng.normal(size=places)})
    truth = 1 + 2 * x["x"].to_numpy() + rng.normal(0, 0.5, places)
    se = rng.uniform(0.3, 1.2, places)
    direct = pd.DataFrame({"place": x.index, "value": rng.normal(truth, se), "se": se})
    return direct, x, truth


def test_a_known_model_is_recovered_and_intervals_hold() -> None:
    direct, x, truth = simulated(2000, seed=1)
    direct.loc[1500:, "value"] = np.nan  # 500 places without an estimate of their own
    found = areas.fay_herriot(direct, x)
    account = found.attrs["account"]
    # Standard errors: about .5·√(2/1500·…) ≈ .02 for σ² and .02 for β.
    assert account["sigma2"] == pytest.approx(0.25, abs=0.06)
    assert list(account["beta"].values()) == pytest.approx([1, 2], abs=0.06)
    held = (found["low"] <= truth) & (truth <= found["high"])
    for part in (held[:1500], held[1500:]):  # ± three standard errors of a share of .90
        assert part.mean() == pytest.approx(0.90, abs=3 * np.sqrt(0.09 / len(part)))
    error = np.abs(found["value"] - truth)[:1500].mean()
    assert error < 0.85 * np.abs(direct["value"] - truth)[:1500].mean()


def test_nobody_is_changed() -> None:
    before = OWN.copy()
    areas.fay_herriot(OWN, PLACES)
    pd.testing.assert_frame_equal(OWN, before)


@pytest.mark.parametrize(
    ("own", "places", "said"),
    [
        (OWN.assign(se=[0, 1, 1]), PLACES, "A has no standard error above 0"),
        (OWN.assign(se=[np.nan, 1, 1]), PLACES, "A has no standard error above 0"),
        (OWN, PLACES.iloc[1:], "A has no covariates"),
        (pd.concat([OWN, OWN]), PLACES, "Several direct estimates for A, B, C"),
        (OWN, pd.concat([PLACES, PLACES]), "Several covariates for A, B, C, D"),
        (OWN, PLACES.assign(x=[1.0, 2.0, np.nan, 4.0]), "C misses a covariate"),
        (OWN, PLACES.assign(x=1.0), "3 places cannot tell 2 coefficients apart"),
        (OWN.iloc[:1], PLACES, "1 places cannot tell 1 coefficients apart"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    own: pd.DataFrame, places: pd.DataFrame, said: str
) -> None:
    with pytest.raises(MethodError, match=said):
        areas.fay_herriot(own, places)


def test_an_unknown_method_and_bare_faults_are_refused() -> None:
    with pytest.raises(MethodError, match="reml or ml"):
        areas.fay_herriot(OWN, PLACES, method="fh")
    y, one = np.array([1.0, 2.0, 4.0]), np.ones((3, 1))
    with pytest.raises(MethodError, match="no variance above 0"):
        areas.fit_areas(y, np.array([0.0, 1, 1]), one)
    with pytest.raises(MethodError, match="missing"):
        areas.fit_areas(np.array([np.nan, 1, 2]), np.ones(3), one)
