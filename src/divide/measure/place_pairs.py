"""Tables of places against places, and of the ranks that may be said, under each τ."""

import zlib
from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
import pandas as pd

from divide.measure import exclusion, fits, ranks


def pairs_and_ranks(
    use: pd.DataFrame,
    composition: pd.DataFrame,
    lacking: Mapping[str, str],
    setting: fits.Setting,
    *,
    education: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Compare places with each other, indicator by indicator and group by group.

    Parameters are those of `exclusion.exclusion_risk`.

    Returns
    -------
    tuple
        Pairs, one row per indicator, group, τ, place and `other` place: `gap` (the place's
        expected rate less the other's), `gap_se`, `probability` that the place is higher,
        asked alone, with its `state_alone`, and `state`, all pairs of the country together:
        higher, lower, cannot_tell. Ranks, one row per indicator, group, τ and place:
        `best_rank` to `worst_rank` of the expected rates, all places together, 1 the highest;
        `ranking` is "possible", or "none" where the median place may hold more than half of
        the ranks. A group without a rate of its own is compared nowhere.
    """
    found = exclusion.comparisons(use, composition, lacking, setting, education=education)
    blocks = list(chain.from_iterable(_compare(one, setting) for one in found))
    pairs, ranked = zip(*blocks, strict=True)
    return pd.concat(pairs, ignore_index=True), pd.concat(ranked, ignore_index=True)


def count_told(pairs: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """
    Count under each τ how many pairs can be told, and say whether places can be ranked.

    Parameters
    ----------
    pairs, sets
        Tables pairs and rank_sets, rows of one indicator and group.

    Returns
    -------
    DataFrame
        One row per τ (the index): `pairs`, of them told if each was asked `alone`, or all
        `together`, the median number of ranks a place may hold (`ranks`), and `ranking`.
    """
    by = pairs.groupby("tau")
    width = sets["worst_rank"] - sets["best_rank"] + 1
    return pd.DataFrame(
        {
            "pairs": by.size() // 2,
            "alone": by["state_alone"].agg(lambda states: int((states == "higher").sum())),
            "together": by["state"].agg(lambda states: int((states == "higher").sum())),
            "ranks": width.groupby(sets["tau"]).median(),
            "ranking": sets.groupby("tau")["ranking"].first(),
        }
    )


def _compare(
    one: exclusion.Compared, setting: fits.Setting
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    estimate = one.rate.estimate if one.told else np.full(len(one.places), np.nan)
    # What the draws do not hold comes from each place's own composition.
    composed = np.maximum(one.rate.sampling - one.drawn.var(axis=0), 0)
    label = zlib.crc32(f"{one.indicator}/{one.group}".encode())
    for tau in setting.taus:
        compared = ranks.compare_places(
            estimate,
            one.drawn,
            composed + one.rate.local * tau**2,
            probability=setting.probability,
            rng=np.random.default_rng([setting.seed, label]),
        )
        shared: dict[str, object] = {
            "indicator": one.indicator,
            "group": one.group,
            "place_level": "canton",
            "register_date": None,
            "year": setting.year,
            "status": "modelled" if one.told else "missing",
            "tau": tau,
        }
        yield _pairs(one, compared, shared, setting), _ranks(one, compared, shared, estimate)


def _pairs(
    one: exclusion.Compared,
    compared: ranks.Comparison,
    shared: dict[str, object],
    setting: fits.Setting,
) -> pd.DataFrame:
    first, second = np.nonzero(~np.eye(len(one.places), dtype=bool))
    return pd.DataFrame(
        {
            "place": one.places[first],
            "other": one.places[second],
            **shared,
            "gap": compared.gap[first, second],
            "gap_se": compared.se[first, second],
            "probability": compared.probability()[first, second],
            "state_alone": compared.states_alone(setting.probability)[first, second],
            "state": compared.states()[first, second],
        }
    )


def _ranks(
    one: exclusion.Compared,
    compared: ranks.Comparison,
    shared: dict[str, object],
    estimate: ranks.Array,
) -> pd.DataFrame:
    found = ranks.rank_sets(estimate, compared.surely)
    return pd.DataFrame(
        {
            "place": one.places,
            **shared,
            "value": estimate,
            "best_rank": found.best,
            "worst_rank": found.worst,
            "ranking": "possible" if found.possible else "none",
        }
    )
