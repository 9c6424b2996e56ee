"""The shape of files that draw: layers and fields of a GeoPackage, classes of a raster."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from divide.errors import SourceError

# A raster of more values than this measures something: it has no classes.
_CLASSES: Final = 50


def describe(path: Path) -> dict[str, Any]:
    """
    Return what must not change unseen in a file of borders or cells.

    Returns
    -------
    dict
        `dimensions`, `columns` and `rows` of a `profiles.Profile`; empty for files of any
        other kind.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    readers = {".gpkg": _package, ".tif": _raster}
    read = readers.get(path.suffix.lower())
    if read is None:
        return {}
    try:
        return read(path)
    except Exception as error:  # GDAL names dozens of classes of its own
        raise SourceError(f"{path.name} cannot be read as a map ({error}).") from error


def _package(path: Path) -> dict[str, Any]:
    import geopandas

    layers = geopandas.list_layers(path)["name"].tolist()
    tables = {one: geopandas.read_file(path, layer=one, read_geometry=False) for one in layers}
    return {
        "dimensions": {"layers": tuple(layers)},
        "columns": tuple(f"{one}: {field}" for one in layers for field in tables[one].columns),
        "rows": sum(len(rows) for rows in tables.values()),
    }


def _raster(path: Path) -> dict[str, Any]:
    import numpy as np

    with import_module("rasterio").open(path) as raster:
        cells = raster.read(1, masked=True).compressed()
        side = f"cell {abs(raster.transform.a):g} x {abs(raster.transform.e):g}"
        columns = (f"crs {raster.crs}", f"type {raster.dtypes[0]}", side)
    classes = np.unique(cells[np.isfinite(cells)])
    named = tuple(f"{one:g}" for one in classes) if len(classes) <= _CLASSES else ()
    return {"dimensions": {"classes": named}, "columns": columns, "rows": int(cells.size)}
