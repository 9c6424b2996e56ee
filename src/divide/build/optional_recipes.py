"""How tables without an embedded default are made: from the official files at hand, or not."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from divide.build import Inputs
from divide.fetch.snapshots import Snapshot, verify
from divide.tidy import commune_history, key_figures
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


def households(inputs: Inputs) -> pd.DataFrame:
    """Make the table of private households by canton and size."""
    return _official(inputs, {"bfs_households": _main(dwellers.tidy_households)})


def online_activities(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what persons do online."""
    return _official(inputs, {"bfs_ict_activities": _main(activities.tidy_online_activities)})


def localities(inputs: Inputs) -> pd.DataFrame:
    """Make the table of localities and postcodes with their commune."""
    return _official(inputs, {"swisstopo_localities": _main(postcodes.tidy_localities)})


def commune_mutations(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what became of communes."""
    return _official(inputs, {"bfs_commune_history": _main(commune_history.tidy_history)})


def commune_key_figures(inputs: Inputs) -> pd.DataFrame:
    """Make the table of key figures of communes."""
    return _official(inputs, {"bfs_commune_key_figures": _main(key_figures.tidy_key_figures)})
