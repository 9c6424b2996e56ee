"""The contract in a real browser: nothing asked for, every language, small screens, no script."""

import re
from pathlib import Path
from typing import Any

import pytest

from divide import catalog, terms, texts
from divide.report.study import one

pytestmark = pytest.mark.browser

# Every text in sight with the language it is marked with; the way of naming it does not matter.
SPOKEN = """
() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), around = walk.currentNode.parentElement;
    if (text && around.checkVisibility() && !around.closest('label, .skip, style, .src'))
      found.push([around.closest('[lang]').lang, text]);
  }
  return found;
}
"""
# What hides words: a box too small for them. What only listeners hear is one pixel wide.
CUT = """
() => [...document.querySelectorAll('main *')].filter(one => {
  const style = getComputedStyle(one);
  const hides = way => ['hidden', 'clip'].includes(way);
  return one.checkVisibility() && one.clientWidth > 1 && !(one instanceof SVGElement) && (
    hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1 ||
    hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
}).map(one => `${one.className} ${one.textContent}`)
"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 1.4.12, to the letter.
SPACING = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-bottom:2em!important}"
)
# Numbers, signs, short marks, and lines of names and official ids belong to no language.
NEUTRAL = re.compile(r"[\d\s.,:;·()<>×?~τ↑↓L=–−%+-]*|[\w/.-]+( · [\w ./-]+){2,}")


def key_figure(site: Any, page: str) -> str:
    """Return the share of people 80+ outside private households, as a page writes it."""
    place = site.place(page).id
    inside = one(
        site.study.living,
        place=place,
        indicator="in_private_household_share",
        group="age:80_plus",
    )
    return texts.format_share(round(1 - inside["value"], 6))


def test_a_page_asks_for_nothing_and_the_policy_has_nothing_to_refuse(
    site: Any, page: str, open_tab: Any
) -> None:
    tab = open_tab(site.path(page))
    for lang in terms.LANGUAGES:
        tab.choose(lang)
    tab.page.mouse.wheel(0, 100_000)
    tab.page.emulate_media(media="print")
    tab.page.wait_for_load_state("networkidle")
    assert tab.requests == [site.path(page).as_uri()]
    assert tab.refused() == []
    assert tab.complaints == []


@pytest.mark.parametrize(
    ("planted", "refused"),
    [
        ("<img src='https://example.invalid/x.png'>", "img-src https://example.invalid/x.png"),
        ("<p style='color:red'>x</p>", "style-src-attr inline"),
        ("<script>document.title = 'x'</script>", "script-src-elem inline"),
        ("<style>p{color:red}</style>", "style-src-elem inline"),
    ],
)
def test_a_planted_violation_is_seen(
    default_pages: Any, open_tab: Any, tmp_path: Path, planted: str, refused: str
) -> None:
    path = tmp_path / "planted.html"
    path.write_text(default_pages.html("AI").replace("</main>", f"{planted}</main>"), "utf-8")
    tab = open_tab(path)
    assert tab.refused() == [refused]
    assert tab.complaints


def test_a_planted_request_is_seen(default_pages: Any, open_tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "planted.html"
    html = re.sub(r"<meta http-equiv[^>]*>", "", default_pages.html("AI"))
    path.write_text(
        html.replace("</main>", "<img src='https://example.invalid/x'></main>"), "utf-8"
    )
    assert open_tab(path).requests[1:] == ["https://example.invalid/x"]


def test_without_script_the_key_figure_is_told_in_each_language(
    site: Any, page: str, open_tab: Any
) -> None:
    tab = open_tab(site.path(page), java_script_enabled=False)
    figure = " ".join(key_figure(site, page).split())
    for lang in (None, *terms.LANGUAGES):
        if lang:
            tab.choose(lang)
        lang = lang or site.place(page).language
        said = " ".join(tab.page.locator("main").inner_text().split())
        lead = " ".join(tab.page.locator("h1:visible + p").inner_text().split())
        assert figure in lead, lang
        assert tab.page.locator("h1:visible").all_inner_texts() == [site.place(page).name[lang]]
        for other in terms.LANGUAGES:
            words = texts.label("section.groups", lang=other)
            assert (words in said) == (other == lang), (lang, other)
            shown = tab.page.locator(f"article[lang={other}]").all()
            assert {one.is_visible() for one in shown} == {other == lang}


def test_every_word_in_sight_is_of_the_language_chosen(site: Any, page: str, open_tab: Any) -> None:
    tab = open_tab(site.path(page))
    known = catalog.sources().values()
    titles = {lang: tuple(one.title[lang] for one in known) for lang in terms.LANGUAGES}
    titles["de"] += tuple(one["publisher"] for one in catalog.publications().values())
    cantons = [site.place(one) for one in terms.CANTONS]
    names = set(site.communes(page)["name"]) | {one.name[one.language] for one in cantons}
    for lang in terms.LANGUAGES:
        tab.choose(lang)
        spoken = tab.page.evaluate(SPOKEN)
        assert sum(marked == lang for marked, _ in spoken) > 80
        strays = {(marked, text) for marked, text in spoken if marked != lang}
        # A source's title may stay in one language, and is marked so.
        strays = {text for marked, text in strays if not text.startswith(titles[marked])}
        strays -= names | set(terms.CANTONS)
        assert {text for text in strays if not NEUTRAL.fullmatch(text)} == set(), lang


def test_the_keyboard_changes_the_language(default_pages: Any, open_tab: Any) -> None:
    page = open_tab(default_pages.path("VD")).page
    page.keyboard.press("Tab")
    assert page.locator("a:focus").get_attribute("href") == "#c"
    page.keyboard.press("Tab")
    assert page.locator("input:focus").get_attribute("id") == "l-fr"
    ring = page.locator("input:focus + label").evaluate("one => getComputedStyle(one).outlineStyle")
    assert ring != "none"
    page.keyboard.press("ArrowRight")
    assert page.locator("h1:visible").all_inner_texts() == ["Waadt"]


@pytest.mark.parametrize("spaced", [False, True], ids=["plain", "spaced"])
def test_no_sideways_scroll_and_nothing_cut_at_320_pixels(
    site: Any, page: str, open_tab: Any, spaced: bool
) -> None:
    # Readers who set their own spacing do so beyond the page's policy.
    tab = open_tab(site.path(page), width=320, bypass_csp=spaced)
    if spaced:
        tab.page.add_style_tag(content=SPACING)
    for lang in terms.LANGUAGES:
        tab.choose(lang)
        assert tab.page.evaluate(SIDEWAYS) <= 0, lang
        assert tab.page.evaluate(CUT) == [], lang


def test_a_planted_overflow_is_seen(default_pages: Any, open_tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "wide.html"
    wide = "<p><svg width=400 height=9></svg></p>"
    path.write_text(default_pages.html("AI").replace("</main>", f"{wide}</main>"), "utf-8")
    tab = open_tab(path, width=320, bypass_csp=True)
    assert tab.page.evaluate(SIDEWAYS) > 0
    tab.page.add_style_tag(content="h1{overflow:hidden;height:1rem}")
    assert any("Appenzell Innerrhoden" in words for words in tab.page.evaluate(CUT))


def test_the_figures_can_be_saved_from_the_page(default_pages: Any, open_tab: Any) -> None:
    tab = open_tab(default_pages.path("VD"))
    for lang in terms.LANGUAGES:
        tab.choose(lang)
        link = tab.page.locator("a[download]:visible")
        assert link.count() == 1, lang
        with tab.page.expect_download() as saving:
            link.click()
        assert saving.value.suggested_filename == "divide-VD.csv"
        rows = Path(saving.value.path()).read_text(encoding="utf-8").splitlines()
        assert rows[0].startswith("indicator,group,place,year,value,status")
        assert len(rows) > 20
