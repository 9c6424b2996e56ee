"""Read JSON-stat cubes: 1.x as STAT-TAB gives them, 2.0 as Eurostat does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from divide.errors import SourceChangedError, SourceError

_OWN: Final = ("value", "flag")


@dataclass(frozen=True)
class JsonStat:
    """
    A cube as published.

    `frame` has one row a cell that carries a value or a flag: a column of codes for each
    dimension, then `value` and `flag` (empty text where there is none). `labels` maps each
    dimension's codes to words. `updated` is the publisher's own text, empty if not given.
    """

    frame: DataFrame
    labels: Mapping[str, Mapping[str, str]]
    updated: str


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
    cube = _cube(path)
    try:
        ids, size, dimensions = _shape(cube)
        codes = [_codes(dimensions[name]) for name in ids]
        values, flags = _by_index(cube["value"]), _by_index(cube.get("status") or {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"{path.name}: not a JSON-stat cube that can be read ({error!r}). Fetch it again."
        ) from error
    if [len(found) for found in codes] != size or set(ids) & set(_OWN):
        raise SourceChangedError(
            f"{path.name}: the sizes {size} are not those of the dimensions {ids}. Fetch it again."
        )
    if isinstance(cube.get("status"), str):
        flags = dict.fromkeys(values, cube["status"])
    cells = np.array(sorted(values.keys() | flags.keys()), dtype=np.int64)
    if len(cells) and not 0 <= cells[0] <= cells[-1] < np.prod(size):
        raise SourceChangedError(
            f"{path.name}: a value lies outside the {np.prod(size)} cells. Fetch it again."
        )
    frame = DataFrame(_columns(ids, codes, cells), columns=[*ids])
    frame["value"] = np.array([values.get(cell) for cell in cells.tolist()], dtype=np.float64)
    frame["flag"] = [str(flags.get(cell) or "") for cell in cells.tolist()]
    labels = {
        name: _labels(dimensions[name], found) for name, found in zip(ids, codes, strict=True)
    }
    return JsonStat(frame, labels, str(cube.get("updated", "")))


def _cube(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(
            f"{path.name} cannot be read ({error.strerror}). Fetch it again."
        ) from error
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
    return {code: str(words.get(code, code)) for code in codes}


def _by_index(cells: Any) -> dict[int, Any]:
    """Read cells as {flat index: content}, leaving out the empty ones."""
    if isinstance(cells, str):
        return {}
    pairs = cells.items() if isinstance(cells, dict) else enumerate(cells)
    return {int(index): content for index, content in pairs if content is not None}


def _columns(
    ids: list[str], codes: list[list[str]], cells: NDArray[np.int64]
) -> dict[str, NDArray[np.str_]]:
    """Turn flat indexes into codes: row-major, the last dimension fastest."""
    positions = np.unravel_index(cells, tuple(len(found) for found in codes))
    return {
        name: np.array(found)[position]
        for name, found, position in zip(ids, codes, positions, strict=True)
    }
