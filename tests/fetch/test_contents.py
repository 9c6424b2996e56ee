"""Is a content what was promised? Each kind: whole, cut, garbled, and something else."""

import io
import json
import struct
import zipfile

import pytest

from divide.fetch import contents
from divide.fetch.asks import FaultError, Promise

PX = """CHARSET="ANSI";
AXIS-VERSION="2013";
TITLE="Zugang";
VALUES("Jahr")="2021";
CODES("Jahr")="2021";
NOTE="Eine Zeile; DATA= steht hier nur im Text";
DATA=
96.2 "....." 0.8;
"""
CSV = "GEO;Name;Wert\n261;Zürich;1\n6621;Genève;2\n"


def said(body: bytes, kind: str, **promised: object) -> str:
    """Return why a content is refused, or nothing."""
    try:
        contents.check(io.BytesIO(body), Promise(kind, **promised), "")  # type: ignore[arg-type]
    except FaultError as fault:
        assert fault.answered
        return str(fault)
    return ""


def archive(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        for name, body in names.items():
            written.writestr(name, body)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(("kind", "text"), [("px", PX), ("csv", CSV), ("text", CSV)])
def test_the_encodings_of_publishers_pass(kind: str, text: str, encoding: str) -> None:
    assert said(text.replace("Zugang", "Zugäng").encode(encoding), kind) == ""


def test_json_is_utf8() -> None:
    assert said('\ufeff["ü"]'.encode(), "json") == ""
    assert "neither" in said('["ü"]'.encode("cp1252"), "json")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (CSV.encode().decode("latin-1").encode(), "twice"),
        (CSV.replace("Zürich", "Ägeri").encode().decode("cp1252").encode(), "twice"),
        (CSV.replace("Zürich", "Éclépens").encode().decode("cp1252").encode(), "twice"),
        (CSV.replace("Zürich", "l’École").encode().decode("cp1252").encode(), "twice"),
        (CSV.replace("ü", "\ufffd").encode(), "lost letters"),
        (CSV.encode().replace("è".encode(), "è".encode("cp1252")), "throughout"),
        (CSV.encode("cp1252") + b"1;\x81;2\n", "neither"),
        (CSV.encode("utf-16"), "UTF-16"),
    ],
)
def test_lost_letters_are_seen(body: bytes, reason: str) -> None:
    assert reason in said(body, "csv")


