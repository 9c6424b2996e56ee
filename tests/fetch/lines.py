"""A source whose one channel talks to a server of ours, which a test may let go wrong."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from divide import catalog
from divide.build import fetching
from divide.fetch import http, snapshots, sources

from .faults import Reply, serving, whole
from .talks import KNOWN, TALKS, Talk

SOURCE = "bfs_population"
# Deadline of an answer and patience with silence: for faults that are silent, and for others.
SHORT, LONG = (0.5, 0.15), (6.0, 3.0)
Change = Callable[[bytes], bytes | Reply]


class Line:
    """
    A server for one talk.

    Attributes
    ----------
    version
        Which edition it tells of.
    change
        What becomes of an answer that carries figures: other bytes, or another reply.
    rest
        The same, for the answers that lead to it.
    """

    def __init__(self, talk: Talk) -> None:
        self.talk, self.version = talk, 1
        self.change: Change | None = None
        self.rest: Change | None = None
        self.limits = LONG
        self.calls, self.seconds = 10_000, 1.0
        self.server: Any = None

    def __call__(self, line: socket.socket, stop: threading.Event) -> None:
        """Answer the request that came last."""
        start, _, body = self.server.requests[-1].partition("\r\n\r\n")
        path = start.split(" ")[1]
        told, counts = self.talk.answer(path, body, self.version)
        content = told if isinstance(told, bytes) else told.encode()
        content = content.replace(b"{url}", self.server.url("").encode())
        change = self.change if counts else self.rest
        found = change(content) if change else content
        reply = whole(found) if isinstance(found, bytes) else found
        reply(line, stop)


def source_of(channel: str, url: str, **more: Any) -> catalog.Source:
    """Describe a source that has this one channel, and a figure that it always holds."""
    talk = TALKS[channel]
    options = {"kind": channel, "url": url, **talk.options}
    known = ({"where": talk.known, "value": int(KNOWN)},) if talk.known else ()
    return replace(
        catalog.source(SOURCE),
        channels=(catalog.Channel(channel, options),),
        **{"editions": (), "known": known, "sums": (), "successor": None, **more},
    )


@contextmanager
def lined(channel: str, patch: pytest.MonkeyPatch, home: Path, **more: Any) -> Iterator[Line]:
    """Serve a channel's talk on loopback, and make its source the only one."""
    line = Line(TALKS[channel])
    with serving(line) as server:
        line.server = server
        source = source_of(channel, server.url("").rstrip("/"), **more)

        def rules(_: catalog.Source) -> http.Policy:
            deadline, quiet = line.limits
            return http.Policy(
                frozenset({"127.0.0.1"}),
                deadline=deadline,
                quiet=quiet,
                tries=3,
                calls=line.calls,
                seconds=line.seconds,
                schemes=frozenset({"http"}),
            )

        patch.setenv("DIVIDE_HOME", str(home))
        patch.delenv("DIVIDE_MIRROR", raising=False)
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        patch.setattr(catalog, "sources", lambda: {source.id: source})
        patch.setattr(sources, "policy", rules)
        patch.setattr(sources, "lacks_points", lambda *_: False)
        # A killed process loses nothing that it wrote; only a power cut would.
        patch.setattr(os, "fsync", lambda _: None)
        yield line


def fetch(**options: Any) -> fetching.Outcome:
    """Fetch the only source."""
    (done,) = fetching.fetch_sources(**options)
    return done


def contents() -> dict[str, bytes]:
    """Return the files of the edition that counts, each as its receipt tells of it."""
    found = snapshots.find(SOURCE)
    assert found
    snapshots.verify(found)
    return {role: path.read_bytes() for role, path in found.files.items()}
