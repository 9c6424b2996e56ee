"""The contract of words: every label and page of prose in four languages, none left behind."""

import re
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po

from divide import catalog, paths, terms, texts

# A language is named in itself; French and English share some words.
SHARED = {
    *(f"language.{lang}" for lang in terms.LANGUAGES),
    *("column.canton", "count.canton.one", "count.canton.other"),
    *("column.commune", "count.commune.one", "count.commune.other"),
    "reach.places",
    *("survey.check.question", "survey.check.code"),
    *("survey.actor.I", "survey.dimension.IN", "survey.sign.danger", "survey.sign.opportunity"),
}


def messages(lang: str) -> dict[str, Any]:
    """Return a catalogue's messages as they are written, empty ones included."""
    with (paths.FACTS / "texts" / f"{lang}.po").open("rb") as file:
        return {str(one.id): one for one in read_po(file, locale=lang) if one.id}


def placeholders(text: str) -> set[str]:
    """Return the names that a text leaves open."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def alike(labels: dict[str, dict[str, str]]) -> set[str]:
    """Return the keys that say the same words in two languages."""
    return {
        key
        for key, said in labels.items()
        if len(set(said.values())) < len(terms.LANGUAGES)
        and re.search(r"[^\W\d_]{4}", re.sub(r"\{\w+\}", "", said["en"]))
    }


def all_labels() -> dict[str, dict[str, str]]:
    """Return every label by key and language."""
    known = {lang: messages(lang) for lang in terms.LANGUAGES}
    return {
        key: {lang: str(known[lang][key].string) for lang in terms.LANGUAGES} for key in known["fr"]
    }


def test_the_catalogues_have_the_same_keys() -> None:
    keys = {lang: set(messages(lang)) for lang in terms.LANGUAGES}
    assert len(keys["fr"]) > 80
    for lang in terms.LANGUAGES:
        assert keys[lang] == keys["fr"], lang


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_no_label_is_empty_or_doubtful(lang: str) -> None:
    bad = [key for key, one in messages(lang).items() if not str(one.string).strip() or one.fuzzy]
    assert bad == []


def test_a_label_leaves_open_the_same_in_four_languages() -> None:
    unlike = {
        key: said
        for key, said in all_labels().items()
        if len({frozenset(placeholders(text)) for text in said.values()}) > 1
    }
    assert unlike == {}


def test_no_label_is_left_in_another_language() -> None:
    assert alike(all_labels()) == SHARED
    planted = {lang: "See the table" for lang in terms.LANGUAGES}
    assert alike({"table.see": planted}) == {"table.see"}


def test_marks_of_each_language_are_its_own() -> None:
    """German writes no ß, French sets a no-break space before its double signs."""
    labels = all_labels()
    assert [key for key, said in labels.items() if "ß" in said["de"]] == []
    loose = re.compile(r"[^\s\u00a0\u202f«][;:!?](?=\s|$)|[ ][;:!?»]|«[ ]")
    assert {key: said["fr"] for key, said in labels.items() if loose.search(said["fr"])} == {}


def test_every_page_of_prose_stands_in_four_languages() -> None:
    names = {
        lang: {path.name for path in (paths.FACTS / "texts" / lang).glob("*.md")}
        for lang in terms.LANGUAGES
    }
    assert names["fr"] >= {"limits.md", "use.md", "method.md"}
    assert names == dict.fromkeys(terms.LANGUAGES, names["fr"])


def shape(text: str) -> list[str]:
    """Return what each paragraph of Markdown is: an entry, a heading, or words."""
    kinds = {"-": "entry", "*": "entry", "#": "heading"}
    blocks = re.split(r"\n\s*\n|\n(?=(?:[-*]|\d+\.)\s)", text.strip())
    return [
        "step" if re.match(r"\d+\.\s", one) else kinds.get(one[:1] if one[1:2] in " #" else "", "p")
        for one in blocks
    ]


@pytest.mark.parametrize("name", ["limits", "use", "method"])
def test_prose_has_as_many_entries_in_each_language(name: str) -> None:
    shapes = {lang: shape(texts.prose(name, lang=lang)) for lang in terms.LANGUAGES}
    assert shapes == dict.fromkeys(terms.LANGUAGES, shapes["fr"])
    assert len(shapes["fr"]) >= 2
    bolds = {lang: texts.prose(name, lang=lang).count("**") for lang in terms.LANGUAGES}
    assert len(set(bolds.values())) == 1
    said = [texts.prose(name, lang=lang) for lang in terms.LANGUAGES]
    assert len(set(said)) == 4


def test_a_lost_entry_is_seen() -> None:
    assert shape("- a\n- b\n") == ["entry", "entry"] != shape("- a b\n")
    assert shape("1. a\n2. b\n\nwords") == ["step", "step", "p"]
    assert shape("**Good** for\n\n## More") == ["p", "heading"]


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_names_of_places_and_sources_stand_in_each_language(lang: str) -> None:
    words = [one.name[lang] for one in catalog.cantons().values()]
    words += [one.within[lang] for one in catalog.cantons().values()]
    for one in catalog.sources().values():
        words += [one.publisher_name[lang], one.title[lang], one.holds[lang], one.terms[lang]]
    assert len(words) > 80
    assert [word for word in words if not word.strip()] == []
    cantons = catalog.cantons()
    assert cantons["GE"].name == {"fr": "Genève", "de": "Genf", "it": "Ginevra", "en": "Geneva"}
