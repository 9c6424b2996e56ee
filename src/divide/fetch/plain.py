"""One fixed address: a file that a publisher keeps at the same place."""

from pathlib import Path
from typing import Any, Final

from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("format", "query", "columns", "sha256", "edition", "language", "accept")


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the file behind one address.

    Parameters
    ----------
    options
        `url`, `file`, `format` (px, csv, json, xlsx, zip, tif, text); optional `query`
        (name to value), `columns` (names the header of a CSV must hold), `sha256`,
        `edition`, `language`, `accept`.

    Returns
    -------
    Fetched
        One file, `main`. The edition is the one declared, else the day of the answer's
        Last-Modified header, else the day of asking, and then a note says so.
    """
    entries.check(options, _OPTIONS)
    path = entries.target(folder, entries.text(options, "file"))
    promise = entries.promise(
        options,
        entries.text(options, "format"),
        sha256=options.get("sha256"),
        columns=entries.texts(options, "columns"),
    )
    answer = entries.bring(_ask(options), path, promise, policy, report=report)
    declared = options.get("edition")
    edition, notes = entries.dated(answer, str(declared) if declared else None)
    return Fetched(
        {"main": path}, (answer,), edition, entries.register_date(options, edition), notes
    )


def _ask(options: entries.Options) -> http.Ask:
    query: dict[str, Any] = dict(options.get("query") or {})
    headers = [
        (header, str(options[name]))
        for name, header in (("accept", "Accept"), ("language", "Accept-Language"))
        if name in options
    ]
    return http.Ask(
        entries.text(options, "url"),
        query=tuple((name, str(value)) for name, value in query.items()),
        headers=tuple(headers),
    )
