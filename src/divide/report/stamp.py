"""Which pages are out of date: compares signatures only, imports nothing heavy."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from divide import paths

# Pages that are of no place: what holds and how far, and what institutions say.
TOPICS = ("evidence", "institutions")
_NAME = ".stamp.json"


def page_path(page: str) -> Path:
    """Return where a page is written: `index.html`, the canton's letters, or the topic's name."""
    return paths.reports() / f"{page}.html"


def outdated(pages: Iterable[str], *, lang: str | None, signature: str) -> list[str]:
    """
    Return the pages that are missing, edited, or older than what they are made from.

    Parameters
    ----------
    lang
        Language the pages open in; None for each place's own.
    signature
        Hash of everything the tables depend on.
    """
    recorded = _recorded()
    signed = _signed(lang, signature)
    return [page for page in pages if recorded.get(page) != [signed, _hash(page_path(page))]]


def record(pages: Iterable[str], *, lang: str | None, signature: str) -> None:
    """Remember what pages were made from."""
    recorded = _recorded()
    for page in pages:
        recorded[page] = [_signed(lang, signature), _hash(page_path(page))]
    (paths.reports() / _NAME).write_text(json.dumps(recorded), encoding="utf-8")


def _recorded() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((paths.reports() / _NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _signed(lang: str | None, signature: str) -> str:
    # The month is part of it: figures grow older than 36 months without a file changing.
    templates = sorted((paths.PACKAGE / "report").rglob("*")) + sorted(
        (paths.PACKAGE / "facts" / "texts").rglob("*")
    )
    stats = [(path.name, path.stat().st_mtime_ns) for path in templates if path.is_file()]
    told = json.dumps([lang, signature, f"{date.today():%Y-%m}", stats])
    return hashlib.sha256(told.encode()).hexdigest()


def _hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
