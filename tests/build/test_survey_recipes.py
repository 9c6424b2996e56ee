"""The survey's tables: the demonstration, called synthetic, until answers are kept."""

from pathlib import Path

import pandas as pd
import pytest

from divide import build, paths, schemas, tables, terms
from divide.build import survey_recipes
from divide.errors import SchemaError, SurveyError, UsageError
from divide.survey import demo

ANSWERS = "id_inst;npa;n_ben\nVD-0001;CH-1003;12\nGE-0001;1204;7\n"


def kept(home: Path, name: str, text: str) -> Path:
    path = home / "data" / "raw" / "institution_survey" / "2026" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def frame_rows(codes: list[str]) -> str:
    frame = demo.frame()
    return frame[frame["institution"].isin(codes)].to_csv(index=False)


def test_a_fresh_clone_has_the_demonstration_and_says_so(default_home: Path) -> None:
    for name, rows in (("survey_frame", 2285), ("survey_answers", len(demo.answers()))):
        assert len(tables.read(name)) == rows
        told = tables.provenance(name)
        assert told["synthetic"] is True and "nursing_homes" in told["made_from"]
    pd.testing.assert_frame_equal(tables.read("survey_answers"), demo.answers())


@pytest.mark.mirror
def test_official_figures_give_the_same_demonstration(
    built_default: Path, built_official: Path
) -> None:
    for name in ("survey_frame", "survey_answers"):
        one, other = (
            pd.read_parquet(home / "data" / "processed" / f"{name}.parquet")
            for home in (built_default, built_official)
        )
        pd.testing.assert_frame_equal(one, other)


def test_answers_that_are_kept_replace_the_demonstration(home: Path) -> None:
    build.bring_up_to_date(["survey_answers"])
    kept(home, "results.csv", ANSWERS)
    kept(home, "frame.csv", frame_rows(["VD-0001", "GE-0001", "ZH-0001"]))
    assert build.bring_up_to_date(["survey_answers"]) == ["survey_frame", "survey_answers"]
    told = tables.read("survey_answers")
    assert sorted(told["institution"].unique()) == ["GE-0001", "VD-0001"]
    assert set(told["source"]) == {"institution_survey"}
    assert tables.provenance("survey_answers")["synthetic"] is False
    assert len(tables.read("survey_frame")) == 3
    assert build.bring_up_to_date(["survey_answers"]) == []


def test_answers_without_a_frame_say_what_is_missing(home: Path) -> None:
    kept(home, "results.csv", ANSWERS)
    with pytest.raises(SurveyError, match=r"frame\.csv, with the columns institution, type"):
        build.bring_up_to_date(["survey_frame"])


def test_answers_that_do_not_pass_make_no_table(home: Path) -> None:
    kept(home, "results.csv", "id_inst;n_ben\nVD-0001;Kanarienvogel\n")
    kept(home, "frame.csv", frame_rows(["VD-0001"]))
    with pytest.raises(SurveyError, match="cannot count yet") as refused:
        build.bring_up_to_date(["survey_answers"])
    assert "Kanarienvogel" not in str(refused.value)


def test_keeping_takes_the_mapping_along(home: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "map.yml"
    file.write_text("Nr;Ort\nVD-0001;1003\n", encoding="utf-8")
    mapping.write_text("columns: {Nr: id_inst, Ort: npa}\n", encoding="utf-8")
    target = survey_recipes.keep(file, mapping=mapping)
    assert target.is_relative_to(paths.raw()) and survey_recipes.kept_files() == [target]
    kept(home, "frame.csv", frame_rows(["VD-0001"]))
    build.bring_up_to_date(["survey_answers"])
    told = tables.read("survey_answers").set_index("question")
    assert told.loc["npa", "answer"] == "1003"
    survey_recipes.keep(file)  # the same file again
    file.write_text("Nr;Ort\nVD-0002;1003\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Another file called"):
        survey_recipes.keep(file)


def test_a_table_of_answers_that_breaks_its_schema_quotes_none() -> None:
    """What a cell holds stays out of errors, which are printed and logged."""
    answers = demo.answers().copy()
    answers.loc[0, "institution"] = "Kanarienvogel-4711"
    answers.loc[1, "answer"] = "Kanarienvogel-4712"
    answers.loc[1, "state"] = "blank"
    with pytest.raises(SchemaError, match="answer and state differ") as broken:
        schemas.check(answers, "survey_answers")
    assert "institution" in str(broken.value) and "Kanarienvogel" not in str(broken.value)


def test_answers_do_not_leave_with_the_pages(default_home: Path) -> None:
    """The folder of pages is handed on whole, with the tables that they rest on."""
    from divide.report import packages

    names = {table.name for table in packages.built_tables()}
    assert names.isdisjoint(terms.CONFIDENTIAL) and "population" in names
    assert all(tables.exists(name) for name in terms.CONFIDENTIAL)
