"""Coverage at addresses: bands and operators, and "no data", which is never 0."""

import json

import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.coverage import tidy_coverage

DOWN = "ch.bakom.downlink100"
MOBILE = "ch.bakom.mobilnetz-5g"


@pytest.fixture
def files(tmp_path):
    """Write what was asked and what came: two points, two layers, one class a cell or none."""

    def put(answers):
        places = {"home": (2683374.0, 1247873.0), "office": (2600000.0, 1200000.0)}
        points = [{"name": name, "east": e, "north": n} for name, (e, n) in places.items()]
        found = {"points": {"layers": [DOWN, MOBILE], "points": points}}
        for role, value in answers.items():
            features = [{"properties": {"value_0": one}} for one in value]
            found[role] = {"features": features}
        paths = {role: tmp_path / f"{role}.json" for role in found}
        for role, content in found.items():
            paths[role].write_text(json.dumps(content), "utf-8")
        return paths

    return put


def answers(**changes):
    known = {
        f"home.{DOWN}": "4",
        f"home.{MOBILE}": "3",
        f"office.{DOWN}": "",
        f"office.{MOBILE}": "2",
    }
    return known | changes


def test_one_row_an_institution_and_layer(files):
    rows = tidy_coverage(files(answers()), edition="2026-04-30")
    schemas.check(rows, "institution_coverage")
    found = rows.set_index(["institution", "layer"])
    # Class 4: more than 90 and up to 100 % of the buildings of the cell.
    assert found.loc[("home", DOWN), ["low", "high", "status"]].tolist() == [0.9, 1.0, "observed"]
    assert found.loc[("home", MOBILE), "operators"] == "all_3"
    assert found.loc[("office", MOBILE), "operators"] == "fewer_than_3"
    assert found.loc[("home", MOBILE), ["low", "high"]].isna().all()


def test_an_empty_list_is_missing_and_never_nought(files):
    rows = tidy_coverage(files(answers()), edition="x").set_index(["institution", "layer"])
    office = rows.loc[("office", DOWN)]
    assert office["status"] == "missing"
    assert office[["low", "high", "operators"]].isna().all()
    # A sum over nothing known is not known: none of the columns turns it into 0.
    assert rows["low"].loc["office"].sum(min_count=1) != 0


@pytest.mark.parametrize("value", ["0", "5", "14"])
def test_an_unknown_class_is_refused(files, value):
    with pytest.raises(SourceChangedError, match="its legend knows 1, 2, 3, 4"):
        tidy_coverage(files(answers(**{f"home.{DOWN}": value})), edition="x")


def test_a_lost_answer_is_named(files):
    paths = files(answers())
    del paths[f"home.{DOWN}"]
    with pytest.raises(SourceError, match=r"home\.ch\.bakom\.downlink100"):
        tidy_coverage(paths, edition="x")


@pytest.mark.mirror
def test_the_recorded_answers_make_rows(recorded, tmp_path):
    """A place in Zurich, and one in the mountains where the atlas has no data on fibre."""
    folder = recorded / "bakom"
    fibre = "ch.bakom.anschlussart-glasfaser"
    points = [{"name": n, "east": 2683374.2, "north": 1247873.4} for n in ("town", "peak")]
    asked = tmp_path / "points.json"
    asked.write_text(json.dumps({"layers": [fibre, MOBILE], "points": points}), "utf-8")
    rows = tidy_coverage(
        {
            "points": asked,
            f"town.{fibre}": folder / "glasfaser.json",
            f"town.{MOBILE}": folder / "mobilfunk_5g.json",
            f"peak.{fibre}": folder / "multi_standort_4.json",
            f"peak.{MOBILE}": folder / "multi_standort_3.json",
        },
        edition="2026-08",
    )
    told = rows.set_index(["institution", "layer"])["status"].to_dict()
    assert told == {
        ("peak", fibre): "missing", ("peak", MOBILE): "observed",
        ("town", fibre): "observed", ("town", MOBILE): "observed",
    }  # fmt: skip
