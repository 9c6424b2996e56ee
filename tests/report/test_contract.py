"""The contract of a page as a file: languages, ids, links, words that must not be there, bytes."""

import gzip
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import divide
from divide import catalog, terms
from divide.report.stamp import TOPICS

PAGES = ("index", *terms.CANTONS, *TOPICS)
FRENCH = {"index", *TOPICS, "FR", "GE", "JU", "NE", "VD", "VS"}
# What asks a browser for something beyond the file.
ASKING = {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "source", "base"}
# Words of programs and of somebody's machine.
FOREIGN = re.compile(
    r"\b(?:nan|NaN|None|NaT|inf|undefined|Traceback|Markup|dtype)\b|\{\{|\}\}|\{%|<NA>"
    r"|(?<![\w.])/(?:tmp|work|root|home|usr|var|Users)/|\.py\b|[A-Z]:\\"
)


def language(page: str) -> str:
    """Return the language a page opens in, as the contract says."""
    return "fr" if page in FRENCH else "it" if page == "TI" else "de"


def links(html: str) -> list[str]:
    """List the addresses a browser would load without being asked, written in any way."""
    inside = (
        r"""@import|url\(\s*['"]?(?!#)[^)]*|\bsrcset?\s*=|\bposter\s*=|\bbackground\s*=\s*['"]"""
    )
    return re.findall(inside, html)


def faults(site: Any, find: Callable[[str], object]) -> dict[str, object]:
    """Look at all pages; return what was found, by page."""
    found = {page: find(site.html(page)) for page in PAGES}
    return {page: fault for page, fault in found.items() if fault}


def test_every_page_is_there_and_nothing_half_written(site: Any) -> None:
    names = {path.name for path in site.folder.iterdir()}
    assert names >= {f"{page}.html" for page in PAGES}
    assert [name for name in names if name.endswith(".part")] == []
    for page in PAGES:
        assert site.html(page).rstrip().endswith("</html>")


def test_a_page_opens_in_its_language_and_holds_all_four(site: Any, read_page: Any) -> None:
    for page in PAGES:
        elements = read_page(site.html(page)).elements
        opening = language(page)
        assert [one.attrs.get("lang") for one in elements if one.tag == "html"] == [opening], page
        spoken = [one.attrs.get("lang") for one in elements if one.tag == "article"]
        assert spoken[0] == opening, page
        assert {spoken.count(lang) for lang in terms.LANGUAGES} == {len(spoken) / 4}, page
        radios = [one.attrs for one in elements if one.attrs.get("type") == "radio"]
        assert [one["id"] for one in radios if "checked" in one] == [f"l-{opening}"], page
        named = {one.attrs["for"]: one.attrs.get("lang") for one in elements if one.tag == "label"}
        assert named == {f"l-{lang}": lang for lang in terms.LANGUAGES}, page


def test_each_language_says_as_much_as_the_others(site: Any, read_page: Any) -> None:
    for page in PAGES:
        read = read_page(site.html(page))
        tags = [
            [one.tag for one in read.elements if set(one.langs) <= {lang}]
            for lang in terms.LANGUAGES
        ]
        counts = [{tag: told.count(tag) for tag in ("h1", "h2", "h3", "p", "li")} for told in tags]
        assert counts[1:] == counts[:-1], page
        assert min(counts[0][tag] for tag in ("h1", "h2", "p", "li")) > 0, page


def test_heads_and_captions_of_tables_stand_in_four_languages(site: Any, read_page: Any) -> None:
    for page in PAGES:
        tables = re.findall(r"<table.*?</table>", site.html(page), re.S)
        assert tables, page
        for table in tables:
            # End tags may be left out: a head ends where the body begins.
            heads = read_page(table[: table.index("<tbody")]).elements
            rows = [one.attrs.get("lang") for one in heads if one.tag == "tr"]
            assert sorted(map(str, rows)) == sorted(terms.LANGUAGES), page
            captions = [one.attrs.get("lang") for one in heads if one.tag == "i"]
            assert set(terms.LANGUAGES) <= set(captions), page


def test_an_id_stands_once_on_a_page(site: Any, read_page: Any) -> None:
    def twice(html: str) -> list[str]:
        ids = read_page(html).values("id")
        assert len(ids) > 5
        return sorted({one for one in ids if ids.count(one) > 1})

    assert faults(site, twice) == {}


def test_every_link_and_every_reference_leads_somewhere(site: Any, read_page: Any) -> None:
    files = {f"{page}.html" for page in PAGES}
    # A reader may leave for a source; nothing is fetched unless they do.
    pages = [one.page for one in catalog.sources().values()]
    pages += [one.get("page") or "" for one in catalog.publications().values()]
    publishers = {one for one in pages if one.startswith("https://")}

    def lost(html: str) -> list[str]:
        read = read_page(html)
        ids = set(read.values("id"))
        named = [
            one
            for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
            for value in read.values(name)
            for one in value.split()
        ]
        addresses = [one for one in read.values("href") if not one.startswith("data:text/csv")]
        assert addresses
        named += [one[1:] for one in addresses if one.startswith("#")]
        beside = {one for one in addresses if not one.startswith("#")}
        return sorted(beside - files - publishers) + sorted(set(named) - ids)

    assert faults(site, lost) == {}


