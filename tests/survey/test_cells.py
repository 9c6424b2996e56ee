"""One cell read: numbers as spreadsheets write them, words in four languages, safe repairs."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide import terms
from divide.survey.cells import read_cell, read_option
from divide.survey.dates import read_date
from divide.survey.questionnaire import instrument, question

NFD = unicodedata.normalize("NFD", "La moitié à moins de trois quarts")


def read(text: str, name: str) -> tuple[str | None, str]:
    found = read_cell(text, question(name))
    assert found.faulty == (found.value is None and found.finding not in ("", "SV046"))
    return found.value, found.finding


@pytest.mark.parametrize(
    ("text", "value", "finding"),
    [
        ("1700", "1700", ""),
        (" 1700 ", "1700", ""),
        ("1700.0", "1700", "SV014"),  # Excel
        ("CH-1700", "1700", "SV014"),
        ("CH 1700", "1700", "SV014"),
        ("1700 Fribourg", "1700", "SV014"),
        ("170", None, "SV036"),
        ("9999", None, "SV036"),
        ("D-79100", None, "SV036"),
        ("N/A", None, "SV046"),
        ("#REF!", None, "SV041"),
    ],
)
def test_postcodes(text: str, value: str | None, finding: str) -> None:
    assert read(text, "npa") == (value, finding)


@pytest.mark.parametrize(
    ("text", "value", "finding"),
    [
        ("0", "0", ""),
        ("48", "48", ""),
        ("0048", "48", "SV022"),  # 00123 → 123
        ("48.0", "48", "SV022"),
        ("48,00", "48", "SV022"),
        ("1'234", "1234", "SV022"),
        ("1’234", "1234", "SV022"),
        ("1 234", "1234", "SV022"),
        ("1\u2009234", "1234", "SV022"),  # thin space
        ("1\u202f234", "1234", "SV022"),
        ("12,5", None, "SV025"),
        ("12.5 %", None, "SV025"),
        ("1.000", None, "SV025"),  # a thousand, or one?
        ("environ 40", None, "SV023"),
        ("99999", None, "SV024"),
        ("-3", None, "SV024"),
        ("None", None, "SV046"),
        ("null", None, "SV046"),
        ("weiss nicht", "dk", ""),
        ("#DIV/0!", None, "SV041"),
        ("9" * 5000, None, "SV023"),  # Python refuses to count beyond 4,300 digits
        ("٤٨", None, "SV023"),  # digits of another script
    ],
)
def test_numbers(text: str, value: str | None, finding: str) -> None:
    assert read(text, "n_ben") == (value, finding)


@pytest.mark.parametrize(
    ("text", "value", "finding"),
    [
        ("VD-0001", "VD-0001", ""),
        ("vd-0001", "VD-0001", "SV032"),
        ("VD 1", "VD-0001", "SV032"),
        ("VD–0001", "VD-0001", "SV032"),
        ("XX-0001", None, "SV033"),
        ("0001", None, "SV033"),
        ("VD-00012", None, "SV033"),
    ],
)
def test_codes_of_institutions(text: str, value: str | None, finding: str) -> None:
    assert read(text, "id_inst") == (value, finding)


@pytest.mark.parametrize(
    ("text", "name", "value", "finding"),
    [
        ("b4", "b_eq_phone", "b4", ""),
        ("Trois quarts ou plus", "b_eq_phone", "b4", ""),
        ("drei viertel oder mehr", "b_eq_phone", "b4", "SV021"),
        ("Trois quarts ou plus ", "b_eq_phone", "b4", "SV021"),
        (NFD, "b_eq_phone", "b3", "SV021"),
        ("None", "b_eq_phone", "b0", ""),  # the English answer, not a missing value
        ("N/A", "b_eq_phone", None, "SV046"),
        ("Trois quart ou plus", "b_eq_phone", None, "SV045"),
        ("beaucoup", "b_eq_phone", None, "SV020"),
        ("30 %", "b_eq_phone", "b2", "SV030"),
        ("0%", "b_eq_phone", "b0", "SV030"),
        ("24,9 %", "b_eq_phone", "b1", "SV030"),
        ("0.3", "b_eq_phone", None, "SV020"),  # 0.3 % or 30 %?
        ("30 %", "i_co_wifi", None, "SV020"),  # no bands here
        ("Aucun·e", "v_dist", "b0", ""),  # the draft's wording
        ("-oth-", "inst_type", None, "SV020"),
    ],
)  # fmt: skip
def test_choices(text: str, name: str, value: str | None, finding: str) -> None:
    assert read(text, name) == (value, finding)


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_every_word_of_every_language_is_its_code(lang: str) -> None:
    made = instrument()
    for name, row in made.columns.items():
        if row.type == "select_one":
            for choice in made.choices(name):
                assert read(choice.label[lang], name) == (choice.code, "")


def test_a_near_miss_names_the_answer_that_was_meant() -> None:
    assert read_cell("Etablissement medico-social", question("inst_type")).detail == {
        "near": "elder"
    }


def test_remarks_stay_as_they_are() -> None:
    for text in ("=1+1", "<script>", "a\nb", "N/A", "#REF!", " "):
        assert read_cell(text, question("q_text")).value == text
    long = read_cell("x" * 2001, question("q_text"))
    assert (len(long.value or ""), long.finding) == (2000, "SV048")


@given(st.integers(0, 20_000), st.sampled_from(["'", "’", " ", "\u202f", "\u2009", ""]))
def test_thousands_are_parted_in_any_way(number: int, sign: str) -> None:
    text = f"{number:,}".replace(",", sign)
    assert read_cell(text, question("n_ben")).value == str(number)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    for name in ("id_inst", "npa", "n_ben", "b_eq_phone", "locality", "q_text"):
        found = read_cell(text, question(name))
        assert found.value is None or isinstance(found.value, str)
        if found.value is not None and name == "n_ben" and found.value != "dk":
            assert 0 <= int(found.value) <= 20_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((yes, True) for yes in ("Y", "1", "Oui", "Ja", "sì", "Yes", "x", "TRUE", "SMS", "sms")),
        *((no, False) for no in ("", "0", "N", "Non", "Nein", "No", "FALSE", "-")),
        *((odd, None) for odd in ("maybe", "2", "Téléphone")),
    ],
)
def test_a_choice_among_several(text: str, said: bool | None) -> None:
    assert read_option(text, question("p_chan"), "sms") is said


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-10-05 09:12:44", ("2026-10-05 09:12:44", False)),
        ("2026-10-05T09:12:44.000+02:00", ("2026-10-05 09:12:44", False)),
        ("05.10.2026 09:12", ("2026-10-05 09:12:00", False)),
        ("3.5.26", ("2026-05-03 00:00:00", False)),
        ("5/3/26", ("2026-03-05 00:00:00", True)),
        ("25/3/26", ("2026-03-25 00:00:00", False)),
        # Excel counts 1 January 1900 as day 1 and a 29 February that never was: 46300 is
        # 30 December 1899 plus 46,300 days, 5 October 2026.
        ("46300", ("2026-10-05 00:00:00", False)),
        ("31.02.2026", ("", False)),
        ("soon", ("", False)),
    ],
)
def test_dates(text: str, read_as: tuple[str, bool]) -> None:
    assert read_date(text) == read_as
