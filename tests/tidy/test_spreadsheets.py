"""Official spreadsheets: what is read, and what is refused."""

import pytest

from divide.errors import SourceChangedError, SourceError
from divide.tidy import spreadsheets


def test_rows_keep_their_place_and_lose_only_outer_blanks(workbook):
    path = workbook({"Data": [["", " Zürich ", 261], [], ["", "", 1.5]]})
    assert spreadsheets.read_rows(path) == [["", "Zürich", 261.0], ["", "", ""], ["", "", 1.5]]


def test_a_sheet_is_chosen_by_name(workbook):
    path = workbook({"2019": [[1]], "2020": [[2]]})
    assert spreadsheets.read_rows(path, "2020") == [[2.0]]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.xlsx is missing"):
        spreadsheets.read_rows(tmp_path / "gone.xlsx")


def test_a_page_saved_as_a_spreadsheet_is_refused(tmp_path):
    (tmp_path / "page.xlsx").write_text("<html>Not found</html>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"page\.xlsx cannot be read"):
        spreadsheets.read_rows(tmp_path / "page.xlsx")


def test_a_missing_sheet_says_which_there_are(workbook):
    with pytest.raises(SourceChangedError, match=r"no sheet '2021'; it has: 2019, 2020"):
        spreadsheets.read_rows(workbook({"2019": [[1]], "2020": [[2]]}), "2021")


def test_columns_are_found_by_heading_and_once():
    heads = ["CH1+CL_REGCH+2011.2", "CH1+CL_GDET9+2012.1", "CH1+CL_GDET25+2012.1"]
    find = spreadsheets.find_column
    assert find(heads, "CH1+CL_GDET9+", where="register", prefix=True) == 1
    with pytest.raises(SourceChangedError, match=r"register has 2 columns 'CH1\+CL_GDET'"):
        find(heads, "CH1+CL_GDET", where="register", prefix=True)
    with pytest.raises(SourceChangedError, match="has 0 columns 'Code'"):
        find(heads, "Code", where="register")


@pytest.mark.parametrize("cell", ["X", "...", "", "N/A", True, "-"])
def test_odd_signs_never_become_numbers(cell):
    with pytest.raises(SourceChangedError, match="sheet B2 holds"):
        spreadsheets.read_number(cell, where="sheet B2")


def test_number_formats_tell_parentheses(workbook):
    # F37 in the education file: 318 persons printed as (318); G1 has a built-in format.
    path = workbook({"Districts": [[318, 36.7]]}, formats={"A1": r"\(##0\)"})
    assert spreadsheets.read_number_formats(path) == {"A1": r"\(##0\)"}
    assert spreadsheets.read_number_formats(path, "Districts") == {"A1": r"\(##0\)"}


def test_number_formats_of_something_else_are_refused(tmp_path):
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(SourceError, match=r"old\.xls has no readable number formats"):
        spreadsheets.read_number_formats(tmp_path / "old.xls")


def test_dates_are_read_only_if_there_is_one():
    assert spreadsheets.iso_date("Communes 01.01.2024; ; ;", where="title") == "2024-01-01"
    for text in ("Communes", "01.01.2023 - 01.01.2024"):
        with pytest.raises(SourceChangedError, match="title gives no single date"):
            spreadsheets.iso_date(text, where="title")
