"""
Every fault of meaning in every channel: whole answers that say something else than they should.

One list of faults; where one does not apply to a channel, the list says why. As with faults of
transport: never wrong data, no hang, no torn file, no lost snapshot.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest

from divide.build import fetching, holdings
from divide.fetch import sources, store

from .faults import Reply, whole
from .lines import SOURCE, Line, contents, fetch, lined
from .talks import TALKS

ALL: Final = tuple(TALKS)
Check = Callable[[str, Line], None]
TOO_BIG: Final = "EXTRACTION_TOO_BIG: The requested extraction is too big"


def refused(line: Line, change: Callable[[bytes], bytes | Reply], *states: str) -> Any:
    """Fetch soundly, then through a fault: the first edition stays, and the fault is told."""
    assert fetch().state == "new"
    before = contents()
    line.version, line.change = 2, change
    done = fetch()
    assert done.state in states, done
    assert fetching.exit_code([done]) == (3 if done.state == "kept" else 4)
    assert contents() == before
    assert list(store.folder(SOURCE).rglob("*.part")) == []
    return done


def swapped(old: str, new: str, body: bytes) -> bytes:
    """Replace a word in an answer that must hold it."""
    assert old.encode() in body, (old, body[:300])
    return body.replace(old.encode(), new.encode())


def limiter(channel: str, line: Line) -> None:
    """No span of time holds more calls than the source allows, whatever a channel asks."""
    line.calls, line.seconds = 1, 0.2
    assert fetch().state == "new"
    times = line.server.times
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # One call may travel a little longer than the next.
    assert gaps and min(gaps) >= 0.8 * 0.2


def cell_limits(channel: str, line: Line) -> None:
    """The service refuses what the publisher's own number of cells would allow: half, and half."""

    def refuse(content: bytes) -> bytes | Reply:
        _, _, body = line.server.requests[-1].partition("\r\n\r\n")
        asked = [one["selection"]["values"] for one in json.loads(body)["query"]]
        cube = json.loads(content)
        if max(map(len, asked)) > 1:
            return whole(b"Too many values selected", status="403 Forbidden")
        (place,) = next(one for one in asked if one[0] in ("ZH", "VD"))
        at = cube["dimension"]["geo"]["category"]["index"].index(place)
        cube["size"][1], cube["value"] = 1, [cube["value"][at]]
        cube["dimension"]["geo"]["category"] = {"index": [place], "label": {place: place}}
        return json.dumps(cube).encode()

    assert fetch().state == "new"
    whole_cube = json.loads(contents()["main"])["value"]
    line.change = refuse
    assert fetch().state in ("new", "unchanged")
    assert json.loads(contents()["main"])["value"] == whole_cube


def too_large(reply: Reply, channel: str, line: Line) -> None:
    """A refusal is no data, also with status 200; Eurostat's is understood as one."""
    done = refused(line, lambda _: reply, "wrong")
    assert channel != "eurostat" or "too large" in done.told


def down(channel: str, line: Line) -> None:
    """The last edition stays, and what stands in is said."""
    done = refused(line, lambda _: whole(b"", status="503 Service Unavailable"), "kept")
    assert "503" in done.told
    # Down from its first answer on, too.
    line.rest = lambda _: whole(b"", status="503 Service Unavailable")
    assert fetch().state == "kept"


def retired(channel: str, line: Line) -> None:
    """An address that is gone names what replaces the source."""
    gone = whole(b"gone", status="404 Not Found")
    done = refused(line, lambda _: gone, "wrong")
    assert "bfs_new" in done.told
    line.rest = lambda _: gone
    assert "bfs_new" in fetch().told


def renamed_asset(channel: str, line: Line) -> None:
    """Files are chosen by type or order number, so a new name or number changes nothing."""
    assert fetch().state == "new"
    line.version = 2

    def rename(content: bytes) -> bytes:
        told = content.replace(b"/assets/1/", b"/assets/777/").replace(b'"1-', b'"777-')
        return told.replace(b"table_2056.csv", b"anything_else_2056.csv").replace(
            b'"table"', b'"x"'
        )

    line.rest = rename
    assert fetch().state == "new"
    assert any("777" in one or "anything" in one for one in line.server.requests)


