"""Pairs and ranks of the embedded default: what may be said, and that it is said both ways."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from divide import tables
from divide.build.settings import setting
from divide.measure.place_pairs import count_told, pairs_and_ranks

LACKING = {"no_internet_use_3m": "internet_use_3m", "no_laptop": "device_laptop"}
CHOSEN = replace(setting(), draws=300)
Tables = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def made(built_default: object) -> Tables:
    """Compare the cantons of the embedded default."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(built_default))
        inputs = [tables.read(name) for name in ("internet_use", "composition")]
        return pairs_and_ranks(*inputs, LACKING, CHOSEN, education=tables.read("education"))


def test_every_pair_is_there_once(made: Tables) -> None:
    pairs, ranks = made
    key = ["indicator", "group", "tau", "place"]
    assert not pairs.duplicated([*key, "other"]).any()
    # 2 indicators × (total and 3 groups) × 3 τ × 26 · 25.
    assert len(pairs) == 2 * 4 * 3 * 26 * 25
    assert (pairs["place"] != pairs["other"]).all()
    assert len(ranks) == 2 * 4 * 3 * 26 and not ranks.duplicated(key).any()


def test_pairs_say_the_same_both_ways(made: Tables) -> None:
    pairs, _ = made
    key = ["indicator", "group", "tau", "place", "other"]
    turned = pairs.rename(columns={"place": "other", "other": "place"})
    both = pairs.merge(turned, on=key, suffixes=("", "_turned"), validate="1:1")
    assert len(both) == len(pairs)
    assert (both["gap"] == -both["gap_turned"]).all()
    swap = {"higher": "lower", "lower": "higher", "cannot_tell": "cannot_tell"}
    for name in ("state", "state_alone"):
        assert (both[name].map(swap) == both[f"{name}_turned"]).all()


def test_gaps_are_those_of_the_risk_table(made: Tables, default_home: object) -> None:
    pairs, _ = made
    risk = tables.read("exclusion_risk")
    rates = risk[risk["tau"] == 0].set_index(["indicator", "group", "place"])["value"]
    zero = pairs[pairs["tau"] == 0]
    own, others = (
        rates.reindex(pd.MultiIndex.from_frame(zero[["indicator", "group", name]])).to_numpy()
        for name in ("place", "other")
    )
    # Benchmarks differ by the rates of 300 and 1,000 draws in nothing: estimates use none.
    assert zero["gap"].to_numpy() == pytest.approx(own - others, abs=1e-12)


def test_errors_and_probabilities_of_a_pair(made: Tables, default_home: object) -> None:
    """Var = sampling + τ²(κ₁² + κ₂²): from τ = .15 to .30 the second part grows fourfold."""
    pairs, _ = made
    wide = pairs.pivot(
        index=["indicator", "group", "place", "other"], columns="tau", values="gap_se"
    )
    grown = (wide[0.30] ** 2 - wide[0.0] ** 2) / (wide[0.15] ** 2 - wide[0.0] ** 2)
    assert grown.to_numpy() == pytest.approx(np.full(len(grown), 4.0))
    assert pairs["probability"].to_numpy() == pytest.approx(
        norm.cdf(pairs["gap"] / pairs["gap_se"]), abs=1e-12
    )


def test_all_together_says_less_than_one_alone(made: Tables) -> None:
    pairs, _ = made
    told = pairs["state"] != "cannot_tell"
    assert told.any()
    assert (pairs.loc[told, "state"] == pairs.loc[told, "state_alone"]).all()
    assert told.sum() < (pairs["state_alone"] != "cannot_tell").sum()


def test_at_the_larger_taus_no_ranking_is_possible(made: Tables) -> None:
    """METHOD 4.0: at τ = .30 no canton is told from the country, so none is ranked."""
    pairs, ranks = made
    assert set(pairs.loc[pairs["tau"] > 0, "state"]) == {"cannot_tell"}
    assert set(ranks.loc[ranks["tau"] > 0, "ranking"]) == {"none"}
    alike = ranks[(ranks["group"] == "total") & (ranks["tau"] == 0)]
    assert set(alike["ranking"]) == {"possible"}
    assert (ranks["best_rank"] <= ranks["worst_rank"]).all()


def test_a_group_without_a_rate_of_its_own_is_compared_nowhere(default_home: object) -> None:
    use = tables.read("internet_use")
    gone = (use["group"] == "age:60_plus") & (use["indicator"] == "device_laptop")
    poorer = use.assign(value=use["value"].mask(gone), se=use["se"].mask(gone))
    pairs, ranks = pairs_and_ranks(
        poorer,
        tables.read("composition"),
        {"no_laptop": "device_laptop"},
        replace(CHOSEN, draws=50, groups=("age:60_plus",)),
    )
    mute = pairs["group"] == "age:60_plus"
    assert set(pairs.loc[mute, "state"]) == set(pairs.loc[mute, "state_alone"]) == {"cannot_tell"}
    assert pairs.loc[mute, ["gap", "gap_se", "probability"]].isna().all(axis=None)
    assert set(pairs.loc[mute, "status"]) == {"missing"}
    unranked = ranks[ranks["group"] == "age:60_plus"]
    assert unranked[["value", "best_rank", "worst_rank"]].isna().all(axis=None)
    assert set(unranked["ranking"]) == {"none"}


def test_pairs_are_counted_once_and_ranks_as_wide_as_they_may_be() -> None:
    three = [("A", "B", "higher", "higher"), ("A", "C", "cannot_tell", "higher")]
    three += [("B", "C", "cannot_tell", "cannot_tell")]
    swap = {"higher": "lower", "cannot_tell": "cannot_tell"}
    both = three + [(b, a, swap[state], swap[alone]) for a, b, state, alone in three]
    pairs = pd.DataFrame(both, columns=["place", "other", "state", "state_alone"]).assign(tau=0.0)
    sets = pd.DataFrame(
        {"tau": 0.0, "best_rank": [1, 1, 1], "worst_rank": [2, 3, 3], "ranking": "none"}
    )
    told = count_told(pairs, sets)
    # A is above B whichever way it is asked, above C only if that is asked alone; the ranks are
    # 2, 3 and 3 wide.
    assert told.loc[0.0].tolist() == [3, 2, 1, 3.0, "none"]
