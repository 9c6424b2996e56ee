"""The asset store: order numbers, embargoes, stages of life, and the PX file's own date."""

from datetime import UTC, datetime

import pytest

from divide.errors import BadAnswerError, MovedError, SourceChangedError
from divide.fetch import dam

ORDER = "px-x-1604000000_101"
# The head of the 2021 edition's layout, with two contents of different days.
PX = """CHARSET="ANSI";
AXIS-VERSION="2010";
LANGUAGE="de";
MATRIX="px-x-1604000000_101";
LAST-UPDATED="20211215 08:30";
LAST-UPDATED[fr]("Ménage")="20231212 08:30";
STUB="Jahr";
VALUES("Jahr")="2021","2023";
DATA=
96.2 97.1;
"""


def asset(service, order=ORDER, *, name="1", embargo="2021-12-15T08:30:00+01:00"):
    """Write a row as SOURCES.md, section 11, reconstructs it."""
    return {
        "ids": {"damId": int(name)},
        "shop": {"orderNr": order},
        "bfs": {"embargo": embargo},
        "description": {"titles": {"main": "Internetzugang der Haushalte"}},
        "links": [
            {"rel": "self", "href": f"{service.url}/assets/{name}"},
            {"rel": "master", "href": f"{service.url}/assets/{name}/master"},
        ],
    }


@pytest.fixture
def options(service):
    return {"kind": "dam", "url": f"{service.url}/dam", "order": ORDER, "language": "fr"}


@pytest.fixture
def store(service):
    """Answer the search by stage of life, as the service does."""

    def fill(current=(), old=()):
        rows = {"CURRENT": list(current), "NON_CURRENT": list(old)}

        def search(call):
            found = rows[call.query["lifecycleGroup"]]
            return {"total": len(found), "data": found}

        service.on("/dam/assets", search)
        for name in "123":
            service.on(f"/assets/{name}/master", PX)

    return fill


def test_the_master_of_the_order_number_comes(service, options, policy, tmp_path, store):
    store(current=[asset(service)])
    found = dam.fetch(options, tmp_path, policy)
    assert found.files["main"].name == f"{ORDER}.px"
    assert found.files["main"].read_text("utf-8") == PX
    # The newest of both LAST-UPDATED.
    assert (found.edition, found.notes) == ("2023-12-12", ())
    asked = {"orderNr": ORDER, "lifecycleGroup": "CURRENT", "language": "fr"}
    assert service.calls[0].query == asked
    assert service.calls[0].headers["User-Agent"].startswith("divide/")


def test_other_order_numbers_do_not_count(service, options, policy, tmp_path, store):
    """An ignored parameter is answered with the whole catalogue and status 200."""
    other = asset(service, "px-x-0102010000_101", name="2", embargo="2025-01-01T08:30:00+01:00")
    store(current=[other, asset(service)])
    dam.fetch(options, tmp_path, policy)
    assert service.calls[-1].path == "/assets/1/master"


def test_an_ignored_parameter_never_chooses_a_stranger(service, options, policy, tmp_path, store):
    others = [asset(service, f"je-d-{number}") for number in range(20)]
    store(current=others, old=others)
    with pytest.raises(MovedError, match="no order number px-x-1604000000_101"):
        dam.fetch(options, tmp_path, policy)
    assert {call.path for call in service.calls} == {"/dam/assets"}


def test_an_older_stage_of_life_is_said(service, options, policy, tmp_path, store):
    store(old=[asset(service)])
    found = dam.fetch(options, tmp_path, policy)
    assert "NON_CURRENT" in found.notes[0]
    assert len(found.answers) == 3


def test_the_fallback_comes_last_and_is_said(service, options, policy, tmp_path, store):
    store()
    service.on("/DownloadFile.aspx", PX)
    fallback = {"fallback": f"{service.url}/DownloadFile.aspx?file={ORDER}"}
    found = dam.fetch(options | fallback, tmp_path, policy)
    assert service.calls[-1].query == {"file": ORDER}
    assert "fallback" in found.notes[0]
    assert found.edition == "2023-12-12"


def test_a_retired_order_number_names_its_successor(options, policy, tmp_path, store):
    store()
    with pytest.raises(MovedError, match="Its successor is px-x-1604000000_201"):
        dam.fetch(options | {"successor": "px-x-1604000000_201"}, tmp_path, policy)


def test_a_csv_called_px_is_refused(service, options, policy, tmp_path, store):
    store(current=[asset(service)])
    service.on("/assets/1/master", "NOGA;Jahr;Wert\n1;2021;5\n")
    with pytest.raises(BadAnswerError, match="is not the px it should be"):
        dam.fetch(options, tmp_path, policy)
    assert not list(tmp_path.glob("*.px"))


def test_another_table_is_refused(service, options, policy, tmp_path, store):
    store(current=[asset(service)])
    service.on("/assets/1/master", PX.replace("1604000000_101", "1604000000_106"))
    with pytest.raises(BadAnswerError, match="table px-x-1604000000_106 came"):
        dam.fetch(options, tmp_path, policy)
    assert not list(tmp_path.glob("*.px"))


def test_the_newest_free_asset_is_chosen(service):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    days = {"1": "2023-12-12T08:30:00+01:00", "2": "2025-12-05T08:30:00+01:00"}
    days |= {"3": "2026-12-04T08:30:00+01:00"}
    rows = [asset(service, name=name, embargo=day) for name, day in days.items()]
    chosen = dam.choose({"data": rows}, ORDER, "CURRENT", now=now)
    assert chosen.href.endswith("/2/master")


def test_an_embargo_is_kept(service):
    row = asset(service, embargo="2026-12-04T08:30:00+01:00")
    # 08:30 in Bern is 07:30 UTC: a minute before, and at the minute.
    before, after = (datetime(2026, 12, 4, 7, minute, tzinfo=UTC) for minute in (29, 30))
    with pytest.raises(BadAnswerError, match="under embargo until 2026-12-04"):
        dam.choose({"data": [row]}, ORDER, "CURRENT", now=before)
    assert dam.choose({"data": [row]}, ORDER, "CURRENT", now=after) is not None


@pytest.mark.parametrize(
    "found", [[], {"assets": []}, {"data": [{"shop": {"orderNr": ORDER}, "links": []}]}]
)
def test_a_changed_shape_is_said(found):
    with pytest.raises(SourceChangedError):
        dam.choose(found, ORDER, "CURRENT", now=datetime(2026, 11, 1, tzinfo=UTC))


def test_another_kind_is_dated_by_its_embargo(service, options, policy, tmp_path, store):
    order = "ts-x-21.03.01"
    store(current=[asset(service, order)])
    service.on("/assets/1/master", "PERIOD_REF;CODE_REGION;VALUE\n2020;1;5.1\n")
    found = dam.fetch(options | {"order": order, "format": "csv"}, tmp_path, policy)
    assert (found.files["main"].name, found.edition) == (f"{order}.csv", "2021-12-15")


@pytest.mark.mirror
def test_the_official_file_passes(service, options, policy, tmp_path, store, mirror):
    official = mirror / "bfs_ict_access" / "2021-12-15" / f"{ORDER}.px"
    store(current=[asset(service)])
    service.on("/assets/1/master", official.read_bytes())
    assert dam.fetch(options, tmp_path, policy).edition == "2021-12-15"
