"""The pages on sources and tables say of each what facts and schemas say, and name no other."""

import re
from pathlib import Path

import pytest

from divide import catalog, schemas, terms
from divide.build.recipe_list import RECIPES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sources.md"
TABLES = PAGE.with_name("tables.md")
PARTS = ("Holds", "Population", "Licence", "Comes", "Cannot tell")


def sections(page: Path = PAGE, level: str = "##") -> dict[str, str]:
    """Return a page's sections by the source or table they are about."""
    _, *found = re.split(rf"^{level} (\w+)\n", page.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(found[::2], found[1::2], strict=True))


def test_every_source_has_its_section_in_order() -> None:
    assert list(sections()) == sorted(catalog.sources())


@pytest.mark.parametrize("name", sorted(catalog.sources()))
def test_a_section_says_what_the_facts_say(name: str) -> None:
    source, told = catalog.sources()[name], sections()[name]
    parts = dict(re.findall(r"^- \*\*([\w ]+)\.\*\* (\S.*)$", told, flags=re.M))
    assert tuple(parts) == PARTS
    assert source.population
    assert parts["Holds"] == source.holds["en"].strip()
    assert parts["Population"] == source.population["en"].strip()
    assert parts["Licence"] == f"{source.licence}: {source.terms['en'].strip()}"
    assert source.page in told and source.official_id in told
    assert parts["Comes"].startswith("Fetched: ") == bool(source.channels)
    assert parts["Comes"].startswith("Typed") == source.typed
    assert source.successor is None or source.successor in parts["Comes"]


def test_every_table_has_its_section() -> None:
    assert set(sections(TABLES, "###")) == set(schemas.names())


@pytest.mark.parametrize("name", schemas.names())
def test_a_table_is_told_whole(name: str) -> None:
    told = sections(TABLES, "###")[name]
    quoted = set(re.findall(r"`(\w+)`", told))
    first, last = f"_{terms.LANGUAGES[0]}", f"_{terms.LANGUAGES[-1]}"
    for start in re.findall(rf"`(\w+){first}` … `\1{last}`", told):
        quoted |= {f"{start}_{lang}" for lang in terms.LANGUAGES}
    shared = {*terms.KEY, *terms.VALUE, *terms.ORIGIN}
    known = set(schemas.columns(name))
    assert known - quoted <= shared | {"source", "edition"}
    more = set(schemas.key(name)) - (set(terms.KEY) if "indicator" in known else set())
    stated = re.search(r"^- \*\*Key\.\*\* (.*)$", told, flags=re.M)
    assert more == (set(re.findall(r"`(\w+)`", stated[1])) if stated else set())
    assert ("*fetched*" in told) == RECIPES[name].optional


def numbers(page: str, first: str) -> dict[str, list[float]]:
    """Return the rows of the table whose first head is given: numbers by their name."""
    (table,) = re.findall(rf"^\| {first} \|.*\n\|[-|]*\n((?:\|.*\n)+)", page, flags=re.M)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {name: [float(cell) for cell in cells] for name, *cells in rows}


def test_what_europe_costs_follows_from_what_was_measured() -> None:
    page = PAGE.with_name("scaling.md").read_text(encoding="utf-8")
    measured = {
        name.partition(":")[0]: cells for name, cells in numbers(page, "work, 40 countries").items()
    }
    work, time = numbers(page, "work"), numbers(page, "processors")
    europe, country = work.pop("together")[::-1]
    for name, (each, whole) in work.items():
        # Printed figures are rounded: a country to a hundredth of a second.
        assert whole == pytest.approx(40 * each, abs=0.5)
        assert name not in measured or measured[name][0] == whole
    assert set(measured) < set(work)
    assert country == pytest.approx(sum(each for each, _ in work.values()), abs=0.1)
    assert europe == pytest.approx(sum(whole for _, whole in work.values()), abs=1)
    for processors, (seconds,) in time.items():
        share = -(-40 // int(processors))
        assert seconds == pytest.approx(2.4 + share * country, abs=0.5 * share + 0.5)
