"""Both pages in a real browser: nothing asked of anybody, accessible, and A4 on paper."""

import re
from pathlib import Path
from typing import Any

import pytest

from divide import terms
from divide.survey.intake import check_file
from divide.survey.mistakes import write_mistakes
from divide.survey.printed import write_printable

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(tab: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab.page.evaluate(axe.Axe().axe_script)
    result = tab.page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert {one["id"] for one in result["passes"]} >= {"color-contrast", "html-has-lang", "list"}
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in result["violations"]]


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    path = tmp_path / "mistakes.xlsx"
    write_mistakes(path, lang="it")
    return check_file(path).written[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_check_page_is_accessible_and_asks_nobody(
    checked: Path, open_tab: Any, theme: str
) -> None:
    tab = open_tab(checked, width=360, color_scheme=theme)
    assert (tab.requests, tab.complaints, tab.refused()) == ([checked.as_uri()], [], [])
    assert violations(tab) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_printable_questionnaire_is_accessible_and_a4(tmp_path: Path, open_tab: Any) -> None:
    path = tmp_path / "de.html"
    write_printable(path, lang="de")
    tab = open_tab(path)
    assert (tab.requests, tab.complaints, tab.refused()) == ([path.as_uri()], [], [])
    assert violations(tab) == []
    pdf = tab.page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    # A4 is 595 × 842 points.
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_no_question_breaks_over_two_sheets(tmp_path: Path, open_tab: Any, lang: str) -> None:
    path = tmp_path / f"{lang}.html"
    write_printable(path, lang=lang)
    tab = open_tab(path)
    tab.page.emulate_media(media="print")
    held = tab.page.evaluate(
        "[...document.querySelectorAll('.q')].filter(q => getComputedStyle(q).breakInside"
        " !== 'avoid').length"
    )
    assert held == 0
    tallest = tab.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.q')]"
        ".map(q => q.getBoundingClientRect().height))"
    )
    assert tallest < 900  # a sheet of 267 mm holds 1,009 px
