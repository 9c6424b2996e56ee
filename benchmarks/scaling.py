"""
Measure what all of Europe costs: 40 countries of 2,500 local units, 1,000 replicates each.

Run it from the checkout: `python benchmarks/scaling.py`. One task a country; the same tasks run
here, in processes and on Dask with 1, 2 and 8 workers, must give the same bits, and once a worker
is killed in the middle.
"""

import hashlib
import os
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from divide.measure import parallel
from divide.measure.area_bootstrap import bootstrap_areas
from divide.measure.multilevel import MultilevelFit
from divide.measure.parallel import map_seeds
from divide.measure.posterior import Draws
from divide.measure.poststratification import poststratify
from divide.measure.synthetic import against_country, place_rates

COUNTRIES, UNITS, CELLS, REPLICATES = 40, 2500, 24, 1000
NAMES = pd.Index([f"{place:02d}" for place in range(CELLS)])


def fingerprint(*arrays: np.ndarray) -> str:
    """Return what tells results apart by their last bit."""
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(one).tobytes() for one in arrays)
    ).hexdigest()


def margins(country: int) -> str:
    """Work out rates of a country's units and their differences to it from drawn cell rates."""
    rng = np.random.default_rng([1, country])
    weights = rng.dirichlet(np.ones(CELLS), UNITS)
    omega = rng.dirichlet(np.ones(UNITS))
    drawn = rng.beta(4, 10, (REPLICATES, CELLS))
    spreads = [
        place_rates(weights, drawn.mean(axis=0), drawn),
        against_country(weights, omega, drawn.mean(axis=0), drawn),
    ]
    return fingerprint(*(part for one in spreads for part in (one.estimate, one.sampling)))


def refits(country: int) -> str:
    """Refit a country's Fay–Herriot model to 1,000 drawn worlds."""
    rng = np.random.default_rng([2, country])
    x = pd.DataFrame(rng.normal(size=(UNITS, 3)))
    se = rng.uniform(0.5, 1.5, UNITS)
    direct = pd.DataFrame({"place": x.index, "value": rng.normal(1 + x[0], 1 + se), "se": se})
    found = bootstrap_areas(direct, x, replicates=REPLICATES, seed=country)
    return fingerprint(found["se"].to_numpy(), found.attrs["sigma2"])


def poststratified(country: int) -> str:
    """Weigh 1,000 draws of a multilevel model by who lives in a country's units."""
    rng = np.random.default_rng([3, country])
    units = pd.Index([f"{place:05d}" for place in range(UNITS)])
    draws = Draws(
        large=rng.normal(0, 0.4, (REPLICATES, UNITS)),
        small=rng.normal(-1, 0.3, (REPLICATES, 1 + CELLS)),
        sigma=np.full((REPLICATES, 2), 0.4),
        log_sigma=np.zeros(2),
        spread=np.ones(2),
    )
    fit = MultilevelFit(("constant",), ("unit", "cell"), (units, NAMES), draws, country)
    cells = pd.DataFrame({"unit": units.repeat(CELLS), "cell": np.tile(NAMES, UNITS)})
    persons = rng.lognormal(4, 1, len(cells))
    found = poststratify(fit, cells.assign(persons=persons), by="unit")
    return fingerprint(found[["value", "low", "high"]].to_numpy())


def fall_once(country: int, *, sign: str, task: Callable[[int], str]) -> str:
    """Kill the worker of country 20 at its first try."""
    if country == 20 and not Path(sign).exists():
        Path(sign).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task(country)


def timed(task: Callable[[int], str], **options: object) -> tuple[float, list[str]]:
    """Return seconds and results of all countries."""
    start = time.perf_counter()
    found = map_seeds(task, range(COUNTRIES), **options)  # type: ignore[arg-type]
    return time.perf_counter() - start, found


def main() -> None:
    """Print seconds, how much faster more workers are, and whether the bits are the same."""
    empty, _ = timed(abs, scheduler="local", workers=2)  # type: ignore[arg-type]
    print(f"a Dask scheduler with two workers starts and stops in {empty:.1f} s")
    for task in (margins, refits, poststratified):
        work = time.process_time()
        alone, truth = timed(task)
        work = (time.process_time() - work) / COUNTRIES
        print(f"{task.__name__}: alone {alone:.1f} s, a country {work:.2f} s of a processor")
        for workers in (1, 2, 8):
            taken, found = timed(task, scheduler="local", workers=workers)
            print(f"  Dask, {workers}: {taken:.1f} s, same bits {found == truth}")
        taken, found = timed(task, workers=2)
        print(f"  processes, 2: {taken:.1f} s, same bits {found == truth}")
    with tempfile.TemporaryDirectory() as folder:
        falls = partial(fall_once, sign=str(Path(folder) / "fell"), task=margins)
        taken, found = timed(falls, scheduler="local", workers=2)
        print(f"margins, a worker killed: {taken:.1f} s, same bits {found == timed(margins)[1]}")
    kept = dict(parallel.WORKER)
    for name in [one for one in kept if one.startswith("MALLOC")]:
        del parallel.WORKER[name]
    one, two = (timed(margins, scheduler="local", workers=workers)[0] for workers in (1, 2))
    print(f"margins, malloc left alone: Dask, 1: {one:.1f} s, 2: {two:.1f} s")


if __name__ == "__main__":
    main()