# Which words of an answer name a dimension, and which a code.
NAMES: Final = {
    **dict.fromkeys(("plain", "sdmx", "ckan", "stac"), ("SEX", "SESSO")),
    **dict.fromkeys(("pxweb", "dam", "eurostat"), ("geo", "region")),
    "atlas": ("STATUS", "STATE"),
    "agvch": ("BfsCode", "GDENR"),
    "explorer": ("distribution", "shares"),
    "sparql": ("urn:cube:share", "urn:cube:quota"),
    "wms": ("features", "places"),
}
CODES: Final = {
    **dict.fromkeys(("plain", "sdmx", "ckan", "stac"), ("VD,", "WD,")),
    **dict.fromkeys(("pxweb", "dam", "eurostat"), ("VD", "WD")),
    "atlas": (";A;", ";Z;"),
    "agvch": (",3,1,", ",4,1,"),
    "wms": ('"value_0": "3"', '"value_0": "7"'),
}


def renamed_code(channel: str, line: Line) -> None:
    """What changed is told: old and new, which tables it touches, what to do."""
    for old, new in (pair[channel] for pair in (NAMES, CODES) if channel in pair):
        line.version, line.change, line.rest = 1, None, None
        if not store.editions(SOURCE):
            assert fetch().state == "new"
        before = contents()
        line.version, change = 2, partial(_everywhere, old, new)
        line.change = line.rest = change
        done = fetch()
        assert done.state in ("wrong", "drifted"), (channel, old, done)
        assert contents() == before
        if done.state == "drifted":
            assert old.strip(",;") in done.told and new.strip(",;") in done.told
            assert "population" in done.told and "--accept" in done.told


def _everywhere(old: str, new: str, body: bytes) -> bytes:
    """Rename wherever the word stands; an archive is packed anew with its own checksum."""
    if body.startswith(b"PK"):
        return _packed_anew(old, new)
    return _own_checksum(old, new, body).replace(old.encode(), new.encode())


def _packed_anew(old: str, new: str) -> bytes:
    import io
    import zipfile

    from .talks import rows

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        info = zipfile.ZipInfo("table.csv", (2026, 6, 1, 0, 0, 0))
        file.writestr(info, rows(2).replace(old, new))
    return held.getvalue()


def _own_checksum(old: str, new: str, body: bytes) -> bytes:
    import hashlib

    fresh = b"1220" + hashlib.sha256(_packed_anew(old, new)).hexdigest().encode()
    return re.sub(rb"1220[0-9a-f]{64}", fresh, body)


def encodings(channel: str, line: Line) -> None:
    """A mark at the start is dropped; letters that were lost or written twice are refused."""
    assert fetch().state == "new"
    before = contents()
    for number, (spoil, states) in enumerate(SPELLINGS.items(), start=2):
        line.version, line.change = number, partial(_spelt, spoil, channel)
        done = fetch(accept=True)
        expected = ("wrong",) if spoil == "cp1252" and channel in UTF8_ONLY else states
        assert done.state in expected, (spoil, done)
        if done.state == "wrong":
            assert contents() == before
        before = contents()


UTF8_ONLY: Final = ("pxweb", "eurostat", "explorer", "sparql", "wms", "sdmx", "agvch", "atlas")
JSON: Final = ("pxweb", "eurostat", "explorer", "sparql", "wms")
SPELLINGS: Final = {
    "BOM": ("new",),
    "cp1252": ("new",),
    "lost": ("wrong",),
    "twice": ("wrong",),
}


def _spelt(spoil: str, channel: str, body: bytes) -> bytes:
    """Put a word with an umlaut into an answer, where it changes no figure."""
    word = {"lost": "Z\ufffdrich", "twice": "ZÃ¼rich"}.get(spoil, "Zürich")
    text = body.decode()
    if channel in JSON:
        text = text.replace("{", f'{{"note": "{word}", ', 1)
    elif channel == "dam":
        text = text.replace("STUB", f'NOTE="{word}";\nSTUB', 1)
    elif channel == "atlas":
        text = text.replace("MAP_ID\n", "MAP_ID;N\n", 1).replace(";7\n", f";7;{word}\n")
    else:
        head, *lines = text.splitlines()
        text = "\n".join([f"{head},N", *(f"{one},{word}" for one in lines), ""])
    if spoil == "cp1252":
        return text.encode("cp1252")
    return text.encode("utf-8-sig" if spoil == "BOM" else "utf-8")


def frozen(channel: str, line: Line) -> None:
    """A service that answers at once, with what it had years ago, is told of."""

    def age(content: bytes) -> bytes:
        told = content.decode("utf-8", "ignore") if not content.startswith(b"PK") else ""
        if not told:
            return content
        aged = re.sub(r"20(24|26)(-?0[67])", r"2019\2", told).replace(",2024,", ",2019,")
        return re.sub(r'"(2021|2022)"', '"2019"', aged).encode()

    line.change = line.rest = age
    assert fetch().state == "new"
    (row,) = holdings.holdings(today=date(2026, 11, 25))
    assert row.here.startswith("2019"), row
    assert (row.state, row.channel) == ("frozen", channel)


