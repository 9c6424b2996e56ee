"""The shape of each table: columns, types, allowed values. The only module that knows pandera."""

from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from divide import terms
from divide.errors import SchemaError, UnknownNameError, near_names
from divide.schemas.columns import observation, origin
from divide.schemas.lists import LISTS as PLACES
from divide.schemas.shapes import EXTRA, KEYS, OF_SHARES
from divide.schemas.survey import SURVEY, SURVEY_KEYS

__all__ = ["LISTS", "check", "columns", "key", "names", "numbers"]

# Tables of places, events, institutions and their answers: no indicator, no value.
LISTS = {**PLACES, **SURVEY}


def names() -> list[str]:
    """Return the names of all tables."""
    return sorted([*EXTRA, *LISTS])


def key(table: str) -> list[str]:
    """Return the columns that identify a row of a table."""
    return {**KEYS, **SURVEY_KEYS}.get(table, list(terms.KEY))


@cache
def _schema(table: str) -> pa.DataFrameSchema:
    if table in LISTS:
        return pa.DataFrameSchema(LISTS[table], unique=key(table), strict=True)
    if table not in EXTRA:
        raise UnknownNameError(f"There is no table {table!r}. {near_names(table, names())}")
    columns = {**observation(share=table in OF_SHARES), **EXTRA[table], **origin()}
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
        faults += _describe(found, quote=table not in SURVEY)
        checked = plain
    faults += [*_row_faults(plain), *_status_faults(plain), *_answer_faults(plain)]
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


def _answer_faults(frame: pd.DataFrame) -> list[str]:
    """Count answers that contradict their state; none of them is quoted."""
    if not {"answer", "state"} <= set(frame.columns):
        return []
    wrong = frame["answer"].notna() != (frame["state"] == "answered")
    return [f"{int(wrong.sum())} row(s) where answer and state differ"] if wrong.any() else []


def _describe(found: Any, *, quote: bool = True) -> list[str]:
    """Say what is wrong, with examples unless the table is confidential."""
    cases = found.failure_cases
    told = []
    for (column, rule), rows in cases.groupby(["column", "check"], dropna=False, sort=False):
        values = ", ".join(str(value) for value in rows["failure_case"].head(3))
        where = f" in column {column}" if pd.notna(column) else ""
        told.append(f"{len(rows)} × {rule}{where}" + (f" (such as {values})" if quote else ""))
    return told


def numbers(table: str) -> set[str]:
    """Return the columns of a table that hold numbers."""
    found = _schema(table).columns.items()
    return {name for name, column in found if str(column.dtype) in {"int64", "float64"}}
