"""Imports point down the list of layers; names on one line do not know each other."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "divide"
LAYERS = [
    "errors paths terms",
    "catalog schemas texts",
    "tables releases",
    "fetch tidy survey measure show",
    "build report",
    "cli",
]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names.split()}
NETWORK = "aiohttp ftplib http httpx pooch requests socket urllib urllib3"
KEEPER = {name: "fetch" for name in NETWORK.split()} | {"pandera": "schemas", "plotly": "show"}
DRAWERS = {"utils", "helpers", "common", "config", "base"}
LAZY = re.compile(r"divide\.(\w+)(?:\.\w+)*(?::\w+)?")
Parts = tuple[str, ...]


def modules(package: Path) -> dict[Parts, Path]:
    """Map the dotted parts of each module below the package to its file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[parts[:-1] if parts[-1] == "__init__" else parts] = path
    return found


def imports(parts: Parts, path: Path) -> list[tuple[int, Parts]]:
    """List line and absolute target of all that a module imports: now, later or for its types."""
    here = ("divide", *parts) if path.name == "__init__.py" else ("divide", *parts[:-1])
    found: list[tuple[int, Parts]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, tuple(alias.name.split("."))) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            found += [(node.lineno, (*base, alias.name)) for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            lazy = LAZY.fullmatch(node.value)
            if lazy and lazy[1] in HEIGHT:
                found.append((node.lineno, tuple(node.value.split(":")[0].split("."))))
    return found


def fault(parts: Parts, target: Parts) -> str | None:
    """Say what is wrong with one import, if anything."""
    own = parts[0] if parts else "the front door"
    if target[0] != "divide":
        # Writing an address is not opening it.
        keeper = own if target[:2] == ("urllib", "parse") else KEEPER.get(target[0], own)
        return None if keeper == own else f"only {keeper} may import {target[0]}"
    name = target[1] if len(target) > 1 else "divide"
    if not parts or own in (name, "cli"):
        return None
    if name not in HEIGHT:
        return f"{own} enters by the front door, which stands above it"
    if own not in HEIGHT or HEIGHT[name] < HEIGHT[own]:
        return None
    return f"{name} stands {'beside' if HEIGHT[name] == HEIGHT[own] else 'above'} {own}"


def circle(graph: dict[Parts, set[Parts]]) -> list[str]:
    """Name the modules of an import circle, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["a circle: " + " > ".join(".".join(parts) for parts in error.args[1])]
    return []


def broken_rules(package: Path) -> list[str]:
    """Say for each broken rule which line of which file breaks it."""
    found = modules(package)
    graph: dict[Parts, set[Parts]] = {parts: set() for parts in found}
    faults = []
    for parts, path in found.items():
        place = path.relative_to(package).as_posix()
        if DRAWERS & set(parts) or (parts and parts[0] not in HEIGHT):
            faults.append(f"{place}: DESIGN.md draws no such module")
        for line, target in imports(parts, path):
            if says := fault(parts, target):
                faults.append(f"{place}:{line}: {says}")
            ends = [target[1:end] for end in range(len(target), 1, -1) if target[0] == "divide"]
            met = next((end for end in ends if end in found), None)
            if met and parts:
                graph[parts].add(met)
    return faults + circle(graph)


def test_imports_point_down() -> None:
    assert broken_rules(PACKAGE) == []


def test_every_layer_but_the_later_ones_exists() -> None:
    """An empty or renamed tree must not pass for an orderly one."""
    later: set[str] = set()
    assert {parts[0] for parts in modules(PACKAGE) if parts} >= HEIGHT.keys() - later


def write_package(folder: Path, files: dict[str, str]) -> Path:
    package = folder / "divide"
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package


def test_an_orderly_package_passes(tmp_path: Path) -> None:
    files = {
        "__init__.py": "NAMES = {'read': 'divide.tables:read'}\n",
        "errors.py": "import os\n",
        "tables.py": "from .errors import TableError\nfrom divide import paths\n",
        "fetch/http.py": "import requests\n",
        "fetch/dam.py": "from . import http\nfrom ..errors import SourceError\n",
        "cli.py": "import divide\nfrom divide import build\n",
        "build.py": "RECIPES = ['divide.tidy.px:read_px', 'divide.fetch.dam']\n",
    }
    assert broken_rules(write_package(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"errors.py": "\nfrom divide.tables import read\n"},
            "errors.py:2: tables stands above errors",
        ),
        ({"tidy/px.py": "from ..fetch import http\n"}, "tidy/px.py:1: fetch stands beside tidy"),
        ({"tidy/px.py": "from .. import show\n"}, "tidy/px.py:1: show stands beside tidy"),
        (
            {"paths.py": "def f():\n    import divide.terms\n"},
            "paths.py:2: terms stands beside paths",
        ),
        (
            {"texts.py": "if TYPE_CHECKING:\n    from divide.schemas import S\n"},
            "texts.py:2: schemas stands beside texts",
        ),
        (
            {"measure/join.py": "LATER = 'divide.report.pages:write'\n"},
            "measure/join.py:1: report stands above measure",
        ),
        (
            {"show/charts.py": "from divide import read\n"},
            "show/charts.py:1: show enters by the front door, which stands above it",
        ),
        (
            {"tidy/px.py": "import urllib.request\n"},
            "tidy/px.py:1: only fetch may import urllib",
        ),
        (
            {"tables.py": "from pandera.pandas import Column\n"},
            "tables.py:1: only schemas may import pandera",
        ),
        ({"__init__.py": "import plotly\n"}, "__init__.py:1: only show may import plotly"),
        ({"utils.py": ""}, "utils.py: DESIGN.md draws no such module"),
        ({"tidy/helpers.py": ""}, "tidy/helpers.py: DESIGN.md draws no such module"),
        (
            {"tidy/a.py": "from . import b\n", "tidy/b.py": "from divide.tidy.a import x\n"},
            "a circle: tidy.a > tidy.b > tidy.a",
        ),
    ],
)
def test_a_planted_fault_is_named(tmp_path: Path, files: dict[str, str], said: str) -> None:
    assert broken_rules(write_package(tmp_path, files)) == [said]