def totals(channel: str, line: Line) -> None:
    """A total that appears among the rows would be counted with its parts: it is a new code."""

    def add(content: bytes) -> bytes:
        if channel in ("pxweb", "eurostat"):
            cube = json.loads(content)
            place = cube["dimension"]["geo"]["category"]
            place["index"].append("CH")
            place["label"]["CH"] = "CH"
            cube["size"][1] = 3
            cube["value"].append(sum(cube["value"]))
            return json.dumps(cube).encode()
        if channel == "dam":
            text = content.decode().replace('"ZH","VD"', '"ZH","VD","CH"')
            return text.replace(";\n", " 2445002;\n").encode() if "DATA" not in text else _px(text)
        name = "F:X(1.0.0),A,CH" if channel == "sdmx" else "CH"
        return content + f"{name},_T,2024,2469276\n".encode()

    def _px(text: str) -> bytes:
        head, _, data = text.partition("DATA=\n")
        return f"{head}DATA=\n{data.rstrip().rstrip(';')} 2445002;\n".encode()

    def offer(content: bytes) -> bytes:
        return content.replace(b'"ZH", "VD"', b'"ZH", "VD", "CH"')

    line.rest = None
    assert fetch().state == "new"
    before = contents()
    line.version, line.change, line.rest = 2, add, offer
    done = fetch()
    assert done.state == "drifted" and "CH" in done.told, done
    assert contents() == before


def mixed(channel: str, line: Line) -> None:
    """Places of two editions in one answer: two sets of borders, values of other places."""
    change = {
        "atlas": lambda body: body.replace(b"2022-01-01", b"2023-01-01", 1),
        "explorer": lambda body: body.replace(b"polg2024_01_01", b"kant2022_01_01"),
        "agvch": lambda body: body.replace(b"12.09.1848,,1", b"12.09.1848,31.12.2019,1"),
    }[channel]
    done = refused(line, change, "wrong")
    assert done.told


def historic(channel: str, line: Line) -> None:
    """A commune that has ceased, in a list of today."""
    refused(line, partial(swapped, "01.01.2018,,3", "01.01.2018,31.12.2020,3"), "wrong")


def flags(channel: str, line: Line) -> None:
    """What stands beside a figure is kept: as received, or through the channel's own form."""

    def flag(content: bytes) -> bytes:
        if channel in ("pxweb", "eurostat"):
            return json.dumps(json.loads(content) | {"status": {"1": "u"}}).encode()
        if channel == "dam":
            return content.replace(b"STUB", b'DATASYMBOL5="()";\nSTUB').replace(
                b" 845001", b' "....."'
            )
        if channel == "atlas":
            return content.replace(b"845001;A", b"845001;P")
        return content.replace(b"VD,_T", b"VD,u")

    line.change = flag
    assert fetch().state == "new"
    main = contents()["main"]
    sign = {"pxweb": b'"u"', "eurostat": b'"u"', "dam": b'"....."', "atlas": b";P;"}
    assert sign.get(channel, b"VD,u") in main


def another_language(channel: str, line: Line) -> None:
    """Asked in one language, answered in another: the words that are read are not there."""
    change = partial(swapped, '"Z"', '"Zurigo"')
    assert "do not sum to the whole (geo)" in refused(line, change, "drifted").told


def _fetch_once(_: int) -> str:
    return fetch().state


def two_processes(channel: str, line: Line) -> None:
    """One download for both, and both right."""
    asked = len(line.server.requests)
    with get_context("fork").Pool(2) as pool:
        states = pool.map(_fetch_once, range(2), chunksize=1)
    assert sorted(states) == ["new", "unchanged"]
    assert len(store.editions(SOURCE)) == 1
    contents()
    assert len(line.server.requests) > asked


