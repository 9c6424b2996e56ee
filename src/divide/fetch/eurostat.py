"""Eurostat's statistics API: one dataset as JSON-stat 2.0, unit pinned, flags kept."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from divide.errors import BadAnswerError, FactsError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("dataset", "filters", "since", "language")
_TOO_LARGE: Final = (413, 416)
_TOO_LARGE_WORDS: Final = ("EXTRACTION_TOO_BIG", "ASYNCHRONOUS_RESPONSE", "asynchronously")
_CATEGORIES: Final = 50  # a call; more are answered later or not at all


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring one dataset.

    Parameters
    ----------
    options
        `url`, `dataset`, `filters` (dimension to code or codes; `unit` to exactly one);
        optional `file`, `since` (a year), `language` (EN unless told).

    Returns
    -------
    Fetched
        One JSON-stat file, `main`, as received: the flags stand in its `status`. The
        edition is the day of its `updated`.

    Raises
    ------
    FactsError
        If no unit is pinned: datasets mix percentages of persons and of users.
    BadAnswerError
        If the service finds the query too large, in any of its three ways of saying so.
    """
    entries.check(options, _OPTIONS)
    name, filters = entries.text(options, "dataset"), _filters(options)
    ask = http.Ask(f"{entries.text(options, 'url')}/{name}", query=_query(options, filters))
    try:
        body, answer = http.read(ask, entries.promise(options, "json"), policy)
    except SourceError as error:
        raise _explain(error, options) from error
    found = entries.parse_json(body, answer.url)
    _check(found, filters, name)
    path = entries.target(folder, str(options.get("file", f"{name}.json")))
    entries.keep(body, path, policy)
    answer = replace(answer, path=path)
    if report:
        report(path.name, len(body), len(body))
    edition, notes = entries.dated(answer, entries.day(found.get("updated")))
    return Fetched(
        {"main": path}, (answer,), edition, entries.register_date(options, edition), notes
    )


def too_large(found: Any) -> bool:
    """
    Recognise the two answers that say "too large", also with status 200.

    Examples
    --------
    >>> too_large({"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE. Your request"}})
    True
    >>> too_large({"error": [{"status": 413, "label": "EXTRACTION_TOO_BIG: 10110240000 rows"}]})
    True
    >>> too_large({"version": "2.0", "class": "dataset", "value": {}})
    False
    """
    if not isinstance(found, dict) or "value" in found:
        return False
    words = str(found.get("warning") or "") + str(found.get("error") or "")
    return any(one in words for one in (*_TOO_LARGE_WORDS, "'status': 413", "'status': 416"))


def _filters(options: entries.Options) -> dict[str, tuple[str, ...]]:
    raw = options.get("filters") or {}
    filters = {str(name): entries.texts(raw, name) for name in raw}
    if len(filters.get("unit", ())) != 1:
        raise FactsError(
            f"Dataset {options.get('dataset')} needs 'filters' with exactly one 'unit', such as "
            "PC_IND or PC_HH: two units of one dataset look alike. Mend the source's YAML."
        )
    asked = sum(len(codes) for codes in filters.values())
    if asked > _CATEGORIES:
        raise FactsError(
            f"Dataset {options.get('dataset')}: {asked} categories asked, {_CATEGORIES} are "
            "allowed in one call. Leave a filter out to take its whole dimension, or ask less."
        )
    return filters


def _query(
    options: entries.Options, filters: dict[str, tuple[str, ...]]
) -> tuple[tuple[str, str], ...]:
    since = options.get("since")
    return (
        ("format", "JSON"),
        ("lang", entries.text(options, "language", "EN")),
        *((name, code) for name, codes in filters.items() for code in codes),
        *((("sinceTimePeriod", str(since)),) if since else ()),
    )


def _explain(error: SourceError, options: entries.Options) -> SourceError:
    words = entries.said(error)
    if entries.status(error) in _TOO_LARGE or any(one in words for one in _TOO_LARGE_WORDS):
        return _refusal(str(options["dataset"]))
    if entries.status(error) == 404:
        return entries.moved(options, f"Eurostat has no dataset {options['dataset']} (HTTP 404).")
    return error


def _refusal(name: str) -> BadAnswerError:
    return BadAnswerError(
        f"Eurostat finds the query of {name} too large and sent no data. Pin more dimensions "
        "in 'filters' (geo, sex, age), or set 'since', in the source's YAML."
    )


def _check(found: Any, filters: dict[str, tuple[str, ...]], name: str) -> None:
    """Refuse an answer that is no cube, is empty, or holds more than was asked."""
    if too_large(found):
        raise _refusal(name)
    if not isinstance(found, dict) or not isinstance(found.get("dimension"), dict):
        raise BadAnswerError(f"Dataset {name}: the answer is no JSON-stat cube. Try again.")
    if not found.get("value"):
        raise BadAnswerError(
            f"Dataset {name} holds no value for {filters}. Check the codes in the source's YAML."
        )
    for dimension, codes in filters.items():
        described = found["dimension"].get(dimension)
        if described is None:
            raise SourceChangedError(
                f"Dataset {name} has no dimension {dimension} any more; it has "
                f"{', '.join(found['dimension'])}. Mend 'filters' in the source's YAML."
            )
        more = sorted(set(described["category"]["index"]) - set(codes))
        if more:
            raise BadAnswerError(
                f"Dataset {name}: {dimension}={'+'.join(codes)} was asked, "
                f"{', '.join(more[:9])} came as well. Check 'filters' in the source's YAML."
            )
