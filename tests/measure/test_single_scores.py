"""The usual composite index beside the answer: worked out by hand for four places."""

import pandas as pd
import pytest

from divide.measure.single_scores import single_scores


def risk(rows: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Return two shares of lacking, a row a place and indicator."""
    told = [
        (place, name, one)
        for place, pair in rows.items()
        for name, one in zip("ab", pair, strict=True)
    ]
    return pd.DataFrame(told, columns=["place", "indicator", "value"])


# Min–max, less is better: W (1, 1) → 100, X (.5, .5), Y (0, 1), Z (0, 0) in units of the range.
FOUR = {"W": (0.1, 0.1), "X": (0.5, 0.5), "Y": (0.9, 0.1), "Z": (0.9, 0.9)}


def test_scores_are_means_of_min_max() -> None:
    found = single_scores(risk(FOUR), draws=200, seed=3).set_index("place")
    assert found["value"].to_dict() == pytest.approx({"W": 100, "X": 50, "Y": 50, "Z": 0})
    # Equal scores share the better rank.
    assert found["rank"].to_dict() == {"W": 1, "X": 2, "Y": 2, "Z": 4}
    assert set(found["status"]) == {"modelled"}


def test_the_best_everywhere_is_first_whatever_is_chosen() -> None:
    found = single_scores(risk(FOUR), draws=200, seed=3).set_index("place")
    assert found.loc["W", ["best_rank", "worst_rank"]].tolist() == [1, 1]
    assert found.loc["Y", "best_rank"] < found.loc["Y", "worst_rank"]


def test_a_twin_has_the_score_and_another_profile() -> None:
    found = single_scores(risk(FOUR), draws=20, seed=3).set_index("place")
    assert found.loc["X", "twin"] == "Y" and found.loc["Y", "twin"] == "X"
    # Y lacks less of b (100 against 50 points), more of a (0 against 50).
    assert found.loc["Y", ["better_in", "worse_in", "distance"]].tolist() == ["b", "a", 50.0]
    assert found["twin"].isna().to_dict() == {"W": True, "X": False, "Y": False, "Z": True}


def test_a_place_without_a_share_has_no_score_and_never_the_lowest() -> None:
    rows = risk({**FOUR, "V": (float("nan"), 0.2)})
    lost = single_scores(rows, draws=20, seed=3).set_index("place").loc["V"]
    assert lost["status"] == "missing"
    assert lost[["value", "rank", "best_rank", "worst_rank", "twin"]].isna().all()