def test_letters_are_seen_between_two_pieces() -> None:
    """A letter of two bytes across the border of two pieces is whole; a lost one is lost."""
    for shift in range(4):
        start = b"a;b\n" * ((contents.CHUNK - 8) // 4) + b"ccc;dddd"[: 6 + shift - 2]
        for letters, reason in (("ü", ""), ("\ufffd", "lost letters"), ("Ã¼", "twice")):
            assert reason in said(start + letters.encode() + b";e\n", "text")
            assert bool(reason) == bool(said(start + letters.encode() + b";e\n", "text"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (PX.rstrip().rstrip(";"), "end of its data"),
        (PX[: PX.index("NOTE")], "end of its data"),
        (PX[: PX.index(" steht hier")] + ";", "end of its data"),
        ('"STUB","2021"\n' + PX, "begin like a PX"),
        (CSV, "begin like a PX"),
        ("Service unavailable", "begin like a PX"),
    ],
)
def test_a_px_file_is_whole_or_refused(body: str, reason: str) -> None:
    assert said(PX.encode(), "px") == ""
    assert reason in said(body.encode(), "px")


def test_no_cut_of_a_px_file_passes() -> None:
    body = PX.rstrip().encode()
    assert [n for n in range(len(body)) if not said(body[:n], "px")] == []


def test_no_cut_of_json_passes() -> None:
    body = json.dumps({"value": [96.2, 94.0], "status": {"1": "u"}}).encode()
    assert [n for n in range(len(body)) if not said(body[:n], "json")] == []
    assert "bracket" in said(b"17", "json")
    assert "read" in said(b"[" * 100_000, "json")


@pytest.mark.parametrize(
    ("body", "columns", "reason"),
    [
        (CSV, ("GEO", "Wert"), ""),
        (CSV.rstrip("\n"), ("GEO", "Wert"), ""),
        (CSV.replace("\n", "\r\n").replace("GEO", '"GEO"'), ("GEO",), ""),
        (CSV + '5586;"Lausanne,\n""Stadt"";";3\n', ("GEO",), ""),
        ("Titel; ;\n;\n" + CSV + "Quelle: BFS\n", ("GEO", "Wert"), ""),
        (CSV + "5586;Lausa", ("GEO",), "last line"),
        (CSV + '5586;"Lausanne;3\n', ("GEO",), "last line"),
        (CSV, ("GEO", "Jahr"), "column(s) Jahr"),
        ("Service unavailable\n", (), "several columns"),
        ('{"error": "too large", "status": 413}', ("GEO",), "sent JSON"),
    ],
)
def test_a_csv_has_its_columns_and_its_end(
    body: str, columns: tuple[str, ...], reason: str
) -> None:
    found = said(body.encode(), "csv", columns=columns)
    assert (reason in found) if reason else found == ""


def test_an_archive_is_whole_or_refused() -> None:
    body = archive({"a.csv": CSV.encode() * 50, "b/c.csv": b"1"})
    assert said(body, "zip") == ""
    assert [n for n in range(1, len(body)) if not said(body[:n], "zip")] == []
    stored = archive({"a.csv": CSV.encode()}, zipfile.ZIP_STORED)
    assert "damaged" in said(stored.replace(b"6621", b"6622"), "zip")


def test_a_spreadsheet_is_one() -> None:
    sheet = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    assert said(archive(sheet), "xlsx") == ""
    assert "no spreadsheet" in said(archive({"a.csv": b"1"}), "xlsx")
    assert "macros" in said(archive(sheet | {"xl/vbaProject.bin": b"1"}), "xlsx")
    assert "damaged" in said(b"\xd0\xcf\x11\xe0 an old .xls", "xlsx")


def test_an_archive_cannot_harm() -> None:
    assert "too large" in said(archive({"a": bytes(20_000_000)}), "zip")
    assert "too large" in said(archive({"a": b"12345"}), "zip", max_unpacked=4)
    assert "too large" in said(archive({str(n): b"" for n in range(1001)}), "zip")
    assert "outside" in said(archive({"../a": b"1"}), "zip")
    assert "outside" in said(archive({"/a": b"1"}), "zip")


def test_a_raster_begins_like_one() -> None:
    """Header of TIFF 6.0 (1992), section 2: byte order, 42, offset of the first directory."""
    assert said(struct.pack("<2sHI", b"II", 42, 8) + bytes(40), "tif") == ""
    assert said(struct.pack(">2sHI", b"MM", 42, 8) + bytes(40), "tif") == ""
    assert said(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16) + bytes(40), "tif") == ""
    assert "cut" in said(struct.pack("<2sHI", b"II", 42, 4000) + bytes(40), "tif")
    assert "no TIFF" in said(CSV.encode(), "tif")
    assert "no TIFF" in said(b"II*\0", "tif")


def geopackage(page: int = 4096, pages: int = 3, kind: bytes = b"GPKG") -> bytes:
    """Write a file with the head of a GeoPackage, as long as its pages."""
    head = b"SQLite format 3\0" + (1 if page == 65_536 else page).to_bytes(2, "big")
    head = head.ljust(28, b"\0") + pages.to_bytes(4, "big")
    return (head.ljust(68, b"\0") + kind).ljust(page * pages, b"\0")


def test_a_geopackage_is_as_long_as_its_pages() -> None:
    assert said(geopackage(), "gpkg") == ""
    assert said(geopackage(65_536, kind=b"GP11"), "gpkg") == ""
    assert "is cut" in said(geopackage()[:-1], "gpkg")
    assert "no GeoPackage" in said(geopackage(kind=b"\0\0\0\0"), "gpkg")
    assert "no GeoPackage" in said(b"SQLite format 3\0", "gpkg")
    assert "web page" in said(b"<html>Wartung</html>", "gpkg")


@pytest.mark.parametrize("body", ['{"error": [1, 2]}', '[{"a": 1, "b": 2}]'])
def test_an_error_in_json_is_no_table(body: str) -> None:
    """Its commas would make it one."""
    assert "sent JSON" in said(body.encode(), "csv")
    assert "sent JSON" in said(b"\xef\xbb\xbf" + body.encode(), "px")


def test_some_services_write_utf8_only() -> None:
    assert said(CSV.encode("cp1252"), "csv") == ""
    assert "neither" in said(CSV.encode("cp1252"), "csv", utf8_only=True)
