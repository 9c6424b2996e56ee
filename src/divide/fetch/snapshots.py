"""Official files on this disk: fetched with a receipt, or laid down as the facts declare."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from divide import catalog, paths
from divide.errors import SourceChangedError, SourceError
from divide.fetch import store
from divide.fetch.receipts import Receipt


@dataclass(frozen=True)
class Snapshot:
    """
    One edition of a source as it lies on this disk.

    Attributes
    ----------
    files
        The edition's files by role, such as `main` or `lakes`.
    origin
        `fetched` for an edition with a receipt, `raw` for one laid down in data/raw,
        `mirror` for DIVIDE_MIRROR.
    sha256
        What each file must hash to: as its receipt says, or as the facts declare.
    """

    source: str
    edition: str
    register_date: str | None
    files: Mapping[str, Path]
    origin: str
    sha256: Mapping[str, str] = field(default_factory=dict)


def find(source: str, *, edition: str | None = None) -> Snapshot | None:
    """
    Look for a source: what was fetched last, then the newest declared edition.

    Declared editions are looked for in data/raw, then in the mirror.

    Returns
    -------
    Snapshot or None
        None if no edition that was fetched, or is declared in facts, is on this disk.

    Raises
    ------
    SourceError
        If DIVIDE_MIRROR names no folder, or an edition's folder lacks one of its files.
    """
    return next(_on_disk(source, edition), None)


def find_all(source: str) -> list[Snapshot]:
    """
    List every edition of a source on this disk, in the order in which `find` prefers them.

    Raises
    ------
    SourceError
        As `find`.
    """
    return list(_on_disk(source, None))


def _on_disk(source: str, edition: str | None) -> Iterator[Snapshot]:
    """Yield each edition once: fetched ones, newest first, then declared ones."""
    seen: set[str] = set()
    for folder, receipt in store.editions(source):
        if edition in (None, receipt.edition) and receipt.edition not in seen:
            seen.add(receipt.edition)
            yield _fetched(folder, receipt)
    for declared in catalog.source(source).editions:
        if edition not in (None, declared.edition) or declared.edition in seen:
            continue
        for origin, root in _roots():
            folder = root / source / declared.edition
            if folder.is_dir():
                yield _snapshot(source, declared, folder, origin)
                break


def verify(snapshot: Snapshot) -> dict[str, str]:
    """
    Return the sha256 of each file, after comparing it with its receipt or the facts.

    Raises
    ------
    SourceError
        If a file cannot be read.
    SourceChangedError
        If a file is not the one that was received or declared.
    """
    found = {role: _sha256(path, snapshot) for role, path in snapshot.files.items()}
    fetched = snapshot.origin == "fetched"
    _compare(snapshot, found, "that its receipt tells of" if fetched else "the facts declare")
    return found


def check_declared(source: str, declared: catalog.Edition, files: Mapping[str, Path]) -> None:
    """
    Compare files with the hashes that the facts declare of an edition.

    Raises
    ------
    SourceChangedError
        If one is another file.
    """
    verify(Snapshot(source, declared.edition, None, files, "mirror", declared.sha256))


def _compare(snapshot: Snapshot, found: Mapping[str, str], told: str) -> None:
    for role, path in snapshot.files.items():
        if snapshot.sha256.get(role, found[role]) != found[role]:
            raise SourceChangedError(
                f"File {path.name} of source '{snapshot.source}', edition {snapshot.edition}, "
                f"is not the file {told} (its sha256 differs). If the publisher "
                f"changed it, review it and update facts/sources/{snapshot.source}.yml; "
                f"if it was edited here, fetch it again: divide fetch {snapshot.source}"
            )


def _roots() -> list[tuple[str, Path]]:
    roots = [("raw", paths.raw())]
    mirror = paths.mirror()
    if mirror is not None:
        if not mirror.is_dir():
            raise SourceError(
                f"DIVIDE_MIRROR names {mirror}, which is no folder. "
                "Set it to a folder laid out as <source>/<edition>/<file>, or unset it."
            )
        roots.append(("mirror", mirror))
    return roots


def _snapshot(source: str, edition: catalog.Edition, folder: Path, origin: str) -> Snapshot:
    files = {role: folder / name for role, name in edition.files.items()}
    absent = [path.name for path in files.values() if not path.is_file()]
    if absent:
        raise SourceError(
            f"Edition {edition.edition} of source '{source}' lacks {', '.join(absent)} "
            f"(in {origin}). Fetch the edition again, or remove its folder to use the default."
        )
    return Snapshot(source, edition.edition, edition.register_date, files, origin, edition.sha256)


def _fetched(folder: Path, receipt: Receipt) -> Snapshot:
    files = {role: folder / one.name for role, one in receipt.files.items()}
    absent = [path.name for path in files.values() if not path.is_file()]
    if absent:
        raise SourceError(
            f"Edition {receipt.edition} of source '{receipt.source}' lacks {', '.join(absent)}, "
            f"which its receipt tells of. Remove {folder.name} and run: "
            f"divide fetch {receipt.source}"
        )
    hashes = {role: one.sha256 for role, one in receipt.files.items()}
    return Snapshot(
        receipt.source, receipt.edition, receipt.register_date, files, "fetched", hashes
    )


def _sha256(path: Path, snapshot: Snapshot) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as reason:
        raise SourceError(
            f"File {path.name} of source '{snapshot.source}' cannot be read "
            f"({reason.strerror}). Check its permissions, or fetch it again."
        ) from reason
