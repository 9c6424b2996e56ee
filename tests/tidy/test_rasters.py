"""Coverage layers: cells with data by their corner, none invented, other systems refused."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from divide.errors import SourceChangedError, SourceError
from divide.tidy.rasters import COLUMNS, tidy_coverage

WEST, TOP = 2_600_000, 1_200_500
CLASSES = (1, 2, 3, 4)
NODATA = -9999.0


def write(path: Path, band: list[list[float]], **options: object) -> Path:
    values = np.array(band, dtype="float32")
    given = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "height": values.shape[0],
        "width": values.shape[1],
        "crs": "EPSG:2056",
        "transform": Affine(250, 0, WEST, 0, -250, TOP),
        "nodata": NODATA,
    } | options
    with rasterio.open(path, "w", **given) as raster:
        for layer in range(1, int(str(given["count"])) + 1):
            raster.write(values, layer)
    return path


def read(path: Path, **options: object) -> list[list[object]]:
    frame = tidy_coverage(
        path, source="bakom_coverage", edition="2026-04-30", classes=CLASSES, **options
    )
    assert tuple(frame.columns) == COLUMNS
    return frame[["east", "north", "class"]].values.tolist()


def test_cells_stand_at_their_south_western_corner(tmp_path: Path) -> None:
    # The first row is the northern one: from 1,200,250 to 1,200,500.
    path = write(tmp_path / "layer.tif", [[1, NODATA, 4], [NODATA, 2, NODATA]])
    assert read(path) == [
        [2_600_250, 1_200_000, 2],
        [2_600_000, 1_200_250, 1],
        [2_600_500, 1_200_250, 4],
    ]
    frame = tidy_coverage(path, source="s", edition="2026-04-30", classes=CLASSES)
    assert frame[["size", "year", "source", "edition"]].drop_duplicates().values.tolist() == [
        [250.0, 2026, "s", "2026-04-30"]
    ]
    assert frame["class"].dtype == "int64"
    assert tidy_coverage(path, source="s", edition="2026-04-30", classes=CLASSES, year=2025)[
        "year"
    ].unique() == [2025]


@pytest.mark.parametrize(
    ("declared", "told"),
    [({"nodata": float("nan")}, {}), ({"nodata": None}, {}), ({"nodata": None}, {"nodata": 0})],
)
def test_no_data_in_every_form(tmp_path: Path, declared: dict, told: dict) -> None:
    nothing = told.get("nodata", float("nan"))
    path = write(tmp_path / "layer.tif", [[3, nothing]], **declared)
    assert read(path, **told) == [[2_600_000, 1_200_250, 3]]


def test_tiled_and_compressed_as_published(tmp_path: Path) -> None:
    band = np.full((300, 300), NODATA)
    band[299, 0] = 4
    path = write(tmp_path / "layer.tif", band.tolist(), driver="COG", compress="deflate")
    assert read(path) == [[2_600_000, TOP - 300 * 250, 4]]


@pytest.mark.parametrize(
    ("band", "options", "error", "said"),
    [
        ([[1]], {"crs": "EPSG:21781"}, SourceError, "is in EPSG:21781, not in EPSG:2056"),
        ([[1]], {"crs": None}, SourceError, "is in None"),
        ([[1]], {"count": 2}, SourceChangedError, "has 2 bands"),
        (
            [[1]],
            {"transform": Affine(250, 0, WEST, 0, -100, TOP)},
            SourceChangedError,
            "250 × -100",
        ),
        ([[1]], {"transform": Affine(250, 9, WEST, 9, -250, TOP)}, SourceChangedError, "square"),
        ([[1]], {"transform": Affine(250, 0, WEST, 0, 250, TOP)}, SourceChangedError, "north at"),
        ([[1, 5, 2.5]], {}, SourceChangedError, r"classes \[2.5, 5.0\] are not in its legend"),
        # An undeclared 0 for no data is no class of its own.
        ([[1, 0]], {"nodata": None}, SourceChangedError, r"\[0.0\].*'nodata' names a number"),
        ([[NODATA]], {}, SourceError, "0 cells with data"),
    ],
)
def test_what_is_no_such_layer_is_refused(
    tmp_path: Path, band: list, options: dict, error: type[Exception], said: str
) -> None:
    path = write(tmp_path / "layer.tif", band, **options)
    with pytest.raises(error, match=said):
        read(path)


def test_a_raster_too_large_for_switzerland_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("divide.tidy.rasters._MOST_CELLS", 3)
    with pytest.raises(SourceError, match="holds 2 × 2 cells"):
        read(write(tmp_path / "layer.tif", [[1, 1], [1, 1]]))


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.tif is missing in .* Run: divide fetch"):
        read(tmp_path / "gone.tif")
    (tmp_path / "page.tif").write_text("<html>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"page\.tif cannot be read as a raster"):
        read(tmp_path / "page.tif")
    whole = write(tmp_path / "cut.tif", np.ones((600, 600)).tolist())
    whole.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(SourceError, match=r"cut\.tif cannot be read as a raster"):
        read(whole)
