"""Persons' use of the internet: shares, groups, years, Eurostat, and the embedded default."""

import json

import pandas as pd
import pytest

from divide import catalog, paths, schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.internet_use import GROUPS, INDICATORS, tidy_international, tidy_internet_use

SUPPRESSED = '"....." "....." "....." "....."'
NAMES = {"sex": "Geschlecht", "age": "Altersklasse", "education": "Bildungsstand"}
# BFS, px-x-1604000000_106, edition 2021-12-15.
CELLS = {
    "IU3CH/0/0/0/2021": "6736024 47740 95.6 0.7",
    "IU3CH/0/3/0/2021": "1743425 45595 86.6 2.2",
    "IU3CH/0/1/3/2021": "283094 47850 99 2",
    "IU3CH/0/1/1/2021": SUPPRESSED,
    "IU3CH/0/0/0/2014": "5792463 75207 83.6 1.1",
    "SKILLS2/0/0/0/2014": "1000000 10000 20 1",  # made up
}


@pytest.fixture
def cube(survey_cube):
    def write(names=NAMES, groups=GROUPS, cells=CELLS | {"NBAP4CH/0/0/0/2021": "1 1 1 1"}):
        return survey_cube("px-x-1604000000_106", [*INDICATORS, "NBAP4CH"], names, groups, cells)

    return write


@pytest.fixture
def rows(cube):
    return tidy_internet_use(cube(), edition="2021-12-15")


@pytest.fixture
def official(mirror):
    path = mirror / "bfs_ict_skills" / "2021-12-15" / "px-x-1604000000_106.px"
    return tidy_internet_use(path, edition="2021-12-15")


@pytest.fixture
def eurostat(fixtures):
    folder = fixtures / "jsonstat"
    return folder / "eurostat_internet_use.json", folder / "eurostat_household_access.json"


def test_per_cents_become_shares_with_their_interval(rows, at):
    row = at(rows, "IU3CH/0/0/0/2021")
    # 95.6 ± 0.7 %, 6736024 ± 47740 persons; a 95 % half-width is 1.96 standard errors.
    assert (row["value"], row["low"], row["high"]) == (0.956, 0.949, 0.963)
    assert row["se"] == pytest.approx(0.007 / 1.96, rel=1e-4)
    assert row["count"] == 6736024
    assert row["count_se"] == pytest.approx(47740 / 1.96, rel=1e-4)


def test_an_interval_ends_at_one_and_its_error_does_not(rows, at):
    row = at(rows, "IU3CH/0/1/3/2021")
    # 99 ± 2 %: the interval would reach 101 %; the error stays 0.02 / 1.96.
    assert (row["low"], row["high"]) == (0.97, 1.0)
    assert row["se"] == pytest.approx(0.02 / 1.96, rel=1e-4)


def test_groups_years_and_origin(rows, at):
    row = at(rows, "IU3CH/0/1/3/2021")
    assert row["group"] == "age:15_29|education:tertiary"
    assert row[["indicator", "place_level", "place"]].tolist() == [
        "internet_use_3m",
        "country",
        "CH",
    ]
    assert row[["source", "edition", "table"]].tolist() == [
        "bfs_ict_skills",
        "2021-12-15",
        "px-x-1604000000_106",
    ]
    assert row["year"] == 2021
    assert rows["register_date"].isna().all()


def test_what_was_not_asked_that_year_has_no_row_and_other_attributes_neither(rows):
    years = rows.groupby("indicator")["year"].unique().map(sorted).to_dict()
    assert years == {"internet_use_3m": [2014, 2021], "high_internet_skills_2014": [2014]}


def test_suppressed_and_missing_are_told_apart_and_never_zero(rows, at):
    assert at(rows, "IU3CH/0/1/1/2021")["status"] == "suppressed"
    assert at(rows, "IU3CH/1/0/0/2021")["status"] == "missing"
    empty = rows[rows["status"] != "observed"]
    assert empty[["value", "se", "low", "high", "count", "count_se"]].isna().all().all()


def test_an_age_class_that_moved_under_its_code_is_refused(cube):
    moved = GROUPS | {"age": GROUPS["age"] | {"3": ("60_plus", "65 Jahre und älter")}}
    with pytest.raises(SourceChangedError, match=r"age was .*60 Jahre.*, is .*65 Jahre"):
        tidy_internet_use(cube(groups=moved), edition="2023-12-15")


