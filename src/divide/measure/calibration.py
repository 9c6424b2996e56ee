"""How often declared intervals hold a known truth, and how often a called difference is false."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from divide import terms
from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import exclusion, fits, margins, simulated_surveys
from divide.measure.combination import group_states
from divide.measure.local_differences import estimate_tau
from divide.measure.parallel import map_seeds
from divide.measure.simulated_surveys import INDICATOR, YEAR, Answers, Plan, World
from divide.measure.synthetic import Spread

Array = NDArray[np.float64]
Counts = dict[str, float]

REGIONS: Final = 7
_LACKING: Final = {"lacking": INDICATOR}


def calibrate(
    plan: Plan,
    setting: fits.Setting,
    seeds: Iterable[int],
    *,
    workers: int = 1,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """
    Simulate surveys and count what was held and what was called.

    Parameters
    ----------
    plan
        What is simulated.
    setting
        Declared parameters; year, respondents, taus and groups are the plan's.
    seeds
        One survey each; the same seed gives the same survey wherever it runs.
    workers, scheduler
        As in `parallel.map_seeds`.

    Returns
    -------
    DataFrame
        One row a survey: shares of places whose 90 % interval holds the truth, `held_<τ>` by
        declared τ and `held_estimated` with `tau` as seven regions tell it; `error`, the mean
        of estimate less truth, and `se`, the mean standard error at τ = 0; places called at the
        true τ (`called`, and `wrong`, of the other sign), `called_naive` and `wrong_naive` at
        τ = 0. With a group in the plan: `higher`, places where it is called at higher risk,
        `false`, where in truth it is at no higher one, and `doubt`, the sum of 1 − P over them.
    """
    chosen = replace(
        setting,
        year=YEAR,
        respondents=plan.sample,
        taus=plan.taus,
        groups=() if plan.group is None else (plan.group,),
    )
    task = partial(simulate_survey, plan=plan, setting=chosen)
    return pd.DataFrame(map_seeds(task, seeds, workers=workers, scheduler=scheduler, block=8))


def summarise(found: pd.DataFrame, plan: Plan) -> dict[str, float | None]:
    """
    Tell in a few shares what simulated surveys of a plan without a group came to.

    Returns
    -------
    dict
        Of all places, the share whose interval holds the truth: with the true τ (`held`), with
        τ = 0 (`held_naive`) and with τ̂ (`held_estimated`); the share told from the country
        (`told`, and `told_naive` at τ = 0), and of these the share on the other side of it
        (`wrong`, `wrong_naive`); `tau`, the mean τ̂; `refused`, a number of surveys. None where
        nothing was told.
    """
    wanted = {
        "held": f"held_{plan.tau:g}",
        "held_naive": "held_0",
        "held_estimated": "held_estimated",
        "tau": "tau",
    }
    mean = found.reindex(columns=list(wanted.values())).mean()
    shares = {name: _or_none(mean[column]) for name, column in wanted.items()}
    for end in ("", "_naive"):
        counts = found.reindex(columns=[f"called{end}", f"wrong{end}"])
        called, wrong = counts.sum()
        everywhere = plan.places * int(counts.iloc[:, 0].count())
        shares[f"told{end}"] = called / everywhere if everywhere else None
        shares[f"wrong{end}"] = wrong / called if called else None
    refused = found["refused"].sum() if "refused" in found else 0.0
    return shares | {"refused": float(refused)}


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def simulate_survey(seed: int, *, plan: Plan, setting: fits.Setting) -> Counts:
    """Simulate one survey and hold what the engine says of it against the truth."""
    rng = np.random.default_rng(seed)
    world = simulated_surveys.build_world(plan, rng)
    answers = simulated_surveys.ask(world, plan.sample, rng)
    use = simulated_surveys.publish(answers, simulated_surveys.weigh(answers, world))
    composed = simulated_surveys.composition(world)
    try:
        everyone, *groups = exclusion.comparisons(use, composed, _LACKING, setting)
    except MethodError:  # rounded margins may contradict each other: the engine says nothing
        return {"refused": 1.0}
    if plan.group is not None:
        return _group_counts(groups[0], world, plan, setting)
    truth = world.rate()
    found: Counts = {f"held_{tau:g}": _held(everyone.rate, tau, truth) for tau in plan.taus}
    found["tau"] = _regional_tau(everyone.rate, world, answers, rng)
    found["held_estimated"] = _held(everyone.rate, found["tau"], truth)
    found["error"] = float((everyone.rate.estimate - truth).mean())
    found["se"] = float(everyone.rate.se(0.0).mean())
    gap = truth - float((world.persons * world.rates).sum() / world.persons.sum())
    found["called"], found["wrong"] = _called(everyone.gap, plan.tau, gap, setting)
    found["called_naive"], found["wrong_naive"] = _called(everyone.gap, 0.0, gap, setting)
    return found


def _held(rate: Spread, tau: float, truth: Array) -> float:
    return float((np.abs(rate.estimate - truth) <= terms.Z90 * rate.se(tau)).mean())


def _called(gap: Spread, tau: float, truth: Array, setting: fits.Setting) -> tuple[float, float]:
    """Count the places told from the country, and those told on the wrong side of it."""
    chance = gap.probability(tau)
    higher, lower = chance >= setting.probability, chance <= 1 - setting.probability
    wrong = (higher & (truth <= 0)) | (lower & (truth >= 0))
    return float((higher | lower).sum()), float(wrong.sum())


def _group_counts(
    one: exclusion.Compared, world: World, plan: Plan, setting: fits.Setting
) -> Counts:
    group = str(plan.group)
    cells = tuple(survey.possible_groups())
    members = survey.Cells(cells, np.ones(len(cells)), plan.sample).members(group)
    gap = world.rate(members) - world.rate(~members)
    states = group_states(
        one.gap.estimate,
        one.gap.se(plan.tau),
        probability=setting.probability,
        least=setting.gap,
        false_higher=setting.false_higher,
    )
    higher = states == "higher"
    doubt = (1 - one.gap.probability(plan.tau))[higher].sum()
    return {
        "held": _held(one.gap, plan.tau, gap),
        "higher": float(higher.sum()),
        "false": float((higher & (gap <= 0)).sum()),
        "doubt": float(doubt),
        "not_higher": float((states == "not_higher").sum()),
        "false_not_higher": float(((states == "not_higher") & (gap >= setting.gap)).sum()),
    }


def _regional_tau(rate: Spread, world: World, answers: Answers, rng: np.random.Generator) -> float:
    """Estimate τ as METHOD 4.3 does, from direct estimates of seven regions."""
    region = np.arange(len(world.persons)) % REGIONS
    inside = region == np.arange(REGIONS)[:, None]
    asked, lacking = (inside @ one.sum(axis=1) for one in (answers.asked, answers.lacking))
    direct = lacking / np.maximum(asked, 1)
    persons = inside * world.persons.sum(axis=1)
    shares = persons.sum(axis=1) / persons.sum()
    within = persons / persons.sum(axis=1, keepdims=True)
    # A region without a case has no binomial error: half a case more, as in Jeffreys' prior.
    smooth = (lacking + 0.5) / (asked + 1)
    error = np.sqrt(smooth * (1 - smooth) / np.maximum(asked, 1))
    centring = np.eye(REGIONS) - shares
    drawn = (rng.standard_normal((500, REGIONS)) * error) @ centring.T
    gap = centring @ (direct - within @ rate.estimate)
    return estimate_tau(gap, within**2 @ rate.local, shares=shares, drawn=drawn, draws=100).value


def engine_error(seed: int, *, plan: Plan, setting: fits.Setting) -> Counts:
    """
    Hold the engine on published margins against the same logit on the answers themselves.

    Returns
    -------
    dict
        Largest difference of any place's rate, both on the register's counts of who lives
        where: `own` with the survey's own population, rebuilt from rounded figures; `register`
        with the register's in its stead, and one-way margins alone.
        nan where the engine refused them.
    """
    rng = np.random.default_rng(seed)
    world = simulated_surveys.build_world(plan, rng)
    answers = simulated_surveys.ask(world, plan.sample, rng)
    weight = simulated_surveys.weigh(answers, world)
    use = simulated_surveys.publish(answers, weight)
    own = survey.survey_cells(use, year=YEAR, respondents=plan.sample)
    register = replace(own, counts=world.persons.sum(axis=0))
    mix = world.persons / world.persons.sum(axis=1, keepdims=True)
    chosen = replace(setting, year=YEAR, respondents=plan.sample, draws=2)
    found = {}
    for name, cells, crosses in (("own", own, setting.crosses), ("register", register, ())):
        known = _from_answers(answers, replace(own, counts=weight), crosses)
        try:
            model = fits.fit_indicator(use, INDICATOR, cells, replace(chosen, crosses=crosses))
        except MethodError:  # margins of two populations may contradict each other
            found[name] = float("nan")
        else:
            found[name] = float(np.abs(mix @ (model.share - known)).max())
    return found


def _from_answers(
    answers: Answers, cells: survey.Cells, crosses: tuple[tuple[str, ...], ...]
) -> Array:
    """Fit the same columns to the answers, weighted: what microdata would give."""
    rate = answers.lacking.sum(axis=0) / np.maximum(answers.asked.sum(axis=0), 1)
    everything = survey.Rates(dict.fromkeys(simulated_surveys.printed_groups(), 0.5), {})
    design, _ = survey.design(cells, everything, crosses=crosses)
    design = design[:, margins.independent_columns(design, cells.counts)]
    fitted = margins.fit(
        design, cells.counts, (cells.counts * rate) @ design, sample_size=cells.respondents
    )
    return np.asarray(expit(design @ fitted.beta))