def test_no_page_names_anything_to_load(site: Any, read_page: Any) -> None:
    def asking(html: str) -> list[str]:
        read = read_page(html)
        tags = [one.tag for one in read.elements if one.tag in ASKING]
        names = [name for one in read.elements for name in one.attrs]
        handlers = [name for name in names if name.startswith("on")]
        styled = ["style="] * len(read.values("style"))  # the policy would refuse it
        return tags + handlers + styled + links(html)

    assert faults(site, asking) == {}
    planted = '<link rel=icon href=x><p onclick="x" style="color:red"><style>@import "x"</style>'
    assert asking(planted) == ["link", "onclick", "style=", "@import"]
    assert links("a{background:url(x.png)}") and not links("a{fill:url(#p)}")


def test_the_policy_lets_in_nothing_but_the_page_s_own_style(site: Any, read_page: Any) -> None:
    for page in PAGES:
        metas = [one.attrs for one in read_page(site.html(page)).elements if one.tag == "meta"]
        policy = [one["content"] for one in metas if "http-equiv" in one]
        assert len(policy) == 1
        rules = dict(rule.strip().split(" ", 1) for rule in policy[0].split(";"))
        assert rules.pop("default-src") == "'none'"
        assert re.fullmatch(r"'sha256-[\w+/]{43}='", rules.pop("style-src"))
        assert set(rules.values()) <= {"'none'"}


def test_nothing_of_program_or_machine_is_on_a_page(site: Any, read_page: Any) -> None:
    own = [str(site.home), str(site.mirror), str(Path.cwd()), str(Path(divide.__file__).parent)]

    def foreign(html: str) -> list[str]:
        words = read_page(html).text
        assert len(words) > 1000
        return FOREIGN.findall(words) + [path for path in own if path in html]

    assert faults(site, foreign) == {}


@pytest.mark.parametrize(
    "words", ["share: nan", "None", "NaN %", "{{ x }}", "at /tmp/a/b", "File pages.py", "<NA>"]
)
def test_such_words_would_be_seen(words: str) -> None:
    assert FOREIGN.search(words)


def test_written_again_a_page_is_the_same_to_the_byte(site: Any) -> None:
    """Another process, with another seed of its sets and dicts, writes the same bytes."""
    wanted = ("index", "AI")
    script = (
        "import datetime, hashlib\n"
        "from divide import texts\n"
        "from divide.report.pages import render_page\n"
        "from divide.report.study import load_study, page_place\n"
        f"study = load_study(today=datetime.date.fromisoformat({str(site.study.today)!r}))\n"
        f"for page in {wanted}:\n"
        "    html = render_page(study, page_place(page, texts.label))\n"
        "    print(hashlib.sha256(html.encode()).hexdigest())\n"
    )
    places = {"DIVIDE_HOME": str(site.home), "DIVIDE_MIRROR": str(site.mirror or "")}
    environment = {**os.environ, **places, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [
        hashlib.sha256(site.path(page).read_bytes()).hexdigest() for page in wanted
    ]


def too_heavy(pages: dict[str, bytes], *, raw: int, packed: int) -> dict[str, tuple[int, int]]:
    """Return the pages over a limit in bytes, as they are and compressed."""
    sizes = {page: (len(html), len(gzip.compress(html, mtime=0))) for page, html in pages.items()}
    return {page: size for page, size in sizes.items() if size[0] > raw or size[1] > packed}


def test_a_canton_weighs_at_most_100_kb_and_32_compressed(site: Any) -> None:
    pages = {page: site.path(page).read_bytes() for page in terms.CANTONS}
    assert too_heavy(pages, raw=100_000, packed=32_000) == {}


def test_the_country_weighs_at_most_250_kb_and_70_compressed(site: Any) -> None:
    pages = {"index": site.path("index").read_bytes()}
    assert too_heavy(pages, raw=250_000, packed=70_000) == {}
    assert too_heavy({"index": os.urandom(71_000)}, raw=250_000, packed=70_000)


def first_view(html: str) -> str:
    """Return a page up to the end of the tile map of the language it opens in."""
    start = re.search(r"<ol[^>]*\btiles\b", html)
    assert start, "no tile map"
    return html[: html.index("</ol>", start.end())]


def test_the_first_view_weighs_at_most_14_kb_compressed(site: Any) -> None:
    views = {page: first_view(site.html(page)).encode() for page in PAGES[: -len(TOPICS)]}
    assert all(b"<h1" in view for view in views.values())
    assert too_heavy(views, raw=1_000_000, packed=14_000) == {}
