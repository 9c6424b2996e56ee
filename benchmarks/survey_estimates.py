"""
Measure weights and errors beside R's survey package: equal results first, then ratios of one run.

`.venv/bin/python benchmarks/survey_estimates.py`; R with its package `survey` (Debian:
r-cran-survey) must be installed. Raking of 100,000 answers to margins of 7, 12, 3 and 5; 26 domain
means with their errors; 500 Rao–Wu replicates of 30,000 answers, raked in each, for 26 domains.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from divide.measure.designs import Design, survey_design
from divide.measure.estimates import estimate_means
from divide.measure.replicates import bootstrap_means
from divide.measure.weights import rake

MARGINS = {"a": 7, "b": 12, "c": 3, "e": 5}
OTHERS = {"domain": 26, "stratum": 20}


def simulate(n: int, seed: int) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Draw answers, and margins of a frame that differ from them by up to a tenth."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({k: rng.integers(0, m, n) for k, m in (MARGINS | OTHERS).items()})
    held = np.bincount(rows["stratum"])[rows["stratum"]]
    rows = rows.assign(
        # Equal weights within a stratum, as non-response gives them; the frame is thrice as large.
        weight=3.0,
        frame=3.0 * held,
        y=rows["a"] + rng.normal(size=n),
    )
    margins = {}
    for name, count in MARGINS.items():
        moved = np.bincount(rows[name]) * rng.uniform(0.9, 1.1, count)
        margins[name] = pd.Series(moved / moved.sum() * 3 * n, index=range(count))
    return rows, margins


def as_categories(rows: pd.DataFrame) -> pd.DataFrame:
    """Give classes the type that R's factors have."""
    return rows.astype(dict.fromkeys([*MARGINS, "domain"], "category"))


def design_of(rows: pd.DataFrame) -> Design:
    """Describe the answers."""
    return survey_design(rows, stratum="stratum", population="frame")


def seconds(run: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Return the median time of several runs, and the last result."""
    taken, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken), result


def write(folder: Path, name: str, rows: pd.DataFrame, margins: dict[str, pd.Series]) -> None:
    """Write what R reads."""
    rows.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")
    told = [
        pd.DataFrame({"margin": column, "category": one.index, "total": one.to_numpy()})
        for column, one in margins.items()
    ]
    pd.concat(told).to_csv(folder / f"{name}_margins.csv", index=False, float_format="%.17g")


def tell(what: str, own: float, theirs: float, gap: str, *, least: float) -> bool:
    """Print one comparison; return whether it reaches its aim."""
    ratio = theirs / own
    print(f"{what}: R {theirs:.3f} s, own {own:.4f} s, {ratio:.0f} times faster; {gap}")
    return ratio >= least


def main() -> None:
    """Compare, print, and fail if an aim is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    large, small = simulate(100_000, 1), simulate(30_000, 2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, "large", *large)
        write(folder, "small", *small)
        script = Path(__file__).with_suffix(".R")
        command = ["Rscript", str(script), str(folder), str(runs)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        raking, means, replicated = (float(one) for one in done.stdout.split()[:3])
        print(f"R survey {done.stdout.split()[3]}, medians of {runs}")
        found = {k: pd.read_csv(folder / f"r_{k}.csv") for k in ("weights", "means", "replicated")}
    rows = as_categories(large[0])
    design = design_of(rows)
    own, raked = seconds(lambda: rake(design, rows, large[1]), 4 * runs)
    gap = np.abs(raked.weights / found["weights"]["weight"] - 1).max()
    good = [tell("raking", own, raking, f"weights differ by {gap:.1e}", least=100), gap < 1e-10]
    own, told = seconds(lambda: estimate_means(design, rows["y"], domains=rows["domain"]), 4 * runs)
    gap = max(np.abs(told[k] / found["means"][k] - 1).max() for k in ("value", "se"))
    good += [tell("26 means", own, means, f"values and errors differ by {gap:.1e}", least=50)]
    good += [gap < 1e-10]
    rows = as_categories(small[0])
    raked = rake(design_of(rows), rows, small[1])
    own, told = seconds(lambda: bootstrap_means(raked, rows["y"], domains=rows["domain"]), runs)
    taylor = estimate_means(raked, rows["y"], domains=rows["domain"])["se"]
    # R's subbootstrap knows no frame: its errors are larger by 1/√(1 − 1/3).
    theirs = (found["replicated"]["se"] * np.sqrt(2 / 3) / taylor).mean()
    gap_told = f"errors over Taylor's {(told['se'] / taylor).mean():.3f}, R's {theirs:.3f}"
    good += [tell("500 raked replicates", own, replicated, gap_told, least=36), own < 1]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
