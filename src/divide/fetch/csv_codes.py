"""The different texts of some columns of a CSV of any size."""

import csv
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as columns

from divide.errors import BadAnswerError


def different_codes(path: Path, names: tuple[str, ...]) -> list[set[str]]:
    """
    Return the different texts of some columns; of a column that is not there, none.

    Raises
    ------
    BadAnswerError
        If the file is no table.
    """
    found: dict[str, set[str]] = {name: set() for name in names}
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = next(csv.reader(file), [])
    here = [name for name in names if name in head]
    try:
        for block in columns.open_csv(
            path,
            read_options=columns.ReadOptions(block_size=1 << 20),
            convert_options=columns.ConvertOptions(
                include_columns=here, column_types=dict.fromkeys(here, pa.string())
            ),
        ):
            for name in here:
                found[name] |= {one for one in block[name].unique().to_pylist() if one}
    except pa.ArrowInvalid as error:
        raise BadAnswerError(
            f"{path.name} cannot be read as a table ({error}). Try again."
        ) from error
    return list(found.values())
