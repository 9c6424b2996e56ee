"""How the tables of the commune register are made: lists, states, mutations."""

import pandas as pd

from divide import catalog
from divide.build import Inputs
from divide.errors import FactsError, SourceChangedError
from divide.fetch.snapshots import Snapshot, verify
from divide.tidy import commune_correspondances as pairs
from divide.tidy import commune_history
from divide.tidy import commune_register as agvch
from divide.tidy import commune_states as states
from divide.tidy import places as lists

HISTORY = "bfs_commune_history"
SERVICE = "bfs_commune_register"


def registers(inputs: Inputs) -> pd.DataFrame:
    """Make the table of every list of places at hand, one register date after the other."""
    parts = []
    for one in inputs.editions["bfs_communes"]:
        verify(one)
        parts.append(
            lists.tidy_places(
                one.files["main"],
                register_date=one.register_date or one.edition,
                edition=one.edition,
            )
        )
    return pd.concat(parts, ignore_index=True)


def commune_states(inputs: Inputs) -> pd.DataFrame:
    """Make the table of states of communes; what the file leaves open, the service may close."""
    parts = []
    if SERVICE in inputs.snapshots:
        one = _verified(inputs, SERVICE)
        parts.append(commune_states_of_service(one))
    if HISTORY in inputs.snapshots:
        one = _verified(inputs, HISTORY)
        parts.append(commune_history.tidy_states(one.files["main"], edition=one.edition))
    return states.merge(parts)


def commune_mutations(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what became of communes; the service's word counts before the file's."""
    parts = []
    if SERVICE in inputs.snapshots:
        parts.append(_mutations(_verified(inputs, SERVICE)))
    if HISTORY in inputs.snapshots:
        one = _verified(inputs, HISTORY)
        parts.append(commune_history.tidy_history(one.files["main"], edition=one.edition))
    # Both number mutations alike: each is listed once.
    both = pd.concat(parts, ignore_index=True)
    first = both.groupby("mutation")["source"].transform("first")
    return both[both["source"] == first].reset_index(drop=True)


def commune_correspondances(inputs: Inputs) -> pd.DataFrame:
    """Make the table of what earlier communes correspond to."""
    one = _verified(inputs, SERVICE)
    return pairs.tidy_correspondances(
        one.files["correspondances"],
        initial_date=_asked_from(),
        register_date=_day(one),
        edition=one.edition,
    )


def commune_register(inputs: Inputs) -> pd.DataFrame:
    """Make the table of cantons, districts and communes of the register's day."""
    return _listed(_verified(inputs, SERVICE))


def commune_states_of_service(one: Snapshot) -> pd.DataFrame:
    """Tell the states that the service's snapshot and mutations know of."""
    return states.tidy_states(_listed(one), _mutations(one))


def _mutations(one: Snapshot) -> pd.DataFrame:
    return agvch.tidy_mutations(
        one.files["mutations"],
        register_date=_day(one),
        edition=one.edition,
        cantons=states.cantons_of(_listed(one)),
    )


def _listed(one: Snapshot) -> pd.DataFrame:
    path = one.files["snapshot"]
    return agvch.tidy_snapshot(path, register_date=_day(one), edition=one.edition)


def _verified(inputs: Inputs, source: str) -> Snapshot:
    verify(inputs.snapshots[source])
    return inputs.snapshots[source]


def _day(one: Snapshot) -> str:
    if one.register_date is None:
        raise SourceChangedError(f"Source '{one.source}' says no day of its register. Fetch again.")
    return one.register_date


def _asked_from() -> str:
    """Return the day from which the service is asked for correspondances."""
    for channel in catalog.source(SERVICE).channels:
        if "start" in channel.options:
            return str(channel.options["start"])
    raise FactsError(f"Source '{SERVICE}' declares no 'start'. Add it to its YAML.")
