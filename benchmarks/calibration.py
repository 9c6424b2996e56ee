"""
Calibrate the risk axis in full: known truth, 26 cantons and 2,131 communes.

Run it from the checkout: `.venv/bin/python benchmarks/calibration.py`; with `--surveys` fewer
than 400 it is quicker and less sure, with `--workers` or `--scheduler` it is shared out, to the
same bits. It prints the tables of README.md: how often 90 % intervals hold the truth (METHOD 10:
85–95 % with the true τ, 85–98 % at τ = 0; with τ̂ as it comes), how many places are told from the
country and how many of these wrongly, how many groups called at higher risk are not, and how far
the engine lies from the estimate that microdata would give.
"""

import argparse
from dataclasses import replace
from itertools import product

import pandas as pd

from divide.build.settings import setting
from divide.measure import calibration
from divide.measure.simulated_surveys import Plan

OUTCOMES = ("rare", "common")
PLACES = (26, 2131)
SAMPLES = (3000, 9000, 30_000)
TAUS = (0.0, 0.15, 0.30)
SPREADS = (0.0, 1.0)  # the group's effect: fixed, or any (drawn for each survey)
COUNTED = ["held", "higher", "false", "doubt", "not_higher", "false_not_higher", "refused"]
GROUPS = ("age:60_plus", "education:low", "age:60_plus|education:low", "education:secondary")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--only", choices=PARTS, help="one of the tables; all if not given")
    parser.add_argument("--surveys", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--scheduler", default=None)
    return parser.parse_args()


def percent(part: float, whole: float = 1.0) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none called"


def line(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def held_and_called(given: argparse.Namespace) -> None:
    """Print coverage and what is told from the country, plan by plan."""
    line("rate", "places", "asked", "true τ", "held, true τ", "held, τ = 0", "held, τ̂", "τ̂ (sd)")
    line(*["---"] * 8)
    called = []
    for outcome, places, sample, tau in product(OUTCOMES, PLACES, SAMPLES, TAUS):
        found = run(Plan(outcome, places, sample, tau), given, given.surveys)
        mean = found.mean()
        line(
            outcome,
            places,
            sample,
            tau,
            percent(mean[f"held_{tau:g}"]),
            percent(mean["held_0"]),
            percent(mean["held_estimated"]),
            f"{mean['tau']:.2f} ({found['tau'].std():.2f})",
        )
        called.append((outcome, places, sample, tau, found.sum(), places * len(found)))
    print()
    line("rate", "places", "asked", "true τ", "told", "wrong side", "told at τ = 0", "wrong side")
    line(*["---"] * 8)
    for *plan, total, everywhere in called:
        line(
            *plan,
            percent(total["called"], everywhere),
            percent(total["wrong"], total["called"]),
            percent(total["called_naive"], everywhere),
            percent(total["wrong_naive"], total["called_naive"]),
        )


def groups_called(given: argparse.Namespace) -> None:
    """Print how many groups called at higher risk are not, and the reverse."""
    told = ("held", "higher", "false", "1 − P", "not higher", "false", "refused")
    line("rate", "group", "its effect", "asked", "τ, τ_g", *told)
    line(*["---"] * 12)
    for outcome, group, spread, sample, tau in product(OUTCOMES, GROUPS, SPREADS, SAMPLES, TAUS):
        plan = Plan(outcome, 26, sample, tau, group, spread=spread)
        found = run(plan, given, given.surveys // 4).reindex(columns=COUNTED)
        total, everywhere = found.sum(), 26 * int(found["held"].count())
        line(
            outcome,
            group.replace("|", " and "),
            "drawn" if spread else "fixed",
            sample,
            tau,
            percent(found["held"].mean()),
            percent(total["higher"], everywhere),
            percent(total["false"], total["higher"]),
            percent(total["doubt"], total["higher"]),
            percent(total["not_higher"], everywhere),
            percent(total["false_not_higher"], total["not_higher"]),
            int(total["refused"]),
        )


def shocks(given: argparse.Namespace) -> None:
    """Print how often a group's gap is held if its place is shocked too, and if not."""
    line("rate", "group", "τ, τ_g", "held, own shocks alone", "held, the place's too")
    line(*["---"] * 5)
    for outcome, group, tau in product(OUTCOMES, GROUPS, TAUS[1:]):
        held = [
            run(Plan(outcome, 26, 3000, tau, group, common), given, given.surveys // 2)["held"]
            for common in (False, True)
        ]
        line(outcome, group.replace("|", " and "), tau, *(percent(one.mean()) for one in held))


def engine(given: argparse.Namespace) -> None:
    """Print the engine's distance from microdata, in points."""
    told = ("own population: median, most", "the register's: median, 95 %, most", "refused")
    line("rate", "asked", *told)
    line(*["---"] * 5)
    for outcome, sample in product(OUTCOMES, SAMPLES):
        plan = Plan(outcome, 26, sample)
        rows = [
            calibration.engine_error(one, plan=plan, setting=setting())
            for one in range(given.surveys // 2)
        ]
        found = 100 * pd.DataFrame(rows)
        own, register = found["own"], found["register"]
        line(
            outcome,
            sample,
            f"{own.median():.2f}, {own.max():.2f}",
            f"{register.median():.2f}, {register.quantile(0.95):.2f}, {register.max():.2f}",
            int(register.isna().sum()),
        )


def run(plan: Plan, given: argparse.Namespace, surveys: int) -> pd.DataFrame:
    chosen = replace(setting(), draws=200)
    more = {"workers": given.workers, "scheduler": given.scheduler}
    return calibration.calibrate(plan, chosen, range(surveys), **more)


PARTS = {"engine": engine, "groups": groups_called, "shocks": shocks, "places": held_and_called}


def main() -> None:
    given = arguments()
    for part in [given.only] if given.only else PARTS:
        PARTS[part](given)
        print()


if __name__ == "__main__":
    main()
