"""The register's file: one release a line, written whole, each line sealing the one before."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from divide import paths
from divide.errors import DisclosureError

_WAIT: Final = 600.0  # seconds for another process that releases figures
Line = Mapping[str, Any]


def path() -> Path:
    """Return the register's file."""
    return paths.processed() / "releases.jsonl"


@contextmanager
def held() -> Iterator[None]:
    """
    Hold the one right to release: between check and entry nobody else may publish.

    Raises
    ------
    DisclosureError
        If another process holds it for ten minutes.
    """
    path().parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path().with_name(".releases.lock"), timeout=_WAIT):
            yield
    except Timeout:
        raise DisclosureError(
            "Another process has been releasing figures for ten minutes. End it, then try again."
        ) from None


def lines() -> tuple[Line, ...]:
    """
    Return the register's lines, each checked against the one before and its own rows.

    Raises
    ------
    DisclosureError
        If one does not fit: what was told is not known, so nothing more may leave.
    """
    try:
        found = path().stat()
    except FileNotFoundError:
        return ()
    # A page asks for each of its figures: read once, and again when the file is another.
    return _lines(path(), found.st_mtime_ns, found.st_size, found.st_ino)


def append(raw: Line) -> None:
    """Add a line, whole or not at all."""
    known = lines()
    _write([*known, {**raw, "after": _seal(known[-1]) if known else ""}])
    _lines.cache_clear()


def digest(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return what identifies rows, to the last digit."""
    return hashlib.sha256(_as_text({"columns": list(columns), "rows": rows})).hexdigest()


@lru_cache(maxsize=1)
def _lines(file: Path, *_: int) -> tuple[Line, ...]:
    try:
        found = [json.loads(one) for one in file.read_text(encoding="utf-8").splitlines()]
        seals = ["", *(_seal(one) for one in found)]
        sound = all(one["after"] == seal for one, seal in zip(found, seals, strict=False))
        sound &= all(digest(one["columns"], one["rows"]) == one["digest"] for one in found)
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise DisclosureError(
            f"The register {file.name} is damaged: what has left is not known, so nothing more "
            "may. Restore the file from a backup."
        )
    return tuple(found)


def _seal(raw: Line) -> str:
    return hashlib.sha256(_as_text(raw)).hexdigest()


def _as_text(raw: Line) -> bytes:
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _write(found: Sequence[Line]) -> None:
    path().parent.mkdir(parents=True, exist_ok=True)
    part = path().with_name(f".releases.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.writelines(_as_text(one) + b"\n" for one in found)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path())
    finally:
        part.unlink(missing_ok=True)
