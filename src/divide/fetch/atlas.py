"""BFS atlases: STATATLAS maps as CSV, and the Map Explorer that follows them.

The Map Explorer's shape is known from public clients, not from a recorded body.
"""

import csv
import re
from pathlib import Path
from typing import Any, Final

from divide.errors import BadAnswerError, FactsError, SourceChangedError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("map", "language", "indicator", "dataset", "view", "year", "extent")
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
_MISSING: Final = -9999
_YEAR: Final = re.compile(r"\d{4}")


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring one map of STATATLAS (`map`), or one indicator of the Map Explorer (`indicator`).

    Parameters
    ----------
    options
        STATATLAS: `url` (the folder of the CSV files), `map`; optional `language` (de or
        fr), `file`. Map Explorer: `url`, `indicator`, `dataset`, `view`, `year` (four
        digits); optional `extent`, `language`.

    Returns
    -------
    Fetched
        STATATLAS: one CSV, `main`; edition and register date are its LAST_UPDATE and
        GEOM_PERIOD. Map Explorer: `values` and `places` as received: the n-th value is the
        n-th place's, and -9999 means missing; the register date is that of the borders,
        the edition is the year.
    """
    entries.check(options, _OPTIONS)
    if "map" in options:
        return _statatlas(options, folder, policy, report)
    return _explorer(options, folder, policy, report)


def pair(values: Any, places: Any) -> dict[str, float | None]:
    """
    Give each place its value; -9999 is missing.

    Examples
    --------
    >>> pair([3.1, -9999], ["261", "351"])
    {'261': 3.1, '351': None}

    Raises
    ------
    SourceChangedError
        If the two lists are not of one length: all places would be shifted.
    """
    if not isinstance(values, list) or not isinstance(places, list) or len(values) != len(places):
        told = [
            len(one) if isinstance(one, list) else type(one).__name__ for one in (values, places)
        ]
        raise SourceChangedError(
            f"The Map Explorer gave {told[0]} values for {told[1]} places: no value can be "
            "trusted to a place. Look at both answers."
        )
    codes = [str(code) for code in places]
    if len(set(codes)) != len(codes):
        raise SourceChangedError("The Map Explorer names a place twice. Look at the answer.")
    return {
        code: None if value is None or float(value) == _MISSING else float(value)
        for code, value in zip(codes, values, strict=True)
    }


def _statatlas(
    options: entries.Options, folder: Path, policy: http.Policy, report: Report | None
) -> Fetched:
    number, language = entries.text(options, "map"), entries.text(options, "language", "de")
    if language not in _LANGUAGES:
        raise FactsError(f"STATATLAS speaks de and fr, not {language}. Mend the source's YAML.")
    path = entries.target(folder, str(options.get("file", f"{number}_{language}.csv")))
    ask = http.Ask(f"{entries.text(options, 'url')}/{number}_{_LANGUAGES[language]}.csv")
    promise = entries.promise(options, "csv", columns=_COLUMNS)
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


def _explorer(
    options: entries.Options, folder: Path, policy: http.Policy, report: Report | None
) -> Fetched:
    year = entries.text(options, "year")
    if not _YEAR.fullmatch(year):
        # Other marks of time are ignored, and every one gets the same answer.
        raise FactsError(f"'year' must be four digits, not {year!r}. Mend the source's YAML.")
    base, language = entries.text(options, "url"), entries.text(options, "language", "de")
    spoken = (("lang", language), ("obs", "main"))
    names = (("indic", "indicator"), ("dataset", "dataset"), ("view", "view"))
    asked = tuple((sent, entries.text(options, name)) for sent, name in names)
    # With its inner "=" encoded the filter is not seen, and another year answers.
    ask = http.Ask(f"{base}/GC_indic.php", query=asked + spoken, raw_query=f"filters=annee={year}")
    files = {role: entries.target(folder, f"{role}.json") for role in ("values", "places")}
    first = entries.bring(ask, files["values"], http.Promise("json"), policy, report=report)
    content = _content(files["values"])
    level = str(content.get("nivgeo") or "")
    _check_indicator(content, entries.text(options, "indicator"))
    where = (("nivgeo", level), ("extent", entries.text(options, "extent", "ch")))
    ask = http.Ask(f"{base}/GC_refdata.php", query=where + spoken)
    second = entries.bring(ask, files["places"], http.Promise("json"), policy, report=report)
    known = _series(content, _content(files["places"]))
    day = entries.day(re.sub(r"\D", "", level))
    notes = (f"{known} values in borders {level}.", "The publisher gives no day: edition = year.")
    return Fetched(files, (first, second), year, day, notes)


def _content(path: Path) -> dict[str, Any]:
    found = entries.parse_json(path.read_bytes(), path.name)
    content = found.get("content") if isinstance(found, dict) else None
    if not isinstance(content, dict):
        raise SourceChangedError("The Map Explorer answered without 'content'. Look at it.")
    return content


def _check_indicator(content: dict[str, Any], asked: str) -> None:
    told = (content.get("indic") or {}).get("c_id_indicateur", asked)
    if told != asked or not content.get("nivgeo"):
        raise BadAnswerError(
            f"Indicator {asked} was asked, {told} answered with borders "
            f"{content.get('nivgeo')!r}. Check 'indicator', 'dataset' and 'view' in the YAML."
        )


def _series(content: dict[str, Any], places: dict[str, Any]) -> int:
    """Count the values that are there, in one series or in several by group."""
    values = (content.get("distribution") or {}).get("values")
    codes = (places.get("territories") or {}).get("codgeo")
    groups = values.values() if isinstance(values, dict) else [values]
    pairs = [pair(one, codes) for one in groups]
    known = sum(1 for one in pairs for value in one.values() if value is not None)
    if not known:
        raise BadAnswerError("The Map Explorer gave no value for any place. Check 'year'.")
    return known
