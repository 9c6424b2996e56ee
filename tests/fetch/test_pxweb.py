"""PxWeb against a service that limits, collapses and refuses as the real one does."""

import json
from itertools import product
from math import prod

import pytest

from divide.errors import BadAnswerError, FactsError, MovedError, SourceChangedError
from divide.fetch import pxweb

CUBE = "px-x-1604000000_101"
PATH = f"/api/v1/de/{CUBE}/{CUBE}.px"
# Dimensions and codes of the ICT cube on access; the values are counted through.
CODES = {
    "Sprachgebiet": ["0", "1", "2", "3"],
    "Haushaltsgrösse": ["0", "1", "2"],
    "Jahr": ["2021", "2019", "2017"],
}
ORDER = {key: at for at, key in enumerate(product(*CODES.values()))}


def metadata():
    variables = [
        {"code": code, "text": code, "values": values, "valueTexts": values, "elimination": True}
        for code, values in CODES.items()
    ]
    return {"title": "Internetzugang der Haushalte", "variables": variables}


def pxweb_service(limits, *, refusal=(403, "too many values selected")):
    """Answer as PxWeb: a dimension that is not named collapses to its total."""
    limits = iter(limits)

    def reply(call):
        if call.method == "GET":
            return metadata()
        asked = {one["code"]: one["selection"]["values"] for one in json.loads(call.body)["query"]}
        if prod(len(values) for values in asked.values()) > next(limits):
            return refusal
        return jsonstat({code: asked.get(code, ["0"]) for code in CODES}, set(asked))

    return reply


def jsonstat(codes, named):
    shown = {code: values for code, values in codes.items() if code in named}
    cells = [ORDER[key] for key in product(*codes.values())]
    return {
        "version": "2.0",
        "class": "dataset",
        "updated": "2021-12-15T07:30:00Z",
        "id": list(shown),
        "size": [len(values) for values in shown.values()],
        "dimension": {
            code: {
                "label": code,
                "category": {
                    "index": {value: at for at, value in enumerate(values)},
                    "label": {value: f"{code} {value}" for value in values},
                },
            }
            for code, values in shown.items()
        },
        "value": [None if cell == 5 else cell for cell in cells],
        "status": {str(at): "()" for at, cell in enumerate(cells) if cell == 5},
    }


WHOLE = jsonstat(CODES, set(CODES))


def always(limit):
    while True:
        yield limit


@pytest.fixture
def options(service):
    return {"kind": "pxweb", "url": f"{service.url}/api/v1", "cube": CUBE}


def read(found):
    return json.loads(found.files["main"].read_text("utf-8"))


def same(merged):
    """Compare with the whole; an answer without flags leaves no trace of them."""
    return merged == WHOLE


@pytest.mark.parametrize(("limit", "calls"), [(5000, 1), (36, 1), (12, 3), (7, 6), (1, 36)])
def test_the_rectangles_make_the_whole(service, options, policy, tmp_path, limit, calls):
    """With a limit of 7, three years and two of four regions fit: 2 runs for each of 3 sizes."""
    service.on(PATH, pxweb_service(always(limit)))
    found = pxweb.fetch(options | {"limits": {"values": limit}}, tmp_path, policy)
    assert same(read(found))
    assert found.edition == "2021-12-15"
    assert len(service.calls) == 1 + calls == len(found.answers)


def test_every_dimension_is_named(service, options, policy, tmp_path):
    service.on(PATH, pxweb_service(always(5000)))
    pxweb.fetch(options | {"select": {"Jahr": ["2021"]}}, tmp_path, policy)
    body = json.loads(service.calls[1].body)
    chosen = {one["code"]: one["selection"] for one in body["query"]}
    assert chosen == {
        "Sprachgebiet": {"filter": "item", "values": CODES["Sprachgebiet"]},
        "Haushaltsgrösse": {"filter": "item", "values": CODES["Haushaltsgrösse"]},
        "Jahr": {"filter": "item", "values": ["2021"]},
    }
    assert body["response"] == {"format": "json-stat2"}


@pytest.mark.parametrize(
    "refusal", [(403, "Forbidden"), (413, ""), (400, "Too many values selected")]
)
def test_a_wrong_limit_is_halved_until_it_fits(service, options, policy, tmp_path, refusal):
    """36 cells are refused, and so are 18 and 9; no call asks for more than 4 after that."""
    service.on(PATH, pxweb_service(always(8), refusal=refusal))
    assert same(read(pxweb.fetch(options, tmp_path, policy)))
    sizes = [
        prod(len(one["selection"]["values"]) for one in json.loads(call.body)["query"])
        for call in service.calls[1:]
    ]
    assert sizes[:3] == [36, 18, 9]
    assert max(sizes[3:]) <= 4


