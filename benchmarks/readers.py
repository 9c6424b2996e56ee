"""
Measure the readers of official cubes beside their peers: equal values, then time and memory.

Run it from the checkout with DIVIDE_MIRROR set; the peers are no dependencies:
`uv run --with pyaxis --with pyjstat python benchmarks/readers.py`. The official files are
small, so each is also read repeated to the size of a cube by commune.
"""

import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

MIRROR = Path(os.environ["DIVIDE_MIRROR"])
PX = "bfs_ict_skills/2021-12-15/px-x-1604000000_106.px"
JSON = "bfs_population/2024-01-01/px-x-0102020000_201.json"
CELLS = 6_000_000


def own_px(path: Path) -> Any:
    """Return the cells of a PX file, NaN for signs."""
    from divide.tidy.px import read_px

    return read_px(path).values


def peer_px(path: Path) -> Any:
    """Return the same by pyaxis, which leaves them as text."""
    from pyaxis import pyaxis

    return pyaxis.parse(str(path), encoding="utf-8")["DATA"]["DATA"]


def own_json(path: Path) -> Any:
    """Return the values of a JSON-stat cube."""
    from divide.tidy.jsonstat import read_jsonstat

    return read_jsonstat(path).frame["value"]


def peer_json(path: Path) -> Any:
    """Return the same by pyjstat."""
    from pyjstat import pyjstat

    (frame,) = pyjstat.from_json_stat(json.loads(path.read_text(encoding="utf-8-sig")))
    return frame["value"]


READERS = {"px": (own_px, peer_px), "json": (own_json, peer_json)}


def grown_px(folder: Path) -> Path:
    """Repeat a cube's cells along a new last dimension."""
    raw = (MIRROR / PX).read_bytes()
    at = re.search(rb"\nDATA\s*=", raw)
    assert at
    cells = raw[at.end() :].rstrip().rstrip(b";").split()
    times = math.ceil(CELLS / len(cells))
    codes = b",".join(b'"%d"' % n for n in range(times))
    head = (
        re.sub(rb"(\nHEADING(?:\[\w+\])?=[^;]*);", rb'\1,"n";', raw[: at.start()])
        + b'\nVALUES("n")='
        + codes
        + b';\nCODES("n")='
        + codes
        + b";"
    )
    path = folder / "grown.px"
    body = b" ".join(b" ".join([cell] * times) for cell in cells)
    path.write_bytes(head + at.group() + body + b";")
    return path


def grown_json(folder: Path) -> Path:
    """Repeat a cube's values along a new last dimension."""
    document = json.loads((MIRROR / JSON).read_text("utf-8-sig"))
    cube = document["dataset"]
    values = cube["value"]
    times = math.ceil(CELLS / len(values))
    dimension = cube["dimension"]
    dimension["id"].append("n")
    dimension["size"].append(times)
    dimension["n"] = {"label": "n", "category": {"index": {str(n): n for n in range(times)}}}
    dimension["n"]["category"]["label"] = {str(n): str(n) for n in range(times)}
    cube["value"] = [one for one in values for _ in range(times)]
    cube.pop("status", None)
    path = folder / "grown.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def equal(kind: str, path: Path) -> bool:
    """Tell whether both readers give the same values, sign by sign."""
    own, peer = (figures(read(path)) for read in READERS[kind])
    return bool(((own == peer) | (own.isna() & peer.isna())).all())


def figures(values: Any) -> Any:
    """Turn what a reader gave into numbers: nil is 0, every other sign no number."""
    import pandas as pd

    column = pd.Series(values).reset_index(drop=True)
    if column.dtype.kind != "f":
        column = column.replace({'"-"': "0", "-": "0"})
    return pd.to_numeric(column, errors="coerce")


def alone(kind: str, which: int, path: Path, times: int) -> tuple[float, float, float]:
    """
    Read in a process of its own; return median seconds on the clock and of the processor, and MB.

    The first call counts for memory alone: what a library loads or warms up at its first
    call belongs to no file.
    """
    code = (
        "import re, statistics, sys, time; sys.path.insert(0, sys.argv[1]);"
        "import readers; from pathlib import Path;"
        "read = readers.READERS[sys.argv[2]][int(sys.argv[3])]; path = Path(sys.argv[4]);"
        "import divide.tidy.px, divide.tidy.jsonstat, pyaxis.pyaxis, pyjstat.pyjstat;"
        "status = lambda: open('/proc/self/status').read();"
        "top = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', status())[1]) / 1024;"
        "before = top(); read(path); above = top() - before;"
        "clocks = lambda: (time.perf_counter(), time.process_time());"
        "took = lambda start: (read(path), [b - a for a, b in zip(start, clocks())])[1];"
        "each = [took(clocks()) for _ in range(int(sys.argv[5]))];"
        "print(*map(statistics.median, zip(*each)), above)"
    )
    here = str(Path(__file__).resolve().parent)
    command = [sys.executable, "-c", code, here, kind, str(which), str(path), str(times)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, work, megabytes = done.stdout.split()[-3:]  # a peer prints on its way
    return float(wall), float(work), float(megabytes)


def compare(name: str, kind: str, path: Path, *, runs: int, times: int) -> None:
    """Print both readers' time and memory on one file, and the ratios."""
    same = equal(kind, path)
    own, peer = ([alone(kind, which, path, times) for _ in range(runs)] for which in (0, 1))
    wall, work, memory = (
        [statistics.median(one[part] for one in taken) for taken in (own, peer)]
        for part in range(3)
    )
    print(
        f"{name:34s} equal {same}   {wall[0]:8.4f} s against {wall[1]:8.4f} s: "
        f"{wall[1] / wall[0]:6.1f} x, of the processor {work[1] / work[0]:6.1f} x"
        f"   {memory[0]:6.0f} MB against {memory[1]:6.0f} MB"
    )


def main() -> None:
    """Compare on the official files and on grown ones."""
    compare("PX 106, as published", "px", MIRROR / PX, runs=5, times=15)
    compare("JSON-stat 201, as published", "json", MIRROR / JSON, runs=5, times=15)
    with tempfile.TemporaryDirectory() as folder:
        compare("PX 106, grown to 6 million cells", "px", grown_px(Path(folder)), runs=3, times=1)
        compare(
            "JSON-stat 201, grown to 6 million", "json", grown_json(Path(folder)), runs=3, times=1
        )


if __name__ == "__main__":
    main()
