"""Words and numbers in four languages; what is missing is named with its language and file."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from divide import catalog, paths, terms, texts
from divide.errors import FactsError, UnknownNameError

NARROW, FIXED, DASH = "\u202f", "\u00a0", "\u2013"


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the facts that a test may spoil."""
    folder = tmp_path / "facts"
    shutil.copytree(paths.FACTS, folder)
    monkeypatch.setattr(paths, "FACTS", folder)
    caches = (texts._catalogue, texts.prose, catalog.facts, catalog.sources)
    for one in caches:
        one.cache_clear()
    yield folder
    for one in caches:
        one.cache_clear()


def replace_message(facts: Path, lang: str, key: str, words: str) -> None:
    path = facts / "texts" / f"{lang}.po"
    text = path.read_text(encoding="utf-8")
    entry = re.compile(rf'(msgid "{re.escape(key)}"\nmsgstr )"[^"\n]*"')
    assert len(entry.findall(text)) == 1
    path.write_text(entry.sub(lambda found: f'{found[1]}"{words}"', text), encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (8962258, f"8{NARROW}962{NARROW}258"),
        (1000, f"1{NARROW}000"),
        (999, "999"),
        (0, "0"),
        (2131.4, f"2{NARROW}131"),
    ],
)
def test_counts_have_narrow_fixed_spaces(number: float, written: str) -> None:
    assert texts.format_count(number) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.184, f"18{FIXED}%"),
        (0.0, f"0{FIXED}%"),  # none at all
        (1.0, f"100{FIXED}%"),
        (0.002, f"<{FIXED}1{FIXED}%"),  # some, however few
        (0.999, f">{FIXED}99{FIXED}%"),  # not all
        (0.006, f"1{FIXED}%"),
    ],
)
def test_shares_in_whole_per_cent(share: float, written: str) -> None:
    assert texts.format_share(share) == written


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0.02, 0.06, f"2{DASH}6{FIXED}%"),
        (0.026, 0.0331, f"3{FIXED}%"),
        (-0.02, 0.06, f"0{DASH}6{FIXED}%"),
        (0.95, 1.2, f"95{DASH}100{FIXED}%"),
        (0.0, 0.0, f"0{FIXED}%"),
        (0.001, 0.004, f"<{FIXED}1{FIXED}%"),  # "0 %" would say none
        (0.997, 0.999, f">{FIXED}99{FIXED}%"),
    ],
)
def test_ranges(low: float, high: float, written: str) -> None:
    assert texts.format_range(low, high) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [(3711.4, f"3{NARROW}710"), (17.4, "17"), (61347, f"61{NARROW}300"), (999.6, f"1{NARROW}000")],
)
def test_about_has_three_digits_at_most(number: float, written: str) -> None:
    assert texts.format_about(number) == written


def test_per_thousand() -> None:
    assert texts.format_per_1000(0.0239) == "24"


def test_what_is_not_known_is_never_written_as_a_number() -> None:
    for write in (texts.format_count, texts.format_share, texts.format_about):
        with pytest.raises(ValueError):
            write(float("nan"))


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_every_key_speaks_every_language(lang: str) -> None:
    everything = set().union(*(texts.keys(one) for one in terms.LANGUAGES))
    assert len(everything) > 100
    assert everything - texts.keys(lang) == set()


def test_placeholders_are_the_same_in_every_language() -> None:
    """A number that one language forgets would be lost without a word."""
    named = re.compile(r"{(\w+)}")
    differing = {}
    for key in texts.keys("en"):
        found = {
            lang: frozenset(named.findall(texts._catalogue(lang)[key])) for lang in terms.LANGUAGES
        }
        if len(set(found.values())) > 1:
            differing[key] = found
    assert differing == {}


def test_an_unknown_key_names_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"status\.suppressed"):
        texts.label("status.supressed", lang="fr")


@pytest.mark.parametrize("lang", ["xx", "FR", ""])
def test_an_unknown_language_is_refused(lang: str) -> None:
    with pytest.raises(UnknownNameError, match="language"):
        texts.label("status.suppressed", lang=lang)


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_a_missing_translation_names_language_and_file(facts: Path, lang: str) -> None:
    replace_message(facts, lang, "status.suppressed", "")
    with pytest.raises(FactsError, match=rf"missing in {lang} .*facts/texts/{lang}\.po"):
        texts.label("status.suppressed", lang=lang)


def test_a_translation_marked_doubtful_is_none(facts: Path) -> None:
    path = facts / "texts" / "it.po"
    text = path.read_text(encoding="utf-8")
    marked = text.replace('msgid "status.suppressed"', '#, fuzzy\nmsgid "status.suppressed"')
    path.write_text(marked, encoding="utf-8")
    with pytest.raises(FactsError, match="missing in it"):
        texts.label("status.suppressed", lang="it")


def test_a_value_that_words_do_not_get_is_named(facts: Path) -> None:
    replace_message(facts, "it", "status.suppressed", "fino al {year}")
    assert texts.label("status.suppressed", lang="it", year="2021") == "fino al 2021"
    with pytest.raises(FactsError, match=r"status\.suppressed.* in it .*year"):
        texts.label("status.suppressed", lang="it")


@pytest.mark.parametrize("words", ["{", "{0}", "{year"])
def test_broken_placeholders_are_named(facts: Path, words: str) -> None:
    replace_message(facts, "de", "status.suppressed", words)
    with pytest.raises(FactsError, match=r"status\.suppressed"):
        texts.label("status.suppressed", lang="de", year="2021")


@pytest.mark.parametrize(
    "content", [b'msgid "a"\nmsgstr "b\n', b"\xff\xfe\x00garbage", b'msgid "a"\nmsgstr "\xe9"\n']
)
def test_a_broken_catalogue_names_its_file(facts: Path, content: bytes) -> None:
    (facts / "texts" / "de.po").write_bytes(content)
    with pytest.raises(FactsError, match=r"de\.po"):
        texts.label("status.suppressed", lang="de")


def test_a_lost_catalogue_names_its_file(facts: Path) -> None:
    (facts / "texts" / "it.po").unlink()
    with pytest.raises(FactsError, match=r"it\.po"):
        texts.label("status.suppressed", lang="it")


def test_plural_forms() -> None:
    assert texts.plural("count.commune", 1, lang="en") == "1 commune"
    assert texts.plural("count.commune", 2131, lang="en") == f"2{NARROW}131 communes"
    # French counts 0 as one.
    assert texts.plural("count.commune", 0, lang="fr") == texts.label(
        "count.commune.one", lang="fr", number="0"
    )


def test_prose_exists_alike_in_every_language() -> None:
    folders = {
        lang: sorted(path.name for path in (paths.FACTS / "texts" / lang).glob("*.md"))
        for lang in terms.LANGUAGES
    }
    assert folders["en"]
    assert all(names == folders["en"] for names in folders.values())
    name = folders["en"][0].removesuffix(".md")
    assert len({texts.prose(name, lang=lang) for lang in terms.LANGUAGES}) == 4


def test_missing_prose_names_its_file(facts: Path) -> None:
    with pytest.raises(FactsError, match=r"facts/texts/it/nowhere\.md"):
        texts.prose("nowhere", lang="it")
