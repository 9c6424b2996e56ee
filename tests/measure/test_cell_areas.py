"""Cells cut along borders: shares sum to one, areas add up."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from divide.errors import MethodError
from divide.measure.cell_areas import cut_cells


def layer(**shapes: BaseGeometry) -> gpd.GeoDataFrame:
    named = [name.removeprefix("p") for name in shapes]
    return gpd.GeoDataFrame({"place": named}, geometry=list(shapes.values()), crs=2056)


def cells(*corners: tuple[float, float], size: float = 100) -> pd.DataFrame:
    frame = pd.DataFrame(corners, columns=["east", "north"], dtype=float)
    return frame.assign(size=size)


def told(pieces: pd.DataFrame) -> list[tuple[int, str, str, float]]:
    names = pieces["place"].astype(object).where(pieces["place"].notna(), "")
    rows = zip(pieces["cell"], pieces["located"], names, pieces["share"].round(9), strict=True)
    return list(rows)


def test_cells_are_shared_out_by_area() -> None:
    # The border runs at x = 130, the land ends at x = 250, the lake at x = 280.
    places = layer(p0001=box(0, 0, 130, 300), p0002=box(130, 0, 250, 300))
    lake = layer(p9050=box(250, 0, 280, 300))
    pieces = cut_cells(cells((0, 0), (100, 100), (200, 200), (900, 900)), places, lakes=lake)
    assert told(pieces) == [
        (0, "inside", "0001", 1.0),
        (1, "inside", "0001", 0.3),
        (1, "inside", "0002", 0.7),
        (2, "inside", "0002", 0.5),
        (2, "lake", "", 0.3),
        (2, "outside", "", 0.2),
        (3, "outside", "", 1.0),
    ]


def test_a_lake_that_reaches_into_a_commune_counts_once() -> None:
    # The lake is three tenths of the cell, of which the commune holds one.
    places = layer(p0001=box(0, 0, 60, 100))
    pieces = cut_cells(cells((0, 0)), places, lakes=layer(p9050=box(50, 0, 80, 100)))
    assert told(pieces) == [
        (0, "inside", "0001", 0.6),
        (0, "lake", "", 0.2),
        (0, "outside", "", 0.2),
    ]


def test_borders_on_the_grid_cut_nothing() -> None:
    places = layer(p0001=box(0, 0, 100, 200), p0002=box(100, 0, 200, 200))
    pieces = cut_cells(cells((0, 0), (100, 0), (0, 100), (200, 0)), places)
    assert told(pieces) == [
        (0, "inside", "0001", 1.0),
        (1, "inside", "0002", 1.0),
        (2, "inside", "0001", 1.0),
        (3, "outside", "", 1.0),
    ]


def test_a_grid_may_begin_anywhere() -> None:
    # Cells of 250 m from 37: a border at 162 halves the first one.
    places = layer(p0001=box(-500, -500, 162, 500), p0002=box(162, -500, 900, 500))
    pieces = cut_cells(cells((37, 37), (287, 37), size=250), places)
    assert told(pieces) == [
        (0, "inside", "0001", 0.5),
        (0, "inside", "0002", 0.5),
        (1, "inside", "0002", 1.0),
    ]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([45.0, 70.0, 250.0]))
def test_shares_sum_to_one_and_areas_add_up(seed: int, size: float) -> None:
    random = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(random.uniform(0, 1000, (6, 2)))
    land, water = box(0, 0, 1000, 1000), box(600, 600, 1300, 1300)
    parts = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=land))
    parts = shapely.intersection(parts, land.difference(water))
    places = layer(**{f"p{i:04d}": part for i, part in enumerate(parts) if part.area})
    steps = np.arange(-1, 1400 // size + 2) * size + random.uniform(-size, 0)
    frame = cells(*((x, y) for x in steps for y in steps), size=size)
    pieces = cut_cells(frame, places, lakes=layer(p9050=water))
    sums = pieces.groupby("cell")["share"].sum()
    assert len(sums) == len(frame)
    assert np.allclose(sums, 1, atol=1e-9)
    # The grid covers everything: each place, and the lake, come together whole.
    km2 = pieces.assign(area=pieces["share"] * size**2).groupby(["located", "place"], dropna=False)
    areas = km2["area"].sum()
    for place, shape in zip(places["place"], places.geometry, strict=True):
        assert areas["inside", place] == pytest.approx(shape.area, rel=1e-6, abs=1e-3)
    assert areas["lake"].sum() == pytest.approx(water.area, rel=1e-6)


def test_faults_are_named() -> None:
    places = layer(p0001=box(0, 0, 100, 100))
    with pytest.raises(MethodError, match="several grids"):
        cut_cells(cells((0, 0), (150, 0)), places)
    with pytest.raises(MethodError, match="stand twice"):
        cut_cells(cells((0, 0), (0, 0)), places)
    with pytest.raises(MethodError, match="lacking: size"):
        cut_cells(cells((0, 0)).drop(columns="size"), places)
    with pytest.raises(MethodError, match="lacking: rows"):
        cut_cells(cells(), places)
    with pytest.raises(MethodError, match=r"several grids, or lack a corner"):
        cut_cells(cells((0, 0), (np.nan, 0)), places)
    twice = layer(p0001=box(0, 0, 100, 90), p0002=box(0, 0, 100, 90))
    with pytest.raises(MethodError, match=r"overlap.*repair_coverage"):
        cut_cells(cells((0, 0)), twice)
