"""Calls per host: no more in a span of time than its service allows, across threads."""

import threading
import time
from collections import deque

# A service counts arrivals, not departures, and a call may travel longer than the next one.
MARGIN = 1.05

_gate = threading.Lock()
_starts: dict[str, deque[float]] = {}
_closed: dict[str, float] = {}


def wait(host: str, calls: int, seconds: float, *, end: float) -> bool:
    """
    Sleep until a call to a host is allowed; return False at once if that is after `end`.

    Parameters
    ----------
    host
        Calls to different hosts do not wait for each other.
    calls, seconds
        Any span of `seconds` holds at most `calls` starts.
    end
        A moment of `time.monotonic`.

    Examples
    --------
    >>> now = time.monotonic()
    >>> [wait("example.invalid", 2, 60.0, end=now + 5) for _ in range(3)]
    [True, True, False]
    """
    with _gate:
        now = time.monotonic()
        starts = _starts.setdefault(host, deque())
        while len(starts) > calls:
            starts.popleft()
        start = max(now, _closed.get(host, 0.0))
        if len(starts) == calls:
            start = max(start, starts[0] + seconds * MARGIN)
        if start > end:
            return False
        starts.append(start)
    time.sleep(max(0.0, start - now))
    return True


def close(host: str, seconds: float) -> None:
    """Let no thread call a host for a while: it asked for a pause."""
    with _gate:
        _closed[host] = max(_closed.get(host, 0.0), time.monotonic() + seconds)
