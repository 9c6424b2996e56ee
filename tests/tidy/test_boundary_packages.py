"""Boundaries out of GeoPackages: parts united, lakes apart, strangers left out."""

import zipfile

import geopandas
import pytest
import shapely
from shapely.geometry import box

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.boundaries import tidy_boundaries
from divide.tidy.boundary_packages import tidy_exact, tidy_generalised

# Two communes of Zurich of 1 km² side by side, one of Bern, a lake, Vaduz, and land that
# communes share.
SHAPES = {
    230: (1, 11, "CH", box(0, 0, 1e3, 1e3)),
    261: (1, 11, "CH", box(1e3, 0, 2e3, 1e3)),
    351: (2, 11, "CH", box(2e3, 0, 3e3, 1e3)),
    2391: (2, 12, "CH", box(4e3, 0, 5e3, 1e3)),
    9040: (1, 13, "CH", box(5e3, 0, 6e3, 1e3)),
    7001: (0, 11, "LI", box(9e3, 0, 1e4, 1e3)),
}
WORDS = {11: "Gemeindegebiet", 12: "Kommunanz", 13: "Kantonal verwaltete Seefläche"}


@pytest.fixture
def package(tmp_path):
    """Write a GeoPackage whose columns are named and filled by functions of a row."""

    def write(columns, rows=None, *, name="g1.gpkg", layer="communes", crs="EPSG:2056"):
        listed = [(number, *row) for number, row in SHAPES.items()] if rows is None else rows
        frame = geopandas.GeoDataFrame(
            {column: [value(row) for row in listed] for column, value in columns.items()},
            geometry=[row[-1] for row in listed],
            crs=crs,
        )
        frame.to_file(tmp_path / name, layer=layer, driver="GPKG")
        return tmp_path / name

    return write


G1 = {
    "GDENR": lambda row: row[0],
    "NAME": lambda row: f"Ägeri {row[0]}",
    "KTNR": lambda row: row[1],
    "GARTE": lambda row: row[2],
    "CODE_ISO": lambda row: row[3],
}
EXACT = {
    "bfs_nummer": lambda row: row[0],
    "name": lambda row: f"Ägeri {row[0]}",
    "kantonsnummer": lambda row: row[1],
    "objektart": lambda row: WORDS[row[2]],
    "icc": lambda row: row[3],
}


def test_levels_are_kept_apart(package):
    path = package(G1)
    # A second layer, as in the official file: cantons have no communes' numbers.
    package({"KTNR": lambda row: row[1], "KTNAME": lambda row: "x"}, layer="cantons")
    frame = tidy_generalised(path, register_date="2026-01-01")
    schemas.check(frame, "boundaries")
    assert frame.groupby("place_level")["place"].agg(list).to_dict() == {
        "canton": ["BE", "ZH"], "commune": ["0230", "0261", "0351"], "lake": ["9040"],
    }  # fmt: skip
    assert set(frame["register_date"]) == {"2026-01-01"}
    assert frame.crs.to_epsg() == 2056
    areas = frame.set_index("place").area / 1e6
    assert (areas["ZH"], areas["BE"], areas["9040"]) == (2, 1, 1)
    assert frame.set_index("place").loc["ZH", "name"] == "Zürich"


@pytest.mark.parametrize("column", ["GMDNR", "GMDE", "gdenr"])
def test_the_number_goes_by_several_names(package, column):
    named = {column if name == "GDENR" else name: value for name, value in G1.items()}
    frame = tidy_generalised(package(named), register_date="2026-01-01")
    assert (frame["place_level"] == "commune").sum() == 3


def test_kind_and_country_may_be_lacking(package):
    few = {name: value for name, value in G1.items() if name not in ("GARTE", "CODE_ISO")}
    frame = tidy_generalised(package(few), register_date="2026-01-01")
    # Then shared land counts as a commune; Vaduz is told by its number.
    assert frame.loc[frame["place_level"] == "commune", "place"].tolist() == [
        *("0230", "0261", "0351", "2391"),
    ]


def test_solid_shapes_in_parts_become_flat_and_whole(package, tmp_path):
    rows = [(number, *row[:3], shapely.force_3d(row[3], 400.0)) for number, row in SHAPES.items()]
    rows.append((261, 1, 11, "CH", shapely.force_3d(box(7e3, 0, 8e3, 1e3), 400.0)))
    package(EXACT, rows, name="exact.gpkg", layer="tlm_hoheitsgebiet", crs="EPSG:2056+5728")
    archive = tmp_path / "exact.gpkg.zip"
    with zipfile.ZipFile(archive, "w") as box_:
        box_.write(tmp_path / "exact.gpkg", "swissBOUNDARIES3D_1_5_LV95_LN02.gpkg")
    frame = tidy_exact(archive, register_date="2026-01-01")
    schemas.check(frame, "boundaries")
    found = frame.set_index("place")
    assert found.loc["0261"].geometry.area == 2e6  # an exclave beside its land
    assert found.area["ZH"] == 3e6
    assert not shapely.has_z(frame.geometry.to_numpy()).any()
    assert found.index[found["place_level"] == "lake"].tolist() == ["9040"]


def test_what_is_not_as_known_is_refused(package, tmp_path):
    with pytest.raises(SourceChangedError, match=r"0 of its layers \(communes\)"):
        tidy_generalised(package({"BFS": lambda row: row[0]}), register_date="x")
    package(G1, name="two.gpkg")
    path = package(G1, name="two.gpkg", layer="again")
    with pytest.raises(SourceChangedError, match="2 of its layers"):
        tidy_generalised(path, register_date="x")
    other = {**G1, "GARTE": lambda row: 1}
    with pytest.raises(SourceChangedError, match="kinds have changed"):
        tidy_generalised(package(other, name="kinds.gpkg"), register_date="x")
    with pytest.raises(SourceError, match="not in EPSG:2056"):
        tidy_generalised(package(G1, name="old.gpkg", crs="EPSG:21781"), register_date="x")
    (tmp_path / "cut.gpkg").write_bytes(b"SQLite format 3\0")
    with pytest.raises(SourceError, match=r"cut\.gpkg cannot be read"):
        tidy_generalised(tmp_path / "cut.gpkg", register_date="x")
    with pytest.raises(SourceError, match=r"none\.zip cannot be opened"):
        tidy_exact(tmp_path / "none.zip", register_date="x")


@pytest.mark.mirror
def test_both_forms_draw_the_same_communes(mirror, tmp_path):
    """ThemaKart's communes of 2024, written as G1 is, are the same shapes in the table."""
    folder = mirror / "bfs_boundaries"
    path = folder / "2024-01-01" / "K4polg20240101gf_ch2007Poly.shp"
    lakes = [folder / "set2025" / f"k4seenyyyymmdd{size}_ch2007Poly.shp" for size in ("11", "22")]
    cantons = folder / "set2025" / "K4kant20220101gf_ch2007Poly.shp"
    drawn = tidy_boundaries(path, lakes, cantons, edition="2024-01-01")
    layer = geopandas.read_file(path, encoding="utf-8")
    register = layer.assign(GDENR=layer["id"], NAME=layer["name"], KTNR=1)
    register[["GDENR", "NAME", "KTNR", "geometry"]].to_file(tmp_path / "g1.gpkg", driver="GPKG")
    found = tidy_generalised(tmp_path / "g1.gpkg", register_date="2024-01-01")
    both = [one[one["place_level"] == "commune"].reset_index(drop=True) for one in (drawn, found)]
    assert both[0][["place", "name"]].equals(both[1][["place", "name"]])
    assert shapely.equals(*(one.geometry.to_numpy() for one in both)).all()
