"""Points that an analyst asks a public service about: institutions, and nothing else of them."""

import csv
import re
from pathlib import Path
from typing import Any, Final

from divide.errors import UsageError

COLUMNS: Final = ("institution", "east", "north")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w@-]*")


def read_points(path: Path) -> list[dict[str, Any]]:
    """
    Read a file of points: a CSV with the columns `institution`, `east` and `north` alone.

    Whatever else a file holds could leave the house with it, so it is refused whole.

    Returns
    -------
    list of dict
        `name`, `east` and `north` (LV95, metres), one a row of the file.

    Raises
    ------
    UsageError
        If the file cannot be read, has other columns, or names an institution twice.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "points.csv"
    >>> _ = file.write_text("institution,east,north\\nhome_1,2683374,1247873\\n")
    >>> read_points(file)
    [{'name': 'home_1', 'east': 2683374.0, 'north': 1247873.0}]
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise UsageError(f"The points in {path.name} cannot be read ({reason}).") from reason
    sign = ";" if ";" in text.partition("\n")[0] else ","
    head, *rows = [row for row in csv.reader(text.splitlines(), delimiter=sign) if row] or [[]]
    if sorted(head) != sorted(COLUMNS) or not rows:
        raise UsageError(
            f"{path.name} must hold the columns {', '.join(COLUMNS)} and nothing else, and at "
            f"least one row; it holds {', '.join(head) or 'nothing'}. Points are sent to a public "
            "service: only institutions, never a beneficiary's address."
        )
    points = [_point(dict(zip(head, row, strict=False)), path) for row in rows]
    names = [one["name"] for one in points]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"{path.name} names {', '.join(twice[:5])} twice. Give each its own id.")
    return points


def _point(row: dict[str, str], path: Path) -> dict[str, Any]:
    name = row.get("institution", "").strip()
    try:
        place = {side: float(row[side]) for side in ("east", "north")}
    except (KeyError, ValueError):
        place = {}
    if not place or not _NAME.fullmatch(name):
        raise UsageError(
            f"{path.name}: {row} is no point. An id of letters, digits, _ and -, and LV95 metres "
            "such as 2683374 and 1247873 are expected."
        )
    return {"name": name, **place}
