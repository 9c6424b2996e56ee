"""Sobol indices: against the analytic values of the test functions of the literature."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.factors import choice, normal, uniform
from divide.measure.sobol import inert_factors, measure_first, monte_carlo, sobol_indices

CIRCLE = [uniform(name, -np.pi, np.pi) for name in ("a", "b", "c")]
G = {f"x{place}": a for place, a in enumerate([0, 1, 4.5, 9, 99, 99])}


def ishigami(x: dict[str, Any]) -> dict[str, Any]:
    return {"y": np.sin(x["a"]) + 7 * np.sin(x["b"]) ** 2 + 0.1 * x["c"] ** 4 * np.sin(x["a"])}


def g_function(x: dict[str, Any]) -> dict[str, Any]:
    parts = [(np.abs(4 * x[name] - 2) + a) / (1 + a) for name, a in G.items()]
    return {"g": np.prod(parts, axis=0)}


def told(indices: pd.DataFrame, kind: str) -> list[float]:
    return indices.loc[indices["kind"] == kind, "value"].tolist()


def test_ishigami() -> None:
    # Ishigami & Homma (1990), a = 7, b = .1: V_a = (1 + bπ⁴/5)²/2, V_b = a²/8,
    # V_ac = b²π⁸ · 8/225; c acts through a alone.
    v_a, v_b, v_ac = (1 + 0.1 * np.pi**4 / 5) ** 2 / 2, 49 / 8, 0.01 * np.pi**8 * 8 / 225
    whole = v_a + v_b + v_ac
    found = sobol_indices(ishigami, CIRCLE, size=4096)
    assert told(found, "first") == pytest.approx([v_a / whole, v_b / whole, 0], abs=0.015)
    total = [(v_a + v_ac) / whole, v_b / whole, v_ac / whole]
    assert told(found, "total") == pytest.approx(total, abs=0.01)


def test_the_g_function() -> None:
    # Saltelli & Sobol (1995): V_i = 1/(3(1 + a_i)²), V + 1 = Π(1 + V_i),
    # total_i = V_i Π_{j≠i}(1 + V_j) / V.
    v = 1 / (3 * (1 + np.array(list(G.values()))) ** 2)
    whole = np.prod(1 + v) - 1
    found = sobol_indices(g_function, [uniform(name, 0, 1) for name in G], size=4096)
    assert told(found, "first") == pytest.approx(v / whole, abs=0.01)
    assert told(found, "total") == pytest.approx(v * (whole + 1) / (1 + v) / whole, abs=0.01)


def test_intervals_hold_the_truth() -> None:
    """Each normal share is 1/5, 4/5; of 60 intervals of 90 % about 54 hold it."""
    factors = [normal("a", 5, 1), normal("b", -3, 2)]
    truth = np.array([0.2, 0.8] * 2)
    held = []
    for seed in range(15):
        found = sobol_indices(lambda x: {"y": x["a"] + x["b"]}, factors, size=128, seed=seed)
        held += list((found["low"] <= truth) & (truth <= found["high"]))
        assert (found["low"] < found["value"]).all() and (found["value"] < found["high"]).all()
    # Points of a Sobol sequence are not independent: the bootstrap is too cautious, never bold.
    assert np.mean(held) >= 0.85


def test_several_outputs_and_factors_that_are_choices() -> None:
    factors = [choice("level", [0.0, 1.0]), uniform("noise", 0, 1), uniform("idle", 0, 1)]

    def model(x: dict[str, Any]) -> dict[str, Any]:
        return {"y": x["level"] + x["noise"], "same": np.ones(len(x["noise"]))}

    found = sobol_indices(model, factors, size=512)
    # Variances 1/4 and 1/12: shares 3/4 and 1/4.
    rows = found[found["output"] == "y"]
    assert told(rows, "first") == pytest.approx([0.75, 0.25, 0], abs=0.02)
    still = found[found["output"] == "same"]
    assert still["value"].isna().all() and still["status"].eq("missing").all()
    assert inert_factors(found) == ["idle"]
    ordered = measure_first(found, factors, output="y")
    assert ordered["factor"].tolist() == ["noise", "idle"]  # a choice is not measured
    assert ordered["leads"].tolist() == [True, False]
    with pytest.raises(MethodError, match="Nothing to measure first for same"):
        measure_first(found, factors, output="same")


def test_what_cannot_be_told_apart_leads_together() -> None:
    factors = [uniform("a", 0, 1), uniform("b", 0, 1), uniform("c", 0, 0.2)]
    found = sobol_indices(lambda x: {"y": x["a"] + x["b"] + x["c"]}, factors, size=256)
    ordered = measure_first(found, factors, output="y")
    assert ordered.set_index("factor")["leads"].to_dict() == {"a": True, "b": True, "c": False}


def test_monte_carlo_draws_what_was_declared() -> None:
    factors = [normal("a", 1, 2), choice("b", ["x", "y"], weights=[1, 3])]
    found = monte_carlo(lambda x: {"twice": 2 * x["a"]}, factors, draws=20_000, seed=3)
    assert list(found) == ["a", "b", "twice"] and len(found) == 20_000
    assert found["twice"].equals(2 * found["a"])
    # Standard errors: 2/√20,000 = .014 for the mean, .01 for the deviation, .003 for the share.
    assert found["a"].mean() == pytest.approx(1, abs=0.05)
    assert found["a"].std() == pytest.approx(2, abs=0.04)
    assert found["b"].eq("y").mean() == pytest.approx(0.75, abs=0.012)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, again, other = (sobol_indices(ishigami, CIRCLE, size=64, seed=s) for s in (1, 1, 2))
    assert one.equals(again) and not one.equals(other)
    one, again, other = (monte_carlo(ishigami, CIRCLE, draws=9, seed=s) for s in (1, 1, 2))
    assert one.equals(again) and not one.equals(other)


def test_what_cannot_be_shared_out_is_refused() -> None:
    with pytest.raises(MethodError, match="power of 2"):
        sobol_indices(ishigami, CIRCLE, size=1000)
    with pytest.raises(MethodError, match="names of their own: a, a"):
        monte_carlo(ishigami, [CIRCLE[0], CIRCLE[0]])
    with pytest.raises(MethodError, match="none given"):
        monte_carlo(ishigami, [])
    with pytest.raises(MethodError, match="Output y is not one finite number"):
        sobol_indices(lambda x: {"y": x["a"] * np.nan}, CIRCLE, size=4)
    with pytest.raises(MethodError, match="Output y is not one finite number"):
        sobol_indices(lambda x: {"y": np.ones(3)}, CIRCLE, size=4)
