"""Is the default untouched, are tables sound, how old are figures? For `divide check`."""

from collections.abc import Iterator
from datetime import date

from divide import catalog, schemas, tables
from divide.build import is_current, verify_baseline
from divide.build.recipe_list import RECIPES
from divide.errors import DivideError

Finding = dict[str, str]


def run_checks(*, today: date | None = None) -> list[Finding]:
    """
    Run every check and tell all of them; nothing is changed.

    Returns
    -------
    list of dict
        `what` was checked, its `state` (sound, old, failed) and what was `told`.
    """
    return [*_default(), *_tables(), *_ages(today or date.today())]


def _default() -> Iterator[Finding]:
    try:
        verify_baseline()
    except DivideError as error:
        yield {"what": "embedded default", "state": "failed", "told": str(error)}
    else:
        count = len(catalog.facts("baseline"))
        yield {"what": "embedded default", "state": "sound", "told": f"{count} files as declared"}


def _tables() -> Iterator[Finding]:
    for name, recipe in RECIPES.items():
        if not tables.exists(name):
            told = "needs official files" if recipe.optional else f"not built: divide build {name}"
            yield {"what": name, "state": "sound" if recipe.optional else "failed", "told": told}
            continue
        try:
            rows = len(schemas.check(tables.read(name), name))
        except DivideError as error:
            yield {"what": name, "state": "failed", "told": str(error)}
        else:
            told = f"{rows} rows" if is_current(name) else f"{rows} rows, out of date"
            yield {"what": name, "state": "sound" if is_current(name) else "old", "told": told}


def _ages(today: date) -> Iterator[Finding]:
    """Say which sources are older than the declared age or than their publisher's rhythm."""
    stale = catalog.facts("thresholds")["stale_months"]
    for source in catalog.sources().values():
        newest = source.editions[0].edition if source.editions else ""
        if not newest[:4].isdigit() or source.rhythm_months is None:
            continue
        months = (today.year - int(newest[:4])) * 12 + today.month - _month(newest)
        if months > min(stale, 2 * source.rhythm_months):
            told = f"edition {newest} is {months} months old (rhythm {source.rhythm_months})"
            yield {"what": source.id, "state": "old", "told": told}


def _month(edition: str) -> int:
    return int(edition[5:7]) if len(edition) >= 7 and edition[5:7].isdigit() else 12
