"""Fetch sources: bring, compare with the last edition, and only then put in place."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from divide import catalog
from divide.build import drift, known
from divide.build.profiles import Profile, profile
from divide.errors import DivideError, NoAnswerError, SourceChangedError, SourceError
from divide.fetch import snapshots, sources, store
from divide.fetch.points import read_points
from divide.fetch.snapshots import Snapshot
from divide.fetch.sources import Brought

Progress = Callable[[str, str, int, int | None], None]  # source, file, bytes so far, in all

# Outcomes that leave something to do, and what the command ends with.
EXIT: Final = {"kept": 3, "silent": 3, "drifted": 4, "wrong": 4, "failed": 1}
_DRIFT: Final = ".drift.json"


@dataclass(frozen=True)
class Outcome:
    """
    What became of one source.

    Attributes
    ----------
    state
        new, unchanged, here (offline) or typed; kept (nobody answered, the last edition
        stays), silent (nobody answered, none is here), drifted (its shape changed, nothing
        was replaced), wrong (the answer is not what was promised), failed, absent.
    told
        A sentence for the reader; empty where there is nothing to say.
    """

    source: str
    state: str
    edition: str
    channel: str = ""
    told: str = ""


def fetch_sources(
    names: Iterable[str] = (),
    *,
    mirror: Path | None = None,
    offline: bool = False,
    accept: bool = False,
    lang: str = "en",
    points: Path | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """
    Bring sources up to date; one that fails does not keep the others from it.

    Parameters
    ----------
    names
        Ids of sources; all, if none is named.
    mirror
        Take editions from this folder, laid out as `<source>/<edition>/<file>`, and ask nobody.
    offline
        Ask nobody, and say what is here.
    accept
        Take an edition whose shape has changed.
    lang
        Language of the sentences on drift.
    points
        A file of institutions, for the sources that are asked about places.

    Raises
    ------
    UnknownNameError
        If a source does not exist; nothing is fetched then.
    UsageError
        If the file of points holds anything but institutions and their coordinates.
    """
    chosen = [catalog.source(name) for name in names] or list(catalog.sources().values())
    given = {"points": read_points(points)} if points else {}
    how = _Manner(mirror, given, offline, accept, lang, progress)
    done = []
    for one in chosen:
        try:
            done.append(_fetch(one, how))
        except DivideError as fault:
            done.append(_failed(one.id, fault))
    return done


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 4 if a source changed, else 1 if one failed, else 3 if one was silent, else 0."""
    codes = {EXIT.get(one.state, 0) for one in outcomes}
    return next((code for code in (4, 1, 3) if code in codes), 0)


