"""The register's way in, on the official files: every figure on the communes of any day."""

import pandas as pd
import pytest

import divide
from divide import tables
from divide.build import registers
from divide.errors import JoinError, MethodError, TableError
from divide.measure.join import accounts
from divide.tidy import population as people

pytestmark = pytest.mark.mirror


def residents(source: str) -> pd.DataFrame:
    frame = tables.read("population")
    kept = (frame["source"] == source) & (frame["place_level"] == "commune")
    return frame[kept & (frame["group"] == "total")]


@pytest.mark.parametrize(
    ("date", "count"),
    # Published numbers of communes at the beginning of these years (BFS), and the three lists.
    [
        ("1960-01-01", 3095), ("1990-01-01", 3021), ("2000-01-01", 2899), ("2010-01-01", 2596),
        ("2018-01-01", 2222), ("2021-01-01", 2172), ("2021-07-01", 2163), ("2023-01-01", 2136),
        ("2024-01-01", 2131),
    ],
)  # fmt: skip
def test_the_communes_of_any_day(official_home, date: str, count: int) -> None:  # type: ignore[no-untyped-def]
    found = divide.places(date)
    communes = found[found["place_level"] == "commune"]
    assert len(communes) == count and communes["place"].is_unique
    assert set(communes["canton"]) <= set(divide.terms.CANTONS)
    assert communes["canton"].notna().all() and communes["major_region"].notna().all()


def test_a_commune_that_is_gone_speaks_its_heirs_language(official_home) -> None:  # type: ignore[no-untyped-def]
    """Lussery and Villars-Lussery (VD) merged in 1999; both spoke French as Lussery-Villars."""
    found = divide.places("1990-01-01")
    names = found[found["place_level"] == "commune"].set_index("name")
    assert names.loc["Villars-Lussery", ["canton", "language_region"]].tolist() == ["VD", "fr"]


def test_residents_of_the_old_list_equal_those_of_the_new(official_home) -> None:  # type: ignore[no-untyped-def]
    """31.12.2023 on the communes of 2023-01-01 and of 2024-01-01: the same people."""
    found = divide.restate(residents("bfs_population_citizenship"), to="2024-01-01")
    told = residents("bfs_population").set_index("place")["value"]
    assert len(found) == 2131
    pd.testing.assert_series_equal(
        found.set_index("place")["value"].sort_index(), told.sort_index(), check_names=False
    )
    assert found["value"].sum() == 8_962_258
    assert found.attrs["account"]["restated"][0]["evidence"] == "boundaries"


def test_the_mergers_of_2023(official_home) -> None:  # type: ignore[no-untyped-def]
    """947→767, 993→992, 2456→2465, 4042→4021, 6773+6775→6812; land of 6112 is only redrawn."""
    found = divide.successors("2023-01-01", "2024-01-01")
    moved = found[found["initial"] != found["terminal"]]
    assert dict(zip(moved["initial"], moved["terminal"], strict=True)) == {
        "0947": "0767", "0993": "0992", "2456": "2465", "4042": "4021",
        "6773": "6812", "6775": "6812",
    }  # fmt: skip
    assert set(moved["kind"]) == {"merger"} and (moved["share"] == 1).all()
    assert "6112" in " ".join(found.attrs["notes"])


def test_a_span_without_mutations_names_the_53_that_vanished(official_home) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(JoinError, match="53 numbers vanished: 0021 Adlikon") as refused:
        divide.successors("2021-01-01", "2024-01-01")
    assert "divide fetch bfs_commune_register" in str(refused.value)
    assert "0661 Clavaleyres" in str(refused.value)


def test_the_same_span_works_once_correspondences_are_fetched(official_home) -> None:  # type: ignore[no-untyped-def]
    """The table as a fetch would make it: here from the known lists, heirs in the same place."""
    known = registers.register()
    old, new = known.communes("2021-01-01"), known.communes("2024-01-01")
    gone = old[~old["place"].isin(new["place"])]
    born = new[~new["place"].isin(old["place"])]
    # Any heir will do to show that the answer is taken; each new number gets one at least.
    heirs = [*born["place"], *born["place"].iloc[:1].tolist() * (len(gone) - len(born))]
    stay = old.loc[old["place"].isin(new["place"]), "place"].tolist()
    pairs = pd.DataFrame(
        {
            "initial_date": "2021-01-01",
            "register_date": "2024-01-01",
            "initial": [*gone["place"], *stay],
            "terminal": [*heirs, *stay],
        }
    )
    more = registers.Register(known.lists, known.states, known.mutations, pairs, known.boundaries)
    found = registers._pairs(more, "2021-01-01", "2024-01-01")
    assert len(found) == 2172 and set(found["evidence"]) == {"correspondances"}


def test_the_mutations_of_2018_are_replayed_whole(official_home) -> None:  # type: ignore[no-untyped-def]
    """
    29 communes become 11, 30 change their district; what merged as La Grande-Béroche on
    1 January bears another name from 1 April.
    """
    found = divide.successors("2017-12-31", "2018-04-01")
    told = found["kind"].value_counts().to_dict()
    assert told == {"unchanged": 2181, "new_district": 30, "merger": 29}
    assert set(found.loc[found["terminal"] == "6417", "terminal_name"]) == {"La Grande Béroche"}
    assert found["initial"].nunique() == 2240 and found["terminal"].nunique() == 2222


def test_there_and_back_is_refused(official_home) -> None:  # type: ignore[no-untyped-def]
    there = divide.restate(residents("bfs_population_citizenship"), to="2024-01-01")
    with pytest.raises(MethodError, match="5 communes were divided"):
        divide.restate(there, to="2023-01-01")


def test_tables_join_at_one_day_with_the_ghosts_named(official_home, mirror) -> None:  # type: ignore[no-untyped-def]
    path = mirror / "bfs_population" / "2024-01-01" / "px-x-0102020000_201.json"
    known = tables.read("places")
    everyone = people.tidy_population(path, known, edition="2024-01-01")
    counted = everyone[everyone["place_level"] == "commune"]
    helped = tables.read("social_assistance")
    helped = helped[helped["indicator"] == "social_assistance_recipients"]
    drawn = tables.read_boundaries()
    key = ["place_level", "place", "register_date"]
    options = {"validate": "1:1", "residents": counted}
    first = divide.join(counted, helped[[*key, "value", "status"]], **options)
    second = divide.join(first, drawn[[*key, "geometry"]], **options)
    third = divide.join(second, known[[*key, "name"]], **options)
    assert len(first) == len(second) == len(third) == 2131
    told = accounts(third)
    ghosts = [one["place"] for one in told[0]["left"]["places"]]
    assert ghosts == ["4505", "4670", "4695"]
    assert told[0]["left"]["residents"] == 0 and told[0]["right"]["rows"] == 0


def test_without_official_files_there_are_no_registers(default_home) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TableError, match="registers"):
        divide.places("2024-01-01")
