"""The words of the tables: columns, levels of place, statuses, keys."""

from collections.abc import Mapping
from datetime import date
from typing import Final

# The version of the method and of the program that carries it.
VERSION: Final = "0.1.0"

LANGUAGES: Final = ("fr", "de", "it", "en")

# The tidy observation: one row is one indicator of one group in one place and year.
KEY: Final = ("indicator", "group", "place_level", "place", "register_date", "year")
VALUE: Final = ("value", "status")
ESTIMATE: Final = ("se", "low", "high")
ORIGIN: Final = ("source", "edition", "table", "cell")

PLACE_LEVELS: Final = (
    "country",
    "language_region",
    "major_region",
    "canton",
    "district",
    "commune",
)

STATUSES: Final = (
    "observed",
    "modelled",
    "assumed",
    "provisional",
    "unreliable",
    "suppressed",
    "missing",
)
WITHOUT_VALUE: Final = ("suppressed", "missing")

COUNTRY: Final = "CH"
# Official order: the position is the canton's number, 1 to 26.
CANTONS: Final = (
    "ZH", "BE", "LU", "UR", "SZ", "OW", "NW", "GL", "ZG", "FR", "SO", "BS", "BL",
    "SH", "AR", "AI", "SG", "GR", "AG", "TG", "TI", "VD", "VS", "NE", "GE", "JU",
)  # fmt: skip

TOTAL: Final = "total"

# Tables that hold answers or invited institutions: they never leave the machine as they are.
CONFIDENTIAL: Final = ("survey_frame", "survey_answers")

# Published intervals of the ICT survey and of the structural survey are taken as 95 %.
Z95: Final = 1.959963984540054
Z90: Final = 1.6448536269514722


def commune_id(number: int | str) -> str:
    """
    Write an official commune number as the key used everywhere: text of four digits.

    The form alone proves nothing: a postcode has four digits too, so check the
    key against the register of its `register_date`.

    Examples
    --------
    >>> commune_id(261), commune_id("0261")
    ('0261', '0261')
    """
    digits = str(number).strip()
    if not digits.isdecimal() or not 1 <= int(digits) <= 9999:
        raise ValueError(
            f"{number!r} is no commune number: 1 to 9999 expected, as a number or digits."
        )
    return f"{int(digits):04d}"


def canton_id(number: int | str) -> str:
    """
    Turn an official canton number into its two letters.

    Examples
    --------
    >>> canton_id(1), canton_id("26")
    ('ZH', 'JU')
    """
    position = int(number)
    if not 1 <= position <= len(CANTONS):
        raise ValueError(f"{number!r} is no canton number: 1 to 26 expected.")
    return CANTONS[position - 1]


def group_id(parts: Mapping[str, str] | None = None, **more: str) -> str:
    """
    Write a group as one key: dimensions in alphabetical order, `total` if there is none.

    Examples
    --------
    >>> group_id(sex="f", age="60_plus")
    'age:60_plus|sex:f'
    >>> group_id()
    'total'
    """
    chosen = {**(parts or {}), **more}
    kept = {name: value for name, value in chosen.items() if value != TOTAL}
    return "|".join(f"{name}:{kept[name]}" for name in sorted(kept)) or TOTAL


def group_parts(group: str) -> dict[str, str]:
    """
    Read a group's key back into its dimensions.

    Examples
    --------
    >>> group_parts("age:60_plus|sex:f")
    {'age': '60_plus', 'sex': 'f'}
    >>> group_parts("total")
    {}
    """
    if group == TOTAL:
        return {}
    return dict(part.split(":", 1) for part in group.split("|"))


def months_old(edition: str, today: date) -> int | None:
    """
    Return the months since an edition; None if it does not begin with a year.

    A year alone counts from its end, a span such as 2020-2022 from the end of its last.

    Examples
    --------
    >>> months_old("2021-12-15", date(2026, 11, 23)), months_old("2020-2022", date(2023, 1, 1))
    (59, 1)
    """
    parts = edition.split("-")
    if not parts[0].isdigit() or len(parts[0]) != 4:
        return None
    year, month = int(parts[0]), 12
    if len(parts) > 1 and parts[1].isdigit():
        year, month = (int(parts[1]), 12) if len(parts[1]) == 4 else (year, int(parts[1]))
    return max((today.year - year) * 12 + today.month - month, 0)


def is_behind(edition: str, rhythm_months: int | None, today: date) -> bool:
    """
    Tell whether an edition is behind its publisher's rhythm by more than one edition.

    Examples
    --------
    >>> [is_behind("2021-12-15", 24, day) for day in (date(2025, 11, 1), date(2026, 1, 1))]
    [False, True]
    """
    age = months_old(edition, today)
    return age is not None and rhythm_months is not None and age > 2 * rhythm_months
