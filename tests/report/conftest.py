"""What tests of reports share: pages in homes of their own, a reader, communes by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
from shapely.geometry import box

from divide import tables, terms, texts
from divide.report import pages
from divide.report.stamp import TOPICS
from divide.report.study import Place, Study, load_study, page_place

# Figures age: pages of tests are written on one day, so that no banner moves with the month.
TODAY = date(2026, 11, 23)


@contextmanager
def living_in(home: Path, mirror: Path | None) -> Iterator[None]:
    """Let the package read and write one home, with or without official files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        if mirror:
            patch.setenv("DIVIDE_MIRROR", str(mirror))
        else:
            patch.delenv("DIVIDE_MIRROR", raising=False)
        yield


@dataclass(frozen=True)
class Site:
    """The pages of one study, and the home they were written in."""

    home: Path
    mirror: Path | None
    study: Study = field(repr=False)

    @property
    def folder(self) -> Path:
        """Return the folder of the pages."""
        return self.home / "reports"

    def path(self, page: str) -> Path:
        """Return the file of a page."""
        return self.folder / f"{page}.html"

    def html(self, page: str) -> str:
        """Return the text of a page."""
        return self.path(page).read_text(encoding="utf-8")

    def place(self, page: str) -> Place:
        """Return the place a page is about."""
        return page_place(page, texts.label)

    def table(self, name: str) -> pd.DataFrame:
        """Return a built table of this home."""
        with living_in(self.home, self.mirror):
            return tables.read(name)

    def communes(self, page: str) -> pd.DataFrame:
        """Return the communes a page has to show: the register's, with rate and status."""
        places, rates = self.table("places"), self.table("social_assistance")
        known = places[places["place_level"] == "commune"]
        rates = rates[rates["indicator"] == "social_assistance_share"]
        key = ["place", "register_date"]
        joined = known.merge(rates[[*key, "value", "status"]], on=key, how="left", validate="1:1")
        people = self.table("population")
        people = people[
            (people["source"] == "bfs_population") & (people["place_level"] == "commune")
        ]
        people = people[[*key, "value"]].rename(columns={"value": "residents"})
        joined = joined.merge(people, on=key, how="left", validate="1:1")
        return joined if page == "index" else joined[joined["canton"] == page]

    def render(self, page: str, *, place: Place | None = None, **changes: Any) -> str:
        """Write a page again with frames, day or place changed; the files stay as they are."""
        with living_in(self.home, self.mirror):
            study = replace(self.study, **changes)
            if page in TOPICS:
                return pages.render_topic(study, page)
            return pages.render_page(study, place or self.place(page))


def written(home: Path, mirror: Path | None) -> Site:
    """Write all pages of a built home."""
    with living_in(home, mirror):
        study = load_study(today=TODAY)
        pages.write_pages(["index", *terms.CANTONS, *TOPICS], study=study)
    return Site(home, mirror, study)


@pytest.fixture(scope="session")
def default_pages(built_default: Path) -> Site:
    """Return all pages of the embedded default."""
    return written(built_default, None)


@pytest.fixture(scope="session")
def mirror_pages(built_official: Path, mirror: Path) -> Site:
    """Return all pages of the official files, communes included."""
    return written(built_official, mirror)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Site:
    """Return the pages of the default, or those of the official files."""
    found: Site = request.getfixturevalue(f"{request.param}_pages")
    return found


@pytest.fixture
def page(request: pytest.FixtureRequest) -> str:
    """Return the name of a page that stands for its like."""
    return str(request.param)


