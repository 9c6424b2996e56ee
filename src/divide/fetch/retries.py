"""When a service says "not now": whether to ask again, and after how long."""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from divide.fetch import bodies, contents, rates
from divide.fetch.asks import FaultError, Policy, Promise
from divide.fetch.transfer import Head

LATER = (408, 425, 429, 500, 502, 503, 504)
EXCERPT = 4096


def no_rows(head: Head, chunks: Iterator[bytes], promise: Promise) -> bytes:
    """
    Return the body of an answer with another status than 200, if it means "no rows".

    Raises
    ------
    FaultError
        If it means anything else; it tells whether and when to ask again.
    """
    body = b""
    with suppress(FaultError):
        for piece in bodies.content(head, chunks, promise):
            body += piece
            if len(body) >= EXCERPT:
                break
    if head.status in (204, 404) and contents.means_no_rows(body, promise):
        return body
    wait = _asked_pause(head)
    if wait is not None:
        rates.close(urlsplit(head.url).netloc, wait)
    later = head.status in LATER
    said = "" if wait is None else f" and asks to come back in {wait:.0f} s"
    raise FaultError(
        f"answered with status {head.status}{said}",
        again=later or wait is not None,
        answered=not later,
        wait=wait,
        status=head.status,
        body=body[:EXCERPT].decode("utf-8", "replace"),
    )


def _asked_pause(head: Head) -> float | None:
    """
    Return the seconds of a `Retry-After`, which may be a number or a moment.

    Examples
    --------
    >>> _asked_pause(Head("", 503, {"retry-after": "120"}))
    120.0
    >>> moments = {"date": "Mon, 02 Nov 2026 10:00:00 GMT"}
    >>> moments["retry-after"] = "Mon, 02 Nov 2026 10:00:30 GMT"
    >>> _asked_pause(Head("", 503, moments))
    30.0
    """
    told = head.headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        # By the service's own clock, which may differ from ours.
        now = head.headers.get("date")
        start = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0.0, (parsedate_to_datetime(told) - start).total_seconds())
    except (ValueError, TypeError):
        return None


def pause(fault: FaultError, number: int, policy: Policy, end: float) -> bool:
    """Sleep before the next try; return False if there is none, or no time for it."""
    # Doubling, and at random: clients that failed together must not come back together.
    seconds = min(2.0, policy.deadline / 60) * 2**number * random.uniform(0.5, 1.5)
    seconds = seconds if fault.wait is None else fault.wait
    if number + 1 >= policy.tries or time.monotonic() + seconds >= end:
        return False
    time.sleep(seconds)
    return True
