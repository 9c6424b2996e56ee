"""The shape of a text table: its headings, the codes of each column, its rows and their sum."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
import pyarrow as pa
from pyarrow import csv as columns

from divide.errors import SourceError

_VALUES: Final = ("obs_value", "value")
_LARGE: Final = 2_000_000  # bytes, from which columns are read as such: row by row takes minutes


class Shape(NamedTuple):
    """Headings, codes by column (those of long lists are cut), rows, and the sum of figures."""

    head: list[str]
    codes: list[set[str]]
    rows: int
    total: float | None


def read_shape(path: Path, *, keep: int) -> Shape:
    """
    Describe a CSV or a text in columns, of any size, without holding it in memory.

    Parameters
    ----------
    keep
        From how many different codes on a column's are no longer collected.
    """
    with path.open("rb") as raw:
        sample = raw.read(20_000)
    encoding = "utf-8-sig" if _is_utf8(sample) else "cp1252"
    lines = sample.decode(encoding, errors="replace").splitlines()
    mark = max(";,\t", key=lambda one: sum(line.count(one) for line in islice(lines, 20)))
    first = next(csv.reader(lines[:1], delimiter=mark), [])
    if path.stat().st_size > _LARGE and _is_head(first) and mark != "\t":
        return _by_column(path, encoding, mark, keep)
    return _by_row(path, encoding, mark, keep)


def _by_row(path: Path, encoding: str, mark: str, keep: int) -> Shape:
    rows = _records(path, encoding, mark)
    head = next(rows, [])
    seen: list[set[str]] = [set() for _ in head]
    count, total, at = 0, 0.0, _value_column(head)
    for row in rows:
        count += 1
        for cell, known in zip(row, seen, strict=False):
            if len(known) <= keep:
                known.add(cell)
        if at is not None and at < len(row):
            total += _figure(row[at])
    return Shape(head, seen, count, None if at is None else total)


def _by_column(path: Path, encoding: str, mark: str, keep: int) -> Shape:
    """Read blocks of columns; the first line holds the headings."""
    with path.open(encoding=encoding, newline="") as file:
        raw = next(csv.reader(file, delimiter=mark))
    names = [str(at) for at in range(len(raw))]
    head = [name.strip() for name in raw]
    seen: list[set[str]] = [set() for _ in head]
    count, total, at = 0, 0.0, _value_column(head)
    for block in _blocks(path, encoding, mark, names):
        count += block.num_rows
        for known, column in zip(seen, block.columns, strict=True):
            if len(known) <= keep:
                known |= {one.strip() for one in column.unique().to_pylist()}
        if at is not None:
            figures = pd.to_numeric(pd.Series(block.columns[at].to_pylist()), errors="coerce")
            total += float(figures.sum())
    return Shape(head, seen, count, None if at is None else total)


def _blocks(path: Path, encoding: str, mark: str, names: list[str]) -> Iterator[Any]:
    try:
        yield from columns.open_csv(
            path,
            read_options=columns.ReadOptions(
                block_size=1 << 20,
                column_names=names,
                skip_rows=1,
                encoding="utf8" if encoding == "utf-8-sig" else encoding,
            ),
            parse_options=columns.ParseOptions(delimiter=mark, newlines_in_values=True),
            convert_options=columns.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


def _records(path: Path, encoding: str, mark: str) -> Iterator[list[str]]:
    """Yield records from the headings on; title lines above them have empty cells."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        rows = csv.reader(file, delimiter=mark)
        for row in rows:
            if _is_head(row):
                yield [cell.strip() for cell in row]
                break
        for row in rows:
            yield [cell.strip() for cell in row]


def _is_head(row: list[str]) -> bool:
    return len(row) > 1 and all(cell.strip() for cell in row[:-1])


def _is_utf8(sample: bytes) -> bool:
    try:
        sample[: sample.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _value_column(head: list[str]) -> int | None:
    lowered = [name.lower() for name in head]
    return next((lowered.index(name) for name in _VALUES if name in lowered), None)


def _figure(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return 0.0
