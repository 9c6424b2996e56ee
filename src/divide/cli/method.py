"""`divide calibrate`: how far declared intervals hold, found by simulation, on many workers."""

import json
from dataclasses import asdict
from importlib import import_module
from typing import Any

import click

from divide.cli.telling import as_json

# The outcomes of `measure.simulated_surveys`, named here so that --help loads nothing heavy.
_OUTCOMES = ("rare", "common")


@click.command()
@click.option(
    "--outcome",
    type=click.Choice(_OUTCOMES),
    default="rare",
    help="What is lacked: by about 5 % (rare) or 30 % (common).",
)
@click.option("--places", type=click.IntRange(8), default=26, help="Places; 26 if not given.")
@click.option("--asked", type=click.IntRange(500), default=3000, help="Persons asked; 3000.")
@click.option("--tau", type=click.FloatRange(0, 2), default=0.15, help="Local differences; 0.15.")
@click.option("--surveys", type=click.IntRange(1), default=100, help="Surveys simulated; 100.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Seed of the first survey; 0.")
@click.option("--workers", type=click.IntRange(1), default=1, help="Processes at work; 1.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Dask scheduler to send the work to (tcp://HOST:8786), or `local` for one of its own.",
)
@as_json
def calibrate(
    outcome: str,
    places: int,
    asked: int,
    tau: float,
    surveys: int,
    *,
    seed: int,
    as_json: bool,
    **run: Any,
) -> None:
    """
    Simulate surveys with a known truth; tell how often 90 % intervals hold it.

    The same seeds give the same figures on any number of workers.
    """
    calibration = import_module("divide.measure.calibration")
    taus = tuple(sorted({0.0, tau}))
    plan = calibration.Plan(outcome, places, asked, tau, taus=taus)
    setting = import_module("divide.build.settings").setting()
    found = calibration.calibrate(plan, setting, range(seed, seed + surveys), **run)
    told = calibration.summarise(found, plan)
    if as_json:
        click.echo(json.dumps({"plan": asdict(plan), "surveys": surveys, **told}))
    else:
        click.echo("\n".join(_lines(told, f"{surveys} surveys of {asked} persons: {outcome}")))


def _lines(told: dict[str, float | None], head: str) -> list[str]:
    """Write the figures as a small table: known τ, none, and τ as regions tell it."""
    rows = {
        "intervals that hold": ("held", "held_naive", "held_estimated"),
        "places told": ("told", "told_naive", None),
        "of these wrongly": ("wrong", "wrong_naive", None),
    }
    lines = [f"{head:<40}{'true τ':>10}{'τ = 0':>10}{'τ̂':>11}"]  # one letter of two signs
    for name, keys in rows.items():
        cells = (None if key is None else told[key] for key in keys)
        written = ("" if cell is None else f"{100 * cell:.1f} %" for cell in cells)
        lines.append(f"{name:<40}" + "".join(f"{cell:>10}" for cell in written).rstrip())
    if told["refused"]:
        lines.append(f"{told['refused']:.0f} surveys were refused: their margins contradict.")
    return lines
