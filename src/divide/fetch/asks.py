"""Records of a request: what is asked, what is promised, how hosts are treated, what came."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ask:
    """
    One request.

    Attributes
    ----------
    method
        GET or POST.
    query
        Names and values, url-encoded in this order.
    raw_query
        Appended as it stands: the Map Explorer wants an inner "=" that is not encoded.
    json, form
        The body of a POST, one of the two.
    """

    url: str
    method: str = "GET"
    query: tuple[tuple[str, str], ...] = ()
    raw_query: str = ""
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Promise:
    """
    What an answer must be; anything else is refused.

    Attributes
    ----------
    kind
        px, csv, json, xlsx, zip, tif, gpkg or text.
    max_bytes, max_unpacked
        Limits on the wire, and after `Content-Encoding` or inside a zip.
    sha256
        The publisher's own checksum, where one is offered.
    columns, utf8_only
        Names that the header of a csv must hold; whether it may not be in cp1252.
    empty_ok
        Bodies that mean "no rows", such as NoRecordsFound; also with status 404.
    """

    kind: str
    max_bytes: int = 600_000_000
    max_unpacked: int = 1_500_000_000
    sha256: str | None = None
    columns: tuple[str, ...] = ()
    utf8_only: bool = False
    empty_ok: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """
    How the hosts of a source are treated.

    Attributes
    ----------
    hosts, schemes
        The only ones ever contacted, redirects included.
    deadline
        Seconds for one answer in all: waiting, retries and redirects included.
    quiet
        Seconds without a byte after which a connection is given up.
    calls, seconds
        At most so many calls in so many seconds, per host, by all threads of a process.
    """

    hosts: frozenset[str]
    deadline: float = 600.0
    quiet: float = 30.0
    tries: int = 4
    calls: int = 1
    seconds: float = 1.0
    schemes: frozenset[str] = frozenset({"https"})


@dataclass(frozen=True)
class Answer:
    """
    What came back.

    Attributes
    ----------
    url
        Where the answer came from, after redirects.
    headers
        Those that matter, in lower case.
    bytes, sha256
        Of the content, unpacked, as it lies on the disk.
    time
        When it was whole, UTC in ISO.
    path
        None if nothing lies on the disk: read into memory, empty, or unchanged elsewhere.
    empty
        The service said "no rows" in one of the promised ways.
    unchanged
        The service said that the content of the given ETag is still the newest.
    publisher_sha256
        The publisher's own checksum, where one was offered: the content was equal to it.
    """

    ask: Ask
    url: str
    status: int
    headers: Mapping[str, str]
    bytes: int
    sha256: str
    time: str
    path: Path | None
    empty: bool = False
    unchanged: bool = False
    publisher_sha256: str | None = None


class FaultError(Exception):
    """
    One try failed; `http` tries again or turns it into a named error.

    Attributes
    ----------
    again
        Whether another try could end better.
    answered
        Whether the service answered at all, though wrongly.
    wait
        Seconds the service asks to wait.
    body
        The beginning of an answer that was refused for its status.
    """

    def __init__(
        self,
        message: str,
        *,
        again: bool = True,
        answered: bool = False,
        wait: float | None = None,
        status: int | None = None,
        body: str = "",
    ) -> None:
        super().__init__(message)
        self.again = again
        self.answered = answered
        self.wait = wait
        self.status = status
        self.body = body
