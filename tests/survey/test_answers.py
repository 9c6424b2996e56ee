"""Exports in: the four families, five kinds of missing, what contradicts itself."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from divide.errors import RefusedFileError
from divide.survey.answers import Answers, read_answers
from divide.survey.families import Mapped
from divide.survey.findings import stops
from divide.survey.questionnaire import instrument
from divide.survey.states import (
    ANSWERED,
    BLANK,
    DONT_KNOW,
    FAULTY,
    NOT_SHOWN,
)
from divide.survey.structures import read_structure
from divide.survey.tabulation import to_table
from divide.survey.wordings import Target
from divide.survey.workbooks import write_workbook

META = ["id", "submitdate", "lastpage", "startlanguage"]
SENT = ["1", "2026-10-05 09:12:44", "7", "fr"]


def state(read: Answers, name: str) -> list[str]:
    return list(read.states[name])


def codes(read: Answers) -> list[str]:
    """Return the codes of what was found, but for questions that a small file lacks."""
    return [code for code in read.findings["code"] if code not in ("SV013", "SV026")]


def test_limesurvey_tells_blank_from_not_shown(limesurvey: Callable[..., Path]) -> None:
    heads = [*META, "idinst", "npa", "nben", "bfsnr", "icowifi", "icopay", "wblur", "groups[gadd]"]
    rows = [
        [*SENT, "VD-0001", "1003", "12", "", "w0", None, "dk", ""],
        [*SENT, "VD-0002", "1003", "12", "5586", "", None, None, None],
    ]
    read = read_answers(limesurvey(heads, rows))
    assert read.family == "limesurvey"
    assert state(read, "bfs_nr") == [BLANK, ANSWERED]
    assert state(read, "i_co_wifi") == [ANSWERED, BLANK]
    assert state(read, "i_co_pay") == [NOT_SHOWN, NOT_SHOWN]
    assert state(read, "w_blur") == [DONT_KNOW, NOT_SHOWN]
    assert state(read, "groups") == [BLANK, NOT_SHOWN]
    assert state(read, "s_need") == [NOT_SHOWN, NOT_SHOWN]  # not in the file
    assert read.values["w_blur"].tolist() == [None, None]


def test_an_older_export_that_quotes_everything_is_read_by_conditions(
    limesurvey: Callable[..., Path],
) -> None:
    heads = [*META, "idinst", "npa", "nben", "icowifi", "icopay", "wblur"]
    rows = [[*SENT, "VD-0001", "1003", "12", "w0", "", ""]]
    read = read_answers(limesurvey(heads, rows))
    assert not read.grid.tells_blank
    assert state(read, "i_co_pay") == [NOT_SHOWN]  # no Wi-Fi, so its price was not asked
    assert state(read, "w_blur") == [BLANK]


def test_an_older_export_tells_by_its_last_page_where_a_reply_broke_off(
    limesurvey: Callable[..., Path],
) -> None:
    heads = [*META, "idinst", "npa", "nben", "icoqual", "wblur"]
    rows = [["1", "", "2", "it", "TI-0001", "6500", "12", "", ""]]
    read = read_answers(limesurvey(heads, rows))
    # Page 2 is section B: the connection was seen and left blank, section C never seen.
    assert (state(read, "i_co_qual"), state(read, "w_blur")) == ([BLANK], [NOT_SHOWN])
    assert not read.replies["completed"].any()


def test_long_answers_and_n_a(limesurvey: Callable[..., Path]) -> None:
    made = instrument()
    stem = made.columns["p_chan"].label["de"]
    heads = [*META, made.heading("id_inst", "de"), made.heading("b_eq_phone", "de")]
    heads += [f"{stem} [SMS]", f"{stem} [E-Mail]"]
    rows = [
        [*SENT, "ZH-0001", "Niemand", "Ja", "Nein"],
        [*SENT, "ZH-0002", "Weiss nicht", "N/A", "N/A"],
    ]
    read = read_answers(limesurvey(heads, rows))
    assert read.values["b_eq_phone"].tolist() == ["b0", None]
    assert state(read, "b_eq_phone") == [ANSWERED, DONT_KNOW]
    assert read.values["p_chan"].tolist() == ["sms", None]
    assert state(read, "p_chan") == [ANSWERED, NOT_SHOWN]


def test_kobo_codes_in_one_column_or_one_each(table: Callable[..., Path]) -> None:
    heads = ["start", "sec_a/id_inst", "sec_a/n_ben", "sec_a/groups", "sec_a/groups/gadd"]
    heads += ["sec_b/p_chan/sms", "sec_b/p_chan/mail", "sec_b/q_other", "_id", "_submission_time"]
    sent = "2026-10-05T09:12:44"
    rows = [
        [sent, "VD-0001", "12", "gadd gold", "1", "0", "1", "", "1", sent],
        [sent, "VD-0002", "12", "", "", "", "", "", "2", sent],
    ]
    read = read_answers(table([heads, *rows]))
    assert read.family == "odk"
    assert read.values["groups"].tolist() == ["gadd gold", None]
    assert read.values["p_chan"].tolist() == ["mail", None]
    assert state(read, "groups") == [ANSWERED, BLANK]
    assert read.replies["submitted"].tolist() == ["2026-10-05 09:12:44"] * 2


def test_labels_that_cannot_be_parted_stop(table: Callable[..., Path]) -> None:
    heads = ["sec_a/id_inst", "sec_a/groups", "_id"]
    read = read_answers(table([heads, ["VD-0001", "Addiction Personnes âgées", "1"]]))
    assert state(read, "groups") == [FAULTY]
    assert codes(stops_of(read)) == ["SV011"]


def stops_of(read: Answers) -> Answers:
    return Answers(**{**vars(read), "findings": stops(read.findings)})


@pytest.mark.parametrize("lang", ["fr", "de", "it", "en"])
def test_the_own_workbook_in_any_language(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "filled.xlsx"
    filled = pd.DataFrame(
        [
            {
                "id_inst": "VD-0001",
                "npa": "1003",
                "n_ben": "0",
                "groups": "gadd gold",
                "w_blur": "dk",
            }
        ],
        columns=list(instrument().columns),
        dtype=object,
    )
    write_workbook(path, lang=lang, answers=filled)
    read = read_answers(path)
    assert (read.family, read.grid.stamp, read.replies["row"].tolist()) == ("workbook", lang, [5])
    assert read.values["groups"].tolist() == ["gadd gold"]
    assert state(read, "w_blur") == [DONT_KNOW]
    assert state(read, "b_eq_phone") == [NOT_SHOWN]  # nobody to speak of
    assert state(read, "w_rules") == [BLANK]
    assert read.places["npa"] == "B"


def test_microsoft_forms_needs_no_mapping_where_questions_are_worded_alike(tmp_path: Path) -> None:
    made = instrument()
    path = tmp_path / "forms.xlsx"
    heads = ["ID", "Start time", "Completion time", "Email", "Name"]
    heads += [made.heading(name, "fr") for name in ("id_inst", "npa", "groups", "i_co_wifi")]
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, heads)
        sheet.write_row(1, 0, [1, "10/5/26 9:00", "10/5/26 9:20", "anonymous", "", "VD-0001", 1003])
        sheet.write_row(1, 7, ["Addiction;Personnes âgées;", "Non"])
    read = read_answers(path)
    assert read.family == "table"
    assert read.values["groups"].tolist() == ["gadd gold"]
    assert read.values["npa"].tolist() == ["1003"]
    assert "SV031" in codes(read)  # 10 May, or 5 October?


def test_any_table_through_a_mapping(table: Callable[..., Path]) -> None:
    rows = [["Nr", "Ort", "Netz", "Kanal"], ["VD-0001", "1003", "ja, überall", "SMS|E-Mail"]]
    mapping = Mapped(
        columns={
            "nr": Target("id_inst"),
            "ort": Target("npa"),
            "netz": Target("i_co_wifi"),
            "kanal": Target("p_chan"),
        },
        values={"i_co_wifi": {"ja, überall": "w2"}},
        separator="|",
    )
    read = read_answers(table(rows), mapping=mapping)
    assert read.values.loc[0, ["npa", "i_co_wifi", "p_chan"]].tolist() == ["1003", "w2", "sms mail"]


def test_languages_may_be_mixed_in_one_file(table: Callable[..., Path]) -> None:
    rows = [["id_inst", "Qual è la sua funzione?", "setting"]]
    words = [("Direction", "Stationär"), ("Leitung", "Residential"), ("Direzione", "res")]
    rows += [[f"VD-{n:04d}", *pair] for n, pair in enumerate(words, 1)]
    read = read_answers(table(rows))
    assert read.values["resp_role"].tolist() == ["dir"] * 3
    assert read.values["setting"].tolist() == ["res"] * 3


def test_an_answer_to_what_is_not_asked_is_told_and_not_used(table: Callable[..., Path]) -> None:
    rows = [
        ["id_inst", "i_co_wifi", "i_co_pay"],
        ["VD-0001", "w0", "free"],
        ["VD-0002", "", "free"],
    ]
    read = read_answers(table(rows))
    assert state(read, "i_co_pay") == [NOT_SHOWN, ANSWERED]  # the second: nobody knows
    assert read.values["i_co_pay"].tolist() == [None, "free"]
    found = read.findings[read.findings["code"] == "SV027"]
    assert found[["row", "column", "found"]].values.tolist() == [[2, "C", "free"]]


def test_choices_that_go_with_no_other_and_too_many(table: Callable[..., Path]) -> None:
    heads = ["id_inst", "p_chan/sms", "p_chan/nix", "s_need"]
    rows = [["VD-0001", "1", "1", "dev con soft"], ["VD-0002", "1", "0", "dev con soft fund"]]
    read = read_answers(table([[*heads, "_id"], *([*row, "1"] for row in rows)]))
    assert state(read, "p_chan") == [FAULTY, ANSWERED]
    assert state(read, "s_need") == [ANSWERED, FAULTY]
    found = stops(read.findings)[["code", "row", "column", "found"]].values.tolist()
    assert found == [["SV028", 2, "C", "sms nix"], ["SV029", 3, "D", "dev con soft fund"]]


def test_the_same_institution_twice(table: Callable[..., Path]) -> None:
    """Finished beats unfinished, later beats earlier, and all are told."""
    heads = ["submitdate", "startlanguage", "datestamp", "idinst", "npa"]
    rows = [
        ["2026-10-05 10:00", "fr", "2026-10-05 10:00", "VD-0001", "1001"],
        ["2026-10-07 10:00", "fr", "2026-10-07 10:00", "vd-0001", "1002"],
        ["", "fr", "2026-10-09 10:00", "VD-0001", "1003"],
        ["", "fr", "2026-10-09 10:00", "VD-0002", "1004"],
    ]
    read = read_answers(table([heads, *rows]))
    assert read.replies["kept"].tolist() == [False, True, False, True]
    doubled = read.findings[read.findings["code"] == "SV034"]
    assert doubled["row"].tolist() == [2, 3, 4]
    assert {one["kept"] for one in doubled["detail"]} == {3}


def test_an_anonymised_survey_has_no_dates_and_the_later_row_counts(
    table: Callable[..., Path],
) -> None:
    heads = ["submitdate", "startlanguage", "idinst", "npa"]
    rows = [["1980-01-01 00:00:00", "fr", "VD-0001", npa] for npa in ("1003", "1004")]
    read = read_answers(table([heads, *rows]))
    assert read.replies["completed"].all() and not read.replies["submitted"].any()
    assert read.replies["kept"].tolist() == [False, True]


def test_what_does_not_add_up_is_told(table: Callable[..., Path]) -> None:
    heads = ["id_inst", "n_ben", "n_age_u18", "n_age_a18", "n_age_o65", "q_unask"]
    rows = [["VD-0001", "10", "1", "2", "3", "11"], ["VD-0002", "6", "1", "2", "3", "6"]]
    read = read_answers(table([heads, *rows]))
    found = read.findings[read.findings["code"].isin(["SV035", "SV043"])]
    assert found[["code", "row", "found"]].values.tolist() == [
        ["SV043", 2, "11 > 10"],
        ["SV035", 2, "6 ≠ 10"],
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Appelez Mme Exemple", True),
        ("a.b@example.invalid", True),
        ("021 555 01 23", True),
        ("756.1234.5678.97", True),
        ("Notre wifi date de 2019; 12 tablettes", False),
    ],
)
def test_a_remark_that_names_somebody_is_told_and_not_quoted(
    table: Callable[..., Path], text: str, told: bool
) -> None:
    read = read_answers(table([["id_inst", "q_text"], ["VD-0001", text]]))
    found = read.findings[read.findings["code"] == "SV040"]
    assert (len(found) == 1) == told
    assert text not in str(found.to_dict())


def test_a_cut_row_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_text(
        "submitdate;startlanguage;idinst;npa;nben\n2026-10-05;fr;VD-0001;1003\n", "utf-8"
    )
    read = read_answers(path)
    assert codes(read) == ["SV016"]


def test_a_formula_in_an_answer_stops(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id_inst", "npa", "n_ben"])
        sheet.write_row(1, 0, ["VD-0001", 1003])
        sheet.write_formula("C2", "=10+2", None, 12)
        sheet.write_formula("Z99", "=1", None, 1)  # beside the answers: nobody's
    read = read_answers(path)
    found = stops(read.findings)
    assert found[["code", "row", "column"]].values.tolist() == [["SV017", 2, "C"]]


def test_an_error_of_the_spreadsheet_is_not_a_blank(tmp_path: Path) -> None:
    """Readers of workbooks hand an error over as nothing: an answer would be lost unseen."""
    path = tmp_path / "error.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 1, ["id_inst", "npa", "n_ben", "i_co_wifi"])
        sheet.write_row(2, 1, ["VD-0001", 1003])
        sheet.write_formula("D3", "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 1, ["VD-0002", 1003, 12])
        sheet.write_formula("E4", "=nowhere", None, "#NAME?")
    read = read_answers(path)
    found = read.findings[read.findings["code"] == "SV041"]
    assert found[["row", "column", "found"]].values.tolist() == [
        [3, "D", "#DIV/0!"],
        [4, "E", "#NAME?"],
    ]


# --- Specimens: written by the exporters' rules, two complete languages


EXPORTS = ("code_short", "full_long_fr", "full_long_de")


@pytest.mark.mirror
def test_two_languages_and_two_formats_give_the_identical_table(specimens: Path) -> None:
    tables = [
        to_table(read_answers(specimens / f"results-survey777001_{name}.csv")).drop(columns="file")
        for name in EXPORTS
    ]
    assert tables[0]["institution"].unique().tolist() == ["FR-0007", "TI-0002", "VD-0001"]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], other)


@pytest.mark.mirror
def test_the_specimens_traps_are_told(specimens: Path) -> None:
    read = read_answers(specimens / "results-survey777001_code_short.csv")
    assert read.replies[["row", "institution", "completed", "kept"]].values.tolist() == [
        [2, "VD-0001", True, False],  # answered again four days later
        [3, "FR-0007", True, True],
        [4, "TI-0002", False, True],
        [5, "VD-0001", True, True],
    ]
    remarks = read.values["q_text"]
    assert remarks[0] == 'Ligne 1\nligne 2; avec "guillemets"'
    assert remarks[1] == '=HYPERLINK("http://example.invalid";"x")'
    assert remarks[3].startswith("<script>")
    assert state(read, "i_co_pay") == [ANSWERED, NOT_SHOWN, NOT_SHOWN, ANSWERED]
    assert state(read, "w_blur") == [DONT_KNOW, ANSWERED, NOT_SHOWN, ANSWERED]
    assert stops(read.findings).empty


@pytest.mark.mirror
def test_the_mangled_specimen_is_read_as_far_as_it_goes(specimens: Path) -> None:
    read = read_answers(specimens / "MANGLED_excel_resaved_cp1252.csv")
    assert (read.grid.encoding, read.grid.ragged) == ("cp1252", ((2, 11),))
    assert read.replies["submitted"].tolist() == ["2026-10-05 09:12:00"]
    found = stops(read.findings)[["code", "row", "column", "found"]].values.tolist()
    assert found == [["SV016", 2, "", "11"], ["SV020", 2, "K", "Foyer Hélène"]]


@pytest.mark.mirror
def test_the_forms_specimen_needs_no_mapping(specimens: Path) -> None:
    read = read_answers(specimens / "msforms_style.xlsx")
    assert read.values["groups"].tolist() == ["gadd gold", "gpoor"]
    assert read.values["npa"].tolist() == ["1003", "1700"]


@pytest.mark.mirror
def test_the_structure_specimen_names_the_questionnaires_columns(specimens: Path) -> None:
    """The draft's 57 columns; locality, v_mob, q_unask and q_why were added since."""
    found = read_structure(specimens / "divide_survey_structure.txt")
    names = {one.target.name for one in found.wordings}
    assert set(instrument().columns) - names == {"locality", "v_mob", "q_unask", "q_why"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), heads=st.sampled_from(["id_inst;npa;n_ben", "idinst;npa"]))
def test_whatever_bytes_arrive_are_read_or_refused(tmp_path: Path, body: bytes, heads: str) -> None:
    """Nothing else: an error nobody foresaw could quote an answer."""
    path = tmp_path / "any.csv"
    path.write_bytes(heads.encode() + b"\n" + body)
    try:
        read = read_answers(path)
    except RefusedFileError:
        return
    assert len(read.values) == len(read.states) == len(read.replies)
