"""Hot spots as a table: classes, what is refused, what missing places do."""

import numpy as np
import pandas as pd
import pytest

from divide import tables
from divide.errors import JoinError, MethodError
from divide.measure import neighbours
from divide.measure.hotspots import hotspots
from divide.measure.neighbours import Neighbours, from_lists

DAY = "2024-01-01"
SIDE = 12
NAMES = [f"{one:04d}" for one in range(SIDE * SIDE)]


def grid(reach: tuple[int, ...]) -> Neighbours:
    """Call places of a square grid neighbours at these steps along its rows and columns."""
    steps = [(sign * one, 0) for one in reach for sign in (1, -1)]
    steps += [(column, row) for row, column in steps]
    beside = [
        [
            NAMES[(row + up) * SIDE + column + right]
            for up, right in steps
            if 0 <= row + up < SIDE and 0 <= column + right < SIDE
        ]
        for row in range(SIDE)
        for column in range(SIDE)
    ]
    return from_lists(NAMES, beside, place_level="commune", register_date=DAY)


TWO = {"borders": grid((1,)), "nearest": grid((1, 2))}


def observed(values: np.ndarray, *, indicator: str = "rate") -> pd.DataFrame:
    """Type one observation a place; nan is missing."""
    return pd.DataFrame(
        {
            "indicator": indicator,
            "group": "total",
            "place_level": "commune",
            "place": NAMES,
            "register_date": DAY,
            "year": 2022,
            "value": values.ravel(),
            "status": np.where(np.isnan(values.ravel()), "suppressed", "observed"),
        }
    )


def clustered() -> np.ndarray:
    """Noise, a corner of high values, one of low ones, and a low place amid the high."""
    values = np.random.default_rng(2).normal(size=(SIDE, SIDE))
    values[:4, :4] += 6
    values[-4:, -4:] -= 6
    values[1, 1] = -4
    return values


def at(found: pd.DataFrame, row: int, column: int, matrix: str = "borders") -> pd.Series:
    one = found[(found["place"] == NAMES[row * SIDE + column]) & (found["matrix"] == matrix)]
    assert len(one) == 1
    return one.iloc[0]


def test_clusters_are_named_by_the_place_and_its_neighbours() -> None:
    found = hotspots(observed(clustered()), TWO, seed=1, permutations=9_999)
    assert at(found, 0, 1)["cluster"] == "none"  # a low place beside it hides it
    assert at(found, 2, 3)["cluster"] == "high_high"
    assert at(found, SIDE - 2, SIDE - 2)["cluster"] == "low_low"
    assert at(found, 1, 1)["cluster"] == "low_high"
    assert at(found, 1, 1)["local_i"] < 0 < at(found, 2, 3)["local_i"]
    middle = found[found["place"].isin([NAMES[6 * SIDE + one] for one in range(4)])]
    assert set(middle["cluster"]) == {"none"}
    assert len(found) == 2 * len(NAMES)


def test_a_high_place_amid_low_ones() -> None:
    found = hotspots(observed(-clustered()), TWO, seed=1, permutations=9_999)
    assert at(found, 1, 1)["cluster"] == "high_low"


def test_both_matrices_must_say_the_same_to_agree() -> None:
    found = hotspots(observed(clustered()), TWO, seed=1, permutations=9_999)
    wide = found.pivot(index="place", columns="matrix", values="cluster")
    same = (wide["borders"] == wide["nearest"]).rename("same")
    assert same.any() and not same.all()
    told = found.set_index("place")["agreed"]
    assert (told == same.reindex(told.index)).all()


def test_a_missing_place_stays_missing_and_is_no_neighbour() -> None:
    values = clustered()
    values[2, 3] = np.nan
    found = hotspots(observed(values), TWO, seed=1, permutations=99)
    gone = at(found, 2, 3)
    assert (gone["status"], gone["cluster"]) == ("suppressed", "cannot_tell")
    assert gone[["value", "local_i", "p", "q"]].isna().all()
    assert at(found, 2, 2)["neighbours"] == 3  # of four


def test_a_place_without_known_neighbours_cannot_be_told() -> None:
    values = clustered()
    values[0, 1] = values[1, 0] = np.nan
    corner = at(hotspots(observed(values), TWO, seed=1, permutations=99), 0, 0)
    assert (corner["status"], corner["cluster"]) == ("observed", "cannot_tell")
    assert corner["value"] == values[0, 0]


