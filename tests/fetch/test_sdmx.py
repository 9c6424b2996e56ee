"""SDMX-CSV of the Swiss Stats Explorer: pinned keys, empty answers, versions, refusals."""

import gzip
from datetime import date

import pytest

from divide.errors import BadAnswerError, FactsError, MovedError
from divide.fetch import sdmx

FLOW = "CH1.STATPOP,DF_STATPOP_GEO_SEX_ZIVL_AGE5,1.0.0"
DATA = f"/rest/data/{FLOW}/._T._T._T.A"
HEADER = "DATAFLOW,GEO,SEX,ZIVL,AGE5,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
OWN = "CH1.STATPOP:DF_STATPOP_GEO_SEX_ZIVL_AGE5(1.0.0)"
# Resident population at the end of 2025, as SOURCES.md quotes it.
ROWS = f"{OWN},ZH,_T,_T,_T,A,2025,1632918,A\n{OWN},8100,_T,_T,_T,A,2025,9127125,A\n"


@pytest.fixture
def options(service):
    return {
        "kind": "sdmx",
        "url": f"{service.url}/rest",
        "flow": FLOW,
        "key": "._T._T._T.A",
        "dimensions": ["GEO", "SEX", "ZIVL", "AGE5", "FREQ"],
        "last": 1,
        "file": "population.csv",
    }


def catalogue(*flows):
    names = [f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={one}" for one in flows]
    return {"references": {name: {"id": "x"} for name in names}}


def test_rows_arrive_as_they_are(service, options, policy, tmp_path):
    service.on(DATA, HEADER + ROWS)
    found = sdmx.fetch(options, tmp_path, policy)
    assert found.files["main"].read_text("utf-8") == HEADER + ROWS
    assert (found.edition, found.register_date) == ("2025", None)
    (call,) = service.calls
    assert call.query == {"lastNObservations": "1"}
    assert call.headers["Accept"] == "application/vnd.sdmx.data+csv;version=1.0.0"


@pytest.mark.parametrize("language", [None, "fr"])
def test_a_language_is_always_sent(service, options, policy, tmp_path, language):
    service.on(DATA, HEADER + ROWS)
    sdmx.fetch(options | ({"language": language} if language else {}), tmp_path, policy)
    assert service.calls[0].headers["Accept-Language"] == (language or "de")


def test_the_last_update_of_the_rows_dates_the_edition(service, options, policy, tmp_path):
    """Attribute columns differ by flow: they are found by name, wherever they stand."""
    own = "CH1.LWZ:DF_LWZ_1(1.0.0)"
    body = (
        "DATAFLOW,GR_KT_GDE,DIFF_LAST_UPDATE,TIME_PERIOD,OBS_VALUE\n"
        f"{own},5586,2025-09-09T08:30,2025,476\n{own},ZH,2025-09-10T08:30,2025,3815\n"
    )
    service.on("/rest/data/CH1.LWZ,DF_LWZ_1,1.0.0/._T._T.V.A", body)
    own_options = {"flow": "CH1.LWZ,DF_LWZ_1,1.0.0", "key": "._T._T.V.A"}
    kept = {name: options[name] for name in ("kind", "url", "last")}
    assert sdmx.fetch(kept | own_options, tmp_path, policy).edition == "2025-09-10"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "....A"}, "pins no dimension"),
        ({"key": "all", "dimensions": None}, "pins no dimension"),
        ({"key": "....A", "dimensions": None}, "pins no dimension"),
        ({"key": "*.*.*.*.A"}, "pins no dimension"),
        ({"key": "._T._T.A"}, "4 parts for 5 dimensions"),
        ({"last": None}, "neither 'last' nor 'start'"),
        ({"flow": "DF_STATPOP"}, "agency,id,version"),
        ({"kye": "1"}, "does not know kye"),
        ({"file": "../x.csv"}, "no plain file name"),
    ],
)
def test_what_would_ask_too_much_is_not_asked(service, options, policy, tmp_path, change, said):
    options = {name: value for name, value in (options | change).items() if value is not None}
    with pytest.raises(FactsError, match=said):
        sdmx.fetch(options, tmp_path, policy)
    assert service.calls == []


def test_a_small_flow_may_be_asked_whole(service, options, policy, tmp_path):
    service.on(f"/rest/data/{FLOW}/....A", HEADER + ROWS)
    sdmx.fetch(options | {"key": "....A", "unpinned": True}, tmp_path, policy)
    assert len(service.calls) == 1


def test_years_are_asked_by_period(service, options, policy, tmp_path):
    service.on(DATA, HEADER + ROWS)
    options = {name: value for name, value in options.items() if name != "last"}
    sdmx.fetch(options | {"start": 2024, "end": 2025}, tmp_path, policy)
    assert service.calls[0].query == {"startPeriod": "2024", "endPeriod": "2025"}


