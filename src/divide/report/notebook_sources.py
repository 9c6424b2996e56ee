"""What stands at the foot of an exported notebook: sources, editions, age, citation."""

import ast
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from divide import catalog, tables, terms, texts
from divide.errors import ReportError
from divide.report.origins import months_before


def tables_read(cells: Sequence[Any]) -> list[str]:
    """
    Return the tables that a notebook's code reads from the front door.

    Raises
    ------
    ReportError
        If a cell is no plain Python, or reads a table whose name is not written out.
    """
    found: set[str] = set()
    for number, cell in enumerate(cells, 1):
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            raise ReportError(f"Cell {number} is no plain Python: {error.msg}.") from None
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_front_door(node.func, "read"):
                found.add(_name(node, number))
            elif isinstance(node, ast.Call) and _is_front_door(node.func, "read_boundaries"):
                found.add("boundaries")
    return sorted(found)


def account(names: Iterable[str], title: str) -> dict[str, Any]:
    """
    Return what the foot says: one line a source and edition, origin, age, citation.

    Parameters
    ----------
    names
        Tables that were read; those they are made from count too. Boundaries that are
        not built were not read.
    """
    used = sorted(_with_bases(names))
    dated = pd.concat([_dated(name) for name in used], ignore_index=True)
    oldest, newest = int(dated["year"].min()), int(dated["year"].max())
    made = [tables.provenance(name) for name in used]
    official = any(one["official"] for one in made)
    return {
        "tables": used,
        "sources": [_line(part) for _, part in dated.groupby(["source", "edition"])],
        "origin": texts.label("banner.official" if official else "banner.default", lang="en"),
        "synthetic": any(one["synthetic"] for one in made),
        "stale": _stale(oldest, newest),
        "cite": texts.label(
            "source.cite",
            lang="en",
            version=terms.VERSION,
            title=title,
            oldest=oldest,
            newest=newest,
            publishers=", ".join(sorted({_publisher(one) for one in dated["source"]})),
        ),
        "version": terms.VERSION,
    }


def _is_front_door(node: ast.expr, name: str) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.value, ast.Name)
        and node.value.id in ("divide", "tables")
    )


def _name(call: ast.Call, number: int) -> str:
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    raise ReportError(
        f"Cell {number} reads a table whose name is not written out, so that its sources cannot "
        'be named. Write: divide.read("internet_use")'
    )


def _with_bases(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        # What only official files give was not read where there are none.
        if tables.exists(name):
            found |= {name} | _with_bases(tables.provenance(name)["made_from"])
    return found


def _dated(name: str) -> pd.DataFrame:
    """Return source, edition and year of a table's rows; places are as old as their register."""
    if name == "boundaries":
        frame = tables.read(name).assign(source="bfs_boundaries", edition="")
    else:
        frame = tables.read(name)
    if {"year", "register_date"}.isdisjoint(frame.columns):
        # Worked out from other tables, or confidential: as old as those.
        frame = frame.head(0).assign(year=0, edition="")
    elif "year" not in frame.columns:
        frame = frame.assign(year=frame["register_date"].str[:4].astype(int))
    known = frame["source"].isin([*catalog.sources(), *catalog.publications()])
    return frame.loc[known, ["source", "edition", "year"]].drop_duplicates()


def _line(part: pd.DataFrame) -> dict[str, str]:
    """Return title, address and the rest of one source and edition."""
    source, edition = part["source"].iloc[0], part["edition"].iloc[0]
    first, last = part["year"].min(), part["year"].max()
    span = str(first) if first == last else f"{first}–{last}"
    if source in catalog.publications():
        known = catalog.publications()[source]
        return {"title": known["publisher"], "page": known.get("page") or "", "rest": span}
    one = catalog.source(source)
    told = [one.publisher, one.official_id, f"edition {edition}" if edition else "", span]
    rest = " · ".join([part for part in told if part] + [one.licence])
    return {"title": one.title["en"], "page": one.page, "rest": rest}


def _publisher(source: str) -> str:
    if source in catalog.publications():
        return str(catalog.publications()[source]["publisher"])
    return catalog.source(source).publisher


def _stale(oldest: int, newest: int) -> str | None:
    limit = months_before(date.today(), catalog.facts("thresholds")["stale_months"])
    if date(oldest, 12, 31) >= limit:
        return None
    return texts.label(
        "banner.stale", lang="en", oldest=oldest, newest=newest, limit=f"{limit:%m.%Y}"
    )
