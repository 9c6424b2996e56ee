"""Files that are whole or not there: locks, temporary parts, and the step into place."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from divide.errors import NoAnswerError, SourceError
from divide.fetch.asks import Answer, Ask, Promise

State = tuple[int, int, int] | None


@contextmanager
def locked(target: Path, *, seconds: float) -> Iterator[None]:
    """
    Hold the one right to fetch a file; the system frees it when its owner dies.

    Raises
    ------
    NoAnswerError
        If another process holds it for longer than `seconds`.
    SourceError
        If the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_beside(target, "lock"))
        lock.acquire(timeout=seconds)
    except Timeout:
        raise NoAnswerError(
            f"File {target.name} is being fetched by another process, for longer than "
            f"{seconds:g} s. Wait until it ends, then fetch again."
        ) from None
    except OSError as reason:
        raise unwritable(target, reason) from reason
    try:
        yield
    finally:
        lock.release()


@contextmanager
def part(target: Path) -> Iterator[BinaryIO]:
    """Open an empty temporary file beside a target; whatever happens, none is left."""
    path = _beside(target, f"{os.getpid()}.part")
    try:
        with path.open("w+b") as file:
            yield file
    finally:
        with suppress(OSError):
            path.unlink()


def publish(file: BinaryIO, target: Path) -> None:
    """Put a part where its target stands, in one step that also survives a power cut."""
    file.flush()
    os.fsync(file.fileno())
    Path(file.name).replace(target)
    if os.name != "nt":  # Windows opens no folders, and keeps its own journal
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def sweep(folder: Path) -> list[str]:
    """Remove the parts that dead processes left in a folder, and return their names."""
    swept = []
    for path in sorted(folder.glob(".*.part")):
        owner = path.name.rsplit(".", 2)[1]
        if owner.isdecimal() and not _lives(int(owner)):
            path.unlink(missing_ok=True)
            swept.append(path.name)
    return swept


def state(target: Path) -> State:
    """Return what changes when a file is replaced; None if there is none."""
    try:
        found = target.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def remember(target: Path, answer: Answer, promise: Promise) -> None:
    """Write down an answer beside its file, for the processes that wait at the lock."""
    told = asdict(replace(answer, path=None)) | {"ask": _mark(answer.ask, promise)}
    path = _beside(target, "answer")
    path.write_text(json.dumps(told), encoding="utf-8")


def recall(target: Path, ask: Ask, promise: Promise) -> Answer | None:
    """Return how the file was received, if that was for the same request and is still true."""
    try:
        told = json.loads(_beside(target, "answer").read_text(encoding="utf-8"))
        with target.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if (told["ask"], told["sha256"]) != (_mark(ask, promise), found):
            return None
        return Answer(**told | {"ask": ask, "path": target})
    except (OSError, ValueError, TypeError, KeyError):
        # Half a note is none: the file is fetched as if nobody had done so.
        return None


def unwritable(target: Path, reason: OSError) -> SourceError:
    """Name the error of a disk that is full, read-only or gone."""
    return SourceError(
        f"File {target.name} cannot be written ({reason.strerror or reason}). What was there "
        "before is unchanged. Make room or mend the permissions, then fetch again."
    )


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{ending}")


def _mark(ask: Ask, promise: Promise) -> str:
    return hashlib.sha256(repr((ask, promise)).encode()).hexdigest()


def _lives(process: int) -> bool:
    if os.name == "nt":
        return True  # there, os.kill ends the process that it is asked about
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
