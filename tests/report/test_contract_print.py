"""The contract of print: A4, tables open and whole, heads repeated, nothing cut, light."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from divide import terms, texts

pytestmark = pytest.mark.browser

A4 = (595.0, 842.0)  # points
PRINTED = 673  # pixels: 210 mm less two margins of 16 mm, at 96 to the inch
# Boxes that keep words from the paper: no one scrolls a sheet.
CUT = """
() => [...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
  && one.clientWidth > 1 && !(one instanceof SVGElement)
  && (getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1
    || getComputedStyle(one).overflowY !== 'visible' && one.scrollHeight > one.clientHeight + 1
    || one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
).map(one => `${one.tagName} ${one.className} ${one.textContent.slice(0, 60)}`)
"""
# Names that are one word and stand on two lines all the same.
BROKEN = """
() => [...document.querySelectorAll('tbody th, thead th')].filter(one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
  const words = one.textContent.trim().split(/[\\s-]+/);
  return one.checkVisibility() && lines.size > words.length;
}).map(one => one.textContent)
"""


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return width and height of each sheet of a PDF, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(float(width), float(height)) for width, height in boxes]


@pytest.fixture
def on_paper(open_tab: Any) -> Any:
    """Return a function that opens a page as it is laid out for print."""

    def opened(path: Path, **options: Any) -> Any:
        tab = open_tab(path, width=PRINTED, **options)
        tab.page.emulate_media(media="print", **({"color_scheme": "dark"} if options else {}))
        return tab

    return opened


def test_sheets_are_a4_and_light_enough_for_a_printer(site: Any, page: str, open_tab: Any) -> None:
    pdf = open_tab(site.path(page)).page.pdf(prefer_css_page_size=True)
    sheets = sizes(pdf)
    assert len(sheets) >= 5
    assert [sheet for sheet in sheets if sheet != pytest.approx(A4, abs=1)] == []
    # A pattern that is painted once a commune makes 68 MB of it, and a printer stand still.
    assert len(pdf) < 3_000_000


def test_a_page_without_its_size_would_print_otherwise(
    default_pages: Any, open_tab: Any, tmp_path: Path
) -> None:
    path = tmp_path / "letter.html"
    html = default_pages.html("AI").replace("size:A4", "size:letter")
    path.write_text(html.replace("Content-Security-Policy", "x"), encoding="utf-8")
    assert set(sizes(open_tab(path).page.pdf(prefer_css_page_size=True))) == {(612.0, 792.0)}


def test_tables_are_open_and_their_heads_repeat(site: Any, page: str, on_paper: Any) -> None:
    tab = on_paper(site.path(page))
    for lang in terms.LANGUAGES:
        tab.page.emulate_media(media="screen")
        tab.choose(lang)
        tab.page.emulate_media(media="print")
        tables = tab.page.locator("table").all()
        assert len(tables) == (2 if site.mirror else 1)
        for table in tables:
            assert table.is_visible()
            heads = table.locator("thead")
            assert heads.evaluate("one => getComputedStyle(one).display") == "table-header-group"
            shown = [one for one in table.locator("thead tr").all() if one.is_visible()]
            assert [one.get_attribute("lang") for one in shown] == [lang]
    rows = tab.page.locator("tbody tr")
    torn = "rows => rows.filter(row => getComputedStyle(row).breakInside !== 'avoid').length"
    assert rows.evaluate_all(torn) == 0
    assert rows.last.is_visible()
    closed = "all => all.filter(one => !one.open).length"
    assert tab.page.locator("details").evaluate_all(closed) == 0


def test_what_only_a_screen_needs_is_not_printed(site: Any, page: str, on_paper: Any) -> None:
    tab = on_paper(site.path(page))
    for selector in ("input[type=radio]", "label", ".skip", "a[download]"):
        found = tab.page.locator(selector).all()
        assert found
        assert not any(one.is_visible() for one in found), selector
    assert tab.page.locator("h1:visible").count() == 1
    assert tab.page.locator(".tiles:visible").count() == 1
    assert tab.page.locator(".cite:visible").count() == 1


def test_nothing_is_cut_and_no_word_broken_on_paper(site: Any, page: str, on_paper: Any) -> None:
    tab = on_paper(site.path(page))
    for lang in terms.LANGUAGES:
        tab.page.emulate_media(media="screen")
        tab.choose(lang)
        tab.page.emulate_media(media="print")
        assert tab.page.evaluate(CUT) == [], lang
        assert tab.page.evaluate(BROKEN) == [], lang


def test_paper_is_white_even_for_readers_in_the_dark(default_pages: Any, on_paper: Any) -> None:
    tab = on_paper(default_pages.path("AI"), color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(ground) == "rgb(255, 255, 255)"
    tab.page.emulate_media(media="screen", color_scheme="dark")
    assert tab.page.evaluate(ground) != "rgb(255, 255, 255)"


def test_a_planted_cut_is_seen(default_pages: Any, on_paper: Any, tmp_path: Path) -> None:
    path = tmp_path / "cut.html"
    html = default_pages.html("AI").replace("Content-Security-Policy", "x")
    rules = ".cut{overflow:hidden;width:9rem}.cut th{overflow-wrap:anywhere!important}"
    html = html.replace("</style>", f"{rules}</style>", 1).replace(
        "<table", "<table style=width:9rem"
    )
    path.write_text(html.replace("class=wide", 'class="wide cut"'), encoding="utf-8")
    tab = on_paper(path)
    assert any(one.startswith("DIV wide cut") for one in tab.page.evaluate(CUT))
    assert "Schaffhausen" in tab.page.evaluate(BROKEN)


def test_the_pdf_holds_every_canton_and_repeats_the_heads(
    default_pages: Any, open_tab: Any, tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: words of the PDF are not read")
    path = tmp_path / "page.pdf"
    path.write_bytes(open_tab(default_pages.path("VD")).page.pdf(prefer_css_page_size=True))
    command = ["pdftotext", "-layout", str(path), "-"]
    told = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    for canton in terms.CANTONS:
        place = default_pages.place(canton)
        for word in re.split(r"[ -]", place.name[place.language]):
            assert word in told, canton
    assert texts.label("section.tables", lang="fr") in told
    assert texts.label("section.tables", lang="de") not in told
    sheets = told.split("\f")
    tables = [one for one in sheets if re.search(r"^ *(Zürich|Jura)\b.*%", one, re.M)]
    head = texts.label("column.canton", lang="fr")
    assert all(re.search(rf"^ *{head}\b", one, re.M) for one in tables)
    # No sheet ends with a head whose rows are on the next.
    assert [one for one in sheets if re.search(rf"^ *{head}\b", one, re.M)] == tables
