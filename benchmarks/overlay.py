"""
Measure points and hectares laid over 2,131 communes beside plain geopandas: equal first, then time.

Run it from the checkout: `DIVIDE_MIRROR=<folder> .venv/bin/python benchmarks/overlay.py`. Detailed
borders are the generalised ones of the mirror, cut to 25 m and shaken alike for both neighbours:
as many corners as swissBOUNDARIES3D has. Times are of the processor: neither side uses two
cores, and other work on the machine does not count.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from divide.measure.cell_areas import cut_cells
from divide.measure.coverages import dissolve
from divide.measure.lookup import find_places, make_lookup
from divide.measure.overlay import place_points
from divide.tidy.boundaries import tidy_boundaries
from divide.tidy.places import tidy_places

MIRROR = Path(os.environ["DIVIDE_MIRROR"])
POINTS, ON_CORNERS, HECTARES = 3_000_000, 20_000, 360_000


def boundaries() -> geopandas.GeoDataFrame:
    """Return the official boundaries of 2024-01-01."""
    folder = MIRROR / "bfs_boundaries"
    shapes = folder / "set2025"
    return tidy_boundaries(
        folder / "2024-01-01" / "K4polg20240101gf_ch2007Poly.shp",
        [shapes / f"k4seenyyyymmdd{size}_ch2007Poly.shp" for size in ("11", "22")],
        shapes / "K4kant20220101gf_ch2007Poly.shp",
        edition="2024-01-01",
    )


def detailed(communes: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Give borders a corner every 25 m, moved by up to 4 m, alike wherever a corner is shared."""

    def shaken(points: Any) -> Any:
        waves = np.sin(points @ [[12.9898, 39.346], [78.233, 11.135]]) * [43758.5453, 24634.6345]
        return points + (waves - np.floor(waves) - 0.5) * 8

    shapes = shapely.transform(shapely.segmentize(communes.geometry.to_numpy(), 25.0), shaken)
    return communes.set_geometry(geopandas.GeoSeries(shapes, index=communes.index, crs=2056))


