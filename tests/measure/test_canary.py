"""The canary test itself: one planted leak, however packed, is found; a clean folder is clean."""

import base64
import gzip
import json
import logging
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from .canary import Canaries, in_bytes, leaks

NAME = "Foyer Canari-Zéphyr"
NUMBER = 48271
PLANTED = Canaries([NAME], [NUMBER])


def as_csv(folder: Path) -> None:
    pd.DataFrame({"institution": [NAME], "value": [1]}).to_csv(folder / "a.csv", index=False)


def as_number_in_csv(folder: Path) -> None:
    pd.DataFrame({"value": [float(NUMBER)]}).to_csv(folder / "a.csv", index=False)


def as_html(folder: Path) -> None:
    words = "".join(f"&#{ord(letter)};" for letter in NAME)
    (folder / "page.html").write_text(f"<p title='{words}'>", encoding="utf-8")


def as_grouped_number(folder: Path) -> None:
    (folder / "page.html").write_text("<td>48\u202f271", encoding="utf-8")


def as_address(folder: Path) -> None:
    from urllib.parse import quote

    text = f"<a href='data:text/csv,{quote(NAME)}'>"
    (folder / "page.html").write_text(text, encoding="utf-8")


def as_json(folder: Path) -> None:
    (folder / "a.json").write_text(json.dumps({"name": NAME}), encoding="ascii")


def as_plotly(folder: Path) -> None:
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=np.arange(9), y=np.array([1.5] * 8 + [NUMBER])))
    page = figure.to_html(include_plotlyjs=False)
    assert str(NUMBER) not in page  # only the decoded array holds it
    (folder / "page.html").write_text(page, encoding="utf-8")


def as_parquet(folder: Path) -> None:
    pd.DataFrame({"value": [3.0, NUMBER]}).to_parquet(folder / "a.parquet")


def as_attrs(folder: Path) -> None:
    frame = pd.DataFrame({"value": [3.0]})
    frame.attrs["answers"] = NAME
    frame.to_parquet(folder / "a.parquet")


def as_xlsx(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active["B2"] = NUMBER
    book.save(folder / "a.xlsx")


def as_comment_in_xlsx(folder: Path) -> None:
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.active["B2"].comment = Comment(NAME, "x")
    book.save(folder / "a.xlsx")


def as_gzip(folder: Path) -> None:
    (folder / "a.csv.gz").write_bytes(gzip.compress(NAME.encode()))


def as_zlib(folder: Path) -> None:
    (folder / "cache.bin").write_bytes(zlib.compress(NAME.encode()))


def as_base64(folder: Path) -> None:
    packed = base64.b64encode(gzip.compress(NAME.encode())).decode()
    (folder / "page.html").write_text(f"<img src='data:x;base64,{packed}'>", encoding="utf-8")


def as_log(folder: Path) -> None:
    logger = logging.Logger("canary")
    logger.addHandler(logging.FileHandler(folder / "run.log", encoding="utf-8"))
    logger.warning("%s: %d persons", NAME.upper(), NUMBER)
    for handler in logger.handlers:
        handler.close()


def as_file_name(folder: Path) -> None:
    (folder / f"{NAME}.csv").write_bytes(b"")


def as_utf16(folder: Path) -> None:
    (folder / "a.csv").write_bytes(NAME.encode("utf-16"))


def as_git_object(folder: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)

    git("init", "-q")
    (folder / "a.gz").write_bytes(gzip.compress(NAME.encode()))
    git("add", "a.gz")  # staged, never committed, then taken away: the object stays
    git("rm", "-q", "--cached", "-f", "a.gz")
    (folder / "a.gz").unlink()


@pytest.mark.parametrize("plant", [one for name, one in globals().items() if name[:3] == "as_"])
def test_one_planted_leak_is_found(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    (tmp_path / "clean.csv").write_text("place,value\nVD,35765\n", encoding="utf-8")
    assert leaks(tmp_path, PLANTED) == []
    plant(tmp_path)
    assert leaks(tmp_path, PLANTED) != []


@pytest.mark.parametrize(
    "text", ["148271", "482715", "0.48271", "48271.5", "4827", "48 27 1", "foyer canari"]
)
def test_what_only_looks_alike_is_no_canary(text: str) -> None:
    assert in_bytes(text.encode(), PLANTED) == []


@pytest.mark.parametrize("text", ["48271", "48'271", "48’271", "48 271", "48,271", "48271.0"])
def test_a_number_is_found_however_it_is_grouped(text: str) -> None:
    assert in_bytes(f"n={text};".encode(), PLANTED) == [str(NUMBER)]
