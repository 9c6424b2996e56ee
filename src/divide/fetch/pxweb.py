"""STAT-TAB (PxWeb API v1): a cube by POST, in rectangles below the service's limit.

Dimension codes are German in every language. A dimension left out of a query silently
collapses to its total, so every dimension is named.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from divide.errors import BadAnswerError, FactsError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report
from divide.fetch.rectangles import Codes, Rectangle, cells, merge, split

_OPTIONS: Final = ("cube", "language", "select", "limits", "max_calls", "edition")
# From a client's configuration, not from the publisher: refused queries are halved.
_VALUES: Final = 5000
_MAX_CALLS: Final = 1000
_TOO_MANY: Final = (403, 413)
_NEWEST: Final = "newest"  # of years, whose codes are the years
_MASTER_NOTE: Final = "PxWeb may round to the decimals it shows; the PX master does not."


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring a cube as one JSON-stat 2.0 file.

    Parameters
    ----------
    options
        `url`, `cube`; optional `file`, `language`, `select` (dimension code to the codes
        wanted, or to `newest`; all others whole), `limits` with `values` and `cells` a call
        (the smaller counts), `max_calls`, `edition` (for a cube whose `updated` says nothing).

    Returns
    -------
    Fetched
        One file, `main`, equal to what a service without a limit would answer. The edition
        is the one declared, else the day of its `updated`.

    Raises
    ------
    MovedError
        If the service does not know the cube: its list holds stale ids, answered with 400.
    """
    entries.check(options, _OPTIONS)
    codes, first = _codes(options, policy)
    parts, answers = _ask_all(codes, options, policy, report)
    whole = merge(codes, parts)
    body = json.dumps(whole, ensure_ascii=False).encode()
    path = entries.target(folder, str(options.get("file", f"{options['cube']}.json")))
    entries.keep(body, path, policy)
    told = str(options.get("edition") or "") or entries.day(whole.get("updated"))
    edition, notes = entries.dated(answers[-1], told)
    return Fetched(
        {"main": path},
        (first, *answers),
        edition,
        entries.register_date(options, edition),
        (_MASTER_NOTE, f"Asked in {len(parts)} rectangles.", *notes),
    )


def query(rectangle: Rectangle) -> dict[str, Any]:
    """
    Write the body that asks for one rectangle.

    Examples
    --------
    >>> query({"Jahr": ("2024",)})["query"]
    [{'code': 'Jahr', 'selection': {'filter': 'item', 'values': ['2024']}}]
    """
    asked = [
        {"code": code, "selection": {"filter": "item", "values": list(values)}}
        for code, values in rectangle.items()
    ]
    return {"query": asked, "response": {"format": "json-stat2"}}


def select(variables: Any, chosen: Mapping[str, Any]) -> Codes:
    """
    List the codes to ask for, dimension by dimension, from the service's metadata.

    Raises
    ------
    SourceChangedError
        If the metadata have no variables, or lack a dimension or code that is selected.
    """
    if not isinstance(variables, list) or not variables:
        raise SourceChangedError("The metadata of the cube name no variables. Look at them.")
    offered = {str(one["code"]): tuple(str(code) for code in one["values"]) for one in variables}
    if unknown := sorted(set(chosen) - set(offered)):
        raise SourceChangedError(
            f"The cube has no dimension {', '.join(unknown)}; it has {', '.join(offered)}. "
            "Mend 'select' in the source's YAML, and what reads the table."
        )
    picked = {
        code: (max(all_),) if chosen.get(code) == _NEWEST else entries.texts(chosen, code) or all_
        for code, all_ in offered.items()
    }
    for code, values in picked.items():
        if gone := [value for value in values if value not in offered[code]]:
            raise SourceChangedError(
                f"Dimension {code} no longer has {', '.join(gone)}; it has "
                f"{', '.join(offered[code][:20])}. Mend 'select' in the source's YAML."
            )
    return picked


def _address(options: entries.Options) -> str:
    cube = entries.text(options, "cube")
    language = entries.text(options, "language", "de")
    return f"{entries.text(options, 'url')}/{language}/{cube}/{cube}.px"


def _codes(options: entries.Options, policy: http.Policy) -> tuple[Codes, http.Answer]:
    try:
        found, answer = entries.ask_json(http.Ask(_address(options)), policy)
    except SourceError as error:
        if entries.status(error) in (400, 404):
            cube = options["cube"]
            raise entries.moved(options, f"STAT-TAB does not know cube {cube}.") from error
        raise
    variables = found.get("variables") if isinstance(found, dict) else None
    return select(variables, options.get("select") or {}), answer


def _limit(options: entries.Options) -> int:
    limits = {"kind": "pxweb", **(options.get("limits") or {})}
    values = entries.number(limits, "values", _VALUES)
    return min(values, entries.number(limits, "cells", values))


def _ask_all(
    codes: Codes, options: entries.Options, policy: http.Policy, report: Report | None
) -> tuple[list[tuple[Rectangle, dict[str, Any]]], list[http.Answer]]:
    """Ask rectangle by rectangle; one that is refused as too large is halved, as are the rest."""
    waiting, done = split(codes, _limit(options)), 0
    parts: list[tuple[Rectangle, dict[str, Any]]] = []
    answers: list[http.Answer] = []
    while waiting:
        _refuse_too_many(len(parts) + len(waiting), options)
        rectangle, *waiting = waiting
        try:
            found, answer = _ask(rectangle, options, policy)
        except SourceError as error:
            if not _too_many(error) or cells(rectangle) == 1:
                raise
            # The real limit is below this rectangle: ask for no other of its size.
            half = cells(rectangle) // 2
            waiting = [one for big in (rectangle, *waiting) for one in split(big, half)]
            continue
        parts.append((rectangle, found))
        answers.append(answer)
        done += cells(rectangle)
        if report:
            report(str(options["cube"]), done, cells(codes))
    return parts, answers


def _refuse_too_many(calls: int, options: entries.Options) -> None:
    # A service that is refused for another reason (403) would be asked cell by cell.
    most = entries.number(options, "max_calls", _MAX_CALLS)
    if calls > most:
        raise FactsError(
            f"Cube {options['cube']} needs {calls} calls, more than {most}. Ask for less with "
            "'select', or raise 'max_calls' in the source's YAML."
        )


def _ask(
    rectangle: Rectangle, options: entries.Options, policy: http.Policy
) -> tuple[dict[str, Any], http.Answer]:
    ask = http.Ask(_address(options), method="POST", json=query(rectangle))
    found, answer = entries.ask_json(ask, policy)
    if not isinstance(found, dict):
        raise BadAnswerError(f"Cube {options['cube']} answered with a list. Try again.")
    return found, answer


def _too_many(error: SourceError) -> bool:
    words = entries.said(error).lower()
    named = "too many values" in words or "zu viele" in words
    return entries.status(error) in _TOO_MANY or named
