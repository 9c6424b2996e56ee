"""How each table is made: official files where they are at hand, else the embedded default."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from divide import schemas
from divide.build import Inputs
from divide.build.register_recipes import places_of
from divide.errors import TableError
from divide.fetch.snapshots import Snapshot, verify
from divide.tidy import atlases, beneficiaries, connectivity, homes
from divide.tidy import education as schooling
from divide.tidy import internet_use as ict
from divide.tidy import population as people
from divide.tidy import population_groups as groups
from divide.tidy import population_structure as structure

Tidy = Callable[[Snapshot], pd.DataFrame]


def read_baseline(inputs: Inputs, table: str) -> pd.DataFrame:
    """
    Read a file of the embedded default with the types of its table.

    Raises
    ------
    TableError
        If the file cannot be read as the table's columns.
    """
    if inputs.baseline is None:
        raise TableError(f"Table '{table}' has no embedded default: fetch its official files.")
    types = {name: str for name in schemas.columns(table) if name not in schemas.numbers(table)}
    try:
        frame = pd.read_csv(
            inputs.baseline, dtype=types, keep_default_na=False, na_values=[""], encoding="utf-8"
        )
    except (ValueError, OSError) as reason:
        raise TableError(
            f"Embedded default {inputs.baseline.name} cannot be read: {reason}. "
            "Restore it from git."
        ) from reason
    return schemas.check(frame, table)


def _official_first(inputs: Inputs, table: str, tidies: Mapping[str, Tidy]) -> pd.DataFrame:
    """Take each source from its official file where it is at hand, else from the default."""
    parts = []
    for source, tidy in tidies.items():
        if source in inputs.snapshots:
            verify(inputs.snapshots[source])
            parts.append(tidy(inputs.snapshots[source]))
    if len(parts) < len(tidies):
        default = read_baseline(inputs, table)
        parts.append(default[~default["source"].isin(inputs.snapshots)])
    return pd.concat(parts, ignore_index=True)


def _main(tidy: Callable[..., pd.DataFrame], **more: Any) -> Tidy:
    """Adapt a tidy function of one file to a snapshot."""
    return lambda one: tidy(one.files["main"], edition=one.edition, **more)


def places(inputs: Inputs) -> pd.DataFrame:
    """Make the table of places: country, regions, cantons; districts and communes if official."""
    return _official_first(inputs, "places", {"bfs_communes": places_of})


def population(inputs: Inputs) -> pd.DataFrame:
    """Make the table of residents by sex, age, citizenship and language region."""
    found = inputs.snapshots
    tidies: dict[str, Tidy] = {
        "bfs_population_citizenship": _main(groups.tidy_citizenship),
        "bfs_population_age": _main(groups.tidy_age),
        "bfs_population_structure": _main(structure.tidy_structure),
    }
    if "bfs_communes" not in found or "bfs_population" not in found:
        return _official_first(inputs, "population", {**tidies, "bfs_population": _never})
    known = places_of(found["bfs_communes"])
    everyone = people.tidy_population(
        found["bfs_population"].files["main"], known, edition=found["bfs_population"].edition
    )
    # Ghosts hold nobody and stand in no register: they leave the table, and are named.
    kept, ghosts = people.split_ghosts(everyone, known)
    regions = people.tidy_language_regions(kept, known)
    counts = pd.concat([kept, regions], ignore_index=True)
    frame = _official_first(inputs, "population", {**tidies, "bfs_population": lambda _: counts})
    frame.attrs["account"] = {"ghosts": sorted(ghosts["place"])}
    return frame


def _never(one: Snapshot) -> pd.DataFrame:
    raise TableError(
        f"Source '{one.source}' needs the commune register of its date beside it. "
        "Run: divide fetch bfs_communes"
    )


def education(inputs: Inputs) -> pd.DataFrame:
    """Make the table of highest education of residents 25 and over."""
    return _official_first(inputs, "education", {"bfs_education": _education})


def _education(one: Snapshot) -> pd.DataFrame:
    date = one.register_date or f"{one.edition[-4:]}-12-31"
    return schooling.tidy_education(one.files["main"], register_date=date, edition=one.edition)


def living_arrangements(inputs: Inputs) -> pd.DataFrame:
    """Make the table of older people in private households (typed figures)."""
    return read_baseline(inputs, "living_arrangements")


def internet_use(inputs: Inputs) -> pd.DataFrame:
    """Make the table of internet use, devices and skills of persons."""
    return _official_first(inputs, "internet_use", {"bfs_ict_skills": _main(ict.tidy_internet_use)})


def household_access(inputs: Inputs) -> pd.DataFrame:
    """Make the table of internet access and devices of households."""
    return _official_first(
        inputs, "household_access", {"bfs_ict_access": _main(connectivity.tidy_household_access)}
    )


def international(inputs: Inputs) -> pd.DataFrame:
    """Make the table of Eurostat's Swiss totals: both official files, or the default."""
    names = ("eurostat_internet_use", "eurostat_household_access")
    if not all(name in inputs.snapshots for name in names):
        return read_baseline(inputs, "international")
    use, access = (inputs.snapshots[name] for name in names)
    verify(use), verify(access)
    return ict.tidy_international(use.files["main"], access.files["main"], edition=use.edition)


def social_assistance(inputs: Inputs) -> pd.DataFrame:
    """Make the table of social assistance: rates of cantons, recipients of communes."""
    return _official_first(
        inputs,
        "social_assistance",
        {
            "bfs_canton_key_figures": _main(beneficiaries.tidy_social_assistance_cantons),
            "bfs_social_assistance": _recipients,
        },
    )


def _recipients(one: Snapshot) -> pd.DataFrame:
    """Read recipients by commune from the export, or from the two answers of the service."""
    if "main" in one.files:
        path = one.files["main"]
        return beneficiaries.tidy_social_assistance_communes(path, edition=one.edition)
    parts = (one.files["values"], one.files["places"])
    return atlases.tidy_explorer(*parts, edition=one.edition, register_date=one.register_date)


def nursing_homes(inputs: Inputs) -> pd.DataFrame:
    """Make the table of nursing homes: sites, places, clients in the year, average occupancy."""
    return _official_first(
        inputs, "nursing_homes", {"bag_nursing_homes": _main(homes.tidy_nursing_homes)}
    )


def published_rates(inputs: Inputs) -> pd.DataFrame:
    """Make the table of single figures typed from publications."""
    return read_baseline(inputs, "published_rates")
