"""The broadband atlas at a point: bands, operators, and "no data", which is never 0."""

import json

import pytest

from divide.errors import BadAnswerError, FactsError, SourceChangedError
from divide.fetch import wms
from divide.fetch.wms import Reading

DOWN = "ch.bakom.downlink100"
FIBRE = "ch.bakom.anschlussart-glasfaser"
MOBILE = "ch.bakom.mobilnetz-5g"
EAST, NORTH = 2683374.0, 1247873.0  # in Zurich, as in the recorded answers


def answer(layer, *values, east=EAST, north=NORTH):
    """Write an answer in the recorded form."""
    features = [
        {
            "type": "Feature",
            "properties": {"value_0": value},
            "geometry": {"type": "Point", "coordinates": [east, north]},
        }
        for value in values
    ]
    return {"type": "FeatureCollection", "name": layer, "features": features}


def read(layer, *values, **place):
    return wms.read_answer(json.dumps(answer(layer, *values, **place)).encode(), layer, EAST, NORTH)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    # SOURCES.md, section 5: >0-10 %, >10-50 %, >50-90 %, >90-100 % of the buildings.
    [("1", 0.0, 0.1), ("2", 0.1, 0.5), ("3", 0.5, 0.9), ("4", 0.9, 1.0)],
)
def test_classes_are_bands_of_shares(value, low, high):
    assert read(DOWN, value) == Reading(DOWN, low, high, "", "observed")


@pytest.mark.parametrize(("value", "words"), [("2", "fewer_than_3"), ("3", "all_3")])
def test_mobile_layers_count_operators(value, words):
    assert read(MOBILE, value) == Reading(MOBILE, None, None, words, "observed")


@pytest.mark.parametrize("layer", [DOWN, MOBILE])
def test_an_empty_list_is_no_data_and_not_zero(layer):
    found = read(layer)
    assert (found.status, found.low, found.high) == ("missing", None, None)


@pytest.mark.parametrize(
    ("layer", "values"), [(DOWN, ["0"]), (DOWN, ["5"]), (MOBILE, ["1"]), (DOWN, ["1", "4"])]
)
def test_an_unknown_class_is_said(layer, values):
    with pytest.raises(SourceChangedError, match="Read its legend"):
        read(layer, *values)


@pytest.mark.parametrize("shift", [(300.0, 0.0), (0.0, -300.0)])
def test_an_answer_for_another_place_is_refused(shift):
    with pytest.raises(BadAnswerError, match="another place"):
        read(DOWN, "4", east=EAST + shift[0], north=NORTH + shift[1])


def test_an_answer_of_another_layer_is_refused():
    body = json.dumps(answer(FIBRE, "4")).encode()
    with pytest.raises(BadAnswerError, match="something else"):
        wms.read_answer(body, DOWN, EAST, NORTH)


@pytest.fixture
def options(service):
    service.on("/wms", lambda call: answer(call.query["LAYERS"], "3"))
    point = {"name": "office", "east": EAST, "north": NORTH}
    return {"kind": "wms", "url": f"{service.url}/wms", "layers": [DOWN, MOBILE], "points": [point]}


def test_one_layer_a_call_around_the_point(service, options, policy, tmp_path):
    found = wms.fetch(options | {"edition": "2026-04-30"}, tmp_path, policy)
    assert [call.query["QUERY_LAYERS"] for call in service.calls] == [DOWN, MOBILE]
    query = service.calls[0].query
    # 200 m to each side, and the pixel in the middle of 1000.
    assert query["BBOX"] == "2683174.00,1247673.00,2683574.00,1248073.00"
    assert (query["I"], query["J"], query["WIDTH"], query["HEIGHT"]) == (
        "500",
        "500",
        "1000",
        "1000",
    )
    assert (query["CRS"], query["INFO_FORMAT"]) == ("EPSG:2056", "application/json")
    assert set(found.files) == {f"office.{DOWN}", f"office.{MOBILE}", "points"}
    asked = json.loads(found.files["points"].read_bytes())
    assert asked == {"layers": options["layers"], "points": options["points"]}
    assert found.edition == "2026-04-30"
    body = found.files[f"office.{DOWN}"].read_bytes()
    assert wms.read_answer(body, DOWN, EAST, NORTH).high == 0.9


