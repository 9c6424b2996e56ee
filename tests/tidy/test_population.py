"""Residents: sums that meet, ghosts that are named, groups that are whole."""

import json

import pandas as pd
import pytest

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy import population, population_groups, population_structure
from divide.tidy.places import read_cantons, read_regions, tidy_places

# Two districts of one canton and one commune each of the others: what a file needs at least.
DAY = "2024-01-01"


def small_places():
    """Make a register: communes 0001 and 0002 in ZH, one commune in each other canton."""
    rows = [("0001", "ZH", "0101", "de"), ("0002", "ZH", "0102", "de")]
    for number, canton in enumerate(terms.CANTONS[1:], start=2):
        region = "fr" if canton in ("VD", "GE") else "de"
        rows.append((f"{number:02d}50", canton, f"{number:02d}01", region))
    frame = pd.DataFrame(rows, columns=["place", "canton", "district", "language_region"])
    return frame.assign(place_level="commune", register_date=DAY)


def small_cube(*, ghost=0, zurich=30, nowhere=0, extra=None):
    """
    List labels and residents as STAT-TAB does: 10 + 20 in ZH, 100 in each other canton.

    The country has 30 + 25 × 100 = 2530 residents.
    """
    cells = [("Switzerland", 2530), ("- Zürich", zurich), (">> Bezirk Affoltern", 10)]
    cells += [("......0001 Aeugst am Albis", 10), ("......4505 Neukirch an der Thur", ghost)]
    cells += [(">> Bezirk Andelfingen", 20), ("......0002 Affoltern am Albis", 20)]
    for number, canton in enumerate(terms.CANTONS[1:], start=2):
        cells += [(f"- {canton}", 100), (f">> District {canton}", 100)]
        cells += [(f"......{number:02d}50 Place", 100)]
    return [*cells, *(extra or []), ("No indication", nowhere)]


@pytest.fixture
def cube(tmp_path):
    def write(cells, components=("Population on 1 January",)):
        place = "Kanton (-) / Bezirk (>>) / Gemeinde (......)"
        names = [label for label, _ in cells]
        dimension = {
            "id": ["Jahr", place, "Demografische Komponente"],
            "size": [1, len(cells), len(components)],
            "Jahr": _category(["2024"], codes=["2024"]),
            place: _category(names),
            "Demografische Komponente": _category(components),
        }
        values = [value for _, value in cells for _ in components]
        path = tmp_path / "cube.json"
        document = {"dataset": {"dimension": dimension, "value": values, "label": "Balance"}}
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write


def _category(labels, codes=None):
    codes = codes or [str(i) for i in range(len(labels))]
    index = {code: i for i, code in enumerate(codes)}
    return {
        "label": "x",
        "category": {"index": index, "label": dict(zip(codes, labels, strict=True))},
    }


def test_places_are_found_in_labels_and_districts_by_their_communes(cube):
    frame = population.tidy_population(cube(small_cube()), small_places(), edition=DAY)
    value = frame.set_index("place")["value"]
    assert value["CH"] == 2530
    assert value["ZH"] == 30
    assert value["0101"] == 10 and value["0102"] == 20  # numbers stand in no label
    assert value["0002"] == 20
    assert frame["year"].unique().tolist() == [2024]
    assert frame.set_index("place").loc["0001", "cell"] == "2024/3/0"


def test_ghosts_are_parted_and_kept(cube):
    places = small_places()
    frame = population.tidy_population(cube(small_cube()), places, edition=DAY)
    living, ghosts = population.split_ghosts(frame, places)
    assert ghosts["place"].tolist() == ["4505"]
    assert ghosts["value"].tolist() == [0.0]
    assert len(living) + len(ghosts) == len(frame)
    assert "4505" not in set(living["place"])


def test_an_inhabited_place_outside_the_register_is_no_ghost(cube):
    cells = small_cube(ghost=3, zurich=33)
    cells[0], cells[2] = ("Switzerland", 2533), (">> Bezirk Affoltern", 13)
    frame = population.tidy_population(cube(cells), small_places(), edition=DAY)
    with pytest.raises(SourceError, match=r"not in the register: \['4505'\]"):
        population.split_ghosts(frame, small_places())


