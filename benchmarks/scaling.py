"""
Measure what all of Europe costs: 40 countries of 2,500 local units, 1,000 replicates each.

Run it from the checkout: `.venv/bin/python benchmarks/scaling.py`; docs/scaling.md works out what
follows. One task a country; the same tasks run here, in processes and on Dask with 1, 2 and 8
workers, must give the same bits, and once a worker is killed in the middle.
"""

import hashlib
import os
import re
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from divide.measure import parallel
from divide.measure.area_bootstrap import bootstrap_areas
from divide.measure.multilevel import MultilevelFit
from divide.measure.overlay_parts import cut_parts
from divide.measure.parallel import map_seeds
from divide.measure.posterior import Draws
from divide.measure.poststratification import poststratify
from divide.measure.synthetic import against_country, place_rates

COUNTRIES, UNITS, CELLS, REPLICATES = 40, 2500, 24, 1000
KILOMETRES = 316  # side of a country of 100,000 km²
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


def overlaid(country: int) -> str:
    """Cut the square kilometres of a country along the borders of its units."""
    rng = np.random.default_rng([4, country])
    side, step = round(UNITS**0.5), KILOMETRES * 1000 / round(UNITS**0.5)
    corners = np.moveaxis(np.mgrid[0 : side + 1, 0 : side + 1], 0, -1) * step
    corners += rng.uniform(-0.3, 0.3, corners.shape) * step
    rings = np.stack(
        [corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]], axis=2
    )
    shapes = shapely.polygons(rings.reshape(-1, 4, 2))
    names = {"place": [f"{unit:05d}" for unit in range(len(shapes))]}
    units = geopandas.GeoDataFrame(names, geometry=shapes, crs=2056)
    spots = np.moveaxis(np.mgrid[0:KILOMETRES, 0:KILOMETRES], 0, -1).reshape(-1, 2) * 1000.0
    cells = pd.DataFrame(spots, columns=["east", "north"]).assign(size=1000.0)
    found = cut_parts(cells, units)
    return fingerprint(found["cell"].to_numpy(), found["share"].to_numpy())


def fall_once(country: int, *, sign: str, task: Callable[[int], str]) -> str:
    """Kill the worker of country 20 at its first try."""
    if country == 20 and not Path(sign).exists():
        Path(sign).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task(country)


def timed(task: Callable[[int], str], **options: object) -> tuple[str, list[str]]:
    """Return seconds on the clock and of all processors, and the results of all countries."""
    clock, before = time.perf_counter(), worked()
    found = map_seeds(task, range(COUNTRIES), **options)  # type: ignore[arg-type]
    clock, work = time.perf_counter() - clock, worked() - before
    return f"{clock:.1f} s, of processors {work:.1f} s", found


def worked() -> float:
    """Return processor seconds of this process and of those that it started and that ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def peak() -> float:
    """Return the most memory that this process held so far, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print seconds, and whether the bits are the same."""
    print(f"{COUNTRIES} empty tasks on Dask, 2: {timed(abs, scheduler='local', workers=2)[0]}")  # type: ignore[arg-type]
    for task in (margins, refits, poststratified, overlaid):
        taken, truth = timed(task)
        print(f"{task.__name__}: alone {taken}; most memory so far {peak():.0f} MB", flush=True)
        ways = [{"scheduler": "local", "workers": workers} for workers in (1, 2, 8)]
        for options in [*ways, {"workers": 2}]:
            taken, found = timed(task, **options)
            name = f"{'Dask' if 'scheduler' in options else 'processes'}, {options['workers']}"
            print(f"  {name}: {taken}, same bits {found == truth}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        falls = partial(fall_once, sign=str(Path(folder) / "fell"), task=margins)
        taken, found = timed(falls, scheduler="local", workers=2)
        print(f"margins, a worker killed: {taken}, same bits {found == timed(margins)[1]}")
    kept = dict(parallel.WORKER)
    for name in [one for one in kept if one.startswith("MALLOC")]:
        del parallel.WORKER[name]
    one, two = (timed(margins, scheduler="local", workers=workers)[0] for workers in (1, 2))
    print(f"margins, malloc left alone: Dask, 1: {one}; 2: {two}")


if __name__ == "__main__":
    main()