def test_a_limit_that_changes_on_the_way_does_no_harm(service, options, policy, tmp_path):
    limits = iter([12, 12, 5, *[5] * 100])
    service.on(PATH, pxweb_service(limits))
    assert same(read(pxweb.fetch(options | {"limits": {"values": 12}}, tmp_path, policy)))


def test_the_smaller_of_two_limits_counts(service, options, policy, tmp_path):
    service.on(PATH, pxweb_service(always(12)))
    limits = {"values": 5000, "cells": 12}
    pxweb.fetch(options | {"limits": limits}, tmp_path, policy)
    assert len(service.calls) == 4


def test_a_service_that_refuses_all_is_not_asked_for_ever(service, options, policy, tmp_path):
    service.on(PATH, pxweb_service(always(0)))
    with pytest.raises(BadAnswerError, match="403"):
        pxweb.fetch(options, tmp_path, policy)
    # The metadata, then 36, 18, 9 cells; half of 3 by 3 is a row of 3, half of that 1.
    assert len(service.calls) == 6
    assert list(tmp_path.glob("*.json")) == []


def test_too_many_calls_are_refused_before_the_first(service, options, policy, tmp_path):
    service.on(PATH, pxweb_service(always(1)))
    with pytest.raises(FactsError, match="needs 36 calls, more than 10"):
        pxweb.fetch(options | {"limits": {"values": 1}, "max_calls": 10}, tmp_path, policy)
    assert [call.method for call in service.calls] == ["GET"]


def test_dimension_codes_are_german_in_every_language(service, options, policy, tmp_path):
    service.on(PATH.replace("/de/", "/fr/"), pxweb_service(always(5000)))
    found = pxweb.fetch(options | {"language": "fr"}, tmp_path, policy)
    assert read(found)["id"] == ["Sprachgebiet", "Haushaltsgrösse", "Jahr"]


def test_leaked_characters_are_mended(service, options, policy, tmp_path):
    def reply(call):
        found = pxweb_service(always(5000))(call)
        if call.method == "POST":
            found["label"] = f"L{chr(0x92)}accès"
        return found

    service.on(PATH, reply)
    assert read(pxweb.fetch(options, tmp_path, policy))["label"] == "L’accès"


@pytest.mark.parametrize("status", [400, 404])
def test_a_stale_id_is_said(service, options, policy, tmp_path, status):
    service.on(PATH, (status, "Parameter error"))
    with pytest.raises(MovedError, match=f"does not know cube {CUBE}.*px-x-new"):
        pxweb.fetch(options | {"successor": "px-x-new"}, tmp_path, policy)


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ({"Sprachregion": ["0"]}, "no dimension Sprachregion; it has Sprachgebiet, Haush"),
        ({"Jahr": ["2023"]}, "Jahr no longer has 2023; it has 2021, 2019, 2017"),
    ],
)
def test_a_renamed_dimension_or_code_is_said(service, options, policy, tmp_path, select, said):
    service.on(PATH, pxweb_service(always(5000)))
    with pytest.raises(SourceChangedError, match=said):
        pxweb.fetch(options | {"select": select}, tmp_path, policy)


def test_the_newest_year_is_asked_for(service, options, policy, tmp_path):
    """Years descend in some cubes, so the first is not always the newest."""
    codes = pxweb.select(
        [{"code": "Jahr", "values": ["2019", "2024", "2023"]}, {"code": "Alter", "values": ["0"]}],
        {"Jahr": "newest"},
    )
    assert codes == {"Jahr": ("2024",), "Alter": ("0",)}


def test_progress_counts_cells(service, options, policy, tmp_path):
    service.on(PATH, pxweb_service(always(12)))
    told = []
    limits = {"limits": {"values": 12}}
    pxweb.fetch(options | limits, tmp_path, policy, report=lambda *one: told.append(one))
    assert told == [(CUBE, 12, 36), (CUBE, 24, 36), (CUBE, 36, 36)]


@pytest.mark.mirror
def test_the_recorded_metadata_are_read(recorded):
    found = json.loads((recorded / "pxweb" / "pxweb_metadata.json").read_text("utf-8"))
    codes = pxweb.select(found["variables"], {"Jahr": ["2024"]})
    # 54 years, of which one; 28 places, 3 citizenships, 3 sexes, 16 components.
    assert [len(values) for values in codes.values()] == [1, 28, 3, 3, 16]
