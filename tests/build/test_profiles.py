"""The shape of an edition's files: what may change unseen, and what may not."""

import json
import zipfile
from importlib import import_module
from pathlib import Path

import geopandas
import numpy as np
import pytest
from shapely.geometry import box

from divide.build import drift
from divide.build.drift import Change
from divide.build.profiles import Profile, profile
from divide.errors import SourceError
from divide.fetch import snapshots

TABLE = "PLZ;Ort\n8001;Zürich\n3011;Bern\n"


def shape(path: Path) -> Profile:
    return profile({"main": path})


def test_an_archive_of_one_file_is_that_file(tmp_path: Path) -> None:
    """Else a publisher's archives would never drift, and a CSV would drift into its archive."""
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.zip"
    plain.write_text(TABLE, "utf-8")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(plain, "AMTOVZ/AMTOVZ_CSV_LV95.csv")
    assert shape(packed) == shape(plain)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("readme.txt", "x")
    assert shape(packed).dimensions == {"files": ("AMTOVZ/AMTOVZ_CSV_LV95.csv", "readme.txt")}


def test_two_forms_of_a_source_are_told_apart(tmp_path: Path) -> None:
    table, cube = tmp_path / "a.csv", tmp_path / "a.json"
    table.write_text(TABLE, "utf-8")
    cube.write_text(json.dumps({"content": {}}), "utf-8")
    assert drift.compare(shape(table), shape(cube)) == [Change("form", "", ".csv", ".json")]
    assert drift.compare(shape(table), profile({"a": table, "b": table})) != []


def test_a_geopackage_tells_its_layers_and_fields(tmp_path: Path) -> None:
    path = tmp_path / "g1.gpkg"
    frame = geopandas.GeoDataFrame({"GDENR": [1, 2]}, geometry=[box(0, 0, 1, 1)] * 2, crs=2056)
    frame.to_file(path, layer="communes", driver="GPKG")
    found = shape(path)
    assert (found.dimensions, found.columns, found.rows) == (
        {"layers": ("communes",)},
        ("communes: GDENR",),
        2,
    )
    path.write_bytes(b"SQLite format 3")
    with pytest.raises(SourceError, match="cannot be read as a map"):
        shape(path)


def test_a_raster_tells_its_classes(tmp_path: Path) -> None:
    rasterio = import_module("rasterio")
    path = tmp_path / "5g.tif"
    cells = np.array([[2, 3], [3, np.nan]], dtype="float32")
    size = {"height": 2, "width": 2, "count": 1, "dtype": "float32", "nodata": np.nan}
    place = rasterio.transform.from_origin(2_600_000, 1_200_000, 100, 100)
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:2056", transform=place, **size) as file:
        file.write(cells, 1)
    found = shape(path)
    assert (found.dimensions, found.rows) == ({"classes": ("2", "3")}, 3)
    assert found.columns == ("crs EPSG:2056", "type float32", "cell 100 x 100")


@pytest.mark.mirror
def test_a_cube_counts_only_what_its_channel_asks_for(mirror: Path) -> None:
    """The file laid down holds two units; the service is asked for one, so no drift."""
    found = snapshots.find("eurostat_internet_use")
    assert found
    pinned = {"unit": ("PC_IND",), "indic_is": ("I_IU3",), "ind_type": ("IND_TOTAL",)}
    whole, part = profile(found.files), profile(found.files, only=pinned)
    assert set(whole.units) == {"PC_IND", "PC_IND_ILT12"} and part.units == ("PC_IND",)
    assert (whole.rows, part.rows) == (850, 850 - _cells_of_other_unit(found.files["main"]))


def _cells_of_other_unit(path: Path) -> int:
    cube = json.loads(path.read_text("utf-8"))
    at = cube["dimension"]["unit"]["category"]["index"]["PC_IND_ILT12"]
    after = int(np.prod(cube["size"][cube["id"].index("unit") + 1 :]))
    flat = {int(index) for index in cube["value"]} | {int(one) for one in cube.get("status", {})}
    return sum(1 for index in flat if index // after % cube["size"][cube["id"].index("unit")] == at)
