"""Composite indices: by hand, against COINr's ASEM example, and missing is never 0."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure import indices
from divide.measure.index_structure import read_structure

VALUES = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [30.0, 10.0, 20.0]}, index=["X", "Y", "Z"])
STRUCTURE = pd.DataFrame(
    {"indicator": ["a", "b"], "parent": "all", "weight": [3, 1], "direction": [1, -1]}
)
DIRECTIONS = STRUCTURE.set_index("indicator")["direction"]
TREE = read_structure(STRUCTURE)


def asem(oracles: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(oracles / f"asem_{name}.csv").set_index("uCode")


def asem_structure(oracles: Path) -> pd.DataFrame:
    rows = pd.read_csv(oracles / "asem_imeta.csv")
    names = {"iCode": "indicator", "Parent": "parent", "Weight": "weight", "Direction": "direction"}
    return rows[rows["Type"].isin(["Indicator", "Aggregate"])].rename(columns=names)


def test_asem_agrees_with_coinr(oracles: Path) -> None:
    structure = asem_structure(oracles)
    directions = structure.set_index("indicator")["direction"]
    scores = indices.normalise(asem(oracles, "treated"), directions)
    given = asem(oracles, "normalised")
    assert scores.shape == (51, 49)
    assert scores.to_numpy() == pytest.approx(given[scores.columns].to_numpy(), abs=1e-8)
    found = indices.aggregate(scores, read_structure(structure))
    given = asem(oracles, "aggregated")
    assert found.shape == (51, 49 + 11)
    assert found.to_numpy() == pytest.approx(given[found.columns].to_numpy(), abs=1e-8)


def test_asem_ranks_are_those_published(oracles: Path) -> None:
    found = indices.composite_index(asem(oracles, "treated"), asem_structure(oracles))
    top = found[found["indicator"] == "Index"].sort_values("rank")
    first = dict(zip(top["place"].head(5), top["value"].head(5).round(2), strict=True))
    assert first == {"CHE": 68.38, "NLD": 64.82, "DNK": 64.80, "NOR": 64.47, "BEL": 63.54}
    last = top.iloc[-1]
    assert (last["place"], round(last["value"], 2), last["rank"]) == ("RUS", 35.66, 51)
    assert found["coverage"].eq(1).all()


def test_an_index_by_hand() -> None:
    found = indices.composite_index(VALUES, STRUCTURE).set_index(["indicator", "place"])
    # a: 0, 25, 100. b, less is better: 0, 100, 50. All: (3a + b)/4.
    assert found.loc["a", "value"].tolist() == [0, 25, 100]
    assert found.loc["b", "value"].tolist() == [0, 100, 50]
    assert found.loc["all", "value"].tolist() == [0, 43.75, 87.5]
    assert found.loc["all", "rank"].tolist() == [3, 2, 1]


def test_scales_by_hand() -> None:
    z = indices.normalise(VALUES, DIRECTIONS, method="z")
    assert z["b"].tolist() == [-1, 1, 0]  # mean 20, standard deviation 10, less is better
    ranks = indices.normalise(VALUES, DIRECTIONS, method="rank")
    assert ranks["b"].tolist() == [1, 3, 2]
    tied = indices.normalise(pd.DataFrame({"a": [1.0, 1.0, 2.0]}), DIRECTIONS, method="rank")
    assert tied["a"].tolist() == [1.5, 1.5, 3]
    span = indices.normalise(VALUES, DIRECTIONS, span=(1, 5))
    assert span["a"].tolist() == [1, 2, 5]


def test_a_geometric_mean_by_hand() -> None:
    scores = pd.DataFrame({"a": [16.0], "b": [81.0]})
    found = indices.aggregate(scores, TREE, how="geometric")
    assert found["all"].tolist() == pytest.approx([24])  # (16³ · 81)^¼ = 8 · 3
    with pytest.raises(MethodError, match="scores above 0"):
        indices.aggregate(scores - 16, TREE, how="geometric")


def test_missing_is_not_zero_and_not_ranked() -> None:
    values = VALUES.copy()
    values.loc["Z", "b"] = np.nan
    found = indices.composite_index(values, STRUCTURE).set_index(["indicator", "place"])
    row = found.loc[("all", "Z")]
    assert np.isnan(row["value"]) and np.isnan(row["rank"])
    assert (row["status"], row["coverage"]) == ("missing", 0.75)
    assert found.loc[("b", "Z"), "status"] == "missing"
    assert found.loc[("all", "Y"), "status"] == "modelled"
    assert found.loc["all", "rank"].tolist()[:2] == [2, 1]


@pytest.mark.parametrize("how", ["arithmetic", "geometric"])
def test_with_enough_weight_the_mean_is_over_what_is_known(how: str) -> None:
    scores = pd.DataFrame({"a": [40.0, np.nan, np.nan], "b": [np.nan, 60.0, np.nan]})
    found = indices.aggregate(scores, TREE, how=how, least=0.75)
    assert found["all"].tolist() == pytest.approx([40, np.nan, np.nan], nan_ok=True)
    assert found.attrs["coverage"]["all"].tolist() == [0.75, 0.25, 0]
    found = indices.aggregate(scores, TREE, how=how, least=0)
    assert found["all"].tolist() == pytest.approx([40, 60, np.nan], nan_ok=True)


@given(
    factor=st.floats(0.01, 100),
    shift=st.floats(-100, 100),
    values=st.lists(st.integers(-50, 50), min_size=3, max_size=8, unique=True),
    method=st.sampled_from(["min_max", "z", "rank"]),
)
def test_scores_ignore_a_change_of_unit(
    factor: float, shift: float, values: list[int], method: str
) -> None:
    one = pd.DataFrame({"a": values}, dtype=float)
    other = one * factor + shift
    before, after = (indices.normalise(x, DIRECTIONS, method=method) for x in (one, other))
    assert after["a"].tolist() == pytest.approx(before["a"].tolist(), abs=1e-6)


def test_tidy_rows_are_laid_out_and_given_back_as_they_were() -> None:
    tidy = pd.DataFrame(
        {"place": ["X", "X", "Y"], "indicator": ["a", "b", "a"], "value": [1, 2, 3]}
    )
    wide = indices.spread_out(tidy)
    assert wide.loc["X"].tolist() == [1, 2]
    assert np.isnan(wide.loc["Y", "b"])
    with pytest.raises(MethodError, match="X has a several times"):
        indices.spread_out(pd.concat([tidy, tidy]))


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        (VALUES.assign(b=7.0), {}, "b tells no units apart"),
        (VALUES.assign(b=np.nan), {}, "b tells no units apart"),
        (VALUES, {"method": "minmax"}, "Did you mean min_max"),
        (VALUES, {"how": "harmonic"}, "No mean 'harmonic'"),
    ],
)
def test_what_makes_no_index_is_refused(
    values: pd.DataFrame, options: dict[str, str], said: str
) -> None:
    with pytest.raises(MethodError, match=said):
        indices.composite_index(values, STRUCTURE, **options)


def test_directions_and_scores_must_be_there() -> None:
    with pytest.raises(MethodError, match="No direction for b"):
        indices.normalise(VALUES, DIRECTIONS.drop("b"))
    with pytest.raises(MethodError, match="No scores for b"):
        indices.aggregate(VALUES[["a"]], TREE)
