"""Find the cube in a JSON document, and read a long list of its values as columns are read."""

import json
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from divide.errors import SourceError

# Flat indexes in order (None: every cell), and the values that stand there.
Cells = tuple[NDArray[np.int64] | None, NDArray[np.float64]]

# An unescaped quote before a colon closes a key, so this never stands inside a text.
_LIST: Final = re.compile(rb'"value"\s*:\s*\[')
_LONG: Final = 200_000  # bytes; a shorter list is read with the rest
_COMMAS: Final = bytes.maketrans(b", \t\r", b"\n\n\n\n")


def read_document(path: Path) -> tuple[dict[str, Any], Cells | None]:
    """
    Return a file's cube, and its values if they are a long list of numbers.

    Then the cube's own `value` is an empty list: parsing six million numbers as JSON
    takes twenty times as long as parsing them as a column.

    Raises
    ------
    SourceError
        If the file is missing, is no JSON, or holds no cube.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path.name} cannot be read ({error.strerror}). Fetch it again."
        ) from error
    span = _span(raw)
    column = _column(raw[slice(*span)]) if span else None
    if span and column is not None:
        raw = raw[: span[0]] + raw[span[1] :]
    return _cube(raw, path), column


def _span(raw: bytes) -> tuple[int, int] | None:
    """Say from where to where the one long list of values runs, if there is one."""
    starts = [found.end() for found in _LIST.finditer(raw)] if len(raw) > _LONG else []
    if len(starts) != 1:
        return None
    end = raw.find(b"]", starts[0])
    return (starts[0], end) if end - starts[0] >= _LONG else None


def _column(text: bytes) -> Cells | None:
    """Read numbers and nulls between commas; None if anything else stands there."""
    try:
        column = csv.read_csv(
            pa.BufferReader(text.translate(_COMMAS)),
            read_options=csv.ReadOptions(column_names=["value"]),
            parse_options=csv.ParseOptions(delimiter="\x01", quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types={"value": pa.float64()}, null_values=["null"]
            ),
        )["value"]
    except pa.ArrowInvalid:
        return None
    values = column.to_numpy()
    known = np.isfinite(values)
    empty = len(values) - int(np.count_nonzero(known))
    # Words such as nan and inf pass for numbers there, and empty places for none.
    if text.count(b",") + 1 != len(values) or empty != column.null_count:
        return None
    return (np.flatnonzero(known), values[known]) if empty else (None, values)


def _cube(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except ValueError as error:
        raise SourceError(
            f"{path.name} is no JSON, or is cut ({error}). Fetch it again."
        ) from error
    if isinstance(document, dict):
        # Version 1 wraps the cube: {"dataset": {...}}; version 2 is the cube.
        for cube in (document, *document.values()):
            if isinstance(cube, dict) and "dimension" in cube and "value" in cube:
                return cube
    raise SourceError(
        f"{path.name} holds no JSON-stat cube. It may be an error message: look at it, fetch again."
    )
