"""What each channel asks and is answered: a fault can be put into the answer that counts."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from divide import catalog

# A figure that every edition holds, and the same with a digit changed on its way.
KNOWN, CHANGED = "1600000", "1600001"
NAMES = catalog.facts("namespaces")


@dataclass(frozen=True)
class Talk:
    """
    One channel's conversation about a made-up source.

    Attributes
    ----------
    options
        The channel's entry, without `url`.
    answer
        From a request (its path, its body) and an edition's number to a body and whether
        it is the one that carries the figures; `{url}` stands for the server's address.
    known
        Where the figure that never changes stands, if a known figure can be declared.
    """

    options: dict[str, Any]
    answer: Callable[[str, str, int], tuple[str | bytes, bool]]
    known: dict[str, Any] = field(default_factory=dict)


def rows(version: int) -> str:
    """Write a table of 26 rows, one of them the known figure, one that each edition renews."""
    more = "".join(f"P{n},_T,2024,{1000 + n}\n" for n in range(24))
    return (
        f"GEO,SEX,TIME_PERIOD,OBS_VALUE\nZH,_T,2024,{KNOWN}\nVD,_T,2024,{845000 + version}\n{more}"
    )


def stat(version: int) -> dict[str, Any]:
    """Write a JSON-stat cube of two places and one year."""
    return {
        "version": "2.0",
        "class": "dataset",
        "updated": f"2026-06-{version:02}T08:00:00Z",
        "id": ["unit", "geo", "time"],
        "size": [1, 2, 1],
        "dimension": {
            "unit": {"category": {"index": ["NR"], "label": {"NR": "Number"}}},
            "geo": {"category": {"index": ["ZH", "VD"], "label": {"ZH": "Z", "VD": "V"}}},
            "time": {"category": {"index": ["2024"], "label": {"2024": "2024"}}},
        },
        "value": [int(KNOWN), 845000 + version],
    }


def px(version: int) -> str:
    """Write a PX file of two places."""
    return (
        'CHARSET="ANSI";\nAXIS-VERSION="2010";\nLANGUAGE="de";\nMATRIX="px-x-1";\n'
        f'LAST-UPDATED="202606{version:02} 08:30";\nSTUB="geo";\nVALUES("geo")="ZH","VD";\n'
        f'CODES("geo")="ZH","VD";\nDATA=\n{KNOWN} {845000 + version};\n'
    )


def archive(version: int) -> bytes:
    """Write an archive of one table, the same bytes each time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(zipfile.ZipInfo("table.csv", (2026, 6, 1, 0, 0, 0)), rows(version))
    return held.getvalue()


def _plain(path: str, _: str, version: int) -> tuple[str, bool]:
    return rows(version), True


def _sdmx(path: str, _: str, version: int) -> tuple[str, bool]:
    head, *lines = rows(version).splitlines()
    return "\n".join([f"DATAFLOW,FREQ,{head}", *(f"F:X(1.0.0),A,{one}" for one in lines), ""]), True


def _pxweb(path: str, body: str, version: int) -> tuple[str, bool]:
    if body:
        return json.dumps(stat(version)), True
    listed = [
        {"code": name, "values": list(one["category"]["label"])}
        for name, one in stat(version)["dimension"].items()
    ]
    return json.dumps({"title": "x", "variables": listed}), False


def _dam(path: str, _: str, version: int) -> tuple[str, bool]:
    if path.endswith("/master"):
        return px(version), True
    links = [{"rel": "master", "href": "{url}/assets/1/master"}]
    return json.dumps({"data": [{"shop": {"orderNr": "px-x-1"}, "links": links}]}), False


def _stac(path: str, _: str, version: int) -> tuple[str | bytes, bool]:
    if path.startswith("/files"):
        return archive(version), True
    asset = {
        "type": "application/x.csv+zip",
        "href": "{url}/files/table_2056.csv.zip",
        "file:checksum": "1220" + hashlib.sha256(archive(version)).hexdigest(),
    }
    item = {
        "id": "x",
        "properties": {"datetime": f"2026-06-{version:02}T00:00:00Z"},
        "assets": {"table": asset},
    }
    return json.dumps({"features": [item], "links": []}), False


def _eurostat(path: str, _: str, version: int) -> tuple[str, bool]:
    return json.dumps(stat(version)), True


def _agvch(path: str, _: str, version: int) -> tuple[str, bool]:
    head = "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name,ShortName\n"
    return (
        head + f"1,1,12.09.1848,,1,,Zürich,ZH\n{16080 + version},295,01.01.2018,,3,1,Horgen,H\n",
        True,
    )


