"""Hot spots of measured quantities, under two matrices, false discoveries held (METHOD 8)."""

import zlib
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.errors import JoinError, MethodError
from divide.measure.moran import LocalMoran, local_moran
from divide.measure.neighbours import Neighbours
from divide.measure.shrinkage import shrunken_rates, standardised_rates

Array = NDArray[np.float64]

# Fewer cannot reach the false-discovery floor of some 2,000 places: .05/2,131 is 2.3e-5, and
# twice 1/100,000 lies just below it.
PERMUTATIONS: Final = 99_999
_NOT_MEASURED: Final = ("modelled", "assumed")


def hotspots(
    values: pd.DataFrame,
    matrices: Mapping[str, Neighbours],
    *,
    seed: int,
    base: pd.DataFrame | None = None,
    permutations: int = PERMUTATIONS,
    level: float = 0.05,
    least_known: float = 0.5,
) -> pd.DataFrame:
    """
    Find places that are alike, or unlike, their neighbours beyond chance.

    Parameters
    ----------
    values
        Observations of places of one level and register date, such as beds per 1,000 or rates
        of social assistance. One row per indicator, group, year and place.
    matrices
        Name → neighbours. Two of them: a finding that hangs on the choice is none.
    seed
        Seed of the permutations; each indicator and matrix draws its own.
    base
        Persons that rates are shares of, one row per place, where bases are small: rates are
        then compared after Assunção & Reis (1999), and told after Marshall (1991).
    permutations
        Draws of neighbours for each place.
    level
        Share of false discoveries allowed among the places that are called.
    least_known
        Share of a place's neighbours that must be known, else it cannot be told.

    Returns
    -------
    DataFrame
        One row per row of `values` and matrix, with `neighbours` (known ones), `shrunken` (the
        rate after Marshall, without a base missing), `local_i`, `p` (two-sided), `q`
        (false-discovery rate at which it would be called), `cluster` (high_high, low_low,
        high_low, low_high, none, cannot_tell) and `agreed`: all matrices say the same. A
        missing place stays missing and is nobody's neighbour.

    Raises
    ------
    MethodError
        If a value is modelled or assumed: clusters of synthetic rates are clusters of age in
        disguise; or if a quantity does not vary.
    JoinError
        If places and neighbours are not the same, of one level and day.
    """
    _refuse_models(values)
    blocks = []
    for key, rows in values.groupby(["indicator", "group", "year"], dropna=False):
        for name, neighbours in matrices.items():
            _require_partners(rows, neighbours, name)
            placed = rows.set_index("place").reindex(list(neighbours.places))
            score, shrunken = _scores(placed["value"], base)
            label = "/".join((*map(str, key), name))
            found = local_moran(
                score,
                neighbours,
                permutations=permutations,
                rng=np.random.default_rng([seed, zlib.crc32(label.encode())]),
                least_known=least_known,
            )
            blocks.append(_block(placed, found, name, level).assign(shrunken=shrunken))
    frame = pd.concat(blocks).rename_axis("place").reset_index()
    said = frame.groupby(list(terms.KEY), dropna=False)["cluster"].transform("nunique")
    return frame.assign(agreed=said == 1)


def _refuse_models(values: pd.DataFrame) -> None:
    bad = values[values["status"].isin(_NOT_MEASURED)]
    if len(bad):
        raise MethodError(
            f"Hot spots are sought in measured quantities only; {bad['indicator'].iloc[0]} is "
            f"{bad['status'].iloc[0]}: its clusters would be those of age and education "
            "(METHOD 8). Take what was counted."
        )


def _require_partners(rows: pd.DataFrame, neighbours: Neighbours, name: str) -> None:
    found = set(zip(rows["place_level"], rows["register_date"], strict=True))
    wanted = {(neighbours.place_level, neighbours.register_date)}
    alone = sorted(set(rows["place"]) ^ set(neighbours.places))
    if found != wanted or alone or rows["place"].duplicated().any():
        raise JoinError(
            f"Values of {_told(found)} do not meet neighbours '{name}' of {_told(wanted)}, place "
            f"by place. Without partner: {', '.join(alone[:5]) or 'none'} ({len(alone)} in all). "
            "Restate the values to the date of the boundaries."
        )


def _told(kinds: set[tuple[str, str]]) -> str:
    return " and ".join(f"{level} {date}" for level, date in sorted(kinds, key=str))


def _scores(value: "pd.Series[float]", base: pd.DataFrame | None) -> tuple[Array, Array]:
    """Return what is compared, and rates drawn to everyone's; nan where a place is not known."""
    rate = np.asarray(value, dtype=np.float64)
    score, shrunken = np.full((2, len(rate)), np.nan)
    if base is None:
        return rate, shrunken
    persons = np.asarray(base.set_index("place")["value"].reindex(value.index), dtype=np.float64)
    known = np.isfinite(rate) & (persons > 0)
    count = rate[known] * persons[known]
    score[known] = standardised_rates(count, persons[known])
    shrunken[known] = shrunken_rates(count, persons[known])
    return score, shrunken


def _block(placed: pd.DataFrame, found: LocalMoran, name: str, level: float) -> pd.DataFrame:
    own = np.where(found.own > 0, "high", "low")
    beside = np.where(found.lag > 0, "high", "low")
    called = np.char.add(np.char.add(own, "_"), beside)
    cluster = np.where(found.q <= level, called, "none")
    return placed.assign(
        matrix=name,
        neighbours=found.neighbours,
        local_i=found.value,
        p=found.p,
        q=found.q,
        cluster=np.where(np.isnan(found.p), "cannot_tell", cluster),
    )
