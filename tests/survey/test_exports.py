"""There and back: what one program exports in one language, the intake reads as the same table."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from divide import terms
from divide.survey.answers import read_answers
from divide.survey.exports import (
    Batch,
    write_filled,
    write_forms,
    write_kobo,
    write_limesurvey,
)
from divide.survey.findings import stops
from divide.survey.questionnaire import instrument
from divide.survey.states import ANSWERED, BLANK, DONT_KNOW, NOT_SHOWN
from divide.survey.tabulation import to_table

Write = Callable[[Path, Batch, str], None]
WAYS: dict[str, tuple[str, Write]] = {
    "limesurvey short": ("a.csv", lambda path, batch, _: write_limesurvey(path, batch)),
    "limesurvey long": (
        "a.csv",
        lambda path, batch, lang: write_limesurvey(
            path, batch, lang=lang, long=True, headings="full"
        ),
    ),
    "limesurvey cut": (
        "a.csv",
        lambda path, batch, lang: write_limesurvey(path, batch, lang=lang, headings="cut"),
    ),
    "kobo csv": ("a.csv", lambda path, batch, _: write_kobo(path, batch)),
    "kobo xlsx": ("a.xlsx", lambda path, batch, _: write_kobo(path, batch)),
    "odk": ("a.csv", lambda path, batch, _: write_kobo(path, batch, odk=True)),
    "workbook": ("a.xlsx", lambda path, batch, lang: write_filled(path, batch, lang=lang)),
    "forms": ("a.xlsx", lambda path, batch, lang: write_forms(path, batch, lang=lang)),
}
SAME = ["institution", "wave", "question", "answer", "state", "completed"]


def laid_out(batch: Batch) -> DataFrame:
    """Return the table that a batch stands for, made without the package's own writer."""
    parts = []
    for at in range(len(batch.values)):
        for name in batch.values.columns:
            parts.append(
                {
                    "institution": batch.values.at[at, "id_inst"],
                    "wave": "2026",
                    "question": name,
                    "answer": batch.values.at[at, name],
                    "state": batch.states.at[at, name],
                    "completed": bool(batch.replies.at[at, "completed"]),
                }
            )
    frame = DataFrame(parts).astype({"answer": "str"})
    return frame.sort_values(["institution", "question"], ignore_index=True)


@pytest.mark.parametrize("lang", terms.LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
def test_every_format_and_language_gives_the_identical_table(
    tmp_path: Path, batch: Batch, way: str, lang: str
) -> None:
    name, write = WAYS[way]
    path = tmp_path / name
    write(path, batch, lang)
    read = read_answers(path)
    assert stops(read.findings).empty
    pd.testing.assert_frame_equal(to_table(read)[SAME], laid_out(batch))


def texts_of(name: str) -> st.SearchStrategy[str]:
    """Return what a column may hold: codes, numbers within limits, any printable text."""
    row, made = instrument().columns[name], instrument()
    codes = [choice.code for choice in made.choices(name)]
    if row.type == "select_one":
        return st.sampled_from(codes)
    if row.type == "select_multiple":
        single = st.sampled_from(codes)
        common = [code for code in codes if code not in row.exclusive]
        many = st.sets(st.sampled_from(common), min_size=1, max_size=row.most or 5)
        return single | many.map(lambda s: " ".join(code for code in codes if code in s))
    if row.limits and row.type == "integer":
        return st.integers(*row.limits).map(str)
    letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"])
    return st.text(letters, min_size=1, max_size=20).map(lambda t: " ".join(t.split()) or "a")


@st.composite
def one_reply(draw: st.DrawFn) -> Batch:
    """Draw a reply: any allowed answer, blank where a form allows it, conditions kept."""
    values: dict[str, str | None] = {}
    states: dict[str, str] = {}
    for name, row in instrument().columns.items():
        answer: str | None = draw(texts_of(name))
        if name == "id_inst":
            answer = "VD-0001"
        elif name == "n_ben":
            answer = draw(st.sampled_from(["0", "1", "57"]))
        elif name == "q_unask":
            answer = draw(st.sampled_from(["0", "1"]))
        elif not row.required and draw(st.booleans()):
            answer = None
        shown = row.shown_if is None or row.shown_if.holds(values[row.shown_if.question])
        states[name] = (
            NOT_SHOWN
            if not shown
            else BLANK
            if answer is None
            else DONT_KNOW
            if answer == "dk"
            else ANSWERED
        )
        values[name] = answer if states[name] == ANSWERED else None
    replies = DataFrame({"submitted": ["2026-10-05 09:12"], "completed": True, "language": "de"})
    return Batch(DataFrame([values], dtype=object), DataFrame([states], dtype=object), replies)


@pytest.mark.parametrize("way", ["limesurvey long", "odk", "workbook", "forms"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=one_reply(), lang=st.sampled_from(terms.LANGUAGES))
def test_whatever_is_answered_comes_back(tmp_path: Path, way: str, batch: Batch, lang: str) -> None:
    name, write = WAYS[way]
    path = tmp_path / name
    write(path, batch, lang)
    read = read_answers(path)
    found = stops(read.findings)
    # The only contradiction that is drawn: more people unasked than there are.
    assert set(found["code"]) <= {"SV043"}
    if found.empty:
        told = to_table(read)[SAME].drop(columns="completed")
        pd.testing.assert_frame_equal(told, laid_out(batch).drop(columns="completed"))
