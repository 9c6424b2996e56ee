"""Columns that many tables share: text, numbers, the tidy observation, its origin."""

import numpy as np
import pandas as pd
import pandera.pandas as pa

from divide import terms

PLACE = r"^(CH|[A-Z]{2}|\d{4}|[1-7]|de|fr|it|rm)$"
COMMUNE = r"^\d{4}$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
GROUP = r"^(total|[a-z_]+:[a-z0-9_]+(\|[a-z_]+:[a-z0-9_]+)*)$"


def text(pattern: str | None = None, *, nullable: bool = False) -> pa.Column:
    """Return a column of text, of one form if a pattern is given."""
    checks = [pa.Check.str_matches(pattern)] if pattern else []
    return pa.Column(str, checks=checks, nullable=nullable, coerce=True)


def _finite(values: pd.Series) -> pd.Series:
    return ~pd.to_numeric(values, errors="coerce").isin([np.inf, -np.inf])


def number(*, share: bool = False) -> pa.Column:
    """Return a column of finite numbers that may be missing."""
    # Infinity is no figure, and 95.6 is no share: both would pass for one in every mean.
    checks = [pa.Check(_finite, name="finite")]
    checks += [pa.Check.in_range(0, 1)] if share else []
    return pa.Column(float, checks=checks, nullable=True, coerce=True)


def observation(*, share: bool = False) -> dict[str, pa.Column]:
    """Return the columns that every table of observations begins with."""
    return {
        "indicator": text(r"^[a-z][a-z0-9_]*$"),
        "group": text(GROUP),
        "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
        "place": text(PLACE),
        "register_date": text(DATE, nullable=True),
        "year": pa.Column(int, pa.Check.in_range(1960, 2100), coerce=True),
        "value": number(share=share),
        "status": pa.Column(str, pa.Check.isin(terms.STATUSES)),
    }


def origin() -> dict[str, pa.Column]:
    """Return the columns that say where a row comes from."""
    return {
        "source": text(r"^[a-z][a-z0-9_]*$"),
        "edition": text(),
        "table": text(nullable=True),
        "cell": text(nullable=True),
    }


def interval(*, share: bool = False) -> dict[str, pa.Column]:
    """Return the columns of an estimate's error and interval."""
    return {"se": number(), "low": number(share=share), "high": number(share=share)}
