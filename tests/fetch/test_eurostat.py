"""Eurostat: one unit, flags kept, and "too large" in its three forms."""

import json

import pytest

from divide.errors import BadAnswerError, FactsError, MovedError, SourceChangedError
from divide.fetch import eurostat

PATH = "/data/isoc_ci_in_h"
# Households with internet access in Switzerland, as SOURCES.md quotes them; b is a break.
CUBE = {
    "version": "2.0",
    "class": "dataset",
    "source": "ESTAT",
    "updated": "2026-06-25T23:00:00+0200",
    "value": {"0": 90.63, "1": 93.06, "2": 95.51},
    "status": {"1": "b"},
    "id": ["unit", "geo", "time"],
    "size": [1, 1, 3],
    "dimension": {
        "unit": {"category": {"index": {"PC_HH": 0}}},
        "geo": {"category": {"index": {"CH": 0}}},
        "time": {"category": {"index": {"2014": 0, "2017": 1, "2019": 2}}},
    },
}
TOO_BIG = "EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 10110240000 rows"


@pytest.fixture
def options(service):
    return {
        "kind": "eurostat",
        "url": f"{service.url}/data",
        "dataset": "isoc_ci_in_h",
        "filters": {"unit": "PC_HH", "geo": ["CH"]},
    }


def test_the_cube_arrives_with_its_flags(service, options, policy, tmp_path):
    service.on(PATH, CUBE)
    found = eurostat.fetch(options | {"since": 2014}, tmp_path, policy)
    assert json.loads(found.files["main"].read_bytes()) == CUBE
    assert (found.edition, found.notes) == ("2026-06-25", ())
    assert found.answers[0].path == found.files["main"]
    asked = {"format": "JSON", "lang": "EN", "unit": "PC_HH", "geo": "CH"}
    assert service.calls[0].query == asked | {"sinceTimePeriod": "2014"}


def test_several_codes_are_asked_one_by_one(service, options, policy, tmp_path):
    geo = {"category": {"index": {"CH01": 0, "CH07": 1}}}
    service.on(PATH, CUBE | {"dimension": CUBE["dimension"] | {"geo": geo}})
    asked = options | {"filters": {"unit": "PC_HH", "geo": ["CH01", "CH07"]}}
    eurostat.fetch(asked, tmp_path, policy)
    assert service.calls[0].raw_query.endswith("unit=PC_HH&geo=CH01&geo=CH07")


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"geo": "CH"},
        {"unit": ["PC_IND", "PC_IND_ILT12"]},
        {"unit": "PC_HH", "geo": [f"CH{number:02}" for number in range(50)]},
    ],
)
def test_an_unpinned_query_is_not_asked(service, options, policy, tmp_path, filters):
    with pytest.raises(FactsError):
        eurostat.fetch(options | {"filters": filters}, tmp_path, policy)
    assert service.calls == []


@pytest.mark.parametrize(
    "reply",
    [
        (413, {"error": [{"status": 413, "label": TOO_BIG}]}),
        (416, ""),
        {"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE. Your request will be"}},
        {"error": [{"status": 413, "label": TOO_BIG}]},
        (400, {"error": [{"status": 400, "label": TOO_BIG}]}),
    ],
)
def test_too_large_is_recognised_in_each_form(service, options, policy, tmp_path, reply):
    service.on(PATH, reply)
    with pytest.raises(BadAnswerError, match="finds the query of isoc_ci_in_h too large"):
        eurostat.fetch(options, tmp_path, policy)
    assert list(tmp_path.glob("*.json")) == []


def test_an_answer_that_ignores_the_unit_is_refused(service, options, policy, tmp_path):
    units = {"category": {"index": {"PC_HH": 0, "THS_HH": 1}}}
    service.on(PATH, CUBE | {"dimension": CUBE["dimension"] | {"unit": units}})
    with pytest.raises(BadAnswerError, match="unit=PC_HH was asked, THS_HH came as well"):
        eurostat.fetch(options, tmp_path, policy)
    assert list(tmp_path.glob("*.json")) == []


def test_a_dimension_that_is_gone_is_said(service, options, policy, tmp_path):
    service.on(PATH, CUBE)
    filters = {"unit": "PC_HH", "hhtyp": "TOTAL"}
    with pytest.raises(SourceChangedError, match="no dimension hhtyp any more; it has unit, geo"):
        eurostat.fetch(options | {"filters": filters}, tmp_path, policy)


def test_an_empty_cube_is_refused(service, options, policy, tmp_path):
    service.on(PATH, CUBE | {"value": {}})
    with pytest.raises(BadAnswerError, match="holds no value"):
        eurostat.fetch(options, tmp_path, policy)


def test_another_document_is_refused(service, options, policy, tmp_path):
    service.on(PATH, {"message": "maintenance"})
    with pytest.raises(BadAnswerError, match="no JSON-stat cube"):
        eurostat.fetch(options, tmp_path, policy)


def test_a_retired_dataset_names_its_successor(options, policy, tmp_path):
    with pytest.raises(MovedError, match=r"no dataset isoc_ci_in_h .*isoc_new"):
        eurostat.fetch(options | {"successor": "isoc_new"}, tmp_path, policy)


@pytest.mark.mirror
def test_the_recorded_cube_passes_byte_for_byte(service, options, policy, tmp_path, recorded):
    body = (recorded / "eurostat" / "raw_isoc_ci_in_h.json").read_bytes()
    service.on(PATH, body)
    filters = {"unit": "PC_HH", "hhtyp": "TOTAL"}
    found = eurostat.fetch(options | {"filters": filters}, tmp_path, policy)
    assert found.files["main"].read_bytes() == body
    assert found.edition == "2026-06-25"


@pytest.mark.mirror
def test_the_recorded_cube_with_two_units_is_refused(service, options, policy, tmp_path, recorded):
    service.on(PATH, (recorded / "eurostat" / "raw_isoc_ci_ifp_iu.json").read_bytes())
    asked = options | {"filters": {"unit": "PC_IND", "indic_is": "I_IU3"}}
    with pytest.raises(BadAnswerError, match="unit=PC_IND was asked"):
        eurostat.fetch(asked, tmp_path, policy)