BIG: Final = json.dumps({"error": [{"status": 413, "label": TOO_BIG}]}).encode()
LATER: Final = json.dumps(
    {"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE. Your request will be"}}
).encode()
FAULTS: Final[dict[str, Check]] = {
    "a wrong limiter": limiter,
    "two cell limits": cell_limits,
    "too large, 413": partial(too_large, whole(BIG, status="413 Payload Too Large")),
    "too large, 416": partial(too_large, whole(b"", status="416 Range Not Satisfiable")),
    "too large, inside 200": partial(too_large, whole(LATER)),
    "service down": down,
    "moved or retired": retired,
    "asset renamed": renamed_asset,
    "dimension or code renamed": renamed_code,
    "encodings": encodings,
    "frozen for years": frozen,
    "totals among the rows": totals,
    "editions mixed": mixed,
    "a historic commune": historic,
    "flags lost": flags,
    "another language": another_language,
    "two processes": two_processes,
}
ONE_CALL: Final = "asks once; calls of many files are held in the channels that ask often"
WHOLE: Final = "gives a file whole: there is no limit of cells to be wrong about"
FIXED: Final = "one fixed address: a renamed file is one that is gone"
NO_ASSET: Final = "answers a query: no file has a name there"
DATED_BY_US: Final = "dates nothing, or what was asked: the day of asking; age is told by its years"
NO_TOTAL: Final = "has no list of categories to add a total to"
ONE_SET: Final = "speaks of one set of places, compared with the register when tables are built"
NO_COMMUNES: Final = (
    "a commune is a number there, compared with the register of its day at building"
)
NO_FLAGS: Final = "has no flags beside its figures"
CODES_ONLY: Final = "codes are read, and no words"
# Fault → channels it does not apply to → why.
NOT_APPLICABLE: Final[dict[str, dict[str, str]]] = {
    "a wrong limiter": dict.fromkeys(
        ("plain", "sdmx", "eurostat", "agvch", "atlas", "wms"), ONE_CALL
    ),
    "two cell limits": {
        **dict.fromkeys(set(ALL) - {"pxweb", "sparql", "eurostat"}, WHOLE),
        "sparql": "counts first and reads until all are there: see test_sparql, capped pages",
        "eurostat": "more than 50 categories are not asked: see test_eurostat",
    },
    "asset renamed": {
        **dict.fromkeys(("plain", "atlas"), FIXED),
        **dict.fromkeys(
            ("sdmx", "pxweb", "eurostat", "agvch", "explorer", "sparql", "wms"), NO_ASSET
        ),
    },
    "encodings": {"stac": "bytes are compared with the publisher's checksum, letters and all"},
    "frozen for years": dict.fromkeys(("plain", "agvch", "wms"), DATED_BY_US),
    "totals among the rows": {
        **dict.fromkeys(("agvch", "atlas", "explorer", "sparql", "wms"), NO_TOTAL),
        "stac": "an archive is that file: see plain; its bytes meet a checksum",
    },
    "editions mixed": dict.fromkeys(set(ALL) - {"atlas", "explorer", "agvch"}, ONE_SET),
    "a historic commune": dict.fromkeys(set(ALL) - {"agvch"}, NO_COMMUNES),
    "flags lost": {
        **dict.fromkeys(("agvch", "explorer", "sparql", "wms"), NO_FLAGS),
        "stac": "an archive is kept as received, to the byte",
    },
    "another language": dict.fromkeys(set(ALL) - {"pxweb"}, CODES_ONLY),
}
CASES: Final = [
    pytest.param(fault, channel, id=f"{fault}-{channel}")
    for fault in FAULTS
    for channel in ALL
    if channel not in NOT_APPLICABLE.get(fault, {})
]
BY_LABEL: Final = {"along": "geo", "by": "label", "whole": "V", "parts": "Z", "within": 1e9}


@pytest.mark.parametrize(("fault", "channel"), CASES)
def test_a_fault_of_meaning_leaves_right_data(
    fault: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts: dict[str, Any] = {"successor": "bfs_new"} if fault == "moved or retired" else {}
    if fault == "another language":
        facts["sums"] = (BY_LABEL,)
    start = time.monotonic()
    with lined(channel, monkeypatch, tmp_path, **facts) as line:
        FAULTS[fault](channel, line)
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("channel", ALL)
def test_an_answer_of_no_rows_replaces_nothing(
    channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NoRecordsFound is an answer in one service; an edition without a row is one in none."""
    with lined(channel, monkeypatch, tmp_path) as line:
        refused(line, lambda _: whole(b"NoRecordsFound", status="404 Not Found"), "wrong")


def test_the_table_of_cases_is_whole() -> None:
    """Seventeen faults, each in every channel or with the reason why not."""
    assert len(FAULTS) == 17
    assert set(ALL) == set(sources.CHANNELS)
    left_out = [(f, c) for f, why in NOT_APPLICABLE.items() for c, told in why.items() if told]
    assert len(CASES) + len(left_out) == 17 * len(ALL)
    assert set(NOT_APPLICABLE) <= set(FAULTS)
