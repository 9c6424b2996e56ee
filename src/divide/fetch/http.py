"""One safe request: the promised bytes whole and in place, or a named error."""

import hashlib
import io
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from divide.errors import BadAnswerError, NoAnswerError
from divide.fetch import bodies, contents, parts, retries, transfer
from divide.fetch.asks import Answer, Ask, FaultError, Policy, Promise
from divide.fetch.bodies import Progress

__all__ = ["Answer", "Ask", "Policy", "Progress", "Promise", "download", "read"]

KEPT = ("etag", "last-modified", "content-type", "content-length", "date")
IN_MEMORY = 50_000_000


def download(
    ask: Ask,
    target: Path,
    promise: Promise,
    policy: Policy,
    *,
    etag: str | None = None,
    progress: Progress | None = None,
) -> Answer:
    """
    Bring an answer to `target`: whole and as promised, or not at all.

    What is at `target` stays as it is until the new file is whole, checked and on the disk.
    Of several processes that ask for the same file at once, one asks the service.

    Parameters
    ----------
    etag
        Of an earlier answer: if it is still the newest, nothing is sent (`Answer.unchanged`).
    progress
        Called with bytes on the wire so far, and the bytes promised if any are.

    Raises
    ------
    NoAnswerError
        If nobody answers whole before the deadline.
    BadAnswerError
        If the answer is not what was promised.
    SourceError
        If the disk does not take the file.
    """
    end = time.monotonic() + policy.deadline
    before = parts.state(target)
    with parts.locked(target, seconds=policy.deadline):
        if parts.state(target) != before and (shared := parts.recall(target, ask, promise)):
            return shared
        try:
            parts.sweep(target.parent)
            with parts.part(target) as sink:
                answer = _insist(ask, promise, policy, sink, end=end, etag=etag, progress=progress)
                if answer.unchanged:
                    return _as_it_lies(answer, target)
                if not answer.empty:
                    parts.publish(sink, target)
                    answer = replace(answer, path=target)
                    parts.remember(target, answer, promise)
        except OSError as reason:
            raise parts.unwritable(target, reason) from reason
    return answer


def read(ask: Ask, promise: Promise, policy: Policy) -> tuple[bytes, Answer]:
    """
    Return a small answer (at most 50 MB), and how it was received; errors as in `download`.

    An answer that means "no rows" is returned as the service worded it.
    """
    small = replace(
        promise,
        max_bytes=min(promise.max_bytes, IN_MEMORY),
        max_unpacked=min(promise.max_unpacked, IN_MEMORY),
    )
    sink = io.BytesIO()
    answer = _insist(ask, small, policy, sink, end=time.monotonic() + policy.deadline)
    return sink.getvalue(), answer


def _insist(
    ask: Ask,
    promise: Promise,
    policy: Policy,
    sink: BinaryIO,
    *,
    end: float,
    etag: str | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Try until an answer is right, cannot become right, or time or tries are used up."""
    seen = ""
    fault = FaultError("was not asked")
    for number in range(policy.tries):
        try:
            answer, sure = _try(ask, promise, policy, sink, end=end, etag=etag, progress=progress)
        except FaultError as found:
            fault = found
            if not fault.again or not retries.pause(fault, number, policy, end):
                break
            continue
        # Without a promised length a cut looks like an end. Cut twice at the same byte: hardly.
        if sure or answer.sha256 == seen:
            return answer
        seen = answer.sha256
        fault = FaultError("told neither length nor end, nor the same twice", answered=True)
    raise _named(ask, fault)


def _try(
    ask: Ask,
    promise: Promise,
    policy: Policy,
    sink: BinaryIO,
    *,
    end: float,
    etag: str | None,
    progress: Progress | None,
) -> tuple[Answer, bool]:
    """Ask once; return the answer, and whether a cut would have been noticed."""
    sink.seek(0)
    sink.truncate()
    with transfer.opened(ask, policy, etag=etag, end=end) as (head, chunks):
        if head.status == 304 and etag:
            return _answer(ask, head, hashlib.sha256(), 0, unchanged=True), True
        if head.status != 200:
            body = retries.no_rows(head, chunks, promise)
            sink.write(body)
            return _answer(ask, head, hashlib.sha256(body), len(body), empty=True), True
        found, count = hashlib.sha256(), 0
        for piece in bodies.content(head, chunks, promise, progress):
            found.update(piece)
            sink.write(piece)
            count += len(piece)
    sure = bodies.proven(head) or promise.sha256 is not None
    try:
        empty = contents.check(sink, promise, found.hexdigest())
    except FaultError as fault:
        fault.again = fault.again or not sure
        raise
    sure = sure or promise.kind in contents.SELF_ENDING
    return _answer(ask, head, found, count, empty=empty, checksum=promise.sha256), sure


def _answer(
    ask: Ask,
    head: transfer.Head,
    found: "hashlib._Hash",
    count: int,
    *,
    empty: bool = False,
    unchanged: bool = False,
    checksum: str | None = None,
) -> Answer:
    return Answer(
        ask=ask,
        url=head.url,
        status=head.status,
        headers={name: head.headers[name] for name in KEPT if name in head.headers},
        bytes=count,
        sha256=found.hexdigest(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        path=None,
        empty=empty,
        unchanged=unchanged,
        publisher_sha256=checksum,
    )


def _as_it_lies(answer: Answer, target: Path) -> Answer:
    """Add what is known of the file that stays, if it is at the target."""
    if not target.is_file():
        return replace(answer, sha256="")
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(answer, path=target, bytes=target.stat().st_size, sha256=found)


def _named(ask: Ask, fault: FaultError) -> NoAnswerError | BadAnswerError:
    parts = urlsplit(ask.url)
    where = f"{parts.netloc}{parts.path}"
    error: NoAnswerError | BadAnswerError
    if fault.answered:
        error = BadAnswerError(
            f"A wrong answer from {where}: it {fault}. Nothing was replaced. Open the address "
            "in a browser; if the publisher changed something, change the source's YAML."
        )
    else:
        error = NoAnswerError(
            f"No answer from {where}: it {fault}. Nothing was replaced. "
            "Fetch again later, or take the files from a disk with --mirror."
        )
    error.status, error.body = fault.status, fault.body
    return error
