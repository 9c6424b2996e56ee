"""The page on sources says of each source what the facts say, and names no other."""

import re
from pathlib import Path

import pytest

from divide import catalog

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sources.md"
PARTS = ("Holds", "Population", "Licence", "Comes", "Cannot tell")


def sections() -> dict[str, str]:
    """Return the page's sections by the source they are about."""
    _, *found = re.split(r"^## (\w+)\n", PAGE.read_text(encoding="utf-8"), flags=re.M)
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
