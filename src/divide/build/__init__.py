"""Build what is out of date: the recipe list and the loop. Imports nothing heavy."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from divide import catalog, paths
from divide.build.recipe_list import RECIPES, Recipe
from divide.errors import (
    FactsError,
    SourceChangedError,
    SourceError,
    UnknownNameError,
    near_names,
)
from divide.fetch import snapshots

logger = logging.getLogger(__name__)

Report = Callable[[str], None]


@dataclass(frozen=True)
class Inputs:
    """What a recipe is given: official files at hand, and the file of the default."""

    snapshots: Mapping[str, snapshots.Snapshot]
    baseline: Path | None
    hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def bring_up_to_date(
    tables: Iterable[str] = (), *, force: bool = False, say: Report | None = None
) -> list[str]:
    """
    Build the named tables (all, if none is named) and those they are made from.

    Returns
    -------
    list of str
        Names of the tables that were built; empty if nothing had changed.

    Raises
    ------
    UnknownNameError
        If a table does not exist.
    SourceError, SourceChangedError
        If an official file or a file of the default is missing, damaged or changed.
    """
    wanted = set(tables)
    # Decide, then act: what is damaged stops the run before anything is written.
    plans = [(RECIPES[table], _inputs(RECIPES[table])) for table in _in_order(wanted)]
    due = []
    for recipe, inputs in plans:
        again = force and (not wanted or recipe.table in wanted)
        if recipe.lacks(len(inputs.snapshots)):
            _remove(recipe, asked=recipe.table in wanted)
        elif again or _recorded(recipe.table) != _signature(recipe):
            due.append((recipe, _verified(inputs)))
    for recipe, inputs in due:
        _make(recipe, inputs, say=say)
    return [recipe.table for recipe, _ in due]


def signature() -> str:
    """Return one hash of everything the study's tables depend on."""
    told = json.dumps({table: _signature(RECIPES[table]) for table in RECIPES})
    return hashlib.sha256(told.encode()).hexdigest()


def verify_baseline() -> None:
    """
    Compare every file of the embedded default with the hashes in facts.

    Raises
    ------
    SourceChangedError
        If a file was edited or is missing: which, and what to do.
    """
    for name, declared in catalog.facts("baseline").items():
        _verify_baseline_file(name, declared)


def baseline_hash(path: Path) -> str:
    """Return the sha256 of a file of the default, whatever its line endings became."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _verify_baseline_file(name: str, declared: str) -> Path:
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


def _in_order(wanted: set[str]) -> list[str]:
    """Return recipes in the order of the list, with what the wanted ones are made from."""
    for table in wanted - set(RECIPES):
        raise UnknownNameError(f"There is no table {table!r}. {near_names(table, list(RECIPES))}")
    if not wanted:
        return list(RECIPES)
    needed = set(wanted)
    for recipe in reversed(RECIPES.values()):
        if recipe.table in needed:
            needed |= set(recipe.tables)
    return [table for table in RECIPES if table in needed]


def _make(recipe: Recipe, inputs: Inputs, *, say: Report | None) -> None:
    if say:
        say(recipe.table)
    module, name = recipe.function.split(":")
    frame = getattr(import_module(module), name)(inputs)
    write = import_module("divide.tables").write
    write(frame, recipe.table, provenance=_provenance(recipe, inputs, _signature(recipe)))


def _inputs(recipe: Recipe) -> Inputs:
    found = {name: snapshots.find(name) for name in recipe.sources}
    baseline = None
    if recipe.baseline:
        baseline = _verify_baseline_file(recipe.baseline, _declared(recipe.baseline))
    return Inputs({name: one for name, one in found.items() if one}, baseline)


def _verified(inputs: Inputs) -> Inputs:
    """Return the inputs with the hashes of their official files, none of which has changed."""
    hashes = {name: snapshots.verify(one) for name, one in inputs.snapshots.items()}
    return Inputs(inputs.snapshots, inputs.baseline, hashes)


def _declared(name: str) -> str:
    declared: Mapping[str, str] = catalog.facts("baseline") or {}
    if name not in declared:
        raise FactsError(
            f"facts/baseline.yml declares no sha256 of {name}. Run: divide build --refresh-baseline"
        )
    return declared[name]


def _signature(recipe: Recipe) -> str:
    parts: list[Any] = [recipe.table, _code()]
    for name in recipe.sources:
        snapshot = snapshots.find(name)
        parts.append(_stamp(snapshot) if snapshot else None)
    if recipe.baseline:
        parts.append(_declared(recipe.baseline))
    parts += [_signature(RECIPES[table]) for table in recipe.tables]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


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


def _recorded(table: str) -> str | None:
    """Return the signature a built table was made with, or None if it is not whole."""
    path = paths.processed() / f"{table}.parquet"
    meta = path.with_suffix(".meta.json")
    try:
        found = json.loads(meta.read_text(encoding="utf-8"))
        return str(found["signature"]) if path.is_file() else None
    except (OSError, ValueError, KeyError):
        return None


def _remove(recipe: Recipe, *, asked: bool) -> None:
    """Remove a table whose official files are gone; say so if it was asked for by name."""
    if (paths.processed() / f"{recipe.table}.parquet").exists():
        import_module("divide.tables").drop(recipe.table)
        logger.info("Table %s removed: its official files are not at hand", recipe.table)
    if asked:
        raise SourceError(
            f"Table '{recipe.table}' needs the official files of {', '.join(recipe.sources)}: "
            "the embedded default has none. Set DIVIDE_MIRROR to a folder that holds them."
        )


def _provenance(recipe: Recipe, inputs: Inputs, signed: str) -> dict[str, Any]:
    return {
        "signature": signed,
        "made_from": list(recipe.tables),
        "official": [
            {
                "source": one.source,
                "edition": one.edition,
                "register_date": one.register_date,
                "origin": one.origin,
                "sha256": inputs.hashes[name],
            }
            for name, one in inputs.snapshots.items()
        ],
        "default": recipe.baseline
        if len(inputs.snapshots) < len(recipe.sources) or not (recipe.sources)
        else None,
        "synthetic": False,
    }


def ghosts() -> list[str]:
    """Return numbers in the population file that no register of its date knows."""
    meta = paths.processed() / "population.meta.json"
    try:
        found: list[str] = json.loads(meta.read_text(encoding="utf-8")).get("ghosts", [])
    except (OSError, ValueError):
        return []
    return found


def is_current(table: str) -> bool:
    """Tell whether a built table was made from what now lies on this disk."""
    return _recorded(table) == _signature(RECIPES[table])
