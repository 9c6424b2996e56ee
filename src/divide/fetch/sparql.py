"""LINDAS (SPARQL): a cube's dimensions as it declares them, then its observations.

No dimension is guessed: the first question is what there is.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from divide import catalog
from divide.errors import BadAnswerError, SourceError
from divide.fetch import cube_queries, entries, http
from divide.fetch.channel import Fetched, Report
from divide.fetch.cube_queries import Dimension

_OPTIONS: Final = ("cube", "graph", "language", "page")
_PAGE: Final = 5000
Row = dict[str, str]


class Asker(NamedTuple):
    """Where to ask, and how."""

    options: entries.Options
    policy: http.Policy
    answers: list[http.Answer]


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring all observations of a cube.

    Parameters
    ----------
    options
        `url`, `cube` (its name; `…/latest` for the highest published version); optional
        `graph`, `language`, `page` (rows a call), `file`.

    Returns
    -------
    Fetched
        `main`: a CSV, one row an observation, its columns named by the paths of the
        dimensions; communes stand as their number. `dimensions`: path, name and kind of
        each. `codes`: path, code, identifier and name of each category.

    Raises
    ------
    MovedError
        If the address is retired, or the cube is gone or not published.
    BadAnswerError
        If fewer observations arrive than the service counts.
    """
    entries.check(options, _OPTIONS)
    asker = Asker(options, policy, [])
    cube, edition = _cube(asker)
    dimensions = _dimensions(asker, cube)
    rows = _observations(asker, cube, dimensions, report)
    listed = [_code(one) for one in _ask(asker, cube_queries.codes(cube, options))]
    # A code named with and without a language comes twice.
    codes = {(one["path"], one["code"]): one for one in reversed(listed)}
    columns = ["observation", *(one.path for one in dimensions)]
    written = {
        "dimensions": _csv(Dimension._fields, (one._asdict() for one in dimensions)),
        "codes": _csv(("path", "code", "identifier", "name"), reversed(codes.values())),
        "main": _csv(columns, rows),
    }
    names = {"main": str(options.get("file", "main.csv"))}
    files = {role: entries.target(folder, names.get(role, f"{role}.csv")) for role in written}
    for role, path in files.items():
        entries.keep(written[role], path, policy)
    told, notes = entries.dated(asker.answers[-1], edition)
    note = f"{len(rows)} observations of {cube}."
    where = entries.register_date(options, told)
    return Fetched(files, tuple(asker.answers), told, where, (note, *notes))


def plain(value: str) -> str:
    """
    Write a commune's name in linked data as its number; leave all else.

    Examples
    --------
    >>> plain(catalog.facts("namespaces")["municipality"] + "261"), plain("0.93")
    ('0261', '0.93')
    """
    start: str = catalog.facts("namespaces")["municipality"]
    end = value.removeprefix(start)
    return f"{int(end):04d}" if value.startswith(start) and end.isdecimal() else value


def _ask(asker: Asker, query: str) -> list[Row]:
    """Return the rows of a question: variable to value; a variable without value is absent."""
    ask = http.Ask(
        entries.text(asker.options, "url"),
        method="POST",
        form=(("query", query),),
        headers=(("Accept", "application/sparql-results+json"),),
    )
    try:
        found, answer = entries.ask_json(ask, asker.policy)
    except SourceError as error:
        if entries.status(error) == 404:
            # A catalogue still advertises …/sparql; LINDAS answers at …/query.
            raise entries.moved(
                asker.options,
                f"{ask.url} answers 404. LINDAS is asked at …/query, not …/sparql: mend 'url'.",
            ) from error
        raise
    asker.answers.append(answer)
    try:
        bindings = found["results"]["bindings"]
        return [{name: one["value"] for name, one in row.items()} for row in bindings]
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswerError(f"{answer.url} gave no SPARQL results. Try again.") from error


def _cube(asker: Asker) -> tuple[str, str | None]:
    """Return the published cube and the day it gives itself, or its version."""
    name = entries.text(asker.options, "cube")
    if name.endswith("/latest"):
        rows = _ask(asker, cube_queries.versions(name.removesuffix("latest"), asker.options))
        if not rows:
            raise entries.moved(asker.options, f"No version of cube {name} is published.")
        name = max(rows, key=lambda row: int(row["version"]))["cube"]
    rows = _ask(asker, cube_queries.about(name, asker.options))
    if not rows:
        raise entries.moved(asker.options, f"There is no cube {name}.")
    published = catalog.facts("namespaces")["published"]
    told = {row["status"] for row in rows if "status" in row}
    if told and published not in told:
        raise entries.moved(asker.options, f"Cube {name} is not published ({', '.join(told)}).")
    days = [entries.day(row.get(key)) for row in rows for key in ("modified", "issued")]
    versions = [f"v{row['version']}" for row in rows if "version" in row]
    return name, max((day for day in days if day), default=max(versions, default=None))


def _dimensions(asker: Asker, cube: str) -> list[Dimension]:
    found: dict[str, Dimension] = {}
    for row in _ask(asker, cube_queries.dimensions(cube, asker.options)):
        found.setdefault(
            row["path"], Dimension(row["path"], row.get("name", ""), row.get("kind", ""))
        )
    own = [one for one in found.values() if not one.path.startswith(cube_queries.bookkeeping())]
    if not own:
        raise BadAnswerError(f"Cube {cube} declares no dimension. Look at it, then try again.")
    return own


def _observations(
    asker: Asker, cube: str, dimensions: list[Dimension], report: Report | None
) -> list[Row]:
    """
    Read page by page until as many rows are here as the service counted.

    A page shorter than asked proves nothing: a service may cap its pages.
    """
    counted = _ask(asker, cube_queries.count(cube, asker.options))
    total = int(counted[0]["n"]) if counted else 0
    size = entries.number(asker.options, "page", _PAGE)
    rows: list[Row] = []
    while len(rows) < total:
        query = cube_queries.observations(cube, dimensions, asker.options)
        page = _ask(asker, f"{query} LIMIT {size} OFFSET {len(rows)}")
        if not page:
            break
        rows += [_observation(row, dimensions) for row in page]
        if report:
            report(cube, len(rows), total)
    if len(rows) != total or len({row["observation"] for row in rows}) != total or not total:
        raise BadAnswerError(
            f"Cube {cube} counts {total} observations, {len(rows)} rows arrived. Fetch again."
        )
    return rows


def _observation(row: Row, dimensions: list[Dimension]) -> Row:
    values = {one.path: plain(row.get(f"v{at}", "")) for at, one in enumerate(dimensions)}
    return {"observation": row["obs"], **values}


def _code(row: Row) -> Row:
    return {
        "path": row.get("path", ""),
        "code": plain(row.get("value", "")),
        "identifier": row.get("ident", ""),
        "name": row.get("label", ""),
    }


def _csv(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    words = io.StringIO()
    writer = csv.DictWriter(words, [*columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return words.getvalue().encode()
