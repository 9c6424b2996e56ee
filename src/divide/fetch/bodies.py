"""From the wire's bytes to the content: whole, unpacked, and within its limits."""

import zlib
from collections.abc import Callable, Iterator

from divide.fetch.asks import FaultError, Promise
from divide.fetch.transfer import CHUNK, Head

Progress = Callable[[int, int | None], None]  # bytes on the wire so far, bytes promised
# Deflate packs at most 1030 times; tables that repeat themselves reach 100.
RATIO = 500
FREE = 10_000_000  # content so small may be packed as it likes
GZIP = 31  # zlib's word for "with gzip's header and checksum"


def content(
    head: Head, chunks: Iterator[bytes], promise: Promise, progress: Progress | None = None
) -> Iterator[bytes]:
    """
    Give the content piece by piece.

    Raises
    ------
    FaultError
        If the body is shorter or longer than its head said, packed in an unknown or damaged
        way, or larger than the promise allows.
    """
    packing = head.headers.get("content-encoding", "identity").strip().lower()
    wire = _counted(chunks, length(head), promise.max_bytes, progress)
    if packing == "identity":
        yield from _capped(wire, promise.max_unpacked)
    elif packing in ("gzip", "x-gzip"):
        yield from _unzipped(wire, promise.max_unpacked)
    else:
        raise FaultError(f"packed its answer as {packing!r}, unasked", again=False, answered=True)


def length(head: Head) -> int | None:
    """Return the bytes on the wire that a head promises, if it promises any."""
    told = head.headers.get("content-length", "").strip()
    return int(told) if told.isdecimal() and not _chunked(head) else None


def proven(head: Head) -> bool:
    """Say whether a cut would have been noticed: by length, last chunk or gzip's end."""
    packed = "gzip" in head.headers.get("content-encoding", "")
    return packed or _chunked(head) or length(head) is not None


def _chunked(head: Head) -> bool:
    return "chunked" in head.headers.get("transfer-encoding", "").lower()


def _counted(
    chunks: Iterator[bytes], promised: int | None, limit: int, progress: Progress | None
) -> Iterator[bytes]:
    if promised is not None and promised > limit:
        raise _too_large(limit)
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > limit:
            raise _too_large(limit)
        if progress:
            progress(count, promised)
        yield chunk
    if promised is not None and count != promised:
        raise FaultError(f"cut its answer: {count} of {promised} bytes came", answered=True)


def _capped(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > limit:
            raise _too_large(limit)
        yield chunk


def _unzipped(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Unpack in pieces of bounded size, so that a bomb costs neither memory nor disk."""
    unzip = zlib.decompressobj(GZIP)
    packed = unpacked = 0
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            if unzip.eof:  # a file of several members
                unzip = zlib.decompressobj(GZIP)
            piece = _piece(unzip, chunk)
            unpacked += len(piece)
            chunk = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            most = min(limit, FREE + RATIO * (packed - len(chunk)))
            if unpacked > most:
                raise _too_large(most)
            yield piece
    if packed and not unzip.eof:
        raise FaultError("cut its answer: the gzip stream has no end", answered=True)


def _piece(unzip: "zlib._Decompress", chunk: bytes) -> bytes:
    try:
        return unzip.decompress(chunk, CHUNK)
    except zlib.error as reason:
        said = "sent a damaged answer: its gzip stream cannot be unpacked"
        raise FaultError(said, answered=True) from reason


def _too_large(limit: int) -> FaultError:
    return FaultError(
        f"sent more than the {limit:,} bytes that are allowed", again=False, answered=True
    )
