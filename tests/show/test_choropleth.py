"""The map in SVG: one path a place, colour by class, words for those who cannot see."""

import re
from xml.etree import ElementTree

import geopandas as gpd
import pytest
from markupsafe import Markup
from shapely.geometry import box

from divide.errors import ReportError
from divide.show.choropleth import choropleth, symbol, use
from divide.show.shapes import Drawing, simplify


@pytest.fixture
def drawing() -> Drawing:
    areas = [box(0, 0, 500, 500), box(500, 0, 1000, 500), box(0, 500, 3, 503)]
    frame = gpd.GeoDataFrame({"place": ["0001", "0002", "0003"]}, geometry=areas, crs=2056)
    return simplify(frame.assign(canton=["ZH", "BE", "ZH"]), width=10, border="canton")


MARKS = {"0001": "c0", "0002": "s-missing", "0003": "c0"}


def parsed(svg: Markup) -> ElementTree.Element:
    # As a browser reads them: attributes without quotes.
    return ElementTree.fromstring(re.sub(r"=([^\s\"<>]+)(?=[\s>])", r'="\1"', str(svg)))


def test_ids_are_the_places(drawing: Drawing) -> None:
    svg = parsed(choropleth(drawing, MARKS, title="t", description="d"))
    shapes = svg.find("g[@class='shapes']")
    assert shapes is not None
    marked = {path.get("id"): group.get("class") for group in shapes for path in group.iter("path")}
    assert marked == {f"g{place}": mark for place, mark in MARKS.items()}


def test_dots_lie_above_areas_and_borders_above_both(drawing: Drawing) -> None:
    svg = choropleth(drawing, MARKS, title="t", description="d")
    order = ["id=g0001", "id=g0002", "id=g0003", "class=borders"]
    assert [svg.index(part) for part in order] == sorted(svg.index(part) for part in order)


def test_words_are_named_and_escaped(drawing: Drawing) -> None:
    text = "<script>alert(1)</script>"
    html = choropleth(drawing, MARKS, title=text, description=text, lang="de")
    assert "<script>" not in html
    svg = parsed(html)
    assert svg.get("role") == "img"
    assert svg.get("lang") == "de"
    for attribute, name in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
        named = svg.find(name)
        assert named is not None
        assert named.text == text
        assert svg.get(attribute) == named.get("id")


def test_geometry_stands_once_and_is_used_in_each_language(drawing: Drawing) -> None:
    once = symbol(drawing, MARKS, name="ch")
    uses = [use(drawing, name="ch", title=t, description="d", lang=t) for t in ("fr", "de")]
    assert once.count("id=g0001") == 1
    assert "<symbol id=ch viewBox=" in once
    assert all('<use href="#ch"/>' in one and "<path" not in one for one in uses)
    ids = re.findall(r" id=([\w-]+)", once + Markup("").join(uses))
    assert len(ids) == len(set(ids))


def test_nothing_needs_a_style_attribute(drawing: Drawing) -> None:
    assert "style" not in choropleth(drawing, MARKS, title="t", description="d")


def test_map_and_data_must_agree(drawing: Drawing) -> None:
    with pytest.raises(ReportError, match=r"1 shapes without mark \['0003'\], 1 marks .*'9999'"):
        choropleth(drawing, {"0001": "c0", "0002": "c0", "9999": "c0"}, title="t", description="d")
    with pytest.raises(ReportError, match="'pale' is no mark"):
        choropleth(drawing, {**MARKS, "0001": "pale"}, title="t", description="d")
    with pytest.raises(ReportError, match="is no id"):
        choropleth(drawing, MARKS, title="t", description="d", prefix='"><g ')
