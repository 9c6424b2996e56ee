"""Private households by canton and size: read by heading, summed, and placed."""

import pytest

from divide import catalog, schemas, terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.households import tidy_households

HEADS = [
    ["cc-e-01.02.02.02", "Private households by canton and household size, 2020"],
    ["Canton", "Total", "Number of households", "", "", "", "", "", "Average size"],
    ["", "", "1-person households", "2-person households", "3-person households",
     "4-person households", "5-person households", "6-person or larger households", ""],
]  # fmt: skip
# Names as the file writes them; each canton has 21 households: 1 + 2 + 3 + 4 + 5 + 6.
ODD = {"SG": "St.Gallen", "AR": "Appenzell A.Rh.", "AI": "Appenzell I.Rh."}
NAMES = [ODD.get(one.id, one.name["en"]) for one in catalog.cantons().values()]
SIZES = [1, 2, 3, 4, 5, 6]


def sheet(changes=None, extra=()):
    """Type a sheet: 26 times 21 households make the country's 546."""
    rows = [["Switzerland", 546, *(26 * n for n in SIZES), 2.2]]
    rows += [[name, 21, *SIZES, 2.2] for name in NAMES]
    for name, column, value in changes or ():
        next(row for row in rows if row[0] == name)[column] = value
    return [*HEADS, *rows, *extra, ["Basis: Permanent resident population", "", ""]]


@pytest.fixture
def rows(workbook):
    # The sheet of 2011 counts otherwise ("Total 1") and is not read.
    path = workbook({"2020": sheet(), "2019": sheet(), "2011": [["Total 1"]]})
    return tidy_households(path, edition="2020-12-31")


def test_a_row_for_each_place_size_and_year(rows):
    assert len(rows) == 27 * 7 * 2
    schemas.check(rows, "households")
    vaud = rows[(rows["place"] == "VD") & (rows["year"] == 2019)]
    assert vaud.set_index("group")["value"].to_dict() == {
        "total": 21, "size:1": 1, "size:2": 2, "size:3": 3,
        "size:4": 4, "size:5": 5, "size:6_plus": 6,
    }  # fmt: skip
    assert set(vaud["register_date"]) == {"2019-12-31"}
    # Vaud is the 22nd canton, Switzerland stands in row 4: row 26, column B for the total.
    assert vaud.set_index("group").loc["total", "cell"] == "2019!B26"


@pytest.mark.parametrize(
    ("change", "told"),
    [(("Vaud", 2, 2), "sizes: .*VD"), (("Switzerland", 1, 547), "CH: -1")],
)
def test_sums_that_do_not_meet_are_refused(workbook, change, told):
    path = workbook({"2020": sheet([change])})
    with pytest.raises(SourceError, match=told):
        tidy_households(path, edition="2020-12-31")


def test_sums_of_cantons_must_meet_the_country(workbook):
    # One household more in Vaud, in its total and its size: its own sum is right.
    path = workbook({"2020": sheet([("Vaud", 1, 22), ("Vaud", 2, 2)])})
    with pytest.raises(SourceError, match=r"cantons: .*size:1: \+1"):
        tidy_households(path, edition="2020-12-31")


@pytest.mark.parametrize("value", ["()", "X", "", True])
def test_a_sign_is_no_number(workbook, value):
    path = workbook({"2020": sheet([("Vaud", 3, value)])})
    with pytest.raises(SourceChangedError, match="cell D26"):
        tidy_households(path, edition="2020-12-31")


def test_an_unknown_canton_is_named(workbook):
    path = workbook({"2020": sheet([("Vaud", 0, "Waadt")])})
    with pytest.raises(SourceChangedError, match="Waadt"):
        tidy_households(path, edition="2020-12-31")


def test_a_file_without_a_known_year_is_refused(workbook):
    path = workbook({"2011": sheet()})
    with pytest.raises(SourceChangedError, match="no sheet named after a year"):
        tidy_households(path, edition="2020-12-31")


@pytest.mark.mirror
def test_published_totals(mirror):
    path = mirror / "bfs_households" / "2020-12-31" / "cc-e-01.02.02.02.xlsx"
    rows = tidy_households(path, edition="2020-12-31")
    assert len(rows) == 27 * 7 * 9
    country = rows[(rows["place"] == terms.COUNTRY) & (rows["year"] == 2020)]
    # BFS, cc-e-01.02.02.02: 3,867,390 private households at the end of 2020, 1,408,288 of one.
    found = country.set_index("group")["value"]
    assert (found["total"], found["size:1"]) == (3_867_390, 1_408_288)
