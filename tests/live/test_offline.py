"""Live checks exist for every source and ask nobody unless told to."""

import os
import subprocess
import sys
from pathlib import Path

from divide import catalog

HERE = Path(__file__).resolve().parent


def test_live_checks_are_collected_and_skipped() -> None:
    """Sockets are forbidden while they run, so that a request would fail and not be seen."""
    code = """
import sys, pytest
def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError("asked the network")
sys.addaudithook(refuse)
sys.exit(pytest.main([sys.argv[1], "-m", "live", "-p", "no:cacheprovider", "-rs"]))
"""
    env = {name: value for name, value in os.environ.items() if name != "DIVIDE_LIVE"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE / "test_live.py")],
        env=env,
        capture_output=True,
        text=True,
        cwd=HERE.parent.parent,
    )
    served = sum(1 for one in catalog.sources().values() if one.channels)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"SKIPPED [{served}]" in done.stdout and "no real service is asked" in done.stdout
