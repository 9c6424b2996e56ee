"""Contradictions are shown side by side; nothing is averaged, nobody is called wrong."""

import math

import pandas as pd
import pytest
from pandas import DataFrame

from divide import catalog, tables, terms
from divide.errors import MethodError
from divide.measure.contradictions import contradictions

WORDS = {lang: "x" for lang in terms.LANGUAGES}


def figures(*rows: tuple[str, float, float, float]) -> DataFrame:
    frame = DataFrame(rows, columns=["indicator", "value", "low", "high"])
    told = {"group": "total", "place": "CH", "year": 2021, "status": "observed"}
    return frame.assign(**told, source="bfs_ict_skills", edition="2021")


def sides(*names: str, **more: object) -> dict[str, object]:
    told = [
        {"table": "internet_use", "indicator": n, "group": "total", "place": "CH", "year": 2021}
        for n in names
    ]
    return {"one": {"matter": WORDS, "differ": WORDS, "sides": [{**t, **more} for t in told]}}


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ((0.95, 0.93, 0.97), "overlap"),
        ((0.80, 0.75, 0.85), "apart"),
        ((0.95, math.nan, math.nan), "inside"),
        ((0.80, math.nan, math.nan), "outside"),
        ((math.nan, math.nan, math.nan), "cannot_tell"),
    ],
)
def test_two_figures_are_compared(second: tuple[float, float, float], told: str) -> None:
    use = figures(("a", 0.94, 0.92, 0.96), ("b", *second))
    found = contradictions(sides("a", "b"), use, use, use, use)
    assert set(found["intervals"]) == {told} and found["side"].tolist() == [1, 2]


def test_what_is_lacked_is_one_less() -> None:
    use = figures(("a", 0.4, 0.35, 0.45))
    row = contradictions(sides("a", lacking=True), use, use, use, use).iloc[0]
    assert row[["value", "low", "high"]].tolist() == pytest.approx([0.6, 0.55, 0.65])


def test_a_figure_that_is_not_there_once_is_refused() -> None:
    use = figures(("a", 0.4, 0.35, 0.45))
    for given in (use[:0], pd.concat([use, use])):
        with pytest.raises(MethodError, match=r"'one': internet_use holds [02] figures of a total"):
            contradictions(sides("a"), given, given, given, given)


def test_the_study_shows_them(default_home: object) -> None:
    frame = tables.read("contradictions")
    assert set(frame["matter"]) == set(catalog.facts("contradictions"))
    use = frame[frame["matter"] == "internet_use_2021"].set_index("source")["value"]
    # 95.6 % of people aged 15 to 88 (BFS), 98.14 % of those aged 16 to 74 (Eurostat).
    assert use.round(4).to_dict() == {"bfs_ict_skills": 0.956, "eurostat_internet_use": 0.9814}
    assert set(frame.loc[frame["matter"] == "internet_use_2021", "intervals"]) == {"outside"}
    language = frame[frame["matter"] == "language_regions"]
    assert language["value"].isna().all() and language["found_de"].notna().all()


@pytest.mark.mirror
def test_hot_spots_are_of_what_was_measured(official_home: object) -> None:
    frame = tables.read("hotspots")
    assert set(frame["status"]) == {"observed", "suppressed", "missing"}
    assert frame["place"].nunique() == 2131 and set(frame["matrix"]) == {"borders", "nearest"}
    hidden = frame[frame["status"] != "observed"]
    assert set(hidden["cluster"]) == {"cannot_tell"}
    called = frame[~frame["cluster"].isin(("none", "cannot_tell"))]
    assert 0 < called["place"].nunique() < 100 and (called["q"] <= 0.05).all()
