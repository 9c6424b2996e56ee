"""
Measure the memory of a whole cube on its way: 500 MB of SDMX-CSV fetched, profiled and tidied.

Run it from the checkout: `.venv/bin/python benchmarks/stream.py` (`--megabytes` for another
size). A process of its own serves invented residents on loopback, by commune, sex, marital
state and age; another fetches them through the channel, looks at their shape as drift does,
reads the totals out of them, and makes the table. Its highest resident memory so far (VmHWM) is
printed after each step, start-up of Python, pandas and pyarrow included.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path

MEGABYTES = 500
LIMIT = 300
HEAD = b"DATAFLOW,GEO,SEX,ZIVL,AGE5,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
FLOW = "CH1.STATPOP,DF_STATPOP_GEO_SEX_ZIVL_AGE5,1.0.0"
NAME = "CH1.STATPOP:DF_STATPOP_GEO_SEX_ZIVL_AGE5(1.0.0)"

CHILD = """
import re, sys, time
from pathlib import Path
def top():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024
from divide.build.profiles import profile
from divide.fetch import http, sdmx
from divide.tidy.sdmx_csv import read_sdmx_csv
from divide.tidy.statpop import tidy_statpop
start, clock = top(), time.perf_counter()
url, folder = sys.argv[1], Path(sys.argv[2])
policy = http.Policy(frozenset({"127.0.0.1"}), calls=1000, seconds=0.001,
                     schemes=frozenset({"http"}))
options = {"kind": "sdmx", "url": url, "flow": sys.argv[3], "key": "all", "last": 1,
           "unpinned": True, "max_bytes": 2_000_000_000}
found = sdmx.fetch(options, folder, policy)
fetched, at = top(), time.perf_counter()
shape = profile(found.files)
profiled, then = top(), time.perf_counter()
read_sdmx_csv(found.files["main"], ["GEO", "AGE5"], where={"SEX": {"_T"}, "ZIVL": {"_T"}})
read, last = top(), time.perf_counter()
rows = tidy_statpop(found.files["main"], edition="2025")
print(start, fetched, profiled, read, top(), at - clock, then - at, last - then,
      time.perf_counter() - last, shape.rows, len(rows))
"""


def lines() -> Iterator[bytes]:
    """Write all cells of one commune after the other; totals are sums, so that checks pass."""
    sexes, states = ("M", "F", "_T"), ("1", "2", "3", "4", "5", "_T")
    ages = [f"Y{n}T{n + 4}" for n in range(0, 100, 5)] + ["_T"]
    for commune in range(1, 7000):
        cells = []
        for sex in sexes:
            for state in states:
                count = (2 if sex == "_T" else 1) * (5 if state == "_T" else 1)
                for age in ages:
                    value = count * (20 if age == "_T" else 1)
                    cells.append(f"{NAME},{commune},{sex},{state},{age},A,2025,{value},A\n")
        yield "".join(cells).encode()


def body(megabytes: int) -> Iterator[bytes]:
    """Write communes until the answer is large enough, then again in another year."""
    yield HEAD
    sent, year = 0, 2025
    while sent < megabytes * 1_000_000:
        for part in lines():
            part = part.replace(b",A,2025,", b",A,%d," % year)
            sent += len(part)
            yield part
            if sent >= megabytes * 1_000_000:
                return
        year -= 1


def serve(listener: socket.socket, megabytes: int) -> None:
    """Answer one request in chunks."""
    line, _ = listener.accept()
    with line:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += line.recv(65_536)
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in body(megabytes):
            line.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        line.sendall(b"0\r\n\r\n")
        time.sleep(1)


def main() -> None:
    """Serve, and measure the one who asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    megabytes = parser.parse_args().megabytes
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        server = Process(target=serve, args=(listener, megabytes), daemon=True)
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-c", CHILD, url, folder, FLOW]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        server.terminate()
        size = sum(path.stat().st_size for path in Path(folder).glob("*.csv")) / 1e6
    start, *peaks, fetched, profiled, read, tidied, rows, kept = map(float, done.stdout.split())
    print(f"{size:.0f} MB, {rows:,.0f} rows, of which {kept:,.0f} are kept: all communes and ages")
    steps = ("fetched", "profiled", "read", "tidied")
    for name, memory, seconds in zip(steps, peaks, (fetched, profiled, read, tidied), strict=True):
        print(f"{name:10s} {seconds:8.1f} s   peak {memory:6.0f} MB, {memory - start:6.0f} above")
    met = "met" if peaks[2] < LIMIT else "missed"
    print(f"start-up   {start:.0f} MB; the stream (fetched, profiled, read), {LIMIT} MB: {met}")


if __name__ == "__main__":
    main()
