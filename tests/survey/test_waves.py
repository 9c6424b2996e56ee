"""Waves: renamed and recoded is pooled, kept apart stays apart, broken is refused."""

from pathlib import Path

import pytest
from pandas import DataFrame

from divide.errors import FactsError, SurveyError
from divide.survey.answers import read_answers
from divide.survey.waves import Fate, fates, pool

KNOWN = (
    Fate("2024", "wifi", "", "i_co_wifi", "", "yes"),
    Fate("2024", "wifi", "everywhere", "i_co_wifi", "w2", "yes"),
    Fate("2024", "channels", "", "p_chan", "", "yes"),
    Fate("2024", "channels", "whats", "p_chan", "im", "yes"),
    Fate("2024", "channels", "fax", "p_chan", "", "yes"),  # no successor
    Fate("2024", "w_time", "", "w_time", "", "no", "asked per week, not over two years"),
    Fate("2024", "r_alt", "", "r_alt", "", "broken"),
)


def answers(wave: str, **told: str | None) -> DataFrame:
    return DataFrame(
        {
            "institution": "VD-0001",
            "wave": wave,
            "question": list(told),
            "answer": list(told.values()),
        }
    )


def test_renamed_and_recoded_is_pooled_under_todays_names() -> None:
    old = answers("2024", wifi="everywhere", channels="sms whats fax", w_blur=None)
    new = answers("2026", i_co_wifi="w1", p_chan="im", w_blur="f1")
    pooled = pool([old, new], KNOWN)
    assert pooled[["wave", "question", "answer"]].fillna("").values.tolist() == [
        ["2024", "i_co_wifi", "w2"],
        ["2024", "p_chan", "sms im"],
        ["2024", "w_blur", ""],
        ["2026", "i_co_wifi", "w1"],
        ["2026", "p_chan", "im"],
        ["2026", "w_blur", "f1"],
    ]
    assert old["question"].tolist() == ["wifi", "channels", "w_blur"]  # the frame given is kept


def test_what_is_not_comparable_stands_under_its_old_name_and_wave() -> None:
    pooled = pool([answers("2024", w_time="m1"), answers("2026", w_time="m5")], KNOWN)
    assert pooled["question"].tolist() == ["w_time_2024", "w_time"]


def test_what_is_broken_is_refused_by_name() -> None:
    waves = [answers("2024", r_alt="al2", wifi="w1"), answers("2026", r_alt="al2", i_co_wifi="w1")]
    with pytest.raises(SurveyError, match=r"pooled: r_alt\. Leave them out"):
        pool(waves, KNOWN)
    assert len(pool(waves, KNOWN, questions=["i_co_wifi"])) == 2
    assert len(pool(waves[:1], KNOWN)) == 2  # one wave alone breaks nothing


def test_a_file_of_an_earlier_wave_is_read_under_todays_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from divide.survey import waves

    monkeypatch.setattr(waves, "fates", lambda path=None: KNOWN)
    path = tmp_path / "old.csv"
    text = "id_inst;wifi;channels\nVD-0001;w1;sms;\nVD-0002;everywhere;whats\n"
    path.write_text(text, "utf-8")
    read = read_answers(path, wave="2024")
    assert read.values["i_co_wifi"].tolist() == ["w1", "w2"]
    assert read.values["p_chan"].tolist() == ["sms", "im"]
    assert "SV042" in set(read.findings["code"])
    assert "SV012" in set(read_answers(path).findings["code"])  # unknown in this wave


def test_the_packages_codebook_reads_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    assert isinstance(fates(), tuple)
    path = tmp_path / "waves.csv"
    path.write_text("wave,column,code,maps_to,maps_to_code,comparable,note\n2024,a,,b,,maybe,\n")
    with pytest.raises(FactsError, match="not maybe"):
        fates(path)
    path.write_text("wave,column\n2024,a\n")
    with pytest.raises(FactsError, match="no codebook"):
        fates(path)
