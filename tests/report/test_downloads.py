"""The CSV inside a page: every figure of its place, empty where protected, no formula."""

import csv
import io
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide import terms
from divide.report.downloads import data_address, page_rows, to_csv

PAGES = ("index", *terms.CANTONS)


def read(text: str) -> list[list[str]]:
    """Read CSV as a spreadsheet does."""
    return list(csv.reader(io.StringIO(text, newline="")))


def row(**values: object) -> pd.DataFrame:
    """Return one row of a download."""
    return pd.DataFrame([values]).astype(object)


def test_a_row_is_written_in_the_order_of_its_columns() -> None:
    rows = row(indicator="nursing_homes", place="AI", year=2019, value=3.0, status="observed")
    assert (
        to_csv(rows) == "indicator,place,year,value,status\r\nnursing_homes,AI,2019,3,observed\r\n"
    )


@pytest.mark.parametrize("status", terms.WITHOUT_VALUE)
def test_a_protected_value_is_an_empty_cell_beside_its_status(status: str) -> None:
    text = to_csv(row(value=0.123, status=status, tau=0.3))
    assert read(text)[1] == ["", status, "0.3"]


@pytest.mark.parametrize("status", terms.WITHOUT_VALUE)
def test_the_interval_of_a_protected_value_is_empty_too(status: str) -> None:
    text = to_csv(row(value=0.2, status=status, low=0.1, high=0.3))
    assert read(text)[1] == ["", status, "", ""]


@pytest.mark.parametrize("gone", [None, float("nan"), pd.NA, pd.NaT])
def test_what_is_missing_is_empty_and_never_a_word(gone: object) -> None:
    assert read(to_csv(row(place="AI", value=gone, status="missing"))) == [
        ["place", "value", "status"],
        ["AI", "", "missing"],
    ]


def test_zero_stays_zero() -> None:
    assert read(to_csv(row(value=0.0, status="observed", tau=0)))[1] == ["0", "observed", "0"]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("https://example.invalid")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=1"],
)
def test_text_that_a_spreadsheet_would_run_is_prefixed(text: str) -> None:
    assert read(to_csv(row(group=text, value=1.0)))[1] == [f"'{text}", "1"]


@pytest.mark.parametrize(
    "text", ["age:60_plus", "a=b", "1-2", "Zürich", 'say "x"', "a,b", "a\nb", "a\r=1"]
)
def test_other_text_comes_back_as_it_was(text: str) -> None:
    assert read(to_csv(row(group=text)))[1] == [text]


def test_a_negative_number_is_a_number() -> None:
    assert read(to_csv(row(value=-0.25, status="observed")))[1] == ["-0.25", "observed"]


@given(st.text(alphabet="=+-@\t\r\n\"', a"))
def test_no_text_starts_a_formula(text: str) -> None:
    cells = [cell for line in read(to_csv(row(group=text, source="x"))) for cell in line]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@given(st.text())
def test_an_address_gives_back_its_text(text: str) -> None:
    # A lone half of a pair is no character and cannot be written.
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    kind, _, written = data_address(whole).partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert unquote(written) == whole
    assert not set(written) & set('"<>&#\n\r\t')


def test_rows_are_of_the_page_s_place_alone(site: Any) -> None:
    for page in PAGES:
        rows = page_rows(site.study, site.place(page))
        assert set(rows["place"]) == {site.place(page).id}
        assert not rows.duplicated(["indicator", "group", "year", "tau", "source"]).any()


def test_every_figure_of_a_canton_is_in_its_rows(site: Any) -> None:
    rows = page_rows(site.study, site.place("VD")).set_index(["indicator", "group"])["value"]
    study = site.study
    classed = study.minorities[study.minorities["layer_indicator"] == "no_internet_use_3m"]
    for frame in (study.living, study.homes, classed.dropna(subset="value"), study.assistance):
        known = frame[frame["place"] == "VD"].set_index(["indicator", "group"])["value"]
        assert len(known)
        for key, value in known.items():
            assert value in set(rows.loc[[key]]), key
    risk = study.risk[(study.risk["place"] == "VD") & (study.risk["group"] == "total")]
    assert set(risk["indicator"]) <= {indicator for indicator, _ in rows.index}


def test_the_page_carries_its_rows_and_no_others(site: Any, read_page: Any) -> None:
    for page in PAGES:
        links = [one for one in read_page(site.html(page)).elements if "download" in one.attrs]
        assert {one.attrs["download"] for one in links} == {f"divide-{site.place(page).id}.csv"}
        for one in links:
            kind, _, written = one.attrs["href"].partition(",")
            assert kind == "data:text/csv;charset=utf-8"
            wanted = to_csv(page_rows(site.study, site.place(page)))
            assert unquote(written) == wanted
        lines = read(unquote(written))
        assert len({len(line) for line in lines}) == 1
        assert len(lines) > 10
        assert not {"nan", "NaN", "None", "<NA>"} & {cell for line in lines for cell in line}


def test_a_written_number_keeps_three_digits_of_its_figure(site: Any) -> None:
    rows = page_rows(site.study, site.place("index"))
    written = read(to_csv(rows))
    column = written[0].index("value")
    for value, line in zip(rows["value"], written[1:], strict=True):
        if value != value:
            assert line[column] == ""
            continue
        assert float(line[column]) == pytest.approx(value, rel=5e-3)
