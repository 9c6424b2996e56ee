"""
The demonstration survey: SYNTHETIC answers of synthetic institutions, with a known truth.

Frame and parameters: `demo_frame` and `facts/demonstration.yml`. It makes pages and notebooks
complete on a fresh clone, and lets estimators be tested against what was put in.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from pandas import DataFrame, Series

from divide.survey import tabulation
from divide.survey.demo_answers import (
    draw_answers,
    draw_counts,
    response_probability,
    share_truth,
)
from divide.survey.demo_frame import SOURCE, Figures, make_frame, parameters
from divide.survey.exports import Batch
from divide.survey.questionnaire import DONT_KNOW, WAVE, instrument
from divide.survey.sheet_parts import letters
from divide.survey.states import ANSWERED, BLANK, NOT_SHOWN
from divide.survey.states import DONT_KNOW as NOT_KNOWN

FILE: Final = "SYNTHETIC_demonstration"
_SEEN: Final = ("A", "B")  # sections that an unfinished reply reached
# Never left blank: without them a reply cannot be placed or counted.
_KEPT: Final = frozenset({"id_inst", "npa", "locality", "inst_type", "n_ben", "n_pro", "q_unask"})
_REMARKS: Final = (
    "Le wifi est en cours d’installation.\nRéponse partielle; voir « annexe ».",
    'Unser Team wünscht sich eine Weiterbildung; "am liebsten vor Ort".',
    "Le famiglie aiutano molto con il telefono.",
    "The residents’ council asked for tablets.",
    # What a stranger may type must stay text everywhere.
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid";"x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
)


@dataclass(frozen=True)
class Survey:
    """
    The whole demonstration.

    Attributes
    ----------
    frame
        See `demo_frame.make_frame`.
    truth
        See `demo_answers.share_truth`: of every institution, silent ones too.
    everything
        What every institution would answer, one row each in the frame's order.
    probability, responded
        Of answering; and who did.
    batch
        The replies, before they are written into files.
    """

    frame: DataFrame
    truth: DataFrame
    everything: DataFrame
    probability: Series
    responded: Series
    batch: Batch


@cache
def survey(seed: int | None = None, defect: float = 0.0, figures: Figures | None = None) -> Survey:
    """
    Draw the demonstration: frame, truth, answers of all, who replies, what they leave out.

    Parameters
    ----------
    seed
        The declared one if None; the same seed gives the same survey.
    defect
        How strongly the share of clients with a smartphone, beyond what type, region and
        size explain, moves an institution to answer (on the logit, per standard deviation):
        0 for non-response at random given the frame.
    figures
        The published figures of the frame; the embedded default if None.
    """
    known = parameters()
    start = known["seed"] if seed is None else seed
    frame = make_frame(start, figures)
    rng = np.random.default_rng([start, 2])
    counts = draw_counts(frame, rng)
    truth = share_truth(frame, counts, rng)
    everything = draw_answers(frame, counts, truth, rng)
    probability = response_probability(frame, score=_surprise(truth), defect=defect)
    responded = rng.random(len(frame)) < probability
    batch = _replies(frame[responded], everything[responded], rng)
    return Survey(frame, truth, everything, Series(probability), Series(responded), batch)


def frame(seed: int | None = None, *, figures: Figures | None = None) -> DataFrame:
    """
    Return the frame of the demonstration: table `survey_frame`, one row an institution.

    `institution`, `type`, `language_region`, `canton`, `major_region`, `size_class`, `places`
    (nursing homes only), `clients` on the reference day, `invited`, `source`. SYNTHETIC.
    """
    return survey(seed, figures=figures).frame


def truth(seed: int | None = None) -> DataFrame:
    """
    Return what is true of every institution of the frame, whether it answers or not.

    Returns
    -------
    DataFrame
        One row an institution and share: `question`, `base` persons, `count` of them,
        `probability`. A true total is a sum of `count`, a true share that over `base`.
    """
    return survey(seed).truth


def answers(
    seed: int | None = None, *, defect: float = 0.0, figures: Figures | None = None
) -> DataFrame:
    """
    Return the answers of the demonstration: table `survey_answers`, as the intake makes it.

    One row an institution that answered and question: `institution`, `wave`, `question`,
    `answer`, `state`, `completed`, `submitted`, `file`, `sheet`, `row`, `column`, `source`.
    SYNTHETIC. `tabulation.wide` lays it out with one row an institution.
    """
    batch = survey(seed, defect, figures).batch
    replies = batch.replies.assign(row=np.arange(2, len(batch.replies) + 2))
    places = {name: letters(at) for at, name in enumerate(batch.values.columns)}
    return tabulation.lay_out(
        batch.values,
        batch.states,
        replies,
        places,
        wave=WAVE,
        file=FILE,
        sheet="",
        source=SOURCE,
    )


def _surprise(truth: DataFrame) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return how far each institution's share with a smartphone is from its expectation."""
    phones = truth[truth["question"] == "b_eq_phone"]
    apart = phones["count"] / phones["base"] - phones["probability"]
    return np.asarray((apart - apart.mean()) / apart.std())


