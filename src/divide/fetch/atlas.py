"""STATATLAS of BFS: one map as CSV, one year in given borders."""

import csv
from pathlib import Path
from typing import Final

from divide.errors import BadAnswerError, FactsError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("map", "language")
_LANGUAGES: Final = {"de": "131", "fr": "132"}
_COLUMNS: Final = (
    "GEO_ID",
    "VALUE",
    "STATUS",
    "PERIOD_REF",
    "LAST_UPDATE",
    "GEOM_PERIOD",
    "MAP_ID",
)


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring one map.

    Parameters
    ----------
    options
        `url` (the folder of the CSV files), `map`; optional `language` (de or fr), `file`.

    Returns
    -------
    Fetched
        One CSV, `main`; edition and register date are its LAST_UPDATE and GEOM_PERIOD.
    """
    entries.check(options, _OPTIONS)
    number, language = entries.text(options, "map"), entries.text(options, "language", "de")
    if language not in _LANGUAGES:
        raise FactsError(f"STATATLAS speaks de and fr, not {language}. Mend the source's YAML.")
    path = entries.target(folder, str(options.get("file", f"{number}_{language}.csv")))
    ask = http.Ask(f"{entries.text(options, 'url')}/{number}_{_LANGUAGES[language]}.csv")
    promise = entries.promise(options, "csv", columns=_COLUMNS, utf8_only=True)
    answer = entries.bring(ask, path, promise, policy, report=report)
    told = _told(path)
    if told["MAP_ID"] != {number} or len(told["GEOM_PERIOD"]) != 1 or len(told["PERIOD_REF"]) != 1:
        path.unlink()
        raise BadAnswerError(
            f"Map {number} was asked; the answer holds maps {_listed(told['MAP_ID'])}, borders of "
            f"{_listed(told['GEOM_PERIOD'])}, days {_listed(told['PERIOD_REF'])}. Try again."
        )
    edition, notes = entries.dated(answer, max(told["LAST_UPDATE"]))
    return Fetched({"main": path}, (answer,), edition, told["GEOM_PERIOD"].pop(), notes)


def _told(path: Path) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {name: set() for name in _COLUMNS[3:]}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            for name, found in told.items():
                found.add(row[name])
    return told


def _listed(found: set[str]) -> str:
    return ", ".join(sorted(found)) or "none"
