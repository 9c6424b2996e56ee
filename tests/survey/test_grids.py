"""Files as grids: blank against no value, rows as Excel counts, nothing guessed."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from divide.survey.grids import Grid, mark_blanks
from divide.survey.headings import Reader
from divide.survey.readers import read_grid
from divide.survey.uploads import open_upload


def grid(path: Path, *, sheet: str | None = None) -> Grid:
    return read_grid(open_upload(path), Reader().score, sheet=sheet)


def test_no_value_is_told_from_blank(limesurvey: Callable[..., Path]) -> None:
    path = limesurvey(["idinst", "npa", "bfsnr", "qtext"], [["VD-0001", "", None, 'a;"";b']])
    found = grid(path)
    assert found.cells.tolist() == [["VD-0001", "", None, 'a;"";b']]
    assert found.tells_blank


def test_a_file_that_quotes_nothing_tells_nothing(table: Callable[..., Path]) -> None:
    found = grid(table([["idinst", "npa"], ["VD-0001", ""]]))
    assert found.cells.tolist() == [["VD-0001", ""]] and not found.tells_blank


texts = st.text(alphabet='ab;,"\r\n é', max_size=6)


@given(st.lists(st.lists(st.none() | texts, min_size=3, max_size=3), min_size=1, max_size=5))
def test_marks_stand_in_quoted_blanks_and_nowhere_else(rows: list[list[str | None]]) -> None:
    """Whatever a text holds, reading the marked file gives back what was written."""
    lines = [
        ";".join("" if c is None else '"' + c.replace('"', '""') + '"' for c in r) for r in rows
    ]
    marked = mark_blanks("\r\n".join(lines) + "\r\n", ";")
    read = list(csv.reader(io.StringIO(marked, newline=""), delimiter=";"))
    expected = [["" if c is None else c or "\ue000" for c in row] for row in rows]
    assert read == expected


def test_rows_are_counted_as_excel_shows_them(tmp_path: Path) -> None:
    """A line break within a cell starts no row; an empty line is one."""
    path = tmp_path / "a.csv"
    path.write_text('idinst;npa;qtext\nVD-0001;1003;"a\nb"\n\nVD-0002;1004;c\n', "utf-8")
    assert grid(path).rows.tolist() == [2, 4]


def test_excels_own_hint_is_a_row_above(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=,\nidinst,npa\nVD-0001,1003\n", "utf-8")
    found = grid(path)
    assert (found.top, found.rows.tolist(), found.headings) == (2, [3], ("idinst", "npa"))


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_delimiter_is_the_one_that_parts_headings(
    table: Callable[..., Path], delimiter: str
) -> None:
    rows = [["idinst", "npa", "qtext"], ["VD-0001", "1003", "one, two; three"]]
    assert grid(table(rows, delimiter=delimiter)).cells.tolist() == [rows[1]]


def test_rows_that_are_cut_or_too_long_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("idinst;npa;qtext\nVD-0001;1003\nVD-0002;1003;a;b\nVD-0003;1003;c;;\n", "utf-8")
    assert grid(path).ragged == ((2, 2), (3, 4))


def test_cells_of_a_workbook_are_the_text_that_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy"}) as book:
        book.add_worksheet("Notes").write("A1", "nothing here")
        sheet = book.add_worksheet("Data")
        sheet.write_row(2, 1, ["id_inst", "npa", "n_ben", "_submission_time", "i_co_wifi"])
        sheet.write_row(4, 1, ["VD-0001", 1003.0, 12.5])
        sheet.write_datetime(4, 4, datetime(2026, 5, 3, 9, 12))
        sheet.write_boolean(4, 5, True)
    found = grid(path)
    assert (found.sheet, found.top, found.rows.tolist()) == ("Data", 3, [5])
    assert found.cells.tolist() == [["", "VD-0001", "1003", "12.5", "2026-05-03 09:12:00", "TRUE"]]


def test_a_second_sheet_of_answers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, heads in (("main", ["id_inst", "npa", "n_ben"]), ("repeats", ["id_inst", "npa"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, heads)
            sheet.write_row(1, 0, ["VD-0001", 1003])
    assert (grid(path).sheet, grid(path).others) == ("main", ("repeats",))
    assert grid(path, sheet="repeats").headings == ("id_inst", "npa")
