"""Results of the institution survey as observations, in the columns of every table."""

from collections.abc import Sequence
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
PLACES: Final = ("language_region", "canton")


def as_observations(
    results: pd.DataFrame,
    *,
    domain: str | Sequence[str] | None,
    year: int,
    source: str,
    edition: str,
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
    told = {"register_date": None, "year": year, "source": source, "edition": edition}
    return locate(results, domain=domain).assign(**told)[list(COLUMNS)]


def locate(results: pd.DataFrame, *, domain: str | Sequence[str] | None) -> pd.DataFrame:
    """
    Say where and of whom each result is: `place_level`, `place`, `group`, and its full name.

    Examples
    --------
    >>> results = pd.DataFrame({"indicator": ["no_wifi"], "estimand": ["people"],
    ...                         "language_region": ["fr"], "type": ["addiction"]})
    >>> found = locate(results, domain=["language_region", "type"])
    >>> found[["indicator", "place", "group"]].iloc[0].tolist()
    ['no_wifi_people', 'fr', 'type:addiction']
    """
    columns = [domain] if isinstance(domain, str) else list(domain or ())
    level = next((one for one in columns if one in PLACES), None)
    if level is not None and (results[level] == ALL).any():
        raise MethodError(
            f"Some institutions of the frame are not split by {level}: estimate for the "
            "others alone, and say so."
        )
    sorts = results[[one for one in columns if one != level]].astype(str)
    return results.drop(columns=columns).assign(
        indicator=results["indicator"] + "_" + results["estimand"],
        group=[
            terms.group_id(dict(zip(sorts.columns, row, strict=True)))
            for row in sorts.itertuples(index=False, name=None)
        ],
        place_level=level or "country",
        place=terms.COUNTRY if level is None else results[level].astype(str),
    )
