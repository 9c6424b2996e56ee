"""What is asked to leave of the survey: every cell of the frame, hidden alike in all estimands."""

import pandas as pd
import pytest

from divide.measure.contributions import COVERAGE, RATE
from divide.measure.disclosure.lattices import on_ladder
from divide.measure.disclosure.rules import rules
from divide.measure.survey_figures import Request, survey_request
from divide.measure.survey_indicators import survey_indicators
from divide.measure.weighting import Weighed, weigh_answers
from divide.survey import demo, tabulation

NAMES = ("no_wifi", "no_own_smartphone", "unheard")
ORIGIN = {"year": "2026", "source": "demonstration_survey", "edition": "2026"}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return on_ladder(demo.frame())


@pytest.fixture(scope="module")
def weighed(frame: pd.DataFrame) -> Weighed:
    return weigh_answers(tabulation.wide(demo.answers()).reset_index(), frame)


@pytest.fixture(scope="module")
def request_(weighed: Weighed, frame: pd.DataFrame) -> Request:
    wanted = {name: survey_indicators()[name] for name in NAMES}
    classes = dict.fromkeys((one.question for one in wanted.values()), "none")
    return survey_request(weighed, frame, wanted, classes, origin=ORIGIN)


def test_every_cell_of_the_frame_is_asked_for(request_: Request, frame: pd.DataFrame) -> None:
    figures = request_.figures
    one = figures[figures["indicator"] == "no_wifi_institutions"]
    # The country, its types, language regions, these by type, and cantons.
    cells = 1 + 4 + 3 + len(frame[["language_region", "type"]].drop_duplicates()) + 26
    assert len(one) == cells
    assert set(figures.columns) <= set(rules().columns)
    rates = figures[figures["indicator"].isin([RATE, COVERAGE])]
    assert len(rates) == 2 * cells
    country = rates[(rates["place"] == "CH") & (rates["group"] == "total")].set_index("indicator")
    answered = demo.answers()["institution"].nunique()
    assert country["value"][RATE] == pytest.approx(answered / len(frame))


def test_what_one_figure_hides_no_other_of_its_question_tells(request_: Request) -> None:
    figures = request_.figures.set_index(["place_level", "place", "group"])
    hidden = {
        name: set(figures.index[(figures["indicator"] == name) & figures["value"].isna()])
        for name in ("no_wifi_institutions", "no_wifi_people", "unheard_people", RATE, COVERAGE)
    }
    assert hidden["no_wifi_institutions"] == hidden["no_wifi_people"] != set()
    assert hidden[RATE] == hidden[COVERAGE] != set()
    assert hidden["unheard_people"] != hidden["no_wifi_people"]  # another question


def test_figures_are_what_weights_and_answers_make(request_: Request) -> None:
    own = request_.answers[request_.answers["indicator"] == "no_wifi_people"]
    own = own[own["canton"] == "VD"]
    weight = own["weight"].to_numpy()
    value = (own["value"] * weight).sum() / (own["base"] * weight).sum()
    figures = request_.figures[request_.figures["indicator"] == "no_wifi_people"]
    assert figures.set_index("place")["value"]["VD"] == pytest.approx(value)
