"""The questions put to a cube of linked data (cube.link), in SPARQL."""

import re
from typing import Final, NamedTuple

from divide import catalog
from divide.errors import FactsError
from divide.fetch import entries

# What may stand between < and > in SPARQL; anything else could end the name and go on.
_NAME: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_PREFIXES: Final = ("cube", "sh", "schema", "rdf", "dcterms")


class Dimension(NamedTuple):
    """A column of a cube: its path, its name in words, its kind."""

    path: str
    name: str
    kind: str


def name(words: str) -> str:
    """
    Write a name between angle brackets.

    Examples
    --------
    >>> name("urn:cube:1")
    '<urn:cube:1>'
    """
    if not _NAME.fullmatch(words):
        raise FactsError(f"{words!r} is no name of linked data. Mend 'cube' in the YAML.")
    return f"<{words}>"


def bookkeeping() -> tuple[str, ...]:
    """Return how the paths start that say who observed and of what type, not what."""
    known = catalog.facts("namespaces")
    return (f"{known['cube']}observedBy", known["rdf"])


def versions(start: str, options: entries.Options) -> str:
    """Ask for the published versions of a cube whose name starts like this."""
    name(start)
    published = name(catalog.facts("namespaces")["published"])
    return _select(
        "?cube ?version",
        "?cube a cube:Cube ; schema:version ?version ; "
        f'schema:creativeWorkStatus {published} . FILTER(STRSTARTS(STR(?cube), "{start}"))',
        options,
    )


def about(cube: str, options: entries.Options) -> str:
    """Ask for a cube's version, status and days."""
    own = name(cube)
    return _select(
        "?version ?status ?modified ?issued",
        f"{own} a cube:Cube . "
        f"OPTIONAL {{ {own} schema:version ?version }} "
        f"OPTIONAL {{ {own} schema:creativeWorkStatus ?status }} "
        f"OPTIONAL {{ {own} schema:dateModified|dcterms:modified ?modified }} "
        f"OPTIONAL {{ {own} schema:datePublished|dcterms:issued ?issued }}",
        options,
    )


def dimensions(cube: str, options: entries.Options) -> str:
    """Ask which dimensions a cube declares."""
    kinds = catalog.facts("namespaces")["cube"]
    where = (
        f"{name(cube)} cube:observationConstraint/sh:property ?property . "
        "?property sh:path ?path . "
        f"OPTIONAL {{ ?property schema:name ?name {_spoken('?name', options)} }} "
        f'OPTIONAL {{ ?property a ?kind FILTER(STRSTARTS(STR(?kind), "{kinds}")) }}'
    )
    return _select("?path ?name ?kind", where, options) + " ORDER BY ?path ?kind ?name"


def codes(cube: str, options: entries.Options) -> str:
    """Ask for the categories of all dimensions that list theirs."""
    where = (
        f"{name(cube)} cube:observationConstraint/sh:property ?property . "
        "?property sh:path ?path ; sh:in/rdf:rest*/rdf:first ?value . "
        "OPTIONAL { ?value schema:identifier ?ident } "
        f"OPTIONAL {{ ?value schema:name ?label {_spoken('?label', options)} }}"
    )
    return _select("?path ?value ?ident ?label", where, options) + " ORDER BY ?path ?value ?label"


def count(cube: str, options: entries.Options) -> str:
    """Ask how many observations a cube has."""
    where = f"{name(cube)} cube:observationSet/cube:observation ?obs"
    return _select("(COUNT(DISTINCT ?obs) AS ?n)", where, options)


def observations(cube: str, columns: list[Dimension], options: entries.Options) -> str:
    """Ask for observations with their dimensions as v0, v1 …, in an order that paging can trust."""
    parts = [f"{name(cube)} cube:observationSet/cube:observation ?obs ."]
    parts += [f"OPTIONAL {{ ?obs {name(one.path)} ?v{at} }}" for at, one in enumerate(columns)]
    asked = " ".join(["?obs", *(f"?v{at}" for at in range(len(columns)))])
    return _select(asked, " ".join(parts), options) + " ORDER BY ?obs"


def _select(asked: str, where: str, options: entries.Options) -> str:
    known = catalog.facts("namespaces")
    prefixes = " ".join(f"PREFIX {one}: <{known[one]}>" for one in _PREFIXES)
    graph = options.get("graph")
    source = f"FROM {name(str(graph))} " if graph else ""
    return f"{prefixes} SELECT DISTINCT {asked} {source}WHERE {{ {where} }}"


def _spoken(variable: str, options: entries.Options) -> str:
    language = entries.text(options, "language", "de")
    if not _LANGUAGE.fullmatch(language):
        raise FactsError(f"{language!r} is no language. Mend 'language' in the source's YAML.")
    return f'FILTER(LANG({variable}) IN ("{language}", ""))'
