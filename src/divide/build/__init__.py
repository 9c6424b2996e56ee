"""Build what is out of date: the recipe list and the loop. Imports nothing heavy."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from divide import paths
from divide.build.recipe_list import RECIPES, Recipe
from divide.build.signatures import (
    baseline_hash,
    is_current,
    recorded,
    signature,
    signature_of,
    verify_baseline,
    verify_baseline_file,
)
from divide.errors import SourceError, UnknownNameError, near_names
from divide.fetch import snapshots
from divide.fetch.snapshots import Snapshot

__all__ = [
    "Inputs",
    "baseline_hash",
    "bring_up_to_date",
    "ghosts",
    "is_current",
    "signature",
    "verify_baseline",
]

logger = logging.getLogger(__name__)

Report = Callable[[str], None]


@dataclass(frozen=True)
class Inputs:
    """
    What a recipe is given: official files at hand, and the file of the default.

    Attributes
    ----------
    snapshots
        The edition of each source that counts: the one fetched last, else the newest.
    editions
        Every edition at hand, of the sources of which the recipe reads them all.
    """

    snapshots: Mapping[str, Snapshot]
    baseline: Path | None
    hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    editions: Mapping[str, tuple[Snapshot, ...]] = field(default_factory=dict)


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
        elif again or recorded(recipe.table) != signature_of(recipe):
            due.append((recipe, _verified(inputs)))
    for recipe, inputs in due:
        _make(recipe, inputs, say=say)
    return [recipe.table for recipe, _ in due]


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
    write(frame, recipe.table, provenance=_provenance(recipe, inputs, signature_of(recipe)))


def _inputs(recipe: Recipe) -> Inputs:
    found = {name: snapshots.find(name) for name in recipe.sources}
    baseline = None
    if recipe.baseline:
        baseline = verify_baseline_file(recipe.baseline)
    every = {name: tuple(snapshots.find_all(name)) for name in recipe.every}
    return Inputs({name: one for name, one in found.items() if one}, baseline, {}, every)


def _verified(inputs: Inputs) -> Inputs:
    """Return the inputs with the hashes of their official files, none of which has changed."""
    hashes = {name: snapshots.verify(one) for name, one in inputs.snapshots.items()}
    return replace(inputs, hashes=hashes)


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
                "sha256": hashes,
            }
            for one, hashes in _read_files(inputs)
        ],
        "default": recipe.baseline
        if len(inputs.snapshots) < len(recipe.sources) or not (recipe.sources)
        else None,
        "synthetic": False,
    }


def _read_files(inputs: Inputs) -> Iterator[tuple[Snapshot, Mapping[str, str]]]:
    """Yield every edition that was read, with its hashes."""
    for name, one in inputs.snapshots.items():
        yield one, inputs.hashes[name]
        for other in inputs.editions.get(name, ()):
            if other.edition != one.edition:
                yield other, snapshots.verify(other)


def ghosts() -> list[str]:
    """Return numbers in the population file that no register of its date knows."""
    meta = paths.processed() / "population.meta.json"
    try:
        found: list[str] = json.loads(meta.read_text(encoding="utf-8")).get("ghosts", [])
    except (OSError, ValueError):
        return []
    return found
