"""The contract of origins: each figure with year, source, edition, licence and method version."""

import re
from datetime import date
from typing import Any

import pandas as pd
import pytest

import divide
from divide import catalog, terms, texts

# The class of each figure, and the source it is made from.
FIGURES = {
    "tiles": "forum_alterspolitik",
    "iv": "bfs_ict_skills",
    "prov": "bag_nursing_homes",
    "ladder": "forum_alterspolitik",
    "map": "bfs_social_assistance",
}
PAGES = ("index", "VD", "AI", "TI")


def figure_sections(html: str) -> dict[str, str]:
    """Return the HTML of each section with a figure, by the figure's class."""
    found = {}
    for section in re.findall(r"<section.*?</section>", html, re.S):
        for name in FIGURES:
            if re.search(rf"<(?:ol|dl|svg)\b[^>]*\bclass=[\"']?{name}\b", section):
                found[name] = section
    return found


def editions(study: Any, source: str) -> set[tuple[str, str]]:
    """Return edition and year of each file that a source's figures come from."""
    rows = study.origins[study.origins["source"] == source]
    return {
        (str(edition), str(year)) for edition, year in zip(rows.edition, rows.year, strict=True)
    }


def lacking(said: str, source: str, dated: set[tuple[str, str]]) -> list[str]:
    """Say which parts of its origin a figure's section does not tell."""
    known = catalog.source(source)
    publishers = {known.publisher, *known.publisher_name.values()}
    faults = [] if any(one in said for one in publishers) else ["publisher"]
    faults += [] if known.official_id in said else ["official id"]
    faults += (
        [] if known.licence in said or any(t in said for t in known.terms.values()) else ["licence"]
    )
    faults += [] if f"divide {divide.__version__}" in said else ["method version"]
    rest = said.replace(known.official_id, "")
    if not any(edition in rest for edition, _ in dated):
        faults += ["edition"]
    if not any(re.search(rf"\b{year}\b", rest) for _, year in dated):
        faults += ["year"]
    return faults


def test_each_figure_tells_its_origin_at_its_foot(site: Any, read_page: Any) -> None:
    wanted = set(FIGURES) if site.mirror else set(FIGURES) - {"map"}
    for page in PAGES:
        sections = figure_sections(site.html(page))
        assert set(sections) == wanted, page
        for name, section in sections.items():
            dated = editions(site.study, FIGURES[name])
            assert dated
            for lang in terms.LANGUAGES:
                said = read_page(section).said(lang)
                assert lacking(said, FIGURES[name], dated) == [], (page, name, lang)


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ("BAG · SOMED · 2019 · OPEN-BY · divide {v}", []),
        ("SOMED · 2019 · OPEN-BY · divide {v}", ["publisher"]),
        ("BAG · 2019 · OPEN-BY · divide {v}", ["official id"]),
        ("BAG · SOMED · OPEN-BY · divide {v}", ["edition", "year"]),
        ("BAG · SOMED · 2019 · divide {v}", ["licence"]),
        ("BAG · SOMED · 2019 · OPEN-BY", ["method version"]),
    ],
)
def test_an_origin_that_says_less_is_seen(said: str, faults: list[str]) -> None:
    told = said.format(v=divide.__version__)
    assert lacking(told, "bag_nursing_homes", {("2019", "2019")}) == faults


def test_each_table_says_its_year(site: Any, read_page: Any) -> None:
    for page in PAGES:
        captions = re.findall(r"<caption>.*?(?=<thead)", site.html(page), re.S)
        assert len(captions) == (2 if site.mirror else 1)
        for caption in captions:
            for lang in terms.LANGUAGES:
                assert re.search(r"\b20\d\d\b", read_page(caption).said(lang)), (page, lang)


def test_the_foot_names_every_source_and_how_to_cite(site: Any, read_page: Any) -> None:
    years = [str(site.study.origins["year"].min()), str(site.study.origins["year"].max())]
    for page in PAGES:
        html = site.html(page)
        for lang in terms.LANGUAGES:
            (cite,) = [
                read_page(one).said(lang)
                for one in re.findall(r"<p class=[\"']?cite.*?</p>", html, re.S)
                if read_page(one).said(lang)
            ]
            name = site.place(page).name[lang]
            for part in ("divide", divide.__version__, name, *years):
                assert part in cite, (page, lang)
            said = read_page(html).said(lang)
            for source in set(site.study.origins["source"]):
                assert catalog.source(source).official_id in said, (page, lang, source)
            assert any(
                catalog.source(source).title[one] in said
                for one in terms.LANGUAGES
                for source in set(site.study.origins["source"])
            )


def banner(lang: str, said: str) -> str:
    """Find the banner of old figures in a page's words, whatever numbers it holds."""
    parts = re.split(r"\{\w+\}", texts._catalogue(lang)["banner.stale"])
    found = re.search(".{1,9}".join(re.escape(re.sub(r"\s", " ", one)) for one in parts), said)
    return found.group(0) if found else ""


@pytest.mark.parametrize("page", ["index", "AI"])
@pytest.mark.parametrize(
    ("today", "stale"),
    # 36 months before 15 December 2021 is 1 December 2018: a figure of 2018 is not yet older.
    [("2021-12-15", False), ("2022-01-01", True), ("2026-11-23", True)],
)
def test_figures_older_than_36_months_raise_a_banner(
    default_pages: Any, read_page: Any, page: str, today: str, stale: bool
) -> None:
    assert default_pages.study.origins["year"].min() == 2018
    html = default_pages.render(page, today=date.fromisoformat(today))
    for lang in terms.LANGUAGES:
        told = banner(lang, read_page(html).said(lang))
        assert bool(told) == stale
        if stale:
            assert "2018" in told
            assert str(default_pages.study.origins["year"].max()) in told


def test_a_page_says_whether_it_rests_on_official_files(site: Any, read_page: Any) -> None:
    told = (
        ("banner.official", "banner.default")
        if site.mirror
        else ("banner.default", "banner.official")
    )
    for page in PAGES:
        read = read_page(site.html(page))
        for lang in terms.LANGUAGES:
            said = read.said(lang)
            assert texts.label(told[0], lang=lang) in said
            assert texts.label(told[1], lang=lang) not in said


def test_a_figure_s_line_names_the_newest_year(default_pages: Any, read_page: Any) -> None:
    """A younger file of a source at hand is the one the figure names."""
    study = default_pages.study
    younger = study.homes.assign(year=2023, edition="2023")
    origins = pd.concat(
        [
            study.origins[study.origins["source"] != "bag_nursing_homes"],
            study.origins[study.origins["source"] == "bag_nursing_homes"].assign(
                year=2023, edition="2023"
            ),
        ]
    )
    html = default_pages.render("AI", homes=younger, origins=origins)
    said = read_page(figure_sections(html)["prov"]).said("de")
    assert lacking(said, "bag_nursing_homes", {("2023", "2023")}) == []
    assert "2019" not in said
