"""Mapping files of other programs, and which exporter a file comes from."""

from pathlib import Path

import pytest

from divide.errors import UsageError
from divide.survey.families import read_mapping
from divide.survey.wordings import Target


def mapping(folder: Path, text: str) -> Path:
    path = folder / "map.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_names_columns_choices_and_words(tmp_path: Path) -> None:
    text = """
columns: {"Code  de l’Institution": id_inst, "Kanal: SMS": p_chan/sms}
values: {i_co_wifi: {"Ja, überall": w2}}
separator: "|"
sheet: Daten
"""
    found = read_mapping(mapping(tmp_path, text))
    assert found.columns == {
        "code de l'institution": Target("id_inst"),
        "kanal: sms": Target("p_chan", "sms"),
    }
    assert found.values == {"i_co_wifi": {"ja, überall": "w2"}}
    assert (found.sheet, found.separator_for("table")) == ("Daten", "|")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: [a", "cannot be read as YAML"),
        ("a: b", "needs 'columns"),
        ("columns: {A: id_inst}\nlanguage: fr", "unknown parts: language"),
        ("columns: {A: n_bem}", "Did you mean n_ben"),
        ("columns: {A: p_chan/smss}", "Did you mean sms"),
        ("columns: {A: n_ben/few}", "names 'n_ben/few'"),
        ("columns: {A: i_co_wifi}\nvalues: {i_co_wifi: {ja: w9}}", "unknown codes: w9"),
        ("columns: !!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_mapping(mapping(tmp_path, text))


def test_several_answers_are_parted_as_their_exporter_does() -> None:
    from divide.survey.families import Mapped

    assert (Mapped().separator_for("odk"), Mapped().separator_for("table")) == (" ", ";")