@pytest.mark.parametrize("status", ["modelled", "assumed"])
def test_modelled_rates_are_refused(status: str) -> None:
    """METHOD 8: never on r_c of 4.2, its clusters are age clusters in disguise."""
    with pytest.raises(MethodError, match=status):
        hotspots(observed(clustered()).assign(status=status), TWO, seed=1)


def test_the_modelled_risk_of_the_study_is_refused(default_home: object) -> None:
    with pytest.raises(MethodError, match="modelled"):
        hotspots(tables.read("exclusion_risk"), TWO, seed=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.assign(register_date="2023-01-01"),
        lambda rows: rows.assign(place_level="district"),
        lambda rows: rows.iloc[1:],
        lambda rows: pd.concat([rows, rows.iloc[:1]]),
        lambda rows: rows.assign(place=["9999", *rows["place"][1:]]),
    ],
)
def test_places_must_meet_their_neighbours(change: object) -> None:
    with pytest.raises(JoinError, match="borders"):
        hotspots(change(observed(clustered())), TWO, seed=1)


def test_on_small_bases_one_case_is_no_hot_spot() -> None:
    """Four hamlets around a place, one case in each, among towns at 1 %."""
    persons = np.full((SIDE, SIDE), 4000.0)
    rate = np.random.default_rng(4).binomial(4000, 0.01, (SIDE, SIDE)) / 4000
    for row, column in ((4, 5), (6, 5), (5, 4), (5, 6)):
        persons[row, column], rate[row, column] = 33, 1 / 33
    base = observed(persons, indicator="residents")
    bare, weighed = (
        hotspots(observed(rate), TWO, seed=1, permutations=9_999, base=one) for one in (None, base)
    )
    # 3 % is 13 standard deviations of the towns' rates, but 1.2 of a rate among 33 persons.
    assert at(bare, 5, 5)["cluster"] in ("low_high", "high_high")
    assert at(weighed, 5, 5)["cluster"] == "none"
    hamlet = at(weighed, 5, 6)
    assert hamlet["value"] == 1 / 33
    assert 0.01 < hamlet["shrunken"] < 0.02
    assert bare["shrunken"].isna().all()


def test_a_place_without_a_base_cannot_be_told() -> None:
    persons = np.full((SIDE, SIDE), 4000.0)
    persons[0, 0] = np.nan
    rate = np.random.default_rng(4).uniform(size=(SIDE, SIDE))
    base = observed(persons, indicator="residents")
    found = hotspots(observed(rate), TWO, seed=1, permutations=99, base=base)
    assert at(found, 0, 0)["cluster"] == "cannot_tell"


def test_indicators_do_not_move_each_other() -> None:
    one, other = observed(clustered()), observed(-clustered(), indicator="other")
    alone = hotspots(one, TWO, seed=1, permutations=99)
    both = hotspots(pd.concat([other, one]), TWO, seed=1, permutations=99)
    kept = both[both["indicator"] == "rate"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, kept)


@pytest.mark.mirror
def test_social_assistance_of_the_communes(official_home: object) -> None:
    """492 communes have no rate; with 99,999 draws hot and cold spots are told all the same."""
    rows = tables.read("social_assistance")
    rows = rows[
        (rows["indicator"] == "social_assistance_share") & (rows["place_level"] == "commune")
    ]
    borders = tables.read_boundaries()
    matrices = {
        "borders": neighbours.shared_borders(borders),
        "nearest": neighbours.nearest(borders),
    }
    found = hotspots(rows, matrices, seed=1)
    assert len(found) == 2 * 2131
    hidden = found["value"].isna()
    assert hidden.sum() == 2 * 492
    assert set(found.loc[hidden, "cluster"]) == {"cannot_tell"}
    called = found[found["cluster"].isin(["high_high", "low_low", "high_low", "low_high"])]
    assert (called["q"] <= 0.05).all()
    # Around Biel/Bienne (0371) and La Chaux-de-Fonds (6421) assistance is high on both maps.
    hot = set(called[called["agreed"] & (called["cluster"] == "high_high")]["place"])
    assert {"0371", "6421"} & hot