# The country and a page in each opening language; with communes, where most and fewest are.
SHOWN = {"default": ("index", "VD", "TI"), "mirror": ("index", "BE", "AI", "VD", "ZH")}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test both sites, and, if it takes a page too, those that stand for all."""
    names = [name for name in ("site", "page") if name in metafunc.fixturenames]
    if "site" in names:
        marks = {"default": (), "mirror": pytest.mark.mirror}
        cases = [
            pytest.param(*(site, page)[: len(names)], marks=marks[site])
            for site, shown in SHOWN.items()
            for page in shown[: None if "page" in names else 1]
        ]
        metafunc.parametrize(names, cases, indirect=True, scope="session")


# Elements without an end, and those that the next of their kind ends.
EMPTY = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line", "use"}
CELL = {"td", "th"}
ENDS = {
    **{one: {"p"} for one in ("p", "h2", "h3", "ul", "ol", "dl", "div", "section", "table")},
    "li": {"p", "li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": CELL,
    "th": CELL,
    "tr": CELL | {"tr"},
    "tbody": CELL | {"tr", "thead", "tbody"},
}


@dataclass(frozen=True)
class Element:
    """One element of a page; `langs` are the languages of what it stands in and of itself."""

    tag: str
    attrs: Mapping[str, str]
    langs: tuple[str, ...]

    @property
    def classes(self) -> list[str]:
        """Return the element's classes."""
        return self.attrs.get("class", "").split()


class Reading(HTMLParser):
    """A page as a machine reads it: elements and words, and in which languages they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.words: list[tuple[tuple[str, ...], str]] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open and self._open[-1].tag in ENDS.get(tag, ()):
            self._open.pop()
        given = {name: value or "" for name, value in attrs}
        around = self._open[-1].langs if self._open else ()
        # The language of the page is that of its first part, not of all of them.
        own = (given["lang"],) if "lang" in given and tag != "html" else ()
        self.elements.append(Element(tag, given, around + own))
        if tag not in EMPTY:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not any(one.tag in ("style", "script") for one in self._open):
            self.words.append((self._open[-1].langs if self._open else (), data))

    @property
    def text(self) -> str:
        """Return all words of the page, in every language."""
        return "\n".join(words for _, words in self.words)

    def said(self, lang: str) -> str:
        """Return the words a reader of one language sees, every space a plain one."""
        seen = [words for langs, words in self.words if set(langs) <= {lang}]
        return " ".join(" ".join(seen).split())

    def values(self, name: str) -> list[str]:
        """Return every value of an attribute, in the order of the page."""
        return [one.attrs[name] for one in self.elements if name in one.attrs]


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Reading]:
    """Return the reader of a page's text."""
    return Reading


# Six communes by hand: place, canton, name, recipients per resident, why there is none.
COMMUNES = (
    ("3101", "AI", "Erste", 0.012, "observed"),
    ("3102", "AI", "Zweite", 0.030, "observed"),
    ("3104", "AI", "Dritte", None, "suppressed"),
    ("3111", "AI", "Vierte", None, "missing"),
    ("5401", "VD", "Cinquième", 0.045, "observed"),
    ("5402", "VD", "Sixième", 0.060, "observed"),
)
ORIGIN = {
    "source": "bfs_social_assistance",
    "edition": "2022",
    "year": 2022,
    "table": "sozialhilfeempf",
}


@pytest.fixture
def communes(default_pages: Site) -> Callable[..., dict[str, Any]]:
    """Return a function that makes the frames of six communes; `names` are put over theirs."""

    def make(names: Mapping[str, str] = {}) -> dict[str, Any]:
        rows = pd.DataFrame(COMMUNES, columns=["place", "canton", "name", "value", "status"])
        rows["name"] = [names.get(place, name) for place, _, name, *_ in COMMUNES]
        rows = rows.assign(register_date="2024-01-01", residents=4000.0)
        squares = [box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(rows))]
        areas = rows[["place", "name", "register_date"]].assign(place_level="commune")
        boundaries = geopandas.GeoDataFrame(areas, geometry=squares, crs=2056)
        known = pd.DataFrame([ORIGIN])
        origins = pd.concat([default_pages.study.origins, known], ignore_index=True)
        return {"communes": rows, "boundaries": boundaries, "origins": origins}

    return make
