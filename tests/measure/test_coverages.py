"""Coverages: the nearest day said, faults named, parents made of their communes."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from divide.errors import JoinError, MethodError
from divide.measure.coverages import boundaries_at, coverage_faults, dissolve, repair_coverage
from divide.tidy.boundaries import read_layer
from divide.tidy.places import tidy_places


def layer(level: str = "commune", day: str = "2024-01-01", **shapes: BaseGeometry):
    named = [name.removeprefix("p") for name in shapes]
    rows = {"place_level": level, "place": named, "name": named, "register_date": day}
    return gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=2056)


WEST, EAST = box(0, 0, 1e3, 1e3), box(1e3, 0, 2e3, 1e3)
# North of both, with a corner where they meet.
NORTH = Polygon([(0, 1e3), (1e3, 1e3), (2e3, 1e3), (2e3, 2e3), (0, 2e3)])
EDITIONS = pd.concat(
    [
        layer(p0001=WEST, day="2023-01-01"),
        layer(p0001=WEST, p0002=EAST),
        layer("canton", "2022-01-01", ZH=NORTH),
    ],
    ignore_index=True,
)


@pytest.mark.parametrize(
    ("wanted", "chosen", "days"),
    [
        ("2024-01-01", "2024-01-01", 0),
        ("2026-01-01", "2024-01-01", -731),  # two years, one of 366 days
        ("2000-01-01", "2023-01-01", 8401),  # 23 years, six of them of 366 days: 23·365 + 6
        # 2 July 2023 is 182 days after the one and 183 before the other.
        ("2023-07-02", "2023-01-01", -182),
        ("2023-07-03", "2024-01-01", 182),
    ],
)
def test_the_nearest_edition_is_taken_and_said(wanted: str, chosen: str, days: int) -> None:
    found = boundaries_at(EDITIONS, wanted)
    communes = found.places[found.places["place_level"] == "commune"]
    assert set(communes["register_date"]) == {chosen}
    account = found.account.set_index("place_level")
    assert account.loc["commune", ["wanted", "register_date", "days"]].tolist() == [
        wanted,
        chosen,
        days,
    ]
    # Cantons are drawn in a set of their own day, which is told as well.
    assert account.loc["canton", "register_date"] == "2022-01-01"
    assert found.places["place"].tolist() == [*communes["place"], "ZH"]


def test_of_two_as_near_the_older_is_taken() -> None:
    both = pd.concat([layer(p0001=WEST, day="2024-01-03"), layer(p0001=WEST, day="2024-01-01")])
    found = boundaries_at(both, "2024-01-02")
    assert found.account[["register_date", "days"]].values.tolist() == [["2024-01-01", -1]]


def test_no_day_and_no_boundaries_are_refused() -> None:
    with pytest.raises(MethodError, match=r"'1\.1\.2024' is no day"):
        boundaries_at(EDITIONS, "1.1.2024")
    with pytest.raises(MethodError, match="No boundaries are at hand"):
        boundaries_at(EDITIONS.iloc[:0], "2024-01-01")


def test_faults_are_told_from_sound_borders() -> None:
    assert coverage_faults(layer(p0001=WEST, p0002=EAST)).empty
    # The eastern one starts 1 cm too far west, along 1 km.
    faults = coverage_faults(layer(p0001=WEST, p0002=box(999.99, 0, 2e3, 1e3), p0003=NORTH))
    assert faults["place"].tolist() == ["0001", "0002", "0003"]
    assert set(faults["fault"]) == {"border"}
    assert faults["km"].min() >= 1
    bow_tie = Polygon([(5e3, 0), (6e3, 1e3), (6e3, 0), (5e3, 1e3)])
    odd = coverage_faults(layer(p0001=WEST, p0002=bow_tie, p0003=Point(0, 0), p0004=Polygon()))
    assert odd[["place", "fault"]].values.tolist() == [
        ["0002", "invalid"],
        ["0003", "invalid"],
        ["0004", "invalid"],
    ]


def test_repair_says_what_it_moved() -> None:
    shifted = layer(p0001=WEST, p0002=box(999.99, 0, 2e3, 1e3))
    found = repair_coverage(shifted)
    assert shapely.coverage_is_valid(found.places.geometry.to_numpy())
    assert found.faults["place"].tolist() == ["0001", "0002"]
    # 1 cm × 1 km: one of the two loses its 10 m².
    assert found.moved_km2 == pytest.approx(1e-5)
    assert found.places["place"].tolist() == ["0001", "0002"]


def test_what_is_sound_stays_as_it_is() -> None:
    sound = layer(p0001=WEST, p0002=EAST)
    found = repair_coverage(sound)
    assert (found.faults.empty, found.moved_km2) == (True, 0)
    assert found.places.equals(sound)


def test_gaps_are_closed_only_if_asked() -> None:
    # A gap of 1 m between them, closed in the north and south.
    ring = Polygon(
        box(-1e3, -1e3, 3e3, 2e3).exterior.coords, [box(0, 0, 2001, 1e3).exterior.coords]
    )
    gap = layer(p0001=WEST, p0002=box(1001, 0, 2001, 1e3), p0003=ring)
    assert repair_coverage(gap).places.area.sum() == pytest.approx(12e6 - 1e3)
    closed = repair_coverage(gap, gap_width=2)
    assert closed.places.area.sum() == pytest.approx(12e6)
    assert closed.moved_km2 == pytest.approx(1e-3)


def test_repair_never_swallows_a_place_or_much_land() -> None:
    with pytest.raises(MethodError, match=r"would lose \['000[12]'\]"):
        repair_coverage(layer(p0001=WEST, p0002=WEST))
    much = layer(p0001=WEST, p0002=box(500, 0, 2e3, 1e3))
    with pytest.raises(MethodError, match=r"move 0\.500 km², of 0\.1 allowed"):
        repair_coverage(much, most_km2=0.1)
    with pytest.raises(MethodError, match=r"Polygons of \['0002'\] are none"):
        repair_coverage(layer(p0001=WEST, p0002=Polygon()))


def register(**districts: str) -> pd.DataFrame:
    places = [name.removeprefix("p") for name in districts]
    communes = pd.DataFrame({"place": places, "district": list(districts.values()), "name": "-"})
    above = pd.DataFrame({"place": ["0101", "0102"], "name": ["Affoltern", "Andelfingen"]})
    rows = [communes.assign(place_level="commune"), above.assign(place_level="district")]
    return pd.concat(rows).assign(register_date="2024-01-01", canton="ZH")


def test_communes_are_joined_to_their_parents() -> None:
    communes = layer(p0001=WEST, p0002=EAST, p0003=NORTH)
    found = dissolve(communes, register(p0001="0101", p0002="0101", p0003="0102"), level="district")
    assert found[["place_level", "place", "name", "register_date"]].values.tolist() == [
        ["district", "0101", "Affoltern", "2024-01-01"],
        ["district", "0102", "Andelfingen", "2024-01-01"],
    ]
    assert found.geometry.iloc[0].equals(box(0, 0, 2e3, 1e3))
    assert coverage_faults(found).empty
    country = dissolve(
        communes, register(p0001="0101", p0002="0101", p0003="0102"), level="country"
    )
    assert country["place"].tolist() == ["CH"]
    assert country.area.sum() == 4e6


def test_dissolving_other_communes_or_bad_borders_is_refused() -> None:
    communes = layer(p0001=WEST, p0002=EAST)
    with pytest.raises(JoinError, match=r"differ in 2 communes: 0002, 0003\. Take both"):
        dissolve(communes, register(p0001="0101", p0003="0101"), level="district")
    known = register(p0001="0101", p0002="0101")
    with pytest.raises(JoinError, match="of 2023-01-01 differ in 2 communes"):
        dissolve(communes.assign(register_date="2023-01-01"), known, level="district")
    with pytest.raises(MethodError, match="No level 'commune' above communes"):
        dissolve(communes, known, level="commune")
    shifted = layer(p0001=WEST, p0002=box(999.99, 0, 2e3, 1e3))
    with pytest.raises(MethodError, match="Borders of 0001, 0002 do not meet"):
        dissolve(shifted, known, level="district")


@pytest.mark.mirror
def test_official_communes_have_seven_faults(mirror) -> None:
    for day in ("2023-01-01", "2024-01-01"):
        path = mirror / "bfs_boundaries" / day / f"K4polg{day.replace('-', '')}gf_ch2007Poly.shp"
        raw = read_layer(path).rename(columns={"id": "place"})
        found = repair_coverage(raw)
        # Around Baltschieder and Ausserberg, in Upper Valais.
        assert found.faults["place"].tolist() == [6004, 6007, 6191, 6192, 6281, 6286, 6297]
        assert found.moved_km2 < 1e-6
        assert coverage_faults(found.places).empty


@pytest.mark.mirror
def test_dissolved_communes_are_the_official_districts_and_cantons(
    mirror, drawn: gpd.GeoDataFrame, communes_2024: gpd.GeoDataFrame
) -> None:
    path = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    listed = tidy_places(path, register_date="2024-01-01", edition="2024-01-01")
    cantons = drawn[drawn["place_level"] == "canton"].set_index("place")
    made = dissolve(communes_2024, listed, level="canton").set_index("place")
    # The publisher generalises cantons by themselves: lines differ, by under half a km².
    apart = made.geometry.symmetric_difference(cantons.geometry.reindex(made.index)).area
    assert (len(made), apart.max() < 0.5e6) == (26, True)
    assert made.area.sum() == pytest.approx(communes_2024.area.sum())
    folder = mirror / "bfs_boundaries" / "set2025"
    official = gpd.read_file(folder / "K4bezk20230101gf_ch2007Poly.shp")
    official.index = official["id"].map("{:04d}".format)
    made = dissolve(communes_2024, listed, level="district").set_index("place")
    assert set(made.index) == set(official.index)
    apart = made.geometry.symmetric_difference(official.geometry.reindex(made.index)).area
    assert (len(made), apart.max() < 0.2e6) == (143, True)
    assert coverage_faults(made.reset_index()).empty
    assert made.loc["0101", "name"] == "Affoltern"


@pytest.mark.mirror
def test_mergers_of_2023_meet_their_heirs(drawn: gpd.GeoDataFrame) -> None:
    # From the mirror's notes: 947 → 767, 993 → 992, 2456 → 2465, 4042 → 4021, 6773 and 6775
    # → 6812. Old communes together are the new one, but for the redrawn lines.
    old = boundaries_at(drawn, "2023-12-31").places
    assert set(old.loc[old["place_level"] == "commune", "register_date"]) == {"2024-01-01"}
    old = boundaries_at(drawn, "2023-03-01").places
    new = boundaries_at(drawn, "2024-03-01").places
    assert (
        len(old[old["place_level"] == "commune"]),
        len(new[new["place_level"] == "commune"]),
    ) == (
        2136,
        2131,
    )
    areas = [frame.set_index("place").area / 1e6 for frame in (old, new)]
    for parts, heir in [(["6773", "6775"], "6812"), (["0947", "0767"], "0767")]:
        assert areas[0][parts].sum() == pytest.approx(areas[1][heir], rel=0.01)
