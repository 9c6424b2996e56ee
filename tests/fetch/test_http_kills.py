"""Kill -9 at random moments, and many who ask at once: files are whole, and asked for once."""

import gc
import hashlib
import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from divide.errors import NoAnswerError
from divide.fetch import http, parts

from .faults import BODY, CSV, OLD, Server, head, policy, raw, serving, whole

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
KILLS = 200
ROWS = 4000
NAMES = ("a.csv", "b.csv")
PART_OF_DEAD = ".a.csv.4194305.part"  # above Linux' highest process number


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to loopback, whatever proxy this machine uses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def state(version: int) -> bytes:
    """Write a file whose every row names its version."""
    return b"GEO,OBS_VALUE\n" + b"".join(b"%d,%d\n" % (n, version) for n in range(ROWS))


VERSIONS = [state(version) for version in range(2)]


def slow_state(version: int) -> Callable[..., None]:
    """Send a version in pieces with pauses between them, where a kill can fall."""
    body = VERSIONS[version]
    start = head(f"Content-Length: {len(body)}")
    pieces = [body[n : n + 8192] for n in range(0, len(body), 8192)]
    return raw(start, *pieces, pause=0.001)


def fetch_for_ever(server: Server, folder: Path) -> None:
    while True:
        for name in NAMES:
            http.download(http.Ask(server.url(f"/{name}")), folder / name, CSV, policy())


def test_a_killed_fetch_leaves_nothing_torn(tmp_path: Path) -> None:
    """200 kills at random moments; what lies there is one of the two versions, or nothing."""
    fork = multiprocessing.get_context("fork")
    moments = random.Random(2026)
    replies = [slow_state(0), slow_state(1)] * 2000
    left = 0
    with serving(*replies) as server:
        # What is loaded once is loaded here: a child then fetches from its first millisecond.
        http.download(http.Ask(server.url("/a.csv")), tmp_path / "a.csv", CSV, policy())
        gc.collect()
        gc.freeze()
        for _ in range(KILLS):
            process = fork.Process(target=fetch_for_ever, args=(server, tmp_path))
            process.start()
            time.sleep(moments.uniform(0, 0.06))
            process.kill()
            process.join()
            assert process.exitcode == -9  # killed, and not fallen over a part or a lock
            found = [tmp_path / name for name in NAMES if (tmp_path / name).exists()]
            assert all(path.read_bytes() in VERSIONS for path in found)
            left += any(tmp_path.glob(".*.part"))
        gc.unfreeze()
        asked = len(server.requests)
        for name in NAMES:
            http.download(http.Ask(server.url(f"/{name}")), tmp_path / name, CSV, policy())
            assert (tmp_path / name).read_bytes() in VERSIONS
    # Kills did fall while files were written, and what they left is swept.
    assert left > KILLS / 10
    assert asked > KILLS / 10
    assert list(tmp_path.glob(".*.part")) == []


def ask_once(server: Server, target: Path, right: bytes) -> None:
    """Exit with 0 if the file is right."""
    found = http.download(http.Ask(server.url()), target, CSV, policy(deadline=10.0, quiet=5.0))
    same = found.sha256 == hashlib.sha256(right).hexdigest() and found.path == target
    os._exit(0 if same and target.read_bytes() == right else 1)


@pytest.mark.parametrize("before", [None, OLD], ids=["new file", "renewed file"])
def test_two_processes_make_one_download(before: bytes | None, tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    if before:
        target.write_bytes(before)
    fork = multiprocessing.get_context("fork")
    # Slow enough that all ask before the first has its answer.
    slow = raw(head(f"Content-Length: {len(BODY)}"), BODY, pause=0.5)
    with serving(slow, whole(b"")) as server:
        processes = [fork.Process(target=ask_once, args=(server, target, BODY)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(20)
        assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(server.requests) == 1


def test_threads_make_one_download_too(tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    found: list[http.Answer] = []
    slow = raw(head(f"Content-Length: {len(BODY)}"), BODY, pause=0.3)
    with serving(slow, whole(b"")) as server:

        def ask() -> None:
            found.append(http.download(http.Ask(server.url()), target, CSV, policy(quiet=5.0)))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert [answer == found[0] for answer in found] == [True] * 4
    assert len(server.requests) == 1


def test_who_asks_something_else_is_not_served_the_same(tmp_path: Path) -> None:
    """A second promise for the same file is asked for, even if it waited at the lock."""
    target = tmp_path / "main.csv"
    other = http.Promise("text")
    slow = raw(head(f"Content-Length: {len(BODY)}"), BODY, pause=0.3)
    with serving(slow, whole(OLD)) as server:
        ask = http.Ask(server.url())
        first = threading.Thread(target=http.download, args=(ask, target, CSV, policy(quiet=5.0)))
        first.start()
        while not server.requests:
            time.sleep(0.01)
        assert http.download(ask, target, other, policy(quiet=5.0)).bytes == len(OLD)
        first.join()
    assert len(server.requests) == 2


def test_a_held_lock_ends_at_the_deadline(tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    named = pytest.raises(NoAnswerError, match="another process")
    with serving(whole()) as server, parts.locked(target, seconds=1), named:
        http.download(http.Ask(server.url()), target, CSV, policy(deadline=0.2))
    assert server.requests == []


def test_only_parts_of_the_dead_are_swept(tmp_path: Path) -> None:
    living = [f".a.csv.{os.getpid()}.part", f".b.csv.{os.getppid()}.part"]
    kept = [*living, "a.csv", "notes.part", ".a.csv.old.part"]
    for name in (*kept, PART_OF_DEAD):
        (tmp_path / name).write_bytes(OLD)
    assert parts.sweep(tmp_path) == [PART_OF_DEAD]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def test_half_a_note_is_none(tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    with serving(whole()) as server:
        ask = http.Ask(server.url())
        found = http.download(ask, target, CSV, policy())
    assert parts.recall(target, ask, CSV) == found
    note = tmp_path / ".main.csv.answer"
    note.write_text(note.read_text()[:-9])
    assert parts.recall(target, ask, CSV) is None
    note.unlink()
    assert parts.recall(target, ask, CSV) is None


def test_a_note_of_another_file_is_none(tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    with serving(whole()) as server:
        ask = http.Ask(server.url())
        http.download(ask, target, CSV, policy())
    target.write_bytes(OLD)
    assert parts.recall(target, ask, CSV) is None
