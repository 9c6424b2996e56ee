"""Boundaries of communes, cantons and lakes, as a sound coverage in Swiss coordinates."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError

CRS: Final = "EPSG:2056"
COLUMNS: Final = ("place_level", "place", "name", "register_date", "geometry")
# Numbers from here on are Liechtenstein (7001 to 7011) and lakes (9000 and over).
FOREIGN: Final = 7000
LAKES: Final = 9000
# What repair may move, in m²: slivers between neighbours, never a place.
_MOVED_AREA: Final = 1e6


def tidy_boundaries(
    commune_path: Path, lakes_paths: Sequence[Path], canton_path: Path, *, edition: str
) -> GeoDataFrame:
    """
    Bring communes, cantons and lakes of one edition together.

    Parameters
    ----------
    commune_path, lakes_paths, canton_path
        Shapefiles with the columns `id` and `name`.
    edition
        The register date of the communes, `YYYY-MM-DD`; it stands in their file's name.

    Returns
    -------
    GeoDataFrame
        One row per commune, canton and lake, EPSG:2056. Communes and cantons have no gaps
        or overlaps between neighbours that repair could close. `register_date` is the day
        that the file's name gives; lakes take that of the communes they are drawn with,
        and keep their number as `place`.

    Raises
    ------
    SourceError
        If a file is missing or damaged, of another day, or repair would lose a place.
    """
    communes = read_layer(commune_path)
    communes = communes[communes["id"] < FOREIGN].assign(place_level="commune")
    communes["place"] = communes["id"].map(terms.commune_id)
    communes["register_date"] = _file_date(commune_path)
    if _file_date(commune_path) != edition:
        raise SourceError(f"{commune_path.name} is not of {edition}: fetch that edition.")
    cantons = read_layer(canton_path).assign(place_level="canton")
    cantons["place"] = cantons["id"].map(terms.canton_id)
    cantons["register_date"] = _file_date(canton_path)
    lakes = pd.concat([read_layer(path) for path in lakes_paths])
    lakes = lakes[lakes["id"] >= LAKES].assign(place_level="lake", register_date=edition)
    lakes["place"] = lakes["id"].astype("str")
    layers = [clean_coverage(communes), clean_coverage(cantons), lakes]
    frame = pd.concat([layer[list(COLUMNS)] for layer in layers])
    frame = frame.astype({"place": "str", "register_date": "str"})
    return frame.sort_values(["place_level", "place"], ignore_index=True)


def read_layer(path: Path) -> GeoDataFrame:
    """
    Read one shapefile, its numbers as whole numbers, its names as UTF-8.

    Raises
    ------
    SourceError
        If the file is missing or unreadable, or in other coordinates than EPSG:2056.
    SourceChangedError
        If it lacks `id` or `name`, or a place stands twice.
    """
    try:
        # Small lakes come without .cpg, and are UTF-8 all the same.
        layer = geopandas.read_file(path, encoding="utf-8")
    except Exception as error:  # pyogrio names a dozen classes of its own
        raise SourceError(f"{path.name} cannot be read as boundaries: {error}") from error
    if not {"id", "name"} <= set(layer.columns) or layer["id"].duplicated().any():
        raise SourceChangedError(f"{path.name}: one row per `id` with a `name` is expected.")
    if layer.crs is None or layer.crs.to_epsg() != 2056:
        raise SourceError(f"{path.name} is in {layer.crs}, not in {CRS}.")
    return layer.assign(id=layer["id"].astype("int64"))


def clean_coverage(layer: GeoDataFrame) -> GeoDataFrame:
    """
    Repair borders that neighbours do not share exactly.

    Returns
    -------
    GeoDataFrame
        The same rows; borders of neighbours meet, vertex by vertex.

    Raises
    ------
    SourceError
        If a place would vanish, or more than 1 km² would change hands.
    """
    shapes = layer.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):
        return layer
    cleaned = shapely.coverage_clean(shapes)
    moved = float(np.abs(shapely.area(cleaned) - shapely.area(shapes)).sum())
    lost = shapely.is_empty(cleaned) | ~shapely.is_valid(cleaned)
    if lost.any() or moved > _MOVED_AREA or not shapely.coverage_is_valid(cleaned):
        raise SourceError(
            f"Repairing the boundaries would lose {list(layer['name'][lost])} "
            f"or move {moved / 1e6:.2f} km²."
        )
    return layer.set_geometry(GeoDataFrame(geometry=cleaned, crs=layer.crs).geometry.array)


def _file_date(path: Path) -> str:
    """Read the day of a layer from its name, such as `K4polg20240101gf_ch2007Poly.shp`."""
    found = re.match(r"K4[a-z]{4}(\d{4})(\d\d)(\d\d)", path.name)
    if found is None:
        raise SourceChangedError(f"{path.name} does not say of which day it is.")
    return "-".join(found.groups())
