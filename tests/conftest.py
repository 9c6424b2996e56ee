"""What many tests need: the typed fixtures and, where it is, the mirror of official files."""

import os
from pathlib import Path

import pytest

from divide import build, paths


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: Playwright's event loop would stand in the way of others'."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Return the folder of small files written for tests."""
    return Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the mirror of official files; without it, skip aloud or, if required, fail."""
    folder = paths.mirror()
    if folder is not None and folder.is_dir():
        return folder
    reason = "DIVIDE_MIRROR is not set: official files are not here"
    if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home of the study, without official files."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("DIVIDE_HOME", str(folder))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    return folder


@pytest.fixture(scope="session")
def built_default(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which every table is built once from the embedded default."""
    return build_in(tmp_path_factory.mktemp("default_home"), None)


@pytest.fixture
def default_home(built_default: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live in the home built from the embedded default; leave it as it is."""
    monkeypatch.setenv("DIVIDE_HOME", str(built_default))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    return built_default


@pytest.fixture(scope="session")
def built_official(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which every table is built once from the official files."""
    return build_in(tmp_path_factory.mktemp("official_home"), mirror)


@pytest.fixture
def official_home(built_official: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live in the home built from the official files; leave it as it is."""
    monkeypatch.setenv("DIVIDE_HOME", str(built_official))
    monkeypatch.setenv("DIVIDE_MIRROR", str(mirror))
    return built_official


def build_in(home: Path, mirror: Path | None) -> Path:
    """Build every table in a home, with or without official files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        if mirror:
            patch.setenv("DIVIDE_MIRROR", str(mirror))
        else:
            patch.delenv("DIVIDE_MIRROR", raising=False)
        build.bring_up_to_date()
    return home
