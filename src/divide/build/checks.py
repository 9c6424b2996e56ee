"""Is the default untouched, are tables sound, how old are figures? For `divide check`."""

from collections.abc import Iterator
from datetime import date

from divide import catalog, schemas, tables
from divide.build import is_current, verify_baseline
from divide.build.holdings import holdings
from divide.build.recipe_list import RECIPES
from divide.errors import DivideError
from divide.terms import is_behind, months_old

Finding = dict[str, str]


def run_checks(*, today: date | None = None) -> list[Finding]:
    """
    Run every check and tell all of them; nothing is changed.

    Returns
    -------
    list of dict
        `what` was checked, its `state` (sound, absent, old, frozen, failed) and what was `told`.
    """
    day = today or date.today()
    return [*_default(), *_tables(), *_table_ages(day), *_ages(day)]


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
            yield {"what": name, "state": "absent" if recipe.optional else "failed", "told": told}
            continue
        try:
            rows = len(schemas.check(tables.read(name), name))
        except DivideError as error:
            yield {"what": name, "state": "failed", "told": str(error)}
        else:
            told = f"{rows} rows" if is_current(name) else f"{rows} rows, out of date"
            yield {"what": name, "state": "sound" if is_current(name) else "old", "told": told}


def _table_ages(today: date) -> Iterator[Finding]:
    """Say which tables speak of a world, or rest on editions, older than they should be."""
    stale = catalog.facts("thresholds")["stale_months"]
    for name in RECIPES:
        try:
            years, editions = table_age(name) if tables.exists(name) else ([], {})
        except DivideError:
            continue  # told among the tables
        newest = max(years, default=None)
        late = [
            f"{source} {edition}"
            for source, edition in sorted(editions.items())
            if source in catalog.sources()
            and is_behind(edition, catalog.source(source).rhythm_months, today)
        ]
        told = [f"its figures are of {newest}"] if newest and _stale(newest, today, stale) else []
        told += [f"behind the publisher: {', '.join(late)}"] if late else []
        if told:
            yield {"what": f"{name} (age)", "state": "old", "told": "; ".join(told)}


def table_age(name: str) -> tuple[list[int], dict[str, str]]:
    """
    Return the years a built table speaks of, and the newest edition of each of its sources.

    A table without either, such as a frame of addresses, is as old as those it is made from.
    """
    made = tables.provenance(name)
    years, editions = list(made.get("years", ())), dict(made.get("editions", {}))
    if not years and not editions:
        for other in made["made_from"]:
            more, newer = table_age(other)
            years, editions = sorted({*years, *more}), editions | newer
    return years, editions


def _stale(year: int, today: date, limit: int) -> bool:
    age = months_old(str(year), today)
    return age is not None and age > limit


def _ages(today: date) -> Iterator[Finding]:
    """Say which sources are stale, frozen or drifted, or damaged on this disk."""
    stale = catalog.facts("thresholds")["stale_months"]
    for one in holdings(today=today):
        if one.state in ("damaged", "drifted"):
            told = (
                f"its files are not whole: divide fetch {one.source}"
                if one.state == "damaged"
                else f"edition {one.newest} has another shape: divide fetch {one.source} --accept"
            )
            yield {"what": one.source, "state": "failed", "told": told}
            continue
        edition = one.here or one.newest
        months = months_old(edition, today)
        if one.state in ("old", "frozen") or (months is not None and months > stale):
            state = "frozen" if one.state == "frozen" else "old"
            yield {
                "what": one.source,
                "state": state,
                "told": f"edition {edition} is {months} months old",
            }