def test_a_dimension_more_is_refused(cube):
    names = NAMES | {"nationality": "Nationalität"}
    groups = GROUPS | {"nationality": {"0": ("total", "Total")}}
    with pytest.raises(SourceChangedError, match="has 8 dimensions instead of 7"):
        tidy_internet_use(cube(names, groups, cells={}), edition="2023-12-15")


def test_eurostat_is_kept_to_switzerland_and_the_union(eurostat):
    rows = tidy_international(*eurostat, edition="2026").set_index(["indicator", "place", "year"])
    # Eurostat, isoc_ci_ifp_iu and isoc_ci_in_h, %: CH 98.92 in 2025; households 93.06 in 2017.
    assert rows.loc[("eurostat_internet_use_3m", "CH", 2025), "value"] == 0.9892
    assert rows.loc[("eurostat_internet_use_3m", "EU", 2021), "value"] == 0.89
    access = rows.loc[("eurostat_household_internet_access", "CH", 2017)]
    assert (access["value"], access["flag"], access["status"]) == (0.9306, "b", "observed")
    assert access["cell"] == "A/PC_HH/TOTAL/CH/2017"
    # Two places × two years of persons, one place × two years of households.
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("flag", "status"),
    [("u", "unreliable"), ("bu", "unreliable"), ("p", "provisional"), ("b", "observed")],
)
def test_eurostat_flags_become_statuses(eurostat, tmp_path, flag, status):
    use, households = eurostat
    cube = json.loads(use.read_text(encoding="utf-8")) | {"status": {"5": flag}}
    changed = tmp_path / "use.json"
    changed.write_text(json.dumps(cube), encoding="utf-8")
    rows = tidy_international(changed, households, edition="2026")
    row = rows[(rows["value"] == 0.9892)].iloc[0]
    assert (row["status"], row["flag"]) == (status, flag)


def test_the_wrong_eurostat_file_is_refused(eurostat):
    use, households = eurostat
    with pytest.raises(SourceChangedError, match="lacks the dimensions"):
        tidy_international(households, use, edition="2026")


def test_a_eurostat_file_without_switzerland_is_refused(eurostat, tmp_path):
    use, households = eurostat
    text = use.read_text(encoding="utf-8").replace('"CH"', '"NO"')
    changed = tmp_path / "use.json"
    changed.write_text(text, encoding="utf-8")
    with pytest.raises(SourceChangedError, match="no figure of Switzerland"):
        tidy_international(changed, households, edition="2026")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.px cannot be read"):
        tidy_internet_use(tmp_path / "gone.px", edition="2021-12-15")


def test_the_facts_know_every_indicator_by_its_code():
    facts = catalog.facts("indicators")
    declared = {
        entry["code"]: name
        for name, entry in facts.items()
        if entry.get("source") == "bfs_ict_skills"
    }
    assert declared == INDICATORS


def test_lacking_and_having_point_at_each_other():
    facts = catalog.facts("indicators")
    having = {name: entry["lacking"] for name, entry in facts.items() if entry.get("lacking")}
    lacking = {entry["of"]: name for name, entry in facts.items() if entry.get("of")}
    assert having == lacking
    assert "no_internet_use_3m" in lacking.values()


