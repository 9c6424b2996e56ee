"""Hectares: counts as published, with what a masked count may stand for."""

import zipfile
from pathlib import Path

import pytest

from divide.errors import SourceChangedError, SourceError
from divide.tidy.hectares import COLUMNS, tidy_hectares

# Shape of the publisher's file of 2020; three hectares near Bern, counts invented.
CSV = """\ufeffE_KOORD;N_KOORD;RELI;B20BTOT;B20B21
2600100;1199600;60011996;57;3
2600000;1199500;60001995;3;0
2600000;1199600;60001996;4;0
"""


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str = CSV, name: str = "STATPOP2020.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_hectares_as_published(file) -> None:
    frame = tidy_hectares(file(), edition="2021-08-26")
    assert tuple(frame.columns) == COLUMNS
    assert frame[["east", "north", "value", "low", "high", "status"]].values.tolist() == [
        # 3 stands for 1 to 3.
        [2_600_000, 1_199_500, 3, 1, 3, "unreliable"],
        [2_600_000, 1_199_600, 4, 4, 4, "observed"],
        [2_600_100, 1_199_600, 57, 57, 57, "observed"],
    ]
    shared = frame[["indicator", "group", "size", "year", "source", "edition"]].drop_duplicates()
    assert shared.values.tolist() == [
        ["residents", "total", 100.0, 2020, "bfs_statpop_hectares", "2021-08-26"]
    ]


def test_another_column_and_its_group(file) -> None:
    frame = tidy_hectares(file(), edition="2021-08-26", column="B20B21", group="age:65_plus")
    # A published 0 is 0: only 1 to 3 are masked.
    assert frame[["value", "low", "high"]].values.tolist() == [[0, 0, 0], [0, 0, 0], [3, 1, 3]]
    assert set(frame["group"]) == {"age:65_plus"}


def test_newer_names_need_the_year(file) -> None:
    newer = CSV.replace("B20BTOT", "BBTOT")
    assert set(tidy_hectares(file(newer), edition="2025-08-28", year=2024)["year"]) == {2024}
    with pytest.raises(SourceError, match="column BBTOT names no year"):
        tidy_hectares(file(newer), edition="2025-08-28")
    with pytest.raises(SourceError, match="column B20BTOT is of 2020, not of 2021"):
        tidy_hectares(file(), edition="2021-08-26", year=2021)


def test_exact_counts_have_no_interval(file) -> None:
    exact = CSV.replace(";4;", ";2;")
    frame = tidy_hectares(file(exact), edition="2021-08-26", masked=None)
    assert frame["low"].tolist() == frame["high"].tolist() == [3, 2, 57]
    with pytest.raises(SourceChangedError, match=r"counts \[2\] are no whole numbers masked as"):
        tidy_hectares(file(exact), edition="2021-08-26")


def test_the_table_is_found_in_its_archive(file, tmp_path: Path) -> None:
    path = tmp_path / "ag-b-00.03-vz2020statpop.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("STATPOP2020_NOLOC.csv", "GMDNR;B20BTOT\n261;12\n")
        archive.writestr("note.pdf", "%PDF")
        archive.writestr("data/STATPOP2020.csv", CSV)
    assert len(tidy_hectares(path, edition="2021-08-26")) == 3
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data/STATPOP2019.csv", CSV)
    with pytest.raises(SourceChangedError, match="holds 2 tables of hectares"):
        tidy_hectares(path, edition="2021-08-26")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("E_KOORD", "X_KOORD", "E_KOORD, N_KOORD and one total are expected"),
        ("B20BTOT", "B20TOTAL", "one total are expected; found: E_KOORD, N_KOORD"),
        ("B20B21", "BBTOT", "one total are expected; found: E_KOORD, N_KOORD, B20BTOT, BBTOT"),
        ("2600100;1199600", "600100;199600", r"E_KOORD \[600100\] are no corners"),
        ("2600100", "2600150", r"E_KOORD \[2600150\] are no corners of hectares"),
        ("2600100", "", "E_KOORD .* are no corners"),
        ("2600100", "2600000", "a hectare stands twice"),
        (";57;", ";5.5;", "no whole numbers"),
        (";57;", ";;", "no whole numbers"),
        (";57;", ";-3;", "no whole numbers"),
        (";57;", ";X;", "no whole numbers"),
    ],
)
def test_a_changed_shape_is_refused(file, old: str, new: str, said: str) -> None:
    with pytest.raises(SourceChangedError, match=said):
        tidy_hectares(file(CSV.replace(old, new)), edition="2021-08-26")


def test_a_missing_or_damaged_file_is_named(file, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.csv is missing"):
        tidy_hectares(tmp_path / "gone.csv", edition="2021-08-26")
    with pytest.raises(SourceError, match=r"cut\.zip cannot be read as a table"):
        tidy_hectares(file(name="cut.zip"), edition="2021-08-26")
    with pytest.raises(SourceChangedError, match="0 rows with"):
        tidy_hectares(file(CSV.splitlines()[0] + "\n"), edition="2021-08-26")
