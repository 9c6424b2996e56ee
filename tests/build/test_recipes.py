"""Tables made from either form of a source: the file laid down, or what a channel brings."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import box

from divide import paths, schemas, tables
from divide.build import Inputs, recipes, register_recipes
from divide.errors import SourceError
from divide.fetch.snapshots import Snapshot, find

# Horgen on 1 January 2026, as the register's service answers; its canton has one commune here.
SNAPSHOT = (
    "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name,ShortName\n"
    "1,1,12.09.1848,,1,,Zürich,ZH\n"
    "10078,106,12.09.1848,,2,1,Bezirk Horgen,Horgen\n"
    "16080,295,01.01.2018,,3,10078,Horgen,Horgen\n"
)
LEVELS = (
    "HistoricalCode,BfsCode,Name,CantonId,Canton,DistrictId,District,REGCH,SPRGEB2020\n"
    "16080,295,Horgen,1,Zürich,10078,Bezirk Horgen,4,1\n"
)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Snapshot]:
    """Return a function that lays down the files of a source by role."""

    def laid(source: str, day: str, edition: str, **files: str) -> Snapshot:
        laid_down = {role: tmp_path / f"{source}_{role}" for role in files}
        for role, text in files.items():
            laid_down[role].write_text(text, encoding="utf-8")
        return Snapshot(source, edition, day, laid_down, "raw")

    return laid


def test_the_service_makes_the_table_of_places(put: Callable[..., Snapshot]) -> None:
    one = put("bfs_communes", "2026-01-01", "2026-01-01", snapshot=SNAPSHOT, levels=LEVELS)
    frame = schemas.check(recipes.places(Inputs({one.source: one}, None)), "places")
    horgen = frame[frame["place"] == "0295"].iloc[0]
    assert horgen[["district", "language_region", "register_date"]].tolist() == [
        "0106",
        "de",
        "2026-01-01",
    ]


def test_the_day_of_the_service_is_one_list_more(put: Callable[..., Snapshot]) -> None:
    service = register_recipes.SERVICE
    own = put("bfs_communes", "2025-01-01", "2025-01-01", snapshot=SNAPSHOT, levels=LEVELS)
    newer = put(service, "2026-01-01", "2026-01-01", snapshot=SNAPSHOT, levels=LEVELS)
    same = put(service, "2025-01-01", "2025-01-01", snapshot=SNAPSHOT, levels=LEVELS)
    every = {"bfs_communes": (own,), service: (newer, same)}
    frame = register_recipes.registers(Inputs({}, None, {}, every))
    schemas.check(frame, "registers")
    told = frame[frame["place"] == "0295"].set_index("register_date")["source"].to_dict()
    assert told == {"2025-01-01": "bfs_communes", "2026-01-01": service}


def test_a_service_without_levels_lists_nothing(put: Callable[..., Snapshot]) -> None:
    one = put(register_recipes.SERVICE, "2026-01-01", "2026-01-01", snapshot=SNAPSHOT)
    with pytest.raises(SourceError, match="without its levels"):
        register_recipes.registers(Inputs({}, None, {}, {one.source: (one,)}))


def test_recipients_by_commune_come_from_the_service_too(put: Callable[..., Snapshot]) -> None:
    values = json.dumps({"content": {"distribution": {"values": [17, -9999]}}})
    places = json.dumps({"content": {"territories": {"codgeo": ["1", "2"]}}})
    one = put("bfs_social_assistance", "2024-01-01", "2022", values=values, places=places)
    baseline = paths.baseline() / "social_assistance.csv"
    frame = recipes.social_assistance(Inputs({one.source: one}, baseline))
    schemas.check(frame, "social_assistance")
    communes = frame[frame["place_level"] == "commune"]
    assert communes["status"].tolist() == ["observed", "missing"]
    # The cantons' shares are those of the default.
    assert len(frame) == 27 + 2


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[..., Snapshot]:
    """Return a function that draws two communes and a lake as a collection of one day does."""

    def laid(source: str, day: str, **names: str) -> Snapshot:
        columns = {names["number"]: [230, 351, 9040], names["canton"]: [1, 2, 1], "name": "x"}
        shapes = [box(1e3 * n, 0, 1e3 * (n + 1), 1e3) for n in range(3)]
        path = tmp_path / f"{source}_{day}.gpkg"
        frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:2056")
        frame.to_file(path, driver="GPKG")
        return Snapshot(source, day, day, {"main": path}, "raw")

    return laid


@pytest.mark.mirror
def test_each_day_has_its_own_boundaries(drawn: Callable[..., Snapshot], mirror: Path) -> None:
    """A day that the set laid down draws is not drawn again by the collection."""
    names = {"number": "GDENR", "canton": "KTNR"}
    days = [drawn("bfs_boundaries_g1", day, **names) for day in ("2024-01-01", "2026-01-01")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_MIRROR", str(mirror))
        one = find("bfs_boundaries", edition="2024-01-01")
    assert one
    every = {"bfs_boundaries": (one,), "bfs_boundaries_g1": tuple(days)}
    frame = register_recipes.boundaries(Inputs({}, None, {}, every))
    schemas.check(frame, "boundaries")
    communes = frame[frame["place_level"] == "commune"].groupby("register_date").size()
    assert communes.to_dict() == {"2024-01-01": 2131, "2026-01-01": 2}
    lakes = frame[frame["place_level"] == "lake"].groupby("register_date").size()
    assert lakes.to_dict() == {"2024-01-01": 37, "2026-01-01": 1}


def test_exact_boundaries_are_read_back_as_shapes(
    drawn: Callable[..., Snapshot], home: Path
) -> None:
    one = drawn("swisstopo_boundaries", "2026-01-01", number="bfs_nummer", canton="kantonsnummer")
    frame = register_recipes.exact_boundaries(Inputs({one.source: one}, None))
    tables.write(frame, "exact_boundaries", provenance={})
    found = tables.read("exact_boundaries")
    assert found.set_index("place")["geometry"]["0230"].area == 1e6
