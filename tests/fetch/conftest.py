"""A service on loopback that answers as a test tells it, and the recorded answers."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from divide.fetch import http

# What a service may answer: JSON, text, bytes, or a status with one of these.
Reply = Any


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Return the decoded query; the last of several values of one name."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))


@dataclass
class Service:
    """A loopback server: paths to replies, and the calls that came."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def on(self, path: str, reply: Reply) -> None:
        """Answer a path with a value, or with what a function makes of the call."""
        self.replies[path] = reply

    def answer(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        """Work out status, headers and body."""
        self.calls.append(call)
        reply = self.replies.get(call.path, (404, "not found"))
        if isinstance(reply, Callable):  # type: ignore[arg-type]
            reply = reply(call)
        status, headers = 200, {}
        if isinstance(reply, tuple):
            status, reply, *more = reply
            headers = more[0] if more else {}
        if isinstance(reply, dict | list):
            reply = json.dumps(reply)
        return status, headers, reply if isinstance(reply, bytes) else reply.encode()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Serve on a free port of this machine until the test ends."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = Call(self.command, parts.path, parts.query, dict(self.headers), body)
            status, headers, content = found.answer(call)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def policy() -> http.Policy:
    """Allow this machine alone, without a pause between calls."""
    return http.Policy(
        frozenset({"127.0.0.1"}),
        deadline=20.0,
        tries=1,
        calls=100_000,
        schemes=frozenset({"http"}),
    )


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Return the recorded answers beside the mirror; without them, skip aloud or fail."""
    named = os.environ.get("DIVIDE_MIRROR")
    folder = Path(named).resolve().parent / "recorded" if named else None
    if folder is not None and folder.is_dir():
        return folder
    reason = "no recorded answers beside DIVIDE_MIRROR"
    if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
