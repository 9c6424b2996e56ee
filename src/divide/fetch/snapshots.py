"""Official files on this disk: `<source>/<edition>/<file>` under data/raw or the mirror."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from divide import catalog, paths
from divide.errors import SourceChangedError, SourceError


@dataclass(frozen=True)
class Snapshot:
    """
    One edition of a source as it lies on this disk.

    Attributes
    ----------
    files
        The edition's files by role, such as `main` or `lakes`.
    origin
        `raw` for data/raw, `mirror` for DIVIDE_MIRROR.
    """

    source: str
    edition: str
    register_date: str | None
    files: Mapping[str, Path]
    origin: str


def find(source: str, *, edition: str | None = None) -> Snapshot | None:
    """
    Look for the newest edition of a source: in data/raw, then in the mirror.

    Returns
    -------
    Snapshot or None
        None if no edition declared in facts is on this disk.

    Raises
    ------
    SourceError
        If DIVIDE_MIRROR names no folder, or an edition's folder lacks one of its files.
    """
    for declared in catalog.source(source).editions:
        if edition is not None and declared.edition != edition:
            continue
        for origin, root in _roots():
            folder = root / source / declared.edition
            if folder.is_dir():
                return _snapshot(source, declared, folder, origin)
    return None


def verify(snapshot: Snapshot) -> dict[str, str]:
    """
    Return the sha256 of each file, after comparing it with the facts.

    Raises
    ------
    SourceError
        If a file cannot be read.
    SourceChangedError
        If a file is not the one whose hash the facts declare.
    """
    declared = _edition(snapshot).sha256
    found = {}
    for role, path in snapshot.files.items():
        found[role] = _sha256(path, snapshot)
        if role in declared and found[role] != declared[role]:
            raise SourceChangedError(
                f"File {path.name} of source '{snapshot.source}', edition {snapshot.edition}, "
                "is not the file the facts declare (its sha256 differs). If the publisher "
                f"changed it, review it and update facts/sources/{snapshot.source}.yml; "
                "if it was edited here, fetch it again."
            )
    return found


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
    return Snapshot(source, edition.edition, edition.register_date, files, origin)


def _edition(snapshot: Snapshot) -> catalog.Edition:
    editions = catalog.source(snapshot.source).editions
    return next(one for one in editions if one.edition == snapshot.edition)


def _sha256(path: Path, snapshot: Snapshot) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as reason:
        raise SourceError(
            f"File {path.name} of source '{snapshot.source}' cannot be read "
            f"({reason.strerror}). Check its permissions, or fetch it again."
        ) from reason