def _atlas(path: str, _: str, version: int) -> tuple[str, bool]:
    head = "GEO_ID;VALUE;STATUS;PERIOD_REF;LAST_UPDATE;GEOM_PERIOD;MAP_ID\n"
    row = "{};{};A;2023-12-31;2024-07-{:02};2022-01-01;7\n"
    return head + row.format(1, KNOWN, version) + row.format(2, 845000 + version, version), True


def _explorer(path: str, _: str, version: int) -> tuple[str, bool]:
    if "GC_listIndics" in path:
        entry = {"c_id_indicateur": "x", "c_id_dataset": "d", "c_id_view": ["v"]}
        known = {"mods": [str(2020 + version)], "nivgeos": ["polg2024_01_01"]}
        return json.dumps({"content": {"indics": [entry | known]}}), False
    if "GC_refdata" in path:
        return json.dumps({"content": {"territories": {"codgeo": ["1", "2"]}}}), False
    values = {"nivgeo": "polg2024_01_01", "distribution": {"values": [int(KNOWN), version]}}
    return json.dumps({"content": values}), True


def _sparql(path: str, body: str, version: int) -> tuple[str, bool]:
    (query,) = parse_qs(body)["query"]
    found = re.search(r"SELECT DISTINCT (.*?) (?:FROM|WHERE)", query)
    asked = found[1] if found else ""
    known: dict[str, list[dict[str, Any]]] = {
        "(COUNT(DISTINCT ?obs) AS ?n)": [{"n": 2}],
        "?version ?status ?modified ?issued": [
            {"status": NAMES["published"], "modified": f"2026-06-{version:02}"}
        ],
        "?path ?name ?kind": [{"path": "urn:cube:share", "name": "Anteil"}],
        "?path ?value ?ident ?label": [],
    }
    held = [{"obs": "urn:o:1", "v0": KNOWN}, {"obs": "urn:o:2", "v0": 845000 + version}]
    told = [
        {name: {"type": "literal", "value": str(value)} for name, value in row.items()}
        for row in known.get(asked, held)
    ]
    return json.dumps({"results": {"bindings": told}}), asked not in known


def _ckan(path: str, _: str, version: int) -> tuple[str, bool]:
    if path.endswith("/master"):
        return rows(version), True
    page = {"url": "{url}/asset/fr/ts-x-1", "identifier": "1-fr@bfs"}
    file = {
        "url": "{url}/assets/1/master",
        "identifier": "1-master@bfs",
        "modified": f"2026-06-{version:02}T08:00:00",
    }
    package = {"name": "p", "title": "P", "resources": [page, file]}
    return json.dumps({"success": True, "result": {"results": [package]}}), False


def _wms(path: str, _: str, version: int) -> tuple[str, bool]:
    place = {"coordinates": [2683374.0, 1247873.0]}
    cell = {"properties": {"value_0": str(1 + version % 4)}, "geometry": place}
    return json.dumps({"name": "ch.bakom.downlink100", "features": [cell]}), True


_CSV = {"file": "main.csv", "format": "csv"}
_FIGURE = {"GEO": "ZH"}
TALKS = {
    "plain": Talk({**_CSV, "columns": ["GEO", "OBS_VALUE"]}, _plain, _FIGURE),
    "sdmx": Talk(
        {"flow": "F,X,1.0.0", "key": "._T.A", "last": 1, "dimensions": ["GEO", "SEX", "FREQ"]},
        _sdmx,
        _FIGURE,
    ),
    "pxweb": Talk({"cube": "px-x-1", "file": "main.json"}, _pxweb, {"geo": "ZH"}),
    "dam": Talk({"order": "px-x-1", "file": "main.px"}, _dam, {"geo": "ZH"}),
    "stac": Talk(
        {"collection": "c", "media": "application/x.csv+zip", "format": "zip", "file": "main.zip"},
        _stac,
    ),
    "eurostat": Talk({"dataset": "x", "filters": {"unit": "NR"}}, _eurostat, {"geo": "ZH"}),
    "agvch": Talk({"date": "2026-01-01"}, _agvch),
    "atlas": Talk({"map": "7"}, _atlas, {"GEO_ID": "1"}),
    "explorer": Talk({"indicator": "x"}, _explorer),
    "sparql": Talk({"cube": "urn:cube:1"}, _sparql),
    "ckan": Talk({**_CSV, "order": "ts-x-1", "language": "fr"}, _ckan, _FIGURE),
    "wms": Talk(
        {
            "layers": ["ch.bakom.downlink100"],
            "points": [{"name": "home", "east": 2683374.0, "north": 1247873.0}],
        },
        _wms,
    ),
}
