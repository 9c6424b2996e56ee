"""
Time Local Moran of 2,136 places beside R's spdep, and hold the two against each other.

Run it from the checkout: `.venv/bin/python benchmarks/hotspots.py`. It needs R with spdep (Debian:
r-cran-spdep). Places are random points with their six nearest; R tries 999 permutations, as it
is used to, this project 99,999, which false-discovery control needs.
"""

import statistics
import subprocess
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from divide.measure.moran import local_moran
from divide.measure.neighbours import Neighbours

PLACES, NEAREST, RUNS = 2136, 6, 5
SPDEP = """
suppressMessages(library(spdep))
given <- commandArgs(trailingOnly = TRUE)
value <- read.csv(given[1])$value
near <- as.matrix(read.csv(given[2]))
listed <- lapply(seq_len(nrow(near)), function(i) sort(as.integer(near[i, ])))
class(listed) <- "nb"
attr(listed, "region.id") <- as.character(seq_along(listed))
weights <- nb2listw(listed, style = "W")
taken <- system.time(found <- localmoran_perm(value, weights, nsim = 999, iseed = 1))
write.csv(as.data.frame(found), given[3], row.names = FALSE)
cat(taken[["elapsed"]])
"""


def places() -> tuple[np.ndarray, Neighbours]:
    """Draw places with a value that rises to the north, and their nearest neighbours."""
    rng = np.random.default_rng(1)
    points = rng.uniform(size=(PLACES, 2))
    near = cKDTree(points).query(points, k=NEAREST + 1)[1][:, 1:]
    names = tuple(f"{one:04d}" for one in range(PLACES))
    starts = np.arange(0, PLACES * NEAREST + 1, NEAREST)
    beside = Neighbours(names, starts, near.ravel(), "commune", "2024-01-01")
    return points[:, 1] + rng.normal(0, 0.5, PLACES), beside


def spdep(value: np.ndarray, beside: Neighbours) -> tuple[pd.DataFrame, float]:
    """Let R do it once; return what it finds and its seconds, without its start."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / one for one in ("moran.R", "value.csv", "near.csv", "found.csv")]
        names[0].write_text(SPDEP, encoding="utf-8")
        pd.DataFrame({"value": value}).to_csv(names[1], index=False)
        near = beside.others.reshape(PLACES, NEAREST) + 1
        pd.DataFrame(near).to_csv(names[2], index=False)
        command = ["Rscript", *map(str, names)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return pd.read_csv(names[3]), float(done.stdout.split()[-1])


def own(value: np.ndarray, beside: Neighbours, permutations: int) -> tuple[object, float]:
    """Return the last of some runs, and their median seconds."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        rng = np.random.default_rng(1)
        found = local_moran(value, beside, permutations=permutations, rng=rng)
        taken.append(time.perf_counter() - start)
    return found, statistics.median(taken)


def main() -> None:
    value, beside = places()
    theirs, slow = spdep(value, beside)
    print(f"R spdep, 999 permutations:   {slow:8.3f} s")
    for permutations in (999, 99_999):
        found, seconds = own(value, beside, permutations)
        ratio = slow / seconds
        print(f"own, {permutations:6d} permutations:    {seconds:8.3f} s, R over it {ratio:.0f}")
    tracemalloc.start()
    local_moran(value, beside, permutations=99_999, rng=np.random.default_rng(1))
    print(f"peak of numpy's memory: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")
    print(f"I differs by {np.abs(found.value - theirs['Ii']).max():.1e} at most")
    p = theirs["Pr(z != E(Ii)) Sim"]
    print(f"p: correlation {np.corrcoef(found.p, p)[0, 1]:.4f}, {(found.q <= 0.05).sum()} called")


if __name__ == "__main__":
    main()
