"""
Measure the journey: set-up, build, pages, a second run, start-up, bytes.

Run it on a quiet machine from the checkout: `.venv/bin/python benchmarks/report.py`; add
`--cold` for `make report` in a fresh clone (the package cache is warm after `make test`), and
set DIVIDE_MIRROR for the communes' map beside the same map as a self-contained Plotly page.
Times are of one machine: the ratios travel.
"""

import argparse
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def seconds(command: list[str], *, runs: int = RUNS, **more: object) -> list[float]:
    """Return the wall time of each run, after one that does not count."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, **more)
        taken.append(time.perf_counter() - start)
    return taken[1:]


def told(name: str, taken: list[float], limit: float | None = None) -> None:
    """Print a line: median, least and most seconds, and the limit set for it."""
    middle = statistics.median(taken)
    wanted = f"   limit {limit:g} s" if limit else ""
    print(f"{name:48s} {middle:7.3f} s  ({min(taken):.3f}–{max(taken):.3f}){wanted}")


def measure_cold() -> None:
    """Time `make report` in a fresh clone."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "divide"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DIVIDE_")}
        start = time.perf_counter()
        subprocess.run(["make", "-s", "report"], cwd=clone, check=True, env=environment)
        told("make report, fresh clone, warm package cache", [time.perf_counter() - start], 60)


def measure_runs(home: Path) -> None:
    """Time building, writing all pages, a run with nothing to do, and start-up."""
    environment = {**os.environ, "DIVIDE_HOME": str(home)}
    divide = [sys.executable, "-m", "divide.cli"]
    told("divide build --force", seconds([*divide, "build", "--force"], runs=2, env=environment))
    told(
        "divide report --all --force, every page",
        seconds([*divide, "report", "--all", "--force"], env=environment),
        5,
    )
    told("divide report, nothing changed", seconds([*divide, "report"], env=environment), 0.5)
    bare = seconds([sys.executable, "-c", "pass"])
    front = seconds([sys.executable, "-c", "import divide"])
    beyond = [max(0, one - statistics.median(bare)) for one in front]
    told("import divide, beyond an empty Python", beyond, 0.15)


def weight(page: bytes) -> str:
    """Return a page's bytes in words, raw and gzipped."""
    return f"{len(page) / 1000:7.1f} kB, gzip {len(gzip.compress(page, 9)) / 1000:.1f} kB"


def measure_bytes(home: Path) -> None:
    """Print each kind of page's bytes, raw and gzipped."""
    sizes = {path.stem: path.read_bytes() for path in (home / "reports").glob("*.html")}
    cantons = {name: page for name, page in sizes.items() if name != "index"}
    largest = max(cantons, key=lambda name: len(cantons[name]))
    for name, raw, packed in (("index", 250, 70), (largest, 100, 32)):
        page = sizes[name]
        print(f"{name + '.html':48s} {weight(page)}   limits {raw} and {packed} kB")


def measure_map() -> None:
    """Compare the map of all communes with the same map as a self-contained Plotly page."""
    from divide import texts
    from divide.report import communes, pages, study
    from divide.show import choropleth, palettes

    loaded = study.load_study()
    found = communes.communes_of(loaded, study.page_place("index", texts.label))
    if found is None or loaded.boundaries is None:
        print("The communes' map needs official files: set DIVIDE_MIRROR.")
        return
    marks = dict(zip(found.rows["place"], found.rows["mark"], strict=True))
    svg = choropleth.choropleth(found.drawing, marks, title="map", description="map")
    own = f"<!doctype html><style>{pages._style()}</style>{palettes.patterns()}{svg}".encode()
    other = plotly_page(loaded.boundaries, found).encode()
    for name, page in (("own map, 2,131 communes", own), ("the same as a Plotly page", other)):
        print(f"{name:48s} {weight(page)}")
    print(f"{'ratio':48s} {len(other) / len(own):7.1f} times fewer bytes   limit 50")


def plotly_page(boundaries: object, found: object) -> str:
    """Return the map as Plotly writes it by default, its library inside."""
    import plotly.express as px

    rows = found.rows
    areas = boundaries[boundaries["place_level"] == "commune"].to_crs(4326).set_index("place")
    figure = px.choropleth(
        rows, geojson=areas.geometry.__geo_interface__, locations="place", color="value"
    )
    return figure.update_geos(fitbounds="locations", visible=False).to_html(include_plotlyjs=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="time make report in a fresh clone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIVIDE_HOME"] = folder
        measure_runs(Path(folder))
        measure_bytes(Path(folder))
        measure_map()
    if chosen.cold:
        measure_cold()


if __name__ == "__main__":
    main()
