"""Read a cube of STAT-TAB in either form: the PX master, or the JSON-stat of its service."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from divide.errors import SourceChangedError, SourceError
from divide.tidy.jsonstat import JsonStat, read_jsonstat
from divide.tidy.px import Dimension, PxTable, read_px
from divide.tidy.px_cells import MEANINGS, NIL, STATUSES


def read_cube(path: Path) -> PxTable:
    """
    Read a cube, whichever channel brought it.

    Parameters
    ----------
    path
        `<id>.px`, or `<id>.json` as PxWeb gives it in German.

    Returns
    -------
    PxTable
        The same dimensions in the same order, the same values and statuses from both.

    Raises
    ------
    SourceError
        If the file cannot be read, or shows a sign of unknown meaning.
    SourceChangedError
        If a cell of the JSON-stat has neither a figure nor a sign: why is not known.
    """
    if path.suffix.lower() != ".json":
        return read_px(path)
    cube = read_jsonstat(path)
    dimensions = tuple(
        Dimension(name, tuple(labels), {"de": tuple(labels.values())})
        for name, labels in cube.labels.items()
    )
    cells = int(np.prod([len(one.codes) for one in dimensions]))
    if len(cube.frame) != cells:
        raise SourceChangedError(
            f"{path.name}: {cells - len(cube.frame)} of {cells} cells have neither a figure nor a "
            "sign that says why. Fetch the PX master, which has them."
        )
    values = cube.frame["value"].to_numpy(dtype=np.float64, copy=True)
    kinds = _kinds(cube, path)
    values[(cube.frame["flag"] == NIL).to_numpy()] = 0.0
    # Named as the office names its files, which carry the cube's id.
    return PxTable(path.stem, {}, dimensions, values, kinds, cube.updated, {})


def _kinds(cube: JsonStat, path: Path) -> NDArray[np.uint8]:
    """Say what each cell's sign means, as `read_px` does."""
    signs = cube.frame["flag"].str.replace(" ", "")
    known = {sign: STATUSES.index(status) for sign, status in MEANINGS.items()}
    known[""] = STATUSES.index("observed")
    odd = sorted(set(signs) - set(known))
    if odd:
        raise SourceError(
            f"{path.name} shows {odd[0]!r}, a sign of unknown meaning. "
            "Look it up in the cube's notes and add it to divide.tidy.px_cells."
        )
    empty = cube.frame["value"].isna()
    if (empty & (signs == "")).any() or (~empty & ~signs.isin(["", NIL])).any():
        raise SourceChangedError(
            f"{path.name}: cells with a figure and a sign against it, or with neither."
        )
    return np.array([known[sign] for sign in signs], dtype=np.uint8)
