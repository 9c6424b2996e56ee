"""How the survey's results become a table: weighed, estimated, protected, and only then written."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from divide import releases, tables
from divide.build import Inputs
from divide.build.publishing import publish
from divide.build.survey_recipes import is_closed, kept_files
from divide.measure.contributions import COVERAGE, RATE, contributions, estimands
from divide.measure.disclosure.lattices import on_ladder
from divide.measure.response_figures import R_INDICATOR
from divide.measure.survey_figures import empty_figures, survey_request
from divide.measure.survey_indicators import SurveyIndicator, declared_doubt, survey_indicators
from divide.measure.told_intervals import add_intervals
from divide.measure.weighting import Weighed, weigh_answers
from divide.survey.questionnaire import instrument
from divide.survey.tabulation import wide

_TOLD: Final = ("dimension", "actor", "layer", "sign", "kind")


def survey_results(_: Inputs) -> pd.DataFrame:
    """
    Make the table of the survey's figures as they may leave; of the demonstration, synthetic.

    While answers still come in nothing leaves: a figure told now and again with one answer more
    would tell that answer. Every row is then suppressed, and the table says that it is open.
    """
    frame = on_ladder(tables.read("survey_frame"))
    frame = frame[frame["invited"]]
    answers = tables.read("survey_answers")
    answers = answers[answers["wave"] == answers["wave"].max()]
    wave = str(answers["wave"].iloc[0])
    origin = {"year": wave, "source": str(answers["source"].iloc[0]), "edition": wave}
    if kept_files() and not is_closed():
        empty = empty_figures(frame, list(_words().index), origin=origin)
        return _rows(empty, {"open": True, "synthetic": False, "release": None})
    told, account = _release(wide(answers).reset_index(), frame, origin)
    return _rows(told, {"open": False, "synthetic": not kept_files(), **account})


def _release(
    answers: pd.DataFrame, frame: pd.DataFrame, origin: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Estimate and pass the gate; what nobody answered is left out, and named."""
    weighed, heard, account = _weigh(answers, frame)
    known = survey_indicators()
    told = set(contributions(weighed.answers, known, year=int(origin["year"]))["indicator"])
    asked = {name: one for name, one in known.items() if f"{name}_{estimands(one)[0]}" in told}
    privacy = {name: one.privacy_class for name, one in instrument().columns.items()}
    request = survey_request(weighed, heard, asked, privacy, origin=origin)
    left = publish(request.figures, request.answers, request.items, frame=request.frame)
    account |= {"release": left.release, "unanswered": sorted(set(known) - set(asked))}
    return releases.admit(left), account


def _weigh(
    answers: pd.DataFrame, frame: pd.DataFrame
) -> tuple[Weighed, pd.DataFrame, dict[str, Any]]:
    """Weigh answers; types from which nobody answered leave the frame, and are named."""
    known = frame[frame["institution"].isin(answers["institution"])]
    silent = sorted(set(frame["type"]) - set(known["type"]))
    heard = frame[~frame["type"].isin(silent)]
    weighed = weigh_answers(answers, heard)
    # A site that did not say how many it accompanies counts as the frame knows it.
    counted = weighed.answers["n_ben"].fillna(weighed.answers["clients"])
    filled = Weighed(weighed.answers.assign(n_ben=counted), weighed.design, weighed.account)
    return filled, heard, {"types_left_out": silent, "weights": dict(weighed.account)}


def _rows(left: pd.DataFrame, account: Mapping[str, Any]) -> pd.DataFrame:
    words = _words()
    rows = left[left["indicator"].isin(words.index)]
    rows = rows.join(words, on="indicator")
    made = add_intervals(rows, left, declared_doubt())
    made = made.assign(register_date=None, table=None, cell=None)
    made.attrs["account"] = dict(account)
    return made.drop(columns="kind")


def _words() -> pd.DataFrame:
    """Say of each figure what it is of: by its full name."""
    rows = [
        {"indicator": f"{one.id}_{estimand}", "item": one.id, "estimand": estimand, **_told(one)}
        for one in survey_indicators().values()
        for estimand in estimands(one)
    ]
    blank = {"dimension": "QU", "actor": "I", "layer": None, "sign": None, "kind": "response"}
    of = {RATE: "institutions", COVERAGE: "people", R_INDICATOR: "institutions"}
    rows += [
        {"indicator": name, "item": name, "estimand": estimand, **blank}
        for name, estimand in of.items()
    ]
    return pd.DataFrame(rows).set_index("indicator")


def _told(one: SurveyIndicator) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _TOLD}