def test_a_commune_without_a_row_is_named(cube):
    places = small_places()
    frame = population.tidy_population(cube(small_cube()), places, edition=DAY)
    with pytest.raises(SourceError, match=r"without a row: \['0250'\]"):
        population.split_ghosts(frame[frame["place"] != "0250"], places)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (small_cube(zurich=31), r"cantons: .*CH: \+1"),  # 2531 in cantons, 2530 published
        (small_cube(ghost=1), r"communes: .*ZH: \+1"),  # 31 in communes, 30 in ZH
        (small_cube(nowhere=5), "residents of no canton"),
    ],
)
def test_sums_that_do_not_meet_are_named(cube, cells, told):
    with pytest.raises(SourceError, match=told):
        population.tidy_population(cube(cells), small_places(), edition=DAY)


def test_labels_of_no_level_are_refused(cube):
    with pytest.raises(SourceChangedError, match="no known level: Zürich"):
        population.tidy_population(
            cube(small_cube(extra=[("Zürich", 1)])), small_places(), edition=DAY
        )


def test_a_query_of_more_than_totals_is_refused(cube):
    path = cube(small_cube(), components=("Population on 1 January", "Births"))
    with pytest.raises(SourceChangedError, match="Choose the totals"):
        population.tidy_population(path, small_places(), edition=DAY)


def test_a_register_of_another_order_is_refused(cube):
    places = small_places()
    places.loc[places["place"] == "0002", "canton"] = "BE"
    with pytest.raises(SourceError, match="not those of the register"):
        population.tidy_population(cube(small_cube()), places, edition=DAY)


def test_language_regions_sum_to_the_country(cube):
    places = small_places()
    frame = population.tidy_population(cube(small_cube()), places, edition=DAY)
    living, _ = population.split_ghosts(frame, places)
    regions = population.tidy_language_regions(living, places)
    country = regions[regions["place"] == "CH"].set_index("group")["value"]
    # VD and GE have 100 residents each; all others speak German: 2530 - 200.
    assert country.to_dict() == {"language_region:de": 2330.0, "language_region:fr": 200.0}
    assert regions["value"].sum() == 2 * 2530


def citizenship_rows(*, zurich=30.0):
    """Make the rows of the export: 30 residents in ZH, of whom 20 are Swiss, 100 elsewhere."""
    heads = [*[""] * 8, "Citizenship - total", "Switzerland", "Italy", "Stateless"]
    rows = [["Permanent and non permanent resident population"], [""], heads]
    first = True
    for code, label, total, swiss in [
        ("8100", "Switzerland", 2530.0, 2020.0),
        ("ZH", "- Zürich", zurich, 20.0),
        ("000101", ">> Bezirk Affoltern", zurich, 20.0),
        ("0001", "......0001 Aeugst am Albis", zurich, 20.0),
        *[
            row
            for n, canton in enumerate(terms.CANTONS[1:], start=2)
            for row in (
                (canton, f"- {canton}", 100.0, 80.0),
                (f"00{n:02d}01", f">> District {canton}", 100.0, 80.0),
                (f"{n:02d}50", f"......{n:02d}50 Place", 100.0, 80.0),
            )
        ],
        ("-9", "No indication", 0.0, 0.0),
    ]:
        year = ["2023", "2023"] if first else ["", ""]
        birth = ["-99999", "Place of birth - total"]
        rows.append([*year, code, label, "1", "Permanent", *birth, total, swiss, 5.0, 1.0])
        rows.append([*[""] * 4, "2", "Non permanent", *birth, 7.0, 0.0, 7.0, 0.0])
        first = False
    notes = "Reference day: 31 December\nSpatial reference: communes / 01.01.2023\nSource"
    return [*rows, [""], [notes]]


