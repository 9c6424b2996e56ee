"""The JSON-stat reader: both versions, flags, and files that must be refused."""

import json

import pytest

from divide.errors import SourceChangedError, SourceError
from divide.tidy import jsonstat_text
from divide.tidy.jsonstat import read_jsonstat


@pytest.fixture
def eurostat(fixtures):
    return fixtures / "jsonstat" / "eurostat_internet_use.json"


@pytest.fixture
def change(eurostat, tmp_path):
    """Write the file of Eurostat's format with some of its keys changed."""

    def write(**changes):
        path = tmp_path / "changed.json"
        cube = json.loads(eurostat.read_text(encoding="utf-8")) | changes
        path.write_text(json.dumps(cube), encoding="utf-8")
        return path

    return write


def test_sparse_values_find_their_codes(eurostat):
    frame = read_jsonstat(eurostat).frame
    # Flat index 5 of 1×1×2×1×3×2, last fastest: unit 0, geo 2, time 1.
    last = frame.iloc[-1].to_dict()
    assert last == {
        "freq": "A",
        "indic_is": "I_IU3",
        "unit": "PC_IND",
        "ind_type": "IND_TOTAL",
        "geo": "CH",
        "time": "2025",
        "value": 98.92,
        "flag": "",
    }
    # Six of twelve cells carry a value: the second unit has none and gets no row.
    assert len(frame) == 6
    assert set(frame["unit"]) == {"PC_IND"}


def test_flags_survive(eurostat):
    frame = read_jsonstat(eurostat).frame
    flagged = frame[frame["flag"] != ""].set_index(["geo", "time"])["flag"]
    assert flagged.to_dict() == {("EU27_2020", "2021"): "b", ("XK", "2025"): "u"}


def test_a_flag_without_a_value_keeps_its_row(change):
    frame = read_jsonstat(change(status={"7": "c"})).frame
    row = frame[frame["unit"] == "PC_IND_ILT12"].iloc[0]
    # Index 7 = 6 + 1: second unit, first geo, second time.
    assert (row["geo"], row["time"], row["flag"]) == ("EU27_2020", "2025", "c")
    assert row["value"] != row["value"]


def test_one_status_for_all_cells(change):
    assert set(read_jsonstat(change(status="p")).frame["flag"]) == {"p"}


def test_version_1_is_read_with_labels_and_without_empty_cells(fixtures):
    cube = read_jsonstat(fixtures / "jsonstat" / "population_version1.json")
    place = "Kanton (-) / Bezirk (>>) / Gemeinde (......)"
    assert cube.frame["value"].tolist() == [8962258.0]
    assert cube.frame[place].tolist() == ["0"]
    assert cube.labels[place]["3"] == "......0001 Aeugst am Albis"
    assert cube.updated == "2010-12-20T11:22:00Z"


def test_codes_stand_by_their_index_not_by_their_place_in_the_file(change, eurostat):
    dimension = json.loads(eurostat.read_text(encoding="utf-8"))["dimension"]
    dimension["time"]["category"]["index"] = {"2025": 1, "2021": 0}
    frame = read_jsonstat(change(dimension=dimension)).frame
    assert frame["time"].tolist()[:2] == ["2021", "2025"]


def test_labels_fall_back_on_codes(eurostat):
    labels = read_jsonstat(eurostat).labels
    assert labels["geo"]["CH"] == "Switzerland"
    assert labels["unit"]["PC_IND"] == "PC_IND"


LISTED = "[1, null, -2.5, 3e2,4 ,5,6,7,8,9,10, 11]"  # flat indexes 0 to 11


@pytest.mark.parametrize("long", [1, 10**9], ids=["as a column", "as JSON"])
def test_a_long_list_is_read_as_a_column(change, monkeypatch, long):
    path = change()
    cube = json.loads(path.read_text("utf-8"))
    text = json.dumps(cube | {"value": "HERE", "status": {"1": "c"}})
    path.write_text(text.replace('"HERE"', LISTED), "utf-8")
    monkeypatch.setattr(jsonstat_text, "_LONG", long)
    rows = read_jsonstat(path).texts()
    assert rows["value"].tolist()[2:] == [-2.5, 300, 4, 5, 6, 7, 8, 9, 10, 11]
    assert rows["value"].isna().tolist() == [False, True] + 10 * [False]
    assert rows["flag"].tolist() == ["", "c"] + 10 * [""]
    assert rows["time"].tolist() == ["2021", "2025"] * 6  # the last dimension runs fastest


@pytest.mark.parametrize(
    "listed", [LISTED.replace("-2.5", "nan"), LISTED.replace("4 ,", ","), LISTED[:-1]]
)
def test_a_long_list_of_other_things_is_read_as_json_is(change, monkeypatch, listed):
    path = change()
    cube = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(cube | {"value": "HERE"}).replace('"HERE"', listed), "utf-8")
    monkeypatch.setattr(jsonstat_text, "_LONG", 1)
    with pytest.raises(SourceError, match="no JSON, or is cut"):
        read_jsonstat(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"value": {"0": 1', "no JSON, or is cut"),
        ("<html>busy</html>", "no JSON, or is cut"),
        ('{"error": [{"status": 413, "label": "too large"}]}', "holds no JSON-stat cube"),
        ("[1, 2]", "holds no JSON-stat cube"),
        ('{"dimension": {}, "value": [1]}', "not a JSON-stat cube that can be read"),
    ],
)
def test_what_is_no_cube_is_refused(tmp_path, text, says):
    path = tmp_path / "answer.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=f"answer.json.*{says}"):
        read_jsonstat(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.json cannot be read"):
        read_jsonstat(tmp_path / "gone.json")


def test_sizes_that_contradict_the_dimensions_are_refused(change):
    with pytest.raises(SourceChangedError, match="are not those of the dimensions"):
        read_jsonstat(change(size=[1, 1, 2, 1, 3, 3]))


def test_a_value_outside_the_cube_is_refused(change):
    with pytest.raises(SourceChangedError, match="outside the 12 cells"):
        read_jsonstat(change(value={"12": 1.0}))
