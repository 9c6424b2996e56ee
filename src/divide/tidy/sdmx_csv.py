"""
Read SDMX-CSV, the form of Swiss Stats Explorer and of Eurostat's SDMX service.

Columns are found by name: their order and the attributes beside them differ from flow to
flow (`DIFF_*`, `DECIMALS`), and only the dimensions are sure to stand before TIME_PERIOD.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas import DataFrame
from pyarrow import csv

from divide.errors import SourceChangedError, SourceError

TOTAL: Final = "_T"
# Codes of the SDMX code list CL_OBS_STATUS that the two services use.
STATUSES: Final = {
    "": "observed",
    "A": "observed",
    "B": "observed",
    "D": "observed",
    "E": "modelled",
    "I": "modelled",
    "F": "modelled",
    "P": "provisional",
    "U": "unreliable",
    "Q": "suppressed",
    "L": "missing",
    "M": "missing",
    "O": "missing",
}
# What stands in the place of a number, in CITYSTAT for one, though the status says A.
_SIGNS: Final = {"X": "suppressed", "...": "missing", "": "missing", "NaN": "missing"}
_TIME, _VALUE, _STATUS, _FLAG = "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "OBS_FLAG"
_NO_DIMENSION: Final = ("DATAFLOW", "LAST UPDATE", "FREQ", "freq")
_BLOCK: Final = 1 << 20


def dimensions(path: Path) -> list[str]:
    """
    Name the dimensions of a file: what stands before TIME_PERIOD, without flow and frequency.

    Raises
    ------
    SourceError
        If the file is missing or empty.
    SourceChangedError
        If it has no TIME_PERIOD or no OBS_VALUE.
    """
    names = _header(path)
    lost = [name for name in (_TIME, _VALUE) if name not in names]
    if lost:
        raise SourceChangedError(
            f"{path.name} lacks {', '.join(lost)}: it is no SDMX-CSV. It has: {', '.join(names)}."
        )
    return [name for name in names[: names.index(_TIME)] if name not in _NO_DIMENSION]


def read_sdmx_csv(
    path: Path,
    columns: Sequence[str],
    *,
    where: Mapping[str, Collection[str]] | None = None,
) -> DataFrame:
    """
    Read the wanted columns and rows of a file of any size, a block at a time.

    Parameters
    ----------
    columns
        Dimensions to keep.
    where
        Column to the codes to keep; other rows are dropped while reading, so that a commune
        cube of 500 MB never stands in memory.

    Returns
    -------
    DataFrame
        One row an observation: the columns as text, `year`, `value`, `status` as a word of
        the house, `row` (1 is the first after the header).

    Raises
    ------
    SourceError
        If the file is missing, cut or no table.
    SourceChangedError
        If a column is not there, no row is left, or a value or status has unknown meaning.
    """
    frame = _text(path, columns, dict(where or {}), optional=_STATUS)
    return _observed(frame, [*columns], where=path.name)


def read_flagged(path: Path, columns: Sequence[str]) -> DataFrame:
    """
    Read Eurostat's SDMX-CSV, whose flags are letters beside the value.

    Returns
    -------
    DataFrame
        One row an observation: the columns as text, `year`, `value` (missing where the
        file shows nothing or ":"), `flag` (empty where there is none).
    """
    frame = _text(path, columns, {}, optional=_FLAG)
    value = pd.to_numeric(frame[_VALUE], errors="coerce")
    odd = sorted(set(frame.loc[value.isna(), _VALUE]) - {"", ":", "NaN"})
    if odd or _FLAG not in frame:
        raise SourceChangedError(f"{path.name} has no {_FLAG}, or odd values: {odd[:5]}.")
    found = frame[[*columns]].assign(year=_years(frame, path.name), value=value)
    return found.assign(flag=frame[_FLAG])


def _text(
    path: Path, columns: Sequence[str], wanted: Mapping[str, Collection[str]], *, optional: str
) -> DataFrame:
    """Read the wanted rows as text, with their number."""
    known = _header(path)
    needed = list(dict.fromkeys([*columns, *wanted, _TIME, _VALUE]))
    lost = [name for name in needed if name not in known]
    if lost:
        raise SourceChangedError(
            f"{path.name} lacks {', '.join(lost)}; it has: {', '.join(known)}. "
            "Its flow has other dimensions than before: read its structure again."
        )
    needed += [optional] if optional in known else []
    kept = [_kept(block, wanted, columns, row) for row, block in _blocks(path, needed)]
    frame: DataFrame = (
        pa.concat_tables(kept).unify_dictionaries().to_pandas() if kept else DataFrame()
    )
    if frame.empty:
        raise SourceChangedError(
            f"{path.name} holds no row of {dict(wanted) or 'any kind'}. Mend the channel's key."
        )
    return frame.astype(dict.fromkeys(columns, "str"))


def _header(path: Path) -> list[str]:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    with path.open(encoding="utf-8-sig") as lines:
        names = [name.strip().strip('"') for name in next(lines, "").split(",")]
    if not any(names):
        raise SourceError(f"{path.name} is empty. Fetch it again.")
    return names


def _blocks(path: Path, needed: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield blocks of text columns, each with the number of rows before it."""
    seen = 0
    try:
        reader = csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=_BLOCK),
            convert_options=csv.ConvertOptions(
                include_columns=needed,
                column_types=dict.fromkeys(needed, pa.string()),
                strings_can_be_null=False,
            ),
        )
        for block in reader:
            yield seen, block
            seen += block.num_rows
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


def _kept(
    block: pa.RecordBatch,
    wanted: Mapping[str, Collection[str]],
    columns: Sequence[str],
    before: int,
) -> pa.Table:
    rows = pa.array(np.arange(before + 1, before + 1 + block.num_rows))
    table = pa.Table.from_batches([block]).append_column("row", rows)
    for name, codes in wanted.items():
        table = table.filter(pc.is_in(table[name], value_set=pa.array(sorted(codes))))
    # Codes repeat: a number for each, and its text once a block.
    texts = [name for name in table.column_names if name in columns]
    for name in texts:
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].dictionary_encode())
    return table.drop_columns([name for name in wanted if name not in columns])


def _observed(frame: DataFrame, columns: list[str], *, where: str) -> DataFrame:
    """Turn text into years, numbers and statuses; a sign of unknown meaning is refused."""
    text, given = frame[_VALUE], frame.get(_STATUS, pd.Series("A", frame.index))
    value = pd.to_numeric(text, errors="coerce")
    status = given.map(STATUSES)
    odd = set(text[value.isna() & ~text.isin(list(_SIGNS))]) | set(given[status.isna()])
    if odd:
        raise SourceChangedError(
            f"{where} holds values or statuses of unknown meaning: {sorted(odd)[:5]}. "
            "Look them up and add them to divide.tidy.sdmx_csv."
        )
    shown = ~status.isin(["suppressed", "missing"])
    told = text.map(_SIGNS)
    found = frame[[*columns, "row"]].assign(year=_years(frame, where), value=value.where(shown))
    return found.assign(status=status.mask(shown & value.isna(), told))


def _years(frame: DataFrame, where: str) -> "pd.Series[int]":
    year = pd.to_numeric(frame[_TIME].str[:4], errors="coerce")
    if year.isna().any():
        raise SourceChangedError(f"{where} has periods that begin with no year.")
    return year.astype("int64")
