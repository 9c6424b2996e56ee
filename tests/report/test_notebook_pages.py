"""Every notebook runs on the embedded default and leaves a page; some on the official files too."""

import re
import shutil
from pathlib import Path

import pytest

from divide import paths
from divide.report.notebooks import export_notebook

FOLDER = paths.PACKAGE.parent.parent / "notebooks"
# The first one has tests of its own.
OTHERS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("01"))


def exported(name: str, home: Path, source: Path, mirror: Path | None) -> str:
    """Run a notebook in a home of its own, on tables built before; return what its page says."""
    shutil.copytree(source / "data", home / "data")
    (home / "notebooks").mkdir()
    shutil.copy(FOLDER / f"{name}.py", home / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        if mirror:
            patch.setenv("DIVIDE_MIRROR", str(mirror))
        else:
            patch.delenv("DIVIDE_MIRROR", raising=False)
        page = export_notebook(name[:2])
    html = re.sub(r"<(script|style).*?</\1>", " ", page.read_text("utf-8"), flags=re.S)
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize("name", OTHERS)
def test_it_runs_on_the_embedded_default(name: str, built_default: Path, tmp_path: Path) -> None:
    told = exported(name, tmp_path, built_default, None)
    assert "What this page does not show" in told
    # A figure that is not a number would show as one of these words.
    assert not re.search(r"\b(nan|NaN|inf|None|<NA>)\b", told)


@pytest.mark.mirror
def test_places_through_time_on_the_official_files(
    built_official: Path, mirror: Path, tmp_path: Path
) -> None:
    told = exported("02_places_through_time", tmp_path, built_official, mirror)
    wrong, _, right = told.partition("Right: foreign residents, restated before dividing")
    # Of 50 communes of the Jura one has no figure by number; restated, every one has.
    assert "no value or not measured yet: 1 of 50" in " ".join(wrong.split())
    assert "no value" not in right
