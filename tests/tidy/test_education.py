"""Education by district: intervals, parentheses, hidden cells, sums to cantons."""

import math

import pytest

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy import education

TITLE = "Highest completed education by district, 2020-2022 cumulated"
TOP = ["Total population\n(25 year and older)", "", "Without post-compulsory school", ""]
HEADS = [
    ["", TITLE],
    [],
    ["", "", "", *TOP, "Secondary level II", "", "Tertiary level", ""],
    ["DistrictId", "", "", *["Number of persons\n", "Confidence interval\n± (in %)"] * 4],
]


def line(number, canton, low, secondary, tertiary, half=10.0):
    """Make a row whose total is the sum of three levels, each ± `half` per cent."""
    parts = [part for part in (low, secondary, tertiary) if part != "X"]
    figures = [sum(parts), low, secondary, tertiary]
    pairs = [cell for figure in figures for cell in (figure, "X" if figure == "X" else half)]
    return [number, canton, f"Bezirk {number}", *pairs]


GERSAU = line(502.0, "SZ", 300.0, 800.0, 700.0)
HOEFE = line(503.0, "SZ", 400.0, 900.0, 800.0)


def rows(*districts, country):
    return [*HEADS, ["", "Switzerland", "", *country], *districts, [], ["", "X: 4 or fewer"]]


# 300 + 400, 800 + 900, 700 + 800, and their sum.
COUNTRY = [3900.0, 1.0, 700.0, 1.0, 1700.0, 1.0, 1500.0, 1.0]


def tidy(path):
    return education.tidy_education(path, register_date="2023-01-01", edition="2020-2022")


def test_intervals_and_sums_by_hand(workbook):
    frame = tidy(workbook({"Districts": rows(GERSAU, HOEFE, country=COUNTRY)}))
    rows_by = frame.set_index(["place", "group"])
    gersau = rows_by.loc[("0502", "education:low")]
    # 300 ± 10 %: half width 30, from 270 to 330; se = 30 / 1.96.
    assert gersau["low"] == pytest.approx(270) and gersau["high"] == pytest.approx(330)
    assert gersau["se"] == pytest.approx(30 / terms.Z95)
    canton = rows_by.loc[("SZ", "education:low")]
    # Half widths 30 and 40 add in squares: 50.
    assert canton["value"] == 700
    assert canton["high"] - canton["value"] == pytest.approx(math.hypot(30, 40))
    assert canton["cell"] == "sum of districts 0502 to 0503"
    assert rows_by.loc[("CH", "total"), "value"] == 3900  # as published
    assert set(frame["year"]) == {2022}


def test_parentheses_are_read_from_number_formats(workbook):
    # F6 is Gersau's low education, the second row of figures.
    book = workbook({"Districts": rows(GERSAU, HOEFE, country=COUNTRY)}, formats={"F6": r"\(##0\)"})
    status = tidy(book).set_index(["place", "group"])["status"]
    assert status["0502", "education:low"] == "unreliable"
    assert status["0502", "education:tertiary"] == "observed"
    assert status["SZ", "education:low"] == "observed"  # 300 of 700 is less than half


def test_a_canton_mostly_unreliable_is_unreliable(workbook):
    book = workbook({"Districts": rows(GERSAU, HOEFE, country=COUNTRY)}, formats={"F7": r"\(##0\)"})
    status = tidy(book).set_index(["place", "group"])["status"]
    assert status["SZ", "education:low"] == "unreliable"  # 400 of 700


def test_a_hidden_district_hides_its_canton(workbook):
    hidden = line(502.0, "SZ", "X", 800.0, 700.0)
    frame = tidy(workbook({"Districts": rows(hidden, HOEFE, country=COUNTRY)}))
    low = frame[frame["group"] == "education:low"].set_index("place")
    assert low.loc[["0502", "SZ"], "status"].tolist() == ["suppressed", "suppressed"]
    assert low.loc[["0502", "SZ"], ["value", "se", "low", "high"]].isna().all(axis=None)
    assert low.loc["CH", "value"] == 700


@pytest.mark.parametrize(
    "country",
    [[3901.0, *COUNTRY[1:]], [3900.0, 1.0, 701.0, *COUNTRY[3:]]],
)
def test_sums_that_do_not_meet_are_refused(workbook, country):
    with pytest.raises(SourceError, match="differ from the published"):
        tidy(workbook({"Districts": rows(GERSAU, HOEFE, country=country)}))


def test_an_unknown_sign_is_refused(workbook):
    odd = line(502.0, "SZ", 300.0, 800.0, 700.0)
    odd[5] = "(300)"
    with pytest.raises(SourceChangedError, match=r"F6 holds '\(300\)'"):
        tidy(workbook({"Districts": rows(odd, HOEFE, country=COUNTRY)}))


def test_renamed_headings_are_refused(workbook):
    renamed = [["ISCED" if cell == "Tertiary level" else cell for cell in row] for row in HEADS]
    with pytest.raises(SourceChangedError, match="no row of headings"):
        tidy(workbook({"Districts": [*renamed, GERSAU]}))


@pytest.fixture(scope="session")
def official(mirror):
    folder = mirror / "bfs_education" / "2020-2022"
    return tidy(folder / "su-e-40.02.15.08.05-2022.xlsx")


@pytest.mark.mirror
def test_official_flags_are_those_of_ten_cells(official):
    # The formats of F and G in rows 37, 55, 69, 72 and 74: five districts, low education.
    marked = official[official["status"] == "unreliable"]
    assert marked["place"].tolist() == ["0502", "1103", "1401", "1404", "1406"]
    assert set(marked["group"]) == {"education:low"}
    assert set(official["status"]) == {"observed", "unreliable"}  # no X in this edition


@pytest.mark.mirror
def test_cantons_sum_to_the_published_country(official):
    value = official.set_index(["place_level", "place", "group"])["value"]
    for group in ("total", "education:low", "education:secondary", "education:tertiary"):
        cantons = value["canton"].xs(group, level="group").sum()
        assert cantons == pytest.approx(value["country", "CH", group], abs=0.5)


@pytest.mark.mirror
def test_baseline_of_education_is_the_official_one(official, embedded, same):
    kept = official[official["place_level"].isin(["country", "canton"])]
    same(kept, embedded("education"), "education")
