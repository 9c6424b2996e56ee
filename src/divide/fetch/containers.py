"""Archives, spreadsheets, rasters, GeoPackages: whole, harmless, not larger than they say."""

import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from divide.fetch.asks import FaultError, Promise

ENTRIES = 1_000
RATIO = 200  # sheets of zeros reach 100
FREE = 10_000_000  # an archive so small may be packed as it likes
CHUNK = 1 << 20
SQLITE = b"SQLite format 3\0"
GPKG = (b"GPKG", b"GP10", b"GP11")
TIF = {b"II*\0": "<4xI", b"MM\0*": ">4xI", b"II+\0": "<8xQ", b"MM\0+": ">8xQ"}


def check_zip(file: BinaryIO, promise: Promise) -> None:
    """Refuse an archive that is cut, damaged, a bomb, or not the spreadsheet it should be."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries, promise, _size(file))
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as reason:
        raise _bad(f"sent an archive that is cut or damaged ({reason})") from reason
    except (NotImplementedError, RuntimeError) as reason:
        raise _bad(f"sent an archive that cannot be opened ({reason})") from reason


def check_tif(file: BinaryIO) -> None:
    """Refuse what does not begin like a raster, or points beyond its own end."""
    size = _size(file)
    file.seek(0)
    head = file.read(16)
    form = TIF.get(head[:4])
    if form is None or len(head) < 16:
        raise _bad("sent something that is no TIFF")
    if struct.unpack_from(form, head)[0] >= size:
        raise _bad("sent a TIFF that is cut")


def check_gpkg(file: BinaryIO) -> None:
    """Refuse what is no GeoPackage (an SQLite file of that kind), or shorter than its pages."""
    size = _size(file)
    file.seek(0)
    head = file.read(100)
    if len(head) < 100 or not head.startswith(SQLITE) or head[68:72] not in GPKG:
        raise _bad("sent something that is no GeoPackage")
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    # A page size of 1 stands for 65,536.
    if pages * (65_536 if page == 1 else page) > size:
        raise _bad("sent a GeoPackage that is cut")


def _check_entries(entries: list[zipfile.ZipInfo], promise: Promise, packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    names = {entry.filename for entry in entries}
    if len(entries) > ENTRIES or unpacked > min(promise.max_unpacked, FREE + RATIO * packed):
        raise _bad(f"sent an archive of {len(entries):,} files, {unpacked:,} bytes: too large")
    if any(name.startswith("/") or ".." in PurePosixPath(name).parts for name in names):
        raise _bad("sent an archive that would write outside its folder")
    if promise.kind == "xlsx" and "xl/workbook.xml" not in names:
        raise _bad("sent an archive that is no spreadsheet")
    if promise.kind == "xlsx" and any(name.endswith("vbaProject.bin") for name in names):
        raise _bad("sent a spreadsheet with macros")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read an entry to its end in small pieces: its checksum is compared there."""
    with archive.open(entry) as content:
        while content.read(CHUNK):
            pass


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _bad(message: str) -> FaultError:
    return FaultError(message, again=False, answered=True)
