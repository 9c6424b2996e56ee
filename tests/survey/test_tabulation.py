"""The table of answers: long, checked by its schema, with those who did not answer."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame

from divide.errors import SurveyError
from divide.survey.answers import read_answers
from divide.survey.questionnaire import instrument
from divide.survey.states import MISSING
from divide.survey.tabulation import COLUMNS, sites, to_table, wide, with_silent

HEADS = ["submitdate", "startlanguage", "idinst", "npa", "local", "bfsnr", "nben"]
HEADS += ["icowifi", "pchan[sms]"]
ROW = ["2026-10-05 10:00", "fr", "VD-0001", "1003", "Lausanne", "5586", "12", "w1", "Y"]


@pytest.fixture
def answers(table: Callable[..., Path]) -> DataFrame:
    other = ["2026-10-05 11:00", "de", "ZH-0001", "8001", "Zürich", "", "7", "dk", ""]
    return to_table(read_answers(table([HEADS, other, ROW])))


def test_one_row_is_one_question_of_one_institution(answers: DataFrame) -> None:
    assert tuple(answers.columns) == COLUMNS
    assert len(answers) == 2 * len(instrument().columns)
    assert answers["institution"].iloc[0] == "VD-0001"  # sorted, whatever the file's order
    row = answers.set_index(["institution", "question"]).loc[("VD-0001", "npa")]
    assert (row["answer"], row["state"], row["row"], row["column"]) == ("1003", "answered", 3, "D")
    assert (answers["answer"].notna() == (answers["state"] == "answered")).all()


def test_the_wide_view_is_typed(answers: DataFrame) -> None:
    laid = wide(answers)
    assert laid.loc["VD-0001", "n_ben"] == 12.0
    assert laid["i_co_wifi"].tolist()[0] == "w1" and pd.isna(laid["i_co_wifi"].iloc[1])
    assert list(laid["i_co_wifi"].cat.categories) == ["w0", "w1", "w2"]
    assert laid["p_chan.sms"].iloc[0] == 1.0 and pd.isna(laid["p_chan.sms"].iloc[1])
    assert laid.loc["VD-0001", "npa"] == "1003"  # a name, not a quantity


def test_sites_are_told_as_typed(answers: DataFrame) -> None:
    assert sites(answers).fillna("").values.tolist() == [
        ["VD-0001", "1003", "Lausanne", "5586", "VD"],
        ["ZH-0001", "8001", "Zürich", "", "ZH"],
    ]


def test_five_kinds_of_missing_stand_apart(answers: DataFrame) -> None:
    frame = DataFrame(
        {"institution": ["VD-0001", "GE-0001", "TI-0001"], "invited": [True, True, False]}
    )
    every, strangers = with_silent(answers, frame)
    assert strangers == ["ZH-0001"]
    kinds = every.groupby("institution")["state"].unique().map(sorted).to_dict()
    assert kinds["GE-0001"] == ["no_reply"] and kinds["TI-0001"] == ["not_invited"]
    assert kinds["ZH-0001"] == ["answered", "blank", "dont_know", "not_shown"]
    seen = {one for many in kinds.values() for one in many}
    assert seen == {"answered", *MISSING}
    assert (every["answer"].notna() == (every["state"] == "answered")).all()


def test_several_files_of_one_survey(table: Callable[..., Path]) -> None:
    """The finished reply beats the unfinished one, whatever file it came in."""
    first = read_answers(table([HEADS, ROW], "first.csv"))
    later = ["", "fr", "VD-0001", "1004", "Lausanne", "5586", "13", "w1", "Y"]
    other = ["2026-10-01 10:00", "de", "ZH-0001", "8001", "Zürich", "", "7", "w1", "Y"]
    second = read_answers(table([HEADS, later, other], "second.csv"))
    told = to_table([first, second])
    npa = told[told["question"] == "npa"]
    assert npa[["institution", "answer", "file"]].values.tolist() == [
        ["VD-0001", "1003", "first.csv"],
        ["ZH-0001", "8001", "second.csv"],
    ]


def test_a_file_with_something_to_mend_makes_no_table(table: Callable[..., Path]) -> None:
    read = read_answers(table([["id_inst", "n_ben"], ["VD-0001", "secret many"]], "bad.csv"))
    with pytest.raises(SurveyError, match=r"bad\.csv cannot count yet") as refused:
        to_table(read)
    assert "secret" not in str(refused.value)
