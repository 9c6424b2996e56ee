"""The rules of the house that a machine can read: sizes, words, and what git must not hold."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import divide

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "divide"
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
MODULE_LINES = 250
BODY_LINES = 30
PARAMETERS = 5  # before the options, which are keyword-only
FILE_BYTES = 500_000
# A folder of somebody's machine, not a part of an address such as example.org/home/page.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|[A-Z]:\\Users\\")
HEAVY = "babel geopandas numpy pandas pandera plotly pyarrow requests scipy shapely"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    """List the modules of the package; an empty list would pass every rule."""
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 20
    return found


def functions(text: str) -> Iterator[tuple[str, Function]]:
    """List functions and methods with their names, without those inside functions."""
    for node in ast.parse(text).body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, Function):
                    yield f"{node.name}.{part.name}", part


def body_lines(function: Function, text: str) -> int:
    """Count a function's lines of code: no docstring, blank line or comment."""
    described = ast.get_docstring(function) is not None
    body = function.body[1:] if described else function.body
    if not body:
        return 0
    lines = text.splitlines()[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))


def positional(function: Function) -> int:
    """Count the parameters a caller may give without their names."""
    names = [part.arg for part in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in ("self", "cls")])


def undescribed(text: str) -> list[str]:
    """Name the public classes and functions that say nothing about themselves."""
    parts: list[tuple[str, Function | ast.ClassDef]] = list(functions(text))
    parts += [(n.name, n) for n in ast.parse(text).body if isinstance(n, ast.ClassDef)]
    return [
        name
        for name, part in parts
        if not any(word.startswith("_") for word in name.split(".")) and not ast.get_docstring(part)
    ]


def reasonless(pyproject: str) -> list[str]:
    """Name the dependencies whose line gives no reason."""
    start = pyproject.index("dependencies = [")
    lines = pyproject[start : pyproject.index("[project.scripts]")].splitlines()
    listed = [line.strip() for line in lines if line.strip().startswith('"')]
    return [line for line in listed if not re.search(r'",\s+# \w+', line)]


def tracked() -> list[Path]:
    """List the files git holds, or would take with the next `git add`."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout: what git holds cannot be read")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    found = [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert len(found) > 50
    return found


def stored_outputs(notebook: str) -> int:
    """Count the cells of a notebook that keep an output or a number of execution."""
    cells = json.loads(notebook)["cells"]
    return sum(1 for cell in cells if cell.get("outputs") or cell.get("execution_count"))


def notebook_faults(text: str) -> list[str]:
    """Say what a notebook holds that belongs into the package or the facts."""
    nodes = ast.walk(ast.parse(text))
    made = (*Function.__args__, ast.ClassDef, ast.Lambda)
    found = [f"line {n.lineno}: a {type(n).__name__}" for n in nodes if isinstance(n, made)]
    return found + [f"an address: {part}" for part in re.findall(r"\bhttps?://\S+", text)]


def test_modules_stay_short() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text("utf-8").splitlines()) for p in sources()}
    assert {str(path): n for path, n in lengths.items() if n > MODULE_LINES} == {}


def test_functions_stay_short() -> None:
    faults = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        for name, function in functions(text):
            lines, parameters = body_lines(function, text), positional(function)
            if lines > BODY_LINES:
                faults.append(f"{path.relative_to(ROOT)}: {name}, {lines} lines")
            if parameters > PARAMETERS:
                faults.append(f"{path.relative_to(ROOT)}: {name}, {parameters} parameters")
    assert faults == []


def test_public_functions_are_described() -> None:
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sources()}
    assert [f"{path}: {name}" for path, text in texts.items() for name in undescribed(text)] == []


def test_dependencies_give_their_reason() -> None:
    assert reasonless(PYPROJECT) == []


def test_versions_agree() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d[^\]]*)\]", changes, flags=re.M)
    told = {divide.__version__, citation["version"], PROJECT["version"], releases[0]}
    assert len(told) == 1


@pytest.mark.parametrize("module", ["divide", "divide.cli"])
def test_importing_does_nothing(module: str) -> None:
    """Nothing heavy is loaded, nothing written, nobody called."""
    code = f"""
import sys
deeds = []
def watch(event, args):
    if event.startswith("socket.") or event == "subprocess.Popen":
        deeds.append(event)
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        deeds.append(f"write {{args[0]}}")
sys.addaudithook(watch)
import {module}
heavy = sorted(set({HEAVY.split()!r}) & set(sys.modules))
print(heavy + deeds)
"""
    quiet = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=quiet)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_no_paths_of_a_machine() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_files_stay_small() -> None:
    assert [str(path) for path in tracked() if path.stat().st_size > FILE_BYTES] == []


def test_notebooks_keep_no_outputs() -> None:
    books = [path for path in tracked() if path.suffix == ".ipynb"]
    assert books
    assert [b.name for b in books if stored_outputs(b.read_text(encoding="utf-8"))] == []


def test_notebooks_only_tell() -> None:
    books = sorted((ROOT / "notebooks").glob("*.py"))
    assert books
    assert {b.name: notebook_faults(b.read_text(encoding="utf-8")) for b in books} == {
        b.name: [] for b in books
    }


@pytest.mark.mirror
def test_no_official_file_is_copied() -> None:
    named = os.environ.get("DIVIDE_MIRROR")
    if not named:
        pytest.skip("DIVIDE_MIRROR is not set")
    official = {hash_file(path) for path in Path(named).rglob("*") if path.is_file()}
    assert len(official) > 20
    assert [str(path) for path in tracked() if hash_file(path) in official] == []


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_the_rules_find_what_they_forbid() -> None:
    code = "def a():\n    '''Say.'''\n    # why\n    x = 1\n\n    return x\n\ndef b(): ...\n"
    named = dict(functions(code + "class C:\n    '''It.'''\n    def d(self):\n        pass\n"))
    assert {name: body_lines(part, code) for name, part in named.items() if name in "ab"} == {
        "a": 2,
        "b": 1,
    }
    assert list(named) == ["a", "b", "C.d"]
    assert positional(named["C.d"]) == 0
    assert undescribed(code + "class E: ...\ndef _f(): ...\n") == ["b", "E"]
    listed = 'dependencies = [\n  "pandas>=3",  # frames\n  "rich>=14",\n]\n[project.scripts]'
    assert reasonless(listed) == ['"rich>=14",']
    assert MACHINE_PATH.search("data in " + "/home" + "/ada/figures.csv")
    assert not MACHINE_PATH.search("https://example.org/home/page/tmp/x")
    assert stored_outputs('{"cells": [{"outputs": []}, {"outputs": [{"text": "1"}]}]}') == 1
    assert notebook_faults("f = lambda: 1\n# see http" + "://example.org\n") == [
        "line 1: a Lambda",
        "an address: http" + "://example.org",
    ]
