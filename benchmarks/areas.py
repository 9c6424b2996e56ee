"""
Measure Fay–Herriot estimates of 2,130 places beside a peer: equal results first, then time.

Run it with a Python that has the peer (it is no dependency): `pip install samplics`, then
`PYTHONPATH=src python benchmarks/areas.py`. R's sae cannot be installed from Debian; its time is
quoted in benchmarks/README.md.
"""

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from divide.measure.area_bootstrap import bootstrap_areas
from divide.measure.areas import fay_herriot

PLACES = 2130


def simulated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return direct estimates and three covariates of 2,130 places."""
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(size=(PLACES, 3)), columns=list("abc"))
    se = np.sqrt(rng.uniform(0.5, 2, PLACES))
    value = 1 + x.to_numpy() @ [1, 0.5, 0] + rng.normal(size=PLACES) + rng.normal(size=PLACES) * se
    return pd.DataFrame({"place": x.index, "value": value, "se": se}), x


def seconds(run: Callable[[], Any], times: int) -> tuple[float, float, Any]:
    """Return median seconds on the clock and of the processor, and the last result."""
    wall, work, result = [], [], None
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        result = run()
        wall.append(time.perf_counter() - clock)
        work.append(time.process_time() - processor)
    return statistics.median(wall), statistics.median(work), result


def peer(direct: pd.DataFrame, x: pd.DataFrame, tol: float) -> tuple[np.ndarray, np.ndarray]:
    """Return estimates and mean squared errors of samplics, iterated to a tolerance."""
    from samplics.sae import EblupAreaModel

    model = EblupAreaModel()  # REML
    columns = {"X": x.to_numpy(), "area": direct["place"].to_numpy()}
    model.fit(direct["value"].to_numpy(), error_std=direct["se"].to_numpy(), **columns, tol=tol)
    model.predict(**columns)
    return tuple(  # type: ignore[return-value]
        np.array([part[place] for place in direct["place"]])
        for part in (model.area_est, model.area_mse)
    )


def main() -> None:
    """Print times and ratios."""
    direct, x = simulated()
    wall, own, found = seconds(lambda: fay_herriot(direct, x), 15)
    print(f"own, with MSE: {wall * 1000:.1f} ms, of a processor {own * 1000:.1f} ms")
    wall, work, _ = seconds(lambda: bootstrap_areas(direct, x, replicates=1000), 5)
    print(f"own, 1,000 bootstrap refits: {wall:.2f} s, of a processor {work:.2f} s")
    if importlib.util.find_spec("samplics"):
        for name, tol in (("its own tolerance", 1e-4), ("iterated to 1e-10", 1e-10)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                wall, work, told = seconds(lambda tol=tol: peer(direct, x, tol), 1)
            print(f"samplics, {name}: {wall:.1f} s, of a processor {work:.1f} s", end="")
            print(f", {work / own:,.0f} times as long")
        value, mse = told
        print(f"largest difference of estimates: {np.abs(value - found['value']).max():.1e}")
        print(f"largest difference of MSE: {np.abs(mse - found['se'] ** 2).max():.1e}")


if __name__ == "__main__":
    main()
