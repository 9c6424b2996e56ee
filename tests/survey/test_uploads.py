"""Files from strangers: bombs, macros, old formats and lists of people are refused, by code."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from divide.errors import RefusedFileError
from divide.survey import uploads
from divide.survey.answers import read_answers
from divide.survey.uploads import open_upload
from divide.survey.workbooks import write_workbook


def refusal(path: Path) -> str:
    with pytest.raises(RefusedFileError) as refused:
        read_answers(path)
    assert str(refused.value).startswith(f"{refused.value.code} {path.name}: ")
    return refused.value.code


def repacked(path: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Copy a container, each part through a function that may drop it."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return target


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "sound.xlsx"
    write_workbook(path, lang="fr")
    return path


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "SV001"),
        ("password.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "SV001"),
        ("sheet.ods", b"PK\x03\x04", "SV001"),
        ("really_a_zip.csv", b"PK\x03\x04abc", "SV001"),
        ("page.html", b"<html>", "SV001"),
        ("macros.xlsm", b"PK\x03\x04", "SV003"),
        ("cut.xlsx", b"PK\x03\x04" + b"\1" * 50, "SV004"),
        ("nothing.csv", b"", "SV009"),
        ("binary.csv", b"a;b\0\0\1\n", "SV005"),
    ],
)
def test_other_kinds_are_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path) == code


def test_a_large_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 101)
    monkeypatch.setattr(uploads, "MAX_BYTES", 100)
    assert refusal(path) == "SV002"


def test_macros_hide_in_no_workbook(tmp_path: Path, workbook: Path) -> None:
    path = repacked(workbook, tmp_path / "macro.xlsx", lambda _, part: part)
    with zipfile.ZipFile(path, "a") as box:
        box.writestr("xl/vbaProject.bin", b"macro")
    assert refusal(path) == "SV003"


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path, workbook: Path) -> None:
    path = repacked(workbook, tmp_path / "bomb.xlsx", lambda _, part: part)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as box:
        # Ten million zeros pack a thousandfold; the limit is a hundredfold.
        box.writestr("xl/media/image1.png", b"\0" * 10_000_000)
    assert path.stat().st_size < 100_000
    assert refusal(path) == "SV002"


def test_too_many_parts_are_refused(tmp_path: Path, workbook: Path) -> None:
    path = repacked(workbook, tmp_path / "many.xlsx", lambda _, part: part)
    with zipfile.ZipFile(path, "a") as box:
        for number in range(uploads.MAX_ENTRIES):
            box.writestr(f"xl/media/{number}.png", b"")
    assert refusal(path) == "SV002"


@pytest.mark.parametrize("cell", ['<c r="XFD1048576">', "<c s='1' r='A1048576'>"])
def test_a_cell_far_away_is_refused_before_a_reader_lays_it_out(
    tmp_path: Path, workbook: Path, cell: str
) -> None:
    """A dense reader would lay out 17 thousand million cells; 114 × 1,048,576 for the other."""

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        row = f'<row r="1048576">{cell}<v>1</v></c></row></sheetData>'
        return part.replace(b"</sheetData>", row.encode())

    path = repacked(workbook, tmp_path / "far.xlsx", change)
    assert refusal(path) == "SV002"


def test_a_part_with_a_doctype_is_refused(tmp_path: Path, workbook: Path) -> None:
    """Entities that expand a thousandfold need a document type to be declared."""

    def change(name: str, part: bytes) -> bytes:
        return (
            part.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)
            if "sheet1" in name
            else part
        )

    assert refusal(repacked(workbook, tmp_path / "entity.xlsx", change)) == "SV004"


def test_a_container_that_is_no_workbook_is_refused(tmp_path: Path, workbook: Path) -> None:
    path = repacked(
        workbook,
        tmp_path / "other.xlsx",
        lambda name, part: None if name == "xl/workbook.xml" else part,
    )
    assert refusal(path) == "SV004"


def test_a_changed_byte_is_found_by_the_checksum(tmp_path: Path, workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as box:
        entry = box.getinfo("xl/workbook.xml")
    raw = bytearray(workbook.read_bytes())
    raw[entry.header_offset + 30 + len(entry.filename) + 20] ^= 1
    path = tmp_path / "flipped.xlsx"
    path.write_bytes(raw)
    assert refusal(path) == "SV004"


def test_formulas_are_found_by_their_cells(tmp_path: Path, workbook: Path) -> None:
    row = (
        '<row r="5"><c r="A5"><f>1+1</f><v>2</v></c><c s="1" r="B5"><f t="shared">A5</f></c></row>'
    )

    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        return part.replace(b"</sheetData>", f"{row}</sheetData>".encode())

    found = open_upload(repacked(workbook, tmp_path / "formula.xlsx", change))
    assert found.formulas["xl/worksheets/sheet1.xml"] == ("A5", "B5")


def test_a_list_of_invited_people_is_refused(limesurvey: Callable[..., Path]) -> None:
    heads = ["tid", "firstname", "lastname", "email", "emailstatus", "token", "language"]
    path = limesurvey(heads, [["1", "", "", "", "OK", "abc", "fr"]])
    assert refusal(path) == "SV007"


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("Nom", "X", "SV008"),
        ("E-Mail-Adresse", "a@example.invalid", "SV008"),
        ("ipaddr", "192.0.2.1", "SV008"),
        ("Data di nascita", "1.1.1950", "SV008"),
        ("token", "k3j4", "SV008"),
        ("Contact", "a@example.invalid", "SV008"),  # an unknown heading over an address
        ("Numéro", "756.1234.5678.97", "SV008"),
    ],
)
def test_a_column_about_persons_is_refused_without_quoting_it(
    table: Callable[..., Path], heading: str, cell: str, code: str
) -> None:
    path = table([["id_inst", "npa", heading], ["VD-0001", "1003", cell]])
    with pytest.raises(RefusedFileError) as refused:
        read_answers(path)
    assert refused.value.code == code
    assert cell not in str(refused.value) or len(cell) < 2
    assert refused.value.values == {"heading": heading}


@pytest.mark.parametrize("cell", ["", "anonymous", "Anonyme"])
def test_an_empty_column_about_persons_is_no_harm(table: Callable[..., Path], cell: str) -> None:
    path = table([["id_inst", "npa", "Email", "Name"], ["VD-0001", "1003", cell, ""]])
    assert read_answers(path).values["npa"].tolist() == ["1003"]