def test_one_point_is_read_without_a_file(options, policy):
    assert wms.read_point(options, DOWN, EAST, NORTH, policy).low == 0.5


@pytest.mark.parametrize(
    ("east", "north", "said"),
    [
        (8.54, 47.38, "Give LV95"),  # degrees
        (683374.0, 247873.0, "Give LV95"),  # the former frame, LV03
        (NORTH, EAST, "swapped"),
        (2900000.0, 1247873.0, "not in Switzerland"),
    ],
)
def test_points_elsewhere_are_not_asked(service, options, policy, tmp_path, east, north, said):
    point = {"name": "office", "east": east, "north": north}
    with pytest.raises(FactsError, match=said):
        wms.fetch(options | {"points": [point]}, tmp_path, policy)
    with pytest.raises(FactsError, match=said):
        wms.read_point(options, DOWN, east, north, policy)
    assert service.calls == []


def test_a_raster_asked_in_the_wrong_way_is_explained(service, options, policy, tmp_path):
    body = {"detail": f"No GeoTable was found for {DOWN}", "status": "error", "code": 400}
    service.on("/wms", (400, body))
    with pytest.raises(BadAnswerError, match="coverage layers are rasters"):
        wms.fetch(options, tmp_path, policy)
    with pytest.raises(BadAnswerError, match="coverage layers are rasters"):
        wms.read_point(options, DOWN, EAST, NORTH, policy)


def test_an_error_in_xml_is_no_answer(service, options, policy, tmp_path):
    service.on("/wms", "<ServiceExceptionReport><ServiceException/></ServiceExceptionReport>")
    with pytest.raises(BadAnswerError):
        wms.fetch(options, tmp_path, policy)


def test_a_point_without_a_place_is_refused(service, options, policy, tmp_path):
    with pytest.raises(FactsError, match="needs 'east' and 'north'"):
        wms.fetch(options | {"points": [{"name": "office", "east": EAST}]}, tmp_path, policy)
    assert service.calls == []


def test_points_and_layers_must_be_named(service, options, policy, tmp_path):
    for name in ("points", "layers"):
        with pytest.raises(FactsError, match="needs 'layers', from the YAML, and 'points'"):
            wms.fetch({**options, name: []}, tmp_path, policy)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "layer", "east", "north", "expected"),
    # The places are those of the answers themselves; 4 is >90-100 %.
    [
        ("breitband_100", DOWN, 2683374.2, 1247873.4, (0.9, 1.0, "", "observed")),
        ("glasfaser", FIBRE, 2683374.2, 1247873.4, (0.9, 1.0, "", "observed")),
        ("mobilfunk_5g", MOBILE, 2683349.2, 1247948.4, (None, None, "all_3", "observed")),
        (
            "multi_standort_3",
            MOBILE,
            2668849.2,
            1157048.4,
            (None, None, "fewer_than_3", "observed"),
        ),
        ("multi_standort_4", FIBRE, 2668849.2, 1157048.4, (None, None, "", "missing")),
    ],
)
def test_the_recorded_answers_are_read(recorded, name, layer, east, north, expected):
    body = (recorded / "bakom" / f"{name}.json").read_bytes()
    assert wms.read_answer(body, layer, east, north) == Reading(layer, *expected)


@pytest.mark.mirror
def test_the_recorded_error_is_named(service, options, policy, tmp_path, recorded):
    body = (recorded / "bakom" / "identify_no_geotable_error.json").read_bytes()
    service.on("/wms", (400, body))
    with pytest.raises(BadAnswerError, match="has no GeoTable"):
        wms.fetch(options, tmp_path, policy)
