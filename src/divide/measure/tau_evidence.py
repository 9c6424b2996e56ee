"""What is known of τ: published regions, and quantities known for every place (METHOD 4.3)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import JoinError, MethodError
from divide.measure.local_differences import Tau, estimate_tau
from divide.measure.regional_access import REGIONS, region_gaps
from divide.measure.synthetic import meet_total
from divide.terms import COUNTRY, TOTAL

Array = NDArray[np.float64]


def taus_of_regions(
    access: pd.DataFrame,
    population: pd.DataFrame,
    indicators: Iterable[str],
    *,
    year: int,
    respondents: int,
) -> pd.DataFrame:
    """
    Estimate τ from what households of three language regions lack.

    Parameters
    ----------
    access
        Table household_access.
    population
        Table population with residents of each canton by language region; Romansh-speaking
        communes count as German.
    indicators
        Published indicators of having something.
    year, respondents
        Year of the survey and households interviewed.

    Returns
    -------
    DataFrame
        One row per indicator: `value` is τ̂ (status modelled), `low` to `high` its 90 %
        interval, `method` "regions", `across` the level compared and `places` how many.
    """
    spread = _concentration(population)
    rows = []
    for positive in indicators:
        gaps = region_gaps(access, positive, year=year, respondents=respondents)
        found = estimate_tau(
            gaps.direct - gaps.synthetic,
            gaps.kappa**2 * spread,
            shares=gaps.shares,
            drawn=gaps.drawn,
        )
        rows.append(_row(found, positive, TOTAL, year, ("regions", "language_region")))
    return pd.DataFrame(rows)


def taus_of_known_rates(
    rates: pd.DataFrame, persons: pd.DataFrame, *, mix: tuple[pd.DataFrame, Array] | None = None
) -> pd.DataFrame:
    """
    Treat quantities known for every place as if only the country's were, and see what is missed.

    Parameters
    ----------
    rates
        Known shares, one row per indicator, group, year and place, such as the share of
        foreigners or the rate of social assistance by canton.
    persons
        Residents, one row per place.
    mix
        Places × cells in persons, and the country's rate in each cell, where such rates are
        published; without it everyone is expected to have the country's rate ("unadjusted").

    Returns
    -------
    DataFrame
        As `taus_of_regions`, `method` "pseudo_outcome". A warning, not an estimate for what
        the survey measures: τ of those may be smaller or larger.

    Raises
    ------
    MethodError
        If a rate is not known, or is 0 or 1 for the country.
    JoinError
        If a place has no residents or no mix.
    """
    rows = []
    for (indicator, group, year), known in rates.groupby(["indicator", "group", "year"]):
        truth = known.set_index("place")["value"]
        base = _partners(persons.set_index("place")["value"], truth.index)
        found = _pseudo(truth.to_numpy(dtype=float), base, _mixed(mix, truth.index))
        level = str(known["place_level"].iloc[0])
        rows.append(_row(found, indicator, group, year, ("pseudo_outcome", level)))
    return pd.DataFrame(rows)


def _pseudo(truth: Array, base: Array, mix: tuple[Array, Array]) -> Tau:
    """Apply METHOD 4.2 to a known quantity: what is missed is all local."""
    weights, share = mix
    omega = base / base.sum()
    total = float(omega @ truth)
    if not np.isfinite(truth).all() or not 0 < total < 1:
        raise MethodError("A pseudo-outcome must be known for every place, and be some people's.")
    met = meet_total(share, omega @ weights, np.array(total))
    kappa = weights @ (met * (1 - met))
    return estimate_tau(truth - weights @ met, kappa**2, shares=omega)


def _mixed(mix: tuple[pd.DataFrame, Array] | None, places: pd.Index) -> tuple[Array, Array]:
    if mix is None:
        return np.ones((len(places), 1)), np.array([0.5])
    counts = _partners(mix[0], places)
    return counts / counts.sum(axis=1, keepdims=True), mix[1]


def _partners(frame: "pd.DataFrame | pd.Series[float]", places: pd.Index) -> Array:
    found = np.asarray(frame.reindex(places), dtype=np.float64)
    known = np.isfinite(found.reshape(len(places), -1)).all(axis=1)
    lost = places[np.flatnonzero(~known)]
    if len(lost):
        raise JoinError(f"No residents or no mix for {', '.join(map(str, lost[:5]))}: add them.")
    return found


def _concentration(population: pd.DataFrame) -> Array:
    """Return Σ_c ω²_{c|G}: 1 where one canton makes a region, small where many do."""
    rows = population[
        (population["place_level"] == "canton")
        & population["group"].str.startswith("language_region:")
    ]
    rows = rows[rows["year"] == rows["year"].max()]
    region = rows["group"].str.removeprefix("language_region:").replace("rm", "de")
    persons = rows.groupby([region, rows["place"]])["value"].sum(min_count=1)
    found = [persons.loc[one] if one in persons.index else None for one in REGIONS]
    if any(one is None for one in found):
        raise MethodError("Residents of cantons by language region are needed: build population.")
    return np.array([float(((one / one.sum()) ** 2).sum()) for one in found if one is not None])


def _row(
    found: Tau, indicator: object, group: object, year: object, how: tuple[str, str]
) -> dict[str, object]:
    return {
        "indicator": indicator,
        "group": group,
        "place_level": "country",
        "place": COUNTRY,
        "register_date": None,
        "year": year,
        "value": found.value,
        "status": "modelled",
        "low": found.low,
        "high": found.high,
        "method": how[0],
        "across": how[1],
        "places": found.places,
    }
