"""Boundaries: neighbours that meet, lakes and foreign numbers kept apart."""

import geopandas
import pytest
import shapely
from shapely.geometry import box

from divide.errors import SourceChangedError, SourceError
from divide.tidy import boundaries
from divide.tidy.places import tidy_places

# Two communes of 1 km² side by side, and one of Liechtenstein.
ZURICH, WINTERTHUR, VADUZ = box(0, 0, 1e3, 1e3), box(1e3, 0, 2e3, 1e3), box(5e3, 0, 6e3, 1e3)


@pytest.fixture
def layer(tmp_path):
    def write(name, shapes, crs="EPSG:2056", columns=("id", "name")):
        frame = geopandas.GeoDataFrame(
            {columns[0]: list(shapes), columns[1]: ["Ägerisee"] * len(shapes)},
            geometry=list(shapes.values()),
            crs=crs,
        )
        path = tmp_path / name
        frame.to_file(path, encoding="utf-8")
        return path

    return write


@pytest.fixture
def files(layer):
    def write(communes):
        return (
            layer("K4polg20240101gf_ch2007Poly.shp", communes),
            [layer("k4seenyyyymmdd11_ch2007Poly.shp", {9270: box(0, 0, 1e3, 1e3)})],
            layer("K4kant20220101gf_ch2007Poly.shp", {1: box(0, 0, 2e3, 1e3)}),
        )

    return write


def test_levels_are_brought_together(files):
    paths = files({261: ZURICH, 230: WINTERTHUR, 7001: VADUZ, 9050: VADUZ})
    frame = boundaries.tidy_boundaries(*paths, edition="2024-01-01")
    assert tuple(frame.columns) == boundaries.COLUMNS
    assert frame.groupby("place_level")["place"].agg(list).to_dict() == {
        "canton": ["ZH"],
        "commune": ["0230", "0261"],  # 7001 is Vaduz, 9050 a lake
        "lake": ["9270"],
    }
    dates = frame.groupby("place_level")["register_date"].first().to_dict()
    assert dates == {"canton": "2022-01-01", "commune": "2024-01-01", "lake": "2024-01-01"}
    assert frame.crs.to_epsg() == 2056
    assert set(frame["name"]) == {"Ägerisee"}


def test_borders_of_neighbours_are_repaired(files):
    # The eastern neighbour starts 1 cm too far west, along 1 km: 10 m² of overlap.
    shifted = box(1e3 - 0.01, 0, 2e3, 1e3)
    paths = files({261: ZURICH, 230: shifted})
    frame = boundaries.tidy_boundaries(*paths, edition="2024-01-01")
    communes = frame[frame["place_level"] == "commune"]
    assert not shapely.coverage_is_valid([ZURICH, shifted])
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    assert communes.area.sum() == pytest.approx(2e6, abs=1)


def test_repair_never_swallows_a_place(files):
    with pytest.raises(SourceError, match="Repairing the boundaries would lose"):
        boundaries.tidy_boundaries(*files({261: ZURICH, 230: ZURICH}), edition="2024-01-01")


def test_another_day_is_refused(files):
    with pytest.raises(SourceError, match="is not of 2023-01-01"):
        boundaries.tidy_boundaries(*files({261: ZURICH}), edition="2023-01-01")


def test_a_layer_without_numbers_is_refused(layer):
    path = layer("K4polg20240101.shp", {1: ZURICH}, columns=("GMDNR", "GMDNAME"))
    with pytest.raises(SourceChangedError, match="one row per `id`"):
        boundaries.read_layer(path)


def test_other_coordinates_are_refused(layer):
    with pytest.raises(SourceError, match="not in EPSG:2056"):
        boundaries.read_layer(layer("old.shp", {1: ZURICH}, crs="EPSG:21781"))


def test_a_missing_or_damaged_layer_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.shp cannot be read"):
        boundaries.read_layer(tmp_path / "gone.shp")
    (tmp_path / "cut.shp").write_bytes(b"\x00\x00\x27\x0a")
    with pytest.raises(SourceError, match=r"cut\.shp cannot be read"):
        boundaries.read_layer(tmp_path / "cut.shp")


@pytest.mark.mirror
def test_official_boundaries_are_a_sound_coverage(mirror):
    folder = mirror / "bfs_boundaries"
    frame = boundaries.tidy_boundaries(
        folder / "2024-01-01" / "K4polg20240101gf_ch2007Poly.shp",
        [folder / "set2025" / f"k4seenyyyymmdd{size}_ch2007Poly.shp" for size in ("11", "22")],
        folder / "set2025" / "K4kant20220101gf_ch2007Poly.shp",
        edition="2024-01-01",
    )
    assert frame["place_level"].value_counts().to_dict() == {
        "commune": 2131,
        "lake": 37,  # 23 large and 14 small
        "canton": 26,
    }
    communes = frame[frame["place_level"] == "commune"]
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    # 40,189 km²: communes of this generalisation with the parts of lakes they hold.
    assert communes.area.sum() / 1e6 == pytest.approx(40_189.5, abs=0.5)
    assert "Pfäffikersee" in set(frame["name"])  # its layer comes without an encoding
    register = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    places = tidy_places(register, register_date="2024-01-01", edition="2024-01-01")
    assert set(communes["place"]) == set(places.query("place_level == 'commune'")["place"])
