"""Tables of the commune register: the service's word before the file's, each event once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from divide import schemas
from divide.build import Inputs, register_recipes
from divide.errors import SourceChangedError
from divide.fetch.snapshots import Snapshot, find_all

SERVICE = register_recipes.SERVICE
PAIRS = (
    "MutationNumber,MutationDate,InitialHistoricalCode,InitialCode,InitialName,"
    "InitialParentHistoricalCode,InitialStep,TerminalHistoricalCode,TerminalCode,TerminalName,"
    "TerminalParentHistoricalCode,TerminalStep\n"
)
# BFS, agvchapp: Hirzel and Horgen became Horgen on 1 January 2018.
MERGER = (
    "3582,01.01.2018,12160,132,Hirzel,10078,29,16080,295,Horgen,10078,21\n"
    "3582,01.01.2018,12203,133,Horgen,10078,29,16080,295,Horgen,10078,21\n"
)
# The same in the form of the register's file, after an older change of a name (made up).
STATES = (
    "12160\t1\tZH\t132\tHirzel\tHirzel\t11\t1\t1000\t20\t01.01.1960\t3582\t29\t31.12.2017\tx\n"
    "12203\t1\tZH\t133\tHorgen\tHorgen\t11\t1\t3000\t23\t01.01.1990\t3582\t29\t31.12.2017\tx\n"
    "12000\t1\tZH\t133\tHorgn\tHorgn\t11\t1\t1000\t20\t01.01.1960\t3000\t23\t31.12.1989\tx\n"
    "16080\t1\tZH\t295\tHorgen\tHorgen\t11\t1\t3582\t21\t01.01.2018\t\t\t\tx\n"
)


# The list of the end of 2018, cut to what the merger needs.
LISTED = (
    "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name\n"
    "1,1,12.09.1848,,1,,ZH\n"
    "10078,106,12.09.1848,,2,1,Bezirk Horgen\n"
    "16080,295,01.01.2018,,3,10078,Horgen\n"
)


def inputs(*found: Snapshot) -> Inputs:
    return Inputs({one.source: one for one in found}, None)


def test_a_mutation_in_both_sources_is_listed_once(snapshot: Callable[..., Snapshot]) -> None:
    service = snapshot(SERVICE, "2018-12-31", mutations=PAIRS + MERGER, snapshot=LISTED)
    file = snapshot("bfs_commune_history", main=STATES)
    both = register_recipes.commune_mutations(inputs(service, file))
    schemas.check(both, "commune_mutations")
    told = both.set_index(["mutation", "initial"])["source"].to_dict()
    assert told == {
        ("3582", "0132"): "bfs_commune_register",
        ("3582", "0133"): "bfs_commune_register",
        ("3000", "0133"): "bfs_commune_history",
    }
    alone = register_recipes.commune_mutations(inputs(file))
    assert set(alone["source"]) == {"bfs_commune_history"} and len(alone) == 3


def test_a_register_without_its_day_is_refused(snapshot: Callable[..., Snapshot]) -> None:
    one = snapshot(SERVICE, snapshot="HistoricalCode\n")
    with pytest.raises(SourceChangedError, match="no day of its register"):
        register_recipes.commune_register(inputs(one))


def test_the_service_closes_what_the_file_leaves_open(snapshot: Callable[..., Snapshot]) -> None:
    """A file of 2017 knows Hirzel as lasting; the service tells its last day."""
    service = snapshot(SERVICE, "2018-12-31", mutations=PAIRS + MERGER, snapshot=LISTED)
    older = STATES.replace("3582\t29\t31.12.2017", "\t\t")
    older = "".join(line for line in older.splitlines(keepends=True) if "16080" not in line)
    file = snapshot("bfs_commune_history", main=older)
    states = register_recipes.commune_states(inputs(service, file))
    schemas.check(states, "commune_states")
    lasting = states.set_index("historical")[["valid_from", "valid_to"]]
    assert lasting.loc["12160"].tolist() == ["1960-01-01", "2017-12-31"]
    assert lasting.loc["16080", "valid_from"] == "2018-01-01"
    assert lasting.loc[["16080"], "valid_to"].isna().all()
    # The file ends on 1 April 2018, after the service begins: together they know it all.
    assert set(states["known_from"] + states["known_to"]) == {"1960-01-012018-12-31"}


def test_every_list_at_hand_is_read(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIVIDE_MIRROR", str(mirror))
    found = register_recipes.registers(Inputs({}, None, {}, {"bfs_communes": lists_at_hand()}))
    schemas.check(found, "registers")
    communes = found[found["place_level"] == "commune"].groupby("register_date").size()
    # The numbers of records that the three files say of themselves.
    assert communes.to_dict() == {"2021-07-01": 2163, "2023-01-01": 2136, "2024-01-01": 2131}


def lists_at_hand() -> tuple[Snapshot, ...]:
    return tuple(find_all("bfs_communes"))
