"""The contract of what is protected: no number of it in table, CSV, class or description."""

import re
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from divide.errors import DivideError

# The protected commune's number, in every way a page writes one: 987.654 per thousand.
SECRET = 0.987654
WRITTEN = re.compile(r"(?<![\d#])(?:0?\.98(?:7\d*|8)|988|987(?:\.6\d*)?|98[.,]8|98\.76\d*)(?!\d)")


def without_drawing(html: str) -> str:
    """Return a page with its CSV decoded, without colours and the corners of shapes."""
    bare = re.sub(r"<style>.*?</style>|\sd=[^>]*|sha256-[^']*", "", html, flags=re.S)
    return unquote(bare)


def found(html: str) -> list[str]:
    """List where the secret number is written on a page."""
    return WRITTEN.findall(without_drawing(html))


def carry(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Return the communes with columns changed for the protected one alone."""
    changed = frame.copy()
    for name, value in columns.items():
        changed.loc[changed["place"] == "3104", name] = value
    return changed


def test_a_number_in_a_neighbouring_column_changes_no_byte(
    default_pages: Any, communes: Any
) -> None:
    frames = communes()
    clean = default_pages.render("AI", **frames)
    assert "Dritte" in clean
    kept = {"low": SECRET, "high": SECRET, "recipients": 987.0, "share": SECRET}
    frames["communes"] = carry(frames["communes"], **kept)
    assert default_pages.render("AI", **frames) == clean
    assert default_pages.render("index", **frames).count("988") == 0


@pytest.mark.parametrize("page", ["AI", "index"])
def test_a_protected_value_that_a_frame_still_carries_is_not_written(
    default_pages: Any, communes: Any, page: str
) -> None:
    """Either the page is refused, or it is to the byte the page without the number."""
    frames = communes()
    clean = default_pages.render(page, **frames)
    frames["communes"] = carry(frames["communes"], value=SECRET)
    try:
        html = default_pages.render(page, **frames)
    except DivideError as refused:
        assert not WRITTEN.search(str(refused))
    else:
        assert found(html) == []
        assert html == clean


def test_a_planted_leak_is_seen(default_pages: Any, communes: Any) -> None:
    frames = communes()
    assert found(default_pages.render("AI", **frames)) == []
    frames["communes"] = carry(frames["communes"], value=SECRET, status="observed")
    leaks = found(default_pages.render("AI", **frames))
    # Table and legend once; the description of the map in four languages, heard and seen.
    assert leaks.count("988") >= 6
    assert found(f"<a href='data:text/csv,AI%2C{SECRET:.4g}%0A'>") == ["0.9877"]


def planted_home(default_pages: Any, status: str) -> dict[str, Any]:
    """Return the nursing homes with one more figure of Innerrhoden, whole in its columns."""
    homes = default_pages.study.homes
    row = homes[(homes["place"] == "AI") & (homes["indicator"] == "nursing_homes")]
    secret = {"value": SECRET, "low": SECRET, "high": SECRET, "status": status}
    row = row.assign(indicator="nursing_home_leavers", **secret)
    return {"homes": pd.concat([homes, row], ignore_index=True)}


def test_neither_a_protected_figure_nor_its_interval_is_in_the_csv(default_pages: Any) -> None:
    html = default_pages.render("AI", **planted_home(default_pages, "suppressed"))
    assert found(html) == []
    assert "nursing_home_leavers,total,AI,2019,,suppressed,,,," in without_drawing(html)
    seen = default_pages.render("AI", **planted_home(default_pages, "observed"))
    assert len(found(seen)) == 3


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_a_canton_without_a_value_is_hatched_or_the_page_refused(
    default_pages: Any, read_page: Any, status: str
) -> None:
    """Its tile never shows a number, and no sentence says that every canton has a value."""
    minorities = default_pages.study.minorities.copy()
    columns = ["value", "low", "high", "persons_low", "persons_high"]
    minorities.loc[minorities["place"] == "UR", columns] = float("nan")
    minorities.loc[minorities["place"] == "UR", "status"] = status
    try:
        html = default_pages.render("AI", minorities=minorities)
    except DivideError:
        return
    tile = re.search(r"<li class=\"([^\"]*)\"[^>]*>(?:(?!<li).)*>UR<.*?(?=<li|</ol)", html)
    assert tile
    assert f"s-{status}" in tile.group(1).split()
    assert not re.search(r">\s*\d+\s*<", tile.group(0))
    assert re.search(r"\b1\b", read_page(html).said("de"))
