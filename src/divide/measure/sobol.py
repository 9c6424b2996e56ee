"""Which factor a result hangs on most: Monte Carlo, and Sobol indices (Saltelli et al. 2010)."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.factors import Factor

Array = NDArray[np.float64]
Points = dict[str, NDArray[Any]]
# Gets an array of values of each factor and returns an array of each output, run by run.
Model = Callable[[Points], Mapping[str, NDArray[Any]]]
FIRST: Final = "first"
TOTAL: Final = "total"
EDGE: Final = 1e-12  # probabilities of 0 and 1 have no normal quantile


def monte_carlo(
    model: Model, factors: Sequence[Factor], *, draws: int = 10_000, seed: int = 1
) -> pd.DataFrame:
    """
    Run a model on independent draws of its factors.

    Returns
    -------
    DataFrame
        One row per draw: a column a factor, then a column an output.

    Examples
    --------
    >>> from divide.measure.factors import choice
    >>> found = monte_carlo(lambda x: {"twice": 2 * x["a"]}, [choice("a", [1, 3])], draws=4)
    >>> (found["twice"] == 2 * found["a"]).all()
    np.True_
    """
    _refuse_names(factors)
    points = _points(np.random.default_rng(seed).random((draws, len(factors))), factors)
    found = model(points)
    return pd.DataFrame({**points, **{name: np.asarray(part) for name, part in found.items()}})


def _refuse_names(factors: Sequence[Factor]) -> None:
    names = [one.name for one in factors]
    if not names or len(set(names)) < len(names):
        raise MethodError(f"Factors need names of their own: {', '.join(names) or 'none given'}.")


def _points(chances: Array, factors: Sequence[Factor]) -> Points:
    kept = np.clip(chances, EDGE, 1 - EDGE)
    return {one.name: one.quantile(kept[:, place]) for place, one in enumerate(factors)}


def sobol_indices(
    model: Model,
    factors: Sequence[Factor],
    *,
    size: int = 1024,
    seed: int = 1,
    replicates: int = 1000,
    level: float = 0.90,
) -> pd.DataFrame:
    """
    Share the variance of each output out among the factors.

    Parameters
    ----------
    model
        Runs many points at once; it is asked factors + 2 times.
    size
        Points of the base sample, a power of 2; the model runs (factors + 2) · size of them.
    replicates, level
        Bootstrap over the base sample, and the probability of its percentile intervals.

    Returns
    -------
    DataFrame
        One row per output, factor and kind. `first`: the share of the output's variance that
        knowing the factor alone would take away; `total`: the share that is left when all
        others are known. `low`, `high` bound it. Status missing where the output never varies.

    Raises
    ------
    MethodError
        If `size` is no power of 2, names repeat, or an output is not one finite number a run.

    Notes
    -----
    First: mean f(B)(f(AB) − f(A)) / V, total: mean (f(A) − f(AB))² / 2V (Jansen 1999).
    """
    _refuse_names(factors)
    if size < 2 or size & (size - 1):
        raise MethodError(f"A Sobol sample of {size} points is unbalanced: use a power of 2.")
    names = [one.name for one in factors]
    outputs = _runs(model, factors, size, seed)
    rng = np.random.default_rng([seed, 1])
    counts = rng.multinomial(size, np.full(size, 1 / size), size=replicates).astype(float)
    tails = ((1 - level) / 2, (1 + level) / 2)
    parts = [_shares(name, names, runs, counts, tails) for name, runs in outputs.items()]
    return pd.concat(parts, ignore_index=True)


def _runs(model: Model, factors: Sequence[Factor], size: int, seed: int) -> dict[str, Array]:
    """Return of each output: the runs of A, of B, and of A with one column of B, row by row."""
    qmc = import_module("scipy.stats.qmc")  # takes longer to load than all else here
    count = len(factors)
    sample = qmc.Sobol(2 * count, rng=seed).random_base2(size.bit_length() - 1)
    base, other = sample[:, :count], sample[:, count:]
    found = [_run(model, base, factors), _run(model, other, factors)]
    for place in range(count):
        mixed = base.copy()
        mixed[:, place] = other[:, place]
        found.append(_run(model, mixed, factors))
    return {name: np.stack([one[name] for one in found]) for name in found[0]}


def _run(model: Model, chances: Array, factors: Sequence[Factor]) -> dict[str, Array]:
    outputs = {
        name: np.asarray(part, dtype=float)
        for name, part in model(_points(chances, factors)).items()
    }
    bad = [
        name
        for name, part in outputs.items()
        if part.shape != (len(chances),) or not np.isfinite(part).all()
    ]
    if bad or not outputs:
        raise MethodError(
            f"Output {', '.join(bad) or '(none)'} is not one finite number a run: its variance "
            "cannot be shared out."
        )
    return outputs


def _shares(
    output: str, names: Sequence[str], runs: Array, counts: Array, tails: tuple[float, float]
) -> pd.DataFrame:
    """Estimate both kinds of index of one output, with intervals from weighted samples."""
    a, b, *mixed = runs - runs.mean()
    terms = np.stack(
        [
            *(b * (one - a) for one in mixed),
            *((a - one) ** 2 / 2 for one in mixed),
            (a + b) / 2,
            (a**2 + b**2) / 2,
        ]
    )
    value = _ratios(terms.mean(axis=1))
    again = _ratios(counts @ terms.T / len(a))
    varies = bool(np.ptp(runs) > 0)
    low, high = np.quantile(again, tails, axis=0) if varies else (value, value)
    count = len(names)
    return pd.DataFrame(
        {
            "output": output,
            "factor": [*names, *names],
            "kind": [FIRST] * count + [TOTAL] * count,
            "value": value,
            "low": low,
            "high": high,
            "status": "modelled" if varies else "missing",
        }
    )


def _ratios(means: Array) -> Array:
    """Divide the factors' parts by the variance, of one sample or of each of many."""
    variance = means[..., -1:] - means[..., -2:-1] ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(means[..., :-2] / variance)


def inert_factors(indices: pd.DataFrame) -> list[str]:
    """
    Name the factors that change no output at all: they were declared, but not wired in.

    Examples
    --------
    >>> from divide.measure.factors import uniform
    >>> both = [uniform("used", 0, 1), uniform("idle", 0, 1)]
    >>> inert_factors(sobol_indices(lambda x: {"y": x["used"]}, both, size=8))
    ['idle']
    """
    totals = indices[indices["kind"] == TOTAL].groupby("factor", sort=False)["value"].max()
    return [str(name) for name in totals.index[~(totals > 0)]]


def measure_first(indices: pd.DataFrame, factors: Sequence[Factor], *, output: str) -> pd.DataFrame:
    """
    Order what can be learnt by how much of the uncertainty its knowledge would take away.

    Parameters
    ----------
    indices
        From `sobol_indices`.
    factors
        The same; those that are choices are left out.

    Returns
    -------
    DataFrame
        One row per learnable factor, largest first index on top: `factor`, `value`, `low`,
        `high`, and `leads`: whether its interval reaches that of the first, so that which of
        them to measure first cannot be told.
    """
    learnable = [one.name for one in factors if one.learnable]
    rows = indices[
        (indices["output"] == output)
        & (indices["kind"] == FIRST)
        & indices["factor"].isin(learnable)
        & indices["value"].notna()
    ]
    if rows.empty:
        raise MethodError(f"Nothing to measure first for {output}: nothing learnable moves it.")
    found = rows.sort_values("value", ascending=False, ignore_index=True)
    leads = found["high"] >= found["low"].iloc[0]
    return found[["factor", "value", "low", "high"]].assign(leads=leads)
