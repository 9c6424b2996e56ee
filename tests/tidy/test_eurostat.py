"""Eurostat's skills and regional access: one unit, flags kept, the same from either form."""

import json

import pandas as pd
import pytest

from divide import schemas
from divide.errors import SourceChangedError
from divide.tidy.eurostat import tidy_regional_access, tidy_skills

HEAD = "DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
START = "ESTAT:ISOC_R_IACC_H(1.0),25/06/26 23:00:00,A"
# Eurostat, isoc_r_iacc_h, updated 2026-06-25; the withheld row is made up.
ACCESS = [
    ("PC_HH", "CH04", 2025, "99.19", ""),
    ("PC_HH", "CH05", 2017, "93.74", "b"),
    ("PC_HH", "CH05", 2025, "100.00", ""),
    ("PC_HH", "CH07", 2025, "", "u"),
]


def cube(dimensions, cells, flags):
    """Write JSON-stat 2.0: dimension → codes, and cells by their codes."""
    sizes = [len(codes) for codes in dimensions.values()]

    def flat(key):
        found = 0
        for code, codes in zip(key, dimensions.values(), strict=True):
            found = found * len(codes) + codes.index(code)
        return str(found)

    return {
        "version": "2.0",
        "class": "dataset",
        "id": list(dimensions),
        "size": sizes,
        "dimension": {
            name: {"category": {"index": {code: i for i, code in enumerate(codes)}}}
            for name, codes in dimensions.items()
        },
        "value": {flat(key): value for key, value in cells.items()},
        "status": {flat(key): flag for key, flag in flags.items()},
    }


@pytest.fixture
def write(tmp_path):
    def put(content, name):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return put


def as_csv(rows):
    return HEAD + "".join(f"{START},{','.join(map(str, row))},\n" for row in rows)


def as_json(rows):
    dimensions = {
        "freq": ["A"],
        "unit": ["PC_HH"],
        "geo": ["CH04", "CH05", "CH07"],
        "time": ["2017", "2025"],
    }
    keys = {("A", unit, geo, str(year)): (value, flag) for unit, geo, year, value, flag in rows}
    cells = {key: float(value) for key, (value, _) in keys.items() if value}
    return cube(dimensions, cells, {key: flag for key, (_, flag) in keys.items() if flag})


def test_regions_are_the_major_regions(write):
    rows = tidy_regional_access(write(as_csv(ACCESS), "a.csv"), edition="2026-06-25")
    schemas.check(rows, "regional_access")
    found = rows.set_index(["place", "year"])
    # 99.19 % of households in CH04, the region of Zurich, which the office numbers 4.
    assert found.loc[("4", 2025), "value"] == 0.9919
    assert set(rows["place_level"]) == {"major_region"}
    assert found.loc[("5", 2017), "flag"] == "b"
    assert found.loc[("5", 2017), "status"] == "observed"
    # Unreliable and empty: Eurostat has a figure and withholds it.
    assert found.loc[("7", 2025), "status"] == "suppressed"
    assert found["value"].isna().tolist() == [False, False, False, True]


def test_both_forms_give_equal_numbers(write):
    from_csv = tidy_regional_access(write(as_csv(ACCESS), "a.csv"), edition="x")
    from_json = tidy_regional_access(write(as_json(ACCESS), "a.json"), edition="x")
    pd.testing.assert_frame_equal(from_csv, from_json)


@pytest.mark.parametrize(
    "rows", [[("PC_IND", "CH04", 2025, "9", "")], [("PC_HH", "AT11", 2025, "9", "")]]
)
def test_another_unit_or_no_swiss_region_is_refused(write, rows):
    with pytest.raises(SourceChangedError, match=r"unit PC_HH|no figure of Switzerland"):
        tidy_regional_access(write(as_csv(rows), "a.csv"), edition="x")


