"""Files from strangers: type, size and content are checked before anything reads them."""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from divide.survey.findings import refuse
from divide.survey.sheet_parts import column_of

MAX_BYTES: Final = 20_000_000
MAX_UNPACKED: Final = 100_000_000
MAX_RATIO: Final = 100
MAX_ENTRIES: Final = 1_000
# A workbook with one cell far away makes a reader lay out every cell between.
MAX_AREA: Final = 20_000_000
_CHUNK: Final = 1 << 20
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # .xls, or a workbook behind a password
_ZIP: Final = b"PK\x03\x04"
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})
_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+[0-9]+)[\"'][^>]*>\s*<(?:\w+:)?f[ />]"
)
# References that may lie outside the area: three letters, or a row from 28,000 on.
_FAR: Final = re.compile(
    rb"r=[\"'](?:[A-Z]{3}[0-9]|[A-Z]{0,2}(?:[0-9]{6}|[3-9][0-9]{4}|2[89][0-9]{3}))"
)
# Every part is bounded: a pattern that runs back and forth would let a file stop the check.
_ERROR: Final = re.compile(
    rb"<(?:\w+:)?c(\s[^>]*?\bt=[\"']e[\"'][^>]*)>\s*"
    rb"(?:<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v>(#[^<]{1,20})<"
)
_REFERENCE: Final = re.compile(rb"r=[\"']([A-Z]{0,3})([0-9]+)[\"']")


@dataclass(frozen=True)
class Upload:
    """
    A file that passed: its content, and the cells of each sheet that hold a formula.

    Attributes
    ----------
    kind
        `xlsx`, `text` or `lss`.
    formulas, errors
        By the part of the container, such as `xl/worksheets/sheet1.xml`: cells with a
        formula; cells with an error of the spreadsheet and its text, which readers of
        workbooks hand over as blank.
    """

    path: Path
    kind: str
    content: bytes
    formulas: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)


def open_upload(path: Path) -> Upload:
    """
    Read a file of answers or a structure, if it is of a kind that may be read.

    Raises
    ------
    RefusedFileError
        If it is of another kind, too large, damaged, a bomb, or carries macros.
    """
    if not path.is_file():
        refuse(path, "SV004")
    if path.stat().st_size > MAX_BYTES:
        refuse(path, "SV002")
    content = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix == ".xlsm":
        refuse(path, "SV003")
    if suffix == ".xlsx" and content.startswith(_ZIP):
        return Upload(path, "xlsx", content, *_checked_workbook(path))
    if suffix == ".lss" and not content.startswith(_ZIP):
        return Upload(path, "lss", content)
    if suffix not in _TEXTS or content.startswith((_OLD_OFFICE, _ZIP)):
        refuse(path, "SV001")
    return Upload(path, "text", content)


def _checked_workbook(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]]]:
    """Unpack a workbook in small pieces, look at every part; return its formulas and errors."""
    formulas, errors = {}, {}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_container(path, entries)
            for entry in entries:
                part = _read(path, archive, entry)
                if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in part:
                    refuse(path, "SV004")
                if entry.filename.startswith("xl/worksheets/"):
                    _check_area(path, part)
                    formulas[entry.filename] = _formulas(part)
                    errors[entry.filename] = _errors(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        refuse(path, "SV004")
    return formulas, errors


def _check_container(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * packed:
        refuse(path, "SV002")
    if any(name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        refuse(path, "SV003")
    if "xl/workbook.xml" not in names or len(set(names)) < len(names):
        refuse(path, "SV004")


def _read(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read a part, no further than it said; its checksum is compared at the end."""
    parts, left = [], entry.file_size
    with archive.open(entry) as file:
        while piece := file.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                refuse(path, "SV002")
            parts.append(piece)
    return b"".join(parts)


def _check_area(path: Path, sheet: bytes) -> None:
    if _FAR.search(sheet) is None:
        return  # 702 columns by 28,000 rows at most
    found = _REFERENCE.findall(sheet)
    width = max((column_of(one.decode()) + 1 for one in {one for one, _ in found}), default=0)
    height = max((int(row) for _, row in found), default=0)
    if width * height > MAX_AREA:
        refuse(path, "SV002")


def _formulas(sheet: bytes) -> tuple[str, ...]:
    if b"<f" not in sheet and b":f" not in sheet:
        return ()
    if not any(mark in sheet for mark in (b"<f>", b"<f ", b"<f/", b":f>", b":f ")):
        return ()  # rules of validation are written <formula1>
    return tuple(cell.decode() for cell in _FORMULA.findall(sheet))


def _errors(sheet: bytes) -> dict[str, str]:
    if b't="e"' not in sheet and b"t='e'" not in sheet:
        return {}
    found = {}
    for cell in _ERROR.finditer(sheet):
        where = _REFERENCE.search(cell[1])
        if where:
            found[(where[1] + where[2]).decode()] = cell[2].decode(errors="replace")
    return found
