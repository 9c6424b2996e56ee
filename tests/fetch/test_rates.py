"""Calls per host, on a clock that only moves when somebody sleeps."""

import threading
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as some

from divide.fetch import rates

HOSTS = count()


class Clock:
    """A clock whose time passes by sleeping alone."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(
    calls=some.integers(1, 12),
    seconds=some.floats(0.1, 60),
    gaps=some.lists(some.floats(0, 20), min_size=1, max_size=60),
)
def test_no_span_holds_more_calls_than_allowed(
    calls: int, seconds: float, gaps: list[float]
) -> None:
    clock, host = Clock(), f"host {next(HOSTS)}"
    starts = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "time", clock)
        for gap in gaps:
            clock.sleep(gap)
            assert rates.wait(host, calls, seconds, end=float("inf"))
            starts.append(clock.now)
    # The call after the last allowed one starts when the first one's span is over.
    spans = [late - early for early, late in zip(starts, starts[calls:], strict=False)]
    assert all(span >= seconds for span in spans)


def test_hosts_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    for name in ("a.invalid", "b.invalid"):
        assert rates.wait(name, 1, 60, end=2000)
    assert clock.now == 1000


def test_who_cannot_come_in_time_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    assert rates.wait("late.invalid", 1, 10, end=1000)
    assert not rates.wait("late.invalid", 1, 10, end=1010)
    # A refused call takes no turn: the next one need not wait for it.
    assert rates.wait("late.invalid", 1, 10, end=1011)
    assert clock.now == 1000 + 10 * rates.MARGIN


def test_a_closed_host_opens_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    rates.close("shut.invalid", 30)
    rates.close("shut.invalid", 5)
    assert not rates.wait("shut.invalid", 10, 1, end=1029)
    assert rates.wait("shut.invalid", 10, 1, end=1030)
    assert clock.now == 1030


def test_threads_share_one_count() -> None:
    """Five threads, two calls allowed in a span far longer than the test: two may call."""
    asked: list[bool] = []
    end = rates.time.monotonic() + 60

    def ask() -> None:
        asked.append(rates.wait("many.invalid", 2, 3600, end=end))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(asked) == [False, False, False, True, True]