@pytest.mark.parametrize("status", [200, 404])
def test_no_records_is_an_empty_answer(service, options, policy, tmp_path, status):
    service.on(DATA, (status, "NoRecordsFound"))
    found = sdmx.fetch(options, tmp_path, policy)
    assert found.files == {}
    assert found.answers[0].empty
    assert "no record" in found.notes[0]
    assert date.fromisoformat(found.edition)
    assert not (tmp_path / "population.csv").exists()


def test_the_highest_version_is_taken(service, options, policy, tmp_path):
    """1.10.0 is above 1.9.0, though not in the alphabet; other flows do not count."""
    name = "CH1.STATPOP:DF_STATPOP_GEO_SEX_ZIVL_AGE5"
    listed = catalogue(f"{name}(1.9.0)", f"{name}(1.10.0)", "CH1.SSV:DF_SSV_SOCIAL(2026.1.0)")
    service.on("/rest/dataflow", listed)
    flow = FLOW.replace("1.0.0", "1.10.0")
    service.on(f"/rest/data/{flow}/._T._T._T.A", (HEADER + ROWS).replace("1.0.0", "1.10.0"))
    latest = options | {"flow": FLOW.replace("1.0.0", "latest")}
    assert len(sdmx.fetch(latest, tmp_path, policy).answers) == 2


def test_the_standard_catalogue_is_read_too(service, options, policy, tmp_path):
    flows = [{"agencyID": "CH1.STATPOP", "id": "DF_STATPOP_GEO_SEX_ZIVL_AGE5", "version": "1.0.0"}]
    service.on("/rest/dataflow", {"data": {"dataflows": flows}})
    service.on(DATA, HEADER + ROWS)
    sdmx.fetch(options | {"flow": FLOW.replace("1.0.0", "latest")}, tmp_path, policy)
    assert [call.path for call in service.calls] == ["/rest/dataflow", DATA]


def test_a_wrong_number_of_parts_is_said(service, options, policy, tmp_path):
    service.on("/rest/dataflow", catalogue(OWN))
    service.on(DATA, (404, "Not enough key values in query, expecting 6 got 5"))
    with pytest.raises(BadAnswerError, match="number of parts, 5,"):
        sdmx.fetch(options, tmp_path, policy)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("CH1.OTHER:DF_X(1.0.0)", "not in the catalogue.*Its successor is DF_NEW"),
        (OWN.replace("1.0.0", "2.0.0"), r"no version 1\.0\.0, but 2\.0\.0.*DF_NEW"),
    ],
)
def test_a_retired_flow_names_its_successor(service, options, policy, tmp_path, listed, said):
    service.on("/rest/dataflow", catalogue(listed))
    with pytest.raises(MovedError, match=said):
        sdmx.fetch(options | {"successor": "DF_NEW"}, tmp_path, policy)


def test_a_refused_language_is_named(service, options, policy, tmp_path):
    service.on(DATA, (500, "Object reference not set: languageTag"))
    with pytest.raises(BadAnswerError, match="language tag 'xx'"):
        sdmx.fetch(options | {"language": "xx"}, tmp_path, policy)


def test_another_flow_is_refused(service, options, policy, tmp_path):
    service.on(DATA, HEADER + ROWS + ROWS.replace("AGE5(1.0.0)", "AGE5(0.9.0)"))
    with pytest.raises(BadAnswerError, match=r"AGE5\(0\.9\.0\) answered"):
        sdmx.fetch(options, tmp_path, policy)
    assert not (tmp_path / "population.csv").exists()


def test_a_header_without_rows_is_refused(service, options, policy, tmp_path):
    service.on(DATA, HEADER)
    with pytest.raises(BadAnswerError, match="no row"):
        sdmx.fetch(options, tmp_path, policy)
    assert not (tmp_path / "population.csv").exists()


def test_a_renamed_dimension_is_refused(service, options, policy, tmp_path):
    service.on(DATA, (HEADER + ROWS).replace("AGE5,FREQ", "AGE_5,FREQ"))
    with pytest.raises(BadAnswerError, match="AGE5"):
        sdmx.fetch(options, tmp_path, policy)


@pytest.mark.parametrize("packed", [False, True])
def test_a_cube_that_is_too_large_is_stopped(service, options, policy, tmp_path, packed):
    """Also when it comes packed: a cube of 500 MB is small on the wire."""
    body = (HEADER + ROWS * 100).encode()
    reply = (200, gzip.compress(body), {"Content-Encoding": "gzip"})
    service.on(DATA, reply if packed else body)
    with pytest.raises(BadAnswerError):
        sdmx.fetch(options | {"max_bytes": 1000}, tmp_path, policy)
    assert not (tmp_path / "population.csv").exists()


@pytest.mark.mirror
def test_the_recorded_answer_passes(service, options, policy, tmp_path, recorded):
    sample = recorded / "stats_swiss" / "statpop_DF_STATPOP_GEO_SEX_ZIVL_AGE5_sample.csv"
    service.on(DATA, sample.read_bytes())
    found = sdmx.fetch(options, tmp_path, policy)
    assert found.files["main"].read_bytes() == sample.read_bytes()
    assert found.edition == "2025"
