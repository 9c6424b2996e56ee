"""The tile map is a list: its order, its words, nothing by colour alone."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.tiles import tile_map, tiles_css


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": ["VD", "UR"],
            "row": [3, 5],
            "column": [2, 6],
            "mark": ["c3", "s-missing"],
            "text": ["29", "17"],
        }
    )


def test_a_tile_has_letters_number_class_and_place(rows: pd.DataFrame) -> None:
    html = tile_map(rows, words={"s-missing": "not measured"}, selected="VD")
    assert html == (
        '<ol class=tiles><li class="c3 r3 k2" aria-current=true><abbr>VD</abbr> <b>29</b>'
        '<li class="s-missing r5 k6"><abbr>UR</abbr> <b aria-hidden=true>?</b>'
        "<span class=vh>not measured</span></ol>"
    )


def test_a_state_never_shows_its_number(rows: pd.DataFrame) -> None:
    assert "17" not in tile_map(rows, words={"s-missing": "not measured"})


def test_order_is_the_one_given(rows: pd.DataFrame) -> None:
    html = tile_map(rows[::-1], words={"s-missing": "x"})
    assert html.index("UR") < html.index("VD")


def test_names_and_links_are_escaped(rows: pd.DataFrame) -> None:
    more = rows.assign(name='"><script>', href="vd.html#<", text="<i>")
    html = tile_map(more, words={"s-missing": "<u>", "list": '"x'})
    assert "<script>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert html.startswith('<ol class=tiles aria-label="&#34;x">')
    assert '<a href="vd.html#&lt;"><abbr title="&#34;&gt;&lt;script&gt;">' in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://example.org", "//example.org"])
def test_links_stay_beside_the_page(rows: pd.DataFrame, address: str) -> None:
    with pytest.raises(ReportError, match="leads away"):
        tile_map(rows.assign(href=address), words={"s-missing": "x"})


def test_missing_word_is_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(ReportError, match="lacks the word 's-missing'"):
        tile_map(rows, words={})


def test_css_places_rows_and_columns(rows: pd.DataFrame) -> None:
    css = tiles_css(rows)
    assert "repeat(6,minmax(0,1fr))" in css
    for rule in (".r3{grid-row:3}", ".r5{grid-row:5}", ".k2{grid-column:2}", ".k6{grid-column:6}"):
        assert rule in css
    assert "100%%" not in css


def test_two_places_cannot_share_a_tile(rows: pd.DataFrame) -> None:
    with pytest.raises(ReportError, match="share a tile: VD, UR"):
        tiles_css(rows.assign(row=1, column=1))
