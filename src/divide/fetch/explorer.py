"""The Map Explorer of BFS: an indicator by commune, found in its list, never by a kept id.

Its shape is known from one public client, not from a recorded body.
"""

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from divide.errors import BadAnswerError, FactsError, SourceChangedError, near_names
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("indicator", "dataset", "view", "year", "level", "extent", "language")
_MISSING: Final = -9999
_YEAR: Final = re.compile(r"\d{4}")


class Listed(NamedTuple):
    """An indicator as the list offers it: where it lies, and its newest year."""

    dataset: str
    view: str
    year: str


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the newest year of one indicator.

    Parameters
    ----------
    options
        `url`, `indicator`; optional `dataset` and `view` where the list offers several,
        `year` (four digits; the newest listed unless told), `level` (how the id of the
        borders starts, `polg` for communes unless told), `extent`, `language`.

    Returns
    -------
    Fetched
        `values` and `places` as received: the n-th value is the n-th place's, and -9999
        means missing; the register date is that of the borders, the edition is the year.

    Raises
    ------
    MovedError
        If the list has no such indicator any more.
    """
    entries.check(options, _OPTIONS)
    if "year" in options and not _YEAR.fullmatch(str(options["year"])):
        # Other marks of time are ignored, and every one gets the same answer.
        raise FactsError(f"'year' must be four digits, not {options['year']!r}. Mend the YAML.")
    base, spoken = entries.text(options, "url"), _spoken(options)
    ask = http.Ask(f"{base}/GC_listIndics.php", query=spoken[:1])
    found, listed = entries.ask_json(ask, policy)
    chosen = choose(_content(found), options)
    files = {role: entries.target(folder, f"{role}.json") for role in ("values", "places")}
    ask = _ask_values(chosen, options)
    first = entries.bring(ask, files["values"], http.Promise("json"), policy, report=report)
    content = _read(files["values"])
    level = _borders(content, options)
    where = (("nivgeo", level), ("extent", entries.text(options, "extent", "ch")))
    ask = http.Ask(f"{base}/GC_refdata.php", query=where + spoken)
    second = entries.bring(ask, files["places"], http.Promise("json"), policy, report=report)
    known = _series(content, _read(files["places"]))
    day = entries.day(re.sub(r"\D", "", level))
    notes = (
        f"Found in the list: dataset {chosen.dataset}, view {chosen.view}, year {chosen.year}.",
        f"{known} values in borders {level}.",
        "The publisher gives no day: edition = year.",
    )
    return Fetched(files, (listed, first, second), chosen.year, day, notes)


def _spoken(options: entries.Options) -> tuple[tuple[str, str], ...]:
    return (("lang", entries.text(options, "language", "de")), ("obs", "main"))


def _ask_values(chosen: Listed, options: entries.Options) -> http.Ask:
    asked = (("indic", entries.text(options, "indicator")), ("dataset", chosen.dataset))
    # With its inner "=" encoded the filter is not seen, and another year answers.
    return http.Ask(
        f"{entries.text(options, 'url')}/GC_indic.php",
        query=(*asked, ("view", chosen.view), *_spoken(options)),
        raw_query=f"filters=annee={chosen.year}",
    )


def choose(content: dict[str, Any], options: entries.Options) -> Listed:
    """
    Choose an indicator's newest year in the list, among those drawn in the borders wanted.

    Raises
    ------
    SourceChangedError
        If the list has another shape, or two datasets offer the same newest year.
    MovedError
        If nothing in the list fits.
    """
    listed = content.get("indics")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise SourceChangedError("The Map Explorer's list has no 'indics'. Look at it.")
    asked = entries.text(options, "indicator")
    own = [one for one in listed if one.get("c_id_indicateur") == asked]
    fitting = [one for one in (_offer(each, options) for each in own) if one]
    if not fitting:
        near = near_names(asked, [str(one.get("c_id_indicateur")) for one in listed] or ["none"])
        told = (
            f"{len(own)} entries of {asked} do not fit 'dataset', 'year', 'level'" if own else near
        )
        raise entries.moved(options, f"The Map Explorer does not offer {asked} so: {told}.")
    newest = max(one.year for one in fitting)
    latest = sorted({one for one in fitting if one.year == newest})
    if len({one.dataset for one in latest}) > 1:
        raise SourceChangedError(
            f"Indicator {asked} of {newest} lies in several datasets: "
            f"{', '.join(one.dataset for one in latest)}. Write 'dataset' into the source's YAML."
        )
    return latest[0]


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


def _offer(one: dict[str, Any], options: entries.Options) -> Listed | None:
    """Return what an entry of the list offers, if it has the dataset, borders and year wanted."""
    dataset, views = str(one.get("c_id_dataset") or ""), entries.texts(one, "c_id_view")
    years = [year for year in entries.texts(one, "mods") if _YEAR.fullmatch(year)]
    years = [year for year in years if str(options.get("year", year)) == year]
    level = entries.text(options, "level", "polg")
    drawn = any(borders.startswith(level) for borders in entries.texts(one, "nivgeos"))
    view = str(options.get("view") or next(iter(views), ""))
    wanted = str(options.get("dataset") or dataset) == dataset
    if not (dataset and view and years and drawn and wanted):
        return None
    return Listed(dataset, view, max(years))


def _content(found: Any) -> dict[str, Any]:
    content = found.get("content") if isinstance(found, dict) else None
    if not isinstance(content, dict):
        raise SourceChangedError("The Map Explorer answered without 'content'. Look at it.")
    return content


def _read(path: Path) -> dict[str, Any]:
    return _content(entries.parse_json(path.read_bytes(), path.name))


def _borders(content: dict[str, Any], options: entries.Options) -> str:
    """Return the id of the answer's borders, if it is of the indicator and borders asked for."""
    asked, level = entries.text(options, "indicator"), str(content.get("nivgeo") or "")
    told = (content.get("indic") or {}).get("c_id_indicateur", asked)
    if told != asked or not level.startswith(entries.text(options, "level", "polg")):
        raise BadAnswerError(
            f"Indicator {asked} was asked, {told} answered with borders {level!r}. "
            "Check 'indicator', 'dataset', 'view' and 'level' in the YAML."
        )
    return level


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
