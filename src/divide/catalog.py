"""Frozen records read from the package's facts: sources, indicators, groups, cantons."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from divide import paths
from divide.errors import FactsError, UnknownNameError, near_names

Words = Mapping[str, str]  # language -> text
Record = TypeVar("Record")


@dataclass(frozen=True)
class Edition:
    """One dated edition of a source: its files by role, and what they must hash to."""

    edition: str
    register_date: str | None
    files: Mapping[str, str]
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class Channel:
    """One way to a source: its kind, such as `sdmx`, and what that kind needs to know."""

    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """
    A public source: who publishes it, what it speaks of, under which terms.

    Attributes
    ----------
    channels, hosts
        Ways to it, in the order to try them; the only hosts that may be contacted.
    limits, drift, known, sums
        Calls that its hosts bear; changes beyond which an edition counts as drifted; figures
        that every edition holds, and parts that sum to a whole (see `build.known`).
    successor, population, typed
        What replaces it; of whom it speaks; whether its figures were typed, not fetched.
    """

    id: str
    publisher: str
    publisher_name: Words
    title: Words
    holds: Words
    official_id: str
    page: str
    licence: str
    terms: Words
    rhythm_months: int | None
    editions: tuple[Edition, ...]
    channels: tuple[Channel, ...] = ()
    hosts: frozenset[str] = frozenset()
    limits: Mapping[str, Any] = field(default_factory=dict)
    drift: Mapping[str, float] = field(default_factory=dict)
    known: tuple[Mapping[str, Any], ...] = ()
    sums: tuple[Mapping[str, Any], ...] = ()
    successor: str | None = None
    population: Words | None = None
    typed: bool = False


@dataclass(frozen=True)
class Indicator:
    """What a value measures: its unit, layer of equipment, population, source."""

    id: str
    unit: str
    layer: str | None
    of: str | None
    source: str | None


@dataclass(frozen=True)
class Canton:
    """A canton's key, number, names and the words that place a sentence in it."""

    id: str
    number: int
    name: Words
    within: Words
    page_language: str
    row: int
    column: int


def _read_yaml(path: Path) -> Any:
    try:
        # The C loader is several times faster; libyaml is in every wheel of PyYAML.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, Loader=loader)
    except (OSError, ValueError, yaml.YAMLError) as reason:
        raise FactsError(
            f"Facts file {path.name} cannot be read: {reason}. Mend it, or restore it from git."
        ) from reason


@cache
def facts(name: str) -> Any:
    """Return the content of `facts/<name>.yml`."""
    return _read_yaml(paths.FACTS / f"{name}.yml")


def _edition(raw: Mapping[str, Any]) -> Edition:
    return Edition(
        edition=str(raw["edition"]),
        register_date=str(raw["register_date"]) if raw.get("register_date") else None,
        files=dict(raw.get("files") or {}),
        sha256=dict(raw.get("sha256") or {}),
    )


def _channel(raw: Any, *, file: str) -> Channel:
    if not isinstance(raw, dict) or not raw.get("kind"):
        raise FactsError(f"Facts file {file} has a channel without a kind: {raw!r}. Name it.")
    return Channel(str(raw["kind"]), dict(raw))


def _source(raw: Any, *, file: str) -> Source:
    if not isinstance(raw, dict):
        raise FactsError(f"Facts file {file} holds no record. Write one: see CONTRIBUTING.")
    try:
        return Source(
            id=raw["id"],
            publisher=raw["publisher"],
            publisher_name=raw["publisher_name"],
            title=raw["title"],
            holds=raw["holds"],
            official_id=str(raw["official_id"]),
            page=raw["page"],
            licence=raw["licence"]["name"],
            terms=raw["licence"]["terms"],
            rhythm_months=raw.get("rhythm_months"),
            editions=tuple(_edition(one) for one in raw.get("editions") or []),
            channels=tuple(_channel(one, file=file) for one in raw.get("channels") or []),
            hosts=frozenset(raw.get("hosts") or []),
            limits=dict(raw.get("limits") or {}),
            drift={name: float(limit) for name, limit in (raw.get("drift") or {}).items()},
            known=tuple(raw.get("known") or ()),
            sums=tuple(raw.get("sums") or ()),
            successor=raw.get("successor"),
            population=raw.get("population"),
            typed=bool(raw.get("typed", False)),
        )
    except KeyError as missing:
        raise FactsError(f"Facts file {file} lacks {missing}. Add it: see CONTRIBUTING.") from None


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by id, in alphabetical order."""
    found = {}
    for path in sorted((paths.FACTS / "sources").glob("*.yml")):
        source = _source(_read_yaml(path), file=path.name)
        if source.id != path.stem:
            raise FactsError(f"Facts file {path.name} declares id {source.id!r}: name it alike.")
        found[source.id] = source
    return found


@cache
def publications() -> Mapping[str, Mapping[str, Any]]:
    """Return the publications whose single figures are typed into `published_rates`."""
    listed = facts("sources/published_rates").get("publications") or []
    return {one["id"]: one for one in listed}


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return every indicator by id."""
    return {
        name: Indicator(name, raw["unit"], raw.get("layer"), raw.get("of"), raw.get("source"))
        for name, raw in facts("indicators").items()
    }


def indicator(name: str) -> Indicator:
    """Return one indicator; an unknown name raises with the near ones."""
    return _pick(name, indicators(), "indicator")


def source(name: str) -> Source:
    """Return one source; an unknown name raises with the near ones."""
    return _pick(name, sources(), "source")


def _rows(name: str) -> list[dict[str, str]]:
    with (paths.FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def cantons() -> Mapping[str, Canton]:
    """Return the 26 cantons by their two letters, in official order."""
    tiles = {row["canton"]: row for row in _rows("canton_tiles.csv")}
    return {row["id"]: _canton(row, tiles[row["id"]]) for row in _rows("cantons.csv")}


def _canton(row: Mapping[str, str], tile: Mapping[str, str]) -> Canton:
    languages = ("fr", "de", "it", "en")
    return Canton(
        id=row["id"],
        number=int(row["number"]),
        name={lang: row[f"name_{lang}"] for lang in languages},
        within={lang: row[f"in_{lang}"] for lang in languages},
        page_language=row["page_language"],
        row=int(tile["row"]),
        column=int(tile["column"]),
    )


def canton(name: str) -> Canton:
    """
    Return one canton by its two letters, in any case.

    Examples
    --------
    >>> canton("vd").name["en"]
    'Vaud'
    """
    return _pick(name.upper(), cantons(), "canton")


@cache
def regions() -> Mapping[tuple[str, str], Words]:
    """Return names of language and major regions by (level, id)."""
    return {
        (row["level"], row["id"]): {lang: row[f"name_{lang}"] for lang in ("fr", "de", "it", "en")}
        for row in _rows("regions.csv")
    }


def _pick(name: str, known: Mapping[str, Record], kind: str) -> Record:
    if name in known:
        return known[name]
    raise UnknownNameError(f"There is no {kind} {name!r}. {near_names(name, list(known))}")
