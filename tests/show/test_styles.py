"""All figures of a page together: one style sheet, and the bytes of the real map."""

import gzip
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from divide import terms
from divide.show.choropleth import choropleth
from divide.show.html_tables import Column, table
from divide.show.shapes import simplify
from divide.show.styles import css

LAYOUT = pd.DataFrame({"place": ["VD"], "row": [1], "column": [1]})


def test_style_sheet_is_whole_and_loads_nothing() -> None:
    sheet = css(LAYOUT)
    assert sheet.count("{") == sheet.count("}")
    assert set(re.findall(r"url\(([^)]*)\)", sheet)) == {
        "#p-suppressed",
        "#p-uncertain",
        "#p-missing",
        "#p-none",
    }
    assert "@import" not in sheet
    assert len(gzip.compress(sheet.encode())) < 2600
    for rule in ("@media print", "prefers-color-scheme:dark", ".vh{", ".iv{", ".ladder{"):
        assert rule in sheet


def read(mirror: Path, file: str) -> gpd.GeoDataFrame:
    return gpd.read_file(mirror / "bfs_boundaries" / file)


@pytest.fixture(scope="module")
def communes(mirror: Path) -> gpd.GeoDataFrame:
    areas = read(mirror, "2024-01-01/K4polg20240101gf_ch2007Poly.shp")
    cantons = read(mirror, "set2025/K4kant20220101gf_ch2007Poly.shp")
    points = areas[["id"]].set_geometry(areas.representative_point())
    joined = points.sjoin(cantons[["id", "geometry"]], how="left", lsuffix="c", rsuffix="k")
    named = areas.assign(
        place=areas["id"].map(terms.commune_id),
        canton=joined["id_k"].map(terms.canton_id),
    )
    return named.sort_values("place").reset_index(drop=True)


@pytest.fixture(scope="module")
def lakes(mirror: Path) -> gpd.GeoDataFrame:
    return pd.concat(
        [read(mirror, f"set2025/k4seenyyyymmdd{size}_ch2007Poly.shp") for size in (11, 22)]
    )


@pytest.mark.mirror
def test_country_has_every_place_within_its_bytes(
    communes: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame
) -> None:
    drawing = simplify(communes, width=800, tolerance=1500, lakes=lakes, border="canton")
    # Classes in turn, as unkind to gzip as real ones.
    marks = {place: f"c{7 * i % 5}" for i, place in enumerate(communes["place"])}
    svg = choropleth(drawing, marks, title="t", description="d")
    assert len(re.findall(r"id=g\d{4} ", svg)) == len(communes) == 2131
    assert len(svg.encode()) <= 118_000
    rows = communes.assign(share=[(37 * i % 100) / 100 for i in range(len(communes))])
    columns = [Column("name"), Column("share", lambda share: f"{100 * share:.0f}")]
    heads = [(lang, ["commune", "share"]) for lang in terms.LANGUAGES]
    html = table(
        rows.sort_values(["canton", "place"]),
        columns,
        caption="c",
        heads=heads,
        words={},
        row_id="place",
        section="canton",
    )
    assert set(re.findall(r"id=r(\d{4})>", html)) == set(marks)
    beyond_names = len(html.encode()) - communes["name"].str.encode("utf-8").str.len().sum()
    assert beyond_names / 2131 <= 45
    assert len(gzip.compress((svg + html).encode())) <= 64_000


@pytest.mark.mirror
@pytest.mark.parametrize("canton", ["BE", "VD", "GR", "BS", "AI"])
def test_canton_map_is_small(
    communes: gpd.GeoDataFrame, lakes: gpd.GeoDataFrame, canton: str
) -> None:
    own = communes[communes["canton"] == canton]
    drawing = simplify(own, width=600, lakes=lakes)
    svg = choropleth(drawing, dict.fromkeys(own["place"], "s-missing"), title="t", description="d")
    assert {shape.place for shape in drawing.shapes} == set(own["place"])
    assert len(svg.encode()) <= 30_000
