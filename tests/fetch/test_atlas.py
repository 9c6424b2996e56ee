"""STATATLAS maps and the Map Explorer: the right map, the right year, each value its place."""

import json

import pytest

from divide.errors import BadAnswerError, FactsError, SourceChangedError
from divide.fetch import atlas

# Two rows of map 27862: population of cantons at the end of 2023.
HEADER = (
    '"GEO_ID";"GEO_NAME";"VARIABLE";VALUE;"UNIT";"STATUS";"STATUS_DESC";"DESC_VAL";"PERIOD_REF";'
    '"SOURCE";"LAST_UPDATE";"GEOM_CODE";"GEOM";"GEOM_PERIOD";"MAP_ID";"MAP_URL"\n'
)
ROW = (
    '"{id}";"{name}";"Einwohner";{value};"E";"A";"Normaler Wert";"";"2023-12-31";"BFS";'
    '"2024-07-24";"kant";"Kantone";"2022-01-01";"27862";"x"\n'
)
MAP = (
    HEADER
    + ROW.format(id=1, name="Zürich", value=1605508)
    + ROW.format(id=2, name="Bern", value=1063533)
)


@pytest.fixture
def statatlas(service):
    return {"kind": "atlas", "url": f"{service.url}/csv", "map": 27862}


@pytest.mark.parametrize(("language", "number"), [("de", 131), ("fr", 132)])
def test_a_map_comes_in_its_language(service, statatlas, policy, tmp_path, language, number):
    service.on(f"/csv/27862_{number}.csv", MAP)
    found = atlas.fetch(statatlas | {"language": language}, tmp_path, policy)
    assert found.files["main"].read_text("utf-8") == MAP
    assert found.files["main"].name == f"27862_{language}.csv"
    assert (found.edition, found.register_date) == ("2024-07-24", "2022-01-01")


def test_another_language_is_not_asked(service, statatlas, policy, tmp_path):
    with pytest.raises(FactsError, match="speaks de and fr, not it"):
        atlas.fetch(statatlas | {"language": "it"}, tmp_path, policy)
    assert service.calls == []


@pytest.mark.parametrize(
    "body",
    [
        MAP.replace('"27862"', '"27864"'),
        MAP.replace('"2022-01-01"', '"2023-01-01"', 1),
        MAP.replace('"2023-12-31"', '"2022-12-31"', 1),
    ],
)
def test_another_map_or_two_editions_are_refused(service, statatlas, policy, tmp_path, body):
    service.on("/csv/27862_131.csv", body)
    with pytest.raises(BadAnswerError, match="Map 27862 was asked"):
        atlas.fetch(statatlas, tmp_path, policy)
    assert list(tmp_path.glob("*.csv")) == []


def test_a_renamed_column_is_refused(service, statatlas, policy, tmp_path):
    service.on("/csv/27862_131.csv", MAP.replace("VALUE", "WERT"))
    with pytest.raises(BadAnswerError, match="VALUE"):
        atlas.fetch(statatlas, tmp_path, policy)


@pytest.fixture
def explorer(service):
    values = {
        "nivgeo": "polg2024_01_01",
        "indic": {"c_id_indicateur": "sozialhilfeempf"},
        "distribution": {"values": [3.1, -9999, 2.4]},
    }
    places = {"territories": {"codgeo": ["261", "351", "5586"], "libgeo": ["Z", "B", "L"]}}
    service.on("/GC_indic.php", {"content": values})
    service.on("/GC_refdata.php", {"content": places})
    return {
        "kind": "atlas",
        "url": service.url,
        "indicator": "sozialhilfeempf",
        "dataset": "ch_13_01",
        "view": "map179",
        "year": 2022,
    }


def test_values_and_places_are_kept_as_received(service, explorer, policy, tmp_path):
    found = atlas.fetch(explorer, tmp_path, policy)
    values, places = (json.loads(found.files[one].read_bytes()) for one in ("values", "places"))
    paired = atlas.pair(
        values["content"]["distribution"]["values"], places["content"]["territories"]["codgeo"]
    )
    assert paired == {"261": 3.1, "351": None, "5586": 2.4}
    assert (found.edition, found.register_date) == ("2022", "2024-01-01")
    assert found.notes[0] == "2 values in borders polg2024_01_01."


def test_the_year_is_not_percent_encoded(service, explorer, policy, tmp_path):
    """Encoded, the filter is not seen, and another year answers without a word."""
    atlas.fetch(explorer, tmp_path, policy)
    indic, refdata = service.calls
    assert indic.raw_query == (
        "indic=sozialhilfeempf&dataset=ch_13_01&view=map179&lang=de&obs=main&filters=annee=2022"
    )
    assert refdata.raw_query == "nivgeo=polg2024_01_01&extent=ch&lang=de&obs=main"


@pytest.mark.parametrize("year", ["2022/23", "2020-2022", "22"])
def test_a_year_that_would_be_ignored_is_not_asked(service, explorer, policy, tmp_path, year):
    with pytest.raises(FactsError, match="four digits"):
        atlas.fetch(explorer | {"year": year}, tmp_path, policy)
    assert service.calls == []


def change(service, **more):
    content = json.loads(json.dumps(service.replies["/GC_indic.php"]["content"]))
    service.on("/GC_indic.php", {"content": content | more})


def test_a_list_of_another_length_is_refused(service, explorer, policy, tmp_path):
    change(service, distribution={"values": [3.1, -9999]})
    with pytest.raises(SourceChangedError, match="2 values for 3 places"):
        atlas.fetch(explorer, tmp_path, policy)


def test_groups_are_checked_each(service, explorer, policy, tmp_path):
    change(service, distribution={"values": {"m": [1, 2, 3], "f": [-9999, 2, 3]}})
    assert atlas.fetch(explorer, tmp_path, policy).notes[0].startswith("5 values")
    change(service, distribution={"values": {"m": [1, 2, 3], "f": [2, 3]}})
    with pytest.raises(SourceChangedError):
        atlas.fetch(explorer, tmp_path, policy)


def test_nothing_but_missing_values_is_refused(service, explorer, policy, tmp_path):
    change(service, distribution={"values": [-9999, -9999, -9999]})
    with pytest.raises(BadAnswerError, match="no value for any place"):
        atlas.fetch(explorer, tmp_path, policy)


@pytest.mark.parametrize("more", [{"indic": {"c_id_indicateur": "staendigepop"}}, {"nivgeo": ""}])
def test_another_indicator_is_refused(service, explorer, policy, tmp_path, more):
    change(service, **more)
    with pytest.raises(BadAnswerError, match="sozialhilfeempf was asked"):
        atlas.fetch(explorer, tmp_path, policy)


def test_a_place_named_twice_is_refused():
    with pytest.raises(SourceChangedError, match="names a place twice"):
        atlas.pair([1, 2], ["261", "261"])


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("statatlas_27862_pop_cantons_2023_de.csv", ("2024-07-24", "2022-01-01")),
        ("statatlas_27864_pop_communes_2023_de_head80.csv", ("2024-08-08", "2023-01-01")),
    ],
)
def test_the_recorded_maps_pass(service, statatlas, policy, tmp_path, recorded, name, days):
    body, number = (recorded / "statatlas" / name).read_bytes(), name.split("_")[1]
    service.on(f"/csv/{number}_131.csv", body)
    found = atlas.fetch(statatlas | {"map": number}, tmp_path, policy)
    assert found.files["main"].read_bytes() == body
    assert (found.edition, found.register_date) == days
