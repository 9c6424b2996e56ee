"""Points: institutions and their coordinates, and nothing else that could leave the house."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from divide import catalog
from divide.build import fetching
from divide.errors import UsageError
from divide.fetch import sources, store
from divide.fetch.points import read_points

DOWN = "ch.bakom.downlink100"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def put(text: str) -> Path:
        path = tmp_path / "points.csv"
        path.write_text(text, "utf-8-sig")
        return path

    return put


def test_points_come_with_either_sign_between_columns(write: Any) -> None:
    one = [{"name": "home_1", "east": 2683374.0, "north": 1247873.5}]
    assert read_points(write("institution,east,north\nhome_1,2683374,1247873.5\n")) == one
    assert read_points(write("north;institution;east\n1247873.5;home_1;2683374\n")) == one


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("institution,east,north,name\na,1,2,Ada\n", "never a beneficiary's address"),
        ("institution,east\na,1\n", "must hold the columns"),
        ("institution,east,north\n", "at least one row"),
        ("", "holds nothing"),
        ("institution,east,north\na,1,2\na,3,4\n", "names a twice"),
        ("institution,east,north\n../a,1,2\n", "is no point"),
        ("institution,east,north\na,east,2\n", "is no point"),
        ("institution,east,north\na,1\n", "is no point"),
    ],
)
def test_any_other_file_is_refused_whole(write: Any, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_points(write(text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.csv cannot be read"):
        read_points(tmp_path / "gone.csv")


@pytest.fixture
def atlas(home: Path, service: Any, policy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the source of coverage ask this machine."""
    known = catalog.source("bakom_coverage")
    options = {**known.channels[0].options, "url": f"{service.url}/wms", "layers": [DOWN]}
    monkeypatch.setattr(
        catalog,
        "sources",
        lambda: {known.id: replace(known, channels=(catalog.Channel("wms", options),))},
    )
    monkeypatch.setattr(sources, "policy", lambda _: policy)
    service.on("/wms", lambda call: {"name": call.query["LAYERS"], "features": []})


@pytest.mark.usefixtures("atlas")
def test_without_points_nobody_is_asked(service: Any) -> None:
    (done,) = fetching.fetch_sources()
    assert (done.state, service.calls) == ("absent", [])
    assert "--points FILE" in done.told
    assert fetching.exit_code([done]) == 0


@pytest.mark.usefixtures("atlas")
def test_points_are_asked_about_and_kept_beside_the_answers(service: Any, write: Any) -> None:
    path = write("institution,east,north\nhome_1,2683374,1247873\nhome_2,2600000,1200000\n")
    (done,) = fetching.fetch_sources(points=path)
    assert (done.state, len(service.calls)) == ("new", 2)
    _, receipt = store.newest("bakom_coverage") or pytest.fail("nothing fetched")
    assert set(receipt.files) == {"points", f"home_1.{DOWN}", f"home_2.{DOWN}"}
    # Other points are no drift: nothing that the publisher changed.
    other = write("institution,east,north\nhome_3,2683374,1247873\n")
    assert fetching.fetch_sources(points=other)[0].state == "new"
