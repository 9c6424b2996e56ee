"""Write environment.yml, for conda users, from the dependency lists of pyproject.toml."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# conda-forge calls it otherwise: there `playwright` is the driver alone.
CONDA_NAMES = {"playwright": "playwright-python"}
# Not on conda-forge: pip installs them into the conda environment.
PIP_ONLY = {"axe-playwright-python", "svy"}
# For calculations on many machines; whoever needs it adds it by hand.
LEFT_OUT = {"cluster"}

HEAD = """\
# Generated from pyproject.toml by `make environment`; a test keeps them equal.
name: divide
channels:
  - conda-forge
dependencies:
"""


def requirements(project: dict) -> list[str]:
    """List the library's requirements and those of every extra that is not left out."""
    found = list(project["dependencies"])
    for extra, lines in project["optional-dependencies"].items():
        if extra not in LEFT_OUT:
            found += lines
    return found


def name_of(requirement: str) -> str:
    """
    Read the normalised package name of a requirement.

    Examples
    --------
    >>> name_of("PyYAML>=6.0.2")
    'pyyaml'
    """
    plain = re.fullmatch(r"([A-Za-z0-9._-]+)([<>=!~][^;\[\]@]*)?", requirement.replace(" ", ""))
    if plain is None:
        raise SystemExit(f"pyproject.toml: {requirement!r} has no counterpart in environment.yml")
    return re.sub(r"[-_.]+", "-", plain[1]).lower()


def conda_line(requirement: str) -> str:
    """Write a requirement as conda reads it."""
    plain = requirement.replace(" ", "")
    name = name_of(plain)
    bounds = re.sub(r"^[A-Za-z0-9._-]+", "", plain)
    return CONDA_NAMES.get(name, name) + bounds


def environment(pyproject: str) -> str:
    """Generate the text of environment.yml from the text of pyproject.toml."""
    project = tomllib.loads(pyproject)["project"]
    wanted = requirements(project)
    conda = sorted(conda_line(line) for line in wanted if name_of(line) not in PIP_ONLY)
    pip = sorted(line for line in wanted if name_of(line) in PIP_ONLY)
    lines = [f"python{project['requires-python']}", "pip", *conda]
    text = HEAD + "".join(f"  - {line}\n" for line in lines)
    return text + "  - pip:\n" + "".join(f"      - {line}\n" for line in [*pip, "-e ."])


if __name__ == "__main__":
    text = environment((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
