"""The shape of each table: columns, types, allowed values. The only module that knows pandera."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from divide import terms
from divide.errors import SchemaError, UnknownNameError, near_names

_PLACE = r"^(CH|[A-Z]{2}|\d{4}|[1-7]|de|fr|it|rm)$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_GROUP = r"^(total|[a-z_]+:[a-z0-9_]+(\|[a-z_]+:[a-z0-9_]+)*)$"


def _text(pattern: str | None = None, *, nullable: bool = False) -> pa.Column:
    checks = [pa.Check.str_matches(pattern)] if pattern else []
    return pa.Column(str, checks=checks, nullable=nullable, coerce=True)


def _finite(values: pd.Series) -> pd.Series:
    return ~pd.to_numeric(values, errors="coerce").isin([np.inf, -np.inf])


def _number(*, share: bool = False) -> pa.Column:
    # Infinity is no figure, and 95.6 is no share: both would pass for one in every mean.
    checks = [pa.Check(_finite, name="finite")]
    checks += [pa.Check.in_range(0, 1)] if share else []
    return pa.Column(float, checks=checks, nullable=True, coerce=True)


def _observation(*, share: bool = False) -> dict[str, pa.Column]:
    return {
        "indicator": _text(r"^[a-z][a-z0-9_]*$"),
        "group": _text(_GROUP),
        "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
        "place": _text(_PLACE),
        "register_date": _text(_DATE, nullable=True),
        "year": pa.Column(int, pa.Check.in_range(1960, 2100), coerce=True),
        "value": _number(share=share),
        "status": pa.Column(str, pa.Check.isin(terms.STATUSES)),
    }


def _origin() -> dict[str, pa.Column]:
    return {
        "source": _text(r"^[a-z][a-z0-9_]*$"),
        "edition": _text(),
        "table": _text(nullable=True),
        "cell": _text(nullable=True),
    }


def _interval(*, share: bool = False) -> dict[str, pa.Column]:
    return {"se": _number(), "low": _number(share=share), "high": _number(share=share)}


_EXTRA: dict[str, dict[str, pa.Column]] = {
    "population": {},
    "education": _interval(),
    "internet_use": {**_interval(share=True), "count": _number(), "count_se": _number()},
    "household_access": {**_interval(share=True), "count": _number(), "count_se": _number()},
    "international": {"flag": _text(nullable=True)},
    "living_arrangements": {},
    "social_assistance": {},
    "nursing_homes": {},
    "published_rates": {
        "low": _number(),
        "high": _number(),
        "precision": _text(nullable=True),
        "note": _text(nullable=True),
    },
    "composition": {},
    "exclusion_risk": {
        **_interval(share=True),
        "tau": pa.Column(float, pa.Check.ge(0)),
        "compared_with": pa.Column(str, pa.Check.isin(("country", "rest_of_place"))),
        "gap": _number(),
        "gap_se": _number(),
        "probability": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "tipping_point": _number(),
        "state": pa.Column(str, pa.Check.isin(("higher", "lower", "not_higher", "cannot_tell"))),
    },
    "visibility": {
        "rung": pa.Column(str, pa.Check.isin(("L1", "L2", "L3", "L4", "L5", "L6", "L7"))),
        **{name: _number(share=True) for name in ("low", "high")},
    },
    "invisible_minorities": {
        "layer_indicator": _text(nullable=True),
        "risk_state": _text(),
        "visibility_state": _text(),
        "reach_state": _text(),
        "finding": _text(),
        **{name: _number(share=True) for name in ("low", "high")},
        **{name: _number() for name in ("persons_low", "persons_high")},
    },
}

# Tables whose every value is a share of 0 to 1.
_OF_SHARES = {"internet_use", "household_access", "international", "exclusion_risk"}
_OF_SHARES |= {"visibility", "invisible_minorities"}

_PLACES = {
    "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
    "place": _text(_PLACE),
    "register_date": _text(_DATE),
    "name": _text(),
    **{
        name: _text(nullable=True)
        for name in (
            "canton",
            "district",
            "major_region",
            "language_region",
            "typology_9",
            "urban_rural",
        )
    },
    "source": _text(),
    "edition": _text(),
}

_BOUNDARIES = {
    "place_level": pa.Column(str, pa.Check.isin((*terms.PLACE_LEVELS, "lake"))),
    "place": _text(),
    "name": _text(nullable=True),
    "register_date": _text(_DATE),
    "geometry": pa.Column(object, nullable=False),
}

# What identifies a row, where it is more than the observation's key.
_KEYS = {
    "places": ["place_level", "place", "register_date"],
    "boundaries": ["place_level", "place", "register_date"],
    "exclusion_risk": [*terms.KEY, "tau", "compared_with"],
    "visibility": [*terms.KEY, "rung"],
    "published_rates": [*terms.KEY, "source"],
    "population": [*terms.KEY, "source"],
    "invisible_minorities": [*terms.KEY],
}


def names() -> list[str]:
    """Return the names of all tables."""
    return sorted([*_EXTRA, "places", "boundaries"])


def key(table: str) -> list[str]:
    """Return the columns that identify a row of a table."""
    return _KEYS.get(table, list(terms.KEY))


@cache
def _schema(table: str) -> pa.DataFrameSchema:
    if table == "places":
        return pa.DataFrameSchema(_PLACES, unique=key(table), strict=True)
    if table == "boundaries":
        return pa.DataFrameSchema(_BOUNDARIES, unique=key(table), strict=True)
    if table not in _EXTRA:
        raise UnknownNameError(f"There is no table {table!r}. {near_names(table, names())}")
    columns = {**_observation(share=table in _OF_SHARES), **_EXTRA[table], **_origin()}
    return pa.DataFrameSchema(columns, unique=key(table), strict=True)


def columns(table: str) -> list[str]:
    """Return a table's columns in order."""
    return list(_schema(table).columns)


