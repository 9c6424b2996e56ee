"""LimeSurvey structures: both files, both generations, other wordings, hostile XML."""

from collections.abc import Callable
from pathlib import Path

import pytest

from divide.errors import RefusedFileError
from divide.survey.answers import read_answers
from divide.survey.structures import read_structure
from divide.survey.wordings import Target

OLD = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>263</DBVersion>
<questions><rows><row><qid>1</qid><parent_qid>0</parent_qid><type>L</type>
<title>icowifi</title><question><![CDATA[<p>Gibt es bei Ihnen <b>WLAN</b>?</p>]]></question>
<language>de</language></row></rows></questions>
<answers><rows><row><qid>1</qid><code>w0</code><answer>Leider nein</answer>
<language>de</language></row><row><qid>1</qid><code>zz</code><answer>Anders</answer>
<language>de</language></row></rows></answers></document>"""

NEW = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>640</DBVersion>
<questions><rows><row><qid>7</qid><parent_qid>0</parent_qid><type>F</type><title>beq</title>
</row></rows></questions>
<subquestions><rows><row><qid>8</qid><parent_qid>7</parent_qid><title>phone</title></row></rows>
</subquestions>
<answers><rows><row><aid>3</aid><qid>7</qid><code>b0</code></row></rows></answers>
<question_l10ns><rows>
<row><id>1</id><qid>7</qid><question>Wie viele …</question><language>de</language></row>
<row><id>2</id><qid>8</qid><question>haben ein Handy</question><language>de</language></row>
</rows></question_l10ns>
<answer_l10ns><rows><row><id>1</id><aid>3</aid><answer>Kein Mensch</answer>
<language>de</language></row></rows></answer_l10ns></document>"""


def saved(folder: Path, text: str, name: str = "survey.lss") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_before_version_four_texts_stand_beside_codes(tmp_path: Path) -> None:
    found = read_structure(saved(tmp_path, OLD))
    assert [(one.target, one.stem) for one in found.wordings] == [
        (Target("i_co_wifi"), "gibt es bei ihnen wlan?")
    ]
    assert found.labels == {"i_co_wifi": {"leider nein": "w0"}}  # no unknown code


def test_from_version_four_texts_have_tables_of_their_own(tmp_path: Path) -> None:
    found = read_structure(saved(tmp_path, NEW))
    (one,) = found.wordings
    assert (one.target, one.lang, one.stem, one.part) == (
        Target("b_eq_phone"),
        "de",
        "wie viele...",
        "haben ein handy",
    )
    assert found.labels == {"b_eq_phone": {"kein mensch": "b0"}}


def test_an_export_in_other_words_is_read_through_its_structure(
    tmp_path: Path, limesurvey: Callable[..., Path]
) -> None:
    heads = ["submitdate", "startlanguage", "idinst", "Gibt es bei Ihnen WLAN?"]
    path = limesurvey(heads, [["2026-10-05 10:00", "de", "ZH-0001", "Leider nein"]])
    read = read_answers(path, structure=read_structure(saved(tmp_path, OLD)))
    assert read.values["i_co_wifi"].tolist() == ["w0"]
    assert "SV012" in set(read_answers(path).findings["code"])  # unknown without it


def test_the_tab_separated_form_is_read_by_names_of_columns(tmp_path: Path) -> None:
    text = "language\ttext\tname\tclass\nde\tWLAN?\ticowifi\tQ\nde\tNix da\tw0\tA\n"
    found = read_structure(saved(tmp_path, text, "structure.txt"))
    assert found.labels == {"i_co_wifi": {"nix da": "w0"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><document>&b;</document>', "SV004"),
        ('<!DOCTYPE a SYSTEM "file:///etc/hostname"><document/>', "SV004"),
        ("<document><rows>", "SV004"),
        ("<document/>", "SV009"),
    ],
)
def test_hostile_or_broken_xml_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(RefusedFileError, match=code):
        read_structure(saved(tmp_path, text))


def test_a_text_that_is_no_structure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="SV009"):
        read_structure(saved(tmp_path, "a\tb\n1\t2\n", "other.txt"))
