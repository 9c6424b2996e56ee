"""The BFS register of communes: who existed on a day, what merged, what each belongs to.

Dates are DD-MM-YYYY in the request and DD.MM.YYYY in the answer. The service asks for one
call in ten seconds; the source's limits say so.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from divide.errors import BadAnswerError, FactsError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("date", "calls", "start")
_COMMUNE: Final = "3"
_PAIR: Final = ("InitialHistoricalCode", "InitialCode", "TerminalHistoricalCode", "TerminalCode")
# Header names differ from the publisher's PDF; these are the recorded ones.
_COLUMNS: Final = {
    "snapshot": ("HistoricalCode", "BfsCode", "ValidFrom", "ValidTo", "Level", "Parent", "Name"),
    "levels": ("HistoricalCode", "BfsCode", "SPRGEB2020"),
    "mutations": ("MutationNumber", "MutationDate", *_PAIR),
    "correspondances": _PAIR,
}


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the register as of one day.

    Parameters
    ----------
    options
        `url`, `date` (ISO, or `this-year` for the last 1 January); optional `calls`, of
        snapshot, levels, mutations, correspondances (snapshot unless told), and `start`
        (ISO), from which mutations and correspondances run to `date`.

    Returns
    -------
    Fetched
        A CSV a call, its role the call's name. Edition and register date are `date`.

    Raises
    ------
    BadAnswerError
        If an answer speaks of another day than was asked.
    """
    entries.check(options, _OPTIONS)
    day, calls = _day(options), entries.texts(options, "calls") or ("snapshot",)
    if unknown := sorted(set(calls) - set(_COLUMNS)):
        raise FactsError(f"The register has no call {', '.join(unknown)}. Mend 'calls'.")
    files, answers = {}, []
    for call in calls:
        path = entries.target(folder, f"{call}.csv")
        ask = http.Ask(f"{entries.text(options, 'url')}/{call}", query=_query(call, day, options))
        promise = entries.promise(options, "csv", columns=_COLUMNS[call], utf8_only=True)
        answers.append(entries.bring(ask, path, promise, policy, report=report))
        files[call] = path
    try:
        _check(files, day, options)
    except BadAnswerError:
        for path in files.values():
            path.unlink()
        raise
    return Fetched(files, tuple(answers), str(day), str(day))


def swiss(day: date) -> str:
    """
    Write a day as the register wants it.

    Examples
    --------
    >>> swiss(date(2026, 1, 31))
    '31-01-2026'
    """
    return day.strftime("%d-%m-%Y")


def read_day(words: str) -> date | None:
    """
    Read a day as the register writes it; an empty one is open.

    Examples
    --------
    >>> read_day("31.12.2017"), read_day("")
    (datetime.date(2017, 12, 31), None)
    """
    try:
        return datetime.strptime(words.strip(), "%d.%m.%Y").date() if words.strip() else None
    except ValueError as error:
        raise BadAnswerError(
            f"The register wrote the day {words!r}; DD.MM.YYYY was expected. Look at the file."
        ) from error


def _day(options: entries.Options, name: str = "date") -> date:
    words = entries.text(options, name)
    if words == "this-year":
        return date(datetime.now(UTC).year, 1, 1)
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise FactsError(f"'{name}' must be an ISO day, not {words!r}. Mend the YAML.") from error


def _query(call: str, day: date, options: entries.Options) -> tuple[tuple[str, str], ...]:
    if call == "snapshot":
        return (("date", swiss(day)), ("format", "csv"))
    if call == "levels":
        return (("date", swiss(day)),)
    period = (("startPeriod", swiss(_day(options, "start"))), ("endPeriod", swiss(day)))
    if call == "mutations":
        return period
    return (("includeUnmodified", "true"), ("includeTerritoryExchange", "false"), *period)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _check(files: dict[str, Path], day: date, options: entries.Options) -> None:
    """Refuse a register of another day: its form would be right and its communes wrong."""
    known = _snapshot_communes(files["snapshot"], day) if "snapshot" in files else None
    if known is not None and "levels" in files:
        strange = {row["BfsCode"] for row in _rows(files["levels"])} - known
        if strange:
            raise BadAnswerError(
                f"Levels name communes that the snapshot of {day} does not: "
                f"{', '.join(sorted(strange)[:9])}. They are of another day. Fetch both again."
            )
    if "mutations" in files:
        first = _day(options, "start")
        for row in _rows(files["mutations"]):
            when = read_day(row["MutationDate"])
            if when is None or not first <= when <= day:
                raise BadAnswerError(
                    f"Mutation {row['MutationNumber']} is of {when}, outside {first} to {day}. "
                    "Fetch again."
                )


def _snapshot_communes(path: Path, day: date) -> set[str]:
    """Return the commune numbers of a snapshot after checking that all rows held on the day."""
    communes = set()
    for row in _rows(path):
        start, end = read_day(row["ValidFrom"]), read_day(row["ValidTo"])
        if (start and start > day) or (end and end < day):
            raise BadAnswerError(
                f"{row['Name']} ({row['BfsCode']}) is valid from {start} to {end}, not on {day}: "
                "this is the list of another day. Fetch it again."
            )
        if row["Level"] == _COMMUNE:
            communes.add(row["BfsCode"])
    if not communes:
        raise BadAnswerError(f"The snapshot of {day} holds no commune. Fetch it again.")
    return communes
