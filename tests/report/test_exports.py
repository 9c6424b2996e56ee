"""Files from released figures, and from nothing else; no text is run by a spreadsheet."""

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from divide import releases
from divide.errors import DisclosureError, UsageError
from divide.releases import Publishable, Release, register
from divide.report.exports import FORMATS, write_files

HOSTILE = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.fixture
def told(home: Path) -> Publishable:
    """Return a release whose texts are hostile, with a hidden and a negative figure."""
    rows = pd.DataFrame(
        {
            "indicator": "gap",
            "group": HOSTILE,
            "place_level": "canton",
            "place": "VD",
            "year": 2026,
            "value": [-0.25, None, 0.05, 1500.0, 0.0, 0.4],
            "status": ["observed", "suppressed", *["observed"] * 4],
            "source": "demonstration_survey",
        }
    )
    return releases.enter(Release("", "2026-11-25", "figures", {}, rows))


def test_text_is_prefixed_in_csv_and_numbers_are_numbers(told: Publishable, tmp_path: Path) -> None:
    (path,) = write_files(told, tmp_path, "gap", formats=["csv"])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["group"] for row in rows] == [f"'{text}" for text in HOSTILE]
    assert [row["value"] for row in rows] == ["-0.25", "", "0.05", "1500", "0", "0.4"]
    assert {row["release"] for row in rows} == {"r0001"}


def test_excel_holds_texts_and_no_formula(told: Publishable, tmp_path: Path) -> None:
    (path,) = write_files(told, tmp_path, "gap", formats=["xlsx"])
    sheet = openpyxl.load_workbook(path).active
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}  # no "f"
    texts = [sheet.cell(row, 2).value for row in range(2, 8)]
    assert [str(one).replace("_x000D_", "\r") for one in texts] == HOSTILE
    assert sheet.cell(3, 6).value is None  # hidden
    assert sheet.cell(2, 6).value == -0.25


def test_other_formats_say_the_same(told: Publishable, tmp_path: Path) -> None:
    paths = {path.suffix: path for path in write_files(told, tmp_path, "gap")}
    assert set(paths) == {f".{one}" for one in FORMATS}
    parquet = pd.read_parquet(paths[".parquet"])
    assert parquet["group"].tolist() == HOSTILE
    assert parquet["value"].isna().tolist() == [False, True, False, False, False, False]
    records = json.loads(paths[".json"].read_text(encoding="utf-8"))
    assert [row["value"] for row in records] == [-0.25, None, 0.05, 1500.0, 0.0, 0.4]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        f"gap.{one}" for one in FORMATS
    )


def test_a_frame_is_no_release(told: Publishable, tmp_path: Path) -> None:
    for other in (told.frame, told.frame.to_dict("records"), None):
        with pytest.raises(DisclosureError, match="is no release"):
            write_files(other, tmp_path, "gap")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no format pdf"):
        write_files(told, tmp_path, "gap", formats=["pdf"])
    register.path().unlink()  # whoever forgets the register proves nothing any more
    with pytest.raises(DisclosureError, match="not in the register"):
        write_files(told, tmp_path, "gap")
    assert [path for path in tmp_path.iterdir() if path.suffix in (".csv", ".xlsx")] == []
