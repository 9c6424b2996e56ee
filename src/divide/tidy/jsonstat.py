"""Read JSON-stat cubes: 1.x as STAT-TAB gives them, 2.0 as Eurostat does."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from divide.errors import SourceChangedError, SourceError
from divide.tidy.jsonstat_text import Cells, read_document

_OWN: Final = ("value", "flag")


@dataclass(frozen=True)
class JsonStat:
    """
    A cube as published.

    `frame` has one row a cell that carries a value or a flag: a categorical column of codes
    for each dimension, then `value` and `flag` (empty text where there is none). `labels`
    maps each dimension's codes to words. `updated` is the publisher's own text, empty if
    not given.
    """

    frame: DataFrame
    labels: Mapping[str, Mapping[str, str]]
    updated: str

    def texts(self) -> DataFrame:
        """Return the frame with codes and flags as plain text, for rows to be worked on."""
        return self.frame.astype(dict.fromkeys([*self.labels, "flag"], "str"))


def read_jsonstat(path: Path) -> JsonStat:
    """
    Read a JSON-stat file, version 1 or 2, with values as a list or by flat index.

    Raises
    ------
    SourceError
        If the file is missing, is no JSON, or holds no JSON-stat cube.
    SourceChangedError
        If its dimensions, sizes and values contradict each other.
    """
    cube, listed = read_document(path)
    try:
        ids, size, dimensions = _shape(cube)
        codes = [_codes(dimensions[name]) for name in ids]
        count = int(np.prod(size))
        values = listed if listed is not None else _numbers(cube["value"])
        flags = _words(cube.get("status") or {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"{path.name}: not a JSON-stat cube that can be read ({error!r}). Fetch it again."
        ) from error
    if [len(found) for found in codes] != size or set(ids) & set(_OWN):
        raise SourceChangedError(
            f"{path.name}: the sizes {size} are not those of the dimensions {ids}. Fetch it again."
        )
    if any(_reach(one) > count for one in (values, flags)):
        raise SourceChangedError(
            f"{path.name}: a value lies outside the {count} cells. Fetch it again."
        )
    labels = {
        name: _labels(dimensions[name], found) for name, found in zip(ids, codes, strict=True)
    }
    frame = _frame(dict(zip(ids, codes, strict=True)), values, flags, status=cube.get("status"))
    return JsonStat(frame, labels, str(cube.get("updated", "")))


def _shape(cube: dict[str, Any]) -> tuple[list[str], list[int], dict[str, Any]]:
    dimensions = cube["dimension"]
    where = cube if "id" in cube else dimensions
    return list(where["id"]), [int(count) for count in where["size"]], dimensions


def _codes(dimension: dict[str, Any]) -> list[str]:
    """Return the categories in order; the index may be a list, a map or, for one, absent."""
    category = dimension["category"]
    index = category.get("index", category.get("label"))
    if isinstance(index, dict) and "index" in category:
        return sorted(index, key=index.__getitem__)
    return list(index)


def _labels(dimension: dict[str, Any], codes: list[str]) -> dict[str, str]:
    words = dimension["category"].get("label") or {}
    if list(words) == codes and set(map(type, words.values())) == {str}:
        return dict(words)
    return {code: str(words.get(code, code)) for code in codes}


def _by_index(cells: Any) -> tuple[NDArray[np.int64], list[Any]]:
    """Return flat indexes in order and what stands there, leaving out the empty ones."""
    if isinstance(cells, list) and None not in cells:
        return np.arange(len(cells)), cells
    pairs = cells.items() if isinstance(cells, dict) else enumerate(cells)
    found = {int(index): content for index, content in pairs if content is not None}
    order = sorted(found)
    return np.array(order, dtype=np.int64), [found[index] for index in order]


def _numbers(cells: Any) -> Cells:
    at, content = _by_index(cells)
    return at, np.array(content, dtype=np.float64)


def _words(cells: Any) -> tuple[NDArray[np.int64], list[str]]:
    if isinstance(cells, str):
        return np.array([], dtype=np.int64), []
    at, content = _by_index(cells)
    return at, [str(one) for one in content]


def _reach(found: tuple[NDArray[np.int64] | None, Any]) -> float:
    """Return how many cells a list of values or flags needs; an index below 0 never fits."""
    at, content = found
    if at is None or not len(at):
        return len(content)
    return np.inf if at[0] < 0 else int(at[-1]) + 1


def _frame(
    codes: dict[str, list[str]],
    values: Cells,
    flags: tuple[NDArray[np.int64], list[str]],
    *,
    status: Any,
) -> DataFrame:
    """Lay out every cell that has a value or a flag."""
    cells, value = values
    if len(flags[0]):
        given = np.arange(len(value)) if cells is None else cells
        cells = np.union1d(given, flags[0])
        value = np.full(len(cells), np.nan)
        value[np.searchsorted(cells, given)] = values[1]
    columns: dict[str, Any] = _columns(codes, cells, len(value))
    columns["value"] = value
    alike = status if isinstance(status, str) else ""
    kinds = list(dict.fromkeys([alike, *flags[1]]))
    known = {word: position for position, word in enumerate(kinds)}
    flag = np.zeros(len(value), dtype=np.int8 if len(kinds) < 2**7 else np.int32)
    if cells is not None:
        flag[np.searchsorted(cells, flags[0])] = [known[word] for word in flags[1]]
    columns["flag"] = _categorical(flag, kinds)
    return DataFrame(columns, copy=False)


def _columns(
    codes: dict[str, list[str]], cells: NDArray[np.int64] | None, count: int
) -> dict[str, Any]:
    """Turn flat indexes into codes: row-major, the last dimension fastest."""
    sizes = [len(found) for found in codes.values()]
    inner, columns = int(np.prod(sizes)), {}
    whole = cells is None or len(cells) == inner
    for (name, found), size in zip(codes.items(), sizes, strict=True):
        inner //= size
        small = np.int16 if size < 2**15 else np.int32
        if cells is None or whole:
            runs = np.repeat(np.arange(size, dtype=small), inner)
            position = np.tile(runs, count // len(runs))
        else:
            position = (cells // inner % size).astype(small)
        columns[name] = _categorical(position, found)
    return columns


def _categorical(positions: NDArray[Any], words: list[str]) -> pd.Categorical:
    # Plain objects: a list of 2,000 places becomes Arrow text more slowly than all else is done.
    known = pd.CategoricalDtype(pd.Index(words, dtype="object"))
    return pd.Categorical.from_codes(positions, dtype=known, validate=False)
