"""One try over the wire: a head and a body, and nothing of it outlives the deadline."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as SilenceError

from divide import terms
from divide.fetch import rates
from divide.fetch.asks import Ask, FaultError, Policy

AGENT = f"divide/{terms.VERSION} (public statistics on the digital divide)"
CHUNK = 1 << 18
HOPS = 5
# ValueError: a redirect to what is no address is read inside the client.
WORDS = requests.RequestException, HTTPError, HTTPException, OSError, ValueError
Inbox = queue.Queue[Any]


@dataclass(frozen=True)
class Head:
    """Where an answer came from, its status, and its headers in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]


@contextmanager
def opened(
    ask: Ask, policy: Policy, *, etag: str | None = None, end: float
) -> Iterator[tuple[Head, Iterator[bytes]]]:
    """
    Send a request, follow redirects to allowed hosts, and give the head and the wire's bytes.

    Raises
    ------
    FaultError
        When the deadline passes (`end`, a moment of `time.monotonic`), the connection fails,
        or a redirect leads where it may not.
    """
    for _ in range(HOPS):
        request = _prepared(ask, etag)
        _take_turn(str(request.url), policy, end)
        with _line(request, policy, end) as (head, chunks):
            target = head.headers.get("location")
            if head.status not in (301, 302, 303, 307, 308) or not target:
                yield head, chunks
                return
            ask = _redirected(ask, head, urljoin(head.url, target))
    raise FaultError(f"redirects more than {HOPS} times", again=False, answered=True)


def _prepared(ask: Ask, etag: str | None) -> requests.PreparedRequest:
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **dict(ask.headers)}
    if etag:
        headers["If-None-Match"] = etag
    request = requests.Request(
        ask.method, ask.url, headers, data=list(ask.form), params=list(ask.query), json=ask.json
    )
    try:
        prepared = request.prepare()
        if ask.raw_query:
            mark = "&" if "?" in str(prepared.url) else "?"
            prepared.prepare_url(f"{prepared.url}{mark}{ask.raw_query}", None)
    except (requests.RequestException, ValueError) as reason:
        raise FaultError(f"has an address that cannot be asked ({reason})", again=False) from reason
    return prepared


def _take_turn(url: str, policy: Policy, end: float) -> None:
    """Refuse an address that is not allowed, before any connection; then wait for its turn."""
    parts = urlsplit(url)
    allowed = parts.scheme in policy.schemes and parts.hostname in policy.hosts
    if not allowed or parts.username is not None:
        raise FaultError(
            f"leads to {parts.scheme}://{parts.netloc}, which this source does not allow",
            again=False,
            answered=True,
        )
    if not rates.wait(parts.netloc, policy.calls, policy.seconds, end=end):
        raise FaultError("allows no further call before the deadline", again=False)


def _redirected(ask: Ask, head: Head, url: str) -> Ask:
    # A POST that became a GET would be answered, but not to the question asked.
    if ask.method != "GET" and head.status not in (307, 308):
        raise FaultError("redirects a query to another page", again=False, answered=True)
    return Ask(url, ask.method, json=ask.json, form=ask.form, headers=ask.headers)


@contextmanager
def _line(
    request: requests.PreparedRequest, policy: Policy, end: float
) -> Iterator[tuple[Head, Iterator[bytes]]]:
    """
    Let a thread talk to the host, and listen to the thread.

    Timeouts of sockets begin anew with each byte, those of names are the system's: only who
    waits elsewhere can leave in time. While this thread hashes, that one receives.
    """
    inbox: Inbox = queue.Queue(maxsize=16)
    gone = threading.Event()
    lines: list[Any] = []
    talk = partial(_talk, request, min(policy.quiet, _left(end)), lines, inbox=inbox, gone=gone)
    threading.Thread(target=talk, name="divide-fetch", daemon=True).start()
    try:
        yield _next(inbox, end), iter(partial(_next, inbox, end), None)
    finally:
        gone.set()
        _hang_up(lines)
        with suppress(queue.Empty):
            while True:
                inbox.get_nowait()


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise FaultError("was not done by the deadline", again=False)
    return left


def _next(inbox: Inbox, end: float) -> Any:
    try:
        said = inbox.get(timeout=_left(end))
    except queue.Empty:
        raise FaultError("was not done by the deadline", again=False) from None
    if isinstance(said, WORDS):
        raise _fault(said) from said
    if isinstance(said, BaseException):
        raise said
    return said


def _talk(
    request: requests.PreparedRequest,
    quiet: float,
    lines: list[Any],
    *,
    inbox: Inbox,
    gone: threading.Event,
) -> None:
    """Put a head, pieces of the body and None into the inbox, or what went wrong."""
    try:
        with _session(lines, gone) as session:
            settings = session.merge_environment_settings(request.url, {}, True, None, None)
            answer = session.send(request, timeout=quiet, allow_redirects=False, **settings)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            inbox.put(Head(str(answer.url), answer.status_code, headers))
            for chunk in answer.raw.stream(CHUNK, decode_content=False):
                inbox.put(chunk)
                if gone.is_set():
                    return
            inbox.put(None)
    except BaseException as reason:
        inbox.put(reason)


def _session(lines: list[Any], gone: threading.Event) -> requests.Session:
    # A session adds cookies and passwords from ~/.netrc to what it prepares itself. Requests
    # are prepared apart, and each has a session of its own: nothing is carried along.
    session = requests.Session()
    adapter = _Adapter()
    adapter.lines, adapter.gone = lines, gone
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Adapter(HTTPAdapter):
    """Writes down each line that is opened, so that another thread can end it."""

    lines: list[Any]
    gone: threading.Event

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = partial(self._noted, type(pool).ConnectionCls)
        return pool

    def _noted(self, make: Callable[..., Any], *args: Any, **options: Any) -> Any:
        connection = make(*args, **options)
        connect = connection.connect

        def connect_and_note() -> None:
            connect()
            # The connection forgets its socket as soon as it hands over an answer without length.
            self.lines.append(connection.sock)
            if self.gone.is_set():
                _hang_up(self.lines)

        connection.connect = connect_and_note
        return connection


def _hang_up(lines: list[Any]) -> None:
    for line in lines:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def _fault(reason: Exception) -> FaultError:
    """Say in few words why a connection failed, without the addresses in requests' messages."""
    if isinstance(reason, requests.exceptions.SSLError):
        return FaultError("could not prove who it is (TLS)")
    if isinstance(reason, requests.Timeout | TimeoutError | SilenceError):
        return FaultError("fell silent")
    broken = any(isinstance(part, OSError) for part in reason.args)
    if isinstance(reason, ValueError) and not isinstance(reason, OSError):
        return FaultError("sent a head that cannot be read", answered=True)
    if isinstance(reason, HTTPError) and not broken:
        return FaultError("cut or garbled its answer", answered=True)
    return FaultError("could not be reached, or hung up")
