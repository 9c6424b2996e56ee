"""From a recorded answer to its table: channel, receipt, known figures, recipe, schema."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from divide import build, catalog, tables
from divide.build import fetching
from divide.fetch import sources, store

pytestmark = pytest.mark.mirror


@pytest.fixture
def serve(
    home: Path,
    service: Any,
    policy: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., fetching.Outcome]:
    """Return a function that lets sources ask this machine, and fetches them."""
    every = dict(catalog.sources())
    monkeypatch.setattr(catalog, "sources", lambda: every)
    monkeypatch.setattr(sources, "policy", lambda _: policy)

    def fetch(name: str, **more: Any) -> fetching.Outcome:
        moved = []
        for one in every[name].channels:
            url = service.url + urlsplit(one.options["url"]).path
            moved.append(catalog.Channel(one.kind, {**one.options, "url": url}))
        every[name] = replace(every[name], channels=tuple(moved))
        (done,) = fetching.fetch_sources([name], **more)
        return done

    return fetch


def pinned(path: Path, dimension: str, code: str) -> dict[str, Any]:
    """Cut a recorded cube to one code, as the service does when it is asked for one."""
    cube = json.loads(path.read_text("utf-8"))
    at = cube["id"].index(dimension)
    kept = cube["dimension"][dimension]["category"]["index"][code]
    inner = 1
    for size in cube["size"][at + 1 :]:
        inner *= size
    block = inner * cube["size"][at]

    def place(flat: int) -> int | None:
        outer, rest = divmod(flat, block)
        return outer * inner + rest % inner if rest // inner == kept else None

    for name in ("value", "status"):
        moved = {place(int(flat)): one for flat, one in cube.get(name, {}).items()}
        cube[name] = {str(flat): one for flat, one in moved.items() if flat is not None}
    cube["size"][at] = 1
    words = cube["dimension"][dimension]["category"]
    words["index"] = {code: 0}
    words.pop("label", None)
    return cube


def test_eurostats_totals(
    serve: Any,
    service: Any,
    recorded: Path,
    mirror: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And no drift against the files laid down, one of which holds a second unit."""
    data = "/eurostat/api/dissemination/statistics/1.0/data"
    folder = recorded / "eurostat"
    use = pinned(folder / "raw_isoc_ci_ifp_iu.json", "unit", "PC_IND")
    service.on(f"{data}/isoc_ci_ifp_iu", use)
    service.on(f"{data}/isoc_ci_in_h", (folder / "raw_isoc_ci_in_h.json").read_bytes())
    monkeypatch.setenv("DIVIDE_MIRROR", str(mirror))
    states = [serve(f"eurostat_{name}").state for name in ("internet_use", "household_access")]
    assert states == ["new", "new"]
    assert {one.channel for _, one in store.editions("eurostat_internet_use")} == {"eurostat"}
    build.bring_up_to_date(["international"])
    found = tables.read("international").set_index(["indicator", "place", "year"])["value"]
    assert found["eurostat_internet_use_3m", "CH", 2025] == 0.9892
    assert found["eurostat_household_internet_access", "CH", 2025] == 0.9899


def test_access_by_major_region_by_the_second_channel(
    serve: Any,
    service: Any,
    recorded: Path,
) -> None:
    path = "/eurostat/api/dissemination/sdmx/2.1/data/isoc_r_iacc_h/"
    codes = "+".join(f"CH0{number}" for number in range(1, 8))
    excerpt = recorded / "eurostat" / "isoc_r_iacc_h_sdmx_excerpt.csv"
    service.on(f"{path}A.PC_HH.{codes}/", excerpt.read_bytes())
    done = serve("eurostat_regional_access")
    assert (done.state, done.channel) == ("new", "plain")
    assert "Tried before, eurostat" in done.told
    build.bring_up_to_date(["regional_access"])
    rows = tables.read("regional_access").set_index(["place", "year"])
    # Ticino is major region 7; 2017 is a break in the series.
    assert rows.loc[("7", 2021), "value"] == 0.9866
    assert rows.loc[("7", 2017), "flag"] == "b"


def test_a_map_of_the_atlas(serve: Any, service: Any, recorded: Path) -> None:
    name = "statatlas_27864_pop_communes_2023_de_head80.csv"
    body = (recorded / "statatlas" / name).read_bytes()
    service.on("/core/projects/13/xshared/csv/27864_131.csv", body)
    done = serve("bfs_atlas_population")
    assert (done.state, done.edition) == ("new", "2024-08-08")
    build.bring_up_to_date(["atlas_population"])
    assert len(tables.read("atlas_population")) == 79


def test_coverage_at_an_address(
    serve: Any,
    service: Any,
    recorded: Path,
    tmp_path: Path,
) -> None:
    folder = recorded / "bakom"
    empty = json.loads((folder / "multi_standort_4.json").read_text("utf-8"))
    known = {
        "ch.bakom.downlink100": (folder / "breitband_100.json").read_bytes(),
        "ch.bakom.anschlussart-glasfaser": (folder / "glasfaser.json").read_bytes(),
    }
    service.on(
        "/", lambda call: known.get(call.query["LAYERS"], empty | {"name": call.query["LAYERS"]})
    )
    points = tmp_path / "points.csv"
    points.write_text("institution,east,north\nhome,2683374.2,1247873.4\n", "utf-8")
    assert serve("bakom_coverage", points=points).state == "new"
    build.bring_up_to_date(["institution_coverage"])
    rows = tables.read("institution_coverage").set_index("layer")
    assert rows.loc["ch.bakom.downlink100", ["low", "high"]].tolist() == [0.9, 1.0]
    assert rows.loc["ch.bakom.downlink1000", "status"] == "missing"
