"""Is it what was promised? Kind, encoding, wholeness, the publisher's checksum."""

import codecs
import csv
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from divide.fetch import containers
from divide.fetch.asks import FaultError, Promise

# Formats that tell by themselves whether their end is there.
SELF_ENDING = frozenset({"px", "json", "xlsx", "zip", "gpkg"})
CHUNK = 1 << 20
HEAD = 65_536
JSON_BYTES = 200_000_000  # the parsed form takes several times as much memory
PX_START = re.compile(rb'\s*(CHARSET|AXIS-VERSION|CODEPAGE|LANGUAGE|MATRIX|TITLE)\b[^=\n"]*=')
PX_DATA = re.compile(rb"[\r\n][ \t]*DATA[ \t]*=")  # a text in quotes has no line ends
# UTF-8 that was read as Latin-1 or cp1252 and written as UTF-8 once more: "Ã¼", "Ã‰", "â€™".
TWICE = re.compile(rb"\xc3[\x82\x83](?:\xc2|\xc5|\xc6|\xcb|\xe2\x80)|\xc3\xa2\xe2\x82\xac")
UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")


def check(file: BinaryIO, promise: Promise, sha256: str) -> bool:
    """
    Refuse a content that is not what was promised; return whether it means "no rows".

    Examples
    --------
    >>> import io
    >>> check(io.BytesIO(b'{"value": [1]}'), Promise("json"), "")
    False
    >>> check(io.BytesIO(b"NoRecordsFound"), Promise("csv", empty_ok=("NoRecordsFound",)), "")
    True
    >>> check(io.BytesIO(b"<!doctype html>"), Promise("csv"), "")
    Traceback (most recent call last):
    divide.fetch.asks.FaultError: sent a web page or XML instead of csv
    """
    file.seek(0)
    head = file.read(HEAD)
    if len(head) < HEAD and means_no_rows(head, promise):
        return True
    if not head.strip():
        raise FaultError("sent nothing", answered=True)
    if promise.sha256 and promise.sha256.lower() != sha256:
        raise FaultError("sent other bytes than its own checksum (sha256) tells", answered=True)
    if _bare(head).startswith(b"<"):
        raise _bad(f"sent a web page or XML instead of {promise.kind}")
    if promise.kind == "tif":
        containers.check_tif(file)
    elif promise.kind == "gpkg":
        containers.check_gpkg(file)
    elif promise.kind in ("xlsx", "zip"):
        containers.check_zip(file, promise)
    else:
        _check_text(file, promise, head)
    return False


def means_no_rows(body: bytes, promise: Promise) -> bool:
    """Say whether a body is one of those that mean "no rows" in this service."""
    return _bare(body).decode("utf-8", "replace").strip('" \r\n') in promise.empty_ok


def _check_text(file: BinaryIO, promise: Promise, head: bytes) -> None:
    if promise.kind in ("csv", "px") and _bare(head).startswith((b"{", b"[{")):
        raise _bad(f"sent JSON, such as an error's, instead of {promise.kind}")
    tail = _check_encoding(file, utf8_only=promise.utf8_only or promise.kind == "json")
    if promise.kind == "json":
        _check_json(file)
    elif promise.kind == "px":
        _check_px(file, head, tail)
    elif promise.kind == "csv":
        _check_csv(head, tail, promise.columns)
    elif promise.kind != "text":
        raise ValueError(f"no kind of content: {promise.kind}")


def _bad(message: str) -> FaultError:
    return FaultError(message, again=False, answered=True)


def _bare(head: bytes) -> bytes:
    return head.removeprefix(codecs.BOM_UTF8).strip()


def _pieces(file: BinaryIO, overlap: int) -> Iterator[bytes]:
    """Give a file in pieces that overlap, so that no pattern falls between two."""
    file.seek(0)
    kept = b""
    while piece := file.read(CHUNK):
        yield kept + piece
        kept = (kept + piece)[-overlap:]


def _check_encoding(file: BinaryIO, *, utf8_only: bool) -> bytes:
    """Refuse text that lost letters on its way; return its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, tail = True, b""
    for piece in _pieces(file, 4):
        fresh = piece[len(tail[-4:]) :]
        tail = (tail + fresh)[-HEAD:] if len(fresh) < HEAD else fresh[-HEAD:]
        _check_letters(piece)
        utf8 = utf8 and _decodes(decoder, fresh)
    if not utf8 or not _decodes(decoder, b"", final=True):
        _check_cp1252(file, utf8_only=utf8_only)
    return tail


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_letters(piece: bytes) -> None:
    if b"\0" in piece:
        raise _bad("sent bytes that are no text (or UTF-16)")
    if piece.isascii():
        return
    # One byte is sought ten times faster than three.
    if b"\xef" in piece and b"\xef\xbf\xbd" in piece:
        raise _bad("sent a text with lost letters (U+FFFD)")
    if b"\xc3" in piece and TWICE.search(piece):
        raise _bad("sent a text encoded twice (such as 'Ã¼' for 'ü')")


def _check_cp1252(file: BinaryIO, *, utf8_only: bool) -> None:
    """Let cp1252 pass, which older files of BFS are in; nothing that is half of each."""
    if utf8_only or any(map(UTF8_LETTER.search, _pieces(file, 2))):
        raise _bad("sent a text that is neither UTF-8 nor cp1252 throughout")
    try:
        for piece in _pieces(file, 1):
            piece.decode("cp1252")
    except UnicodeDecodeError as reason:
        raise _bad("sent a text that is neither UTF-8 nor cp1252") from reason


def _check_json(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    if size > JSON_BYTES:
        raise _bad(f"sent {size:,} bytes of JSON, too many to be checked")
    file.seek(0)
    try:
        found = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as reason:
        raise _bad(f"sent JSON that cannot be read ({str(reason)[:80]})") from reason
    # A number that was cut is still a number; only brackets show their end.
    if not isinstance(found, dict | list):
        raise _bad("sent JSON without any bracket")


def _check_px(file: BinaryIO, head: bytes, tail: bytes) -> None:
    if not PX_START.match(head.removeprefix(codecs.BOM_UTF8)):
        raise _bad("sent something that does not begin like a PX file")
    # Every keyword ends with a semicolon, so that alone would not show a cut before the data.
    if not tail.rstrip().endswith(b";") or not any(map(PX_DATA.search, _pieces(file, 64))):
        raise _bad("sent a PX file without the end of its data")


def _check_csv(head: bytes, tail: bytes, columns: tuple[str, ...]) -> None:
    lines = _bare(head).decode("utf-8", "replace").splitlines()
    sign = max(",;\t|", key=lines[0].count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines[:10], delimiter=sign)]
    header = next((row for row in rows if set(columns) <= set(row)), None)
    if header is None:
        lacking = sorted(set(columns) - set(rows[0]))
        raise _bad(f"sent a csv without the column(s) {', '.join(lacking)}")
    if len(header) < 2:
        raise _bad("sent something that is no table of several columns")
    # Titles above the header mean notes below the rows, of any length.
    if columns and header == rows[0] and not _ends_well(tail, sign, len(header)):
        raise _bad("sent a csv whose last line is cut")


def _ends_well(tail: bytes, sign: str, width: int) -> bool:
    """Say whether the last record has all its cells; a cell in quotes may hold line ends."""
    lines = tail.decode("utf-8", "replace").rstrip("\r\n").splitlines()
    for start in range(len(lines) - 1, max(-1, len(lines) - 50), -1):
        record = "\n".join(lines[start:])
        if record.count('"') % 2 == 0:
            return len(next(csv.reader([record], delimiter=sign), [])) == width
    return False
