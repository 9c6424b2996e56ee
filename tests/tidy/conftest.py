"""What tests of tidy functions share: small workbooks, and the embedded default."""

import os
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from divide import paths, schemas
from divide.tidy.spreadsheets import cell_name

Sheets = Mapping[str, Sequence[Sequence[object]]]

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes sheets of rows as a small .xlsx file."""

    def write(sheets: Sheets, name: str = "book.xlsx", formats: Mapping[str, str] = {}) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as box:
            for part, text in _parts(sheets, formats).items():
                box.writestr(part, _HEAD + text)
        return path

    return write


def _parts(sheets: Sheets, formats: Mapping[str, str]) -> dict[str, str]:
    """Write the parts of the container; `formats` maps cell names to number formats."""
    codes = sorted(set(formats.values()))
    numbered = {code: 164 + i for i, code in enumerate(codes)}
    styles = {cell: codes.index(code) + 1 for cell, code in formats.items()}
    count = range(1, len(sheets) + 1)
    types = f'<Types xmlns="{_PACKAGE}/content-types">' + (
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    root = f'<Relationships xmlns="{_PACKAGE}/relationships">' + (
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in count
    )
    book = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>'
        for i, name in zip(count, sheets, strict=True)
    )
    styled = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": root,
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">'
        f"<sheets>{book}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{links}{styled}</Relationships>",
        "xl/styles.xml": _style_part(numbered),
    }
    for i, rows in zip(count, sheets.values(), strict=True):
        parts[f"xl/worksheets/sheet{i}.xml"] = _sheet_part(rows, styles)
    return parts


def _style_part(numbered: Mapping[str, int]) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{i}" formatCode="{escape(code)}"/>' for code, i in numbered.items()
    )
    used = "".join(f'<xf numFmtId="{i}"/>' for i in (0, *numbered.values()))
    return (
        f'<styleSheet xmlns="{_SPREADSHEET}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )


def _sheet_part(rows: Sequence[Sequence[object]], styles: Mapping[str, int]) -> str:
    lines = []
    for r, row in enumerate(rows):
        cells = []
        for c, cell in enumerate(row):
            at = f'r="{cell_name(r, c)}" s="{styles.get(cell_name(r, c), 0)}"'
            if isinstance(cell, int | float):
                cells.append(f"<c {at}><v>{cell!r}</v></c>")
            elif cell != "":
                cells.append(f'<c {at} t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>')
        lines.append(f'<row r="{r + 1}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


@pytest.fixture(scope="session")
def embedded() -> Callable[[str], pd.DataFrame]:
    """Return a function that reads a file of the embedded default, to the last digit."""

    def read(table: str) -> pd.DataFrame:
        text = {c: "str" for c in schemas.columns(table) if c not in schemas.numbers(table)}
        return pd.read_csv(
            paths.baseline() / f"{table}.csv",
            dtype=text,
            keep_default_na=False,
            na_values=[""],
        )

    return read


@pytest.fixture(scope="session")
def same() -> Callable[[pd.DataFrame, pd.DataFrame, str], None]:
    """Return a function that finds a rebuilt table equal to the embedded one, exactly."""

    def compare(rebuilt: pd.DataFrame, read: pd.DataFrame, table: str) -> None:
        key = schemas.key(table)
        rebuilt = schemas.check(rebuilt.sort_values(key, ignore_index=True), table)
        read = read.sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(rebuilt, read, check_exact=True, check_dtype=False)

    return compare


@pytest.fixture(scope="session")
def recorded(mirror: Path) -> Path:
    """Return the folder of recorded answers beside the mirror; without it, skip aloud."""
    folder = mirror.parent / "recorded"
    if not folder.is_dir():
        reason = "no folder 'recorded' beside DIVIDE_MIRROR: recorded answers are not here"
        if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture
def px_file(tmp_path: Path) -> Callable[..., Path]:
    """
    Return a function that writes a cube as a PX file.

    `dimensions` maps a name to {code: label}, or to a list of labels that have no codes;
    `cells` maps "code/code/…" to what stands there, `default` stands elsewhere.
    """

    def write(
        matrix: str,
        dimensions: Mapping[str, Mapping[str, str] | Sequence[str]],
        cells: Mapping[str, str],
        default: str = '"..."',
    ) -> Path:
        def quoted(words: object) -> str:
            return ",".join(f'"{word}"' for word in words)  # type: ignore[attr-defined]

        lines = ['CHARSET="ANSI";', 'LANGUAGE="de";', f'MATRIX="{matrix}";']
        lines += ['DATASYMBOL4="*";', 'DATASYMBOL5="()";', 'DATASYMBOL6="X";']
        lines.append(f"STUB={quoted(dimensions)};")
        for name, found in dimensions.items():
            labels = found.values() if isinstance(found, Mapping) else found
            lines.append(f'VALUES("{name}")={quoted(labels)};')
            if isinstance(found, Mapping):
                lines.append(f'CODES("{name}")={quoted(found)};')
        keys = ["/".join(key) for key in product(*dimensions.values())]
        assert not set(cells) - set(keys), f"outside the cube: {set(cells) - set(keys)}"
        data = "\n".join(cells.get(key, default) for key in keys)
        path = tmp_path / f"{matrix}.px"
        path.write_text("\n".join([*lines, f"DATA=\n{data};\n"]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def survey_cube(px_file: Callable[..., Path]) -> Callable[..., Path]:
    """
    Return a function that writes a cube of the survey on internet use.

    `names` maps our dimensions to the official ones, `groups` holds their codes and labels;
    `cells` maps "CODE/0/0/0/2021" to its four numbers, one not typed was not asked.
    """

    def write(
        matrix: str,
        attributes: Iterable[str],
        names: Mapping[str, str],
        groups: Mapping[str, Mapping[str, tuple[str, str]]],
        cells: Mapping[str, str],
        *,
        years: Sequence[str] = ("2021", "2014"),
        unit: str = "Personen",
    ) -> Path:
        axes = {
            official: {code: label for code, (_, label) in groups[ours].items()}
            for ours, official in names.items()
        }
        measures = [f"Anzahl {unit}", "Anteil (in % von allem)"]
        results = ["Wert", "Konfidenzintervall +/-"]
        dimensions = {
            "Attribut": {code: code for code in attributes},
            **axes,
            "Jahr": years,
            "Absolut / relativ": measures,
            "Resultat": results,
        }
        ends = ["/".join(pair) for pair in product(measures, results)]
        numbers = {
            f"{key}/{end}": number
            for key, four in cells.items()
            for end, number in zip(ends, four.split(), strict=True)
        }
        return px_file(matrix, dimensions, numbers)

    return write


@pytest.fixture(scope="session")
def at() -> Callable[[pd.DataFrame, str], pd.Series]:
    """Return a function that finds the one row of an official cell."""

    def find(rows: pd.DataFrame, cell: str) -> pd.Series:
        found = rows[rows["cell"] == cell]
        assert len(found) == 1, f"{len(found)} rows for {cell}"
        return found.iloc[0]

    return find
