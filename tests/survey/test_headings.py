"""Headings: codes of every exporter, words in four languages, cut short, of earlier waves."""

from collections.abc import Sequence

import pytest

from divide import terms
from divide.survey.headings import Reader, match
from divide.survey.questionnaire import instrument
from divide.survey.wordings import Target
from divide.survey.workbooks import slots


@pytest.mark.parametrize(
    ("heading", "name", "option"),
    [
        ("idinst", "id_inst", None),
        ("IDINST", "id_inst", None),
        ("beq[phone]", "b_eq_phone", None),
        ("beq_phone", "b_eq_phone", None),  # codes for expressions
        ("groups[gadd]", "groups", "gadd"),
        ("groups_gadd", "groups", "gadd"),
        ("sec_b/b_eq/b_eq_phone", "b_eq_phone", None),  # Kobo
        ("sec_b-b_eq-b_eq_phone", "b_eq_phone", None),  # ODK Central
        ("sec_a/groups", "groups", None),
        ("sec_a/groups/gadd", "groups", "gadd"),
        ("sec_a-groups/gadd", "groups", "gadd"),
        ("Quels canaux sont utilisés avec les bénéficiaires? [SMS]", "p_chan", "sms"),
        ("npa. Numéro postal du site (4 chiffres)", "npa", None),  # code and text
        ("Wie oft erledigen Sie online etwas anstelle einer Person?", "r_proxy", None),  # earlier
        ("  A quali\u00a0condizioni ? ", "i_co_pay", None),
    ],
)
def test_headings_of_every_exporter(heading: str, name: str, option: str | None) -> None:
    assert Reader().target(heading) == Target(name, option)


@pytest.mark.parametrize(
    "heading", ["", "Age", "groups[other]", "beq[phone][1]", "npa. Something else", "sec_a", "q1"]
)
def test_what_is_not_the_surveys_is_nobodys(heading: str) -> None:
    assert Reader().target(heading) is None


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_headings_in_words_name_their_columns(lang: str) -> None:
    made = instrument()
    heads = [made.heading(name, lang) for name in made.columns]
    found = match(heads, Reader())
    assert [found.targets[at].name for at in range(len(heads))] == list(made.columns)


def cut(text: str) -> str:
    return text if len(text) <= 15 else f"{text[:15]}.. "


def cut_headings(lang: str) -> list[str]:
    made = instrument()
    heads = []
    for slot in slots(made):
        row = made.columns[slot.name]
        stem = made.arrays[row.array].label[lang] if row.array else row.label[lang]
        part = row.label[lang] if row.array else ""
        if slot.option:
            part = next(c.label[lang] for c in made.choices(slot.name) if c.code == slot.option)
        heads.append(f"{cut(stem)} [{cut(part)}]" if part else cut(stem))
    return heads


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_headings_cut_at_fifteen_are_told_apart_by_their_order(lang: str) -> None:
    """Several questions begin alike: "Quelle part du .. " may be two of them."""
    found = match(["id", "submitdate", *cut_headings(lang)], Reader())
    expected = [Target(slot.name, slot.option) for slot in slots(instrument())]
    assert [found.targets.get(at) for at in range(2, len(expected) + 2)] == expected


def roles(headings: Sequence[str]) -> dict[str, int]:
    return dict(match(headings, Reader()).roles)


@pytest.mark.parametrize("cell", [".. ", "......", "Q..", "x.. [..]"])
def test_points_alone_are_no_heading(cell: str) -> None:
    assert Reader().score([cell] * 9) == 0


def test_what_exporters_add_is_known() -> None:
    assert roles(["id", "submitdate", "lastpage", "startlanguage", "datestamp", "idinst"]) == {
        "ignored": 0,
        "submitted": 1,
        "lastpage": 2,
        "language": 3,
        "changed": 4,
    }
    assert roles(["start", "end", "_submission_time"])["submitted"] == 2
    assert roles(["Heure de début", "Heure de fin"]) == {"started": 0, "submitted": 1}


def test_a_question_that_stands_twice_is_told() -> None:
    found = match(["npa", "Postal code of the site (4 digits)", "cats"], Reader())
    assert found.targets == {0: Target("npa")}
    assert (found.doubles, found.unknown) == ({1: 0}, (2,))


def test_a_mapping_and_an_earlier_wave_are_asked_too() -> None:
    reader = Reader(mapping={"ort": Target("npa")}, earlier={"wifi": "i_co_wifi"})
    found = match(["Ort", "sec_b/wifi"], reader)
    assert found.targets == {0: Target("npa"), 1: Target("i_co_wifi")}
    assert found.renamed == (1,)