def check(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """
    Return the frame with declared columns in order and types, or say every fault at once.

    Raises
    ------
    SchemaError
        If a column is missing or unknown, a value is outside what is declared, a key
        repeats, or a value is present although its status says it is not (or the reverse).
    """
    faults: list[str] = []
    plain = pd.DataFrame(frame).reset_index(drop=True)  # pandera trips over repeated labels
    if "geometry" in plain.columns:
        plain["geometry"] = plain["geometry"].astype(object)
    try:
        checked = _schema(table).validate(plain, lazy=True)
    except pa.errors.SchemaErrors as found:
        faults += _describe(found)
        checked = plain
    faults += [*_row_faults(plain), *_status_faults(plain)]
    if faults:
        listed = "; ".join(faults[:12]) + ("; …" if len(faults) > 12 else "")
        raise SchemaError(
            f"Table '{table}' breaks its schema in {len(faults)} way(s): {listed}. "
            "Nothing was written. Mend the rows, or the schema if the table has grown."
        )
    ordered: pd.DataFrame = checked[columns(table)]
    return ordered


def _row_faults(frame: pd.DataFrame) -> list[str]:
    """Name what no column alone can tell: no rows, years cut to whole ones, limits crossed."""
    faults = [] if len(frame) else ["there is no row"]
    if "year" in frame and (pd.to_numeric(frame["year"], errors="coerce") % 1 > 0).any():
        faults.append("a year is not whole")
    limits = [pd.to_numeric(frame[n], errors="coerce") for n in ("low", "high") if n in frame]
    if len(limits) == 2 and (limits[0] > limits[1]).any():
        faults.append("a lower limit lies above its upper limit")
    return faults


def _status_faults(frame: pd.DataFrame) -> list[str]:
    if not {"value", "status"} <= set(frame.columns):
        return []
    empty = frame["status"].isin(terms.WITHOUT_VALUE)
    wrong = frame["value"].isna() != empty
    if not wrong.any():
        return []
    first = frame.loc[wrong].iloc[0]
    return [
        f"{int(wrong.sum())} row(s) where value and status contradict each other, first: "
        f"place {first.get('place')}, value {first['value']}, status {first['status']}"
    ]


def _describe(found: Any) -> list[str]:
    cases = found.failure_cases
    told = []
    for (column, rule), rows in cases.groupby(["column", "check"], dropna=False, sort=False):
        values = ", ".join(str(value) for value in rows["failure_case"].head(3))
        where = f" in column {column}" if pd.notna(column) else ""
        told.append(f"{len(rows)} × {rule}{where} (such as {values})")
    return told


def numbers(table: str) -> set[str]:
    """Return the columns of a table that hold numbers."""
    found = _schema(table).columns.items()
    return {name for name, column in found if str(column.dtype) in {"int64", "float64"}}