def test_foreign_is_the_total_less_switzerland(workbook):
    path = workbook({"cube": citizenship_rows()})
    frame = population_groups.tidy_citizenship(path, edition="2023-12-31")
    zurich = frame[frame["place"] == "ZH"].set_index("group")["value"]
    # 30 permanent residents, 20 Swiss; the 7 non-permanent ones are not counted.
    assert zurich.to_dict() == {
        "total": 30.0,
        "citizenship:swiss": 20.0,
        "citizenship:foreign": 10.0,
    }
    assert set(frame["register_date"]) == {"2023-01-01"}
    assert set(frame["year"]) == {2023}
    assert set(frame["place_level"]) == {"country", "canton", "commune"}


def test_citizens_that_do_not_sum_are_named(workbook):
    path = workbook({"cube": citizenship_rows(zurich=31.0)})
    with pytest.raises(SourceError, match=r"total, cantons.*CH: \+1"):
        population_groups.tidy_citizenship(path, edition="2023-12-31")


def age_csv(path, cells):
    lines = ["canton_id,sex,age_group,persons", *(",".join(map(str, cell)) for cell in cells)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def age_cells():
    return [(c, s, a, 10) for c in terms.CANTONS for s in "fm" for a in ("0-9", "80+")]


def test_age_and_sex_are_summed_up(tmp_path):
    path = age_csv(tmp_path / "age.csv", age_cells())
    frame = population_groups.tidy_age(path, edition="2018-12-31")
    value = frame.set_index(["place", "group"])["value"]
    assert value["VD", "age:80_plus|sex:f"] == 10
    assert value["VD", "age:80_plus"] == 20
    assert value["VD", "sex:f"] == 20
    assert value["CH", "age:0_9|sex:m"] == 260  # 26 cantons of 10
    assert value["CH", "total"] == 26 * 40


@pytest.mark.parametrize("cells", [age_cells()[:-1], [*age_cells(), age_cells()[0]]])
def test_age_classes_missing_or_twice_are_refused(tmp_path, cells):
    with pytest.raises(SourceError, match="not crossed in full"):
        population_groups.tidy_age(age_csv(tmp_path / "age.csv", cells), edition="2018-12-31")


def test_a_missing_age_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.csv is missing"):
        population_groups.tidy_age(tmp_path / "gone.csv", edition="2018-12-31")


# Residents of each canton in the small sheet: total, ages, sexes, citizenships.
PERSONS = [100.0, 20.0, 60.0, 20.0, 49.0, 51.0, 75.0, 25.0]


def structure_rows(**changed):
    """Make a sheet by year: 100 residents a canton, regions and country as sums."""
    odd = {"SG": "St. Gallen", "AR": "Appenzell A. Rh.", "AI": "Appenzell I. Rh."}
    cantons = read_cantons()
    rows = {odd.get(i, n): PERSONS for i, n in zip(cantons["id"], cantons["name_en"], strict=True)}
    for _, region in read_regions().query("level == 'major_region'").iterrows():
        members = cantons["major_region"].tolist().count(region["id"])
        rows[region["name_en"]] = [members * persons for persons in PERSONS]
    rows["Zurich"] = rows["Ticino"] = PERSONS  # a region of one canton stands once
    country = {"Switzerland": [26 * persons for persons in PERSONS]}
    heads = [
        ["Structure of the permanent resident population by canton, on 31.12.2020"],
        ["", "Total", "Age", "", "", "Sex", "", "Citizenship", ""],
        ["", "", "0–19", "20–64", "65 and over", "Male", "Female", "Swiss", "Foreigner"],
    ]
    figures = country | rows | changed
    return [*heads, *([name, *persons] for name, persons in figures.items()), ["1 Break"]]


def test_structure_keeps_cantons_and_country(workbook):
    path = workbook({"2020": structure_rows()})
    frame = population_structure.tidy_structure(path, edition="2020-12-31")
    assert len(frame) == 27 * 8
    value = frame.set_index(["place", "group"])["value"]
    assert value["AR", "age:65_plus"] == 20
    assert value["CH", "citizenship:foreign"] == 26 * 25
    assert frame.iloc[0]["cell"].startswith("2020!")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"Vaud": [101.0, *PERSONS[1:]]}, r"Lake Geneva region: \+1"),
        ({"Vaud": [100.0, 21.0, *PERSONS[2:]]}, r"Lake Geneva region: \+1"),
        ({"Romandie": PERSONS}, "Places by another name.*Romandie"),
    ],
)
def test_structure_that_does_not_sum_is_refused(workbook, changed, told):
    path = workbook({"2020": structure_rows(**changed)})
    with pytest.raises(SourceError, match=told):
        population_structure.tidy_structure(path, edition="2020-12-31")


