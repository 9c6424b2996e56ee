"""Households' access: places, groups, years, and the embedded default."""

import pandas as pd
import pytest

from divide import catalog, paths, schemas
from divide.errors import SourceChangedError
from divide.tidy.connectivity import GROUPS, INDICATORS, tidy_household_access

SUPPRESSED = '"....." "....." "....." "....."'
NO_ROW = '"...." "...." "...." "...."'
NAMES = {
    "place": "Sprachgebiet",
    "size": "Haushaltsgrösse",
    "finances": "Subjektive finanzielle Situation des Haushalts",
}
# BFS, px-x-1604000000_101, edition 2021-12-15.
CELLS = {
    "IACCCH/0/0/0/2021": "3647712 31023 96.2 0.8",
    "IACCCH/3/0/0/2021": "155476 7161 94 3.8",
    "IACCCH/0/0/4/2021": "201993 35413 94.5 4.1",
    "IACCCH/3/4/4/2021": SUPPRESSED,
    "IACCCH/0/4/0/2021": NO_ROW,  # made up: the official file has no such sign
    "IACCCH/0/0/0/2014": "2845823 47513 82.6 1.4",
    "IDKPCCH/0/0/0/2014": "1635995 70902 47.5 2.1",
}


@pytest.fixture
def cube(survey_cube):
    def write(groups=GROUPS, attributes=INDICATORS):
        cells = {key: cell for key, cell in CELLS.items() if key.split("/")[0] in attributes}
        return survey_cube(
            "px-x-1604000000_101", attributes, NAMES, groups, cells, unit="Haushalte"
        )

    return write


@pytest.fixture
def rows(cube):
    return tidy_household_access(cube(), edition="2021-12-15")


def test_a_language_region_is_a_place_not_a_group(rows, at):
    italian = at(rows, "IACCCH/3/0/0/2021")
    assert (italian["place_level"], italian["place"]) == ("language_region", "it")
    assert italian["group"] == "total"
    country = at(rows, "IACCCH/0/0/4/2021")
    assert (country["place_level"], country["place"]) == ("country", "CH")
    assert country["group"] == "finances:very_difficult"
    assert at(rows, "IACCCH/3/4/4/2021")["group"] == "finances:very_difficult|size:4_plus"


def test_published_values_are_kept(rows, at):
    row = at(rows, "IACCCH/3/0/0/2021")
    # 94.0 ± 3.8 % of households, 155476 ± 7161 of them; 1.96 half-widths to one error.
    assert (row["value"], row["low"], row["high"]) == (0.94, 0.902, 0.978)
    assert row["se"] == pytest.approx(0.038 / 1.96, rel=1e-4)
    assert row["count"] == 155476
    assert row["count_se"] == pytest.approx(7161 / 1.96, rel=1e-4)


def test_a_suppressed_cell_keeps_its_row_and_an_impossible_one_has_none(rows, at):
    suppressed = at(rows, "IACCCH/3/4/4/2021")
    assert suppressed["status"] == "suppressed"
    assert suppressed[["value", "se", "low", "high", "count"]].isna().all()
    assert "IACCCH/0/4/0/2021" not in set(rows["cell"])


def test_a_year_in_which_nobody_was_asked_has_no_row(rows):
    desktop = rows[rows["indicator"] == "household_desktop"]
    assert set(desktop["year"]) == {2014}
    # 4 places × 5 sizes × 5 finances in 2014; one cell typed, the others not asked.
    assert desktop["status"].value_counts().to_dict() == {"missing": 99, "observed": 1}


def test_a_moved_category_is_refused(cube):
    moved = GROUPS | {"size": GROUPS["size"] | {"4": ("4_plus", "5+-Personenhaushalt")}}
    with pytest.raises(SourceChangedError, match=r"size was .*4\+.*, is .*5\+"):
        tidy_household_access(cube(moved), edition="2021-12-15")


def test_a_lost_attribute_is_named(cube):
    kept = [code for code in INDICATORS if code != "BBFIXCH"]
    with pytest.raises(SourceChangedError, match="attribute BBFIXCH is gone"):
        tidy_household_access(cube(attributes=kept), edition="2021-12-15")


def test_the_facts_know_every_indicator_by_its_code():
    facts = catalog.facts("indicators")
    declared = {
        entry["code"]: name
        for name, entry in facts.items()
        if entry.get("source") == "bfs_ict_access"
    }
    assert declared == INDICATORS


@pytest.mark.mirror
def test_the_embedded_default_equals_the_official_file(mirror):
    path = mirror / "bfs_ict_access" / "2021-12-15" / "px-x-1604000000_101.px"
    rows = tidy_household_access(path, edition="2021-12-15")
    text = {column: "str" for column in rows.columns if rows[column].dtype == "str"}
    baseline = pd.read_csv(paths.baseline() / "household_access.csv", dtype=text)
    pd.testing.assert_frame_equal(baseline, rows, check_exact=True)
    schemas.check(rows, "household_access")


@pytest.mark.mirror
def test_published_golden_values(mirror, at):
    path = mirror / "bfs_ict_access" / "2021-12-15" / "px-x-1604000000_101.px"
    rows = tidy_household_access(path, edition="2021-12-15")
    # BFS, household internet access 2021, %: Switzerland 96.2 ± 0.8, Italian-speaking
    # region 94.0 ± 3.8, very difficult finances 94.5 ± 4.1.
    golden = {
        "IACCCH/0/0/0/2021": (0.962, 0.954, 0.970),
        "IACCCH/3/0/0/2021": (0.940, 0.902, 0.978),
        "IACCCH/0/0/4/2021": (0.945, 0.904, 0.986),
    }
    for cell, expected in golden.items():
        assert tuple(at(rows, cell)[["value", "low", "high"]]) == expected
    # Finances were not crossed before 2019: told as missing, never as 0.
    before = rows[rows["group"].str.contains("finances") & (rows["year"] < 2019)]
    assert set(before["status"]) == {"missing"}