def noticed_drift(source: str) -> dict[str, Any] | None:
    """Return the drift that kept the newest edition of a source from being taken, or None."""
    try:
        found: dict[str, Any] = json.loads(_note(source).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


@dataclass(frozen=True)
class _Manner:
    """How sources are fetched, alike for all that are named."""

    mirror: Path | None
    given: Mapping[str, Any]
    offline: bool
    accept: bool
    lang: str
    progress: Progress | None


def _fetch(source: catalog.Source, how: _Manner) -> Outcome:
    if source.typed:
        return Outcome(source.id, "typed", "", told="Typed from publications.")
    if how.mirror is None and not source.channels:
        return replace(_here(source.id), told=_unserved(source))
    if how.offline and how.mirror is None:
        return _here(source.id)
    if how.mirror is None and sources.lacks_points(source, how.given):
        told = f"It is asked about places. Name them: divide fetch {source.id} --points FILE"
        return replace(_here(source.id), told=told)
    with store.held(source.id), store.staging(source.id) as folder:
        brought = _brought(source, folder, how)
        if brought is None:
            return replace(_here(source.id), told="Not in the folder named.")
        return _settle(brought, folder, accept=how.accept, lang=how.lang)


def _brought(source: catalog.Source, folder: Path, how: _Manner) -> Brought | None:
    if how.mirror is not None:
        return sources.copy(source, how.mirror, folder)
    report = None
    if how.progress:
        told = how.progress

        def report(name: str, done: int, total: int | None) -> None:
            told(source.id, name, done, total)

    return sources.bring(source, folder, given=how.given, report=report)


def _settle(brought: Brought, folder: Path, *, accept: bool, lang: str) -> Outcome:
    """Put an edition in place, unless it is the one that is there or its shape has changed."""
    receipt = brought.receipt
    now = {role: one.sha256 for role, one in receipt.files.items()}
    there = store.newest(receipt.source)
    if there and {role: one.sha256 for role, one in there[1].files.items()} == now:
        _note(receipt.source).unlink(missing_ok=True)
        return Outcome(receipt.source, "unchanged", there[1].edition, receipt.channel)
    told = _drift(receipt.source, folder, receipt.files, lang)
    if told and not accept:
        note = {"edition": receipt.edition, "noticed": _now(), "told": told}
        _note(receipt.source).write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        return Outcome(receipt.source, "drifted", receipt.edition, receipt.channel, " ".join(told))
    store.publish(folder, replace(receipt, accepted=tuple(told)))
    _note(receipt.source).unlink(missing_ok=True)
    return Outcome(receipt.source, "new", receipt.edition, receipt.channel, " ".join(receipt.notes))


def _drift(source: str, folder: Path, files: Any, lang: str) -> list[str]:
    """Tell how an edition differs in shape from the last, and which known figures it lacks."""
    new = {role: folder / one.name for role, one in files.items()}
    described = catalog.source(source)
    pinned = _pinned(described)
    try:
        changes = [drift.Change(*miss) for miss in known.misses(described, new)]
        now = profile(new, only=pinned)
    except SourceError as fault:
        raise SourceChangedError(f"What came of '{source}' cannot be read: {fault}") from fault
    before = _measure(source, now, pinned)
    if before is not None:
        changes += drift.compare(before, now, limits=described.drift)
    return drift.sentences(source, changes, lang=lang) if changes else []


def _measure(source: str, now: Profile, pinned: Mapping[str, tuple[str, ...]]) -> Profile | None:
    """
    Return what an edition is compared with: the last one of its form, else the last.

    Two channels bring a source in two forms, which tidy functions read alike: if the last
    came by a channel, only its form is a measure.
    """
    shapes: list[Profile] = []
    every: list[Snapshot] = []
    with suppress(SourceError):  # a damaged edition is no measure of a new one
        every = snapshots.find_all(source)
    for one in every:
        with suppress(SourceError):
            shapes.append(profile(one.files, only=pinned))
            if shapes[-1].form == now.form:
                return shapes[-1]
    there = store.newest(source)
    by_channel = there is not None and there[1].channel in sources.CHANNELS
    return shapes[0] if shapes and not by_channel else None


def _pinned(source: catalog.Source) -> dict[str, tuple[str, ...]]:
    """Return the codes that a source's channel asks for, where it names them."""
    found: dict[str, tuple[str, ...]] = {}
    for channel in source.channels[:1]:
        for name, codes in (channel.options.get("filters") or {}).items():
            found[str(name)] = tuple(map(str, codes if isinstance(codes, list) else [codes]))
    return found


def _here(source: str) -> Outcome:
    found = snapshots.find(source)
    if found is None:
        return Outcome(source, "absent", "")
    return Outcome(source, "here", found.edition, found.origin)


def _unserved(source: catalog.Source) -> str:
    """Say how to come by a source that no service offers in the form that is read."""
    instead = f", or fetch {source.successor}" if source.successor else ""
    return f"No service offers it in the form that is read. Take it from a mirror{instead}."


def _failed(source: str, fault: DivideError) -> Outcome:
    """Say what went wrong, and what stands in."""
    try:
        last = snapshots.find(source)
    except SourceError:
        last = None
    edition = last.edition if last else ""
    if isinstance(fault, NoAnswerError):
        return Outcome(source, "kept" if last else "silent", edition, told=str(fault))
    return Outcome(source, "wrong" if fault.exit_code == 4 else "failed", edition, told=str(fault))


def _note(source: str) -> Path:
    return store.folder(source) / _DRIFT


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
