"""
Measure the intake of 20,000 replies from each family of files, to the checked table.

Run it from the checkout: `.venv/bin/python benchmarks/survey_intake.py`. Wall and processor
time of reading, typing, checking and laying out; beside it, in the same run, what openpyxl
takes only to hand over the cells of the same workbook. The answers are the demonstration's,
repeated under codes of their own; every table is compared with the first.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from divide import terms
from divide.survey import demo
from divide.survey.answers import read_answers
from divide.survey.exports import Batch, write_filled, write_kobo, write_limesurvey
from divide.survey.tabulation import to_table

REPLIES = 20_000
LIMIT = 5.0
SAME = ["institution", "question", "answer", "state"]


def grown(replies: int) -> Batch:
    """Repeat the demonstration's finished replies, each under a code of its own."""
    batch = demo.survey().batch
    done = batch.replies["completed"].to_numpy(dtype=bool)
    times = replies // int(done.sum()) + 1

    def repeat(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame[done]] * times, ignore_index=True).iloc[:replies].copy()

    values, states, sent = (repeat(one) for one in (batch.values, batch.states, batch.replies))
    values["id_inst"] = [
        f"{terms.CANTONS[at // 9999]}-{at % 9999 + 1:04d}" for at in range(replies)
    ]
    return Batch(values, states, sent)


def peer(path: Path) -> int:
    """Hand over the cells of a workbook by openpyxl, untyped and unchecked."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    return sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))


def main() -> None:
    """Write the files, read each, print one line each."""
    batch = grown(REPLIES)
    files: dict[str, Callable[[Path], None]] = {
        "limesurvey.csv": lambda path: write_limesurvey(path, batch),
        "kobo.csv": lambda path: write_kobo(path, batch),
        "kobo.xlsx": lambda path: write_kobo(path, batch),
        "workbook.xlsx": lambda path: write_filled(path, batch, lang="de"),
    }
    first: pd.DataFrame | None = None
    with tempfile.TemporaryDirectory() as folder:
        for name, write in files.items():
            path = Path(folder) / name
            write(path)
            wall, cpu = time.perf_counter(), time.process_time()
            table = to_table(read_answers(path))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            first = table if first is None else first
            same = table[SAME].equals(first[SAME])
            print(
                f"{name:>15}  {path.stat().st_size / 1e6:5.1f} MB  {len(table):,} answers  "
                f"{wall:.2f} s (processor {cpu:.2f} s), limit {LIMIT} s, "
                f"{'same table' if same else 'ANOTHER TABLE'}"
            )
            if path.suffix == ".xlsx":
                start = time.process_time()
                cells = peer(path)
                spent = time.process_time() - start
                ratio = f"{spent / cpu:.1f} times as long"
                print(f"{'openpyxl':>15}  {cells:,} cells only: processor {spent:.2f} s, {ratio}")


if __name__ == "__main__":
    main()