def _replies(frame: DataFrame, everything: DataFrame, rng: np.random.Generator) -> Batch:
    """Leave out what replies leave out, and say of each answer why."""
    practice = parameters()["practice"]
    number = len(frame)
    values = everything.reset_index(drop=True).copy()
    values["q_text"] = _remarks(number, rng)
    off = rng.random(number) < practice["sums"]
    adults = values["n_age_a18"].astype(int) + np.where(off, 7, 0)
    values["n_age_a18"] = adults.astype("str")
    finished = rng.random(number) >= practice["unfinished"]
    told, states = _left_out(values, finished, rng)
    minutes = np.sort(rng.integers(0, 40 * 24 * 60, number))
    sent = np.datetime64("2026-09-01T08:00:00") + minutes.astype("timedelta64[m]")
    regions = frame["language_region"].to_numpy(dtype=object)
    replies = DataFrame(
        {
            "institution": told["id_inst"],
            "completed": finished,
            "submitted": np.char.replace(sent.astype("str"), "T", " "),
            "language": np.where(rng.random(number) < 0.03, "en", regions).astype(object),
        }
    )
    return Batch(told, states, replies)


def _left_out(
    values: DataFrame,
    finished: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
    rng: np.random.Generator,
) -> tuple[DataFrame, DataFrame]:
    """Replace answers by "don't know", blanks and what was not shown."""
    practice, made = parameters()["practice"], instrument()
    told: dict[str, Series] = {}
    states: dict[str, Series] = {}
    for name, row in made.columns.items():
        answer = values[name].astype(object).where(values[name].notna(), None)
        codes = [choice.code for choice in made.choices(name)]
        chance = rng.random(len(values))
        state = Series(np.where(answer.isna(), BLANK, ANSWERED), dtype=object)
        if DONT_KNOW in codes:
            state = state.mask(chance < practice["dont_know"], NOT_KNOWN)
            state = state.mask(answer == DONT_KNOW, NOT_KNOWN)
        if name not in _KEPT:
            state = state.mask(chance > 1 - practice["blank"], BLANK)
        if row.shown_if:
            shown = told[row.shown_if.question].map(row.shown_if.holds)
            state = state.where(shown.astype(bool), NOT_SHOWN)
        if row.section not in _SEEN:
            state = state.where(finished, NOT_SHOWN)
        told[name] = answer.where(state == ANSWERED, None)
        states[name] = state
    return DataFrame(told, dtype=object), DataFrame(states, dtype=object)


def _remarks(number: int, rng: np.random.Generator) -> Series:
    chosen = rng.integers(0, len(_REMARKS), number)
    texts = Series([_REMARKS[one] for one in chosen], dtype=object)
    return texts.where(rng.random(number) < 0.12, None)