@pytest.mark.parametrize("value", ["n/a", "-"])
def test_an_odd_value_is_refused(write, value):
    with pytest.raises(SourceChangedError, match="odd values"):
        tidy_regional_access(write(as_csv([("PC_HH", "CH04", 2025, value, "")]), "a.csv"),
                             edition="x")  # fmt: skip


SKILLS = {
    "freq": ["A"],
    "indic_is": ["I_DSK2_BAB", "I_DSK2_AB", "I_DSK2_X"],
    "unit": ["PC_IND", "PC_IND_IU3"],
    "ind_type": ["IND_TOTAL", "Y55_74", "Y25_64"],
    "geo": ["EU27_2020", "CH", "DE"],
    "time": ["2023", "2025"],
}
# Eurostat, isoc_sk_dskl_i21: Switzerland 78.01 % in 2025 (2023: 77.52), aged 55 to 74 64.67 %,
# above basic 45.47 %; the Union 60.40 %. The other rows are not wanted.
CELLS = {
    ("A", "I_DSK2_BAB", "PC_IND", "IND_TOTAL", "CH", "2025"): 78.01,
    ("A", "I_DSK2_BAB", "PC_IND", "IND_TOTAL", "CH", "2023"): 77.52,
    ("A", "I_DSK2_BAB", "PC_IND", "Y55_74", "CH", "2025"): 64.67,
    ("A", "I_DSK2_AB", "PC_IND", "IND_TOTAL", "CH", "2025"): 45.47,
    ("A", "I_DSK2_BAB", "PC_IND", "IND_TOTAL", "EU27_2020", "2025"): 60.40,
    ("A", "I_DSK2_BAB", "PC_IND_IU3", "IND_TOTAL", "CH", "2025"): 99.0,
    ("A", "I_DSK2_BAB", "PC_IND", "Y25_64", "CH", "2025"): 99.0,
    ("A", "I_DSK2_X", "PC_IND", "IND_TOTAL", "CH", "2025"): 99.0,
    ("A", "I_DSK2_BAB", "PC_IND", "IND_TOTAL", "DE", "2025"): 99.0,
}


def test_skills_of_one_unit_and_known_groups(write):
    flags = {("A", "I_DSK2_BAB", "PC_IND", "Y55_74", "CH", "2025"): "bu"}
    rows = tidy_skills(write(cube(SKILLS, CELLS, flags), "a.json"), edition="2026")
    schemas.check(rows, "international_skills")
    found = rows.set_index(["indicator", "group", "place", "year"])
    basic, above = "eurostat_basic_digital_skills", "eurostat_above_basic_digital_skills"
    assert found["value"].to_dict() == {
        (basic, "total", "CH", 2025): 0.7801, (basic, "total", "CH", 2023): 0.7752,
        (basic, "age:55_74", "CH", 2025): 0.6467, (above, "total", "CH", 2025): 0.4547,
        (basic, "total", "EU", 2025): 0.604,
    }  # fmt: skip
    old = found.loc[(basic, "age:55_74", "CH", 2025)]
    assert (old["flag"], old["status"]) == ("bu", "unreliable")


def test_skills_without_switzerland_are_refused(write):
    cells = {key: value for key, value in CELLS.items() if key[4] != "CH"}
    with pytest.raises(SourceChangedError, match="no figure of Switzerland"):
        tidy_skills(write(cube(SKILLS, cells, {}), "a.json"), edition="x")


@pytest.mark.mirror
def test_the_recorded_answer(recorded):
    path = recorded / "eurostat" / "isoc_r_iacc_h_sdmx_excerpt.csv"
    rows = tidy_regional_access(path, edition="2026-06-25")
    schemas.check(rows, "regional_access")
    # 23 rows, two of Austria's AT11; CH01 to CH03 are not in the excerpt.
    assert len(rows) == 21 and set(rows["place"]) == {"4", "5", "6", "7"}
    latest = rows[rows["year"] == 2025].set_index("place")["value"].to_dict()
    assert latest == {"4": 0.9919, "5": 1.0, "6": 0.9788, "7": 0.9796}
    assert (rows["flag"] == "b").sum() == 3
