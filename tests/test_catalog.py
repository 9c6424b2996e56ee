"""Records read from the facts: complete, consistent, and clear about what is wrong."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from divide import catalog, paths, terms
from divide.errors import FactsError, UnknownNameError

CACHED = ("facts", "sources", "publications", "indicators", "cantons", "regions")


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the facts that a test may spoil."""
    folder = tmp_path / "facts"
    shutil.copytree(paths.FACTS, folder)
    monkeypatch.setattr(paths, "FACTS", folder)
    for name in CACHED:
        getattr(catalog, name).cache_clear()
    yield folder
    for name in CACHED:
        getattr(catalog, name).cache_clear()


@pytest.mark.parametrize("written", ["VD", "vd", "Vd"])
def test_a_canton_in_any_case(written: str) -> None:
    found = catalog.canton(written)
    assert (found.id, found.number, found.name["en"]) == ("VD", 22, "Vaud")


@pytest.mark.parametrize(("written", "near"), [("VDD", "VD"), ("XX", "Known: AG, AI")])
def test_an_unknown_canton_names_the_near_ones(written: str, near: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no canton '{written}'.*{near}") as unknown:
        catalog.canton(written)
    assert unknown.value.exit_code == 2


@pytest.mark.parametrize("ask", [catalog.indicator, catalog.source])
def test_unknown_names_are_refused(ask: object) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean"):
        ask("eurostat_internet_us")  # type: ignore[operator]


def test_cantons_are_26_in_official_order() -> None:
    found = list(catalog.cantons().values())
    assert [one.id for one in found] == list(terms.CANTONS)
    assert [one.number for one in found] == list(range(1, 27))
    for one in found:
        assert set(one.name) == set(one.within) == set(terms.LANGUAGES)
        assert all([*one.name.values(), *one.within.values()])
        assert one.page_language in terms.LANGUAGES


def test_no_two_tiles_share_a_square() -> None:
    squares = [(one.row, one.column) for one in catalog.cantons().values()]
    assert len(set(squares)) == 26


def test_regions_have_names_in_four_languages() -> None:
    found = catalog.regions()
    levels = [level for level, _ in found]
    assert (levels.count("language_region"), levels.count("major_region")) == (4, 7)
    assert all(names[lang] for names in found.values() for lang in terms.LANGUAGES)


def test_every_source_is_complete() -> None:
    found = catalog.sources()
    assert len(found) >= 15
    for source in found.values():
        for words in (source.publisher_name, source.title, source.holds, source.terms):
            assert set(words) == set(terms.LANGUAGES) and all(words.values()), source.id
        assert source.licence and source.publisher
        for edition in source.editions:
            # A file whose hash is not declared could change unnoticed.
            assert set(edition.sha256) == set(edition.files), (source.id, edition.edition)
            assert all(re.fullmatch("[0-9a-f]{64}", one) for one in edition.sha256.values())


def test_editions_stand_newest_first() -> None:
    """`snapshots.find` takes the first that is on the disk."""
    for source in catalog.sources().values():
        dated = [one.edition for one in source.editions]
        assert dated == sorted(dated, reverse=True), source.id


def test_indicators_that_lack_point_back() -> None:
    known = catalog.indicators()
    declared = catalog.facts("indicators")
    for name, one in known.items():
        if one.of:
            assert declared[one.of]["lacking"] == name
        if declared[name].get("lacking"):
            assert known[declared[name]["lacking"]].of == name
        assert one.layer in (None, "H", "S", "C", "K", "A"), name
        assert one.source is None or one.source in catalog.sources(), name


def test_declared_thresholds_are_those_of_the_method() -> None:
    declared = catalog.facts("thresholds")
    assert declared["probability"] == 0.90
    assert declared["gap"] == 0.05
    assert declared["visible"] == pytest.approx(2 / 3, abs=1e-4)
    assert declared["taus"] == [0.0, 0.15, 0.30]
    assert declared["probability_alternatives"] == [0.80, 0.95]
    assert declared["visible_alternatives"] == [0.5, 0.75]
    risk = declared["risk"]
    assert set(risk["indicators"]) <= set(catalog.indicators())
    assert risk["year"] in risk["respondents"]


@pytest.mark.parametrize(
    "content", ["id: [unclosed\n", "a: b: c\n", "\t- tab\n", "", "just words\n", "- a\n- b\n"]
)
def test_a_broken_source_file_is_named(facts: Path, content: str) -> None:
    (facts / "sources" / "bfs_ict_skills.yml").write_text(content, encoding="utf-8")
    with pytest.raises(FactsError, match=r"bfs_ict_skills\.yml"):
        catalog.sources()


def test_a_source_file_of_other_encoding_is_named(facts: Path) -> None:
    (facts / "sources" / "bfs_ict_skills.yml").write_bytes("id: été".encode("cp1252"))
    with pytest.raises(FactsError, match=r"bfs_ict_skills\.yml"):
        catalog.sources()


@pytest.mark.parametrize("key", ["publisher", "title", "licence", "page"])
def test_a_missing_key_is_named_with_its_file(facts: Path, key: str) -> None:
    path = facts / "sources" / "bfs_ict_skills.yml"
    text = re.sub(rf"^{key}:", "renamed:", path.read_text(encoding="utf-8"), flags=re.M)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FactsError, match=rf"bfs_ict_skills\.yml lacks '{key}'"):
        catalog.sources()


