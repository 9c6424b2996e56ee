"""Key figures of communes: shares, counts, and what is withheld."""

import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.key_figures import tidy_key_figures, tidy_list

HEADS = [
    "Code commune", "Commune", "Habitants", "Variation en %", "Etrangers en %", "0-19 ans",
    "20-64 ans", "65 ans ou plus", "Ménages privés", "Taille moyenne des ménages en personnes",
    "Taux d'aide sociale",
]  # fmt: skip
YEARS = ["", "", 2019, "2010-2019", *[2019] * 7]
# Aeugst am Albis is real (BFS, je-f-21.03.01); the other commune and the country are made up so
# that 1981 + 19 = 2000 residents and 848 + 8 = 856 households.
COUNTRY = ["", "Suisse", 2000, 9.4, 25.3, 20.0, 61.4, 18.6, 856, 2.3, 3.2]
AEUGST = [
    1, "Aeugst am Albis", 1981, 8.6, 14.1847551742, 19.7879858657, 62.1908127208, 18.0212014134,
    848, 2.3242924528, 1.01,
]  # fmt: skip
SMALL = [2, "Small", 19, 0, 0, 0, 100, 0, 8, 2.375, "X"]
END = [["", ""], ["Etat des communes: 01.01.2021", ""]]


@pytest.fixture
def write(workbook):
    def put(*rows):
        return workbook({"T21.3.1": [["Portraits"], HEADS, YEARS, [""], *rows, *END]})

    return put


def test_a_commune_has_its_figures(write):
    rows = tidy_key_figures(write(COUNTRY, AEUGST, SMALL), edition="2021")
    schemas.check(rows, "commune_key_figures")
    assert len(rows) == 3 * 8
    found = rows[rows["place"] == "0001"].set_index(["indicator", "group"])
    assert found.loc[("residents", "total"), "value"] == 1981
    assert found.loc[("residents_share", "age:65_plus"), "value"] == 0.180212014134
    assert found.loc[("social_assistance_share", "total"), "value"] == 0.0101
    assert set(found["register_date"]) == {"2021-01-01"} and set(found["year"]) == {2019}
    # Row 6 of the sheet, third column.
    assert found.loc[("residents", "total"), "cell"] == "C6"


def test_the_communes_are_one_more_list(write):
    rows = tidy_list(write(COUNTRY, AEUGST, SMALL), edition="2021")
    assert rows[["place", "name"]].to_numpy().tolist() == [
        ["0001", "Aeugst am Albis"],
        ["0002", "Small"],
    ]
    assert set(rows["register_date"]) == {"2021-01-01"}


def test_what_is_protected_stays_a_row(write):
    rows = tidy_key_figures(write(COUNTRY, AEUGST, SMALL), edition="2021")
    small = rows[(rows["place"] == "0002") & (rows["indicator"] == "social_assistance_share")]
    assert list(small["status"]) == ["suppressed"] and small["value"].isna().all()


def test_sums_that_do_not_meet_are_refused(write):
    with pytest.raises(SourceError, match="residents: -19"):
        tidy_key_figures(write(COUNTRY, AEUGST, [2, "Small", 0, *SMALL[3:]]), edition="2021")
    with pytest.raises(SourceError, match="ages"):
        tidy_key_figures(write(COUNTRY, AEUGST, [*SMALL[:5], 1, *SMALL[6:]]), edition="2021")


@pytest.mark.parametrize("sign", ["*", "", "()"])
def test_an_unknown_sign_is_named(write, sign):
    with pytest.raises(SourceChangedError, match="cell K7"):
        tidy_key_figures(write(COUNTRY, AEUGST, [*SMALL[:10], sign]), edition="2021")


def test_a_lost_heading_is_named(workbook):
    heads = ["Habitants X" if one == "Habitants" else one for one in HEADS]
    path = workbook({"T21.3.1": [heads, YEARS, COUNTRY, AEUGST, SMALL, *END]})
    with pytest.raises(SourceChangedError, match="0 columns 'Habitants'"):
        tidy_key_figures(path, edition="2021")


@pytest.mark.mirror
def test_the_official_file(mirror):
    path = mirror / "bfs_commune_key_figures" / "2021" / "je-f-21.03.01.xlsx"
    rows = tidy_key_figures(path, edition="2021")
    assert rows["place"].nunique() == 2172 + 1
    # BFS: 480 of 2,172 rates of social assistance are "X"; 8,606,033 residents at the end of
    # 2019, 3,811,306 private households (the same as in cc-e-01.02.02.02).
    assert (rows["status"] == "suppressed").sum() == 480
    country = rows[rows["place"] == "CH"].set_index(["indicator", "group"])["value"]
    assert country[("residents", "total")] == 8_606_033
    assert country[("private_households", "total")] == 3_811_306
