"""Figures for notebooks: whole without a network, patterned where nothing is known."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LinearRing, Polygon, box

from divide.errors import ReportError

pytest.importorskip("plotly")
from divide.show import explore

ORIGIN = {"title": "No <internet>", "unit": "share", "source": "BFS 2023"}
NAMES = {"c0": "10–20 %", "s-missing": "not measured"}


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": ["0001", "0002"],
            "name": ["A<b>", "B"],
            "row": [1, 1],
            "column": [1, 2],
            "mark": ["c0", "s-missing"],
            "text": ["12 %", "77 %"],
        }
    )


@pytest.fixture
def boundaries() -> gpd.GeoDataFrame:
    ring = Polygon(box(0, 0, 900, 900).exterior.coords, [box(300, 300, 600, 600).exterior.coords])
    frame = {"place": ["0001", "0002"], "secret": ["not for the figure"] * 2}
    return gpd.GeoDataFrame(frame, geometry=[ring, box(300, 300, 600, 600)], crs=2056)


def test_commune_map_carries_what_it_shows(
    boundaries: gpd.GeoDataFrame, rows: pd.DataFrame
) -> None:
    figure = explore.commune_map(boundaries, rows, names=NAMES, **ORIGIN)
    area, missing, points = figure.data
    # Scatter only: a geographic trace would ask the network for coastlines.
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert area.fillpattern.shape is None
    assert missing.fillpattern.shape == "/"
    assert list(points.text) == ["A&lt;b&gt;<br>12 %", "B<br>?"]
    assert "not for the figure" not in figure.to_json()
    assert "77" not in str(points.text)


def test_exterior_rings_run_clockwise(boundaries: gpd.GeoDataFrame, rows: pd.DataFrame) -> None:
    area = explore.commune_map(boundaries, rows, names=NAMES, tolerance=0, **ORIGIN).data[0]
    cut = list(area.x).index(None)
    outside = list(zip(area.x[:cut], area.y[:cut], strict=True))
    hole = list(zip(area.x[cut + 1 : -1], area.y[cut + 1 : -1], strict=True))
    assert not LinearRing(outside).is_ccw
    assert LinearRing(hole).is_ccw


def test_every_figure_says_what_unit_and_source(
    boundaries: gpd.GeoDataFrame, rows: pd.DataFrame
) -> None:
    intervals = pd.DataFrame(
        [("A", 0.0, 0.2, 0.1, 0.3, ""), ("B", 0.0, None, None, None, "s-missing")],
        columns=["row", "tau", "value", "low", "high", "mark"],
    )
    for figure in (
        explore.tile_map(rows, names=NAMES, **ORIGIN),
        explore.commune_map(boundaries, rows, names=NAMES, **ORIGIN),
        explore.interval_chart(intervals, labels={"A": "a", "B": "b"}, names=NAMES, **ORIGIN),
    ):
        assert figure.layout.title.text == "No &lt;internet&gt;<br><sup>share</sup>"
        assert [note.text for note in figure.layout.annotations] == ["BFS 2023"]


def test_not_measured_is_a_hatched_bar() -> None:
    rows = pd.DataFrame(
        [("A", 0.3, 0.2, 0.1, 0.3, ""), ("B", 0.0, None, None, None, "s-missing")],
        columns=["row", "tau", "value", "low", "high", "mark"],
    )
    figure = explore.interval_chart(rows, labels={"A": "a", "B": "b"}, names=NAMES, **ORIGIN)
    bar = figure.data[-1]
    assert (bar.type, list(bar.y), bar.name) == ("bar", ["b"], "not measured")
    assert bar.marker.pattern.shape == "/"


def test_places_must_meet(boundaries: gpd.GeoDataFrame, rows: pd.DataFrame) -> None:
    with pytest.raises(ReportError, match="2 boundaries, 1 rows, 1 places in both"):
        explore.commune_map(boundaries, rows.iloc[:1], names=NAMES, **ORIGIN)
