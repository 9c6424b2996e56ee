"""The check: a secretary's ten mistakes made clear, in page, copy and line; nothing leaks."""

import json
import logging
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from divide import terms
from divide.errors import UsageError
from divide.survey.annotations import YELLOW
from divide.survey.intake import Checked, check_file
from divide.survey.mistakes import MISTAKES, write_mistakes
from divide.survey.questionnaire import instrument
from divide.survey.workbooks import slots

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid";"x")',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
)


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Checked]:
    """Return a function that checks a filled workbook with the usual mistakes, once a language."""

    @cache
    def check(lang: str) -> Checked:
        path = tmp_path_factory.mktemp(lang) / f"mistakes_{lang}.xlsx"
        write_mistakes(path, lang=lang)
        return check_file(path)

    return check


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_every_mistake_gets_its_own_message_in_the_workbooks_language(
    mistaken: Callable[[str], Checked], lang: str
) -> None:
    done = mistaken(lang)
    assert len(MISTAKES) >= 10 and done.lang == lang and not done.passed
    letters = {slot.code: at for at, slot in enumerate(slots(instrument()), 1)}
    by_code = {one.code: one for one in done.messages}
    for row, column, _, code in MISTAKES:
        letter = openpyxl.utils.get_column_letter(letters[column])
        cells = by_code[code].cells
        # Too many needs are a fault of the question, which begins in its first column.
        assert any(at == row for at, _ in cells), (code, cells)
        if code != "SV029":
            assert (row, letter) in cells, (code, cells)
    assert {one.code for one in done.messages} == {code for *_, code in MISTAKES}


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_the_page_says_what_to_do_for_each(mistaken: Callable[[str], Checked], lang: str) -> None:
    done = mistaken(lang)
    page = done.written[0].read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page and "default-src 'none'" in page.replace("&#39;", "'")
    assert "<script" not in page
    for one in done.messages:
        assert one.do.replace("'", "&#39;") in page or one.severity == "corrected"
        assert one.code in page
    for before, after in (("CH-1700", "1700"), ("1’234", "1234")):
        assert re.search(rf"<td>{before}</td><td>{after}</td>", page)


def test_languages_differ_in_every_message(mistaken: Callable[[str], Checked]) -> None:
    told = {lang: {one.code: one.do for one in mistaken(lang).messages} for lang in terms.LANGUAGES}
    for code in told["fr"]:
        assert len({told[lang][code] for lang in terms.LANGUAGES}) == 4, code


def test_the_copy_is_yellow_where_it_is_to_be_mended(mistaken: Callable[[str], Checked]) -> None:
    done = mistaken("fr")
    sheet = openpyxl.load_workbook(done.written[1])["Réponses"]
    cell = sheet["B5"]
    assert cell.value == "CH-1700" and cell.fill.start_color.rgb.endswith(YELLOW)
    assert "SV014" in cell.comment.text and "Écrivez seulement 1700." in cell.comment.text
    assert sheet["B6"].comment is None
    marked = {(c.row, c.column_letter) for row in sheet.iter_rows() for c in row if c.comment}
    expected = {cell for one in done.messages for cell in one.cells if cell[1]}
    assert marked == expected


def test_a_sound_file_passes(table: Callable[..., Path]) -> None:
    done = check_file(table([["id_inst", "npa"], ["VD-0001", "1003"]]), lang="it")
    assert done.passed and len(done.written) == 1
    assert "niente da correggere" in done.written[0].read_text(encoding="utf-8")


def test_a_refused_file_gets_a_page_too(tmp_path: Path) -> None:
    path = tmp_path / "macros.xlsm"
    path.write_bytes(b"PK\x03\x04")
    done = check_file(path, lang="de")
    assert not done.passed and done.answers is None
    (one,) = done.messages
    assert (one.code, one.severity) == ("SV003", "stop")
    assert "Makros" in done.written[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["inst_type", "qtext", "heading"])
def test_hostile_text_stays_text(table: Callable[..., Path], text: str, where: str) -> None:
    heads = ["id_inst", "inst_type", "q_text", text if where == "heading" else "extra"]
    row = ["VD-0001", text if where == "inst_type" else "elder", text, "1"]
    done = check_file(table([heads, row]), lang="en")
    page = done.written[0].read_text(encoding="utf-8")
    assert (
        "<script>alert" not in page and "<img" not in page and "49" not in page.split("</style>")[1]
    )
    if len(done.written) > 1:
        cells = [c for r in openpyxl.load_workbook(done.written[1]).active.iter_rows() for c in r]
        assert text in {c.value for c in cells}
        assert all(c.data_type != "f" and c.hyperlink is None for c in cells)


def test_formulas_of_a_workbook_are_text_in_the_copy(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    write_mistakes(path, lang="fr")
    book = openpyxl.load_workbook(path)
    book["Réponses"]["C5"] = "=1+1"
    book.save(path)
    done = check_file(path)
    assert "SV017" in {one.code for one in done.messages}
    cell = openpyxl.load_workbook(done.written[1])["Réponses"]["C5"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_nothing_of_an_answer_is_logged_or_raised(
    table: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A canary in every cell, through check, refusal and failure to make a table."""
    canary = "Kanarienvogel-4711"
    heads = ["id_inst", "npa", "n_ben", "inst_type", "q_text", canary]
    with caplog.at_level(logging.DEBUG):
        done = check_file(table([heads, [canary] * 6]), lang="fr")
        with pytest.raises(UsageError) as missing:
            check_file(Path("nowhere.csv"))
    assert canary not in caplog.text and canary not in str(missing.value)
    assert not done.passed
    remark = [one for one in done.messages if "(q_text)" in one.where]
    assert all(canary not in one.found for one in remark)


def test_the_record_for_machines(mistaken: Callable[[str], Checked]) -> None:
    record = json.loads(json.dumps(mistaken("en").record()))
    assert (record["passed"], record["family"], record["replies"]) == (False, "workbook", 7)
    (postcode,) = [one for one in record["messages"] if one["code"] == "SV014"]
    assert (postcode["cells"], postcode["found"], postcode["after"]) == (["B5"], "CH-1700", "1700")


def test_a_page_ends_before_its_reader_does(table: Callable[..., Path]) -> None:
    rows = [[f"VD-{n:04d}", f"CH-{1000 + n}"] for n in range(1, 1001)]
    done = check_file(table([["id_inst", "npa"], *rows]), lang="de")
    page = done.written[0].read_text(encoding="utf-8")
    assert page.count("<td>SV014</td>") == 200
    assert "und 800 weitere" in page
    assert len([one for one in done.messages if one.code == "SV014"]) == 1000
