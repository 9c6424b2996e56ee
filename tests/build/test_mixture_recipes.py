"""Rates with the residents of institutions: by a declared gap, and by the synthetic survey."""

from pathlib import Path

import pandas as pd
import pytest

from divide import tables


@pytest.fixture
def mixed(default_home: Path) -> pd.DataFrame:
    return tables.read("with_institutions")


def test_what_leaving_institutions_out_costs_by_canton(mixed: pd.DataFrame) -> None:
    rows = mixed[
        (mixed["basis"] == "declared_gap")
        & (mixed["group"] == "age:80_plus")
        & (mixed["place_level"] == "canton")
        & (mixed["tau"] == 0)
        & (mixed["indicator"] == "no_internet_use_3m")
    ].set_index("place")
    assert len(rows) == 26 and set(rows["status"]) == {"assumed"}
    assert not rows["synthetic"].any()
    # METHOD 5: from 2.8 points in Vaud, the least, to 5.5 in Uri, the most.
    assert rows["cost"].idxmin() == "VD" and rows["cost"].idxmax() == "UR"
    assert rows["cost"].round(3)[["VD", "UR"]].tolist() == [0.028, 0.055]


def test_the_survey_enters_as_synthetic(mixed: pd.DataFrame) -> None:
    assert tables.provenance("with_institutions")["synthetic"] is True
    rows = mixed[mixed["basis"] == "survey"]
    assert rows["synthetic"].all() and set(rows["status"]) == {"modelled"}
    row = rows[(rows["place"] == "UR") & (rows["group"] == "age:80_plus") & (rows["tau"] == 0.15)]
    row = row.iloc[0]
    told = tables.read("survey_results").set_index(["indicator", "place", "group"])
    # Uri speaks German: of its homes the German-speaking region's figure stands for its own.
    known = told.loc[("no_own_smartphone_people", "de", "type:nursing_home")]
    assert row["institution"] == known["value"] and row["institution_low"] == known["defect_low"]
    assert row["value"] == pytest.approx(0.816 * row["private"] + 0.184 * known["value"])
    assert row["cost_low"] < row["cost"] < row["cost_high"]


def test_every_tau_is_told(mixed: pd.DataFrame) -> None:
    assert set(mixed["tau"]) == {0.0, 0.15, 0.3}
    rows = mixed[(mixed["place"] == "VD") & (mixed["basis"] == "survey")].sort_values("tau")
    width = (rows["high"] - rows["low"]).groupby(rows["group"]).apply(list)
    assert all(sorted(one) == one for one in width)
