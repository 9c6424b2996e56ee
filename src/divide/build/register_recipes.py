"""How the tables of the commune register are made: lists, states, mutations."""

import pandas as pd

from divide import catalog
from divide.build import Inputs
from divide.errors import FactsError, SourceChangedError, SourceError
from divide.fetch.snapshots import Snapshot, verify
from divide.tidy import boundaries as borders
from divide.tidy import boundary_packages as packages
from divide.tidy import commune_correspondances as pairs
from divide.tidy import commune_history, key_figures, service_places
from divide.tidy import commune_register as agvch
from divide.tidy import commune_states as states
from divide.tidy import places as lists_of

GENERALISED = "bfs_boundaries_g1"
HISTORY = "bfs_commune_history"
SERVICE = "bfs_commune_register"
# Its communes are a list of one day more: numbers and names.
NUMBERS = "bfs_commune_key_figures"


def registers(inputs: Inputs) -> pd.DataFrame:
    """Make the table of every list of places at hand, one register date after the other."""
    lists: dict[str, pd.DataFrame] = {}
    for one in (*inputs.editions.get("bfs_communes", ()), *inputs.editions.get(SERVICE, ())):
        # Of one day the list laid down counts before the service's, which tells the same.
        if "main" in one.files or "levels" in one.files:
            lists.setdefault(_day(one), places_of(one))
    if NUMBERS in inputs.snapshots:
        one = _verified(inputs, NUMBERS)
        numbers = key_figures.tidy_list(one.files["main"], edition=one.edition)
        lists.setdefault(str(numbers["register_date"].iloc[0]), numbers)
    if not lists:
        raise SourceError(
            f"No list of places is at hand: '{SERVICE}' was fetched without its levels. "
            f"Run: divide fetch {SERVICE}"
        )
    return pd.concat(lists.values(), ignore_index=True)


def places_of(one: Snapshot) -> pd.DataFrame:
    """Read all places of one day, from the register's export or the service's two answers."""
    verify(one)
    if "main" in one.files:
        path = one.files["main"]
        return lists_of.tidy_places(path, register_date=_day(one), edition=one.edition)
    return service_places.tidy_service_places(
        one.files["snapshot"],
        one.files["levels"],
        register_date=_day(one),
        edition=one.edition,
        source=one.source,
    )


def boundaries(inputs: Inputs) -> pd.DataFrame:
    """Make the table of boundaries, one register date after the other (a GeoDataFrame)."""
    drawn = [_boundaries(one) for one in inputs.editions.get("bfs_boundaries", ())]
    days = {day for one in drawn for day in one.loc[one["place_level"] == "commune"].register_date}
    for one in inputs.editions.get(GENERALISED, ()):
        # Of one day the set laid down counts before the collection's.
        if _day(one) not in days:
            verify(one)
            drawn.append(packages.tidy_generalised(one.files["main"], register_date=_day(one)))
    # Cantons are drawn in a set of their own day, which several editions share.
    key = ["place_level", "place", "register_date"]
    found: pd.DataFrame = pd.concat(drawn).drop_duplicates(key)
    return found.sort_values(key, ignore_index=True)


def exact_boundaries(inputs: Inputs) -> pd.DataFrame:
    """Make the table of exact boundaries (a GeoDataFrame), to lay addresses and cells over."""
    one = _verified(inputs, "swisstopo_boundaries")
    found: pd.DataFrame = packages.tidy_exact(one.files["main"], register_date=_day(one))
    return found


def _boundaries(one: Snapshot) -> pd.DataFrame:
    verify(one)
    lakes = [one.files[role] for role in ("lakes_large", "lakes_small")]
    found: pd.DataFrame = borders.tidy_boundaries(
        one.files["communes"], lakes, one.files["cantons"], edition=one.edition
    )
    return found


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
