"""Every figure of the embedded default, rebuilt from the official files and found equal."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from divide import build, catalog, paths, schemas
from divide.build import baseline
from divide.build.recipe_list import RECIPES
from divide.errors import SourceError

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "raw" / "baseline"
TYPED = {"living_arrangements", "published_rates"}  # figures from publications, no file
FILES = sorted(recipe.table for recipe in RECIPES.values() if recipe.baseline)
REBUILT = [table for table in FILES if table not in TYPED]


def rows_of(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rebuilt(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Return every table of the default, made from official files alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(tmp_path_factory.mktemp("rebuilt")))
        patch.setenv("DIVIDE_MIRROR", str(mirror))
        return {table: baseline.rebuild(RECIPES[table]) for table in REBUILT}


@pytest.mark.mirror
@pytest.mark.parametrize("table", REBUILT)
def test_the_default_is_what_official_files_say(
    table: str, rebuilt: dict[str, pd.DataFrame]
) -> None:
    """To the last digit and the last byte: the file is what a rebuild would write."""
    text = baseline.to_text(rebuilt[table])
    assert text.splitlines() == (FOLDER / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    assert text.count("\n") > 20


@pytest.mark.mirror
def test_a_refresh_with_the_same_files_changes_nothing(
    rebuilt: dict[str, pd.DataFrame], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, facts = home / "data" / "raw" / "baseline", tmp_path / "facts"
    own.mkdir(parents=True)
    for table in TYPED:
        shutil.copy(FOLDER / f"{table}.csv", own)
    shutil.copytree(paths.FACTS, facts)
    kept = (facts / "baseline.yml").read_text(encoding="utf-8").splitlines()
    (facts / "baseline.yml").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(baseline, "rebuild", lambda recipe: rebuilt[recipe.table])
        patch.setattr(paths, "FACTS", facts)
        baseline.refresh()
    written = (facts / "baseline.yml").read_text(encoding="utf-8").splitlines()
    hashes = [line for line in written if not line.startswith("#")]
    assert hashes == [line for line in kept if not line.startswith("#")]
    assert sorted(path.name for path in own.iterdir()) == sorted(f"{one}.csv" for one in FILES)


def test_without_official_files_nothing_is_rebuilt(home: Path) -> None:
    with pytest.raises(SourceError, match=r"bfs_education.* DIVIDE_MIRROR"):
        baseline.rebuild(RECIPES["education"])


def test_hashes_are_those_of_the_files() -> None:
    declared = catalog.facts("baseline")
    assert {path.name for path in FOLDER.glob("*.csv")} == set(declared)
    for name, sha256 in declared.items():
        assert build.baseline_hash(FOLDER / name) == sha256


@pytest.mark.parametrize("table", FILES)
def test_every_row_says_where_it_comes_from(table: str) -> None:
    rows = rows_of(table)
    assert rows
    wanted = ["source", "edition"] + (["table", "cell"] if "cell" in schemas.columns(table) else [])
    empty = [row for row in rows if not all(row[name] for name in wanted)]
    assert empty == []


@pytest.mark.parametrize("table", FILES)
def test_every_source_is_known(table: str) -> None:
    known = {*catalog.sources(), *catalog.publications()}
    assert {row["source"] for row in rows_of(table)} <= known


@pytest.mark.parametrize("table", FILES)
def test_every_row_is_of_a_declared_edition(table: str) -> None:
    declared = {
        (name, one.edition) for name, source in catalog.sources().items() for one in source.editions
    }
    for row in rows_of(table):
        if row["source"] in catalog.sources():
            assert (row["source"], row["edition"]) in declared, row


@pytest.mark.parametrize("table", [name for name in FILES if name != "places"])
def test_every_indicator_is_declared(table: str) -> None:
    assert {row["indicator"] for row in rows_of(table)} <= set(catalog.indicators())


@pytest.mark.parametrize("table", FILES)
def test_the_default_holds_no_commune(table: str) -> None:
    """It stays small, and what is protected at commune level stays with its publisher."""
    levels = {row["place_level"] for row in rows_of(table)}
    assert levels <= {"country", "language_region", "major_region", "canton"}


def test_the_default_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*")) < 2_000_000


def test_no_name_of_a_machine_stands_in_the_default() -> None:
    for path in FOLDER.glob("*"):
        assert "\\" not in path.read_text(encoding="utf-8")
        assert "/home/" not in path.read_text(encoding="utf-8")
