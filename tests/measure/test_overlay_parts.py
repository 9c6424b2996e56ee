"""Points and cells laid over places in parts: nothing changes, wherever the parts are done."""

from importlib import import_module
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon

from divide.errors import MethodError
from divide.measure.cell_areas import cut_cells
from divide.measure.cell_sums import sum_cells
from divide.measure.overlay import place_points
from divide.measure.overlay_parts import cut_parts, place_parts
from divide.measure.threads import one_thread

SIDE, STEP = 5, 1000.0
BERN = np.array([2_600_000.0, 1_200_000.0])


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    """Return 25 places whose borders run askew, so that they cut cells anyhow."""
    rng = np.random.default_rng(7)
    corners = np.moveaxis(np.mgrid[0 : SIDE + 1, 0 : SIDE + 1], 0, -1) * STEP
    corners = BERN + corners + rng.uniform(-250, 250, corners.shape)
    shapes = [
        Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]])
        for i in range(SIDE)
        for j in range(SIDE)
    ]
    rows = {
        "place_level": "commune",
        "place": [f"{number:04d}" for number in range(1, SIDE**2 + 1)],
        "register_date": "2024-01-01",
    }
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=2056)


@pytest.fixture(scope="module")
def points(places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return points in and around the places, some on corners, under an index of their own."""
    rng = np.random.default_rng(8)
    xy = BERN + rng.uniform(-500, SIDE * STEP + 500, (3000, 2))
    # The last part has no coordinates at all.
    nowhere = np.full((700, 2), np.nan)
    xy = np.vstack([xy, shapely.get_coordinates(places.geometry.to_numpy()), nowhere])
    frame = pd.DataFrame(xy, columns=["east", "north"])
    return frame.set_index(frame.index[::-1] * 3)


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    """Return hectares that reach beyond the places, each with some persons."""
    spots = np.moveaxis(np.mgrid[-3:54, -3:54], 0, -1).reshape(-1, 2) * 100.0 + BERN
    persons = np.random.default_rng(9).integers(4, 90, len(spots)).astype(float)
    frame = pd.DataFrame(spots, columns=["east", "north"]).assign(size=100.0, value=persons)
    return frame.assign(
        low=persons, high=persons, year=2020, source="bfs_statpop_hectares", edition="2021-08-26"
    )


def test_points_are_placed_as_if_at_once(points: pd.DataFrame, places: gpd.GeoDataFrame) -> None:
    whole = place_points(points, places, crs="EPSG:2056")
    assert set(whole["located"]) == {"inside", "border", "outside", "no_coordinates"}
    found = place_parts(points, places, part=700, crs="EPSG:2056")
    pd.testing.assert_frame_equal(found, whole)


def test_cells_are_cut_as_if_at_once(cells: pd.DataFrame, places: gpd.GeoDataFrame) -> None:
    whole, found = cut_cells(cells, places), cut_parts(cells, places, part=500)
    pd.testing.assert_frame_equal(found, whole)  # shares to 1e-5 of a cell
    assert np.abs(found["share"] - whole["share"]).max() < 1e-12
    # Every cell is accounted for, and the places' area is found again.
    assert found.groupby("cell")["share"].sum().to_numpy() == pytest.approx(np.ones(len(cells)))
    inside = found[found["located"] == "inside"].groupby("place")["share"].sum() * 1e4
    assert inside.to_numpy() == pytest.approx(places.area.to_numpy())


def test_processes_and_dask_give_the_same_bits(
    points: pd.DataFrame, cells: pd.DataFrame, places: gpd.GeoDataFrame
) -> None:
    def both(**run: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        placed = place_parts(points, places, part=500, crs="EPSG:2056", **run)
        return placed, cut_parts(cells, places, part=500, **run)

    alone, found = both(), [both(workers=2)]
    for workers in (1, 8):  # as threads of this process, which start at once
        options = {"n_workers": workers, "threads_per_worker": 1, "processes": False}
        cluster = import_module("distributed").LocalCluster(**options, dashboard_address=":0")
        with cluster, one_thread():
            found.append(both(scheduler=cluster.scheduler_address))
    for one in found:
        assert all(mine.equals(other) for mine, other in zip(alone, one, strict=True))


def test_sums_may_be_shared_out(
    cells: pd.DataFrame, places: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = sum_cells(cells, places, indicator="residents")
    monkeypatch.setattr(cut_parts, "__kwdefaults__", cut_parts.__kwdefaults__ | {"part": 500})
    here, there = (sum_cells(cells, places, indicator="residents", workers=w) for w in (1, 2))
    assert here.rows.equals(there.rows) and here.account.equals(there.account)
    pd.testing.assert_frame_equal(here.rows, at_once.rows)


def test_a_cell_that_stands_in_two_parts_is_refused(
    cells: pd.DataFrame, places: gpd.GeoDataFrame
) -> None:
    twice = pd.concat([cells, cells.tail(1)], ignore_index=True)
    with pytest.raises(MethodError, match="stand twice"):
        cut_parts(twice, places, part=len(cells))
