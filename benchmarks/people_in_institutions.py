"""
Simulate surveys of institutions and estimate them back: bias, coverage, what leaving size out does.

`.venv/bin/python benchmarks/people_in_institutions.py [--surveys 200]`; a few minutes on one core.
Known truth: 900 institutions of three types in two regions, rate and willingness to answer both
depending on size, φ = 0.15, bands as in the questionnaire.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.measure.banded_counts import band_limits
from divide.measure.beta_binomial import fit_bands
from divide.measure.data_defect import Doubt
from divide.measure.institutions import estimate_banded
from divide.measure.visibility import Bounds

BANDS = {
    "b0": (0.0, 0.0),
    "b1": (0.0, 0.25),
    "b2": (0.25, 0.5),
    "b3": (0.5, 0.75),
    "b4": (0.75, 1.0),
}
BY = ("type", "language_region", "size")
PHI = 0.15
TRUTH = {"intercept": -1.0, "type b": 0.8, "type c": -0.5, "language_region fr": 0.3,
         "size m": -0.4, "size s": 0.9, "phi": float(np.log(PHI / (1 - PHI)))}  # fmt: skip
DOUBT = Doubt(rho=0.1, proxy=Bounds(-0.1, 0.1))


@dataclass(frozen=True)
class Survey:
    """A simulated frame, who answered, and the truth."""

    frame: pd.DataFrame
    answers: pd.DataFrame
    truth: float


def simulate(rng: np.random.Generator, n: int = 900) -> Survey:
    """Draw institutions, their clients, and answers in bands from those that reply."""
    units = pd.DataFrame(
        {
            "type": rng.choice(["a", "b", "c"], n),
            "language_region": rng.choice(["de", "fr"], n),
            "size": rng.choice(["l", "m", "s"], n),
        }
    )
    lowest = units["size"].map({"s": 5, "m": 30, "l": 80}).to_numpy()
    clients = rng.integers(lowest, lowest * 3)
    terms = [units[v] + "" for v in BY]
    logit = TRUTH["intercept"] + sum(
        np.array([TRUTH.get(f"{v} {one}", 0.0) for one in column])
        for v, column in zip(BY, terms, strict=True)
    )
    mu, strength = 1 / (1 + np.exp(-logit)), (1 - PHI) / PHI
    y = rng.binomial(clients, rng.beta(mu * strength, (1 - mu) * strength))
    replies = rng.random(n) < units["size"].map({"s": 0.25, "m": 0.4, "l": 0.6}).to_numpy()
    answers = units.assign(clients=clients, band=in_bands(y / clients))[replies]
    cells = units.assign(clients=clients).groupby(list(BY))["clients"]
    frame = cells.agg(institutions="count", clients="sum", clients_sd="std").reset_index()
    return Survey(frame, answers.reset_index(drop=True), y.sum() / clients.sum())


def in_bands(share: NDArray[np.float64]) -> NDArray[np.str_]:
    """Write shares as the questionnaire's bands."""
    ends = [share == 0, share < 0.25, share < 0.5, share < 0.75]
    return np.select(ends, ["b0", "b1", "b2", "b3"], "b4")


def main() -> None:
    """Print bias and coverage over simulated surveys."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--surveys", type=int, default=200)
    surveys = parser.parse_args().surveys
    rng = np.random.default_rng(20260101)
    rows, thetas, seconds = [], [], 0.0
    for _ in range(surveys):
        survey = simulate(rng)
        begun = time.perf_counter()
        full = estimate_banded(survey.frame, survey.answers, bands=BANDS, doubt=DOUBT, by=BY)
        seconds += time.perf_counter() - begun
        short = estimate_banded(survey.frame, survey.answers, bands=BANDS, doubt=DOUBT, by=BY[:2])
        rows.append((survey.truth, full.iloc[0], short.iloc[0]))
        told = survey.answers
        m = told["clients"].to_numpy(dtype=float)
        fit = fit_bands(*band_limits(BANDS, told["band"], m), m, told, by=BY)
        thetas.append((fit.coefficients()["value"], fit.coefficients()["se"]))
    report(rows, thetas, seconds / surveys)


def report(rows: list, thetas: list, seconds: float) -> None:
    """Print a table of the model's parameters and of the estimates."""
    truth = np.array([row[0] for row in rows])
    for name, at in (("with size", 1), ("without size", 2)):
        value, low, high = (
            np.array([row[at][c] for row in rows]) for c in ("value", "low", "high")
        )
        inside = ((low <= truth) & (truth <= high)).mean()
        worst = [(row[at]["worst_low"] <= row[0] <= row[at]["worst_high"]) for row in rows]
        print(
            f"{name}: bias {100 * (value - truth).mean():+.2f} points, "
            f"95 % interval holds the truth in {inside:.1%}, worst case in {np.mean(worst):.1%}"
        )
    names = ["intercept", "type b", "type c", "language_region fr", "size m", "size s", "phi"]
    values = np.array([one[0] for one in thetas])
    errors = np.array([one[1] for one in thetas])
    for number, name in enumerate(names):
        off = values[:, number] - TRUTH[name]
        covered = (np.abs(off) <= 1.96 * errors[:, number]).mean()
        print(f"{name}: true {TRUTH[name]:+.3f}, mean {values[:, number].mean():+.3f}, "
              f"SD {values[:, number].std():.3f}, mean SE {errors[:, number].mean():.3f}, "
              f"covered {covered:.1%}")  # fmt: skip
    print(f"one estimate: {seconds:.2f} s")


if __name__ == "__main__":
    main()
