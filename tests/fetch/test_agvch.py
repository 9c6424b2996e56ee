"""The commune register: Swiss dates, one role a call, and no list of another day."""

from datetime import date

import pytest

from divide.errors import BadAnswerError, FactsError
from divide.fetch import agvch

SNAPSHOT = (
    "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name,ShortName,"
    "Inscription,Radiation,Rec_Type_fr,Rec_Type_de\n"
    "1,1,12.09.1848,,1,,Zürich,ZH,,,,\n"
    "10078,106,12.09.1848,,2,1,Bezirk Horgen,Horgen,100,,,\n"
    "16080,295,01.01.2018,,3,10078,Horgen,Horgen,3582,,,\n"
)
# Before the merger of 2018: Hirzel and the former Horgen (recorded mutation 3582).
FORMER = SNAPSHOT.replace(
    "16080,295,01.01.2018,,3,10078,Horgen,Horgen,3582,,,\n",
    "12160,132,12.09.1848,31.12.2017,3,10078,Hirzel,Hirzel,,3582,,\n"
    "12203,133,12.09.1848,31.12.2017,3,10078,Horgen,Horgen,,3582,,\n",
)
LEVELS = "HistoricalCode,BfsCode,Name,CantonId,SPRGEB2020\n16080,295,Horgen,1,1\n"
PAIRS = (
    "InitialHistoricalCode,InitialCode,InitialName,"
    "TerminalHistoricalCode,TerminalCode,TerminalName\n"
    "12160,132,Hirzel,16080,295,Horgen\n"
)
MUTATIONS = "MutationNumber,MutationDate," + PAIRS.replace("12160", "3582,01.01.2018,12160")


@pytest.fixture
def options(service):
    for call, body in (
        ("snapshot", SNAPSHOT),
        ("levels", LEVELS),
        ("mutations", MUTATIONS),
        ("correspondances", PAIRS),
    ):
        service.on(f"/communes/{call}", "\ufeff" + body)
    return {
        "kind": "agvch",
        "url": f"{service.url}/communes",
        "date": "2019-01-01",
        "start": "2018-01-01",
        "calls": ["snapshot", "levels", "mutations", "correspondances"],
    }


def test_each_call_has_its_role(service, options, policy, tmp_path):
    found = agvch.fetch(options, tmp_path, policy)
    assert {role: path.name for role, path in found.files.items()} == {
        "snapshot": "snapshot.csv",
        "levels": "levels.csv",
        "mutations": "mutations.csv",
        "correspondances": "correspondances.csv",
    }
    assert (found.edition, found.register_date) == ("2019-01-01", "2019-01-01")
    period = {"startPeriod": "01-01-2018", "endPeriod": "01-01-2019"}
    both = {"includeUnmodified": "true", "includeTerritoryExchange": "false"}
    assert [call.query for call in service.calls] == [
        {"date": "01-01-2019", "format": "csv"},
        {"date": "01-01-2019"},
        period,
        both | period,
    ]


def test_a_snapshot_of_another_day_is_refused(service, options, policy, tmp_path):
    """Asked for 2019, answered with the communes of 2017: right in form, wrong on the map."""
    service.on("/communes/snapshot", FORMER)
    with pytest.raises(BadAnswerError, match=r"Hirzel \(132\).*to 2017-12-31, not on 2019-01-01"):
        agvch.fetch(options | {"calls": ["snapshot"]}, tmp_path, policy)
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize(("day", "body"), [("2017-12-31", FORMER), ("2018-01-01", SNAPSHOT)])
def test_first_and_last_day_belong_to_a_commune(service, options, policy, tmp_path, day, body):
    service.on("/communes/snapshot", body)
    found = agvch.fetch(options | {"calls": "snapshot", "date": day}, tmp_path, policy)
    assert found.register_date == day


def test_a_commune_that_is_not_yet_is_refused(options, policy, tmp_path):
    with pytest.raises(BadAnswerError, match="valid from 2018-01-01"):
        agvch.fetch(options | {"calls": "snapshot", "date": "2017-12-31"}, tmp_path, policy)


def test_a_register_without_communes_is_refused(service, options, policy, tmp_path):
    service.on("/communes/snapshot", SNAPSHOT.rsplit("16080", 1)[0])
    with pytest.raises(BadAnswerError, match="holds no commune"):
        agvch.fetch(options | {"calls": "snapshot"}, tmp_path, policy)


def test_levels_of_another_day_are_refused(service, options, policy, tmp_path):
    service.on("/communes/levels", LEVELS + "12160,132,Hirzel,1,1\n")
    with pytest.raises(BadAnswerError, match="does not: 132"):
        agvch.fetch(options, tmp_path, policy)


def test_mutations_outside_the_period_are_refused(options, policy, tmp_path):
    later = options | {"start": "2018-06-01", "calls": "mutations"}
    with pytest.raises(BadAnswerError, match="3582 is of 2018-01-01, outside 2018-06-01"):
        agvch.fetch(later, tmp_path, policy)


@pytest.mark.parametrize(
    "change", [{"date": "01-01-2019"}, {"calls": ["snapshots"]}, {"date": None}, {"start": None}]
)
def test_an_incomplete_entry_is_refused(options, policy, tmp_path, change):
    options = {name: value for name, value in (options | change).items() if value}
    with pytest.raises(FactsError):
        agvch.fetch(options, tmp_path, policy)


def test_this_year_is_its_first_of_january(service, options, policy, tmp_path):
    found = agvch.fetch(options | {"date": "this-year", "calls": "snapshot"}, tmp_path, policy)
    day = date.fromisoformat(found.register_date)
    assert (day.month, day.day) == (1, 1)
    assert day.year >= 2026


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("name", "day", "right"),
    [
        ("agvch_snapshot_current.csv", "2019-01-01", True),
        ("agvch_snapshot_historic.csv", "2017-01-01", True),
        ("agvch_snapshot_historic.csv", "2019-01-01", False),
        ("agvch_snapshot_current.csv", "2017-01-01", False),
    ],
)
def test_the_recorded_snapshots_hold_on_their_day(
    service, options, policy, tmp_path, recorded, name, day, right
):
    service.on("/communes/snapshot", (recorded / "agvch" / name).read_bytes())
    asked = options | {"calls": "snapshot", "date": day}
    if right:
        assert agvch.fetch(asked, tmp_path, policy).register_date == day
    else:
        with pytest.raises(BadAnswerError, match="list of another day"):
            agvch.fetch(asked, tmp_path, policy)


@pytest.mark.mirror
def test_the_recorded_mutations_pass(service, options, policy, tmp_path, recorded):
    service.on("/communes/mutations", (recorded / "agvch" / "agvch_mutations.csv").read_bytes())
    body = (recorded / "agvch" / "agvch_correspondances.csv").read_bytes()
    service.on("/communes/correspondances", body)
    calls = {"calls": ["mutations", "correspondances"], "date": "2018-12-31"}
    found = agvch.fetch(options | calls, tmp_path, policy)
    assert found.files["correspondances"].read_bytes() == body