def test_a_source_that_calls_itself_otherwise_is_refused(facts: Path) -> None:
    folder = facts / "sources"
    (folder / "bfs_ict_skills.yml").rename(folder / "bfs_skills.yml")
    with pytest.raises(FactsError, match=r"bfs_skills\.yml declares id 'bfs_ict_skills'"):
        catalog.sources()


def test_a_lost_facts_file_is_named(facts: Path) -> None:
    (facts / "thresholds.yml").unlink()
    with pytest.raises(FactsError, match=r"thresholds\.yml"):
        catalog.facts("thresholds")


def test_channels_and_their_rules_are_read(facts: Path) -> None:
    path = facts / "sources" / "bfs_ict_skills.yml"
    text = re.sub(
        r"^(channels|hosts|limits|drift|population):.*?(?=^\S)",
        "",
        path.read_text("utf-8") + "\nz: 0\n",
        flags=re.M | re.S,
    )
    added = """
channels:
  - {kind: dam, url: "https://one.example", order: px-1}
  - {kind: pxweb, url: "https://two.example", cube: px-1}
hosts: [one.example, two.example]
limits: {calls: 10, seconds: 10}
drift: {rows: 0.2}
successor: px-2
population: {fr: tous, de: alle, it: tutti, en: everyone}
"""
    path.write_text(text + added, encoding="utf-8")
    found = catalog.source("bfs_ict_skills")
    assert [one.kind for one in found.channels] == ["dam", "pxweb"]
    assert found.channels[1].options["cube"] == "px-1"
    assert found.hosts == {"one.example", "two.example"}
    assert (found.limits, found.drift) == ({"calls": 10, "seconds": 10}, {"rows": 0.2})
    assert found.successor == "px-2" and found.population
    assert found.population["en"] == "everyone" and not found.typed


def test_a_channel_without_a_kind_is_named_with_its_file(facts: Path) -> None:
    path = facts / "sources" / "forum_alterspolitik.yml"
    with path.open("a", encoding="utf-8") as file:
        file.write("channels:\n  - {url: nowhere}\n")
    with pytest.raises(FactsError, match=r"forum_alterspolitik\.yml has a channel without a kind"):
        catalog.sources()


@pytest.mark.parametrize("name", sorted(catalog.sources()))
def test_every_source_says_how_it_is_fetched_or_that_it_was_typed(name: str) -> None:
    source = catalog.source(name)
    written = (paths.FACTS / "sources" / f"{name}.yml").read_text(encoding="utf-8")
    # A source that no service offers in the form that is read says so and why.
    ways = (source.typed, bool(source.channels), "\n# No channel: " in written)
    assert ways.count(True) == 1, ways
    assert "FILL_IN" not in written
    assert source.population and set(source.population) == set(terms.LANGUAGES)
    assert all(source.population.values())
    # Nobody is contacted whom the source does not name, and nobody is named in vain.
    addresses = [
        str(one.options[part])
        for one in source.channels
        for part in ("url", "fallback")
        if part in one.options
    ]
    assert {urlsplit(one).hostname for one in addresses} <= source.hosts
    assert all(one.startswith("https://") for one in addresses)
    assert bool(source.hosts) == bool(source.channels)
    # What drift and patience mean is decided where the source is described.
    assert bool(source.limits) == bool(source.drift) == bool(source.channels)
