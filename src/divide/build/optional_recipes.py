"""How tables without an embedded default are made: from the official files at hand, or not."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from divide.build import Inputs
from divide.fetch.snapshots import Snapshot, verify
from divide.tidy import atlases, coverage, eurostat, key_figures, overviews, statpop
from divide.tidy import beneficiary_cubes as cubes
from divide.tidy import broadband as connections
from divide.tidy import households as dwellers
from divide.tidy import localities as postcodes
from divide.tidy import online_activities as activities

Tidy = Callable[..., pd.DataFrame]


def _official(
    inputs: Inputs, tidies: Mapping[str, Callable[[Snapshot], pd.DataFrame]]
) -> pd.DataFrame:
    """Tidy the official files that are at hand, one source after the other."""
    parts = []
    for source, tidy in tidies.items():
        if source in inputs.snapshots:
            verify(inputs.snapshots[source])
            parts.append(tidy(inputs.snapshots[source]))
    return pd.concat(parts, ignore_index=True)


def _tidy_main(tidy: Tidy, one: Snapshot) -> pd.DataFrame:
    return tidy(one.files["main"], edition=one.edition)


def _main(tidy: Tidy) -> Callable[[Snapshot], pd.DataFrame]:
    """Adapt a tidy function of one file to a snapshot."""
    return partial(_tidy_main, tidy)


def _dated(tidy: Tidy) -> Callable[[Snapshot], pd.DataFrame]:
    """Adapt a tidy function that needs the day of the commune list."""
    return partial(_tidy_dated, tidy)


def _tidy_dated(tidy: Tidy, one: Snapshot) -> pd.DataFrame:
    return tidy(one.files["main"], edition=one.edition, register_date=one.register_date)


def households(inputs: Inputs) -> pd.DataFrame:
    """Make the table of private households by canton and size."""
    return _official(inputs, {"bfs_households": _main(dwellers.tidy_households)})


def online_activities(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what persons do online."""
    return _official(inputs, {"bfs_ict_activities": _main(activities.tidy_online_activities)})


def localities(inputs: Inputs) -> pd.DataFrame:
    """Make the table of localities and postcodes with their commune."""
    return _official(inputs, {"swisstopo_localities": _main(postcodes.tidy_localities)})


def commune_key_figures(inputs: Inputs) -> pd.DataFrame:
    """Make the table of key figures of communes."""
    return _official(inputs, {"bfs_commune_key_figures": _main(key_figures.tidy_key_figures)})


def population_age(inputs: Inputs) -> pd.DataFrame:
    """Make the table of residents by commune and five-year age class, and by language region."""
    return _official(
        inputs,
        {
            "bfs_statpop": _dated(statpop.tidy_statpop),
            "bfs_statpop_language": _dated(statpop.tidy_language_regions),
        },
    )


def private_households(inputs: Inputs) -> pd.DataFrame:
    """Make the table of private households and the persons in them, by commune."""
    return _official(
        inputs,
        {
            "bfs_statpop_households": _dated(statpop.tidy_private_households),
            "bfs_statpop_persons_in_households": _dated(statpop.tidy_persons_in_households),
        },
    )


def atlas_population(inputs: Inputs) -> pd.DataFrame:
    """Make the table of residents by commune out of a map of the atlas."""
    source = "bfs_atlas_population"
    tidy = partial(atlases.tidy_statatlas, indicator=statpop.RESIDENTS, source=source)
    return _official(inputs, {source: _main(tidy)})


def poverty(inputs: Inputs) -> pd.DataFrame:
    """Make the table of the overview of poverty."""
    return _official(inputs, {"bfs_poverty": _main(overviews.tidy_poverty)})


def asylum_assistance(inputs: Inputs) -> pd.DataFrame:
    """Make the table of social assistance in the asylum and refugee sector."""
    return _official(inputs, {"bfs_asylum_assistance": _main(overviews.tidy_asylum_assistance)})


def _cube(inputs: Inputs, cube: cubes.Cube) -> pd.DataFrame:
    return _official(inputs, {cube.source: _main(partial(cubes.tidy_cube, cube=cube))})


def disability_pensions(inputs: Inputs) -> pd.DataFrame:
    """Make the table of disability pensions by canton."""
    return _cube(inputs, cubes.DISABILITY_PENSIONS)


def supplementary_benefits(inputs: Inputs) -> pd.DataFrame:
    """Make the table of supplementary benefits by canton."""
    return _cube(inputs, cubes.SUPPLEMENTARY_BENEFITS)


def social_assistance_cantons(inputs: Inputs) -> pd.DataFrame:
    """Make the table of recipients of social assistance by canton and characteristics."""
    return _cube(inputs, cubes.SOCIAL_ASSISTANCE)


def institutions(inputs: Inputs) -> pd.DataFrame:
    """Make the table of medico-social institutions by canton."""
    return _cube(inputs, cubes.INSTITUTIONS)


def international_skills(inputs: Inputs) -> pd.DataFrame:
    """Make the table of Eurostat's digital skills."""
    return _official(inputs, {"eurostat_skills": _main(eurostat.tidy_skills)})


def regional_access(inputs: Inputs) -> pd.DataFrame:
    """Make the table of Eurostat's internet access by major region."""
    return _official(inputs, {"eurostat_regional_access": _main(eurostat.tidy_regional_access)})


def broadband(inputs: Inputs) -> pd.DataFrame:
    """Make the table of broadband coverage by commune."""
    return _official(inputs, {"bakom_broadband": _broadband})


def _broadband(one: Snapshot) -> pd.DataFrame:
    return connections.tidy_broadband(
        *(one.files[role] for role in ("main", "dimensions", "codes")),
        edition=one.edition,
        register_date=one.register_date,
    )


def institution_coverage(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what the coverage layers say at the addresses of institutions."""
    return _official(inputs, {coverage.SOURCE: _coverage})


def _coverage(one: Snapshot) -> pd.DataFrame:
    return coverage.tidy_coverage(one.files, edition=one.edition)
