"""What a check found: one row a finding, with the cell as in Excel and a stable code."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import texts
from divide.errors import RefusedFileError
from divide.survey.questionnaire import instrument

# A code keeps its meaning for ever; a new fault gets a new number.
STOP: Final = "stop"  # the file cannot count before this is mended
CORRECTED: Final = "corrected"  # a safe repair, listed before and after
NOTE: Final = "note"
_CORRECTED: Final = (6, 14, 21, 22, 30, 32, 42, 46, 48)
_NOTES: Final = (12, 13, 18, 26, 27, 31, 34, 35, 38, 39, 40, 47)
_STOPS: Final = (
    *(1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 15, 16, 17, 20, 23, 24, 25, 28, 29, 33, 36, 37, 41, 43),
    *(44, 45),
)
SEVERITY: Final = {
    f"SV{number:03d}": severity
    for severity, numbers in ((STOP, _STOPS), (CORRECTED, _CORRECTED), (NOTE, _NOTES))
    for number in numbers
}
COLUMNS: Final = ("code", "row", "column", "question", "found", "after", "detail")


def found(
    code: str,
    rows: Iterable[int] | int | None = None,
    *,
    column: str = "",
    question: str = "",
    found: str | Iterable[str] = "",
    after: str = "",
    detail: Mapping[str, Any] | None = None,
) -> DataFrame:
    """
    Note a finding, once or for many rows.

    Returns
    -------
    DataFrame
        One row is one finding: `code`, `row` (as in Excel; 0 if it is of the whole file),
        `column` (its letters), `question` (the column's name), `found` (the text of the
        cell), `after` (what it was corrected to), `detail` (what its message names).
    """
    where = [0] if rows is None else [rows] if isinstance(rows, int) else list(rows)
    return DataFrame(
        {
            "code": code,
            "row": np.asarray(where, dtype="int64"),
            "column": column,
            "question": question,
            "found": found if isinstance(found, str) else list(found),
            "after": after,
            "detail": [dict(detail or {})] * len(where),
        },
        index=range(len(where)),
    )


def together(parts: Iterable[DataFrame]) -> DataFrame:
    """Put findings into one frame: what stops first, then by code, question and row."""
    chosen = [part for part in parts if len(part)]
    if not chosen:
        return found("SV001", []).astype({"code": "str"})
    every = pd.concat(chosen, ignore_index=True)
    rank = every["code"].map(SEVERITY).map({STOP: 0, CORRECTED: 1, NOTE: 2})
    places = {name: at for at, name in enumerate(instrument().columns)}
    asked = every["question"].map(places).fillna(-1)
    keys = ["_rank", "code", "_asked", "row"]
    ranked = every.assign(_rank=rank, _asked=asked)
    ordered = ranked.sort_values(keys, kind="stable", ignore_index=True)
    return ordered[list(COLUMNS)]


def stops(findings: DataFrame) -> DataFrame:
    """Return the findings that must be mended before the file can count."""
    return findings[findings["code"].map(SEVERITY) == STOP]


def refuse(path: Path, code: str, **values: Any) -> NoReturn:
    """Refuse a file whole: the error names the file and the code, and no answer."""
    what = texts.label(f"survey.{code}.expected", lang="en", **values)
    mend = texts.label(f"survey.{code}.do", lang="en", **values)
    error = RefusedFileError(f"{code} {path.name}: expected: {what}. {mend}")
    error.code, error.values = code, values
    raise error
