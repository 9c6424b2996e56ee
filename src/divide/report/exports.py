"""Files for readers from released figures: CSV, Excel, Parquet and JSON, and from nothing else."""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from divide import releases
from divide.errors import DisclosureError, UsageError
from divide.releases import Publishable
from divide.report.downloads import safe_text

FORMATS: Final = ("csv", "xlsx", "parquet", "json")


def write_files(
    figures: Publishable, folder: Path, name: str, *, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """
    Write released figures as files, each whole or not at all.

    A text that a spreadsheet would run as a formula is prefixed in CSV and stays text in
    Excel. A hidden figure is an empty cell beside its status.

    Raises
    ------
    DisclosureError
        If these are no figures of a release.
    UsageError
        If a format is not known.
    """
    if not isinstance(figures, Publishable):
        raise DisclosureError(
            f"A {type(figures).__name__} is no release. Pass the figures through the gate, and "
            "write what it returns."
        )
    unknown = [one for one in formats if one not in FORMATS]
    if unknown:
        raise UsageError(f"There is no format {', '.join(unknown)}: {', '.join(FORMATS)}.")
    rows = releases.admit(figures).assign(release=figures.release)
    folder.mkdir(parents=True, exist_ok=True)
    return [_whole(folder / f"{name}.{one}", _WRITERS[one](rows)) for one in formats]


def _csv(rows: pd.DataFrame) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_text(str(name)) for name in rows.columns])
    for row in rows.itertuples(index=False, name=None):
        writer.writerow([_cell(one) for one in row])
    return out.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:g}" if value != round(value) else f"{value:.0f}"
    return safe_text(value) if isinstance(value, str) else str(value)


def _xlsx(rows: pd.DataFrame) -> bytes:
    import xlsxwriter  # an extra of the survey

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("figures")
        sheet.write_row(0, 0, [str(name) for name in rows.columns])
        for number, row in enumerate(rows.itertuples(index=False, name=None), 1):
            for column, value in enumerate(row):
                if pd.notna(value):
                    sheet.write(number, column, value)
    return out.getvalue()


def _parquet(rows: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    plain = rows.copy()
    plain.attrs = {}
    plain.to_parquet(out, index=False)
    return out.getvalue()


def _json(rows: pd.DataFrame) -> bytes:
    return rows.to_json(orient="records", force_ascii=False, indent=1).encode("utf-8")


def _whole(path: Path, content: bytes) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


_WRITERS: Final[Mapping[str, Callable[[pd.DataFrame], bytes]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "json": _json,
}
