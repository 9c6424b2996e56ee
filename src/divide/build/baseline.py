"""Rewrite the embedded default from official files: a change of figures is a commit."""

from collections.abc import Callable

import pandas as pd

from divide import paths, schemas
from divide.build import Inputs, baseline_hash, recipes
from divide.build.recipe_list import RECIPES as LIST
from divide.build.recipe_list import Recipe
from divide.errors import SourceError
from divide.fetch import snapshots

# Only levels that every reader may see and that stay small travel with the study.
_LEVELS = ("country", "language_region", "major_region", "canton")
_TYPED = ("living_arrangements", "published_rates")


def refresh() -> None:
    """
    Write every file of the default anew, and their hashes into facts.

    Typed files (figures from publications) are kept as they are; only their hash is renewed.

    Raises
    ------
    SourceError
        If an official file that the default is made from is not on this disk.
    """
    folder = paths.baseline()
    for recipe in LIST.values():
        if recipe.baseline and recipe.table not in _TYPED:
            text = to_text(rebuild(recipe))
            (folder / recipe.baseline).write_text(text, encoding="utf-8", newline="\n")
    names = sorted(recipe.baseline for recipe in LIST.values() if recipe.baseline)
    lines = [f"{name}: {baseline_hash(folder / name)}" for name in names]
    head = (
        "# sha256 of each file of the embedded default. Renewed by: divide build --refresh-baseline"
    )
    (paths.FACTS / "baseline.yml").write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def rebuild(recipe: Recipe) -> pd.DataFrame:
    """
    Make a table's default from official files alone: its rows of country, regions, cantons.

    Raises
    ------
    SourceError
        If an official file is not on this disk.
    """
    found = {name: snapshots.find(name) for name in recipe.sources}
    absent = [name for name, one in found.items() if one is None]
    if absent:
        raise SourceError(
            f"The default of '{recipe.table}' needs the official files of {', '.join(absent)}. "
            "Set DIVIDE_MIRROR to a folder that holds them."
        )
    make: Callable[[Inputs], pd.DataFrame] = getattr(recipes, recipe.table)
    inputs = Inputs({name: one for name, one in found.items() if one}, None)
    frame = schemas.check(make(inputs), recipe.table)
    kept = frame[frame["place_level"].isin(_LEVELS)]
    return kept.sort_values(schemas.key(recipe.table), ignore_index=True)


def to_text(frame: pd.DataFrame) -> str:
    """Write rows so that they read back equal to the last digit."""
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text
