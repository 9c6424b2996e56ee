"""One fixed address: what is asked, how the edition is dated, what is refused."""

from datetime import date

import pytest

from divide.errors import BadAnswerError, FactsError
from divide.fetch import plain

ROWS = "jahr,monat,kennzahl,anzahl\n2026,Mai,Arbeitslose,2028\n"


@pytest.fixture
def options(service):
    return {"kind": "plain", "url": f"{service.url}/x.csv", "file": "x.csv", "format": "csv"}


def test_a_file_arrives_dated_by_its_header(service, options, policy, tmp_path):
    service.on("/x.csv", (200, ROWS, {"Last-Modified": "Wed, 05 Aug 2026 10:00:00 GMT"}))
    found = plain.fetch(options, tmp_path, policy)
    assert found.files["main"].read_text("utf-8") == ROWS
    assert (found.edition, found.register_date, found.notes) == ("2026-08-05", None, ())


def test_a_declared_edition_goes_first(service, options, policy, tmp_path):
    service.on("/x.csv", (200, ROWS, {"Last-Modified": "Wed, 05 Aug 2026 10:00:00 GMT"}))
    declared = options | {"edition": "2026-05-01", "register_date": "2026-01-01"}
    found = plain.fetch(declared, tmp_path, policy)
    assert (found.edition, found.register_date) == ("2026-05-01", "2026-01-01")


def test_without_any_date_the_note_says_so(service, options, policy, tmp_path):
    service.on("/x.csv", ROWS)
    found = plain.fetch(options, tmp_path, policy)
    assert date.fromisoformat(found.edition)
    assert "day of asking" in found.notes[0]


def test_query_and_headers_are_sent(service, options, policy, tmp_path):
    service.on("/x.csv", ROWS)
    more = {"query": {"use_labels": "true"}, "language": "fr", "accept": "text/csv"}
    plain.fetch(options | more, tmp_path, policy)
    (call,) = service.calls
    assert call.query == {"use_labels": "true"}
    assert (call.headers["Accept-Language"], call.headers["Accept"]) == ("fr", "text/csv")


@pytest.mark.parametrize("change", [{"columns": ["jahr", "quote"]}, {"sha256": "0" * 64}])
def test_what_was_not_promised_is_refused(service, options, policy, tmp_path, change):
    service.on("/x.csv", ROWS)
    with pytest.raises(BadAnswerError):
        plain.fetch(options | change, tmp_path, policy)
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": None}, "needs 'format'"),
        ({"url": ["a", "b"]}, "needs 'url' as one text"),
        ({"file": "a/../../b"}, "no plain file name"),
        ({"max_bytes": -1}, "whole number above 0"),
    ],
)
def test_an_incomplete_entry_is_refused(service, options, policy, tmp_path, change, said):
    with pytest.raises(FactsError, match=said):
        plain.fetch(options | change, tmp_path, policy)
    assert service.calls == []


def test_progress_names_the_file(service, options, policy, tmp_path):
    service.on("/x.csv", ROWS)
    told = []
    plain.fetch(options, tmp_path, policy, report=lambda *one: told.append(one))
    assert told[-1] == ("x.csv", len(ROWS), len(ROWS))
