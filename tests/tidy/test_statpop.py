"""Flows of residents and households: codes of places and ages, totals, dimensions not pinned."""

import json

import pandas as pd
import pytest

from divide import schemas, terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.flows import age_class, slug
from divide.tidy.geo_codes import check_cantons, place_of
from divide.tidy.overviews import tidy_asylum_assistance, tidy_poverty
from divide.tidy.statpop import (
    tidy_language_regions,
    tidy_persons_in_households,
    tidy_private_households,
    tidy_statpop,
)


@pytest.fixture
def write(tmp_path):
    def put(names, *rows, year=2025):
        """Write a flow: the names of its dimensions, then rows of their codes and a value."""
        text = ",".join(["DATAFLOW", *names, "FREQ", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"])
        for *codes, value in rows:
            text += "\n" + ",".join(["F", *map(str, codes), "A", str(year), str(value), "A"])
        path = tmp_path / "flow.csv"
        path.write_text(text + "\n", encoding="utf-8-sig")
        return path

    return put


STATPOP = ["GEO", "SEX", "ZIVL", "AGE5"]


@pytest.mark.parametrize(
    ("code", "numbers", "place"),
    [
        ("261", "commune", ("commune", "0261")),
        ("1", "commune", ("commune", "0001")),
        ("1", "canton", ("canton", "ZH")),
        ("26", "canton", ("canton", "JU")),
        ("3", "language_region", ("language_region", "it")),
        ("JU", "commune", ("canton", "JU")),
        ("8100", "commune", ("country", "CH")),
        ("8100", "canton", ("country", "CH")),
        ("_T", "canton", ("country", "CH")),
        ("B_101", "commune", ("district", "0101")),
        ("CH05", "commune", ("major_region", "5")),
    ],
)
def test_a_code_is_one_place(code, numbers, place):
    assert place_of(code, numbers=numbers) == place


@pytest.mark.parametrize(
    ("code", "numbers"),
    [("27", "canton"), ("0", "commune"), ("10000", "commune"), ("XX", "commune"), ("", "commune"),
     ("5", "language_region"), ("CH08", "commune")],
)  # fmt: skip
def test_an_unknown_code_is_no_place(code, numbers):
    with pytest.raises(SourceChangedError, match="no known code of a place"):
        place_of(code, numbers=numbers)


@pytest.mark.parametrize(
    ("code", "word"),
    [("Y0T4", "0_4"), ("Y00T04", "0_4"), ("65-69", "65_69"), ("Y_GE90", "90_plus"),
     ("90+", "90_plus"), ("Y17", "17"), ("_T", "total"), ("-99999", "total")],
)  # fmt: skip
def test_ages_are_written_alike(code, word):
    assert age_class(code) == word


@pytest.mark.parametrize("code", ["old", "", "_O", "Y"])
def test_an_unknown_age_is_refused(code):
    with pytest.raises(SourceChangedError, match="age class"):
        age_class(code)


def test_any_code_becomes_part_of_a_key():
    assert [slug(code) for code in ("_T", "6+", "HH 1")] == ["total", "6_plus", "hh_1"]


def test_residents_by_age_leave_sexes_out(write):
    path = write(
        STATPOP,
        ("261", "_T", "_T", "_T", 30), ("261", "_T", "_T", "Y0T4", 10),
        ("261", "_T", "_T", "Y_GE5", 20), ("261", "F", "_T", "_T", 16),
    )  # fmt: skip
    rows = tidy_statpop(path, edition="2025", register_date="2025-01-01")
    schemas.check(rows, "population_age")
    assert rows.set_index("group")["value"].to_dict() == {
        "total": 30, "age:0_4": 10, "age:5_plus": 20,
    }  # fmt: skip
    assert set(rows["place"]) == {"0261"} and set(rows["register_date"]) == {"2025-01-01"}


def test_ages_must_sum_to_their_total(write):
    path = write(STATPOP, ("261", "_T", "_T", "_T", 30), ("261", "_T", "_T", "Y0T4", 10))
    with pytest.raises(SourceError, match="age classes of STATPOP"):
        tidy_statpop(path, edition="2025")


def test_cantons_must_sum_to_the_country(write):
    cantons = [(one, "_T", "_T", "_T", 10) for one in terms.CANTONS]
    good = write(STATPOP, ("8100", "_T", "_T", "_T", 260), *cantons)
    assert len(tidy_statpop(good, edition="2025")) == 27
    bad = write(STATPOP, ("8100", "_T", "_T", "_T", 261), *cantons)
    with pytest.raises(SourceChangedError, match="do not sum to the country"):
        tidy_statpop(bad, edition="2025")


def test_a_place_given_twice_is_refused(write):
    path = write(STATPOP, *[("261", "_T", "_T", "_T", 30)] * 2)
    with pytest.raises(SourceError, match="twice"):
        tidy_statpop(path, edition="2025")


def test_language_regions_are_places(write):
    names = ["POPULATION_TYPE", "REG_LING", "NATIONALITY_CATEGORY", "SEX", "AGE"]
    path = write(names, ("1", "_T", "_T", "_T", "_T", 9), ("1", "2", "_T", "_T", "_T", 3),
                 ("1", "2", "_T", "1", "_T", 1))  # fmt: skip
    rows = tidy_language_regions(path, edition="2025")
    schemas.check(rows, "population_age")
    assert rows.set_index("place")["value"].to_dict() == {"CH": 9, "fr": 3}


def test_other_populations_are_not_permanent_residents(write):
    names = ["POPULATION_TYPE", "REG_LING", "NATIONALITY_CATEGORY", "SEX", "AGE"]
    both = [("1", "2", "_T", "_T", "_T", 3), ("2", "2", "_T", "_T", "_T", 4)]
    rows = tidy_language_regions(write(names, *both), edition="2025")
    assert rows.set_index("place")["value"].to_dict() == {"fr": 3}
    with pytest.raises(SourceChangedError, match="holds no row"):
        tidy_language_regions(write(names, both[1]), edition="2025")


def test_households_by_size(write):
    path = write(["GEO", "HH_SIZE"], ("261", "_T", 9), ("261", "1", 5), ("261", "6+", 4))
    rows = tidy_private_households(path, edition="2025")
    schemas.check(rows, "private_households")
    assert rows.set_index("group")["value"].to_dict() == {
        "total": 9, "size:1": 5, "size:6_plus": 4,
    }  # fmt: skip


def test_persons_in_households_by_age_and_size(write):
    names = ["GEO", "SEX", "AGE_GROUP", "HH_SIZE"]
    path = write(names, ("8100", "_T", "65+", "1", 5), ("8100", "1", "65+", "1", 2))
    rows = tidy_persons_in_households(path, edition="2025")
    schemas.check(rows, "private_households")
    assert list(rows["group"]) == ["age:65_plus|size:1"] and list(rows["value"]) == [5]


def test_what_is_not_found_is_named(write):
    with pytest.raises(SourceChangedError, match=r"has 0 dimensions like .*it has: GEO, ROOMS"):
        tidy_private_households(write(["GEO", "ROOMS"], ("261", "1", 5)), edition="2025")


def test_a_dimension_without_a_total_is_not_summed(write):
    path = write(["GEO", "HH_SIZE", "KIND"], ("261", "1", "a", 5), ("261", "1", "b", 6))
    with pytest.raises(SourceChangedError, match="KIND has 2 codes and no total"):
        tidy_private_households(path, edition="2025")


def test_overviews_stay_as_published(write):
    path = write(["INDIC", "UNIT_MEASURE"], ("POV60", "PC", 8.1), ("POV60", "PS", 700))
    rows = tidy_poverty(path, edition="2025")
    schemas.check(rows, "poverty")
    assert rows.set_index("group")["value"].to_dict() == {
        "indic:pov60|unit_measure:pc": 8.1, "indic:pov60|unit_measure:ps": 700,
    }  # fmt: skip
    assert set(rows["place"]) == {"CH"}


def test_cantons_of_the_asylum_flow_are_numbers(write):
    path = write(["KT", "COURSE"], ("1", "_T", 5), ("26", "ENTRY", 6))
    rows = tidy_asylum_assistance(path, edition="2025")
    schemas.check(rows, "asylum_assistance")
    assert rows.set_index("place")["group"].to_dict() == {"ZH": "total", "JU": "course:entry"}


def test_cantons_do_not_pass_for_the_country(write):
    with pytest.raises(SourceChangedError, match="KANTONE, COURSE cannot be told apart"):
        tidy_asylum_assistance(write(["KANTONE", "COURSE"], ("1", "_T", 5)), edition="2025")
    with pytest.raises(SourceChangedError, match="AGE, AGE5 cannot be told apart"):
        tidy_poverty(write(["AGE", "AGE5"], ("_T", "Y0T4", 5)), edition="2025")


def test_sums_are_only_asked_where_all_is_shown(write):
    rows = tidy_statpop(write(STATPOP, ("8100", "_T", "_T", "_T", 9), ("ZH", "_T", "_T", "_T", 1)),
                        edition="2025")  # fmt: skip
    check_cantons(rows, ["group", "year"])  # 25 cantons are not shown: nothing can be said
    assert len(rows) == 2


@pytest.mark.mirror
def test_the_recorded_answer(recorded):
    path = recorded / "stats_swiss" / "statpop_DF_STATPOP_GEO_SEX_ZIVL_AGE5_sample.csv"
    rows = tidy_statpop(path, edition="2025")
    schemas.check(rows, "population_age")
    # BFS, permanent residents on 31 December 2025.
    found = rows.set_index("place")["value"]
    assert found[["CH", "ZH", "5586", "0001"]].tolist() == [9_127_125, 1_632_918, 145_596, 2_003]
    assert len(rows) == 8


PLACES = {"8100": "Schweiz", "ZH": "- Zürich", "D": ">> Bezirk Zürich", "261": "......0261 Zürich"}
PLACES |= {"GE": "- Genève", "6621": "......6621 Genève"}
PLACE = "Kanton (-) / Bezirk (>>) / Gemeinde (......)"
# Invented residents by single year of age, of the communes; all others are their sums.
AGES = {"261": {0: 3, 4: 2, 5: 1, 99: 4, 100: 2}, "6621": {0: 1, 5: 5, 100: 1}}


def by_age(code):
    """Sum the communes below a place: the country has both, a canton its own."""
    below = {"8100": ["261", "6621"], "GE": ["6621"], "6621": ["6621"]}.get(code, ["261"])
    return {age: sum(AGES[one].get(age, 0) for one in below) for age in range(101)}


@pytest.fixture
def cube(tmp_path):
    """Return a function that writes the cube of STAT-TAB as PxWeb answers it."""

    def put(change=None):
        ages = ["-99999", *map(str, range(101))]
        axes = {
            "Jahr": {"2025": "2025"},
            PLACE: PLACES,
            "Bevölkerungstyp": {"1": "Ständige Wohnbevölkerung"},
            "Staatsangehörigkeit (Kategorie)": {"-99999": "Total"},
            "Geschlecht": {"-99999": "Total"},
            "Alter": dict(zip(ages, ages, strict=True)),
        }
        counts = [[sum(by_age(code).values()), *by_age(code).values()] for code in PLACES]
        answer = {
            "id": list(axes),
            "size": [len(one) for one in axes.values()],
            "dimension": {
                name: {"category": {"index": list(codes), "label": codes}}
                for name, codes in axes.items()
            },
            "value": [count for row in counts for count in row],
            "updated": "2026-08-27T06:30:00Z",
        }
        if change:
            change(answer)
        path = tmp_path / "px-x-0102010000_101.json"
        path.write_text(json.dumps(answer), "utf-8")
        return path

    return put


def test_both_channels_tell_the_same_residents(cube, write):
    """The flow has classes of five years; the cube single years, and no numbers of districts."""
    rows = []
    for code in ("8100", "ZH", "261", "GE", "6621"):
        single = by_age(code)
        classes = {f"Y{n}T{n + 4}": sum(single[n + k] for k in range(5)) for n in range(0, 100, 5)}
        classes |= {"Y_GE100": single[100], "_T": sum(single.values())}
        rows += [(code, "_T", "_T", age, count) for age, count in classes.items()]
    kept = ["indicator", "group", "place_level", "place", "year", "value", "status"]
    flow = tidy_statpop(write(STATPOP, *rows), edition="2025")[kept]
    other = tidy_statpop(cube(), edition="2025")
    schemas.check(other, "population_age")
    pd.testing.assert_frame_equal(flow, other[kept])
    found = other.set_index(["place", "group"])["value"]
    # 3 + 2 of Zurich and 1 of Geneva; 2 and 1 of a hundred and over.
    assert (found["CH", "age:0_4"], found["CH", "age:100_plus"], found["CH", "total"]) == (6, 3, 19)
    assert set(other["table"]) == {"px-x-0102010000_101"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one["value"].__setitem__(1, None), "leaves residents of some places out"),
        (lambda one: one["value"].__setitem__(3, 99), "age classes"),
        (lambda one: rename(one, "Geschlecht", "Sexe"), "Expected: Jahr"),
        (lambda one: label(one, "D", "Bezirk Zürich"), "no known place"),
        (lambda one: label(one, "ZH", "Zürich"), "no known place"),
    ],
)
def test_a_cube_of_another_shape_is_refused(cube, change, told):
    with pytest.raises(SourceError, match=told):
        tidy_statpop(cube(change), edition="2025")


def test_a_dimension_that_is_not_pinned_is_refused(cube):
    def loosen(one):
        one["dimension"]["Geschlecht"]["category"] = {"index": ["1", "2"]}
        one["size"][4] = 2
        one["value"] = one["value"] * 2

    with pytest.raises(SourceChangedError, match="Geschlecht should be pinned"):
        tidy_statpop(cube(loosen), edition="2025")


def rename(one, old, new):
    one["id"] = [new if name == old else name for name in one["id"]]
    one["dimension"][new] = one["dimension"].pop(old)


def label(one, code, words):
    one["dimension"][PLACE]["category"]["label"][code] = words
