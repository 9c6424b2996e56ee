"""The page of the institutions: figures counted again from the table, and what is made up."""

import re
from typing import Any

import pandas as pd
import pytest

from divide import catalog, terms, texts
from divide.report import institutions, left_out

PLAIN = re.compile(r"<[^>]+>")


def rows_of(table: str, lang: str = "en") -> dict[str, list[str]]:
    """Return the cells of each row by its head, in one language."""
    body = table[table.index("<tbody") :]
    found = {}
    for row in re.split(r"<tr[^>]*>", body)[1:]:
        head, *cells = re.split(r"<t[dh][^>]*>", row)[1:]
        own = re.search(rf"<i lang={lang}>(.*?)</i>", head)
        if own and cells:
            found[own[1]] = [PLAIN.sub("", cell).strip() for cell in cells]
    return found


@pytest.fixture(scope="module")
def country(default_pages: Any) -> pd.DataFrame:
    survey = default_pages.study.survey
    return survey[(survey["place_level"] == "country") & (survey["group"] == terms.TOTAL)]


def test_every_figure_of_the_survey_stands_on_the_page(country: pd.DataFrame) -> None:
    dimensions = {name: institutions._dimension(country, name) for name in institutions._DIMENSIONS}
    shown = [item for rows in dimensions.values() for item in rows["item"]]
    assert sorted(shown) == sorted(catalog.facts("survey_indicators")["indicators"])
    # Dangers alone would tell half: the article names both.
    assert {"danger", "opportunity"} <= set(country["sign"].dropna())


def test_a_figure_is_told_with_all_its_intervals(country: pd.DataFrame) -> None:
    told = rows_of(str(institutions.figure_table(institutions._leading(country), "table.leading")))
    assert len(told) == len(catalog.facts("survey_indicators")["leading"])
    own = country[country["indicator"] == "choice_gap_people"].iloc[0]
    name = texts.label("survey.indicator.choice_gap", lang="en")
    ends = [
        texts.format_range(own[f"{start}low"], own[f"{start}high"])
        for start in ("", "defect_", "worst_")
    ]
    value = texts.format_share(own["value"])
    assert own["reliability"] == "reliable"
    assert told[name] == [value, *ends, "–"]


def test_who_answered_is_counted_by_type(default_pages: Any) -> None:
    survey = default_pages.study.survey
    told = rows_of(str(institutions.response_table(survey)))
    assert list(told)[-1] == texts.label("survey.group.total", lang="en")
    rate = survey[
        (survey["item"] == "response_rate")
        & (survey["place_level"] == "country")
        & (survey["group"] == "type:addiction")
    ]["value"].iloc[0]
    name = texts.label("survey.group.addiction", lang="en")
    assert told[name][0] == texts.format_share(rate)


def test_made_up_figures_say_so_in_every_table_and_before_them(default_pages: Any) -> None:
    html = default_pages.html("institutions")
    captions = re.findall(r"<caption>(.*?)<thead>", html, re.S)
    assert len(captions) == 9  # who answered, leading figures, six dimensions, who is left out
    for lang in terms.LANGUAGES:
        word = texts.label("institutions.invented", lang=lang)
        assert all(word in caption for caption in captions)
        warning = texts.label("institutions.synthetic", lang=lang)
        assert html.index(warning) < html.index("<table")
    # Nothing of it is carried away as data, and nobody is told how to cite it.
    assert "download" not in html
    assert "<p class=cite" not in html and "<p class=cite" in default_pages.html("evidence")


def test_answers_that_were_given_are_not_called_invented(country: pd.DataFrame) -> None:
    given = country.assign(source="institution_survey")
    assert institutions.is_synthetic(country) and not institutions.is_synthetic(given)
    table = str(institutions.figure_table(institutions._leading(given), "table.leading"))
    assert texts.label("institutions.invented", lang="en") not in table
    lead = institutions._lead(given, "en")
    assert (lead.evidence, "answered" in lead.text) == ("observed", True)
    assert institutions._lead(country, "en").evidence == "unknown"


def test_a_hidden_or_doubtful_figure_is_not_told_as_a_sure_one(country: pd.DataFrame) -> None:
    rows = (
        institutions._leading(country)
        .iloc[:3]
        .assign(
            reliability=["flagged", "reliable", "none"],
            coded=["", "at_most", ""],
            value=[0.41, 0.05, float("nan")],
            status=["modelled", "modelled", "suppressed"],
        )
    )
    told = list(rows_of(str(institutions.figure_table(rows, "table.leading"))).values())
    assert [cells[0].replace(texts.FIXED, " ") for cells in told[:2]] == ["(41 %)", "≤ 5 %"]
    word = texts.label("mark.suppressed", lang="en")
    assert len(told[2]) == 5 and all(word in cell for cell in told[2])


def test_while_answers_come_in_no_figure_is_told(default_pages: Any) -> None:
    survey = default_pages.study.survey
    numbers = [name for name in survey.select_dtypes("number") if name != "year"]
    waiting = survey.assign(source="institution_survey", status="suppressed")
    waiting[numbers] = float("nan")
    html = default_pages.render("institutions", survey=waiting)
    assert "<table" not in html
    assert institutions._lead(waiting, "en").text in html
    # As long as there are figures, there are tables.
    assert default_pages.html("institutions").count("<table") == 9


def test_a_cost_that_may_not_be_told_is_said_to_be_hidden(default_pages: Any) -> None:
    rows = left_out.answered(default_pages.study).copy()
    hidden = rows["place"] == "UR"
    rows.loc[hidden, ["value", "low", "high", "cost", "cost_low", "cost_high"]] = float("nan")
    rows.loc[hidden, "status"] = "suppressed"
    table = str(left_out.cost_table(rows, {"en": "x"}))
    (uri,) = [row for row in re.split(r"<tr[^>]*>", table) if "Uri" in row]
    assert uri.count(texts.label("mark.suppressed", lang="en")) == 2
    assert "nan" not in table
