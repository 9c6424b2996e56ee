"""What the answer hangs on: every declared factor varied at once (METHOD 7)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from divide.measure.factors import Factor
from divide.measure.sobol import measure_first, monte_carlo, sobol_indices
from divide.measure.worlds import OUTPUTS, Array, Points, World, declared_factors, outcomes, states

COLUMNS: Final = (
    *("kind", "output", "factor", "group", "place", "finding"),
    *("value", "low", "high", "leads"),
)


def analyse(
    world: World,
    declared: Mapping[str, Any],
    *,
    groups: Sequence[str],
    draws: int = 10_000,
    size: int = 1024,
    seed: int = 1,
) -> pd.DataFrame:
    """
    Vary everything at once, and say what the answer hangs on.

    Parameters
    ----------
    groups
        Key of the group whose pairs are counted, and of the group whose persons are.
    draws, size, seed
        Of the Monte Carlo run, of the base sample of the Sobol indices, and of both.

    Returns
    -------
    DataFrame
        One row per result. `kind`: `result` (mean and 90 % of the runs of an output), `class`
        (share of runs in which a pair is higher, or invisible and higher), `first` and `total`
        (Sobol indices of a factor), `measure_first` (learnable factors in order, those that
        lead marked).
    """
    factors = declared_factors(world, declared)

    def model(points: Points) -> dict[str, Array]:
        return outcomes(world, points)

    runs = run_worlds(world, factors, draws=draws, seed=seed)
    points = {one.name: runs[one.name].to_numpy() for one in factors}
    indices = sobol_indices(model, factors, size=size, seed=seed)
    ordered = [
        measure_first(indices, factors, output=one).assign(output=one, kind="measure_first")
        for one in OUTPUTS
    ]
    for one in ordered:
        one["leads"] = one["leads"].map({True: "yes", False: "no"})
    parts = [_results(runs), _classes(world, points, groups[0]), _indices(indices), *ordered]
    frame = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    told = frame["output"].isin(OUTPUTS[2:])
    return frame.assign(group=frame["group"].fillna(pd.Series(np.where(told, *groups[::-1]))))


def run_worlds(
    world: World, factors: Sequence[Factor], *, draws: int = 10_000, seed: int = 1
) -> pd.DataFrame:
    """
    Work the study out again and again, each time with other values of its factors.

    Returns
    -------
    DataFrame
        One row per run: a column a factor, then a column an output. `analyse` sums them up.
    """
    return monte_carlo(lambda points: outcomes(world, points), factors, draws=draws, seed=seed)


def narrow(runs: pd.DataFrame, factors: Sequence[Factor], *, output: str) -> pd.DataFrame:
    """
    Say between which ends an output would lie if one thing were known.

    Returns
    -------
    DataFrame
        One row per learnable factor, or per value where there are only some: `factor`,
        `known_as` ("its middle": the middle tenth of its draws), and `low` and `high`, 90 % of
        the runs that are left.

    Examples
    --------
    >>> from divide.measure.factors import uniform
    >>> runs = pd.DataFrame({"a": range(100), "y": range(100)})   # left are 45 to 54
    >>> narrow(runs, [uniform("a", 0, 99)], output="y")[["low", "high"]].round(2).values.tolist()
    [[45.45, 53.55]]
    """
    rows = []
    for name in (one.name for one in factors if one.learnable):
        drawn = runs[name]
        if pd.api.types.is_numeric_dtype(drawn):
            kept = {"its middle": drawn.rank(pct=True).between(0.45, 0.55, inclusive="right")}
        else:
            kept = {str(value): drawn == value for value in sorted(drawn.unique())}
        for known_as, which in kept.items():
            low, high = runs.loc[which, output].quantile([0.05, 0.95])
            rows.append({"factor": name, "known_as": known_as, "low": low, "high": high})
    return pd.DataFrame(rows)


def _results(runs: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "kind": "result",
            "output": name,
            "value": runs[name].mean(),
            "low": runs[name].quantile(0.05),
            "high": runs[name].quantile(0.95),
        }
        for name in OUTPUTS
    ]
    return pd.DataFrame(rows)


def _classes(world: World, points: Points, group: str) -> pd.DataFrame:
    higher, unseen = states(world, points)
    shares = {"higher": higher.mean(axis=0), "invisible_minority": (higher & unseen).mean(axis=0)}
    return pd.concat(
        [
            pd.DataFrame({"place": world.places, "value": share}).assign(
                kind="class", output="pairs", group=group, finding=name
            )
            for name, share in shares.items()
        ]
    )


def _indices(indices: pd.DataFrame) -> pd.DataFrame:
    return indices[["output", "factor", "kind", "value", "low", "high"]]
