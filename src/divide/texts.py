"""Words in four languages: labels from gettext catalogues, prose from Markdown, numbers."""

from functools import cache
from math import floor
from typing import Final

from divide import paths, terms
from divide.errors import FactsError, UnknownNameError, near_names

NARROW: Final = "\u202f"  # between thousands
FIXED: Final = "\u00a0"  # before a unit
DASH: Final = "\u2013"  # from – to


def label(key: str, *, lang: str, **values: object) -> str:
    """
    Return the words for a key, with its placeholders filled.

    Raises
    ------
    UnknownNameError
        If there is no such key, with the near ones.
    FactsError
        If the language lacks it, or a placeholder gets no value.

    Examples
    --------
    >>> label("status.suppressed", lang="fr")
    'protégé'
    """
    message = _catalogue(lang).get(key)
    if message is None:
        _explain_missing(key, lang)
    return _fill(str(message), key, lang, values)


def plural(key: str, number: int, *, lang: str, **values: object) -> str:
    """
    Return the words for a counted key in the plural form that the number needs.

    Examples
    --------
    >>> plural("count.commune", 1, lang="en"), plural("count.commune", 40, lang="en")
    ('1 commune', '40 communes')
    """
    from babel import Locale

    form = Locale.parse(lang).plural_form(number)
    chosen = f"{key}.{'one' if form == 'one' else 'other'}"
    return label(chosen, lang=lang, number=format_count(number), **values)


def keys(lang: str) -> set[str]:
    """Return every key that has words in a language."""
    return set(_catalogue(lang))


@cache
def prose(name: str, *, lang: str) -> str:
    """Return a page of prose as Markdown: `facts/texts/<lang>/<name>.md`."""
    path = paths.FACTS / "texts" / lang / f"{name}.md"
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as reason:
        raise FactsError(
            f"Prose {name!r} is missing in {lang}. Write facts/texts/{lang}/{name}.md."
        ) from reason


def format_count(number: float) -> str:
    """
    Write a count with narrow no-break spaces between thousands, alike in four languages.

    Examples
    --------
    >>> format_count(8962258).replace(NARROW, "_")
    '8_962_258'
    """
    return f"{round(number):,}".replace(",", NARROW)


def format_share(share: float) -> str:
    """
    Write a share of 0 to 1 in whole per cent; what is neither none nor all never looks so.

    Examples
    --------
    >>> format_share(0.184).replace(FIXED, " "), format_share(0.002).replace(FIXED, " ")
    ('18 %', '< 1 %')
    """
    percent = _percent(share)
    if percent == 0 and share > 0:
        return f"<{FIXED}1{FIXED}%"
    if percent == 100 and share < 1:
        return f">{FIXED}99{FIXED}%"
    return f"{percent}{FIXED}%"


def _percent(share: float) -> int:
    """Round to whole per cent, halves up: 88.5 gives 89, though no float holds .885 exactly."""
    return floor(round(100 * share, 6) + 0.5)


def format_range(low: float, high: float) -> str:
    """
    Write an interval of shares in whole per cent.

    Examples
    --------
    >>> format_range(0.026, 0.0331).replace(FIXED, " ")
    '3 %'
    >>> format_range(0.02, 0.06).replace(FIXED, " ")
    '2–6 %'
    """
    low, high = max(low, 0.0), min(high, 1.0)
    first, last = _percent(low), _percent(high)
    if first != last:
        return f"{first}{DASH}{last}{FIXED}%"
    # An interval within the first or the last half per cent: "0 %" would say none.
    return format_share(high) if first == 0 else format_share(low)


def format_per_1000(share: float) -> str:
    """
    Write a small share as a whole number per thousand.

    Examples
    --------
    >>> format_per_1000(0.0239)
    '24'
    """
    return f"{round(1000 * share)}"


@cache
def _catalogue(lang: str) -> dict[str, str]:
    from babel.messages.pofile import PoFileError, read_po

    if lang not in terms.LANGUAGES:
        raise UnknownNameError(
            f"There is no language {lang!r}. {near_names(lang, list(terms.LANGUAGES))}"
        )
    path = paths.FACTS / "texts" / f"{lang}.po"
    try:
        with path.open("rb") as file:
            messages = read_po(file, locale=lang, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as reason:
        raise FactsError(
            f"Catalogue {path.name} cannot be read: {reason}. Mend facts/texts/{path.name}."
        ) from reason
    return {
        str(one.id): str(one.string) for one in messages if one.id and one.string and not one.fuzzy
    }


def _explain_missing(key: str, lang: str) -> None:
    for other in terms.LANGUAGES:
        if key in _catalogue(other):
            raise FactsError(
                f"Words {key!r} are missing in {lang} (they exist in {other}). "
                f"Add them to facts/texts/{lang}.po."
            )
    raise UnknownNameError(f"There are no words {key!r}. {near_names(key, sorted(keys(lang)))}")


def _fill(message: str, key: str, lang: str, values: dict[str, object]) -> str:
    try:
        return message.format_map(values) if "{" in message else message
    except (KeyError, ValueError) as reason:
        raise FactsError(
            f"Words {key!r} in {lang} need a value that they did not get: {reason}."
        ) from reason


def format_about(number: float) -> str:
    """
    Write a count that rests on a rounded share, with three significant digits at most.

    Examples
    --------
    >>> format_about(3711.4).replace(NARROW, "_"), format_about(17.4)
    ('3_710', '17')
    """
    digits = max(len(str(round(number))) - 3, 0)
    return format_count(round(number, -digits))