def test_a_year_without_a_sheet_is_refused(workbook):
    path = workbook({"2020": structure_rows()})
    with pytest.raises(SourceChangedError, match="no sheet '2021'"):
        population_structure.tidy_structure(path, edition="2021-12-31")


@pytest.fixture(scope="session")
def official(mirror):
    """Read the official files once: places, population of all levels, and ghosts."""
    places = tidy_places(
        mirror / "bfs_communes" / DAY / "niveaux_geographiques_communes.xlsx",
        register_date=DAY,
        edition=DAY,
    )
    path = mirror / "bfs_population" / DAY / "px-x-0102020000_201.json"
    frame = population.tidy_population(path, places, edition=DAY)
    return places, *population.split_ghosts(frame, places)


@pytest.mark.mirror
def test_official_residents_meet_the_published_total(official):
    _, living, ghosts = official
    # 8,962,258 residents: the total that BFS published for 31 December 2023.
    assert living.loc[living["place"] == "CH", "value"].tolist() == [8_962_258.0]
    by_level = living.groupby("place_level")["value"].sum()
    assert set(by_level) == {8_962_258.0}
    assert living["place_level"].value_counts().to_dict() == {
        "commune": 2131,
        "district": 143,
        "canton": 26,
        "country": 1,
    }
    assert ghosts["place"].tolist() == ["4505", "4670", "4695"]


@pytest.mark.mirror
def test_official_groups_meet_published_totals(mirror):
    age = _age(mirror)
    structure = population_structure.tidy_structure(_structure_path(mirror), edition="2018-12-31")
    totals = [frame.set_index(["place", "group"])["value"] for frame in (age, structure)]
    # 8,544,527 residents: published for 31 December 2018; two files, cantons by sex too.
    assert totals[0]["CH", "total"] == 8_544_527
    for group in ("total", "sex:f", "sex:m"):
        for place in ("CH", *terms.CANTONS):
            assert totals[0][place, group] == totals[1][place, group]


@pytest.mark.mirror
@pytest.mark.parametrize("year", range(2010, 2021))
def test_every_year_of_the_structure_closes(mirror, year):
    frame = population_structure.tidy_structure(_structure_path(mirror), edition=f"{year}-12-31")
    assert len(frame) == 27 * 8


@pytest.mark.mirror
def test_baseline_of_population_is_the_official_one(mirror, official, embedded, same):
    places, living, _ = official
    path = next((mirror / "bfs_population_citizenship" / "2023-12-31").glob("*.xlsx"))
    parts = [
        living,
        population.tidy_language_regions(living, places),
        population_groups.tidy_citizenship(path, edition="2023-12-31"),
        _age(mirror),
        population_structure.tidy_structure(_structure_path(mirror), edition="2020-12-31"),
    ]
    frame = pd.concat(parts)
    kept = frame[frame["place_level"].isin(["country", "canton"])]
    same(kept, embedded("population"), "population")


@pytest.mark.mirror
def test_first_language_region_of_a_canton_holds_most_residents(official):
    places, living, _ = official
    regions = population.tidy_language_regions(living, places).query("place_level == 'canton'")
    ordered = regions.sort_values("value", ascending=False).groupby("place")["group"].agg(list)
    facts = read_cantons().set_index("id")["language_regions"].str.split(";")
    for canton, groups in ordered.items():
        assert [group.removeprefix("language_region:") for group in groups] == facts[canton]


def _age(mirror):
    path = mirror / "bfs_population_age" / "2018-12-31" / "population_age10_canton_2018.csv"
    return population_groups.tidy_age(path, edition="2018-12-31")


def _structure_path(mirror):
    return mirror / "bfs_population_structure" / "2020-12-31" / "je-e-01.02.03.04.xlsx"
