"""The contract of accessibility: axe-core finds nothing, in light and dark, in every language."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from divide import terms

pytestmark = pytest.mark.browser

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Rules that must have had something to look at: a page that axe did not read passes all others.
NEEDED = {"color-contrast", "document-title", "html-has-lang", "list", "region", "valid-lang"}
OPENED = "() => document.querySelectorAll('details').forEach(one => one.open = true)"
# Two thousand rows of one kind take axe twenty seconds and tell what four of them tell.
SHORTEN = "() => document.querySelectorAll('tbody tr:nth-child(n+5)').forEach(row => row.remove())"


@pytest.fixture
def look(open_tab: Any) -> Callable[..., list[str]]:
    """Return a function that lists what axe finds on a page, by language and theme."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")

    def find(path: Path, langs: tuple[str, ...], themes: tuple[str, ...]) -> list[str]:
        page = (tab := open_tab(path, width=360)).page
        page.evaluate(axe.Axe().axe_script)
        page.evaluate(OPENED)
        page.evaluate(SHORTEN)
        found = []
        for lang in langs:
            tab.choose(lang)
            for theme in themes:
                page.emulate_media(color_scheme=theme)
                result = page.evaluate("options => axe.run(options)", OPTIONS)
                assert {one["id"] for one in result["passes"]} >= NEEDED
                found += [
                    f"{lang} {theme} {one['id']}: {node['html'][:200]}"
                    for one in result["violations"]
                    for node in one["nodes"]
                ]
        return found

    return find


def test_axe_finds_nothing_in_any_language(default_pages: Any, look: Any) -> None:
    assert look(default_pages.path("VD"), terms.LANGUAGES, ("light", "dark")) == []


def test_axe_finds_nothing_on_the_country_s_page(default_pages: Any, look: Any) -> None:
    assert look(default_pages.path("index"), ("fr", "de"), ("light", "dark")) == []


@pytest.mark.mirror
@pytest.mark.parametrize("page", ["index", "BE", "TI"])
def test_axe_finds_nothing_on_pages_with_communes(mirror_pages: Any, page: str, look: Any) -> None:
    lang = mirror_pages.place(page).language
    assert look(mirror_pages.path(page), (lang,), ("light", "dark")) == []


def test_axe_finds_nothing_on_communes_by_hand(
    default_pages: Any, communes: Any, look: Any, tmp_path: Path
) -> None:
    path = tmp_path / "AI.html"
    path.write_text(default_pages.render("AI", **communes()), encoding="utf-8")
    assert look(path, ("it",), ("light", "dark")) == []


def test_axe_would_find_planted_faults(default_pages: Any, look: Any, tmp_path: Path) -> None:
    planted = {
        "svg-img-alt": "<svg role=img><rect width=9 height=9 /></svg>",
        "link-name": "<p><a href='#c'></a></p>",
        "heading-order": "<h6>x</h6>",
        "list": "<ul><p>x</p></ul>",
        "valid-lang": "<p lang=xx-invalid-9>x</p>",
    }
    path = tmp_path / "planted.html"
    html = default_pages.html("AI").replace("</main>", f"{''.join(planted.values())}</main>")
    path.write_text(html, encoding="utf-8")
    found = look(path, ("de",), ("light",))
    assert {one.split()[2].rstrip(":") for one in found} == set(planted)


def test_axe_would_find_words_too_faint_in_the_dark(
    default_pages: Any, look: Any, tmp_path: Path
) -> None:
    html = default_pages.html("AI")
    policy = html.replace("Content-Security-Policy", "x")
    faint = "@media(prefers-color-scheme:dark){h1{color:#222}}</style>"
    path = tmp_path / "faint.html"
    path.write_text(policy.replace("</style>", faint, 1), encoding="utf-8")
    found = look(path, ("de",), ("light", "dark"))
    assert [one.split(":")[0] for one in found] == ["de dark color-contrast"]
