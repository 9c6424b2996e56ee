"""
Look for planted names and numbers in every byte that left: files, archives, arrays, git objects.

Whatever a file holds is unpacked and looked at again: gzip, zip (and so xlsx), zlib, Parquet,
base64 (and so Plotly's typed arrays), percent and HTML escapes, JSON's escapes, UTF-16.
"""

import base64
import binascii
import gzip
import html
import io
import json
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow.parquet as pq

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_ARRAY = re.compile(r'"dtype"\s*:\s*"(\w+)"\s*,\s*"bdata"\s*:\s*"([^"]+)"')
_ARRAY_TURNED = re.compile(r'"bdata"\s*:\s*"([^"]+)"\s*,\s*"dtype"\s*:\s*"(\w+)"')
_SPACES = "['\u2019 \u00a0\u202f,.]?"  # between thousands
_DEPTH = 6


@dataclass(frozen=True)
class Canaries:
    """Names (text) and numbers (of at least four digits, else chance would find them)."""

    names: Sequence[str]
    numbers: Sequence[int]

    def in_text(self, text: str) -> list[str]:
        """Return the canaries that a text holds, whatever the case and grouping."""
        lower = text.lower()
        found = [name for name in self.names if name.lower() in lower]
        return found + [str(one) for one in self.numbers if _number(one).search(text)]

    def in_numbers(self, values: np.ndarray) -> list[str]:
        """Return the canaries among numbers."""
        return [str(one) for one in self.numbers if (values == one).any()]


def leaks(folder: Path, canaries: Canaries) -> list[str]:
    """Say which canary is in which file of a folder, git objects included."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(folder).parts:
            named = canaries.in_text(path.name)
            inside = in_bytes(path.read_bytes(), canaries)
            found += [f"{path.relative_to(folder)}: {one}" for one in sorted({*named, *inside})]
    if (folder / ".git").exists():
        found += [f".git: {one}" for one in in_git(folder, canaries)]
    return found


def in_git(folder: Path, canaries: Canaries) -> list[str]:
    """Return the canaries in any object that git keeps, reachable or not."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    stream = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    found: set[str] = set()
    start = 0
    while start < len(stream):
        line = stream.index(b"\n", start)
        size = int(stream[start:line].rsplit(b" ", 1)[1])
        found |= set(in_bytes(stream[line + 1 : line + 1 + size], canaries))
        start = line + size + 2
    return sorted(found)


def in_bytes(content: bytes, canaries: Canaries, *, depth: int = 0) -> list[str]:
    """Return the canaries in some bytes, unpacked as often as they can be."""
    found: set[str] = set()
    for text in _texts(content):
        found |= set(canaries.in_text(text))
        for array in _arrays(text):
            found |= set(canaries.in_numbers(array))
    if content[:4] == b"PAR1":
        found |= set(_in_parquet(content, canaries))
    if depth < _DEPTH:
        for part in _parts(content):
            found |= set(in_bytes(part, canaries, depth=depth + 1))
    return sorted(found)


def _number(one: int) -> re.Pattern[str]:
    digits = str(one)
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[start : start + 3] for start in range(head, len(digits), 3)]
    # 48271, 48'271, 48 271 and 48271.0, but not 148271 nor 48271.5 nor 0.48271.
    return re.compile(rf"(?<![\d.]){_SPACES.join(groups)}(?:\.0+)?(?![\d])(?!\.\d*[1-9])")


def _texts(content: bytes) -> Iterator[str]:
    """Read bytes as text in every way a canary could be written."""
    plain = content.decode("utf-8", "replace")
    yield plain
    if b"\x00" in content:
        yield content.decode("utf-16-le", "ignore")
        yield content[1:].decode("utf-16-le", "ignore")
    yield content.decode("cp1252", "replace")
    opened = plain
    for turn in (html.unescape, unquote, _unescape):
        opened = turn(opened)
        yield opened


def _unescape(text: str) -> str:
    """Undo JSON's escapes: \\u00e9 is é."""

    def letter(found: re.Match[str]) -> str:
        return chr(int(found[1], 16))

    return re.sub(r"\\u([0-9a-fA-F]{4})", letter, text).replace("\\/", "/")


def _arrays(text: str) -> Iterator[np.ndarray]:
    """Decode the typed arrays that Plotly writes into a page."""
    pairs = [(kind, data) for kind, data in _ARRAY.findall(text)]
    pairs += [(kind, data) for data, kind in _ARRAY_TURNED.findall(text)]
    for kind, data in pairs:
        try:
            yield np.frombuffer(base64.b64decode(data), dtype=np.dtype(kind)).astype(float)
        except (ValueError, TypeError, binascii.Error):
            continue


def _parts(content: bytes) -> Iterator[bytes]:
    """Unpack what a file holds."""
    if content[:2] == b"\x1f\x8b":
        yield from _tried(gzip.decompress, content)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
    if content[:1] == b"\x78":
        yield from _tried(zlib.decompress, content)
    for run in _BASE64.findall(content):
        padded = run.rstrip(b"=") + b"=" * (-len(run.rstrip(b"=")) % 4)
        for decode in (base64.b64decode, base64.urlsafe_b64decode):
            yield from _tried(decode, padded)


def _tried(unpack: object, content: bytes) -> Iterator[bytes]:
    try:
        yield unpack(content)  # type: ignore[operator]
    except (ValueError, OSError, EOFError, zlib.error, binascii.Error):
        return


def _in_parquet(content: bytes, canaries: Canaries) -> list[str]:
    table = pq.read_table(io.BytesIO(content))
    text = json.dumps(table.to_pylist(), default=str, ensure_ascii=False)
    # What the schema keeps besides: pandas puts `attrs` there.
    kept = str(table.schema.metadata or {})
    return canaries.in_text(text) + canaries.in_text(kept)
