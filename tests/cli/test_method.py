"""`divide calibrate`: the same figures on any number of workers, whatever befalls one of them."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from threading import Thread
from typing import Any

import pytest

from divide import cli
from divide.build import settings
from divide.measure.threads import one_thread

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `divide calibrate` on 24 surveys, with few draws."""
    few = replace(settings.setting(), draws=50)
    monkeypatch.setattr(settings, "setting", lambda: few)

    def call(*words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["divide", "calibrate", "--surveys", "24", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr()
        assert int(left.value.code or 0) == code, told.err
        return told.err if code else told.out

    return call


def cluster(workers: int, *, processes: bool) -> Any:
    """Start a scheduler of this machine; its workers are threads unless they shall die."""
    return import_module("distributed").LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=processes, dashboard_address=":0"
    )


def test_the_same_figures_on_one_two_and_eight_workers(run: Run) -> None:
    alone = run("--json")
    assert run("--json", "--workers", "2") == alone
    for workers in (1, 8):
        with cluster(workers, processes=False) as started, one_thread():
            assert run("--json", "--scheduler", started.scheduler_address) == alone


def test_a_worker_that_dies_changes_nothing(run: Run) -> None:
    alone = run("--json")
    with cluster(2, processes=True) as started:
        first = started.workers[0]
        pid = first.pid

        def kill() -> None:
            while not started.scheduler.tasks:
                time.sleep(0.01)
            os.kill(pid, signal.SIGKILL)

        killer = Thread(target=kill)
        killer.start()
        assert run("--json", "--scheduler", started.scheduler_address) == alone
        killer.join()
        deadline = time.monotonic() + 20
        while first.pid in (pid, None) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert first.pid not in (pid, None)  # it did die, and was replaced


def test_figures_are_shares_of_what_was_simulated(run: Run) -> None:
    told = json.loads(run("--json", "--tau", "0.3", "--outcome", "common"))
    assert told["plan"]["taus"] == [0.0, 0.3] and told["surveys"] == 24
    # METHOD 10, with 24 × 26 places: 90 % is known to a point; naively far fewer are held.
    assert told["held_naive"] < 0.5 < 0.85 < told["held"] < 0.96
    assert told["told"] < 0.05 < told["told_naive"]
    assert told["refused"] == 0


def test_people_read_a_small_table(run: Run) -> None:
    head, held, places, wrong = run("--places", "8").splitlines()
    assert head.startswith("24 surveys of 3000 persons: rare") and "true τ" in head
    assert held.startswith("intervals that hold") and held.count("%") == 3
    assert places.count("%") == wrong.count("%") == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scheduler", "nowhere"), "No Dask scheduler at nowhere"),
        (("--workers", "0"), "--workers"),
        (("--tau", "-1"), "--tau"),
        (("--outcome", "scarce"), "--outcome"),
    ],
)
def test_wrong_usage_is_two(run: Run, words: tuple[str, ...], told: str) -> None:
    assert told in run(*words, code=2)
