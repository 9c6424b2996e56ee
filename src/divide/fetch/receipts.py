"""Receipts: how the files of an edition were received, beside them as receipt.json."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from divide import terms
from divide.errors import SourceError
from divide.fetch.asks import Answer

NAME: Final = "receipt.json"


@dataclass(frozen=True)
class File:
    """One file of an edition, as it lay on the disk when it was whole."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Receipt:
    """
    How an edition was received.

    Attributes
    ----------
    channel
        Kind of channel used, or `mirror` for a folder on a disk.
    fetched
        When the edition was whole, UTC in ISO.
    files
        Role, such as `main`, to file.
    asked
        What was asked and what came, answer by answer: address, body, time, status,
        headers that matter, bytes, sha256, publisher's own checksum.
    parser
        Version of `divide` that received it.
    accepted
        Differences from the edition before that someone accepted.
    """

    source: str
    edition: str
    register_date: str | None
    channel: str
    fetched: str
    licence: str
    files: Mapping[str, File]
    asked: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    parser: str = field(default=f"divide {terms.VERSION}")


def asked(answer: Answer) -> dict[str, Any]:
    """Write down one answer for a receipt."""
    ask = answer.ask
    query = dict(ask.query) | ({"": ask.raw_query} if ask.raw_query else {})
    return {
        "address": ask.url,
        "method": ask.method,
        "query": query,
        "body": ask.json if ask.json is not None else dict(ask.form) or None,
        "headers_sent": dict(ask.headers),
        "answered_from": answer.url,
        "time": answer.time,
        "status": answer.status,
        "headers": dict(answer.headers),
        "bytes": answer.bytes,
        "sha256": answer.sha256,
        "publisher_sha256": answer.publisher_sha256,
    }


def write(receipt: Receipt, folder: Path) -> None:
    """Write a receipt into a folder that is not yet in place."""
    told = json.dumps(asdict(receipt), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / NAME).write_text(told + "\n", encoding="utf-8")


def read(folder: Path) -> Receipt | None:
    """
    Read the receipt of an edition; None if it has none (a folder laid down by hand).

    Raises
    ------
    SourceError
        If there is one that cannot be read.
    """
    path = folder / NAME
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        told["files"] = {role: File(**one) for role, one in told["files"].items()}
        for name in ("asked", "notes", "accepted"):
            told[name] = tuple(told[name])
        return Receipt(**told)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
        raise SourceError(
            f"The receipt of {folder.parent.name}/{folder.name} cannot be read ({reason}). "
            f"Remove that folder and run: divide fetch {folder.parent.name}"
        ) from reason
