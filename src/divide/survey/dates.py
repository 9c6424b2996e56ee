"""When a reply was sent: the dates that exporters and spreadsheets write."""

import re
from datetime import datetime, timedelta
from typing import Final

_ISO: Final = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?")
_DAY_FIRST: Final = re.compile(
    r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_SERIAL: Final = re.compile(r"^\d{5}(?:\.\d+)?$")
# Excel counts days from here; it takes 1900 for a leap year.
_EXCEL: Final = datetime(1899, 12, 30)
# What an anonymised survey writes for every reply.
_ANONYMOUS: Final = "1980-01-01"


def read_date(text: str) -> tuple[str, bool]:
    """
    Read a date as ISO text, empty if it is none; and whether day and month could be reversed.

    Dates with slashes are read with the day first, as in Switzerland.

    Examples
    --------
    >>> read_date("03.05.2026"), read_date("2026-05-03 09:12:44")
    (('2026-05-03 00:00:00', False), ('2026-05-03 09:12:44', False))
    >>> read_date("5/3/26"), read_date("46145.5"), read_date("soon")
    (('2026-03-05 00:00:00', True), ('2026-05-03 12:00:00', False), ('', False))
    """
    bare = text.strip()
    if _SERIAL.match(bare):
        return _written(_EXCEL + timedelta(seconds=round(float(bare) * 86_400))), False
    if found := _ISO.match(bare):
        return _made(*found.groups()), False
    if found := _DAY_FIRST.match(bare):
        day, month, year, *clock = found.groups()
        full = year if len(year) == 4 else f"20{year}"
        twofold = "/" in bare and int(day) <= 12 and int(month) <= 12 and day != month
        return _made(full, month, day, *clock), twofold
    return "", False


def is_anonymous(date: str) -> bool:
    """
    Tell whether a date is the one that an anonymised survey writes.

    Examples
    --------
    >>> is_anonymous("1980-01-01 00:00:00")
    True
    """
    return date.startswith(_ANONYMOUS)


def _made(*parts: str | None) -> str:
    try:
        return _written(datetime(*(int(part or 0) for part in parts)))  # type: ignore[arg-type]
    except ValueError:
        return ""


def _written(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
