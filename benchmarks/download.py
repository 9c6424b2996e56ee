"""
Measure what safety costs: `http.download` beside plain streaming by requests, on loopback.

Run it on a quiet machine from the checkout: `.venv/bin/python benchmarks/download.py`. Both
fetch the same 20 MB and write them to a file; the plain way neither hashes nor checks. It is
measured twice: as it is mostly written, and with the flush to the disk (fsync) without which a
power cut loses the file. The runs alternate, so that a busy moment meets all. Loopback hides
nothing behind the network; a line of 200 Mbit/s is faster than most publishers. Times are of
one machine: the ratios travel.
"""

import argparse
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing import Process
from pathlib import Path

import requests

from divide.fetch import http

SIZE = 20_000_000
RUNS = 15
LINE = 25_000_000  # bytes per second: a line of 200 Mbit/s
LIMIT = 1.10
SLICE = 1 << 18


def make_body() -> bytes:
    """Return 20 MB of a csv with invented figures."""
    row = b"CH1.X:DF_X(1.0.0),5586,_T,_T,_T,A,2025,142631,A\n"
    head = b"DATAFLOW,GEO,SEX,ZIVL,AGE5,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
    return head + row * (SIZE // len(row))


def serve(listener: socket.socket, body: bytes, speed: float | None) -> None:
    """Answer every request with the body, at most at a speed in bytes per second."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    while True:
        line, _ = listener.accept()
        with line:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += line.recv(65_536)
            line.sendall(head)
            start = time.perf_counter()
            for at in range(0, len(body), SLICE):
                line.sendall(memoryview(body)[at : at + SLICE])
                if speed:
                    time.sleep(max(0.0, start + at / speed - time.perf_counter()))


def fetch_plainly(url: str, folder: Path) -> None:
    """Stream to a file as the documentation of requests shows it, with a large chunk."""
    with (
        requests.get(url, stream=True, timeout=30) as answer,
        (folder / "plain.csv").open("wb") as file,
    ):
        for chunk in answer.iter_content(chunk_size=65_536):
            file.write(chunk)


def fetch_and_flush(url: str, folder: Path) -> None:
    """Do the same, and wait until the file is on the disk."""
    with (
        requests.get(url, stream=True, timeout=30) as answer,
        (folder / "flushed.csv").open("wb") as file,
    ):
        for chunk in answer.iter_content(chunk_size=65_536):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def fetch_safely(url: str, folder: Path) -> None:
    """Download as the channels do."""
    promise = http.Promise("csv", columns=("GEO", "OBS_VALUE"))
    policy = http.Policy(
        frozenset({"127.0.0.1"}), calls=1000, seconds=0.001, schemes=frozenset({"http"})
    )
    http.download(http.Ask(url), folder / "safe.csv", promise, policy)


def seconds(fetch: Callable[[str, Path], None], url: str, folder: Path) -> float:
    """Return the wall time of one fetch."""
    start = time.perf_counter()
    fetch(url, folder)
    return time.perf_counter() - start


def measure(url: str, runs: int) -> None:
    """Print the median of each way, and the medians of the ratios of neighbouring runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways = (fetch_plainly, fetch_and_flush, fetch_safely)
        taken = [[seconds(way, url, folder) for way in ways] for _ in range(runs + 1)][1:]
        bodies = {(folder / f"{name}.csv").read_bytes() for name in ("plain", "flushed", "safe")}
    for name, column in zip(
        ("plain requests", "with fsync", "http.download"), zip(*taken, strict=True), strict=True
    ):
        print(f"{name:18s}{1000 * statistics.median(column):8.1f} ms")
    for name, at in (("plain", 0), ("plain with fsync", 1)):
        ratio, same = statistics.median(run[2] / run[at] for run in taken), len(bodies) == 1
        print(f"against {name:18s}{ratio:6.2f}      limit {LIMIT:.2f}   same bytes: {same}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    body = make_body()
    for speed in (None, LINE):
        # A process of its own: a thread would share this one's interpreter with the clients.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = Process(target=serve, args=(listener, body, speed), daemon=True)
            server.start()
            print(f"at {speed / 1e6:.0f} MB/s" if speed else "as fast as loopback goes")
            measure(f"http://127.0.0.1:{listener.getsockname()[1]}/main.csv", runs)
            server.terminate()


if __name__ == "__main__":
    main()
