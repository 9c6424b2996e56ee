"""Nursing homes, and older people who live in none."""

import re

import pandas as pd
import pytest

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy import homes

HEADS = [
    "Institution",
    "Strasse",
    "Ort",
    "Kanton",
    "Jahr",
    "Anzahl Plätze Langzeitaufenthalt",
    "Anzahl Plätze Kurzzeitaufenthalt",
    "Anzahl Plätze Akut- und Übergangspflege",
    "Anzahl Tage Langzeitaufenthalt",
    "Anzahl Tage Kurzzeitaufenthalt",
    "Anzahl Klienten Langzeit",
    "Anzahl Klienten Kurzzeit",
]
# Two homes of Aargau in 2019 as published, and a made-up one of Uri.
SUNNHALDE = ["Altersheim Sunnhalde", "Rebbergstrasse 18", "5417 Untersiggenthal", "AG", 2019.0]
SUNNHALDE += [74.0, 6.0, "-", 24951.0, 1930.0, 85.0, 41.0]
GOLATTI = ["Altersheim Golatti", "Golattenmattgasse 37", "5000 Aarau", "AG", 2019.0]
GOLATTI += [58.0, "-", "-", 20144.0, "-", 82.0, "-"]
MADE_UP = ["Heim Muster", "Musterweg 1", "6460 Altdorf", "UR", 2019.0]
MADE_UP += [10.0, "-", 3.0, 3650.0, "-", 12.0, "-"]


def sheet(workbook, *rows, heads=HEADS):
    return workbook({"DEUTSCH": [["Kennzahlen"], heads, *rows, ["1 Ohne Akutpflege"]]})


def test_homes_are_summed_by_canton(workbook):
    frame = homes.tidy_nursing_homes(sheet(workbook, SUNNHALDE, GOLATTI, MADE_UP), edition="2019")
    value = frame.set_index(["indicator", "place"])["value"]
    assert value["nursing_homes", "AG"] == 2
    assert value["nursing_home_places", "AG"] == 138  # 74 + 6 + 58
    assert value["nursing_home_clients_year", "AG"] == 208  # 85 + 41 + 82
    # (24951 + 1930 + 20144) / 365 = 47025 / 365
    assert value["nursing_home_occupancy", "AG"] == pytest.approx(128.835616, abs=1e-6)
    assert value["nursing_home_places", "CH"] == 148  # the 3 acute places are left out
    assert value["nursing_home_occupancy", "UR"] == 10
    assert set(frame["place"]) == {"AG", "UR", "CH"}
    assert set(frame["register_date"]) == {"2019-01-01"}


def test_homes_are_listed_one_by_one(workbook):
    frame = homes.list_nursing_homes(sheet(workbook, SUNNHALDE, GOLATTI), edition="2019")
    assert frame["name"].tolist() == ["Altersheim Sunnhalde", "Altersheim Golatti"]
    assert frame.loc[1, ["street", "town", "canton"]].tolist() == [*GOLATTI[1:4]]
    assert frame.loc[1, ["places", "clients", "days"]].tolist() == [58.0, 82.0, 20144.0]


def test_a_home_twice_is_refused(workbook):
    with pytest.raises(SourceError, match=r"homes twice or in no canton.*Golatti"):
        homes.list_nursing_homes(sheet(workbook, GOLATTI, GOLATTI), edition="2019")


def test_a_home_of_another_year_is_refused(workbook):
    with pytest.raises(SourceError, match="row 3 is of 2019"):
        homes.list_nursing_homes(sheet(workbook, GOLATTI), edition="2020")


def test_an_unknown_sign_is_refused(workbook):
    odd = [*GOLATTI[:5], "NA", *GOLATTI[6:]]
    with pytest.raises(SourceChangedError, match="row 3 holds 'NA'"):
        homes.list_nursing_homes(sheet(workbook, odd), edition="2019")


def test_a_renamed_column_is_refused(workbook):
    heads = [head.replace("Langzeitaufenthalt", "Langzeit") for head in HEADS]
    with pytest.raises(SourceChangedError, match="0 columns 'Anzahl Plätze Langzeitaufenthalt'"):
        homes.list_nursing_homes(sheet(workbook, GOLATTI, heads=heads), edition="2019")


@pytest.fixture(scope="session")
def flat_file(mirror):
    return mirror / "bag_nursing_homes" / "2019" / "2019_Flat_File_de.xlsx"


@pytest.mark.mirror
def test_official_homes_are_plausible(flat_file):
    frame = homes.tidy_nursing_homes(flat_file, edition="2019")
    value = frame.set_index(["indicator", "place"])["value"]
    assert value["nursing_homes", "CH"] == 1551  # rows of the sheet
    # Column sums of the sheet: 96,212 + 1,651 places and 127,728 + 26,483 clients.
    assert value["nursing_home_places", "CH"] == 97_863
    assert value["nursing_home_clients_year", "CH"] == 154_211
    cantons = frame[frame["place_level"] == "canton"]
    assert cantons.groupby("indicator")["place"].nunique().tolist() == [26] * 4
    occupied = value["nursing_home_occupancy"] / value["nursing_home_places"]
    assert occupied.between(0.85, 1).all()


@pytest.mark.mirror
def test_baseline_of_nursing_homes_is_the_official_one(flat_file, embedded, same):
    frame = homes.tidy_nursing_homes(flat_file, edition="2019")
    same(frame, embedded("nursing_homes"), "nursing_homes")


def test_living_arrangements_are_whole(embedded):
    frame = embedded("living_arrangements")
    value = frame.set_index(["indicator", "group", "place"])["value"]
    eighty = value["in_private_household_share", "age:80_plus"]
    older = value["in_private_household_share", "age:65_plus"]
    persons = value["persons_in_private_household", "age:80_plus"]
    cantons = list(terms.CANTONS)
    assert sorted(older.index) == sorted(persons.index) == sorted(cantons)
    assert sorted(eighty.index) == sorted([*cantons, "CH"])
    assert eighty.between(0.8, 0.95).all() and (older[cantons] > eighty[cantons]).all()
    # The country's share is the persons-weighted one of the cantons: 0.870 as published.
    everyone = persons[cantons] / eighty[cantons]
    assert persons.sum() / everyone.sum() == pytest.approx(eighty["CH"], abs=0.0005)
    assert set(frame["source"]) == {"forum_alterspolitik"}


@pytest.mark.mirror
def test_living_arrangements_are_those_of_the_method_page(mirror, embedded):
    page = mirror.parent / "METHOD.md"
    if not page.is_file():
        pytest.skip("the method page is not beside the mirror")
    pattern = r"\b([A-Z]{2}) (\d\d\.\d) \((\d\d\.\d); ([\d,]+)\)"
    found = re.findall(pattern, page.read_text(encoding="utf-8"))
    assert len(found) == 26
    frame = embedded("living_arrangements").set_index(["place", "indicator", "group"])["value"]
    told = {}
    for canton, eighty, older, persons in found:
        told[canton, "in_private_household_share", "age:80_plus"] = round(float(eighty) / 100, 6)
        told[canton, "in_private_household_share", "age:65_plus"] = round(float(older) / 100, 6)
        told[canton, "persons_in_private_household", "age:80_plus"] = float(
            persons.replace(",", "")
        )
    told["CH", "in_private_household_share", "age:80_plus"] = 0.870
    pd.testing.assert_series_equal(
        pd.Series(told).sort_index(), frame.sort_index(), check_names=False, check_exact=True
    )
