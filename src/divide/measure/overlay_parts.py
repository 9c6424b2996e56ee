"""Points and cells laid over places part by part: here, in processes, or on many machines."""

from functools import partial
from typing import Any, Final

import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame

from divide.measure.cell_areas import cut_cells, grid_of
from divide.measure.overlay import coordinates_of, locate
from divide.measure.parallel import map_seeds

# Each part draws its raster anew, so it must be long enough to be worth it. Fixed, so that
# results do not hang on who works.
POINTS: Final = 1 << 19
CELLS: Final = 1 << 18


def place_parts(
    points: DataFrame,
    places: GeoDataFrame,
    *,
    crs: str,
    columns: tuple[str, str] = ("east", "north"),
    lakes: GeoDataFrame | None = None,
    part: int = POINTS,
    **run: Any,
) -> DataFrame:
    """
    Say in which place each point lies, part by part.

    Parameters
    ----------
    points, places, crs, columns, lakes
        As in `overlay.place_points`.
    part
        Points laid over the places at once.
    **run
        Options of `parallel.map_seeds`: workers, scheduler.

    Returns
    -------
    DataFrame
        What `overlay.place_points` gives.
    """
    east, north = coordinates_of(points, crs=crs, columns=columns)
    starts = range(0, max(len(points), 1), part)
    parts = [(east[start : start + part], north[start : start + part]) for start in starts]
    found = pd.concat(map_seeds(partial(locate, places=places, lakes=lakes), parts, **run))
    return points.assign(**found.set_axis(points.index))


def cut_parts(
    cells: DataFrame,
    places: GeoDataFrame,
    *,
    lakes: GeoDataFrame | None = None,
    part: int = CELLS,
    **run: Any,
) -> DataFrame:
    """
    Share the area of square cells out among the places they lie in, part by part.

    Parameters
    ----------
    cells, places, lakes
        As in `cell_areas.cut_cells`.
    part
        Cells cut at once.
    **run
        Options of `parallel.map_seeds`: workers, scheduler.

    Returns
    -------
    DataFrame
        What `cell_areas.cut_cells` gives.

    Raises
    ------
    MethodError
        If cells are not of one grid or stand twice, be it in two parts.
    """
    grid_of(cells)
    parts = [cells.iloc[start : start + part] for start in range(0, len(cells), part)]
    found = map_seeds(partial(cut_cells, places=places, lakes=lakes), parts, **run)
    rows = [one.assign(cell=one["cell"] + number * part) for number, one in enumerate(found)]
    return pd.concat(rows, ignore_index=True)
