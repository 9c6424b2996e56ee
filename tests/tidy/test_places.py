"""The commune register and the facts of cantons and regions."""

import pandas as pd
import pytest

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy import places

# Three header rows of the register; the columns between the needed ones stand for the
# rest, and the versions of code lists are those of 2024.
HEADS = [
    ["", "", "", "", "", "", "Grandes régions de la Suisse", "", "", "", ""],
    [
        "Numéro de la commune",
        "Nom de la commune",
        "N° du canton",
        "Canton",
        "Numéro du district",
        "Nom du district",
        "Grandes régions de la Suisse",
        "Typologie urbain-rural",
        "Typologie des communes (9 types)",
        "Typologie des communes (25 types)",
        "Régions linguistiques",
    ],
    [
        *[""] * 6,
        "CH1+CL_REGCH+2011.2",
        "CH1+CL_STALAN+2012.1",
        "CH1+CL_GDET9+2012.1",
        "CH1+CL_GDET25+2012.1",
        "CH1+CL_SPRGEB+2011.2",
    ],
]
# Real rows of 1 January 2024: Murten (de) and Courtepin (fr) share the district See / Lac.
AEUGST = [1.0, "Aeugst am Albis", 1.0, "ZH", 101.0, "Affoltern", "4", "3", "23", "237", "1"]
MURTEN = [2275.0, "Murten", 10.0, "FR", 1005.0, "See / Lac", "2", "1", "13", "137", "1"]
COURTEPIN = [2254.0, "Courtepin", 10.0, "FR", 1005.0, "See / Lac", "2", "2", "21", "216", "2"]
SAYS = (
    "Niveaux géographiques en date du 01.01.2024 basés sur l'état officiel en date du 01.01.2024."
)


def register(workbook, *rows, says=f"{SAYS} (3\xa0enregistrements)"):
    return workbook({"Données": [*HEADS, *rows], "Métadonnées": [["OFS"], [says]]})


def tidy(path, day="2024-01-01"):
    return places.tidy_places(path, register_date=day, edition=day)


def test_every_level_stands_in_one_table(workbook):
    frame = tidy(register(workbook, AEUGST, MURTEN, COURTEPIN))
    assert frame["place_level"].value_counts().to_dict() == {
        "canton": 26,
        "major_region": 7,
        "language_region": 4,
        "commune": 3,
        "district": 2,  # 0101 and 1005
        "country": 1,
    }
    assert tuple(frame.columns) == places.COLUMNS
    aeugst = frame.set_index("place").loc["0001"]
    assert aeugst["name"] == "Aeugst am Albis"
    assert aeugst[["canton", "district", "major_region"]].tolist() == ["ZH", "0101", "4"]
    assert aeugst[["language_region", "typology_9", "urban_rural"]].tolist() == ["de", "23", "3"]


def test_a_district_of_two_languages_has_none(workbook):
    frame = tidy(register(workbook, AEUGST, MURTEN, COURTEPIN)).set_index("place")
    assert pd.isna(frame.loc["1005", "language_region"])
    assert frame.loc["1005", "canton"] == "FR"
    assert frame.loc["0101", "language_region"] == "de"


def test_a_register_of_another_day_is_refused(workbook):
    path = register(workbook, AEUGST, MURTEN, COURTEPIN)
    with pytest.raises(SourceError, match="of 2024-01-01, not of 2023-01-01"):
        tidy(path, "2023-01-01")


def test_a_register_cut_short_is_refused(workbook):
    with pytest.raises(SourceError, match="holds 2 communes and says 3"):
        tidy(register(workbook, AEUGST, MURTEN))


def test_a_commune_twice_is_refused(workbook):
    with pytest.raises(SourceChangedError, match=r"communes twice.*0001"):
        tidy(register(workbook, AEUGST, AEUGST, MURTEN))


def test_an_unknown_language_region_is_refused(workbook):
    odd = [*AEUGST[:-1], "9"]
    with pytest.raises(SourceChangedError, match=r"language region: 0001"):
        tidy(register(workbook, odd, MURTEN, COURTEPIN))


def test_a_missing_code_list_is_refused(workbook):
    rows = [[*row[:-1]] for row in (*HEADS, AEUGST)]
    with pytest.raises(SourceChangedError, match=r"0 columns 'CH1\+CL_SPRGEB"):
        places.tidy_register(rows, where="register")


def test_facts_of_cantons_are_whole():
    cantons = places.read_cantons()
    assert tuple(cantons["id"]) == terms.CANTONS
    assert cantons["number"].tolist() == list(range(1, 27))
    assert not cantons.isna().any(axis=None)
    for lang in terms.LANGUAGES:
        named = zip(cantons[f"name_{lang}"], cantons[f"in_{lang}"], strict=True)
        assert all(sentence.endswith(name) for name, sentence in named)
    text = cantons.to_csv()
    assert "'" not in text  # apostrophes are typographic


def test_facts_of_cantons_follow_their_grammar():
    within = places.read_cantons().set_index("id")
    assert within.loc["UR", "in_fr"] == "dans le canton d’Uri"
    assert within.loc["GR", "in_fr"] == "dans le canton des Grisons"
    assert within.loc["VS", "in_fr"] == "dans le canton du Valais"
    assert within.loc["TI", "in_it"] == "nel Cantone Ticino"
    assert within.loc["GR", "in_it"] == "nel Cantone dei Grigioni"
    pages = within.groupby("page_language").groups
    assert set(pages["fr"]) == {"FR", "GE", "JU", "NE", "VD", "VS"}
    assert list(pages["it"]) == ["TI"]


def test_tiles_hold_each_canton_once():
    tiles = pd.read_csv(places.paths.FACTS / "canton_tiles.csv")
    assert sorted(tiles["canton"]) == sorted(terms.CANTONS)
    assert not tiles.duplicated(["row", "column"]).any()
    assert tiles["row"].between(1, 6).all() and tiles["column"].between(1, 8).all()


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("day", "communes"), [("2021-07-01", 2163), ("2023-01-01", 2136), ("2024-01-01", 2131)]
)
def test_three_editions_of_the_register(mirror, day, communes):
    # Numbers of communes: what each edition says of itself.
    frame = tidy(mirror / "bfs_communes" / day / "niveaux_geographiques_communes.xlsx", day)
    assert (frame["place_level"] == "commune").sum() == communes
    assert (frame["place_level"] == "district").sum() == 143


@pytest.mark.mirror
def test_baseline_of_places_is_the_official_one(mirror, embedded, same):
    path = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    frame = tidy(path)
    without = frame[~frame["place_level"].isin(["district", "commune"])]
    same(without, embedded("places"), "places")


@pytest.mark.mirror
def test_facts_of_cantons_meet_the_register(mirror):
    path = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    frame = tidy(path)
    communes = frame[frame["place_level"] == "commune"]
    cantons = places.read_cantons().set_index("id")
    spoken = communes.groupby("canton")["language_region"].agg(set)
    assert cantons["language_regions"].str.split(";").map(set).to_dict() == spoken.to_dict()
    regions = communes.groupby("canton")["major_region"].first()
    assert cantons["major_region"].to_dict() == regions.to_dict()
