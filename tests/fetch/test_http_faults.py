"""Faults of transport over a real socket: right data or a named error, and nothing torn."""

import gzip
import hashlib
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from divide.errors import BadAnswerError, DivideError, NoAnswerError, SourceError
from divide.fetch import asks, bodies, http, transfer

from .faults import (
    BODY,
    CSV,
    CUT,
    DRIP,
    HTML,
    OLD,
    SILENT,
    WRONG,
    Reply,
    Server,
    bomb,
    chunked,
    head,
    policy,
    raw,
    serving,
    whole,
)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to loopback, whatever proxy this machine uses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a file that was fetched earlier."""
    path = tmp_path / "edition" / "main.csv"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def outcome(server: Server, target: Path, promise: http.Promise = CSV, **changes: Any) -> Any:
    """Download in a thread that is given up after a time no deadline here comes near."""
    found: list[Any] = []

    def run() -> None:
        try:
            ask = http.Ask(server.url())
            found.append(http.download(ask, target, promise, policy(**changes)))
        except DivideError as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert found, "the download hangs, or ended with an unnamed error"
    # Neither half a file nor a trace of one.
    names = {path.name for path in target.parent.iterdir()}
    assert names <= {target.name, f".{target.name}.lock", f".{target.name}.answer"}
    assert target.read_bytes() == (BODY if isinstance(found[0], http.Answer) else OLD)
    return found[0]


@pytest.mark.parametrize("reply", CUT.values(), ids=CUT)
def test_a_cut_body_is_refused(reply: Reply, target: Path) -> None:
    with serving(reply) as server:
        found = outcome(server, target)
    assert isinstance(found, BadAnswerError)
    assert len(server.requests) == 3  # a cut is worth another try


@pytest.mark.parametrize("reply", SILENT.values(), ids=SILENT)
def test_a_service_that_fails_is_named(reply: Reply, target: Path) -> None:
    with serving(reply) as server:
        found = outcome(server, target)
    assert isinstance(found, NoAnswerError)
    assert len(server.requests) == 3


@pytest.mark.parametrize("reply", [*CUT.values(), *SILENT.values()], ids=[*CUT, *SILENT])
def test_one_bad_try_is_overcome(reply: Reply, target: Path) -> None:
    with serving(reply, whole()) as server:
        assert outcome(server, target).sha256 == hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize("reply", DRIP.values(), ids=DRIP)
def test_a_drip_ends_at_the_deadline(reply: Reply, target: Path) -> None:
    with serving(reply) as server:
        found = outcome(server, target, deadline=0.6)
        # While the server still drips: the line was taken down at this end.
        assert not [t for t in threading.enumerate() if t.name == "divide-fetch" and _stays(t)]
    assert isinstance(found, NoAnswerError)
    assert "deadline" in str(found)


def _stays(thread: threading.Thread) -> bool:
    """Say whether a thread goes on talking after its line was taken down."""
    thread.join(5)
    return thread.is_alive()


@pytest.mark.parametrize("reply", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_refused(reply: Reply, target: Path) -> None:
    with serving(reply) as server:
        assert isinstance(outcome(server, target), BadAnswerError)


@pytest.mark.parametrize("kind", ["px", "csv", "json", "xlsx", "zip", "tif", "text"])
def test_a_page_is_no_data_of_any_kind(kind: str, target: Path) -> None:
    with serving(whole(HTML, "Content-Type: application/json")) as server:
        found = outcome(server, target, http.Promise(kind))
    assert isinstance(found, BadAnswerError)
    assert "web page" in str(found)
    assert len(server.requests) == 1  # it came whole: asking again would bring the same


def test_a_cut_without_length_shows_in_the_next_answer(target: Path) -> None:
    """Both cuts fall on the end of a row, so nothing in the file looks cut."""
    rows = BODY.splitlines(keepends=True)
    cuts = [raw(head() + b"".join(rows[:n])) for n in (100, 150)]
    with serving(*cuts, raw(head() + BODY)) as server:
        assert isinstance(outcome(server, target), BadAnswerError)
    with serving(cuts[0], raw(head() + BODY)) as server:
        outcome(server, target)
    assert len(server.requests) == 3  # the last two were the same


def test_forms_that_show_their_end_are_asked_once(target: Path) -> None:
    target = target.with_name("main.json")
    with serving(raw(head() + b'{"value": [1, 2')) as cut, serving(raw(head() + b"[1]")) as good:
        with pytest.raises(BadAnswerError):
            http.download(http.Ask(cut.url()), target, http.Promise("json"), policy())
        http.download(http.Ask(good.url()), target, http.Promise("json"), policy())
    assert (len(cut.requests), len(good.requests)) == (3, 1)


@pytest.mark.parametrize(
    "reply",
    [
        whole(),
        raw(head("Transfer-Encoding: chunked") + chunked(BODY)),
        whole(gzip.compress(BODY), "Content-Encoding: gzip"),
        raw(head("Content-Encoding: gzip") + gzip.compress(BODY)),
        whole(gzip.compress(BODY[:5000]) + gzip.compress(BODY[5000:]), "Content-Encoding: gzip"),
    ],
    ids=["length", "chunked", "gzip", "gzip without length", "gzip of two members"],
)
def test_a_right_answer_comes_at_once(reply: Reply, target: Path) -> None:
    with serving(reply) as server:
        found = outcome(server, target)
    assert (found.bytes, found.path, len(server.requests)) == (len(BODY), target, 1)


@pytest.mark.parametrize("body", [b"1234", b"123456"])
def test_lengths_are_counted_here_too(body: bytes) -> None:
    """A client that lets a wrong length pass does not matter."""
    told = transfer.Head("", 200, {"content-length": "5"})
    with pytest.raises(asks.FaultError, match=f"{len(body)} of 5 bytes"):
        list(bodies.content(told, iter([body[:2], body[2:]]), CSV))


def test_a_changed_digit_is_caught_by_the_publishers_checksum(target: Path) -> None:
    promise = replace(CSV, sha256=hashlib.sha256(BODY).hexdigest().upper())
    with serving(whole(BODY.replace(b",2100\n", b",2101\n"))) as server:
        found = outcome(server, target, promise)
    assert isinstance(found, BadAnswerError)
    assert "checksum" in str(found)
    with serving(whole()) as server:
        assert outcome(server, target, promise).path == target


def test_a_bomb_stops_early(target: Path) -> None:
    """300 MB in 300 kB: refused by its ratio, long before the limit of 1.5 GB."""
    packed = bomb()
    assert len(packed) < 400_000
    with serving(whole(packed, "Content-Encoding: gzip")) as server:
        tracemalloc.start()
        found = outcome(server, target)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert isinstance(found, BadAnswerError)
    assert "more than" in str(found)
    assert peak < 20_000_000


def test_sizes_are_capped(target: Path) -> None:
    for promise in (replace(CSV, max_bytes=9000), replace(CSV, max_unpacked=9000)):
        for reply in (whole(), raw(head("Transfer-Encoding: chunked") + chunked(BODY))):
            with serving(reply) as server:
                found = outcome(server, target, promise)
            assert "more than the 9,000 bytes" in str(found)
    with serving(whole(gzip.compress(BODY), "Content-Encoding: gzip")) as server:
        assert isinstance(outcome(server, target, replace(CSV, max_unpacked=9000)), BadAnswerError)


def test_a_service_that_is_busy_twice_is_asked_a_third_time(target: Path) -> None:
    busy = whole(b"", status="503 Service Unavailable")
    with serving(busy, busy, whole()) as server:
        assert outcome(server, target).status == 200
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "lines",
    [
        ["Retry-After: 1"],
        ["Date: Mon, 02 Nov 2026 10:00:00 GMT", "Retry-After: Mon, 02 Nov 2026 10:00:01 GMT"],
    ],
    ids=["seconds", "a moment, by the service's clock"],
)
def test_a_pause_that_is_asked_for_is_kept(lines: list[str], target: Path) -> None:
    busy = whole(b"", *lines, status="429 Too Many Requests")
    with serving(busy, whole()) as server:
        assert outcome(server, target).status == 200
    assert server.times[1] - server.times[0] >= 1


def test_a_pause_beyond_the_deadline_is_not_slept(target: Path) -> None:
    busy = whole(b"", "Retry-After: 3600", status="429 Too Many Requests")
    with serving(busy, whole()) as server:
        found = outcome(server, target)
        later = outcome(server, target)
    assert isinstance(found, NoAnswerError)
    assert (found.status, "3600 s" in str(found)) == (429, True)
    # Nor does the next file of the same host knock before.
    assert isinstance(later, NoAnswerError)
    assert len(server.requests) == 1


def test_errors_say_what_which_and_what_to_do(target: Path) -> None:
    with serving(whole(b"No GeoTable", status="400 Bad Request")) as server:
        found = outcome(server, target)
    assert str(found) == (
        f"A wrong answer from 127.0.0.1:{server.port}/main.csv: it answered with status 400. "
        "Nothing was replaced. Open the address in a browser; if the publisher changed "
        "something, change the source's YAML."
    )
    assert (found.status, found.body, found.exit_code) == (400, "No GeoTable", 4)


def test_a_disk_that_takes_nothing_is_named(target: Path) -> None:
    beneath = target / "file.csv"  # its folder is a file
    with serving(whole()) as server, pytest.raises(SourceError, match="cannot be written"):
        http.download(http.Ask(server.url()), beneath, CSV, policy())
    assert target.read_bytes() == OLD
