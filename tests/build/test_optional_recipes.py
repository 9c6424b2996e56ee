"""Tables without a default: made from the sources at hand, each place and event once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from divide import catalog, schemas
from divide.build import Inputs, optional_recipes
from divide.build.recipe_list import RECIPES
from divide.errors import SourceChangedError
from divide.fetch.snapshots import Snapshot

PAIRS = (
    "MutationNumber,MutationDate,InitialHistoricalCode,InitialCode,InitialName,InitialStep,"
    "TerminalHistoricalCode,TerminalCode,TerminalName,TerminalStep\n"
)
# BFS, agvchapp: Hirzel and Horgen became Horgen on 1 January 2018.
MERGER = (
    "3582,01.01.2018,12160,132,Hirzel,29,16080,295,Horgen,21\n"
    "3582,01.01.2018,12203,133,Horgen,29,16080,295,Horgen,21\n"
)
# The same in the form of the register's file, after an older change of a name (made up).
STATES = (
    "12160\t1\tZH\t132\tHirzel\tHirzel\t11\t1\t1000\t20\t01.01.1960\t3582\t29\t31.12.2017\tx\n"
    "12203\t1\tZH\t133\tHorgen\tHorgen\t11\t1\t3000\t23\t01.01.1990\t3582\t29\t31.12.2017\tx\n"
    "12000\t1\tZH\t133\tHorgn\tHorgn\t11\t1\t1000\t20\t01.01.1960\t3000\t23\t31.12.1989\tx\n"
    "16080\t1\tZH\t295\tHorgen\tHorgen\t11\t1\t3582\t21\t01.01.2018\t\t\t\tx\n"
)


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[..., Snapshot]:
    """Return a function that lays down the files of a source by role."""

    def put(source: str, register_date: str | None = None, **files: str) -> Snapshot:
        paths = {}
        for role, text in files.items():
            paths[role] = tmp_path / f"{source}_{role}.csv"
            paths[role].write_text(text, encoding="latin-1")
        return Snapshot(source, "2018-04-01", register_date, paths, "raw")

    return put


def inputs(*found: Snapshot) -> Inputs:
    return Inputs({one.source: one for one in found}, None)


def test_a_mutation_in_both_sources_is_listed_once(snapshot: Callable[..., Snapshot]) -> None:
    service = snapshot("bfs_commune_register", mutations=PAIRS + MERGER)
    file = snapshot("bfs_commune_history", main=STATES)
    both = optional_recipes.commune_mutations(inputs(service, file))
    schemas.check(both, "commune_mutations")
    told = both.set_index(["mutation", "initial"])["source"].to_dict()
    assert told == {
        ("3582", "0132"): "bfs_commune_register",
        ("3582", "0133"): "bfs_commune_register",
        ("3000", "0133"): "bfs_commune_history",
    }
    alone = optional_recipes.commune_mutations(inputs(file))
    assert set(alone["source"]) == {"bfs_commune_history"} and len(alone) == 3


def test_a_register_without_its_day_is_refused(snapshot: Callable[..., Snapshot]) -> None:
    one = snapshot("bfs_commune_register", snapshot="HistoricalCode\n")
    with pytest.raises(SourceChangedError, match="no day of its register"):
        optional_recipes.commune_register(inputs(one))


def test_languages_stand_beside_communes(snapshot: Callable[..., Snapshot]) -> None:
    """Both flows count the same residents; the source tells their rows apart."""
    head = "TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
    statpop = f"DATAFLOW,GEO,SEX,ZIVL,AGE5,FREQ,{head}F,8100,_T,_T,_T,A,2025,9,A\n"
    names = "POPULATION_TYPE,REG_LING,NATIONALITY_CATEGORY,SEX,AGE"
    language = f"DATAFLOW,{names},FREQ,{head}F,1,_T,_T,_T,_T,A,2025,9,A\n"
    frame = optional_recipes.population_age(
        inputs(
            snapshot("bfs_statpop", "2025-01-01", main=statpop),
            snapshot("bfs_statpop_language", main=language),
        )
    )
    assert len(schemas.check(frame, "population_age")) == 2


def test_every_source_has_its_table_and_every_indicator_its_source() -> None:
    """No source is fetched in vain, and what a table needs is described."""
    used = {source for recipe in RECIPES.values() for source in recipe.sources}
    typed = {"forum_alterspolitik", "published_rates"}
    assert set(catalog.sources()) - used == typed
