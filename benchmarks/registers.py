"""Time the restating of ten years of communes × age × sex to another day's communes."""

import os

import numpy as np
import pandas as pd

from divide.measure.registers import restate
from divide.measure.successions import Link
from divide.measure.successors import successors

COMMUNES, AGES, SEXES, YEARS, MERGED = 2200, 100, 2, 10, 200


def main() -> None:
    """Print seconds of six runs over 4.4 million rows: the clock, own work, the kernel's memory."""
    places = [f"{number:04d}" for number in range(1, COMMUNES + 1)]
    # Every tenth commune or so merges into the one before it, as in ten years of the register.
    gone = places[1 : 2 * MERGED : 2]
    heirs = {place: {f"{int(place) - 1:04d}": 1.0} for place in gone}
    old = pd.DataFrame({"place": places, "name": places, "canton": "BE"})
    new = old[~old["place"].isin(gone)]
    pairs = successors(Link("2014-01-01", "2024-01-01", heirs, "mutations"), old, new)
    counts = table(places)
    told = []
    for _ in range(6):
        before = os.times()
        found = restate(counts, pairs, to="2024-01-01")
        told.append([end - start for start, end in zip(before, os.times(), strict=True)])
        assert found["value"].sum() == counts["value"].sum()
    print(f"{len(counts):,} rows, {MERGED} communes merged")
    own, kernel, _, _, clock = zip(*told, strict=True)
    for name, taken in (("clock", clock), ("processor", own), ("its kernel", kernel)):
        print(f"{name}: {', '.join(f'{one:.2f}' for one in taken)} s")


def table(places: list[str]) -> pd.DataFrame:
    """Make residents by commune, age, sex and year, as a tidy table holds them."""
    size = AGES * SEXES * YEARS
    groups = [f"age:{age}|sex:{sex}" for age in range(AGES) for sex in "fm"]
    count = len(places) * size
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "indicator": "residents",
            "group": np.tile(np.repeat(groups, YEARS), len(places)),
            "place_level": "commune",
            "place": np.repeat(places, size),
            "register_date": "2014-01-01",
            "year": np.tile(np.arange(2005, 2015), count // YEARS),
            "value": rng.integers(0, 90, count).astype(float),
            "status": "observed",
        }
    )
    return frame.astype({"indicator": "str", "group": "str", "place": "str", "status": "str"})


if __name__ == "__main__":
    main()