def points_in(communes: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Return random points in the country, some of them on corners of communes."""
    random = np.random.default_rng(20240101)
    west, south, east, north = communes.total_bounds
    anywhere = random.uniform((west, south), (east, north), (2 * POINTS, 2))
    found, _ = find_places(make_lookup(communes), anywhere[:, 0], anywhere[:, 1])
    inside = anywhere[found >= 0][: POINTS - ON_CORNERS]
    corners = random.choice(shapely.get_coordinates(communes.geometry.to_numpy()), ON_CORNERS)
    return pd.DataFrame(np.vstack([inside, corners]), columns=["east", "north"])


def looked_up(points: pd.DataFrame, communes: geopandas.GeoDataFrame) -> Any:
    """Return the position of each point's commune, the raster included."""
    return find_places(make_lookup(communes), *points[["east", "north"]].to_numpy().T)


def joined(dots: geopandas.GeoDataFrame, communes: geopandas.GeoDataFrame, how: str) -> Any:
    """Return the same by geopandas."""
    return geopandas.sjoin(dots, communes[["place", "geometry"]], predicate=how, how="left")


def differing(points: pd.DataFrame, communes: geopandas.GeoDataFrame) -> tuple[int, int]:
    """Count points that geopandas puts elsewhere: within, and lowest of those that touch."""
    lookup = make_lookup(communes)
    position, border = find_places(lookup, *points[["east", "north"]].to_numpy().T)
    ours = np.where(position >= 0, lookup.places[position], "")
    within = joined(as_dots(points), communes, "within")["place"].fillna("").to_numpy()
    touching = joined(as_dots(points[border]), communes, "intersects")
    lowest = touching.groupby(level=0)["place"].min().to_numpy()
    return int((ours != within)[~border].sum()), int((ours[border] != lowest).sum())


def as_dots(points: pd.DataFrame) -> geopandas.GeoDataFrame:
    """Make geometries of points, which geopandas needs."""
    dots = geopandas.points_from_xy(points["east"], points["north"], crs=2056)
    return geopandas.GeoDataFrame(geometry=dots)


def seconds(run: Callable[[], Any], times: int) -> float:
    """Return the median processor time of several runs."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def told(name: str, ours: float, theirs: float) -> None:
    """Print both times and their ratio."""
    print(f"{name:58s} {ours:7.3f} s against {theirs:7.2f} s: {theirs / ours:6.1f} x")


def compare_points(name: str, communes: geopandas.GeoDataFrame) -> None:
    """Print equality, times and ratios of 3 million points."""
    points = points_in(communes)
    dots = as_dots(points)
    corners = shapely.get_num_coordinates(communes.geometry.to_numpy()).sum()
    print(f"{name} borders, {corners:,} corners; differing: {differing(points, communes)}")
    making = seconds(lambda: as_dots(points), 3)
    rounds = [
        (
            seconds(lambda: looked_up(points, communes), 3),
            seconds(lambda: joined(dots, communes, "within"), 1),
        )
        for _ in range(3)
    ]
    own, peer = (statistics.median(one[i] for one in rounds) for i in (0, 1))
    told("  raster and look-up against sjoin", own, peer)
    told("  the same, points made for sjoin", own, peer + making)
    lookup, xy = make_lookup(communes), points[["east", "north"]].to_numpy().T
    told("  look-up in a raster already drawn", seconds(lambda: find_places(lookup, *xy), 5), peer)
    frame = seconds(lambda: place_points(points, communes, crs="EPSG:2056"), 3)
    told("  place_points, frame in and frame out", frame, peer + making)


def compare_hectares(communes: geopandas.GeoDataFrame) -> None:
    """Print times of cutting hectares along borders, and how far their areas differ."""
    random = np.random.default_rng(5)
    west, south, east, north = communes.total_bounds // 100
    spots = np.unique(random.integers((west, south), (east, north), (HECTARES, 2)), axis=0) * 100.0
    cells = pd.DataFrame(spots, columns=["east", "north"]).assign(size=100.0)
    boxes = shapely.box(*spots.T, *(spots.T + 100))
    squares = geopandas.GeoDataFrame({"cell": np.arange(len(spots))}, geometry=boxes, crs=2056)
    start = time.process_time()
    cut = geopandas.overlay(squares, communes[["place", "geometry"]], how="intersection")
    peer = time.process_time() - start
    ours = cut_cells(cells, communes)
    inside = ours[ours["located"] == "inside"].groupby("place")["share"].sum() * 1e4
    areas = cut.assign(area=cut.area).groupby("place")["area"].sum()
    print(f"{len(cells):,} hectares; areas differ by {(inside - areas).abs().max():.1e} m² at most")
    told(
        "  cut_cells against geopandas.overlay",
        seconds(lambda: cut_cells(cells, communes), 3),
        peer,
    )


def compare_dissolved(communes: geopandas.GeoDataFrame) -> None:
    """Print times of making cantons out of communes."""
    register = MIRROR / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    listed = tidy_places(register, register_date="2024-01-01", edition="2024-01-01")
    cantons = listed[listed["place_level"] == "commune"].set_index("place")["canton"]
    named = communes[["geometry"]].assign(canton=communes["place"].map(cantons))
    ours = seconds(lambda: dissolve(communes, listed, level="canton"), 5)
    told(
        "communes to cantons, checked, against dissolve",
        ours,
        seconds(lambda: named.dissolve("canton"), 5),
    )


def memory() -> float:
    """Return the peak of a process that places 3 million points, libraries included, in MB."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import overlay;"
        "communes = overlay.boundaries().query(\"place_level == 'commune'\");"
        "import numpy as np, pandas as pd; random = np.random.default_rng(1);"
        "b = communes.total_bounds; xy = random.uniform(b[:2], b[2:], (overlay.POINTS, 2));"
        "points = pd.DataFrame(xy, columns=['east', 'north']); del xy;"
        "overlay.place_points(points, communes, crs='EPSG:2056');"
        "print(open('/proc/self/status').read())"
    )
    here = str(Path(__file__).resolve().parent)
    done = subprocess.run(
        [sys.executable, "-c", code, here], check=True, capture_output=True, text=True
    )
    found = re.search(r"VmHWM:\s+(\d+)", done.stdout)
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print what is written into benchmarks/README.md."""
    drawn = boundaries()
    communes = drawn[drawn["place_level"] == "commune"].reset_index(drop=True)
    compare_points("generalised", communes)
    compare_points("detailed", detailed(communes))
    compare_hectares(communes)
    compare_dissolved(communes)
    print(f"peak memory of place_points, 3 million points: {memory():.0f} MB")


if __name__ == "__main__":
    main()
