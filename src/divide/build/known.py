"""Figures that every edition of a source must hold, checked as it arrives."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import catalog, texts
from divide.errors import FactsError, SourceError
from divide.tidy.jsonstat import read_jsonstat
from divide.tidy.px import read_px, table_frame
from divide.tidy.spreadsheets import read_rows, sheet_names

_VALUES: Final = ("value", "obs_value")
_SHOWN: Final = 3
# The CSV of a service names it otherwise than its JSON.
_ALSO: Final = {"time": "TIME_PERIOD"}


class Miss(NamedTuple):
    """A figure that is not what is known: where, what is known, what came."""

    kind: str
    where: str
    old: str
    new: str


def misses(source: catalog.Source, files: Mapping[str, Path]) -> list[Miss]:
    """
    Compare an edition's main file with what the facts know of it.

    Parameters
    ----------
    source
        `known`: figures, each by `where` (dimension or column to code; a whole number is a
        position among its categories; `{sheet, row, column}` in a workbook) and `value`.
        `sums`: `along` which dimension `parts` (a pattern of codes, or `by: label`) sum to
        the `whole`. Either may hold for one `form` only, such as .csv.

    Returns
    -------
    list of Miss
        Empty if every known figure is there, and parts sum to their whole wherever all of
        them are given.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    path = files.get("main")
    if path is None or not (source.known or source.sums):
        return []
    form = path.suffix.lower()
    figures, sums = (
        [one for one in listed if one.get("form", form) == form]
        for listed in (source.known, source.sums)
    )
    if form in (".xlsx", ".xls", ".ods"):
        return [found for one in figures for found in _in_sheet(path, one)]
    cells, labels = _cells(path)
    told = [found for one in figures for found in _in_cells(cells, labels, one)]
    return told + [found for one in sums for found in _sums(cells, labels, one)]


def _cells(path: Path) -> tuple[DataFrame, dict[str, dict[str, str]]]:
    """Read a cube or table as text columns with a numeric `value`; and labels by dimension."""
    kind = path.suffix.lower()
    if kind == ".px":
        px = read_px(path)
        words = {one.name: one.labels.get("de", one.codes) for one in px.dimensions}
        named = {
            one.name: dict(zip(one.codes, words[one.name], strict=True)) for one in px.dimensions
        }
        frame = table_frame(px).drop(columns="status")
        return frame, named
    if kind == ".json":
        cube = read_jsonstat(path)
        return cube.frame.drop(columns="flag"), {n: dict(one) for n, one in cube.labels.items()}
    rows = _table(path)
    column = next((name for name in rows if str(name).lower() in _VALUES), None)
    value = pd.to_numeric(rows[column], errors="coerce") if column else np.nan
    return rows.drop(columns=[column] if column else []).assign(value=value), {}


def _table(path: Path) -> DataFrame:
    try:
        text = path.read_bytes()
        encoding = "utf-8-sig" if _is_utf8(text) else "cp1252"
        sign = ";" if b";" in text.partition(b"\n")[0] else ","
        return pd.read_csv(
            BytesIO(text), sep=sign, dtype="str", keep_default_na=False, encoding=encoding
        )
    except (ValueError, OSError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _in_cells(
    cells: DataFrame, labels: Mapping[str, Mapping[str, str]], one: Mapping[str, Any]
) -> Iterable[Miss]:
    where, value = one["where"], float(one["value"])
    mask = np.ones(len(cells), dtype=bool)
    for name, code in where.items():
        column = name if name in cells else _ALSO.get(name, name)
        mask &= _is(cells, labels, column, code) if column in cells else False
    found = cells["value"].to_numpy(dtype=float)[mask]
    near = float(one.get("within", 0.0))
    if len(found) != 1 or not abs(found[0] - value) <= near:
        yield Miss("known", _place(where), _number(value), _few(found))


def _is(
    cells: DataFrame, labels: Mapping[str, Mapping[str, str]], name: str, code: Any
) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    if isinstance(code, int):
        # Where a dimension has no codes, its labels differ between the two forms of a cube.
        known = list(labels.get(name, {}))
        code = known[code] if code < len(known) else ""
    return np.asarray(cells[name].astype("str") == str(code))


def _sums(
    cells: DataFrame, labels: Mapping[str, Mapping[str, str]], one: Mapping[str, Any]
) -> Iterable[Miss]:
    """Compare a whole with the sum of its parts, for every combination of all else."""
    along, whole = str(one["along"]), str(one["whole"])
    if along not in cells:
        yield Miss("sum", along, whole, "∅")
        return
    code = cells[along].astype("str")
    if one.get("by") == "label":
        code = code.map(labels.get(along, {})).fillna(code)
    others = [str(name) for name in cells if name not in (along, "value", *one.get("beside", ()))]
    rows = DataFrame({"key": _keys(cells, others), "value": cells["value"]})
    parts = rows[code.str.fullmatch(str(one["parts"])) & (code != whole)]
    sums = parts.groupby("key", sort=False)["value"].sum(skipna=False)
    total = rows[code == whole].set_index("key")["value"]
    gap = (sums - total.reindex(sums.index)).abs()
    if total.empty or sums.empty:
        yield Miss("sum", along, whole, "∅")
    wrong = gap[gap > float(one.get("within", 0.0))].index
    for key in list(wrong)[:_SHOWN]:
        yield Miss("sum", f"{along} {key}".strip(), _number(total[key]), _number(sums[key]))


def _keys(cells: DataFrame, names: list[str]) -> "pd.Series[str]":
    if not names:
        return pd.Series("", index=cells.index)
    written = cells[names].astype("str")
    return written[names[0]].str.cat(written[names[1:]], sep="/")


def _in_sheet(path: Path, one: Mapping[str, Any]) -> Iterable[Miss]:
    where, value = one["where"], float(one["value"])
    try:
        sheet, row, column = (str(where[name]) for name in ("sheet", "row", "column"))
    except KeyError as lost:
        raise FactsError(f"A known figure of {path.name} names no {lost}. Mend the YAML.") from None
    at = ord(column) - ord("A")
    rows = read_rows(path, sheet) if sheet in sheet_names(path) else []
    found = [cells[at] for cells in rows if row in [str(cell).strip() for cell in cells[:3]]]
    numbers = np.array([cell for cell in found if isinstance(cell, int | float)], dtype=float)
    if not len(numbers) or not abs(numbers[0] - value) <= float(one.get("within", 0.0)):
        yield Miss("known", _place(where), _number(value), _few(numbers))


def _place(where: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {code}" for name, code in where.items())


def _few(found: "np.ndarray[Any, np.dtype[np.float64]]") -> str:
    if not len(found):
        return "–"
    listed = ", ".join(_number(value) for value in found[:_SHOWN])
    return f"{listed} … ({texts.format_count(len(found))})" if len(found) > _SHOWN else listed


def _number(value: float) -> str:
    return texts.format_count(value) if value == round(value) else f"{value:.10g}"
