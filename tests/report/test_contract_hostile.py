"""The contract of hostile text: it shows as text, runs nowhere, and is no formula in the CSV."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from divide import terms, texts

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("https://example.invalid","x")',
    "{{7*7}}{%raw%}",
)
MORE = "</style></title></table><svg/onload=alert(1)>'\"`&lt;&"


@pytest.fixture
def planted(default_pages: Any, communes: Any, tmp_path: Path) -> Callable[[], Path]:
    """Return a function that writes a page whose communes, canton and labels are hostile."""

    def write() -> Path:
        frames = communes(dict(zip(("3101", "3102", "3104", "3111"), HOSTILE, strict=True)))
        known = default_pages.place("AI")
        name = {lang: f"{lang} {MORE}" for lang in terms.LANGUAGES}
        place = replace(known, name=name, within=name)
        living = default_pages.study.living.copy()
        living.loc[living["place"] == "AI", "group"] += HOSTILE[0]
        extra = living[living["place"] == "AI"].iloc[:1].assign(group=HOSTILE[2])
        frames["living"] = pd.concat([living, extra], ignore_index=True)
        path = tmp_path / "hostile.html"
        path.write_text(default_pages.render("AI", place=place, **frames), encoding="utf-8")
        return path

    return write


@pytest.mark.browser
def test_hostile_names_show_as_text(
    planted: Any, open_tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang in terms.LANGUAGES:
        # A translator's words reach the page as other words do.
        monkeypatch.setitem(texts._catalogue(lang), "group.foreign", HOSTILE[1])
    path = planted()
    tab = open_tab(path)
    for lang in terms.LANGUAGES:
        tab.choose(lang)
        seen = tab.page.locator("main").inner_text()
        assert f"{lang} {MORE}" in seen
        assert all(text in seen for text in HOSTILE), lang
    assert tab.page.title().startswith(f"de {MORE}")
    assert tab.page.locator("script, img, [onerror], [onload], svg svg").count() == 0
    assert tab.page.locator("svg.map").first.locator("desc").count() == 1
    assert tab.dialogs == []
    assert tab.requests == [path.as_uri()]
    assert tab.refused() == []


@pytest.mark.browser
def test_such_text_would_be_seen_if_it_ran(
    default_pages: Any, open_tab: Any, tmp_path: Path
) -> None:
    path = tmp_path / "run.html"
    html = default_pages.html("AI").replace("</main>", f"{HOSTILE[0]}{HOSTILE[1]}</main>")
    path.write_text(html, encoding="utf-8")
    tab = open_tab(path)
    assert tab.page.locator("script, img, [onerror]").count() == 2
    assert len(tab.refused()) >= 2
    open_policy = html.replace("Content-Security-Policy", "x")
    path.write_text(open_policy, encoding="utf-8")
    assert open_tab(path).dialogs


def test_hostile_text_is_no_formula_in_the_csv(planted: Any, read_page: Any) -> None:
    html = planted().read_text(encoding="utf-8")
    (address,) = [one for one in read_page(html).values("href") if one.startswith("data:text/csv")]
    rows = list(csv.DictReader(io.StringIO(unquote(address.partition(",")[2]))))
    groups = {row["group"] for row in rows}
    assert "'" + HOSTILE[2] in groups
    assert "age:80_plus" + HOSTILE[0] in groups
    started = [cell for row in rows for cell in row.values() if cell[:1] in "=+@\t\r" and cell]
    assert started == []
