"""
Measure the multilevel logit beside R (lme4, glmmTMB) and NUTS, on one simulated population.

30,000 respondents, 2,130 communes × 24 kinds of person, five random effects. R is asked where
Rscript is installed; NUTS with `--nuts DRAWS`, by a Python that has it (it is no dependency):
`pip install nutpie pymc numba`, then `PYTHONPATH=src python benchmarks/multilevel.py --nuts 500`.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from divide.measure.multilevel import fit_multilevel, with_crosses
from divide.measure.poststratification import coefficients, poststratify

ASKED, COMMUNES = 30_000, 2130
RANDOM = ["commune", "canton", "age", "education", "age:education"]
FIXED = ["sex", "deprivation"]
KINDS = pd.DataFrame(
    [(s, a, e) for s in (0.0, 1.0) for a in "abcd" for e in "lmh"],
    columns=["sex", "age", "education"],
)


def population(seed: int) -> pd.DataFrame:
    """Return communes × kinds of person with their true rates."""
    rng = np.random.default_rng([1, seed])
    size = rng.lognormal(7.5, 1.2, COMMUNES)
    canton = np.sort(rng.integers(26, size=COMMUNES))
    place = np.repeat(np.arange(COMMUNES), 24)
    cells = KINDS.loc[np.tile(np.arange(24), COMMUNES)].reset_index(drop=True)
    deprivation = rng.normal(size=COMMUNES)[place]
    effect = rng.normal(0, 0.35, COMMUNES)[place] + rng.normal(0, 0.25, 26)[canton[place]]
    age = cells["age"].map(dict(zip("abcd", (-0.9, -0.3, 0.2, 1.1), strict=True)))
    education = cells["education"].map({"l": 0.7, "m": 0.0, "h": -0.6})
    both = pd.factorize(cells["age"] + cells["education"])[0]
    logit = -1.2 + 0.1 * cells["sex"] + 0.2 * deprivation + age + education + effect
    logit = logit + rng.normal(0, 0.2, 12)[both]
    return cells.assign(
        commune=[f"{one:04d}" for one in place],
        canton=[f"canton {one}" for one in canton[place]],
        deprivation=deprivation,
        persons=(size[:, None] * rng.dirichlet(np.full(24, 6.0), COMMUNES)).ravel(),
        rate=1 / (1 + np.exp(-logit)),
    )


def ask(cells: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw respondents."""
    rng = np.random.default_rng([2, seed])
    rows = rng.choice(len(cells), size=ASKED, p=cells["persons"] / cells["persons"].sum())
    answers = cells.iloc[rows].reset_index(drop=True)
    return answers.assign(lacks=(rng.random(ASKED) < answers["rate"]).astype(int))


