"""A source from end to end: channels in order, receipts, drift, silence, two at once, kill -9."""

import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from divide import catalog, paths
from divide.build import drift, fetching, holdings
from divide.build.profiles import Profile, profile
from divide.errors import FactsError, SourceChangedError, SourceError
from divide.fetch import receipts, snapshots, sources, store
from divide.fetch.http import Policy

HEAD = "GEO,SEX,TIME_PERIOD,OBS_VALUE\n"
FIRST = HEAD + "ZH,_T,2024,1600000\nVD,_T,2024,845000\n"
NEXT = HEAD + "ZH,_T,2025,1632918\nVD,_T,2025,855000\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live in an empty folder, without a mirror."""
    monkeypatch.setenv("DIVIDE_HOME", str(tmp_path))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    return tmp_path


Declare = Callable[..., catalog.Source]


@pytest.fixture
def declare(home: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Return a function that makes `bfs_population` the only source, with these channels."""

    known = catalog.source("bfs_population")

    def made(*channels: dict[str, Any], **more: Any) -> catalog.Source:
        told = tuple(catalog.Channel(one["kind"], one) for one in channels)
        none = {"known": (), "sums": ()}
        source = replace(known, channels=told, editions=(), **(none | more))
        monkeypatch.setattr(catalog, "sources", lambda: {source.id: source})
        return source

    monkeypatch.setattr(sources, "policy", lambda _: policy)
    return made


def file_at(service: Any, path: str = "/main.csv", **more: Any) -> dict[str, Any]:
    """Declare one fixed address on loopback."""
    told = {"kind": "plain", "url": service.url + path, "file": "main.csv", "format": "csv"}
    return {**told, "columns": ["GEO", "OBS_VALUE"], **more}


def fetch(**options: Any) -> fetching.Outcome:
    """Fetch the only source."""
    (done,) = fetching.fetch_sources(**options)
    return done


def dated(day: int) -> dict[str, str]:
    """Return the header that dates an edition."""
    return {"Last-Modified": f"Mon, {day:02} Jun 2026 08:00:00 GMT"}


def test_a_receipt_tells_what_was_asked_and_what_came(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", (200, FIRST, dated(1)))
    assert fetch().state == "new"
    folder, receipt = store.newest("bfs_population") or pytest.fail("nothing fetched")
    assert folder == paths.raw() / "bfs_population" / "2026-06-01"
    assert sorted(path.name for path in folder.iterdir()) == ["main.csv", "receipt.json"]
    told = json.loads((folder / "receipt.json").read_text("utf-8"))
    assert told["files"]["main"]["bytes"] == len(FIRST) == 67
    assert told["channel"] == "plain"
    assert told["licence"] == "OPEN-BY-ASK"
    assert told["parser"].startswith("divide ")
    (asked,) = told["asked"]
    assert asked["address"] == service.url + "/main.csv"
    assert (asked["method"], asked["status"], asked["bytes"]) == ("GET", 200, 67)
    assert asked["sha256"] == receipt.files["main"].sha256
    assert asked["headers"]["last-modified"] == dated(1)["Last-Modified"]
    found = snapshots.find("bfs_population")
    assert found
    assert (found.edition, found.origin) == ("2026-06-01", "fetched")
    assert snapshots.verify(found) == {"main": receipt.files["main"].sha256}


def test_a_receipt_keeps_the_checksum_of_the_publisher(declare: Declare, service: Any) -> None:
    own = hashlib.sha256(FIRST.encode()).hexdigest()
    declare(file_at(service, sha256=own))
    service.on("/main.csv", FIRST)
    fetch()
    (asked,) = (store.newest("bfs_population") or pytest.fail(""))[1].asked
    assert asked["publisher_sha256"] == own
    declare(file_at(service))
    service.on("/main.csv", NEXT)
    fetch()
    (asked,) = (store.newest("bfs_population") or pytest.fail(""))[1].asked
    assert asked["publisher_sha256"] is None


def test_a_source_that_moved_names_its_successor(declare: Declare, service: Any) -> None:
    cube = {"kind": "dam", "url": service.url + "/dam", "order": "px-x-1", "file": "main.px"}
    declare(cube, successor="stats.swiss/DF_NEW")
    service.on("/dam/assets", {"total": 0, "data": []})
    done = fetch()
    assert done.state == "wrong"
    assert "Its successor is stats.swiss/DF_NEW" in done.told


def test_an_edited_file_is_not_taken_for_what_was_fetched(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", FIRST)
    fetch()
    found = snapshots.find("bfs_population")
    assert found
    found.files["main"].write_text(FIRST.replace("845000", "945000"), "utf-8")
    with pytest.raises(SourceChangedError, match="not the file that its receipt tells of"):
        snapshots.verify(found)
    found.files["main"].unlink()
    with pytest.raises(SourceError, match=r"lacks main\.csv"):
        snapshots.find("bfs_population")


def test_the_same_bytes_are_no_new_edition(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", (200, FIRST, dated(1)))
    assert [fetch().state, fetch().state] == ["new", "unchanged"]
    assert len(store.editions("bfs_population")) == 1


def test_a_new_edition_stands_beside_the_old_and_is_used(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", (200, FIRST, dated(1)))
    fetch()
    service.on("/main.csv", (200, NEXT, dated(2)))
    assert fetch().state == "new"
    # Revised on the same day: nothing is written over.
    service.on("/main.csv", (200, NEXT.replace("855000", "855001"), dated(2)))
    time.sleep(1.1)  # receipts count in seconds
    assert fetch().state == "new"
    names = [folder.name for folder, _ in store.editions("bfs_population")]
    assert names == ["2026-06-02.r2", "2026-06-02", "2026-06-01"]
    found = snapshots.find("bfs_population")
    assert found
    assert "855001" in found.files["main"].read_text("utf-8")
    older = snapshots.find("bfs_population", edition="2026-06-01")
    assert older
    assert older.files["main"].read_text("utf-8") == FIRST


def test_channels_are_tried_in_their_order(declare: Declare, service: Any) -> None:
    declare(file_at(service, "/first"), file_at(service, "/second"), file_at(service, "/third"))
    service.on("/first", (503, "down"))
    service.on("/second", (200, "<html>Wartung</html>"))
    service.on("/third", (200, FIRST, dated(1)))
    done = fetch()
    assert done.state == "new"
    _, receipt = store.newest("bfs_population") or pytest.fail("nothing fetched")
    tried = [note for note in receipt.notes if note.startswith("Tried before, plain")]
    assert len(tried) == 2
    assert [call.path for call in service.calls] == ["/first", "/second", "/third"]
    assert receipt.asked[0]["address"].endswith("/third")


@pytest.mark.parametrize(
    ("reply", "states", "code"),
    [
        ((503, "down"), ("silent", "kept"), 3),
        ((200, "<html>Wartung</html>"), ("wrong", "wrong"), 4),
        ((200, ""), ("wrong", "wrong"), 4),
        ((404, "gone"), ("wrong", "wrong"), 4),
    ],
    ids=["silent", "html", "empty", "gone"],
)
def test_a_failed_fetch_leaves_the_last_edition(
    declare: Declare, service: Any, reply: Any, states: tuple[str, str], code: int
) -> None:
    declare(file_at(service))
    service.on("/main.csv", reply)
    first = fetch()
    assert first.state == states[0]
    assert service.url in first.told or "main.csv" in first.told
    assert fetching.exit_code([first]) == code
    service.on("/main.csv", (200, FIRST, dated(1)))
    assert fetch().state == "new"
    service.on("/main.csv", reply)
    again = fetch()
    assert (again.state, again.edition) == (states[1], "2026-06-01")
    found = snapshots.find("bfs_population")
    assert found
    assert found.files["main"].read_text("utf-8") == FIRST
    assert [path.name for path in store.folder("bfs_population").glob(".*.part")] == []


@pytest.mark.parametrize("lang", ["fr", "de", "it", "en"])
@pytest.mark.parametrize(
    ("changed", "old", "new"),
    [
        (NEXT.replace("SEX", "SESSO"), "SEX", "SESSO"),
        (NEXT.replace("VD,_T", "VD,T"), "–", "T"),
        (HEAD + "ZH,_T,2025,1632918\n", "2", "1"),
        (NEXT.replace("855000", "85500"), "2\u202f445\u202f000", "1\u202f718\u202f418"),
    ],
    ids=["column", "code", "rows", "total"],
)
def test_a_changed_shape_replaces_nothing_until_told(
    declare: Declare, service: Any, changed: str, old: str, new: str, lang: str
) -> None:
    declare(file_at(service))
    service.on("/main.csv", (200, FIRST, dated(1)))
    fetch()
    service.on("/main.csv", (200, changed, dated(2)))
    done = fetch(lang=lang)
    assert (done.state, done.edition) == ("drifted", "2026-06-02")
    assert fetching.exit_code([done]) == 4
    assert f"{old}." in done.told
    assert f"{new}." in done.told
    # Which tables, and what to do.
    touched = drift.tables_from("bfs_population")
    assert {"population", "composition", "exclusion_risk"} <= set(touched)
    assert ", ".join(touched) in done.told
    assert "divide fetch bfs_population --accept" in done.told
    found = snapshots.find("bfs_population")
    assert found
    assert found.files["main"].read_text("utf-8") == FIRST
    (row,) = holdings.holdings()
    assert (row.state, row.here, row.newest) == ("drifted", "2026-06-01", "2026-06-02")
    assert fetch(accept=True).state == "new"
    assert (store.newest("bfs_population") or pytest.fail(""))[1].accepted
    assert fetching.noticed_drift("bfs_population") is None
    assert fetch().state == "unchanged"


@pytest.mark.parametrize("lang", ["fr", "de", "it", "en"])
def test_known_figures_are_checked_on_arrival(declare: Declare, service: Any, lang: str) -> None:
    """One digit changed on its way: no transport shows it, the published figure does."""
    figure = {"where": {"GEO": "VD", "TIME_PERIOD": "2024"}, "value": 845000}
    whole = {"along": "GEO", "whole": "CH", "parts": "ZH|VD"}
    declare(file_at(service), known=(figure,), sums=(whole,))
    right = FIRST + "CH,_T,2024,2445000\n"
    service.on("/main.csv", (200, right.replace("845000", "846000"), dated(1)))
    done = fetch(lang=lang)
    assert (done.state, fetching.exit_code([done])) == ("drifted", 4)
    # Known and received, and the sum that no longer meets its total.
    assert "845\u202f000" in done.told and "846\u202f000" in done.told
    assert "2\u202f445\u202f000" in done.told and "2\u202f446\u202f000" in done.told
    assert "divide fetch bfs_population --accept" in done.told
    # Nothing was put in place, not even as a first edition.
    assert store.editions("bfs_population") == []
    service.on("/main.csv", (200, right, dated(1)))
    assert fetch().state == "new"
    assert fetching.noticed_drift("bfs_population") is None
    # A revision that somebody looked at is taken, and the receipt says so.
    service.on("/main.csv", (200, right.replace("845000", "846000"), dated(2)))
    assert fetch().state == "drifted"
    assert fetch(accept=True).state == "new"
    assert len((store.newest("bfs_population") or pytest.fail(""))[1].accepted) == 3


def test_what_cannot_be_read_is_not_put_in_place(declare: Declare, service: Any) -> None:
    """Whole and of its kind, but with a sign that nobody knows."""
    px = 'CHARSET="ANSI";\nLANGUAGE="de";\nSTUB="a";\nVALUES("a")="x","y";\nDATA=\n1 {sign};\n'
    declare(file_at(service, file="main.px", format="px", columns=[]))
    service.on("/main.csv", px.replace("{sign}", "2"))
    assert fetch().state == "new"
    service.on("/main.csv", px.replace("{sign}", '"......."'))
    done = fetch()
    assert (done.state, fetching.exit_code([done])) == ("wrong", 4)
    assert "unknown meaning" in done.told
    assert len(store.editions("bfs_population")) == 1


def test_a_damaged_last_edition_does_not_keep_a_new_one_out(declare: Declare, service: Any) -> None:
    declare(file_at(service, file="main.px", format="px", columns=[]))
    px = 'CHARSET="ANSI";\nLANGUAGE="de";\nSTUB="a";\nVALUES("a")="x","y";\nDATA=\n1 2;\n'
    service.on("/main.csv", (200, px, dated(1)))
    fetch()
    folder, _ = store.newest("bfs_population") or pytest.fail("")
    (folder / "main.px").write_text("edited", "utf-8")
    service.on("/main.csv", (200, px.replace("1 2", "1 3"), dated(2)))
    assert fetch().state == "new"


def test_a_new_year_is_no_drift(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", (200, FIRST, dated(1)))
    fetch()
    service.on("/main.csv", (200, NEXT, dated(2)))
    assert fetch().state == "new"


CUBE = {
    "id": ["GEO"],
    "size": [2],
    "dimension": {"GEO": {"category": {"index": ["ZH", "VD"]}}},
    "value": [1632918, 855000],
}


def test_a_second_channel_is_no_drift(declare: Declare, service: Any) -> None:
    """The first fails, the second brings another form: it is compared with the last of its own."""
    second = file_at(service, "/b", file="main.json", format="json", columns=[])
    declare(file_at(service, "/a"), second)
    service.on("/a", (200, FIRST, dated(1)))
    service.on("/b", (200, CUBE, dated(2)))
    assert fetch().state == "new"
    service.on("/a", (503, "down"))
    done = fetch()
    assert (done.state, done.edition) == ("new", "2026-06-02")
    assert "Tried before, plain" in done.told
    found = snapshots.find("bfs_population")
    assert found and found.files["main"].name == "main.json"
    # Back on the first channel, and shrunk since its own last edition.
    service.on("/a", (200, HEAD + "ZH,_T,2025,1632918\n", dated(3)))
    done = fetch()
    assert done.state == "drifted" and "2" in done.told


def test_another_form_than_the_one_laid_down_is_told_once(
    declare: Declare, service: Any, home: Path
) -> None:
    source = declare(file_at(service, file="main.json", format="json", columns=[]))
    laid = catalog.Edition("2025", None, {"main": "main.csv"}, {})
    folder = paths.raw() / source.id / "2025"
    folder.mkdir(parents=True)
    (folder / "main.csv").write_text(FIRST, "utf-8")
    with_laid = replace(catalog.source(source.id), editions=(laid,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "sources", lambda: {source.id: with_laid})
        service.on("/main.csv", (200, CUBE, dated(2)))
        done = fetch()
        assert done.state == "drifted"
        assert "another form. Before: .csv. Now: .json" in done.told
        assert fetch(accept=True).state == "new"
        service.on("/main.csv", (200, CUBE | {"value": [1632919, 855000]}, dated(3)))
        assert fetch().state == "new"


def test_limits_of_drift_are_those_of_the_source() -> None:
    old, new = Profile(rows=100, total=1000.0), Profile(rows=109, total=1150.0)
    assert drift.compare(old, new) == []
    told = drift.compare(old, new, limits={"rows": 0.05, "total": 0.1})
    assert [one.kind for one in told] == ["rows", "total"]


def test_long_lists_of_places_are_counted() -> None:
    places = tuple(f"{n:04}" for n in range(300))
    merged, halved = places[:-5], places[:150]
    old = Profile({"GEO": places})
    assert drift.compare(old, Profile({"GEO": merged})) == []
    (told,) = drift.compare(old, Profile({"GEO": halved}))
    assert (told.kind, told.where, told.old, told.new) == ("codes", "GEO", "300", "150")


def test_a_dimension_that_is_gone_is_named() -> None:
    old, new = Profile({"Jahr": ("2020",), "Kanton": ("ZH",)}), Profile({"Jahr": ("2021",)})
    (told,) = drift.compare(old, new)
    assert (told.kind, told.old, told.new) == ("dimension", "Kanton", "")


@pytest.mark.mirror
def test_every_official_file_has_a_shape(mirror: Path) -> None:
    for source in catalog.sources().values():
        found = snapshots.find(source.id)
        if found is None or source.id == "bfs_boundaries":
            continue
        shape = profile(found.files)
        assert shape.rows, source.id
        assert drift.compare(shape, shape) == []
    cube = profile((snapshots.find("bfs_ict_access") or pytest.fail("")).files)
    assert list(cube.dimensions)[1] == "Sprachgebiet"
    assert cube.dimensions["Sprachgebiet"] == ("0", "1", "2", "3")


@pytest.mark.mirror
def test_a_mirror_is_copied_with_receipts(
    mirror: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = fetching.fetch_sources(["bfs_boundaries", "bfs_population"], mirror=mirror)
    assert [one.state for one in done] == ["new", "new"]
    found = snapshots.find("bfs_boundaries")
    assert found
    assert found.origin == "fetched"
    # The other parts of a shapefile came along.
    assert found.files["communes"].with_suffix(".prj").is_file()
    _, receipt = store.newest("bfs_population") or pytest.fail("")
    assert (receipt.channel, receipt.register_date) == ("mirror", "2024-01-01")
    assert str(mirror) not in json.dumps(receipt.files["main"].__dict__)
    assert [one.state for one in fetching.fetch_sources(["bfs_population"], mirror=mirror)] == [
        "unchanged"
    ]


def test_another_file_in_a_mirror_is_refused(home: Path, tmp_path: Path) -> None:
    declared = catalog.source("bfs_population").editions[0]
    folder = tmp_path / "mirror" / "bfs_population" / declared.edition
    folder.mkdir(parents=True)
    (folder / declared.files["main"]).write_text("{}", "utf-8")
    (done,) = fetching.fetch_sources(["bfs_population"], mirror=tmp_path / "mirror")
    assert done.state == "wrong"
    assert "is not the file the facts declare" in done.told
    assert store.editions("bfs_population") == []


def test_offline_asks_nobody(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", FIRST)
    assert fetch(offline=True).state == "absent"
    fetch()
    before = len(service.calls)
    assert fetch(offline=True).state == "here"
    assert len(service.calls) == before


def test_a_source_of_typed_figures_is_not_fetched(declare: Declare) -> None:
    declare(typed=True)
    assert fetch().state == "typed"


def test_a_channel_that_does_not_exist_is_a_slip_in_the_facts(declare: Declare) -> None:
    source = declare({"kind": "ftp", "url": "x"})
    with pytest.raises(FactsError, match="There is no channel 'ftp'"):
        sources.bring(source, paths.raw())


def test_a_torn_receipt_is_named(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    service.on("/main.csv", FIRST)
    fetch()
    folder, _ = store.newest("bfs_population") or pytest.fail("")
    (folder / receipts.NAME).write_text('{"source": "bfs_po', "utf-8")
    with pytest.raises(SourceError, match="divide fetch bfs_population"):
        snapshots.find("bfs_population")
    (row,) = holdings.holdings()
    assert row.state == "damaged"


def _fetch_again_and_again() -> None:
    while True:
        fetching.fetch_sources()


def test_kill_at_any_moment_leaves_whole_editions(declare: Declare, service: Any) -> None:
    declare(file_at(service))
    bodies = [HEAD + f"ZH,_T,2024,{1_600_000 + n}\n" * 400 for n in range(3)]
    service.on("/main.csv", lambda _: random.choice(bodies))
    rng = random.Random(7)
    forked = get_context("fork")
    for _ in range(40):
        worker = forked.Process(target=_fetch_again_and_again, daemon=True)
        worker.start()
        time.sleep(rng.uniform(0.0, 0.06))
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
        for folder, receipt in store.editions("bfs_population"):
            assert store.describe(folder / "main.csv") == receipt.files["main"]
    assert fetch().state in ("new", "unchanged")
    left = [path.name for path in store.folder("bfs_population").glob(".*.part")]
    assert left == []


def _fetch_once(_: int) -> str:
    return fetch().state


def test_two_processes_at_once_make_one_edition(declare: Declare, service: Any) -> None:
    declare(file_at(service))

    def slow(_: Any) -> Any:
        time.sleep(0.3)
        return 200, FIRST, dated(1)

    service.on("/main.csv", slow)
    with get_context("fork").Pool(2) as pool:
        states = pool.map(_fetch_once, range(2), chunksize=1)
    assert sorted(states) == ["new", "unchanged"]
    assert len(store.editions("bfs_population")) == 1
