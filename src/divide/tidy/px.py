"""
Read PX files, the cubes of the Federal Statistical Office.

The layout is that of the PX file format (Statistics Sweden, axis version 2010): entries
`KEYWORD[language]("dimension")=value;`, then the cells in the order of STUB and HEADING,
the last dimension running fastest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from divide.errors import SourceChangedError, SourceError
from divide.tidy.px_cells import LONGEST, STATUSES, read_cells
from divide.tidy.px_header import (
    Entries,
    dimension_names,
    entry_text,
    languages,
    notes,
    read_header,
)


@dataclass(frozen=True)
class Dimension:
    """
    One dimension of a cube, its categories in the order of the file.

    `codes` are the labels of the file's own language where the file gives no codes.
    `labels` holds the categories' words by language.
    """

    name: str
    codes: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class PxTable:
    """
    A cube as published: one value and one status a cell, last dimension fastest.

    `values` is NaN wherever the cell shows a sign other than nil. `kinds` are positions in
    `STATUSES`, one byte a cell. `last_updated` is the file's own text. `notes` holds the
    footnotes by language.
    """

    matrix: str
    title: Mapping[str, str]
    dimensions: tuple[Dimension, ...]
    values: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    last_updated: str
    notes: Mapping[str, tuple[str, ...]]

    @property
    def statuses(self) -> NDArray[np.object_]:
        """Return the status of each cell as a word of `STATUSES`."""
        return np.array(STATUSES, dtype=object)[self.kinds]


def read_px(path: Path) -> PxTable:
    """
    Read a PX file.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 or in Windows' Western code page, whatever its header says.

    Returns
    -------
    PxTable
        The cells with their dimensions; "-" is 0 and observed.

    Raises
    ------
    SourceError
        If the file is missing, no PX file, cut, or shows a sign of unknown meaning.
    SourceChangedError
        If the number of cells is not the product of the dimensions.
    """
    raw = _bytes_of(path)
    entries, start = read_header(raw, path)
    dimensions = _dimensions(entries, path)
    values, kinds = read_cells(raw, start, _meanings(entries), path)
    expected = int(np.prod([len(dimension.codes) for dimension in dimensions]))
    if len(values) != expected:
        raise SourceChangedError(
            f"{path.name}: the dimensions make {expected} cells, the file holds {len(values)}. "
            "Fetch it again; if it stays so, the publisher's file is damaged."
        )
    return PxTable(
        matrix=entry_text(entries, "MATRIX"),
        title={lang: entry_text(entries, "TITLE", lang) for lang in languages(entries)},
        dimensions=dimensions,
        values=values,
        kinds=kinds,
        last_updated=entry_text(entries, "LAST-UPDATED"),
        notes={lang: notes(entries, lang) for lang in languages(entries)},
    )


def table_frame(px: PxTable) -> DataFrame:
    """
    Lay a cube out as a long frame.

    Returns
    -------
    DataFrame
        One row a cell, in the order of the file: a categorical column of codes for each
        dimension, named as the dimension, then `value` and `status`.
    """
    columns: dict[str, object] = {}
    inner, outer = len(px.values), 1
    for dimension in px.dimensions:
        size = len(dimension.codes)
        inner //= size
        positions = np.arange(size, dtype=np.int16 if size < 2**15 else np.int32)
        codes: NDArray[np.integer[Any]] = np.tile(np.repeat(positions, inner), outer)
        outer *= size
        columns[dimension.name] = pd.Categorical.from_codes(codes, pd.Index(dimension.codes))
    columns["value"] = px.values
    columns["status"] = pd.Categorical.from_codes(px.kinds.astype(np.int8), pd.Index(STATUSES))
    return DataFrame(columns, copy=False)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path.name} cannot be read ({error.strerror}). Fetch it again."
        ) from error


def _dimensions(entries: Entries, path: Path) -> tuple[Dimension, ...]:
    own, *others = languages(entries)
    names = dimension_names(entries, "")
    if not names:
        raise SourceError(f"{path.name} is no PX file: it names no STUB and no HEADING.")
    found = []
    for position, name in enumerate(names):
        labels = entries.get(("VALUES", "", name), ())
        codes = entries.get(("CODES", "", name), labels)
        if not labels or len(codes) != len(labels) or len(set(codes)) != len(codes):
            raise SourceError(
                f"{path.name}: dimension {name!r} has {len(labels)} labels and "
                f"{len(set(codes))} different codes. Fetch it again."
            )
        words = {own: labels}
        for lang in others:
            # Elsewhere the dimension's name is translated too: only its position is sure.
            local = dict(enumerate(dimension_names(entries, lang))).get(position, name)
            words[lang] = entries.get(("VALUES", lang, local), labels)
        found.append(Dimension(name, codes, words))
    return tuple(found)


def _meanings(entries: Entries) -> dict[int, str]:
    """Say which sign each row of dots stands for; undeclared, it stands for itself."""
    return {
        dots: entry_text(entries, f"DATASYMBOL{dots}").replace(" ", "") or "." * dots
        for dots in range(1, LONGEST + 1)
    }
