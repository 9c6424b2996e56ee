"""
Measure 10,000 rankings of 2,130 units by 20 indicators: against a pandas loop and plain sorting.

Run it from the checkout: `python benchmarks/indices.py`. The loop works out the same draws, and
must find the same ranks.
"""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from divide.measure import index_robustness, indices
from divide.measure.index_stability import rank_intervals
from divide.measure.index_structure import read_structure

UNITS, INDICATORS, DRAWS = 2130, 20, 10_000


def simulated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return values of units, and a flat structure of equal weights."""
    rng = np.random.default_rng(1)
    names = [f"i{place:02d}" for place in range(INDICATORS)]
    values = pd.DataFrame(rng.lognormal(sigma=0.5, size=(UNITS, INDICATORS)), columns=names)
    return values, pd.DataFrame(
        {"indicator": names, "parent": "index", "weight": 1.0, "direction": 1}
    )


def pandas_loop(
    values: pd.DataFrame,
    structure: pd.DataFrame,
    draws: index_robustness.Draws,
    weights: np.ndarray,
) -> np.ndarray:
    """Rank as one would without thought of time: each draw from the values on."""
    directions = structure.set_index("indicator")["direction"]
    ranks = np.empty((DRAWS, UNITS), dtype=np.uint16)
    for row in range(DRAWS):
        method, how = draws.choices.pairs[draws.pair[row]]
        frame = indices.normalise(values, directions, method=method, span=draws.choices.span)
        score = ((np.log(frame) if how == "geometric" else frame) * weights[row]).sum(axis=1)
        ranks[row] = score.round(10).rank(ascending=False, method="min")
    return ranks


def tidy_loop(
    values: pd.DataFrame,
    structure: pd.DataFrame,
    draws: index_robustness.Draws,
    weights: np.ndarray,
) -> np.ndarray:
    """Rank in a loop of pandas that at least normalises beforehand."""
    directions = structure.set_index("indicator")["direction"]
    scores = []
    for method, how in draws.choices.pairs:
        frame = indices.normalise(values, directions, method=method, span=draws.choices.span)
        scores.append(np.log(frame) if how == "geometric" else frame)
    ranks = np.empty((DRAWS, UNITS), dtype=np.uint16)
    for row in range(DRAWS):
        score = (scores[draws.pair[row]] * weights[row]).sum(axis=1)
        ranks[row] = score.round(10).rank(ascending=False, method="min")
    return ranks


def drawn_weights(structure: pd.DataFrame, draws: index_robustness.Draws, seed: int) -> np.ndarray:
    """Draw the weights of a run again, as the run drew them."""
    rng = np.random.default_rng(seed)
    rng.integers(len(draws.choices.pairs), size=DRAWS)
    rng.random(DRAWS)
    rng.integers(INDICATORS, size=DRAWS)
    tree = read_structure(structure)
    return index_robustness._weights(tree, draws.left_out, draws.choices.weights, rng)


def memory() -> float:
    """Return the MB that a run of its own process adds to it."""
    code = (
        "import re, sys; sys.path.insert(0, sys.argv[1]); import indices as b;"
        "top = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]);"
        "made = b.simulated(); before = top();"
        "b.rank_intervals(b.index_robustness.draw_ranks(*made)); print((top() - before) / 1024)"
    )
    here = str(Path(__file__).resolve().parent)
    done = subprocess.run([sys.executable, "-c", code, here], capture_output=True, check=True)
    return float(re.findall(rb"[\d.]+", done.stdout)[-1])


def timed(run: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds on the clock and of the processor, and the result."""
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    return time.perf_counter() - clock, time.process_time() - processor, found


def main() -> None:
    """Print times, ratios and memory."""
    values, structure = simulated()
    runs = [
        timed(lambda: index_robustness.draw_ranks(values, structure, draws=DRAWS, seed=1))
        for _ in range(5)
    ]
    own, work = (statistics.median(run[place] for run in runs) for place in (0, 1))
    draws = runs[0][2]
    told, _, _ = timed(lambda: rank_intervals(draws))
    keys = np.random.default_rng(2).normal(size=(50, UNITS))
    sort, sorting, _ = timed(lambda: [np.sort(keys, axis=1) for _ in range(DRAWS // 50)])
    print(f"own {own:.2f} s (processor {work:.2f} s), rank intervals {told:.2f} s more")
    print(f"memory of both: {memory():.0f} MB")
    print(f"sorting alone {sort:.2f} s: {own / sort:.1f} times, processor {work / sorting:.1f}")
    weights = drawn_weights(structure, draws, 1)
    for loop in (pandas_loop, tidy_loop):
        taken, worked, ranks = timed(lambda loop=loop: loop(values, structure, draws, weights))
        same = (ranks == draws.ranks).mean()
        print(
            f"{loop.__name__} {taken:.1f} s: {taken / own:.0f} times as long, processor "
            f"{worked / work:.0f} times; ranks equal {same:.4%}"
        )


if __name__ == "__main__":
    main()
