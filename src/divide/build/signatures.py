"""What a table depends on, as one hash; and the embedded default, untouched. Nothing heavy."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from divide import catalog, paths
from divide.build.recipe_list import RECIPES, Recipe
from divide.errors import FactsError, SourceChangedError
from divide.fetch import snapshots


def signature() -> str:
    """Return one hash of everything the study's tables depend on."""
    told = json.dumps({table: signature_of(RECIPES[table]) for table in RECIPES})
    return hashlib.sha256(told.encode()).hexdigest()


def is_current(table: str) -> bool:
    """Tell whether a built table was made from what now lies on this disk."""
    return recorded(table) == signature_of(RECIPES[table])


def signature_of(recipe: Recipe) -> str:
    """Return one hash of what a table depends on: code, facts, files, other tables."""
    parts: list[Any] = [recipe.table, _code()]
    for name in recipe.sources:
        snapshot = snapshots.find(name)
        parts.append(_stamp(snapshot) if snapshot else None)
    parts += [[_stamp(one) for one in snapshots.find_all(name)] for name in recipe.every]
    if recipe.baseline:
        parts.append(_declared(recipe.baseline))
    if recipe.folder:
        parts.append(_kept(recipe.folder))
    parts += [signature_of(RECIPES[table]) for table in recipe.tables]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _kept(folder: str) -> list[Any]:
    """Return a stamp of what was taken in on this machine."""
    root = paths.raw() / folder
    files = sorted(path for path in root.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return [[str(path.relative_to(root)), one.st_size, one.st_mtime_ns] for path, one in stats]


def _stamp(snapshot: snapshots.Snapshot) -> list[Any]:
    stats = {role: path.stat() for role, path in snapshot.files.items()}
    sizes = {role: [one.st_size, one.st_mtime_ns] for role, one in stats.items()}
    return [snapshot.source, snapshot.edition, sizes]


@cache
def _code() -> str:
    """Return a stamp of the package's code and facts: a table is as old as what made it."""
    files = sorted(
        path
        for path in paths.PACKAGE.rglob("*")
        if path.suffix in {".py", ".yml", ".csv"} and "baseline" not in path.parts
    )
    stats = [
        (str(path.relative_to(paths.PACKAGE)), path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    ]
    return hashlib.sha256(json.dumps(stats).encode()).hexdigest()


def recorded(table: str) -> str | None:
    """Return the signature a built table was made with, or None if it is not whole."""
    path = paths.processed() / f"{table}.parquet"
    meta = path.with_suffix(".meta.json")
    try:
        found = json.loads(meta.read_text(encoding="utf-8"))
        return str(found["signature"]) if path.is_file() else None
    except (OSError, ValueError, KeyError):
        return None


def verify_baseline() -> None:
    """
    Compare every file of the embedded default with the hashes in facts.

    Raises
    ------
    SourceChangedError
        If a file was edited or is missing: which, and what to do.
    """
    for name in catalog.facts("baseline"):
        verify_baseline_file(name)


def baseline_hash(path: Path) -> str:
    """Return the sha256 of a file of the default, whatever its line endings became."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def verify_baseline_file(name: str) -> Path:
    """Return the path of a file of the default that is the one the facts declare."""
    declared = _declared(name)
    path = paths.baseline() / name
    if not path.is_file() or baseline_hash(path) != declared:
        what = "was edited" if path.is_file() else "is missing"
        raise SourceChangedError(
            f"Embedded default: data/raw/baseline/{name} {what} (its sha256 is not the one in "
            f"facts/baseline.yml). Nothing was built. Restore it with "
            f"'git checkout -- data/raw/baseline/{name}'; if the figures are meant to change, "
            "run 'divide build --refresh-baseline' and commit both."
        )
    return path


def _declared(name: str) -> str:
    declared: Mapping[str, str] = catalog.facts("baseline") or {}
    if name not in declared:
        raise FactsError(
            f"facts/baseline.yml declares no sha256 of {name}. Run: divide build --refresh-baseline"
        )
    return declared[name]
