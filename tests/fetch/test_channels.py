"""The channels that the facts declare: understood by their modules, answered by nobody here."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from divide import catalog
from divide.build import fetching
from divide.errors import BadAnswerError, FactsError
from divide.fetch import sources

DECLARED = [
    pytest.param(source, channel, id=f"{source.id}-{channel.kind}-{at}")
    for source in catalog.sources().values()
    for at, channel in enumerate(source.channels)
]
UNSERVED = sorted(
    one.id for one in catalog.sources().values() if not one.channels and not one.typed
)
# Forms that a table is read from beside that of the files laid down by hand: tested in tests/tidy.
MORE_FORMS = {
    "bfs_communes": {".csv"},
    "bfs_ict_access": {".json"},
    "bfs_ict_activities": {".json"},
    "bfs_ict_skills": {".json"},
    "bfs_social_assistance": {".json"},
    "swisstopo_localities": {".zip"},
}
CALLED_JSON = ("explorer", "wms")
# Sources that no edition lies at hand of: forms that tests/tidy reads them in.
FLOWS = ("statpop", "statpop_households", "statpop_language", "statpop_persons_in_households")
CUBES = ("disability_pensions", "institutions", "social_assistance_cantons")
NEW_FORMS = {
    **{f"bfs_{name}": {".csv"} for name in (*FLOWS, "poverty", "asylum_assistance")},
    "bfs_statpop": {".csv", ".json"},
    **{f"bfs_{name}": {".px", ".json"} for name in (*CUBES, "supplementary_benefits")},
    "bakom_broadband": {".csv", ".json"},
    "bakom_coverage": {".json"},
    "bakom_mobile_4g": {".tif"},
    "bakom_mobile_5g": {".tif"},
    "bfs_atlas_population": {".csv"},
    "bfs_boundaries_g1": {".gpkg"},
    "swisstopo_boundaries": {".zip"},
    "bfs_commune_register": {".csv"},
    "eurostat_regional_access": {".csv", ".json"},
    "eurostat_skills": {".json"},
}


# What no YAML holds: an analyst names it.
GIVEN = {"wms": {"points": [{"name": "home", "east": 2683374.0, "north": 1247873.0}]}}


def ask(channel: catalog.Channel, rules: Any, folder: Path) -> None:
    options = {**GIVEN.get(channel.kind, {}), **channel.options}
    import_module(f"divide.fetch.{channel.kind}").fetch(options, folder, rules)


@pytest.mark.parametrize(("source", "channel"), DECLARED)
def test_options_are_understood_and_stop_at_the_host(
    source: catalog.Source, channel: catalog.Channel, tmp_path: Path
) -> None:
    """With no host allowed, everything but the host was found in order."""
    rules = replace(sources.policy(source), hosts=frozenset(), tries=1)
    with pytest.raises(BadAnswerError, match="which this source does not allow") as refused:
        ask(channel, rules, tmp_path)
    assert any(host in str(refused.value) for host in source.hosts)
    # A lock may stay; no file does.
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize(("source", "channel"), DECLARED)
def test_a_slip_in_an_option_is_seen_before_the_host(
    source: catalog.Source, channel: catalog.Channel, tmp_path: Path
) -> None:
    rules = replace(sources.policy(source), hosts=frozenset(), tries=1)
    wrong = replace(channel, options={**channel.options, "langauge": "de"})
    with pytest.raises(FactsError, match="does not know langauge"):
        ask(wrong, rules, tmp_path)


@pytest.mark.parametrize(("source", "channel"), DECLARED)
def test_a_channel_brings_a_form_that_its_table_reads(
    source: catalog.Source, channel: catalog.Channel
) -> None:
    declared = {Path(name).suffix for one in source.editions for name in one.files.values()}
    known = declared | MORE_FORMS.get(source.id, set()) | NEW_FORMS.get(source.id, set())
    # Without a name the files are called after the calls, and are CSV or, from few, JSON.
    kind = ".json" if channel.kind in CALLED_JSON else ".csv"
    name = str(channel.options.get("file", f"{channel.kind}{kind}"))
    assert Path(name).suffix in known, name


@pytest.mark.parametrize("name", UNSERVED)
def test_a_source_without_a_channel_says_what_to_do(home: Path, name: str) -> None:
    (outcome,) = fetching.fetch_sources([name])
    assert outcome.state == "absent" and "Take it from a mirror" in outcome.told
    successor = catalog.source(name).successor
    assert successor is None or successor in outcome.told
    assert fetching.exit_code([outcome]) == 0


def test_some_sources_are_declared_and_some_are_not() -> None:
    assert len(DECLARED) >= 10 and len(UNSERVED) >= 3
