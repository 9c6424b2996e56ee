"""What a check found: one row a finding, with the cell as in Excel and a stable code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from pandas import DataFrame, Series

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
_TYPES: Final = {
    **dict.fromkeys(("code", "column", "question", "found", "after"), "str"),
    "row": "int64",
    "detail": "object",
}


@dataclass(frozen=True)
class Found:
    """
    A finding of one cell or of many: texts and details stand once, or once a row.

    Attributes
    ----------
    rows
        As in Excel; 0 for what is of the whole file.
    column, question
        Letters of the file's column; name of the questionnaire's.
    found, after
        The text of the cell; what it was corrected to.
    detail
        What its message names.
    """

    code: str | Sequence[str]
    rows: Sequence[int]
    column: str = ""
    question: str = ""
    found: str | Sequence[str] = ""
    after: str | Sequence[str] = ""
    detail: Mapping[str, Any] | Sequence[Mapping[str, Any]] = field(default_factory=dict)


def found(
    code: str,
    rows: Iterable[int] | int | None = None,
    *,
    column: str = "",
    question: str = "",
    found: str | Sequence[str] = "",
    after: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Found:
    """Note a finding: of the whole file if no row is given, of one row, or of many."""
    where = [0] if rows is None else [rows] if isinstance(rows, int) else [int(r) for r in rows]
    return Found(code, where, column, question, found, after, detail or {})


def together(parts: Iterable[Found]) -> DataFrame:
    """
    Put findings into one frame: what stops first, then by code, question and row.

    Returns
    -------
    DataFrame
        One row is one finding: `code`, `row` (as in Excel; 0 if it is of the whole file),
        `column` (its letters), `question` (the column's name), `found` (the text of the
        cell), `after` (what it was corrected to), `detail` (what its message names).
    """
    chosen = [part for part in parts if len(part.rows)]
    cells: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for part in chosen:
        cells["row"] += list(part.rows)
        for name in COLUMNS:
            if name != "row":
                told = getattr(part, name)
                many = [told] * len(part.rows) if isinstance(told, str | Mapping) else list(told)
                cells[name] += many
    every = DataFrame({name: Series(told, dtype=_TYPES[name]) for name, told in cells.items()})
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
