"""Write pages: one HTML file a place, four languages inside, whole or not at all."""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from divide import paths, terms, texts
from divide.measure.claims import Sentence
from divide.report import (
    cantons,
    communes,
    evidence,
    figures,
    institutions,
    leads,
    origins,
    overview,
)
from divide.report.downloads import data_address, page_rows, to_csv
from divide.report.groups import group_items, stability
from divide.report.stamp import page_path
from divide.report.study import Place, Study, load_study, page_place
from divide.show import palettes, styles

# What a page of no place is made of.
_TOPICS: Final = {"evidence": evidence.parts, "institutions": institutions.parts}


def write_pages(
    pages: Iterable[str],
    *,
    lang: str | None = None,
    say: Callable[[str], None] | None = None,
    study: Study | None = None,
) -> None:
    """
    Write the pages named: `index` for the country, two letters for a canton, or a topic.

    Parameters
    ----------
    lang
        Language the pages open in; None for each place's own.
    say
        Called with each page's name before it is written.
    study
        The frames to write from; None for the built tables.
    """
    loaded = study or load_study()
    paths.reports().mkdir(parents=True, exist_ok=True)
    for page in pages:
        if say:
            say(page)
        target = page_path(page)
        part = target.with_name(f".{page}.{os.getpid()}.part")
        try:
            part.write_text(_render(loaded, page, lang), encoding="utf-8", newline="\n")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _render(study: Study, page: str, lang: str | None) -> str:
    if page in _TOPICS:
        return render_topic(study, page, lang=lang)
    return render_page(study, page_place(page, texts.label), lang=lang)


def render_topic(study: Study, topic: str, *, lang: str | None = None) -> str:
    """Return the HTML of a page of no place, opening in `lang` or as the country's."""
    first = lang or page_place("index", texts.label).language
    told = _TOPICS[topic](study, _order(first))
    return str(_template(f"{topic}.html").render(**_frame(first, _topic(topic, first)), **told))


def _topic(topic: str, lang: str) -> str:
    name = texts.label(f"site.{topic}", lang=lang)
    return f"{name} – {texts.label('site.name', lang=lang)} – divide"


def render_page(study: Study, place: Place, *, lang: str | None = None) -> str:
    """Return a page's HTML, opening in `lang` or in the place's own language."""
    first = lang or place.language
    order = _order(first)
    found = communes.communes_of(study, place)
    return str(
        _template("page.html").render(
            **_frame(first, _title(place, first)),
            place=place.id,
            country=place.is_country,
            symbol=found.symbol() if found else "",
            opening=[_opening(study, place, one) for one in order],
            closing=[_closing(study, place, one) for one in order],
            canton_table=cantons.canton_table(study),
            commune_table=communes.commune_table(found, place) if found else "",
            download=data_address(to_csv(page_rows(study, place))),
            sources=origins.source_list(study, first),
            **_figures(study, place, found),
        )
    )


def _order(first: str) -> list[str]:
    return [first, *(one for one in terms.LANGUAGES if one != first)]


def _frame(first: str, title: str) -> dict[str, Any]:
    """Return what stands around every page: title, style and its hash, words, patterns."""
    style = _style()
    return {
        "lang": first,
        "title": title,
        "description": texts.label("site.description", lang=first),
        "style": Markup(style),
        "style_hash": f"sha256-{_digest(style)}",
        "skip": texts.label("site.skip", lang=first),
        "languages": terms.LANGUAGES,
        "words": {one: _Words(one) for one in terms.LANGUAGES},
        "patterns": palettes.patterns(),
    }


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _title(place: Place, lang: str) -> str:
    return f"{place.name[lang]} – {texts.label('site.name', lang=lang)} – divide"


def _opening(study: Study, place: Place, lang: str) -> dict[str, Any]:
    """Return the first part of a page in one language: sentences and groups."""
    return {
        "lang": lang,
        "name": place.name[lang],
        "lead": leads.lead(study, place, lang),
        "stale": origins.stale_banner(study, lang),
        "origin": origins.made_from(study, lang),
        "groups": group_items(study, place, lang),
        "stability": stability(study, place, lang),
        "measure": _measure(study, place, lang),
    }


def _measure(study: Study, place: Place, lang: str) -> list[Sentence]:
    """Say what would have to be measured first; for the country, how far the answer may move."""
    told = overview.measure_first(study, lang)
    return [*told, overview.result(study, lang)] if place.is_country else told


def _closing(study: Study, place: Place, lang: str) -> dict[str, Any]:
    """Return the last part of a page in one language: limits, use, method, sources."""
    return {
        "lang": lang,
        **{name: _prose(name, lang) for name in ("limits", "use", "method")},
        "cite": origins.citation(study, _title(place, lang), lang),
    }


def _figures(study: Study, place: Place, found: communes.Communes | None) -> dict[str, Any]:
    """Return the middle part: figures that stand once, their words in four languages."""
    country = place.is_country
    return {
        "tiles": figures.canton_tiles(study, place),
        "communes": communes.commune_figure(found, place) if found else None,
        "expected": {lang: leads.expected(study, place, lang) for lang in terms.LANGUAGES},
        "expected_title": "section.national_rates" if country else "section.expected",
        "chart_title": "chart.published" if country else "expected.title",
        "chart": figures.published_chart(study)
        if country
        else figures.expected_chart(study, place),
        "provision": figures.provision(study, place),
        "reach_year": figures.each("reach.year", year=study.homes["year"].max()),
        "ladder": figures.ladder_figure(study, place),
        "account": origins.account_lines(study) if country else None,
        "origins": {
            "living": origins.source_line(study.living),
            "use": origins.source_line(study.use),
            "homes": origins.source_line(study.homes),
            "communes": origins.source_line(study.origins, source="bfs_social_assistance")
            if found
            else "",
        },
    }


class _Words(dict[str, str]):
    """Labels of one language, looked up when a template names them."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __missing__(self, key: str) -> str:
        return texts.label(key, lang=self._lang)


@cache
def _style() -> str:
    own = (paths.PACKAGE / "report" / "style.css").read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", own, flags=re.DOTALL)
    lines = (line.strip() for line in bare.splitlines())
    return styles.css(figures.layout()) + "".join(lines)


@cache
def _template(name: str) -> Any:
    loader = FileSystemLoader(paths.PACKAGE / "report" / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=False
    )
    return environment.get_template(name)


@cache
def _prose(name: str, lang: str) -> Markup:
    return Markup(MarkdownIt("commonmark", {"html": False}).render(texts.prose(name, lang=lang)))