def test_published_rates_carry_their_publication_and_their_doubt():
    text = dict.fromkeys(("register_date", "edition", "cell", "note", "precision"), "str")
    rates = pd.read_csv(paths.baseline() / "published_rates.csv", dtype=text)
    schemas.check(rates, "published_rates")
    # The frame of the institution survey quotes one more.
    assert set(rates["source"]) | {"bfs_social_institutions"} == set(catalog.publications())
    assert rates["note"].str.endswith("to be checked against the original").all()
    assert (rates["low"].isna() == (rates["precision"] == "unknown")).all()
    shares = rates[rates["indicator"].map(lambda name: catalog.indicator(name).unit) == "share"]
    values = shares.set_index(["source", "indicator", "group", "year"])["value"].to_dict()
    # As summarised from each publication: Pro Senectute 88, 71 and 43 %; non-take-up 26.3 %
    # BE, 31 % BS, 23 % VS; homes without internet 14.6 %, charging 33.7 % of the others.
    skills = "senior_basic_digital_skills"
    claims = "social_assistance_non_take_up"
    expected = {
        ("pro_senectute_2025", skills, "age:65_74", 2025): 0.88,
        ("pro_senectute_2025", skills, "age:75_84", 2025): 0.71,
        ("pro_senectute_2025", skills, "age:85_plus", 2025): 0.43,
        ("non_take_up_be", claims, "total", 2016): 0.263,
        ("non_take_up_bs", claims, "total", 2020): 0.31,
        ("non_take_up_vs", claims, "total", 2025): 0.23,
        ("curaviva_2019", "homes_without_client_internet", "total", 2019): 0.146,
        ("curaviva_2019", "homes_charging_for_internet", "total", 2019): 0.337,
        ("digitalbarometer_2024", "no_basic_digital_skills", "education:lowest", 2024): 0.59,
        ("mekis_2016", "no_free_internet_in_care", "setting:youth_residential_care", 2016): 0.2,
    }
    assert expected.items() <= values.items()
    papers = rates[rates["source"] == "sem_2015"].iloc[0]
    # SEM 2015: 76,000 people outside the register, between 58,000 and 105,000.
    assert papers[["value", "low", "high"]].tolist() == [76000, 58000, 105000]


@pytest.mark.mirror
def test_published_golden_values(official, at):
    # BFS 2021, %: internet use 95.6, 60+ 86.6, 60+ of low education 71.3; smartphone 60+ 82.0
    # and 67.0; laptop 19.7; advanced skills 40.6, 60+ 19.4, low education 11.1.
    golden = {
        "IU3CH/0/0/0/2021": 0.956,
        "IU3CH/0/3/0/2021": 0.866,
        "IU3CH/0/3/1/2021": 0.713,
        "IUSMARTCH/0/3/0/2021": 0.820,
        "IUSMARTCH/0/3/1/2021": 0.670,
        "IUOPORCH/0/3/1/2021": 0.197,
        "DSK/0/0/0/2021": 0.406,
        "DSK/0/3/0/2021": 0.194,
        "DSK/0/0/1/2021": 0.111,
    }
    assert {cell: at(official, cell)["value"] for cell in golden} == golden
    # Advanced skills of 60+ with tertiary education: 30.7 ± 4.9.
    assert at(official, "DSK/0/3/3/2021")[["low", "high"]].tolist() == [0.258, 0.356]


@pytest.mark.mirror
def test_every_indicator_has_the_years_that_the_facts_name(official):
    years = official.groupby("indicator")["year"].unique().map(sorted).to_dict()
    facts = catalog.facts("indicators")
    assert years == {name: facts[name]["years"] for name in INDICATORS.values()}


@pytest.mark.mirror
def test_counts_add_up_over_the_sexes(official):
    used = official[(official["indicator"] == "internet_use_3m") & (official["year"] == 2021)]
    counts = used.set_index("group")["count"]
    # The survey's weights are additive; each count is rounded to a person.
    assert counts["sex:m"] + counts["sex:f"] == pytest.approx(counts["total"], abs=1)


def equal_to_baseline(rows, name):
    text = {column: "str" for column in rows.columns if rows[column].dtype == "str"}
    baseline = pd.read_csv(paths.baseline() / f"{name}.csv", dtype=text)
    pd.testing.assert_frame_equal(baseline, rows, check_exact=True)
    schemas.check(rows, name)


@pytest.mark.mirror
def test_the_embedded_default_equals_the_official_file(official):
    equal_to_baseline(official, "internet_use")


@pytest.mark.mirror
def test_the_embedded_default_of_eurostat_equals_the_official_files(mirror):
    rows = tidy_international(
        mirror / "eurostat_internet_use" / "2026" / "raw_isoc_ci_ifp_iu.json",
        mirror / "eurostat_household_access" / "2026" / "raw_isoc_ci_in_h.json",
        edition="2026",
    )
    equal_to_baseline(rows, "international")
    # Eurostat, %: households of Switzerland 90.63, 93.06 b, 95.51, 98.67, 99.66, 98.99.
    access = rows[(rows["place"] == "CH") & rows["indicator"].str.contains("household")]
    assert access["value"].tolist() == [0.9063, 0.9306, 0.9551, 0.9867, 0.9966, 0.9899]
    assert access["flag"].fillna("").tolist() == ["", "b", "", "", "", ""]
