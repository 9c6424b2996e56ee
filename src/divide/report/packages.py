"""Write the provenance of a study beside its pages, as a data package and as an RO-Crate."""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from divide import catalog, paths, terms
from divide.errors import ReportError
from divide.fetch import receipts, store
from divide.report import crates

NAMES: Final = ("datapackage.json", "ro-crate-metadata.json")
_SYNTHETIC: Final = "SYNTHETIC: made from made-up answers; it tells nothing of any institution."
_TYPES: Final = {"int": "integer", "double": "number", "float": "number", "bool": "boolean"}


@dataclass(frozen=True)
class Origin:
    """A source and edition that a table rests on, and the hashes of its files if they were read."""

    source: str
    edition: str
    sha256: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """A built table as its own account tells of it."""

    name: str
    rows: int
    sha256: str
    origins: tuple[Origin, ...]
    synthetic: bool = False


def are_missing() -> bool:
    """Tell whether the provenance of the study is not beside its pages."""
    return not all((paths.reports() / name).is_file() for name in NAMES)


def write_packages() -> list[Path]:
    """
    Write `datapackage.json` and `ro-crate-metadata.json`, with the tables they describe.

    Tables and receipts are copied beside the pages: a data package may only name files below
    itself, and the folder can then be handed on whole.

    Returns
    -------
    list of Path
        The two files.

    Raises
    ------
    ReportError
        If the account of a table is lost, or its file is not the one told of.
    """
    folder = paths.reports()
    found = built_tables()
    for table in found:
        _copy(paths.processed() / f"{table.name}.parquet", folder / "data", table.sha256)
    told = [_copy_receipt(one, folder) for one in sorted(_origins(found), key=_by_name)]
    kept = {f"{table.name}.parquet" for table in found} | {one.name for one in told if one}
    for stray in [*folder.glob("data/*"), *folder.glob("receipts/*")]:
        if stray.name not in kept:  # of a table or an edition that the study no longer has
            stray.unlink()
    package = data_package(found)
    _write(folder / NAMES[0], package)
    files = [folder / NAMES[0], *sorted(folder.glob("*.html")), *(one for one in told if one)]
    files += [folder / "data" / f"{table.name}.parquet" for table in found]
    parts = [crates.file_entity(path, folder) for path in files]
    made = {
        f"data/{table.name}.parquet": sorted({one.source for one in table.origins})
        for table in found
    }
    editions = {one.source: one.edition for one in _origins(found)}
    _write(folder / NAMES[1], crates.crate(parts, made, editions))
    return [folder / name for name in NAMES]


def built_tables() -> list[Table]:
    """
    List the built tables with everything they rest on, also through other tables.

    The survey's answers and frame are left out: what is listed here is handed on.
    """
    accounts = {
        path.name.removesuffix(".meta.json"): _account(path)
        for path in sorted(paths.processed().glob("*.meta.json"))
    }
    found: dict[str, set[Origin]] = {}
    for name in accounts:
        found[name] = _rests_on(name, accounts)
    return [
        Table(
            name,
            int(one["rows"]),
            str(one["sha256"]),
            tuple(sorted(found[name], key=_by_name)),
            bool(one.get("synthetic")),
        )
        for name, one in accounts.items()
        if name not in terms.CONFIDENTIAL
    ]


def data_package(found: Iterable[Table]) -> dict[str, Any]:
    """Describe tables as a Frictionless data package: path, fields, sources, licences."""
    resources = [_resource(table) for table in found]
    listed = {one["name"]: one for resource in resources for one in resource["licenses"]}
    return {
        "profile": "data-package",
        "name": "divide",
        "title": "The digital divide in Swiss social work",
        "version": terms.VERSION,
        "licenses": [listed[name] for name in sorted(listed)],
        "resources": resources,
    }


def _resource(table: Table) -> dict[str, Any]:
    named = [_describe(one) for one in table.origins]
    licences = {one["licence"]: one["terms"] for one in named}
    return {
        "profile": "data-resource",
        "name": table.name,
        **({"description": _SYNTHETIC} if table.synthetic else {}),
        "path": f"data/{table.name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": (paths.processed() / f"{table.name}.parquet").stat().st_size,
        "hash": f"sha256:{table.sha256}",
        "rows": table.rows,
        "schema": {"fields": _fields(paths.processed() / f"{table.name}.parquet")},
        "sources": [one["source"] for one in named],
        "licenses": [{"name": name, "title": licences[name]} for name in sorted(licences)],
    }


def _describe(one: Origin) -> dict[str, Any]:
    if one.source in catalog.publications():
        quoted, known = catalog.publications()[one.source], catalog.source("published_rates")
        title, page = f"{quoted['publisher']}: {quoted['title']}", quoted.get("page")
    else:
        known = catalog.source(one.source)
        title, page = f"{known.publisher}: {known.title['en']}", known.page
    entry = {"title": title, "name": one.source, "version": one.edition}
    entry |= {"path": page} if page else {}
    told: dict[str, Any] = entry | ({"sha256": dict(one.sha256)} if one.sha256 else {})
    return {"source": told, "licence": known.licence, "terms": known.terms["en"]}


def _fields(path: Path) -> list[dict[str, str]]:
    from pyarrow import parquet  # only where something is written: a run without is quick

    return [
        {"name": column.name, "type": _type(str(column.type))}
        for column in parquet.read_schema(path)
    ]


def _type(stored: str) -> str:
    known = [ours for start, ours in _TYPES.items() if stored.startswith(start)]
    return known[0] if known else "string" if "string" in stored else "any"


def _account(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise ReportError(f"{path.name} cannot be read. Run: divide build --force") from reason
    return found


def _rests_on(name: str, accounts: Mapping[str, dict[str, Any]]) -> set[Origin]:
    account = accounts.get(name, {})
    found = {
        Origin(one["source"], one["edition"], tuple(sorted(one["sha256"].items())))
        for one in account.get("official", [])
    }
    read = {one.source for one in found}
    if account.get("default"):
        found |= {one for one in _typed(account["default"]) if one.source not in read}
    for other in account.get("made_from", []):
        found |= _rests_on(other, accounts)
    return found


def _typed(name: str) -> set[Origin]:
    """Read from a file of the embedded default which sources its rows name."""
    with (paths.baseline() / name).open(encoding="utf-8", newline="") as file:
        named = {(row["source"], row["edition"]) for row in csv.DictReader(file)}
    known = catalog.sources().keys() | catalog.publications().keys()
    return {Origin(source, edition) for source, edition in named if source in known}


def _origins(found: Iterable[Table]) -> set[Origin]:
    return {one for table in found for one in table.origins}


def _by_name(one: Origin) -> tuple[str, str]:
    return one.source, one.edition


def _copy(path: Path, folder: Path, sha256: str) -> Path:
    target = folder / path.name
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ReportError(f"{path.name} is not the file it tells of. Run: divide build --force")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{path.name}.{os.getpid()}.part"
    shutil.copyfile(path, part)
    part.replace(target)
    return target


def _copy_receipt(one: Origin, folder: Path) -> Path | None:
    """Copy the receipt of a fetched edition; what was laid down by hand has none."""
    path = _receipt_of(one)
    if path is None:
        return None
    target = folder / "receipts" / f"{one.source}.{one.edition}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def _receipt_of(one: Origin) -> Path | None:
    """Find the receipt whose files are those that were read: an edition may have been revised."""
    for folder, receipt in store.editions(one.source):
        if {role: file.sha256 for role, file in receipt.files.items()} == dict(one.sha256):
            return folder / receipts.NAME
    return None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
