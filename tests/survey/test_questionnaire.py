"""The questionnaire: complete in four languages, every cell of the design filled."""

import csv
import re
import shutil
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from divide import paths, terms
from divide.errors import FactsError, UnknownNameError
from divide.survey import questionnaire
from divide.survey.questionnaire import ACTORS, DIMENSIONS, LAYERS, instrument, question
from divide.survey.wordings import own_labels, own_wordings, plain


def test_every_cell_of_the_design_is_asked_about() -> None:
    """Four dimensions × three actors, and equipment of three actors × three layers."""
    columns = instrument().columns.values()
    equipment = {(one.actor, one.layer) for one in columns if one.dimension == "EQ"}
    assert equipment >= set(product(ACTORS, LAYERS))
    cells = {(one.dimension, one.actor) for one in columns}
    assert cells >= set(product(DIMENSIONS, ACTORS))


def test_it_asks_how_many_could_not_be_asked_and_why() -> None:
    assert question("q_unask").type == "integer"
    assert question("q_why").shown_if == questionnaire.Condition("q_unask", ">", ("0",))


def test_the_draft_lost_no_column() -> None:
    """57 columns of the draft, and locality, v_mob, q_unask and q_why."""
    assert len(instrument().columns) == 61
    assert len({row.number for row in instrument().rows}) == 45


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_no_two_questions_or_choices_read_alike(lang: str) -> None:
    made = instrument()
    headings = Counter(plain(made.heading(name, lang)) for name in made.columns)
    assert [one for one, count in headings.items() if count > 1] == []
    for name, choices in made.lists.items():
        words = [plain(choice.label[lang]) for choice in choices]
        assert len(set(words)) == len(words), name


def test_a_word_means_one_code_in_whatever_language() -> None:
    """Files mix languages: "None" must not be one answer in English and another elsewhere."""
    made = instrument()
    for name in made.columns:
        seen: dict[str, set[str]] = {}
        for choice in made.choices(name):
            for word in (*choice.label.values(), *choice.also):
                seen.setdefault(plain(word), set()).add(choice.code)
        assert {word: codes for word, codes in seen.items() if len(codes) > 1} == {}, name
        assert set(own_labels(name)) == set(seen)


def test_a_heading_means_one_column_in_whatever_language() -> None:
    seen: dict[tuple[str, str], set[object]] = {}
    for one in own_wordings():
        seen.setdefault((one.stem, one.part), set()).add(one.target)
    assert {heading for heading, targets in seen.items() if len(targets) > 1} == set()


def test_codes_fit_limesurvey() -> None:
    """Question codes: letters and digits, at most twenty. Answers and subquestions: five."""
    made = instrument()
    for row in made.rows:
        stem, _, part = row.ls_column.partition("[")
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", stem), row.name
        assert not part or re.fullmatch(r"[A-Za-z0-9]{1,5}\]", part), row.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row.name)
    codes = [choice.code for choices in made.lists.values() for choice in choices]
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9]{0,4}", code)] == []
    names = [row.ls_column for row in made.rows]
    assert len(set(names)) == len(names)


def test_french_has_its_space_before_a_question_mark() -> None:
    rows = instrument().rows
    assert [r.name for r in rows if re.search(r"\w[?!;:](\s|$)", r.label["fr"])] == []


def test_privacy_classes_are_known() -> None:
    classes = {row.privacy_class for row in instrument().rows}
    assert classes == {"direct", "quasi", "sensitive", "none", "freetext"}
    assert question("id_inst").privacy_class == "direct"
    assert question("r_miss").privacy_class == question("r_lost").privacy_class == "sensitive"


def test_an_unknown_column_lists_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="b_eq_phone"):
        question("b_eq_fone")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("label_it", "", "lacks a language"),
        ("choice_list", "nowhere", "no list of choices"),
        ("shown_if", "n_cats > 0", "unknown question"),
        ("type", "date", "unknown type"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, value: str, said: str
) -> None:
    for name in ("questionnaire.csv", "choices.csv"):
        shutil.copy(paths.FACTS / name, tmp_path / name)
    with (tmp_path / "questionnaire.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = next(row for row in rows if row["name"] == "i_co_pay")
    chosen[column] = value
    with (tmp_path / "questionnaire.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(paths, "FACTS", tmp_path)
    instrument.cache_clear()
    try:
        with pytest.raises(FactsError, match=said):
            instrument()
    finally:
        instrument.cache_clear()
