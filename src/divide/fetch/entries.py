"""One entry of a source's `channels:`: its options, its files, the words of its errors."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from divide.errors import BadAnswerError, FactsError, MovedError
from divide.fetch import http, parts
from divide.fetch.channel import Report

Options = Mapping[str, Any]

# Understood by every channel, or read by others from the same entry.
_COMMON: Final = frozenset({"kind", "url", "file", "register_date", "successor", "max_bytes"})
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][\w.@-]*")
_DATE: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
# Bytes of cp1252 leak through PxWeb as the control characters U+0080 to U+009F.
_LEAKED: Final = {
    code: char
    for code in range(0x80, 0xA0)
    if (char := bytes([code]).decode("cp1252", errors="ignore"))
}


def check(options: Options, known: Iterable[str]) -> None:
    """Refuse an option that no one reads: a slip of the pen would change what is asked."""
    unread = sorted(set(options) - _COMMON - set(known))
    if unread:
        raise FactsError(
            f"Channel '{options.get('kind')}' does not know {', '.join(unread)}. "
            f"Known: {', '.join(sorted(_COMMON | set(known)))}. Mend the source's YAML."
        )


def text(options: Options, name: str, default: str | None = None) -> str:
    """Return an option as text; without a default it must be there."""
    found = options.get(name, default)
    if found is None or found == "" or isinstance(found, Mapping | list | tuple | bool):
        raise FactsError(
            f"Channel '{options.get('kind')}' needs '{name}' as one text, not {found!r}. "
            "Write it into the source's YAML."
        )
    return str(found)


def texts(options: Options, name: str) -> tuple[str, ...]:
    """Return an option that is one text or a list of them; empty if it is absent."""
    found = options.get(name) or ()
    listed = found if isinstance(found, list | tuple) else (found,)
    return tuple(str(one) for one in listed)


def number(options: Options, name: str, default: int) -> int:
    """Return an option as a whole number above zero."""
    found = options.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise FactsError(
            f"Channel '{options.get('kind')}': '{name}' must be a whole number above 0, "
            f"not {found!r}. Mend the source's YAML."
        )
    return found


def target(folder: Path, name: str) -> Path:
    """
    Place a file inside the folder; a name that would leave it is refused.

    Examples
    --------
    >>> target(Path("2025"), "main.csv").as_posix()
    '2025/main.csv'
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise FactsError(f"{name!r} is no plain file name. Mend 'file' in the source's YAML.")
    return folder / name


def bring(
    ask: http.Ask,
    path: Path,
    promise: http.Promise,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> http.Answer:
    """Download one file and tell how far it is."""
    progress = partial(report, path.name) if report else None
    return http.download(ask, path, promise, policy, progress=progress)


def keep(body: bytes, path: Path, policy: http.Policy) -> None:
    """Put checked bytes in place, whole or not at all."""
    try:
        with parts.locked(path, seconds=policy.deadline), parts.part(path) as file:
            file.write(body)
            parts.publish(file, path)
    except OSError as reason:
        raise parts.unwritable(path, reason) from reason


def promise(options: Options, kind: str, **more: Any) -> http.Promise:
    """Return what an answer must be, with the entry's own cap on its size."""
    if "max_bytes" in options:
        more["max_bytes"] = number(options, "max_bytes", 1)
    return http.Promise(kind, **more)


def ask_json(ask: http.Ask, policy: http.Policy) -> tuple[Any, http.Answer]:
    """Ask for a small JSON document."""
    body, answer = http.read(ask, http.Promise("json"), policy)
    return parse_json(body, answer.url), answer


def parse_json(body: bytes, of: str) -> Any:
    """
    Read JSON, and turn characters that leaked from cp1252 into what they were.

    Examples
    --------
    >>> parse_json(f'["l{chr(0x92)}aide"]'.encode(), "x")
    ['l’aide']
    """
    try:
        return _clean(json.loads(body.decode("utf-8-sig")))
    except ValueError as error:
        raise BadAnswerError(f"{of} answered with broken JSON ({error}). Try again.") from error


def _clean(found: Any) -> Any:
    if isinstance(found, str):
        return found.translate(_LEAKED)
    if isinstance(found, list):
        return [_clean(one) for one in found]
    if isinstance(found, dict):
        return {_clean(name): _clean(one) for name, one in found.items()}
    return found


def day(words: object) -> str | None:
    """
    Find a publisher's day in its own writing, as ISO.

    Examples
    --------
    >>> day("20211215 08:30"), day("2026-06-25T23:00:00+0200"), day("soon")
    ('2021-12-15', '2026-06-25', None)
    """
    found = _DATE.search(str(words))
    try:
        return str(datetime(*map(int, found.groups())).date()) if found else None  # type: ignore[arg-type]
    except ValueError:
        return None


def header_day(answer: http.Answer) -> str | None:
    """Return the day of an answer's Last-Modified header."""
    told = {name.lower(): value for name, value in answer.headers.items()}.get("last-modified", "")
    try:
        return str(datetime.strptime(told, "%a, %d %b %Y %H:%M:%S GMT").date())
    except ValueError:
        return None


def dated(answer: http.Answer, told: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the edition, and a note if it is only the day of asking."""
    found = told or header_day(answer)
    if found:
        return folder_name(found), ()
    return answer.time[:10], ("The publisher gives no date: the edition is the day of asking.",)


def folder_name(words: str) -> str:
    """
    Write an edition so that a folder can carry it.

    Examples
    --------
    >>> folder_name("2024/25"), folder_name("2021-12-15")
    ('2024-25', '2021-12-15')
    """
    return re.sub(r"[^\w.-]+", "-", words).strip("-.") or "undated"


def register_date(options: Options, edition: str) -> str | None:
    """Return the day whose commune list the file uses; the word `edition` means its own day."""
    found = options.get("register_date")
    if found == "edition":
        return day(edition)
    return str(found) if found else None


def moved(options: Options, sentence: str) -> MovedError:
    """Say that an address or id is gone, and what replaces it if that is known."""
    successor = options.get("successor")
    if successor:
        return MovedError(f"{sentence} Its successor is {successor}: update the source's YAML.")
    return MovedError(f"{sentence} Look for it on the publisher's page, update the source's YAML.")


def status(error: Exception) -> int | None:
    """Return the HTTP status of a refused answer, if there was one."""
    found = getattr(error, "status", None)
    return found if isinstance(found, int) else None


def said(error: Exception) -> str:
    """Return what a refused answer said, as far as it was kept."""
    return str(getattr(error, "body", ""))
