"""The lock and environment.yml say what pyproject.toml says, and conda can read the latter."""

import asyncio
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from rattler.exceptions import InvalidMatchSpecError, SolverError

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))? \\")
HASHED = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")
Pins = list[tuple[str, str, str]]


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", ROOT / ".ci" / "environment.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)
WANTED: list[str] = GENERATOR.requirements(PROJECT["project"])
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")


def read_lock(text: str) -> Pins:
    """List name, version and marker of every pin; any other line is a fault."""
    pins: Pins = []
    hashes: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        if pinned := PINNED.fullmatch(line):
            pins.append((pinned["name"], pinned["version"], pinned["marker"] or ""))
            hashes.append(0)
        else:
            assert HASHED.fullmatch(line), f"requirements.lock, line {number}: {line}"
            hashes[-1] += 1
    assert all(hashes), "a pin without hash"
    return pins


def lock_faults(wanted: list[str], pins: Pins) -> list[str]:
    """Say which requirement the lock lacks or pins outside its bounds."""
    faults = []
    for requirement in map(Requirement, wanted):
        name = GENERATOR.name_of(str(requirement))
        versions = [version for pin, version, _ in pins if pin == name]
        if not versions:
            faults.append(f"{name} is not in the lock")
        faults += [f"{name}=={v}" for v in versions if not requirement.specifier.contains(v)]
    return faults


def test_lock_holds_only_pins_and_hashes() -> None:
    assert len(read_lock(LOCK)) > len(WANTED)
    assert "://" not in LOCK


@pytest.mark.parametrize(
    "line", ["pandas>=3.0", "--index-url https://example.org/simple", "pandas==3.1.1"]
)
def test_a_line_that_is_no_hashed_pin_is_found(line: str) -> None:
    with pytest.raises(AssertionError):
        read_lock(f"{line}\n{LOCK}")


def test_lock_satisfies_pyproject() -> None:
    assert lock_faults(WANTED + PROJECT["build-system"]["requires"], read_lock(LOCK)) == []


def test_a_lock_older_than_pyproject_is_found() -> None:
    pins = [("pandas", "2.3.3", ""), ("numpy", "2.4.6", "")]
    found = lock_faults(["pandas>=3.0", "numpy>=2.2", "rich>=14"], pins)
    assert found == ["pandas==2.3.3", "rich is not in the lock"]


def test_environment_is_generated_from_pyproject() -> None:
    assert GENERATOR.environment(PYPROJECT) == ENVIRONMENT, "Run: make environment"


def test_a_requirement_conda_cannot_express_is_refused() -> None:
    for line in ["dask[distributed]>=2026.1", "tzdata>=2026; sys_platform == 'win32'"]:
        with pytest.raises(SystemExit, match="no counterpart"):
            GENERATOR.conda_line(line)


def stub(name: str, version: str, depends: list[str], number: int) -> dict[str, Any]:
    """Make a package that holds nothing but its name, version and what it needs."""
    return {
        "name": name,
        "version": version,
        "build": f"stub_{number}",
        "build_number": number,
        "depends": depends,
        "subdir": "noarch",
    }


def write_channel(folder: Path) -> Path:
    """Write a conda channel that carries exactly what requirements.lock pins, and Pythons."""
    stubs = [stub("pip", "26.0", ["python"], 0)]
    stubs += [stub("python", version, [], 0) for version in ["3.10.19", "3.11.7", "3.13.11"]]
    for number, (name, version, marker) in enumerate(read_lock(LOCK)):
        # A pin for one range of Pythons becomes a package that needs such a Python.
        bound = re.search(r"python_full_version (<|>=) '([\d.]+)'", marker)
        needs = f"python {bound[1]}{bound[2]}" if bound else "python"
        conda_name = GENERATOR.CONDA_NAMES.get(name, name)
        if name not in GENERATOR.PIP_ONLY:
            stubs.append(stub(conda_name, version, [needs], number))
    packages = {f"{s['name']}-{s['version']}-{s['build']}.conda": s for s in stubs}
    repodata = {"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": packages}
    path = folder / "repodata.json"
    path.write_text(json.dumps(repodata), encoding="utf-8")
    return path


def solve(lines: list[str], repodata: Path) -> set[str]:
    """Name the packages that conda's solver would install."""
    channel = rattler.Channel("conda-forge")
    source = rattler.SparseRepoData(channel, "noarch", repodata)
    found = asyncio.run(rattler.solve_with_sparse_repodata(specs=lines, sparse_repodata=[source]))
    return {record.name.normalized for record in found}


def line_faults(line: str) -> list[str]:
    """Say why conda cannot read a line as a match specification."""
    try:
        rattler.MatchSpec(line, strict=True)
    except InvalidMatchSpecError as fault:
        return [f"{line}: {fault}"]
    return []


def environment_faults(text: str, folder: Path, python: str = "3.11") -> list[str]:
    """List what keeps an environment file from giving every requirement of the project."""
    lines = yaml.safe_load(text)["dependencies"]
    conda = [line for line in lines if isinstance(line, str)]
    pip = [line for part in lines if isinstance(part, dict) for line in part["pip"]]
    unread = [fault for line in conda for fault in line_faults(line)]
    if unread:
        return unread
    try:
        solved = solve([*conda, f"python {python}.*"], write_channel(folder))
    except SolverError as fault:
        return [str(fault)]
    solved |= {GENERATOR.name_of(line) for line in pip if line != "-e ."}
    wanted = {GENERATOR.name_of(line) for line in WANTED}
    names = {GENERATOR.CONDA_NAMES.get(name, name) for name in wanted}
    return [f"{name} is missing" for name in sorted(names - solved)]


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_conda_solves_the_environment(tmp_path: Path, python: str) -> None:
    assert environment_faults(ENVIRONMENT, tmp_path, python) == []


def test_conda_refuses_an_older_python(tmp_path: Path) -> None:
    assert "python" in environment_faults(ENVIRONMENT, tmp_path, "3.10")[0]


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("  - pandas>=3.0\n", "  - pandas>=99\n", "pandas"),
        ("  - geopandas>=1.1\n", "  - geopanda>=1.1\n", "geopanda"),
        ("  - rich>=14\n", "  - rich>=14.*\n", "rich"),
        ("  - jinja2>=3.1.5\n", "", "jinja2 is missing"),
        ("      - axe-playwright-python>=0.1.4\n", "", "axe-playwright-python is missing"),
    ],
    ids=["impossible pin", "misspelled", "unparsable", "left out", "left out of pip"],
)
def test_a_planted_mistake_is_found(tmp_path: Path, right: str, wrong: str, named: str) -> None:
    assert right in ENVIRONMENT
    faults = environment_faults(ENVIRONMENT.replace(right, wrong), tmp_path)
    assert len(faults) == 1 and named in faults[0]


def test_the_project_itself_is_installed_by_pip() -> None:
    assert yaml.safe_load(ENVIRONMENT)["dependencies"][-1]["pip"][-1] == "-e ."
    assert yaml.safe_load(ENVIRONMENT)["name"] == "divide"
