"""BFS asset store: from a stable order number to today's file.

Asset ids change with each release, so they are looked up each time and never stored.
The shape of the answer is known from public clients, not from a recorded body.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from divide.errors import BadAnswerError, SourceChangedError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("order", "language", "format", "fallback", "matrix", "edition")
_LIFECYCLES: Final = ("CURRENT", "NON_CURRENT")
_HEADER: Final = re.compile(r'^(MATRIX|LAST-UPDATED)(?:\[[\w-]+\])?(?:\(.*?\))?\s*=\s*"([^"]*)"')


class Master(NamedTuple):
    """Where an asset's file lies, until when it was embargoed, and its stage of life."""

    href: str
    embargo: str
    lifecycle: str


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the master file of an order number.

    Parameters
    ----------
    options
        `url`, `order`; optional `file`, `language`, `format` (px unless told), `fallback`
        (an address that serves the same file), `matrix` (the PX file's own name if it is
        not the order number), `edition`.

    Returns
    -------
    Fetched
        One file, `main`. The edition of a PX file is its LAST-UPDATED; else the day the
        embargo ended.

    Raises
    ------
    MovedError
        If neither the store nor the fallback has the order number.
    BadAnswerError
        If the file is not of the promised kind, or another table.
    """
    entries.check(options, _OPTIONS)
    order, kind = entries.text(options, "order"), entries.text(options, "format", "px")
    found, answers, notes = _look_up(options, policy)
    path = entries.target(folder, str(options.get("file", f"{order}.{kind}")))
    href = found.href if found else str(options["fallback"])
    promise = entries.promise(options, kind)
    try:
        answer = entries.bring(http.Ask(href), path, promise, policy, report=report)
    except BadAnswerError as error:
        # One of 765 px masters was a CSV (px-x-0602000000_101).
        raise BadAnswerError(
            f"The file of order number {order} is not the {kind} it should be: {error}"
        ) from error
    told = options.get("edition") or (_px_day(path, options) if kind == "px" else None)
    told = told or entries.day(found.embargo if found else "")
    edition, dated = entries.dated(answer, str(told) if told else None)
    where = entries.register_date(options, edition)
    return Fetched({"main": path}, (*answers, answer), edition, where, (*notes, *dated))


def choose(found: Any, order: str, lifecycle: str, *, now: datetime) -> Master | None:
    """
    Choose the published asset of an order number with the latest embargo.

    Unknown parameters are ignored by the service: it then answers 200 with all 186,408
    assets. So only rows that carry the order number count.

    Raises
    ------
    SourceChangedError
        If the answer has no `data`, or an asset of this order number has no master.
    BadAnswerError
        If all its assets are still under embargo.
    """
    rows = found.get("data") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise SourceChangedError(f"The store's answer for {order} has no 'data'. Look at it.")
    own = [row for row in rows if _at(row, "shop", "orderNr") == order]
    masters = [Master(_href(row, order), _embargo(row), lifecycle) for row in own]
    free = [one for one in masters if _published(one.embargo, now)]
    if masters and not free:
        until = min(one.embargo for one in masters)
        raise BadAnswerError(f"{order} is under embargo until {until}. Fetch it after that.")
    return max(free, key=lambda one: one.embargo, default=None)


def _look_up(
    options: entries.Options, policy: http.Policy
) -> tuple[Master | None, tuple[http.Answer, ...], tuple[str, ...]]:
    order, answers = entries.text(options, "order"), []
    for lifecycle in _LIFECYCLES:
        ask = http.Ask(
            f"{entries.text(options, 'url')}/assets",
            query=(
                ("orderNr", order),
                ("lifecycleGroup", lifecycle),
                ("language", entries.text(options, "language", "de")),
            ),
        )
        found, answer = entries.ask_json(ask, policy)
        answers.append(answer)
        master = choose(found, order, lifecycle, now=datetime.now(UTC))
        if master:
            late = f"The store calls {order} {lifecycle}: a newer edition may exist elsewhere."
            return master, tuple(answers), () if lifecycle == "CURRENT" else (late,)
    if not options.get("fallback"):
        raise entries.moved(options, f"The asset store has no order number {order} any more.")
    note = f"The asset store has no order number {order}: the file comes from its fallback."
    return None, tuple(answers), (note,)


def _at(row: Any, *names: str) -> Any:
    for name in names:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _href(row: Any, order: str) -> str:
    for link in _at(row, "links") or []:
        if _at(link, "rel") == "master" and _at(link, "href"):
            return str(link["href"])
    raise SourceChangedError(f"An asset of {order} has no link to a master. Look at the answer.")


def _embargo(row: Any) -> str:
    return str(_at(row, "bfs", "embargo") or "")


def _published(embargo: str, now: datetime) -> bool:
    """Compare with the embargo; without a zone it counts as UTC, an hour or two too late."""
    try:
        until = datetime.fromisoformat(embargo)
    except ValueError:
        return True
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) <= now


def _px_lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            if line.startswith("DATA"):
                return
            yield line


def _px_day(path: Path, options: entries.Options) -> str | None:
    """Return the newest LAST-UPDATED of a PX file after checking that it is the right table."""
    order, matrix, days = entries.text(options, "order"), "", []
    for line in _px_lines(path):
        if (entry := _HEADER.match(line)) and entry[1] == "MATRIX":
            matrix = entry[2]
        elif entry:
            days.append(entries.day(entry[2]))
    wanted = entries.text(options, "matrix", order)
    if matrix and matrix != wanted:
        path.unlink()
        raise BadAnswerError(f"Order number {order} was asked, table {matrix} came. Try again.")
    return max((one for one in days if one), default=None)
