"""The contract of text browsers: a page without style or script still reads as a report."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from divide import terms, texts

BROWSERS = {
    "w3m": ["-dump", "-T", "text/html", "-cols", "80", "-I", "UTF-8", "-O", "UTF-8"],
    "lynx": ["-dump", "-nolist", "-width=80", "-assume_charset=utf-8", "-display_charset=utf-8"],
}
# Tags, entities and templates that a reader should never see.
MARKUP = re.compile(r"</?[a-z][a-z0-9]*[ >]|&(?:#\d+|[a-z]+);|\{[{%]|\b(?:class|lang|href)=")


@pytest.fixture(scope="session")
def dump() -> Callable[[Path], str]:
    """Return a function that reads a page with a text browser; skipped aloud without any."""
    name = next((one for one in BROWSERS if shutil.which(one)), None)
    if name is None:
        reason = "neither w3m nor lynx is installed: pages are not read as text"
        if os.environ.get("DIVIDE_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)

    def read(path: Path) -> str:
        command = [name, *BROWSERS[name], str(path)]
        told = subprocess.run(command, capture_output=True, check=True, timeout=60)
        return told.stdout.decode("utf-8")

    return read


def flat(text: str) -> str:
    """Return a text with every space plain, and lines joined."""
    return " ".join(text.split())


def out_of_order(text: str, parts: list[str]) -> list[str]:
    """Return the parts that do not follow one another in a text."""
    lost, at = [], 0
    for part in parts:
        found = text.find(part, at)
        lost += [part] if found < 0 else []
        at = max(at, found)
    return lost


def run_together(text: str) -> list[str]:
    """Return words of two languages without a space between them."""
    keys = [key for key in texts.keys("fr") if "{" not in texts._catalogue("fr")[key]]
    pairs = [
        flat(texts.label(key, lang=one))[-12:] + flat(texts.label(key, lang=two))[:12]
        for key in keys
        for one, two in zip(terms.LANGUAGES, terms.LANGUAGES[1:], strict=False)
    ]
    return sorted({pair for pair in pairs if pair in text})


def headings(html: str, read: Any) -> list[str]:
    """Return the headings of the language a page opens in, in order."""
    found = re.findall(r"<h[1-3][^>]*>.*?</h[1-3]>", html, re.S)
    opening = re.search(r"<html lang=\"?(\w\w)", html)
    assert opening
    articles = re.split(r"(?=<article)", html)
    spoken = {re.match(r"<article lang=\"?(\w\w)", one) for one in articles[1:]}
    assert spoken
    shown = read(html)
    said = [one for one in shown.elements if re.fullmatch("h[1-3]", one.tag)]
    assert len(said) == len(found)
    return [
        flat(read(part).said(opening.group(1)))
        for part, one in zip(found, said, strict=True)
        if set(one.langs) <= {opening.group(1)}
    ]


def test_a_text_browser_reads_the_report(site: Any, page: str, dump: Any, read_page: Any) -> None:
    html, raw = site.html(page), dump(site.path(page))
    text, place = flat(raw), site.place(page)
    titles = headings(html, read_page)
    assert len(titles) > 10
    assert out_of_order(text, titles) == []
    assert out_of_order(text, titles[::-1])
    lead = re.search(r"<p class=[\"']?lead.*?</p>", html, re.S)
    assert lead
    assert read_page(lead.group(0)).said(place.language) in text
    assert MARKUP.findall(raw) == []
    assert run_together(text) == []


@pytest.mark.parametrize("page", ["index", "VD"])
def test_each_canton_stands_with_its_value(default_pages: Any, page: str, dump: Any) -> None:
    raw = dump(default_pages.path(page))
    rows = default_pages.study.minorities
    rows = rows[rows["layer_indicator"] == "no_internet_use_3m"]
    rows = rows[rows["group"] == "age:80_plus"].set_index("place")["value"]
    for canton in terms.CANTONS:
        number = texts.format_share(rows[canton])
        percent = re.escape(number.rstrip("%" + texts.FIXED))
        assert re.search(rf"\b{canton} {percent}$", raw, re.M), canton
        place = default_pages.place(canton)
        # A narrow column breaks long names after a space or hyphen.
        name = re.split(r"[ -]", place.name[place.language])[0]
        assert re.search(rf"\b{re.escape(name)}.*?\s{percent}\s%", raw), canton


@pytest.mark.mirror
def test_each_commune_stands_with_its_value(mirror_pages: Any, dump: Any) -> None:
    raw = flat(dump(mirror_pages.path("AI")))
    rows = mirror_pages.communes("AI")
    assert len(rows) == 5
    for name, value in zip(rows["name"], rows["value"], strict=True):
        written = texts.format_per_1000(value) if value == value else "?"
        assert f"{name} {written}" in raw


@pytest.mark.parametrize(
    "text", ["a <b>c</b>", "3&nbsp;%", "&#160;", "{{ x }}", "class=lead", "<p>", "</small>"]
)
def test_markup_would_be_seen(text: str) -> None:
    assert MARKUP.search(text)


def test_words_without_a_space_would_be_seen() -> None:
    tables = [texts.label("section.tables", lang=lang) for lang in terms.LANGUAGES]
    assert run_together("".join(tables))
    assert run_together(" ".join(tables)) == []
