"""What tests of recipes share: small snapshots."""

from collections.abc import Callable
from pathlib import Path

import pytest

from divide.fetch.snapshots import Snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[..., Snapshot]:
    """Return a function that lays down the files of a source by role."""

    def put(source: str, register_date: str | None = None, **files: str) -> Snapshot:
        paths = {}
        for role, text in files.items():
            paths[role] = tmp_path / f"{source}_{role}.csv"
            paths[role].write_text(text, encoding="latin-1")
        return Snapshot(source, "2018-04-01", register_date, paths, "raw")

    return put
