"""Known figures and sums, checked as an edition arrives: in every form a source comes in."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from divide import catalog
from divide.build import known
from divide.build.known import Miss
from divide.errors import FactsError
from divide.fetch import snapshots

CSV = """GEO,AGE,TIME_PERIOD,OBS_VALUE
8100,_T,2025,10
ZH,_T,2025,7
VD,_T,2025,3
8100,Y0,2025,4
ZH,Y0,2025,3
VD,Y0,2025,1
5586,Y0,2025,1
"""
PX = """LANGUAGE="de";
DATASYMBOL5="()";
STUB="Kanton","Resultat";
VALUES("Kanton")="Schweiz","- ZH","- VD";
CODES("Kanton")="8100","1","22";
VALUES("Resultat")="Wert","Intervall";
DATA=
10 1 7 2 3 "....."
;
"""


def told_with(path: Path, **facts: Any) -> list[Miss]:
    source = replace(catalog.source("bfs_statpop"), **({"known": (), "sums": ()} | facts))
    return known.misses(source, {"main": path})


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def put(text: str, name: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def figure(value: float, **more: Any) -> tuple[dict[str, Any], ...]:
    where = {"GEO": "ZH", "AGE": "_T", "TIME_PERIOD": "2025"}
    return ({"where": where, "value": value, **more},)


def test_a_known_figure_is_there(write: Any) -> None:
    path = write(CSV, "main.csv")
    assert told_with(path, known=figure(7)) == []
    assert told_with(path, known=figure(7.4, within=0.5)) == []
    where = "GEO ZH, AGE _T, TIME_PERIOD 2025"
    assert told_with(path, known=figure(8)) == [Miss("known", where, "8", "7")]


@pytest.mark.parametrize(
    "text", [CSV.replace("ZH,_T", "ZH,T"), CSV.replace("GEO", "geo"), CSV + "ZH,_T,2025,7\n"]
)
def test_a_figure_that_is_gone_or_twice_is_a_miss(write: Any, text: str) -> None:
    """A code that was renamed hides the figure: that is told, not passed over."""
    (miss,) = told_with(write(text, "main.csv"), known=figure(7))
    assert miss.new in ("–", "7, 7")


def test_parts_sum_to_their_whole_for_all_else(write: Any) -> None:
    cantons = ({"along": "GEO", "whole": "8100", "parts": "[A-Z]{2}"},)
    assert told_with(write(CSV, "main.csv"), sums=cantons) == []
    wrong = write(CSV.replace("VD,Y0,2025,1", "VD,Y0,2025,2"), "main.csv")
    assert told_with(wrong, sums=cantons) == [Miss("sum", "GEO Y0/2025", "4", "5")]
    # A part that is not given leaves the sum unknown: nothing can be told of it.
    hidden = write(CSV.replace("VD,Y0,2025,1", "VD,Y0,2025,X"), "main.csv")
    assert told_with(hidden, sums=cantons) == []


@pytest.mark.parametrize(
    "text", [CSV.replace("8100", "CH"), CSV.replace("GEO", "geo"), CSV.replace("ZH", "1")]
)
def test_a_whole_or_parts_that_are_gone_are_told(write: Any, text: str) -> None:
    cantons = ({"along": "GEO", "whole": "8100", "parts": "ZH|VD"},)
    assert told_with(write(text, "main.csv"), sums=cantons)


def test_a_cube_is_read_in_both_forms(write: Any) -> None:
    """Where a dimension has no codes, its labels differ by form: a position does not."""
    px = write(PX, "cube.px")
    answer = {
        "id": ["Kanton", "Resultat"],
        "size": [3, 2],
        "dimension": {
            "Kanton": {
                "category": {
                    "index": ["8100", "1", "22"],
                    "label": {"8100": "Schweiz", "1": "- ZH", "22": "- VD"},
                }
            },
            "Resultat": {"category": {"index": ["0", "1"], "label": {"0": "Wert", "1": "I"}}},
        },
        "value": [10, 1, 7, 2, 3, None],
        "status": {"5": "()"},
    }
    stat = write(json.dumps(answer), "cube.json")
    facts = {
        "known": ({"where": {"Kanton": "1", "Resultat": 0}, "value": 7},),
        "sums": (
            {"along": "Kanton", "whole": "8100", "parts": "1|22", "within": 0},
            {"along": "Kanton", "by": "label", "whole": "Schweiz", "parts": "- .*"},
        ),
    }
    assert told_with(px, **facts) == told_with(stat, **facts) == []
    other = {"known": ({"where": {"Kanton": "1", "Resultat": 1}, "value": 7},)}
    for path in (px, stat):
        (miss,) = told_with(path, **other)
        assert (miss.old, miss.new) == ("7", "2")


def test_a_fact_may_hold_for_one_form_only(write: Any) -> None:
    wrong = ({"along": "GEO", "whole": "none", "parts": "x", "form": ".csv"},)
    assert told_with(write(PX, "cube.px"), sums=wrong) == []
    assert len(told_with(write(CSV, "main.csv"), sums=wrong)) == 1


@pytest.mark.mirror
def test_a_figure_of_a_workbook_has_a_sheet_row_and_column(mirror: Path) -> None:
    path = mirror / "bfs_households" / "2020-12-31" / "cc-e-01.02.02.02.xlsx"
    where = {"sheet": "2020", "row": "Switzerland", "column": "C"}
    # BFS, cc-e-01.02.02.02: households of one person at the end of 2020.
    assert told_with(path, known=({"where": where, "value": 1_408_288},)) == []
    for changed in ({"sheet": "2021"}, {"row": "Schweiz"}, {"column": "D"}):
        assert told_with(path, known=({"where": where | changed, "value": 1_408_288},))
    with pytest.raises(FactsError, match="'row'"):
        told_with(path, known=({"where": {"sheet": "2020", "column": "C"}, "value": 1},))


def test_files_by_many_roles_have_no_main(write: Any) -> None:
    source = replace(catalog.source("bfs_statpop"), known=figure(1))
    assert known.misses(source, {"values": write(CSV, "main.csv")}) == []


@pytest.mark.mirror
def test_what_the_facts_know_is_in_the_official_files(mirror: Path) -> None:
    checked = 0
    for source in catalog.sources().values():
        found = snapshots.find(source.id)
        if found is not None and (source.known or source.sums):
            assert known.misses(source, found.files) == [], source.id
            checked += 1
    assert checked >= 9


def test_every_fact_says_what_it_needs() -> None:
    for source in catalog.sources().values():
        assert all({"where", "value"} <= set(one) for one in source.known), source.id
        assert all({"along", "whole", "parts"} <= set(one) for one in source.sums), source.id
