"""Notebooks: two files that say the same, stripped, short, and reading only by the front door."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "notebooks"
SCRIPTS = sorted(FOLDER.glob("*.py"))
CELL_LINES = 15
CODE_LINES = 120
MODULES = {"divide", "pandas"}
# What pandas reads comes from files and addresses; the front door reads tables.
READERS = {"open", "Path", "exec", "eval", "__import__", "urlopen"}
MARKDOWN_END = "## What this page does not show"


@pytest.fixture(params=SCRIPTS, ids=[path.stem for path in SCRIPTS])
def script(request: pytest.FixtureRequest) -> Path:
    """Return each notebook's plain Python."""
    found: Path = request.param
    return found


def code(notebook: Any) -> Iterator[str]:
    """List the code of a notebook, cell by cell."""
    return (cell.source for cell in notebook.cells if cell.cell_type == "code")


def lines(source: str) -> int:
    """Count lines that are not blank."""
    return sum(1 for line in source.splitlines() if line.strip())


def too_long(notebook: Any) -> list[str]:
    """Say which cells, or all together, are longer than a notebook may be."""
    counts = [lines(source) for source in code(notebook)]
    found = [f"code cell {i}: {n} lines" for i, n in enumerate(counts, 1) if n > CELL_LINES]
    return found + ([f"{sum(counts)} lines"] if sum(counts) > CODE_LINES else [])


def reaching_out(source: str) -> list[str]:
    """Say what code imports, opens or names that is not a table."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            found += [f"import {name}" for name in names if name.split(".")[0] not in MODULES]
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            name = called.split(".")[-1]
            reads = name.startswith("read_") and called != "divide.read_boundaries"
            if name in READERS or reads or (name.startswith("to_") and "." in called):
                found.append(called)
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and ("/" in text or "\\" in text):
            found.append(text)
    return found


def test_there_are_notebooks_and_each_has_its_pair() -> None:
    assert [path.stem for path in SCRIPTS] == [path.stem for path in sorted(FOLDER.glob("*.ipynb"))]
    assert "01_who_is_online" in [path.stem for path in SCRIPTS]


def test_the_pair_says_the_same(script: Path) -> None:
    stripped = jupytext.read(script.with_suffix(".ipynb"))
    plain = jupytext.read(script)
    assert cells(stripped) == cells(plain)
    # And back: the notebook, written as plain Python, is the file.
    text = script.read_text(encoding="utf-8")
    assert (
        jupytext.writes(stripped, fmt="py:percent").split("# ---\n", 2)[2]
        == (text.split("# ---\n", 2)[2])
    )


def cells(notebook: Any) -> list[tuple[str, str, list[str]]]:
    """Return what the two files must have alike: kind, text and tags of each cell."""
    return [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]


def test_nothing_is_kept_from_a_run(script: Path) -> None:
    notebook = jupytext.read(script.with_suffix(".ipynb"))
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert set(notebook.metadata) == {"jupytext", "kernelspec"}
    assert notebook.metadata.kernelspec.name == "python3"


def test_short(script: Path) -> None:
    assert too_long(jupytext.read(script)) == []


def test_reads_by_the_front_door_only(script: Path) -> None:
    found = [fault for source in code(jupytext.read(script)) for fault in reaching_out(source)]
    assert found == []


def test_question_first_limits_last(script: Path) -> None:
    notebook = jupytext.read(script)
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    assert first.splitlines()[0].startswith("# ")
    assert first.splitlines()[0].endswith("?")
    assert "**Question.**" in first
    assert "**Reader.**" in first
    assert last.startswith(MARKDOWN_END)
    assert last.count("\n- ") >= 3


def test_one_cell_of_parameters_before_all_code(script: Path) -> None:
    notebook = jupytext.read(script)
    coded = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [cell for cell in coded if "parameters" in cell.metadata.get("tags", [])]
    assert tagged == coded[:1]
    # Plain values: a parameter that is worked out could not be replaced.
    for node in ast.parse(tagged[0].source).body:
        assert isinstance(node, ast.Assign)
        assert isinstance(node.value, ast.Constant)


def test_the_rules_find_what_they_forbid() -> None:
    long = "# %%\n" + "a = 1\n" * 16
    assert too_long(jupytext.reads(long, fmt="py:percent")) == ["code cell 1: 16 lines"]
    many = "# %%\na = 1\nb = 1\nc = 1\n" * 41
    assert too_long(jupytext.reads(many, fmt="py:percent")) == ["123 lines"]
    assert reaching_out("import requests\nfrom divide.show import exhibits") == ["import requests"]
    assert reaching_out('pd.read_csv(x)\ndivide.read_boundaries()\ndivide.read("a")') == [
        "pd.read_csv"
    ]
    assert reaching_out('frame.to_csv(x)\nx = "data/raw"') == ["frame.to_csv", "data/raw"]
