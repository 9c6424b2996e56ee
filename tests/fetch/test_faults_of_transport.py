"""
Every fault of transport, over a real socket, in every channel: the whole way of a source.

Each case fetches an edition, then a newer one through the fault, then the newer one soundly.
In none of them are there wrong data, a hang past the deadline, a torn file or a lost snapshot.
"""

import gzip
import json
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pytest

from divide.build import fetching
from divide.fetch import sources, store

from .faults import HTML, Reply, bomb, chunked, head, raw, reset, serving, whole
from .lines import LONG, SHORT, SOURCE, Line, contents, fetch, lined
from .talks import CHANGED, KNOWN, TALKS

SILENT = ("stall", "drip")
KILLS = 4
BOMB = bomb()
Fault = Callable[[bytes], Reply]


class Case(NamedTuple):
    """A fault: how the answer with the figures is spoilt, and what must become of the source."""

    spoil: Fault
    states: tuple[str, ...]


def _cut(body: bytes) -> Reply:
    return raw(head(f"Content-Length: {len(body)}") + body[: len(body) // 2])


def _cut_anywhere(body: bytes) -> Reply:
    """Cut without a promised length, elsewhere at each try, as a failing line does."""
    at = random.Random(len(body))

    def reply(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(head() + body[: at.randrange(len(body) // 4, len(body) - 1)])

    return reply


def _cut_chunked(body: bytes) -> Reply:
    return raw(head("Transfer-Encoding: chunked") + chunked(body[: len(body) // 2], end=b""))


def _cut_gzip(body: bytes) -> Reply:
    return raw(head("Content-Encoding: gzip") + gzip.compress(body)[:-12])


def _reset(body: bytes) -> Reply:
    return reset


def _stall(body: bytes) -> Reply:
    def reply(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(head(f"Content-Length: {len(body)}") + body[: len(body) // 2])
        stop.wait(60)

    return reply


def _drip(body: bytes) -> Reply:
    def reply(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(head(f"Content-Length: {len(body)}"))
        for at in range(len(body)):
            if stop.wait(0.05):
                return
            line.sendall(body[at : at + 1])

    return reply


def _busy_then_fine(status: str, times: int, *lines: str) -> Fault:
    def spoil(body: bytes) -> Reply:
        left = [times]

        def reply(line: socket.socket, stop: threading.Event) -> None:
            left[0] -= 1
            late = left[0] >= 0
            told = whole(b"busy", *lines, status=status) if late else whole(body)
            told(line, stop)

        return reply

    return spoil


def _changed_digit(body: bytes) -> Reply:
    assert KNOWN.encode() in body
    return whole(body.replace(KNOWN.encode(), CHANGED.encode()))


def _other_host(body: bytes) -> Reply:
    # localhost is not 127.0.0.1: another host, which the source does not name.
    return raw(head("Location: http://localhost:9/main.csv", status="302 Found"))


WRONG = ("wrong",)
KEPT = ("kept",)
FAULTS = {
    "cut with a length": Case(_cut, WRONG),
    "cut without a length": Case(_cut_anywhere, WRONG),
    "cut chunked": Case(_cut_chunked, WRONG),
    "cut gzip": Case(_cut_gzip, WRONG),
    "reset": Case(_reset, KEPT),
    "stall": Case(_stall, KEPT),
    "drip": Case(_drip, KEPT),
    "HTML as 200": Case(lambda _: whole(HTML, "Content-Type: text/html"), WRONG),
    "HTML labelled as data": Case(lambda _: whole(HTML, "Content-Type: text/csv"), WRONG),
    "a digit changed": Case(_changed_digit, ("wrong", "drifted")),
    "empty": Case(lambda _: whole(b""), WRONG),
    "429 with Retry-After": Case(
        _busy_then_fine("429 Too Many Requests", 1, "Retry-After: 0"), ("new",)
    ),
    "503 twice, then fine": Case(_busy_then_fine("503 Service Unavailable", 2), ("new",)),
    "300 MB in 300 kB": Case(lambda _: whole(BOMB, "Content-Encoding: gzip"), WRONG),
    "redirect to another host": Case(_other_host, WRONG),
}
# The sixteenth, kill -9 at any moment, has a test of its own below.
NOT_APPLICABLE = {
    ("a digit changed", "agvch"): "a register holds names and days, no figure to compare",
    ("a digit changed", "explorer"): "no checksum, and no figure stays in a year's only values",
    ("a digit changed", "sparql"): "no checksum, and no observation was ever recorded to compare",
    ("a digit changed", "wms"): "no checksum, and a class of one cell is checked by its legend",
}
CASES = [
    pytest.param(fault, channel, id=f"{fault}-{channel}")
    for fault in FAULTS
    for channel in TALKS
    if (fault, channel) not in NOT_APPLICABLE
]


def spoil(line: Line, fault: str) -> None:
    """Let a line commit a fault in the answers that count; one fault for all tries of a request."""
    spoilt: dict[bytes, Reply] = {}

    def change(content: bytes) -> Reply:
        return spoilt.setdefault(content, FAULTS[fault].spoil(content))

    line.change = change
    line.limits = SHORT if fault in SILENT else LONG


@pytest.mark.parametrize(("fault", "channel"), CASES)
def test_a_fault_leaves_right_data(
    fault: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lined(channel, monkeypatch, tmp_path) as line:
        assert fetch().state == "new"
        before = contents()
        line.version = 2
        spoil(line, fault)
        start = time.monotonic()
        done = fetch()
        took = time.monotonic() - start
        assert done.state in FAULTS[fault].states, done
        assert took < (SHORT if fault in SILENT else LONG)[0] + 2
        spoilt = contents()
        left = [path.name for path in store.folder(SOURCE).rglob("*.part")]
        assert left == []
        line.change, line.limits = None, LONG
        again = fetch()
        after = contents()
    if FAULTS[fault].states == ("new",):
        assert (again.state, spoilt) == ("unchanged", after)
    else:
        assert spoilt == before
        assert (again.state, fetching.exit_code([done])) == (
            "new",
            3 if done.state == "kept" else 4,
        )
    assert after != before
    assert CHANGED.encode() not in b"".join(after.values())


@pytest.mark.parametrize("channel", TALKS)
def test_a_redirect_opens_no_line_to_a_stranger(
    channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(whole(b"")) as stranger, lined(channel, monkeypatch, tmp_path) as line:
        away = head(f"Location: {stranger.url('/x', host='localhost')}", status="302 Found")
        line.change = lambda _: raw(away)
        done = fetch()
    # A query that is posted goes to no other page, whoever's it is.
    assert done.state == "wrong"
    assert "does not allow" in done.told or "redirects a query" in done.told
    assert stranger.requests == []


def _fetch_for_ever() -> None:
    while True:
        fetching.fetch_sources(accept=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("channel", TALKS)
def test_kill_at_any_moment_leaves_whole_editions(
    channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the 200 kills of one download and the 40 of a source: a few in every channel."""
    moments = random.Random(channel)
    with lined(channel, monkeypatch, tmp_path) as line:
        assert fetch().state == "new"
        for number in range(KILLS):
            line.version = 1 + number % 4
            worker = get_context("fork").Process(target=_fetch_for_ever, daemon=True)
            worker.start()
            time.sleep(moments.uniform(0.0, 0.04))
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
            for folder, receipt in store.editions(SOURCE):
                for one in receipt.files.values():
                    assert store.describe(folder / one.name) == one
        line.version = 4
        (done,) = fetching.fetch_sources(accept=True)
        assert done.state in ("new", "unchanged")
        contents()
    assert [path.name for path in store.folder(SOURCE).rglob("*.part")] == []


def test_the_table_of_cases_is_whole() -> None:
    """Fifteen faults here and kill -9, in every channel there is, but for what is explained."""
    assert set(TALKS) == set(sources.CHANNELS)
    assert len(FAULTS) == 15
    assert len(CASES) + len(NOT_APPLICABLE) == 15 * len(TALKS)
    assert all(reason for reason in NOT_APPLICABLE.values())


def test_the_talks_are_those_of_the_services(recorded: Path) -> None:
    """A made-up answer has the outer form of the recorded one."""
    feature = json.loads((recorded / "bakom" / "breitband_100.json").read_text("utf-8"))
    made = json.loads(TALKS["wms"].answer("", "", 1)[0])
    assert set(made) <= set(feature) and set(made["features"][0]) <= set(feature["features"][0])
