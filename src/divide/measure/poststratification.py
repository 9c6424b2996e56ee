"""What a multilevel model says of places: predictions weighed by who lives there."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import terms
from divide.errors import MethodError
from divide.measure.multilevel import MultilevelFit, design, with_crosses
from divide.measure.threads import one_thread

ROWS: Final = 1_000  # cells predicted at once …
TILE: Final = 250_000  # … for so many draws that their product stays in the processor's cache
Rates = NDArray[np.float32]  # seven digits: draws tell two


def coefficients(fit: MultilevelFit) -> pd.DataFrame:
    """
    Tell covariates' coefficients and terms' σ, on the logit.

    Returns
    -------
    DataFrame
        One row per covariate and per term: `name`, `kind` (fixed or sigma), `value` (mean, of a σ
        the most probable), `se`, and `low` and `high` of the 90 % interval.
    """
    draws, count = fit.draws, len(fit.fixed)
    sigmas = {
        "value": np.exp(draws.log_sigma),
        "se": draws.sigma.std(axis=0),
        "low": np.exp(draws.log_sigma - terms.Z90 * draws.spread),
        "high": np.exp(draws.log_sigma + terms.Z90 * draws.spread),
    }
    fixed = pd.DataFrame({"name": fit.fixed, "kind": "fixed", **_summary(draws.small[:, :count])})
    random = pd.DataFrame({"name": fit.random, "kind": "sigma", **sigmas})
    return pd.concat([fixed, random], ignore_index=True)


def _summary(drawn: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    across = np.ascontiguousarray(drawn.T, dtype=np.float64)  # a column's quantiles are slow
    low, high = np.quantile(across, (0.05, 0.95), axis=1)
    return {"value": across.mean(axis=1), "se": across.std(axis=1), "low": low, "high": high}


def poststratify(
    fit: MultilevelFit, cells: pd.DataFrame, *, by: str, persons: str = "persons"
) -> pd.DataFrame:
    """
    Weigh predicted rates by who lives in each place.

    Parameters
    ----------
    cells
        One row per place and kind of person: the columns the model was fitted with, and
        `persons`, how many they are. Levels nobody answered from are drawn from their term's σ.
    by
        Column of the places, or of any other grouping of the cells.

    Returns
    -------
    DataFrame
        One row per group, in order: `place`, `value` (mean of the draws, a share), `status`
        modelled, `se`, `low`, `high` (90 % interval), `persons`.

    Raises
    ------
    MethodError
        If a value is missing, or a group has nobody.
    """
    drawn, totals = poststratified_draws(fit, cells, by=by, persons=persons)
    told = pd.DataFrame({"place": totals.index, "status": "modelled", **_summary(drawn)})
    columns = ["place", "value", "status", "se", "low", "high"]
    return told[columns].assign(persons=totals.to_numpy())


def poststratified_draws(
    fit: MultilevelFit, cells: pd.DataFrame, *, by: str, persons: str = "persons"
) -> tuple[Rates, pd.Series]:
    """
    Return the drawn rates, draws × groups, and the persons of each group.

    Differences between groups are taken draw by draw: they share what the draws share.
    """
    ordered = with_crosses(_usable(fit, cells, by, persons), fit.random)
    ordered = ordered.sort_values(by, kind="stable")
    totals = ordered.groupby(by, observed=True)[persons].sum()
    empty = [str(one) for one in totals.index[~(totals > 0)]]
    if empty:
        raise MethodError(f"Nobody lives in {', '.join(empty[:5])}: leave such places out.")
    places = totals.index.get_indexer(pd.Index(ordered[by]))
    share = (ordered[persons] / totals.to_numpy()[places]).to_numpy(dtype=np.float32)
    with one_thread():
        return _predicted(fit, ordered, places, share).T, totals


def _predicted(
    fit: MultilevelFit, cells: pd.DataFrame, places: NDArray[np.int64], share: Rates
) -> Rates:
    """Return drawn rates, groups × draws, from cells sorted by group and their shares of it."""
    levels, large, small = _with_new_levels(fit, cells)
    columns, values = design(cells, fit.fixed[1:], fit.random[1:], levels[1:])
    codes = levels[0].get_indexer(pd.Index(cells[fit.random[0]]))
    found = np.empty((places[-1] + 1, large.shape[1]), dtype=np.float32)
    for rows in _tiles(places):
        matrix = np.zeros((rows.stop - rows.start, len(small)), dtype=np.float32)
        np.put_along_axis(matrix, columns[rows], values[rows].astype(np.float32), axis=1)
        starts = np.flatnonzero(np.diff(places[rows], prepend=-1))
        inside = slice(places[rows.start], places[rows.stop - 1] + 1)
        width = max(TILE // len(matrix), 1)
        for start in range(0, large.shape[1], width):
            part = slice(start, start + width)
            rates = matrix @ small[:, part]
            rates += large[codes[rows], part]
            found[inside, part] = np.add.reduceat(_weighed(rates, share[rows]), starts, axis=0)
    return found


def _tiles(places: NDArray[np.int64]) -> Iterator[slice]:
    """Cut cells into runs of whole places, of about the rows that stay in the cache."""
    ends = [*(np.flatnonzero(np.diff(places)) + 1).tolist(), len(places)]
    start = 0
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        if following is None or following - start > ROWS:
            yield slice(start, end)
            start = end


def _weighed(predictor: Rates, share: Rates) -> Rates:
    """Turn predictors into shares of lacking persons, in place: share / (1 + e^−η)."""
    np.negative(predictor, out=predictor)
    with np.errstate(over="ignore"):  # e^η without end is a rate of 0
        np.exp(predictor, out=predictor)
    predictor += 1
    np.divide(share[:, None], predictor, out=predictor)
    return predictor


def _usable(fit: MultilevelFit, cells: pd.DataFrame, by: str, persons: str) -> pd.DataFrame:
    parts = [part for name in fit.random for part in name.split(":")]
    names = list(dict.fromkeys([by, persons, *parts, *fit.fixed[1:]]))
    unknown = [name for name in names if name not in cells]
    if unknown:
        raise MethodError(f"The cells have no column {', '.join(unknown)}.")
    gaps = [name for name in names if cells[name].isna().any()]
    if gaps or (cells[persons] < 0).any():
        raise MethodError(f"Missing or negative values in {', '.join(gaps) or persons}: add them.")
    return cells[names]


def _with_new_levels(
    fit: MultilevelFit, cells: pd.DataFrame
) -> tuple[list[pd.Index], Rates, Rates]:
    """Return coefficients × draws, with levels that no respondent has drawn from their term's σ."""
    rng = np.random.default_rng([fit.seed, 1])
    levels, tables = [], []
    blocks = np.split(fit.draws.small, np.cumsum([len(fit.fixed), *map(len, fit.levels[1:-1])]), 1)
    for number, name in enumerate(fit.random):
        known = fit.levels[number]
        new = pd.Index(np.sort(cells[name].unique())).difference(known)
        noise = rng.standard_normal((len(fit.draws.sigma), len(new)))
        own = fit.draws.large if number == 0 else blocks[number]
        tables.append(np.hstack([own, noise * fit.draws.sigma[:, [number]]]))
        levels.append(known.append(new))
    small = np.hstack([blocks[0], *tables[1:]])
    across = [np.ascontiguousarray(one.T, dtype=np.float32) for one in (tables[0], small)]
    return levels, across[0], across[1]
