"""Forms out: read by the reference reader, complete in four languages, safe to open."""

import base64
import csv
import hashlib
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from pyxform.xls2xform import convert

from divide import terms, texts
from divide.survey.expressions import limesurvey_condition
from divide.survey.forms import FORMS, write_form
from divide.survey.printed import render_printable
from divide.survey.questionnaire import instrument, question
from divide.survey.structures import read_structure
from divide.survey.workbooks import CODE_ROW, ROWS, slots, write_workbook
from divide.survey.xlsforms import language_name


def rows_of(path: Path, sheet: str) -> list[dict[str, str]]:
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_pyxform_has_no_error_and_no_warning(tmp_path: Path, lang: str) -> None:
    path = write_form("xlsform", lang=lang, output=tmp_path)
    done = convert(xlsform=path, validate=False)
    assert done.warnings == []
    assert done.xform.count("<translation lang=") == 4


def test_every_translated_cell_of_the_xlsform_has_four_languages(tmp_path: Path) -> None:
    path = write_form("xlsform", lang="fr", output=tmp_path)
    seen = 0
    for sheet in ("survey", "choices"):
        for row in rows_of(path, sheet):
            for what in ("label", "hint", "constraint_message", "required_message"):
                heads = [f"{what}::{language_name(lang)}" for lang in terms.LANGUAGES]
                filled = [bool(row.get(head)) for head in heads]
                assert len(set(filled)) == 1, row
                seen += all(filled)
    # 7 sections, 65 rows of the questionnaire, and every choice have a label.
    choices = sum(len(many) for many in instrument().lists.values())
    assert seen > 7 + 65 + choices


def test_the_xlsform_asks_each_column_once_with_its_constraint(tmp_path: Path) -> None:
    rows = rows_of(write_form("xlsform", lang="de", output=tmp_path), "survey")
    asked = [row["name"] for row in rows if row["name"] in instrument().columns]
    assert asked == list(instrument().columns)
    by_name = {row["name"]: row for row in rows}
    assert by_name["i_co_pay"]["relevant"] == "${i_co_wifi} = 'w1' or ${i_co_wifi} = 'w2'"
    assert by_name["s_need"]["constraint"].startswith("count-selected(.) <= 3 and not(")
    assert by_name["b_eq"]["relevant"] == "${n_ben} > 0" and not by_name["b_eq_phone"]["relevant"]


def test_the_limesurvey_structure_reads_back_as_the_questionnaire(tmp_path: Path) -> None:
    """Every column, item and choice, with its words in four languages."""
    found = read_structure(write_form("limesurvey", lang="it", output=tmp_path))
    made = instrument()
    spoken = {(one.target, one.lang) for one in found.wordings}
    names = {target.name for target, _ in spoken}
    assert names == set(made.columns)
    for slot in slots(made):
        langs = {
            lang
            for target, lang in spoken
            if (target.name, target.option) == (slot.name, slot.option)
        }
        assert langs == set(terms.LANGUAGES), slot
    assert found.labels["b_eq_phone"]["trois quarts ou plus"] == "b4"


def test_the_limesurvey_structure_opens_in_its_language(tmp_path: Path) -> None:
    path = write_form("limesurvey", lang="de", output=tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert (settings["language"], settings["additional_languages"]) == ("de", "fr it en")
    assert (settings["usetokens"], settings["ipaddr"]) == ("N", "N")
    need = next(row for row in rows if row["name"] == "sneed")
    assert (need["type/scale"], need["max_answers"], need["exclude_all_others"]) == (
        "M",
        "3",
        "nix",
    )
    groups = [row for row in rows if row["class"] == "G" and row["language"] == "fr"]
    assert [row["name"] for row in groups][1] == "Équipement"


def test_limesurvey_conditions_survive_a_question_that_was_not_shown() -> None:
    shown = question("i_co_pay").shown_if
    told = limesurvey_condition(shown, instrument())
    assert told == 'icowifi.NAOK == "w1" or icowifi.NAOK == "w2"'


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_the_workbook_protects_headings_and_offers_lists(tmp_path: Path, lang: str) -> None:
    path = write_form("xlsx", lang=lang, output=tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book[texts.label("survey.sheet.answers", lang=lang)]
    assert sheet.protection.sheet
    codes = [cell.value for cell in sheet[CODE_ROW + 1]]
    assert codes == [slot.code for slot in slots(instrument())]
    assert all(cell.protection.locked for row in sheet["A1:C4"] for cell in row)
    assert not sheet.column_dimensions["A"].protection.locked
    rules = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    at = codes.index("inst_type") + 1
    letter = openpyxl.utils.get_column_letter(at)
    rule = rules[f"{letter}{CODE_ROW + 2}:{letter}{CODE_ROW + 1 + ROWS}"]
    assert rule.type == "list"
    name, _, cells = rule.formula1.strip("=").partition("!")
    listed = [cell.value for (cell,) in book[name.strip("'")][cells.replace("$", "")]]
    assert listed == [one.label[lang] for one in instrument().lists["itype"]]


def test_the_workbook_is_the_same_twice_and_holds_no_formula(tmp_path: Path) -> None:
    one, two = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_workbook(one, lang="fr")
    write_workbook(two, lang="fr")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as box:
        sheets = [box.read(name) for name in box.namelist() if "worksheets/" in name]
    assert not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_the_printable_page_needs_nothing_and_asks_everything(lang: str) -> None:
    page = render_printable(lang)
    assert f'<html lang="{lang}">' in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    for row in instrument().rows:
        assert row.label[lang].replace("'", "&#39;") in page, row.name
    assert page.count('class="no"') == 45
    assert "size:A4" in style[1]


def test_the_codebook_has_a_row_for_every_code(tmp_path: Path) -> None:
    path = write_form("codebook", lang="fr", output=tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    made = instrument()
    expected = sum(max(len(made.choices(name)), 1) for name in made.columns)
    assert len(rows) == expected
    first = rows[0]
    assert (first["column"], first["limesurvey_column"], first["privacy_class"]) == (
        "id_inst",
        "idinst",
        "direct",
    )
    assert all(row["comparable"] in ("yes", "no", "broken") for row in rows)
    assert all(row[f"question_{lang}"] for row in rows for lang in terms.LANGUAGES)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_every_form_has_a_name_and_goes_where_it_is_told(tmp_path: Path) -> None:
    for form in FORMS:
        assert write_form(form, lang="en", output=tmp_path).parent == tmp_path
    own = tmp_path / "own.html"
    assert write_form("html", lang="en", output=own) == own and own.stat().st_size > 10_000
