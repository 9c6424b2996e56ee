"""Results of the institution survey as observations, in the columns of every table."""

from typing import Final

import pandas as pd

from divide import terms
from divide.errors import MethodError
from divide.measure.frames import ALL

COLUMNS: Final = (
    *terms.KEY,
    *terms.VALUE,
    *terms.ESTIMATE,
    *("n", "defect_low", "defect_high", "worst_low", "worst_high", "proxy_low", "proxy_high"),
    *("source", "edition"),
)
# Domains that are places; every other is a dimension of the group.
_PLACES: Final = ("language_region", "canton")


def as_observations(
    results: pd.DataFrame, *, domain: str | None, year: int, source: str, edition: str
) -> pd.DataFrame:
    """
    Turn results into observations: the estimand enters the indicator, the domain place or group.

    Parameters
    ----------
    results
        As `survey_results.estimate_indicators` gives them, with the same `domain`.
    year, source, edition
        Of the survey. Figures leave only through `measure.disclosure`.

    Returns
    -------
    DataFrame
        One row per row of `results`, in `COLUMNS`: `indicator` such as
        `mediation_burden_people`; `low` and `high` are the model's interval.

    Raises
    ------
    MethodError
        If a row is of institutions that the frame does not split by this place.
    """
    names = results["indicator"] + "_" + results["estimand"]
    rows = results.drop(columns="indicator").assign(
        indicator=names,
        group=terms.TOTAL,
        place_level="country",
        place=terms.COUNTRY,
        register_date=None,
        year=year,
        source=source,
        edition=edition,
    )
    if domain in _PLACES:
        if (results[domain] == ALL).any():
            raise MethodError(
                f"Some institutions of the frame are not split by {domain}: estimate for the "
                "others alone, and say so."
            )
        rows = rows.assign(place_level=domain, place=results[domain])
    elif domain is not None:
        rows = rows.assign(group=[terms.group_id({domain: str(one)}) for one in results[domain]])
    return rows[list(COLUMNS)]
