"""Swiss Stats Explorer, SDMX 2.1 REST: one flow as SDMX-CSV, never a whole commune cube."""

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from divide.errors import BadAnswerError, FactsError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report
from divide.fetch.csv_codes import different_codes

_OPTIONS: Final = (
    *("flow", "key", "dimensions", "last", "start", "end"),
    *("language", "columns", "unpinned"),
)
_CSV: Final = "application/vnd.sdmx.data+csv;version=1.0.0"
_COLUMNS: Final = ("DATAFLOW", "TIME_PERIOD", "OBS_VALUE")
_EMPTY: Final = ("NoRecordsFound",)
_URN: Final = re.compile(r"Dataflow=([\w.]+):(\w+)\(([\w.]+)\)")
# Unfiltered commune cubes weigh 500 to 750 MB or time out; a pinned flow stays far below this.
_MAX_BYTES: Final = 100_000_000


class Flow(NamedTuple):
    """A dataflow: agency, id, version."""

    agency: str
    id: str
    version: str


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the rows of one flow.

    Parameters
    ----------
    options
        `url`; `flow` as `agency,id,version`, where the version may be `latest`; `key`, one
        part a dimension, empty for all its codes; `last` observations or `start`/`end`
        periods; optional `dimensions` (their names in the order of the key), `language`,
        `columns` (further names the header must hold), `unpinned: true` for a small flow
        that is wanted whole, `max_bytes`.

    Returns
    -------
    Fetched
        One CSV, `main`; no file if the service has no record for this key.

    Raises
    ------
    FactsError
        If the key pins nothing or has another number of parts than `dimensions`.
    MovedError
        If the catalogue of flows no longer holds the flow.
    """
    entries.check(options, _OPTIONS)
    key, times = _key(options), _times(options)
    flow, answers = _flow(options, policy)
    ask = http.Ask(
        f"{entries.text(options, 'url')}/data/{','.join(flow)}/{key}",
        query=times,
        headers=(("Accept", _CSV), _language(options)),
    )
    columns = (*_COLUMNS, *entries.texts(options, "dimensions"), *entries.texts(options, "columns"))
    promise = entries.promise(
        {"max_bytes": _MAX_BYTES, **options},
        "csv",
        columns=tuple(dict.fromkeys(columns)),
        max_unpacked=entries.number(options, "max_bytes", _MAX_BYTES),
        empty_ok=_EMPTY,
        utf8_only=True,
    )
    path = entries.target(folder, str(options.get("file", "main.csv")))
    try:
        answer = entries.bring(ask, path, promise, policy, report=report)
    except SourceError as error:
        raise _explain(error, options, flow, policy) from error
    if answer.empty:
        said = f"Flow {flow.id} has no record for key {key}."
        return Fetched({}, (*answers, answer), answer.time[:10], None, (said,))
    edition = _edition(path, flow)
    where = entries.register_date(options, edition)
    return Fetched({"main": path}, (*answers, answer), edition, where)


def newest(versions: list[str]) -> str:
    """
    Return the highest version, part by part as numbers.

    Examples
    --------
    >>> newest(["1.9.0", "1.10.0", "1.2.0"])
    '1.10.0'
    """
    return max(versions, key=lambda one: [int(part) for part in re.findall(r"\d+", one)])


def _key(options: entries.Options) -> str:
    """Return the key if it pins a dimension besides the frequency, or is allowed not to."""
    key, dimensions = entries.text(options, "key"), entries.texts(options, "dimensions")
    parts = key.split(".")
    if dimensions and len(parts) != len(dimensions):
        raise FactsError(
            f"Key {key!r} of flow {options.get('flow')} has {len(parts)} parts for "
            f"{len(dimensions)} dimensions ({', '.join(dimensions)}). Mend the source's YAML."
        )
    named = dimensions or [""] * len(parts)
    pinned = [
        part
        for part, name in zip(parts, named, strict=True)
        if part not in ("", "*", "all") and name != "FREQ"
    ]
    if not dimensions and parts[-1:] == ["A"]:
        pinned = pinned[:-1]  # a frequency alone leaves every commune and age in the cube
    if not pinned and options.get("unpinned") is not True:
        raise FactsError(
            f"Key {key!r} of flow {options.get('flow')} pins no dimension: whole commune cubes "
            "weigh 500 MB and more. Pin totals with _T, or say 'unpinned: true' for a small flow."
        )
    return key


def _times(options: entries.Options) -> tuple[tuple[str, str], ...]:
    names = (("start", "startPeriod"), ("end", "endPeriod"), ("last", "lastNObservations"))
    found = tuple((sent, str(options[name])) for name, sent in names if options.get(name))
    if not any(name in options for name in ("last", "start")):
        raise FactsError(
            f"Flow {options.get('flow')} has neither 'last' nor 'start': every year would be "
            "asked. Write one of them into the source's YAML."
        )
    return found


def _language(options: entries.Options) -> tuple[str, str]:
    # Without this header the service answers HTTP 500 "languageTag".
    return "Accept-Language", entries.text(options, "language", "de")


def _flow(options: entries.Options, policy: http.Policy) -> tuple[Flow, tuple[http.Answer, ...]]:
    """Read the flow of an entry; `latest` is looked up in the catalogue of flows."""
    parts = entries.text(options, "flow").split(",")
    if len(parts) != 3:
        raise FactsError(f"Flow {options['flow']!r} must be 'agency,id,version'. Mend the YAML.")
    flow = Flow(*(part.strip() for part in parts))
    if flow.version != "latest":
        return flow, ()
    versions, answer = _versions(options, flow, policy)
    if not versions:
        raise entries.moved(options, f"Flow {flow.agency}:{flow.id} is not in the catalogue.")
    return flow._replace(version=newest(versions)), (answer,)


def _versions(
    options: entries.Options, flow: Flow, policy: http.Policy
) -> tuple[list[str], http.Answer]:
    """List the versions of a flow; several may live side by side."""
    ask = http.Ask(
        f"{entries.text(options, 'url')}/dataflow",
        headers=(("Accept", "application/json"), _language(options)),
    )
    found, answer = entries.ask_json(ask, policy)
    flows = _listed(found)
    if not flows:
        raise SourceChangedError(
            f"{answer.url} lists no dataflow. Its shape may have changed: look at it."
        )
    return [one.version for one in flows if one[:2] == flow[:2]], answer


def _listed(found: Any) -> list[Flow]:
    """Read the catalogue: `references` by URN, or structure messages with `dataflows`."""
    if not isinstance(found, dict):
        return []
    urns = (_URN.search(urn) for urn in found.get("references") or {})
    # SOURCES.md records the first form; the second is the SDMX-JSON standard's.
    listed = (found.get("data") or {}).get("dataflows") or []
    standard = [Flow(str(d["agencyID"]), str(d["id"]), str(d["version"])) for d in listed]
    return [Flow(*urn.groups()) for urn in urns if urn] + standard


def _explain(
    error: SourceError, options: entries.Options, flow: Flow, policy: http.Policy
) -> SourceError:
    """Say what a refusal of the data means: the language, the flow, its version or the key."""
    if "languageTag" in entries.said(error):
        return BadAnswerError(
            f"The service could not read the language tag {_language(options)[1]!r} of flow "
            f"{flow.id} (HTTP {entries.status(error)}, languageTag). Set 'language' to de, fr, "
            "it or en."
        )
    if entries.status(error) != 404:
        return error
    versions, _ = _versions(options, flow, policy)
    if not versions:
        return entries.moved(options, f"Flow {flow.agency}:{flow.id} is not in the catalogue.")
    if flow.version not in versions:
        return entries.moved(
            options, f"Flow {flow.id} has no version {flow.version}, but {', '.join(versions)}."
        )
    key = entries.text(options, "key")
    return BadAnswerError(
        f"Flow {flow.id} does not know key {key!r} (HTTP 404): its number of parts, "
        f"{key.count('.') + 1}, is not the flow's number of dimensions. Read its structure, "
        "mend 'key' in the source's YAML."
    )


def _edition(path: Path, flow: Flow) -> str:
    """
    Return the publisher's last update if the rows carry it, else their newest period.

    The rows are read a block at a time: a file may hold hundreds of megabytes.
    """
    named, periods, updates = different_codes(path, ("DATAFLOW", "TIME_PERIOD", "DIFF_LAST_UPDATE"))
    wrong = sorted(name for name in named if name != "{}:{}({})".format(*flow))
    if wrong:
        path.unlink()
        raise BadAnswerError(f"Flow {':'.join(flow)} was asked, {wrong[0]} answered. Try again.")
    if not periods:
        path.unlink()
        raise BadAnswerError(f"Flow {flow.id} answered with a header and no row. Try again.")
    dates = sorted(day for one in updates if (day := entries.day(one)))
    return dates[-1] if dates else entries.folder_name(max(periods))
