"""STATATLAS maps: the right map, the right year, the right borders."""

import pytest

from divide.errors import BadAnswerError, FactsError
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
