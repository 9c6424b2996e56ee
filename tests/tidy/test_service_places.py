"""Places of one day from the register's service: equal to the list laid down as a workbook."""

import pandas as pd
import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.places import tidy_places
from divide.tidy.service_places import read_levels, tidy_service_places
from divide.tidy.spreadsheets import read_rows

# Real communes of 1 January 2024; historical codes of districts and communes are made up
# but for 10078 and 16080.
SNAPSHOT = (
    "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name,ShortName\n"
    "1,1,12.09.1848,,1,,Zürich,ZH\n"
    "10078,106,12.09.1848,,2,1,Bezirk Horgen,Horgen\n"
    "16080,295,01.01.2018,,3,10078,Horgen,Horgen\n"
    "10,10,12.09.1848,,1,,Fribourg / Freiburg,FR\n"
    "10105,1005,12.09.1848,,2,10,District du Lac / Bezirk See,See / Lac\n"
    "30001,2275,01.01.2022,,3,10105,Murten,Murten\n"
    "30002,2254,01.01.2017,,3,10105,Courtepin,Courtepin\n"
)
HEAD = (
    "HistoricalCode,BfsCode,Name,CantonId,Canton,DistrictId,District,REGCH,STALAN2020,"
    "GDETYP2012_9,GDETYP2020_9,SPRGEB2020\n"
)
ROWS = (
    "16080,295,Horgen,1,Zürich,10078,Bezirk Horgen,4,1,99,11,1\n"
    "30001,2275,Murten,10,Fribourg / Freiburg,10105,See,2,1,99,13,1\n"
    "30002,2254,Courtepin,10,Fribourg / Freiburg,10105,See,2,2,99,21,2\n"
)


@pytest.fixture
def write(tmp_path):
    def put(text, name):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        return path

    return put


@pytest.fixture
def tidy(write):
    def made(snapshot=SNAPSHOT, levels=HEAD + ROWS):
        return tidy_service_places(
            write(snapshot, "snapshot.csv"),
            write(levels, "levels.csv"),
            register_date="2026-01-01",
            edition="2026-01-01",
            source="bfs_commune_register",
        )

    return made


def test_every_level_stands_in_one_table(tidy):
    frame = tidy()
    schemas.check(frame, "places")
    assert frame["place_level"].value_counts().to_dict() == {
        "canton": 26, "major_region": 7, "language_region": 4, "commune": 3, "district": 2,
        "country": 1,
    }  # fmt: skip
    assert set(frame["register_date"]) == {"2026-01-01"}
    assert set(frame["source"]) == {"bfs_commune_register"}


def test_a_district_has_its_number_not_its_historical_code(tidy):
    found = tidy().set_index(["place_level", "place"])
    horgen = found.loc[("commune", "0295")]
    told = ["canton", "district", "major_region", "language_region", "typology_9", "urban_rural"]
    # Of two bases of a typology the newer counts: 11, not 99.
    assert horgen[told].tolist() == ["ZH", "0106", "4", "de", "11", "1"]
    lake = found.loc[("district", "1005")]
    assert (lake["name"], lake["canton"]) == ("See / Lac", "FR")
    # Its communes speak German and French, so the district has no language.
    assert pd.isna(lake["language_region"])


def test_the_recorded_columns_are_enough(write):
    """Nine of 29 columns were recorded: then the major region is its canton's, facts say."""
    head = "HistoricalCode,BfsCode,Name,CantonId,Canton,DistrictId,District,DEGURB2021,SPRGEB2020\n"
    text = head + "10597,101,Steinmaur,1,Zürich,10080,Bezirk Dielsdorf,2,1\n"
    row = read_levels(write(text, "levels.csv")).iloc[0]
    assert row[["place", "canton", "language_region", "major_region"]].tolist() == [
        "0101", "ZH", "de", "4",
    ]  # fmt: skip
    assert row[["typology_9", "urban_rural"]].isna().all()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (",11,1\n", ",11,9\n"),  # a fifth language
        ("SPRGEB2020", "SPRACHE"),
        ("Horgen,4,1", "Horgen,5,1"),  # Zurich in Eastern Switzerland
        ("30002,2254", "30002,2275"),  # twice
    ],
)
def test_what_is_unknown_is_refused(write, old, new):
    with pytest.raises(SourceChangedError, match="communes twice, or in an unknown"):
        read_levels(write((HEAD + ROWS).replace(old, new), "levels.csv"))


def test_answers_of_two_days_are_refused(tidy):
    with pytest.raises(SourceError, match="different communes: 2254"):
        tidy(snapshot=SNAPSHOT.replace("30002,2254,01.01.2017,,3,10105,Courtepin,Courtepin\n", ""))
    with pytest.raises(SourceError, match="lacks the district of Horgen"):
        tidy(snapshot=SNAPSHOT.replace("10078,106", "10079,106"))


@pytest.mark.mirror
def test_the_recorded_excerpt_is_read(recorded):
    row = read_levels(recorded / "agvch" / "agvch_levels_excerpt.csv").iloc[0]
    assert (row["place"], row["language_region"]) == ("0101", "de")


@pytest.mark.mirror
def test_workbook_and_service_make_the_same_places(mirror, tidy):
    """All communes of 1 January 2024, written as the service answers."""
    path = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    rows = [row for row in read_rows(path)[3:] if row[0] != ""]
    states, levels = [], []
    for district in {int(row[4]): row[5] for row in rows}.items():
        states.append([10000 + district[0], district[0], "", "", 2, "", *2 * [district[1]]])
    for row in rows:
        number, canton, district = int(row[0]), int(row[2]), 10000 + int(row[4])
        states.append([20000 + number, number, "", "", 3, district, *2 * [row[1]]])
        classes = [row[6], row[12], 99, row[13], row[17]]
        levels.append([20000 + number, number, row[1], canton, row[3], district, row[5], *classes])

    def text(head, lines):
        return head + "".join(",".join(map(_quoted, line)) + "\n" for line in lines)

    asked = tidy(text(SNAPSHOT.partition("\n")[0] + "\n", states), text(HEAD, levels))
    file = tidy_places(path, register_date="2024-01-01", edition="2024-01-01")
    same = [name for name in file if name not in ("register_date", "source", "edition")]
    pd.testing.assert_frame_equal(asked[same], file[same])


def _quoted(cell):
    return f'"{cell}"' if "," in str(cell) else str(cell)
