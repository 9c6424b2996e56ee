"""The raw store: data/raw/<source>/<edition>/, each edition whole or not there."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from divide import paths
from divide.errors import SourceError
from divide.fetch import parts, receipts
from divide.fetch.receipts import File, Receipt

_WAIT: Final = 3600.0  # seconds for another process that fetches the same source


def folder(source: str) -> Path:
    """Return the folder of a source's editions."""
    return paths.raw() / source


@contextmanager
def held(source: str) -> Iterator[None]:
    """
    Hold the one right to change a source's editions, and clear what dead processes left.

    Raises
    ------
    SourceError
        If another process holds it for an hour, or the folder cannot be written.
    """
    try:
        folder(source).mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder(source) / ".lock")
        lock.acquire(timeout=_WAIT)
    except Timeout:
        raise SourceError(
            f"Source '{source}' has been held by another process for an hour. "
            "End that process, then fetch again."
        ) from None
    except OSError as reason:
        raise parts.unwritable(folder(source), reason) from reason
    try:
        _sweep(source)
        yield
    finally:
        lock.release()


@contextmanager
def staging(source: str) -> Iterator[Path]:
    """Lend an empty folder for an edition that is not yet whole; none is left behind."""
    path = folder(source) / f".{os.getpid()}.part"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def editions(source: str) -> list[tuple[Path, Receipt]]:
    """List fetched editions with their receipts, newest first by the time of fetching."""
    found = []
    if folder(source).is_dir():
        for path in folder(source).iterdir():
            receipt = receipts.read(path) if path.is_dir() and path.name[0] != "." else None
            if receipt is not None:
                found.append((path, receipt))
    return sorted(found, key=lambda one: (one[1].fetched, one[0].name), reverse=True)


def newest(source: str) -> tuple[Path, Receipt] | None:
    """Return the edition fetched last, or None."""
    return next(iter(editions(source)), None)


def describe(path: Path) -> File:
    """Return name, length and sha256 of a file."""
    with path.open("rb") as file:
        return File(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def publish(staged: Path, receipt: Receipt) -> Path:
    """
    Put a whole edition in place in one step; what was there before stays beside it.

    Returns
    -------
    Path
        The edition's folder. Another content under the same edition gets `.r2`, `.r3`.
    """
    for stray in staged.glob(".*"):
        stray.unlink()  # locks and notes of the download
    receipts.write(receipt, staged)
    for path in [*staged.iterdir(), staged]:
        _to_disk(path)
    target = _free(receipt)
    staged.rename(target)
    _to_disk(target.parent)
    return target


def _free(receipt: Receipt) -> Path:
    target = folder(receipt.source) / receipt.edition
    number = 2
    while target.exists():
        target = target.with_name(f"{receipt.edition}.r{number}")
        number += 1
    return target


def _to_disk(path: Path) -> None:
    if os.name == "nt":  # Windows opens no folders, and keeps its own journal
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _sweep(source: str) -> None:
    # Whoever holds the lock knows that every staging folder here is a dead process's.
    for path in folder(source).glob(".*.part"):
        shutil.rmtree(path, ignore_errors=True)
