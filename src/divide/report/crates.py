"""Describe a study as an RO-Crate 1.1: its files, sources with licence, and what made them."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from divide import catalog, terms

Entity = dict[str, Any]
_FORMATS: Final = {
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
}


def file_entity(path: Path, folder: Path) -> Entity:
    """Describe a file of the crate by its place below the folder, its size and its hash."""
    content = path.read_bytes()
    return {
        "@id": path.relative_to(folder).as_posix(),
        "@type": "File",
        "name": path.name,
        "encodingFormat": _FORMATS[path.suffix],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def crate(
    parts: Iterable[Entity], made: Mapping[str, Iterable[str]], editions: Mapping[str, str]
) -> Entity:
    """
    Return the crate of a study.

    Parameters
    ----------
    parts
        Its files.
    made
        Path of each table's file to the sources it rests on.
    editions
        Source to the edition used.
    """
    files = [one | _based_on(made.get(one["@id"], ())) for one in parts]
    sources = [_source(name, editions[name]) for name in sorted(editions)]
    used = [_link(one["@id"]) for one in sources]
    licences = {one["@id"]: one for one in (_licence(name) for name in sorted(editions))}
    standards = catalog.facts("provenance")
    graph = [
        _descriptor(standards["ro_crate"]),
        _study(files, used, licences),
        *files,
        *sources,
        *licences.values(),
        _tool(standards["mit"]),
        {
            "@id": "#made",
            "@type": "CreateAction",
            "name": "Tables and pages made from the sources",
            "instrument": _link("#divide"),
            "object": used,
            "result": [_link(one["@id"]) for one in files],
        },
    ]
    return {"@context": standards["ro_crate_context"], "@graph": graph}


def _descriptor(standard: str) -> Entity:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": _link(standard),
        "about": _link("./"),
    }


def _study(files: list[Entity], used: list[Entity], licences: Mapping[str, Entity]) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": "The digital divide in Swiss social work",
        "description": "Pages, tables and receipts of a study of public statistics. Each figure "
        "keeps its publisher's terms; name the publisher that stands beside it.",
        "datePublished": date.today().isoformat(),
        "version": terms.VERSION,
        "license": [_link(name) for name in licences],
        "hasPart": [_link(one["@id"]) for one in files],
        "isBasedOn": used,
    }


def _tool(licence: str) -> Entity:
    return {
        "@id": "#divide",
        "@type": "SoftwareApplication",
        "name": "divide",
        "version": terms.VERSION,
        "license": _link(licence),
    }


def _known(name: str) -> catalog.Source:
    return catalog.source("published_rates" if name in catalog.publications() else name)


def _source(name: str, edition: str) -> Entity:
    known, quoted = _known(name), catalog.publications().get(name)
    page = quoted.get("page") if quoted else known.page
    entity = {
        "@id": f"#source-{name}",
        "@type": "Dataset",
        "name": quoted["title"] if quoted else known.title["en"],
        "publisher": quoted["publisher"] if quoted else known.publisher_name["en"],
        "identifier": name if quoted else known.official_id,
        "version": edition,
        "license": _link(_licence(name)["@id"]),
    }
    return entity | ({"url": page} if page else {})


def _licence(name: str) -> Entity:
    known = _known(name)
    # Beside the name its terms: two publishers may mean different things by one name.
    told = f"{known.licence}-{known.publisher}".lower().replace(" ", "-")
    return {
        "@id": f"#licence-{told}",
        "@type": "CreativeWork",
        "name": known.licence,
        "description": known.terms["en"],
    }


def _based_on(sources: Iterable[str]) -> Entity:
    links = [_link(f"#source-{name}") for name in sources]
    return {"isBasedOn": links} if links else {}


def _link(name: str) -> Entity:
    return {"@id": name}