def nuts(
    answers: pd.DataFrame, cells: pd.DataFrame, draws: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return drawn rates of communes by nutpie, and seconds of its parts."""
    import nutpie
    import pymc

    rows = answers.groupby([*RANDOM, *FIXED], as_index=False)["lacks"].agg(["sum", "count"])
    levels = {name: pd.Index(sorted(cells[name].unique())) for name in RANDOM}
    with pymc.Model() as model:
        beta = pymc.Normal("beta", 0, 2.5, shape=3)
        logit = beta[0] + beta[1] * rows["sex"].values + beta[2] * rows["deprivation"].values
        for place, name in enumerate(RANDOM):
            sigma = pymc.HalfNormal(f"sigma{place}", 1.0)
            unit = pymc.Normal(f"unit{place}", 0, 1, shape=len(levels[name]))
            logit = logit + (unit * sigma)[levels[name].get_indexer(pd.Index(rows[name]))]
        pymc.Binomial("y", n=rows["count"].values, logit_p=logit, observed=rows["sum"].values)
    parts = {}
    parts["compile"], compiled = timed(lambda: nutpie.compile_pymc_model(model, backend="numba"))
    more = {"tune": 500, "chains": 4, "seed": 1, "progress_bar": False}
    parts["sample"], trace = timed(lambda: nutpie.sample(compiled, draws=draws, **more))
    parts["poststratify"], drawn = timed(lambda: predicted(trace.posterior, cells, levels))
    return drawn, parts


def timed(run: Callable[[], Any]) -> tuple[np.ndarray, Any]:
    """Return seconds on the clock and of the processor, and the result."""
    clock, processor = time.perf_counter(), time.process_time()
    found = run()
    return np.array([time.perf_counter() - clock, time.process_time() - processor]), found


def predicted(posterior: Any, cells: pd.DataFrame, levels: dict[str, pd.Index]) -> np.ndarray:
    """Weigh NUTS's draws by who lives in each commune."""
    flat = {
        name: posterior[name].values.reshape(-1, *posterior[name].shape[2:]) for name in posterior
    }
    codes = {name: levels[name].get_indexer(pd.Index(cells[name])) for name in RANDOM}
    persons = cells["persons"].to_numpy().reshape(COMMUNES, 24)
    fixed = np.column_stack([np.ones(len(cells)), cells["sex"], cells["deprivation"]])
    found = []
    for draw in range(len(flat["beta"])):
        logit = fixed @ flat["beta"][draw]
        for place, name in enumerate(RANDOM):
            logit += (flat[f"unit{place}"][draw] * flat[f"sigma{place}"][draw])[codes[name]]
        rates = 1 / (1 + np.exp(-logit.reshape(COMMUNES, 24)))
        found.append((persons * rates).sum(axis=1) / persons.sum(axis=1))
    return np.array(found)


def compare(found: pd.DataFrame, drawn: np.ndarray) -> None:
    """Print how far estimates and interval ends lie apart, in posterior standard deviations."""
    sd = drawn.std(axis=0)
    apart = np.abs(found["value"] - drawn.mean(axis=0)) / sd
    print(f"means apart: mean {apart.mean():.3f}, 95 % {apart.quantile(0.95):.3f}", end=", ")
    print(f"largest {apart.max():.3f} posterior SD; SD ratio {(found['se'] / sd).mean():.3f}")
    for name, share in (("low", 0.05), ("high", 0.95)):
        gap = (found[name] - np.quantile(drawn, share, axis=0)) / sd
        print(f"{name} ends apart: mean {gap.mean():+.3f}, mean of sizes {gap.abs().mean():.3f} SD")


def held(cells: pd.DataFrame, found: pd.DataFrame) -> float:
    """Return the share of communes whose interval holds their true rate."""
    truth = (cells["rate"] * cells["persons"]).groupby(cells["commune"]).sum().to_numpy()
    truth = truth / found["persons"].to_numpy()
    return float(((found["low"] <= truth) & (truth <= found["high"])).mean())


def own(seed: int) -> tuple[np.ndarray, np.ndarray, float, Any]:
    """Return seconds of the fit and of the prediction, coverage, and all that was made."""
    cells = population(seed)
    answers = ask(cells, seed)
    fitted, fit = timed(lambda: fit_multilevel(answers, "lacks", random=RANDOM, fixed=FIXED))
    weighed, found = timed(lambda: poststratify(fit, cells, by="commune"))
    return fitted, weighed, held(cells, found), (cells, answers, fit, found)


def ask_r(answers: pd.DataFrame, whole: np.ndarray) -> None:
    """Print what R's packages took, if R is here."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        answers.drop(columns=["rate", "persons"]).to_csv(path, index=False)
        command = [rscript, str(Path(__file__).with_suffix(".R")), str(path)]
        told = subprocess.run(command, capture_output=True, text=True).stdout
    for line in told.splitlines():
        name, wall, work, *more = line.split()
        taken = np.array([float(wall), float(work)])
        print(f"{name}: {both(taken)} without intervals, {times(taken, whole)}; sigma", *more)


def both(seconds: np.ndarray) -> str:
    """Write seconds on the clock and of the processor."""
    return f"{seconds[0]:.2f} s (processor {seconds[1]:.2f} s)"


def times(taken: np.ndarray, own: np.ndarray) -> str:
    """Write how many times as long a peer took."""
    return "{:.1f} times (processor {:.1f})".format(*(taken / own))


def main() -> None:
    """Fit with everything that is here, and print times and ratios."""
    runs = [own(seed) for seed in range(10)]
    fitted, weighed = (np.median([run[part] for run in runs], axis=0) for part in (0, 1))
    covered = np.mean([run[2] for run in runs])
    print(f"own: fit {both(fitted)}, 1,000 draws poststratified {both(weighed)}", end="; ")
    print(f"90 % intervals of 10 populations hold {covered:.1%}")
    cells, answers, fit, found = runs[0][3]
    sigmas = coefficients(fit).query("kind == 'sigma'").set_index("name")["value"]
    print("sigma of the first", *sigmas[RANDOM].round(4))
    ask_r(answers, fitted + weighed)
    if "--nuts" in sys.argv:
        crossed = [with_crosses(part, RANDOM) for part in (answers, cells)]
        drawn, parts = nuts(*crossed, int(sys.argv[-1]))
        print("nutpie:", *(f"{name} {both(taken)}," for name, taken in parts.items()), end=" ")
        print(times(sum(parts.values()), fitted + weighed))
        compare(found, drawn)


if __name__ == "__main__":
    main()
