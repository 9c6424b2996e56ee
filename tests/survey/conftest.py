"""What tests of the survey share: specimens where they are, small exports, one demonstration."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pandas import DataFrame

from divide.survey import demo
from divide.survey.exports import Batch

Rows = Sequence[Sequence[str | None]]


@pytest.fixture(scope="session")
def specimens(mirror: Path) -> Path:
    """Return the folder of exports written by exporters' rules; it stands beside the mirror."""
    folder = mirror.parent / "survey" / "specimens"
    if not folder.is_dir():
        pytest.skip("no specimens of exports beside the mirror")
    return folder


@pytest.fixture
def limesurvey(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a response export: quoted, `;`, BOM; None is not quoted."""

    def write(headings: Sequence[str], rows: Rows, name: str = "results-survey.csv") -> Path:
        lines = [";".join(_quoted(cell) for cell in row) for row in (headings, *rows)]
        path = tmp_path / name
        path.write_text("\ufeff" + "\r\n".join(lines) + "\r\n\r\n", "utf-8", newline="")
        return path

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes any CSV, as a spreadsheet does."""

    def write(
        rows: Rows, name: str = "table.csv", *, encoding: str = "utf-8", delimiter: str = ";"
    ) -> Path:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(rows)
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


@pytest.fixture(scope="session")
def batch() -> Batch:
    """Return sixty finished replies of the demonstration, remarks of strangers among them."""
    whole = demo.survey().batch
    done = whole.replies["completed"].to_numpy(dtype=bool)
    chosen = whole.replies[done].index[:60]
    values, states, replies = (
        one.loc[chosen].reset_index(drop=True)
        for one in (whole.values, whole.states, whole.replies)
    )
    return Batch(values, states, replies)


def told(findings: DataFrame) -> list[tuple[str, int, str, str]]:
    """Return code, row, column and question of each finding."""
    return list(findings[["code", "row", "column", "question"]].itertuples(index=False, name=None))


def _quoted(cell: str | None) -> str:
    return "" if cell is None else '"' + cell.replace('"', '""') + '"'
