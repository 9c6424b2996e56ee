"""
Read the header of a PX file: entries `KEYWORD[language]("dimension")=value;`.

An entry ends at the first `;` outside quotes; strings without a comma between them are one.
"""

import re
from pathlib import Path
from typing import Final

from divide.errors import SourceError

_ENTRY: Final = re.compile(rb'[^;"]*+(?:"[^"]*+"[^;"]*+)*+;')
_DATA: Final = re.compile(rb"\s*DATA\s*=")
_KEY: Final = re.compile(
    r"\s*(?P<word>[A-Z][A-Z0-9-]*)(?:\[(?P<lang>[\w-]+)\])?"
    r'(?:\(\s*"(?P<of>.*?)"\s*\))?\s*=(?P<value>.*)',
    re.DOTALL,
)

_BETWEEN: Final = re.compile(r'"\s*,\s*"')
_JOINED: Final = re.compile(r'"\s*"')

# (keyword, language, dimension) → texts; the language "" is the file's own.
Entries = dict[tuple[str, str, str], tuple[str, ...]]


def read_header(raw: bytes, path: Path) -> tuple[Entries, int]:
    """
    Read all entries before the cells, and say at which byte the cells start.

    Raises
    ------
    SourceError
        If this is no PX file, or one that is cut before its cells.
    """
    header, start = _split(raw, path)
    return _entries(header, path), start


def entry_text(entries: Entries, word: str, lang: str = "") -> str:
    """Return an entry's first text, in the file's own language if `lang` has none."""
    own = entries.get((word, "", ""), ("",))
    return entries.get((word, lang, ""), own)[0]


def languages(entries: Entries) -> tuple[str, ...]:
    """Return the languages of the file, its own first."""
    own = entry_text(entries, "LANGUAGE")
    listed = entries.get(("LANGUAGES", "", ""), (own,))
    return (own, *(lang for lang in listed if lang != own))


def dimension_names(entries: Entries, lang: str) -> tuple[str, ...]:
    """Return the dimensions in the order of the cells: STUB, then HEADING."""
    stub, heading = entries.get(("STUB", lang, "")), entries.get(("HEADING", lang, ""))
    return (stub or ()) + (heading or ())


def notes(entries: Entries, lang: str) -> tuple[str, ...]:
    """Return the footnotes in one language; the file writes line ends as `#`."""
    tag = "" if lang == entry_text(entries, "LANGUAGE") else lang
    words = ("NOTE", "NOTEX", "VALUENOTE", "CELLNOTE")
    return tuple(
        texts[0].replace("#", "\n")
        for (word, of_lang, _), texts in entries.items()
        if word in words and of_lang == tag
    )


def _split(raw: bytes, path: Path) -> tuple[list[bytes], int]:
    """Cut the header into its entries and say where the cells start."""
    entries: list[bytes] = []
    position = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while not (data := _DATA.match(raw, position)):
        entry = _ENTRY.match(raw, position)
        if entry is None:
            break
        entries.append(entry.group()[:-1])
        position = entry.end()
    if data is not None:
        return entries, data.end()
    if any(entry.lstrip().startswith((b"STUB", b"HEADING", b"MATRIX")) for entry in entries):
        raise SourceError(f"{path.name} is cut before its DATA. Fetch it again.")
    raise SourceError(
        f"{path.name} is no PX file: it has neither STUB nor DATA. "
        "Look at what was downloaded, then fetch it again."
    )


def _entries(header: list[bytes], path: Path) -> Entries:
    """Read entries as (keyword, language, dimension) → texts; "" is the file's language."""
    encoding = _encoding(b";".join(header), path)
    found: Entries = {}
    for entry in header:
        text = entry.decode(encoding)
        match = _KEY.fullmatch(text)
        if match is None:
            raise SourceError(
                f"{path.name}: not a PX entry: {text.strip()[:60]!r}. Fetch it again."
            )
        key = (match["word"], match["lang"] or "", (match["of"] or "").strip())
        found[key] = _strings(match["value"])
    return found


def _encoding(header: bytes, path: Path) -> str:
    # The office's files say ISO-8859-15 and are UTF-8; older ones are in cp1252.
    for encoding in ("utf-8", "cp1252"):
        try:
            header.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceError(f"{path.name} is neither UTF-8 nor cp1252 text. Fetch it again.")


def _strings(value: str) -> tuple[str, ...]:
    """Read `"a","b" "c"` as ("a", "bc"): strings without a comma between them are one."""
    stripped = value.strip()
    if not stripped.startswith('"'):
        return (stripped,)
    items = _BETWEEN.split(stripped[1:-1])
    if stripped.count('"') > 2 * len(items):
        items = [_JOINED.sub("", item) for item in items]
    return tuple([item.strip() for item in items])
