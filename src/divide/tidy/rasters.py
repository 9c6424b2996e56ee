"""Coverage layers: a GeoTIFF of classes, cell by cell."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from divide.errors import SourceChangedError, SourceError

CRS: Final = "EPSG:2056"
COLUMNS: Final = ("east", "north", "size", "class", "year", "source", "edition")
# Switzerland in cells of 100 m has 8 million; more than this is another raster, or a bomb.
_MOST_CELLS: Final = 100_000_000


def tidy_coverage(
    path: Path,
    *,
    source: str,
    edition: str,
    classes: Collection[int],
    year: int | None = None,
    nodata: float | None = None,
) -> DataFrame:
    """
    List the cells of a coverage layer that have a class.

    Parameters
    ----------
    path
        A GeoTIFF, cloud-optimised or not, of one band, in LV95, north at its top.
    classes
        The classes of the layer's legend.
    year
        The year the layer speaks of; that of its edition unless told.
    nodata
        The number that stands for no data, where the file does not declare it.

    Returns
    -------
    DataFrame
        One row per cell with data: `east` and `north` of its south-western corner and its
        `size` in metres, EPSG:2056; its `class`. A cell that is not listed has no data.

    Raises
    ------
    SourceError
        If the file is missing or damaged, of other coordinates, or without data.
    SourceChangedError
        If it has several bands, oblong or turned cells, or a class that the legend lacks.
    """
    found, size, (left, top) = _read(path, nodata)
    row, column = np.nonzero(np.isfinite(found))
    kept = found[row, column]
    odd = np.setdiff1d(kept, list(classes))
    if len(kept) == 0 or len(odd):
        error = SourceChangedError if len(odd) else SourceError
        raise error(
            f"{path.name}: {len(kept)} cells with data; classes {odd[:5].tolist()} are not in its "
            f"legend {sorted(classes)}. Read the layer's legend; 'nodata' names a number for none."
        )
    frame = DataFrame(
        {
            "east": left + column * size,
            "north": top - (row + 1) * size,
            "size": size,
            "class": kept.astype(np.int64),
            "year": int(edition[:4]) if year is None else year,
            "source": source,
            "edition": edition,
        }
    )
    return frame.sort_values(["north", "east"], ignore_index=True)


def _read(
    path: Path, nodata: float | None
) -> tuple[NDArray[np.float32], float, tuple[float, float]]:
    """Return the band with NaN for no data, the side of a cell, and the north-western corner."""
    import rasterio

    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        with rasterio.open(path) as raster:
            size = _side(raster, path)
            corner = (float(raster.transform.c), float(raster.transform.f))
            band = raster.read(1, masked=True, out_dtype="float32").filled(np.nan)
    except rasterio.errors.RasterioError as error:
        raise SourceError(f"{path.name} cannot be read as a raster: {error}") from error
    if nodata is not None:
        band[band == np.float32(nodata)] = np.nan
    return band, size, corner


def _side(raster: Any, path: Path) -> float:
    """Check what the raster says of itself; return the side of its cells in metres."""
    if raster.crs is None or raster.crs.to_epsg() != 2056:
        raise SourceError(f"{path.name} is in {raster.crs}, not in {CRS}. Fetch its LV95 edition.")
    across, turn, _, turned, down = tuple(raster.transform)[:5]
    if raster.count != 1 or turn or turned or across <= 0 or across != -down:
        raise SourceChangedError(
            f"{path.name} has {raster.count} bands and cells of {across:g} × {down:g} m; one band "
            "of square cells, north at the top, is expected."
        )
    if raster.width * raster.height > _MOST_CELLS:
        raise SourceError(
            f"{path.name} holds {raster.width} × {raster.height} cells, more than a layer of "
            "Switzerland has. Fetch it again."
        )
    return float(across)
