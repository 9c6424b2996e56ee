"""A cube of STAT-TAB: the same numbers whichever channel brought it."""

import json
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from divide.errors import SourceChangedError, SourceError
from divide.tidy import connectivity, internet_use, online_activities
from divide.tidy.connectivity import GROUPS, INDICATORS
from divide.tidy.cubes import read_cube
from divide.tidy.px import table_frame

# BFS, px-x-1604000000_101, edition 2021-12-15: count, half-width, per cent, half-width.
CELLS = {
    "IACCCH/0/0/0/2021": "3647712 31023 96.2 0.8",
    "IACCCH/3/0/0/2021": "155476 7161 94 3.8",
    "IACCCH/0/0/4/2021": "201993 35413 94.5 4.1",
    "IACCCH/3/4/4/2021": '"....." "....." "....." "....."',
    "IACCCH/0/4/0/2021": '"...." "...." "...." "...."',  # made up
    "IACCCH/0/3/0/2021": "- - - -",  # made up
    "IACCCH/0/0/0/2014": "2845823 47513 82.6 1.4",
}
SIGNS = {'"..."': "...", '"...."': "*", '"....."': "()", "-": "-"}
NAMES = ("Sprachgebiet", "Haushaltsgrösse", "Subjektive finanzielle Situation des Haushalts")
MEASURES = {
    "Absolut / relativ": ["Anzahl Haushalte", "Anteil (in % aller Haushalte)"],
    "Resultat": ["Wert", "Konfidenzintervall +/-"],
}


def axes():
    """Name the dimensions and categories of the cube: code to label, last two without codes."""
    known = {
        name: {code: label for code, (_, label) in axis.items()}
        for name, axis in zip(NAMES, GROUPS.values(), strict=True)
    }
    years = {"Jahr": {"2021": "2021", "2014": "2014"}}
    return {"Internetzugang": {code: code for code in INDICATORS}, **known, **years}


@pytest.fixture
def px(px_file):
    """Return the PX master of the cells, four numbers a row."""
    cells = {
        f"{key}/{kind}/{result}": cell.split()[2 * i + j]
        for key, cell in CELLS.items()
        for i, kind in enumerate(MEASURES["Absolut / relativ"])
        for j, result in enumerate(MEASURES["Resultat"])
    }
    return px_file("px-x-1604000000_101", {**axes(), **MEASURES}, cells)


@pytest.fixture
def service_answer(tmp_path):
    """Return a function that writes the same cells as PxWeb answers them in json-stat2."""

    def write(change=None):
        dimensions = axes() | {
            name: {str(at): label for at, label in enumerate(labels)}
            for name, labels in MEASURES.items()
        }
        keys = [
            "/".join((a, b, c, d, y))
            for a in INDICATORS
            for b, c, d in ((b, c, d) for b in "0123" for c in "01234" for d in "01234")
            for y in ("2021", "2014")
        ]
        words = " ".join(CELLS.get(key, '"..." ' * 4) for key in keys).split()
        cube = {
            "version": "2.0",
            "class": "dataset",
            "updated": "2021-12-15T07:30:00Z",
            "id": list(dimensions),
            "size": [len(labels) for labels in dimensions.values()],
            "dimension": {
                name: {
                    "label": name,
                    "category": {
                        "index": {code: at for at, code in enumerate(labels)},
                        "label": labels,
                    },
                }
                for name, labels in dimensions.items()
            },
            "value": [None if word in SIGNS else float(word) for word in words],
            "status": {str(i): SIGNS[word] for i, word in enumerate(words) if word in SIGNS},
        }
        if change:
            change(cube)
        path = tmp_path / "px-x-1604000000_101.json"
        path.write_text(json.dumps(cube), encoding="utf-8")
        return path

    return write


def test_both_forms_hold_the_same_cells(px, service_answer):
    master, answered = read_cube(px), read_cube(service_answer())
    np.testing.assert_array_equal(master.values, answered.values)
    np.testing.assert_array_equal(master.kinds, answered.kinds)
    assert master.matrix == answered.matrix == "px-x-1604000000_101"
    assert [one.name for one in master.dimensions] == [one.name for one in answered.dimensions]
    # 7 attributes × 4 × 5 × 5 × 2 years × 4 numbers; 5 rows of figures, one nil among them.
    assert len(answered.values) == 5600
    assert int((~np.isnan(answered.values)).sum()) == 5 * 4
    assert len(table_frame(answered)) == 5600


def test_both_forms_make_the_same_table(px, service_answer):
    tidied = [
        connectivity.tidy_household_access(path, edition="2021-12-15")
        for path in (px, service_answer())
    ]
    assert_frame_equal(*tidied, check_exact=True)
    statuses = tidied[0].set_index("cell")["status"]
    assert statuses["IACCCH/3/4/4/2021"] == "suppressed"
    assert "IACCCH/0/4/0/2021" not in statuses.index  # cannot be
    assert tidied[0].set_index("cell").loc["IACCCH/3/0/0/2021", "value"] == 0.94


def test_an_empty_cell_without_a_sign_is_refused(service_answer):
    path = service_answer(lambda cube: cube.pop("status"))
    with pytest.raises(SourceChangedError, match="neither a figure nor a sign"):
        read_cube(path)


def test_a_sign_against_a_figure_is_refused(service_answer):
    path = service_answer(lambda cube: cube["status"].update({"0": "()"}))
    with pytest.raises(SourceChangedError, match="a sign against it"):
        read_cube(path)


def test_an_unknown_sign_is_named(service_answer):
    path = service_answer(lambda cube: cube["status"].update({"4": "?"}))
    with pytest.raises(SourceError, match=r"shows '\?', a sign of unknown meaning"):
        read_cube(path)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("source", "number", "tidy"),
    [
        ("bfs_ict_access", 101, connectivity.tidy_household_access),
        ("bfs_ict_activities", 102, online_activities.tidy_online_activities),
        ("bfs_ict_skills", 106, internet_use.tidy_internet_use),
    ],
)
def test_official_cubes_are_the_same_in_both_forms(
    mirror: Path, tmp_path: Path, source: str, number: int, tidy
) -> None:
    name = f"px-x-1604000000_{number}"
    path = mirror / source / "2021-12-15" / f"{name}.px"
    cube = read_cube(path)
    signs = np.array(["", "()", "X", "...", "*"])[cube.kinds]
    answer = {
        "version": "2.0",
        "id": [one.name for one in cube.dimensions],
        "size": [len(one.codes) for one in cube.dimensions],
        "dimension": {
            one.name: {"category": {"label": dict(zip(one.codes, one.labels["de"], strict=True))}}
            for one in cube.dimensions
        },
        "value": [None if np.isnan(value) else value for value in cube.values.tolist()],
        "status": {str(at): sign for at, sign in enumerate(signs.tolist()) if sign},
    }
    other = tmp_path / f"{name}.json"
    other.write_text(json.dumps(answer), encoding="utf-8")
    tidied = [tidy(one, edition="2021-12-15") for one in (path, other)]
    assert_frame_equal(*tidied, check_exact=True)
