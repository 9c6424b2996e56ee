"""Official files on a disk: the newest whole edition, unchanged, or one clear error."""

import hashlib
import shutil
from pathlib import Path

import pytest

from divide import catalog, paths
from divide.catalog import Edition, Source
from divide.errors import SourceChangedError, SourceError, UnknownNameError
from divide.fetch import snapshots

WORDS = dict.fromkeys(("fr", "de", "it", "en"), "")


def edition(name: str, **files: str) -> Edition:
    """Declare an edition whose files hold their own role as text."""
    hashes = {role: hashlib.sha256(role.encode()).hexdigest() for role in files}
    return Edition(edition=name, register_date=None, files=files, sha256=hashes)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    """Declare a source with two editions, the newest first."""
    found = Source(
        id="registers",
        publisher="BFS",
        publisher_name=WORDS,
        title=WORDS,
        holds=WORDS,
        official_id="x",
        page="",
        licence="OPEN-BY",
        terms=WORDS,
        rhythm_months=12,
        editions=(
            edition("2024", main="a.csv", more="../shared/b.csv"),
            edition("2023", main="a.csv"),
        ),
    )
    monkeypatch.setattr("divide.catalog.source", lambda name: found)
    return found


def fill(root: Path, source: Source, name: str) -> Path:
    """Write an edition's files under a root laid out like data/raw."""
    one = next(one for one in source.editions if one.edition == name)
    for role, file in one.files.items():
        path = root / source.id / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        (root / source.id / name).mkdir(parents=True, exist_ok=True)
        path.write_text(role, encoding="utf-8")
    return root / source.id / name


@pytest.fixture
def mirrored(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty mirror that DIVIDE_MIRROR names."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("DIVIDE_MIRROR", str(folder))
    return folder


def test_nothing_on_the_disk_is_none(home: Path, source: Source) -> None:
    assert snapshots.find("registers") is None


def test_the_newest_edition_is_found(mirrored: Path, source: Source) -> None:
    fill(paths.raw(), source, "2023")
    assert snapshots.find("registers").edition == "2023"
    fill(mirrored, source, "2024")
    found = snapshots.find("registers")
    # Newer beats nearer: the mirror's edition of 2024, though data/raw has one of 2023.
    assert (found.edition, found.origin) == ("2024", "mirror")
    assert snapshots.find("registers", edition="2023").origin == "raw"
    assert snapshots.find("registers", edition="1999") is None


def test_what_was_fetched_comes_before_the_mirror(mirrored: Path, source: Source) -> None:
    fill(mirrored, source, "2023")
    fill(paths.raw(), source, "2023")
    assert snapshots.find("registers").origin == "raw"


def test_hashes_are_those_declared(mirrored: Path, source: Source) -> None:
    fill(mirrored, source, "2024")
    found = snapshots.verify(snapshots.find("registers"))
    assert found == source.editions[0].sha256


@pytest.mark.parametrize("spoilt", ["a.csv", "../shared/b.csv"])
def test_a_changed_file_is_named(mirrored: Path, source: Source, spoilt: str) -> None:
    folder = fill(mirrored, source, "2024")
    (folder / spoilt).write_text("main ", encoding="utf-8")
    with pytest.raises(SourceChangedError, match=Path(spoilt).name) as changed:
        snapshots.verify(snapshots.find("registers"))
    assert changed.value.exit_code == 4
    assert "registers" in str(changed.value) and "2024" in str(changed.value)


@pytest.mark.parametrize("gone", ["a.csv", "../shared/b.csv"])
def test_an_edition_that_lacks_a_file_is_refused(mirrored: Path, source: Source, gone: str) -> None:
    """Not passed over in silence: an older edition would take its place unseen."""
    (fill(mirrored, source, "2024") / gone).unlink()
    fill(mirrored, source, "2023")
    with pytest.raises(SourceError, match=f"2024 of source 'registers' lacks {Path(gone).name}"):
        snapshots.find("registers")


def test_a_mirror_that_is_no_folder_is_refused(mirrored: Path, source: Source) -> None:
    shutil.rmtree(mirrored)
    with pytest.raises(SourceError, match=r"DIVIDE_MIRROR .*no folder"):
        snapshots.find("registers")
    mirrored.write_text("a file", encoding="utf-8")
    with pytest.raises(SourceError, match="no folder"):
        snapshots.find("registers")


def test_a_folder_where_a_file_is_expected_is_refused(mirrored: Path, source: Source) -> None:
    folder = fill(mirrored, source, "2023")
    (folder / "a.csv").unlink()
    (folder / "a.csv").mkdir()
    with pytest.raises(SourceError, match=r"a\.csv"):
        snapshots.find("registers")


def test_a_file_that_vanishes_before_it_is_read_is_named(mirrored: Path, source: Source) -> None:
    folder = fill(mirrored, source, "2023")
    found = snapshots.find("registers")
    (folder / "a.csv").unlink()
    with pytest.raises(SourceError, match=r"a\.csv .*cannot be read"):
        snapshots.verify(found)


def test_an_unknown_source_is_refused(home: Path) -> None:
    with pytest.raises(UnknownNameError, match="bfs_communes"):
        snapshots.find("bfs_commune")


@pytest.mark.mirror
def test_every_declared_file_of_the_mirror_is_the_one_declared(
    mirror: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIVIDE_MIRROR", str(mirror))
    met = 0
    for name, source in catalog.sources().items():
        for one in source.editions:
            found = snapshots.find(name, edition=one.edition) if one.files else None
            if found:
                met += len(snapshots.verify(found))
    assert met >= 20


@pytest.mark.mirror
def test_names_and_order_of_shapes_are_declared_too(mirror: Path) -> None:
    """A shapefile keeps its places' numbers in the .dbf: swapped, every map would lie."""
    files = catalog.source("bfs_boundaries").editions[0].files.values()
    for path in [path for path in files if path.endswith(".shp")]:
        for suffix in (".dbf", ".shx"):
            assert path.replace(".shp", suffix) in files
