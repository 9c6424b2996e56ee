"""What reference programs gave for well-known examples."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def oracles(mirror: Path) -> Path:
    """Return the published examples beside the mirror; without them, skip aloud or fail."""
    folder = mirror.resolve().parent / "oracles"
    if folder.is_dir():
        return folder
    reason = "no published examples beside DIVIDE_MIRROR"
    if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
