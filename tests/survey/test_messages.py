"""Messages: every code speaks four languages, repeats are told once, cells as in Excel."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from divide import terms, texts
from divide.survey.answers import read_answers
from divide.survey.findings import CORRECTED, NOTE, SEVERITY, STOP, found, together
from divide.survey.messages import Message, messages, row_ranges


def test_every_code_has_its_words_and_every_word_its_code() -> None:
    spoken = {key for key in texts.keys("en") if re.match(r"survey\.SV\d{3}\.", key)}
    assert spoken == {f"survey.{code}.{part}" for code in SEVERITY for part in ("expected", "do")}
    assert set(SEVERITY.values()) == {STOP, CORRECTED, NOTE}


@pytest.mark.parametrize("lang", terms.LANGUAGES)
@pytest.mark.parametrize("code", sorted(SEVERITY))
def test_every_message_can_be_written(code: str, lang: str) -> None:
    """With what its finding gives, and nothing left unfilled."""
    detail = {"heading": "H", "other": "B", "expected": 3, "low": 0, "high": 9, "kept": 5}
    detail |= {"near": "b1", "choice": "b0", "most": 3, "number": 18, "limit": 2000}
    question = "i_co_pay" if code == "SV027" else "b_eq_phone"
    (told,) = messages(
        together([found(code, 7, column="F", question=question, detail=detail)]), lang=lang
    )
    line = told.line("file.csv", "Sheet", lang)
    assert line.startswith(f"{code} · file.csv · ")
    assert "{" not in line and told.expected and told.do
    assert told.cells == ((7, "F"),)


def test_the_line_of_the_guide(table: Callable[..., Path]) -> None:
    """The example of the survey's documentation, part by part."""
    rows = [["id_inst", "npa"], ["VD-0001", "CH-1700"]]
    told = messages(read_answers(table(rows, "results.csv")).findings, lang="fr")
    line = next(one for one in told if one.code == "SV014").line("results.csv", "Réponses", "fr")
    assert line.replace("\u00a0", " ").split(" · ") == [
        "SV014",
        "results.csv",
        "Feuille « Réponses »",
        "B2 (npa)",
        "trouvé « CH-1700 »",
        "attendu : 4 chiffres",
        "Écrivez seulement 1700.",
        "corrigé automatiquement",
    ]


def test_repeats_are_told_once() -> None:
    (one,) = messages(
        together([found("SV026", range(4, 41), column="F", question="w_blur")]), lang="fr"
    )
    assert one.where.replace("\u202f", " ") == "F (w_blur), 37 fois, lignes 4–40"
    assert one.count == 37


def test_questions_that_lack_in_the_same_rows_are_told_together() -> None:
    asked = (("F", "w_blur"), ("G", "w_rules"), ("H", "w_time"))
    parts = [found("SV026", [4, 5], column=c, question=q) for c, q in asked]
    parts.append(found("SV026", [9], column="F", question="w_blur"))
    told = messages(together(parts), lang="en")
    # Rows 4 and 5 lack w_rules and w_time; w_blur lacks in row 9 as well.
    assert [(one.question, one.where) for one in told] == [
        ("21. How often are professionals contacted out of hours through private channels?",
         "F (w_blur), 3 times, rows 4–5, 9"),
        ("22–23", "2 times, rows 4–5"),
    ]  # fmt: skip


def test_rows_are_written_shortly() -> None:
    assert row_ranges([9, 4, 5]) == "4–5, 9"
    assert row_ranges(range(2, 60, 2)) == "2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, …"


def test_long_texts_are_cut_and_codes_are_words() -> None:
    both = found("SV028", 2, question="p_chan", found="sms nix", detail={"choice": "nix"})
    (one,) = messages(together([both]), lang="it")
    assert one.found == "SMS, Nessuno" and one.expected == "«Nessuno» da solo"
    (two,) = messages(
        together([found("SV020", 2, question="b_eq_phone", found="x\n" * 90)]), lang="it"
    )
    assert len(two.found) == 80 and "\n" not in two.found


def test_what_stops_comes_first() -> None:
    parts = [
        found("SV038", 2),
        found("SV014", 2, question="npa"),
        found("SV023", 9, question="n_ben"),
    ]
    assert together(parts)["code"].tolist() == ["SV023", "SV014", "SV038"]
    assert isinstance(messages(together(parts), lang="de")[0], Message)
