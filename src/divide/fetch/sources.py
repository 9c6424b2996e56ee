"""Bring one source: from a folder on a disk, or by its channels in their order."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from divide import catalog
from divide.errors import (
    BadAnswerError,
    DivideError,
    FactsError,
    MovedError,
    NoAnswerError,
    SourceChangedError,
    SourceError,
)
from divide.fetch import http, receipts, store
from divide.fetch.channel import Fetched, Report
from divide.fetch.receipts import Receipt
from divide.fetch.snapshots import check_declared

CHANNELS: Final = (
    *("agvch", "atlas", "ckan", "dam", "eurostat", "explorer", "plain"),
    *("pxweb", "sdmx", "sparql", "stac", "wms"),
)
# What a channel asks about and no YAML knows.
_GIVEN: Final = {"wms": ("points",)}
# What policies may set in a source's YAML, beside its hosts.
_LIMITS: Final = ("deadline", "quiet", "tries", "calls", "seconds")


@dataclass(frozen=True)
class Brought:
    """A whole edition that is not yet in place, and the channels that failed before."""

    receipt: Receipt
    failures: tuple[str, ...] = ()


def bring(
    source: catalog.Source,
    folder: Path,
    *,
    given: Mapping[str, Any] | None = None,
    report: Report | None = None,
) -> Brought:
    """
    Fetch the newest edition of a source into an empty folder, by the first channel that can.

    Parameters
    ----------
    given
        What no YAML knows: the `points` that some channels ask about.

    Raises
    ------
    NoAnswerError
        If no channel answers; every reason is told.
    BadAnswerError, MovedError, SourceChangedError
        If a channel's failure was a wrong answer, a retired address or an unknown shape.
    FactsError
        If the source has no channel, or one that does not exist.
    """
    if not source.channels:
        raise FactsError(
            f"Source '{source.id}' has no channel: its figures were typed from a publication."
        )
    failures: list[str] = []
    worst: SourceError | None = None
    for channel in source.channels:
        try:
            own = {name: (given or {}).get(name) for name in _GIVEN.get(channel.kind, ())}
            found = _ask(source, channel, folder, own, report=report)
            if not found.files:
                # An empty answer is an answer, but no edition of a source that has rows.
                raise BadAnswerError(" ".join(found.notes) or "It answered with no rows.")
        except (NoAnswerError, BadAnswerError, MovedError, SourceChangedError) as fault:
            failures.append(f"{channel.kind}: {fault}")
            worst = fault if worst is None or isinstance(worst, NoAnswerError) else worst
            _empty(folder)
            continue
        return Brought(_receipt(source, channel.kind, found, failures), tuple(failures))
    kind = type(worst) if worst else NoAnswerError
    told = " | ".join(failures)
    if source.successor and source.successor not in told and kind is not NoAnswerError:
        told += f" Its successor is {source.successor}."
    raise kind(f"Source '{source.id}' could not be fetched. {told}")


def copy(source: catalog.Source, mirror: Path, folder: Path) -> Brought | None:
    """
    Copy the newest declared edition from a folder laid out as `<source>/<edition>/<file>`.

    Returns
    -------
    Brought or None
        None if the folder holds no declared edition of the source.

    Raises
    ------
    SourceChangedError
        If a file is not the one whose hash the facts declare.
    """
    for declared in source.editions:
        origin = mirror / source.id / declared.edition
        if not origin.is_dir():
            continue
        files = {}
        for role, name in declared.files.items():
            path = origin / name
            for part in _with_companions(path):
                shutil.copyfile(part, folder / part.name)
            files[role] = folder / path.name
        check_declared(source.id, declared, files)
        found = Fetched(files, (), declared.edition, declared.register_date)
        return Brought(_receipt(source, "mirror", found, []))
    return None


def policy(source: catalog.Source) -> http.Policy:
    """Return how a source's hosts are treated, from its YAML."""
    unknown = sorted(set(source.limits) - set(_LIMITS))
    if unknown:
        raise FactsError(
            f"facts/sources/{source.id}.yml limits {', '.join(unknown)}, which does not exist. "
            f"Known: {', '.join(_LIMITS)}."
        )
    return http.Policy(hosts=source.hosts, **dict(source.limits))


def lacks_points(source: catalog.Source, given: Mapping[str, Any]) -> bool:
    """Tell whether all channels of a source ask about points, and none are given."""
    asking = ["points" in _GIVEN.get(one.kind, ()) for one in source.channels]
    return all(asking) and bool(asking) and not given.get("points")


def _ask(
    source: catalog.Source,
    channel: catalog.Channel,
    folder: Path,
    given: Mapping[str, Any],
    *,
    report: Report | None,
) -> Fetched:
    if channel.kind not in CHANNELS:
        raise FactsError(
            f"There is no channel {channel.kind!r}. Known: {', '.join(CHANNELS)}. "
            "Mend the source's YAML."
        )
    module: Any = import_module(f"divide.fetch.{channel.kind}")
    # What replaces a source is declared once; an address that is gone then names it.
    known = {"successor": source.successor} if source.successor else {}
    options = {**known, **given, **channel.options}
    try:
        found: Fetched = module.fetch(options, folder, policy(source), report=report)
    except DivideError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as fault:
        # An answer of another shape is met first where it is read: one source's, not the run's.
        raise SourceChangedError(
            f"It answered in a shape that channel '{channel.kind}' does not know ({fault!r}). "
            "Look at the answer; if the publisher changed it, the channel must learn it."
        ) from fault
    return found


def _receipt(source: catalog.Source, kind: str, found: Fetched, failures: list[str]) -> Receipt:
    files = {role: store.describe(path) for role, path in found.files.items()}
    return Receipt(
        source=source.id,
        edition=found.edition,
        register_date=found.register_date,
        channel=kind,
        fetched=datetime.now(UTC).isoformat(timespec="seconds"),
        licence=source.licence,
        files=files,
        asked=tuple(receipts.asked(one) for one in found.answers),
        notes=(*found.notes, *(f"Tried before, {one}" for one in failures)),
    )


def _with_companions(path: Path) -> list[Path]:
    """Return a file, and for a shapefile the others that belong to it."""
    if path.suffix != ".shp":
        return [path]
    return sorted(one for one in path.parent.glob(f"{path.stem}.*") if one.is_file())


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
