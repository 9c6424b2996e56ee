"""
Read the cells of a PX file: a number each, or a sign that says why there is none.

A sign is written as a row of dots in quotes; the header says what each row stands for.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from divide.errors import SourceError

STATUSES: Final = (
    "observed",
    "suppressed_unreliable",
    "suppressed_protected",
    "missing",
    "not_applicable",
)
# What a sign means, as printed under the office's tables; blanks inside are dropped first.
MEANINGS: Final = {
    "-": "observed",
    "()": "suppressed_unreliable",
    "X": "suppressed_protected",
    "...": "missing",
    "*": "not_applicable",
}
NIL: Final = "-"
LONGEST: Final = 9

_BLANKS: Final = bytes.maketrans(b" \t\r", b"\n\n\n")
_SIGNS: Final = [f'"{"." * dots}"' for dots in range(1, LONGEST + 1)]
_NILS: Final = ["-", '"-"']
_QUOTE, _DASH, _BLANK = b'"'[0], b"-"[0], b" "[0]
_BLOCK: Final = 1 << 20
# A thread gets no less than this: below, waking it costs more than it saves.
_SHARE: Final = 1 << 16


def read_cells(
    raw: bytes, start: int, meanings: Mapping[int, str], path: Path
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """
    Read what stands between `DATA=` and its semicolon.

    Parameters
    ----------
    raw, start
        The file, and where its cells start.
    meanings
        Number of dots to the sign they stand for.

    Returns
    -------
    tuple
        One value a cell, NaN where it shows a sign other than nil, which is 0; and the
        position of its status in `STATUSES`, one byte a cell.

    Raises
    ------
    SourceError
        If the data are cut, or hold a word, or a sign of unknown meaning.
    """
    end = raw.rfind(b";", start)
    if end < 0 or raw[end + 1 :].strip():
        raise SourceError(f"{path.name} is cut: its DATA has no end. Fetch it again.")
    spans = list(_blocks(raw, start, end))
    if len(spans) == 1:
        return _read_block(raw[start:end], meanings, path)
    with ThreadPoolExecutor() as pool:
        blocks = list(pool.map(lambda span: _read_block(raw[slice(*span)], meanings, path), spans))
    values, kinds = zip(*blocks, strict=True)
    return np.concatenate(values), np.concatenate(kinds)


def _blocks(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut the cells into pieces between two of them: small ones stay in the fast memory."""
    while end - start > _BLOCK:
        cut = max(raw.rfind(blank, start, start + _BLOCK) for blank in (b" ", b"\n"))
        if cut <= start:
            break
        yield start, cut
        start = cut
    yield start, end


def _read_block(
    data: bytes, meanings: Mapping[int, str], path: Path
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    values = _numbers(data, path)
    kinds = np.zeros(len(values), dtype=np.uint8)
    if not np.isfinite(values).all():
        empty = np.flatnonzero(np.isnan(values))
        dots = _dots(np.frombuffer(data, dtype=np.uint8))
        if len(dots) != len(empty) or np.isinf(values).any():
            raise SourceError(
                f"{path.name}: its DATA holds words instead of numbers. Fetch it again."
            )
        kinds[empty] = _positions(dots, meanings, path)[dots]
        nils = [0, *(count for count, sign in meanings.items() if sign == NIL)]
        values[empty[np.isin(dots, nils)]] = 0.0
    return values, kinds


def _numbers(data: bytes, path: Path) -> NDArray[np.float64]:
    """Parse the cells, NaN for each sign."""
    try:
        column = csv.read_csv(
            pa.BufferReader(pa.py_buffer(_lines(data) or b"\n")),
            read_options=csv.ReadOptions(
                column_names=["value"], block_size=max(_SHARE, len(data) // 4)
            ),
            parse_options=csv.ParseOptions(delimiter="\x01", quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types={"value": pa.float64()}, null_values=[*_SIGNS, *_NILS]
            ),
        )["value"]
    except pa.ArrowInvalid as error:
        reason = str(error).rpartition("error to double: ")[2]
        raise SourceError(
            f"{path.name}: its DATA cannot be read as numbers ({reason}). Fetch it again."
        ) from error
    return np.require(column.to_numpy(), requirements="W")


def _lines(data: bytes) -> bytes:
    """Put each cell on a line of its own."""
    if b"\t" in data or b"\r" in data:
        return data.translate(_BLANKS)
    codes = np.frombuffer(data, dtype=np.uint8)
    # A blank is 22 more than a line end; six times as fast as translating.
    lines: bytes = (codes - (codes == _BLANK).view(np.uint8) * np.uint8(_BLANK - 10)).tobytes()
    return lines


def _dots(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the dots of each sign in the order of the cells; nil, in quotes or bare, has none."""
    quotes = np.flatnonzero(data == _QUOTE)
    starts = quotes[::2]
    dots = quotes[1::2] - starts - 1
    dots[data[starts + 1] == _DASH] = 0
    dashes = np.flatnonzero(data == _DASH)
    padded = np.concatenate(([_BLANK], data, [_BLANK])).astype(np.uint8) if len(dashes) else data
    bare = dashes[(padded[dashes] <= _BLANK) & (padded[dashes + 2] <= _BLANK)]
    if not len(bare):
        return dots
    places = np.concatenate((starts, bare))
    return np.concatenate((dots, np.zeros(len(bare), dtype=np.int64)))[np.argsort(places)]


def _positions(
    dots: NDArray[np.int64], meanings: Mapping[int, str], path: Path
) -> NDArray[np.uint8]:
    """Return the position in `STATUSES` of each number of dots; 0 dots are nil."""
    found = np.zeros(LONGEST + 1, dtype=np.uint8)
    for count in np.flatnonzero(np.bincount(dots, minlength=LONGEST + 1)).tolist():
        sign = NIL if count == 0 else meanings.get(count, "?")
        if sign not in MEANINGS:
            raise SourceError(
                f"{path.name} shows {sign!r} (DATASYMBOL{count}), a sign of unknown meaning. "
                "Look it up in the file's notes and add it to divide.tidy.px_cells."
            )
        found[count] = STATUSES.index(MEANINGS[sign])
    return found
