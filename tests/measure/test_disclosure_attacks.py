"""The attack by subtraction: it works on a table hidden in one place only, not on what leaves."""

from pathlib import Path

import numpy as np
import pandas as pd

from divide import tables
from divide.measure.disclosure.attacks import subtract

SITES = pd.Series({"VD": 200, "GE": 100, "NE": 150, "JU": 12})


def rates(**values: float) -> pd.DataFrame:
    """Return rates of French-speaking cantons, and of 462 sites 185 that answered: .40."""
    cantons = {"VD": 0.4, "GE": 0.4, "NE": 0.4, "JU": 0.42, **values}
    levels = ["language_region", *["canton"] * len(cantons)]
    told = {"place_level": levels, "place": ["fr", *cantons], "value": [0.4, *cantons.values()]}
    return pd.DataFrame(told)


def test_one_hidden_canton_is_what_is_left() -> None:
    found = subtract(rates(JU=np.nan), SITES).iloc[0]
    # 184.8 ± 2.31 less 180 ± 2.25: 4.8 ± 4.56.
    assert found[["least", "most"]].round(2).tolist() == [0.24, 9.36]
    # Ten times as many are told ten times as finely: 48 ± 4.56 of 120 is nearly the answer.
    many = SITES * 10
    found = subtract(rates(JU=np.nan), many).iloc[0]
    assert found[["least", "most"]].round(2).tolist() == [43.44, 52.56]


def test_two_hidden_cantons_hide_each_other() -> None:
    found = subtract(rates(JU=np.nan, NE=np.nan), SITES).set_index("canton")
    # 184.8 ± 2.31 less 120 ± 1.5 is 61 to 68.6: Jura's may be none or all of its 12.
    assert found.loc["JU", ["least", "most"]].tolist() == [0, 12]
    assert found.loc["NE", ["least", "most"]].round(2).tolist() == [48.99, 68.61]


def test_it_fails_on_what_left(default_home: Path) -> None:
    results, frame = tables.read("survey_results"), tables.read("survey_frame")
    rate = results[(results["item"] == "response_rate") & (results["group"] == "total")]
    found = subtract(rate, frame.groupby("canton").size())
    truth = tables.read("survey_answers").drop_duplicates("institution")["institution"].str[:2]
    answered = truth.value_counts().reindex(found["canton"]).fillna(0).to_numpy()
    assert len(found) >= 2 and not found["known"].any()
    assert (found["least"] <= answered).all() and (answered <= found["most"]).all()
    # None is left fewer than half of all that it could be.
    assert (found["most"] - found["least"] > found["sites"] / 2).all()
