"""Localities and postcodes with the commune they lie in."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError

SOURCE: Final = "swisstopo_localities"
_COLUMNS: Final = {
    "Ortschaftsname": "locality",
    "PLZ": "postcode",
    "PLZ4": "postcode",  # its name since 2024
    "Zusatzziffer": "suffix",
    "Gemeindename": "commune_name",
    "BFS-Nr": "number",
    "Kantonskürzel": "canton",
    "Adressenanteil": "address_share",  # since 2024
    "E": "east",
    "N": "north",
    "Sprache": "language",
    "Validity": "valid_from",
}
# A locality that a commune encloses in two places has two rows: their middles differ.
_KEY: Final = ["postcode", "suffix", "locality", "place", "east", "north"]
# Liechtenstein shares the postcodes; its communes are numbered from 7001.
_ABROAD: Final = 7000


def tidy_localities(path: Path, *, edition: str) -> DataFrame:
    """
    List localities with their postcode and commune.

    A postcode is no key of a place: one covers several communes, one commune has several.

    Parameters
    ----------
    path
        The official directory of localities, CSV in LV95: `;` between columns; or the
        archive that the publisher puts this one file into.

    Returns
    -------
    DataFrame
        One row per locality, postcode and commune in Switzerland; those of Liechtenstein
        are left out. `east` and `north` in metres, EPSG:2056. `address_share` is the part
        of the locality's addresses that lies in the commune, 0 to 1, missing in editions
        that do not tell. `register_date` is not known: the directory follows the communes
        from month to month.

    Raises
    ------
    SourceError
        If the file is missing or cannot be read.
    SourceChangedError
        If a column is gone, or a canton unknown.
    """
    rows = _read(path)
    lost = set(_COLUMNS) - {"PLZ", "PLZ4", "Adressenanteil"} - set(rows.columns)
    if lost or not {"PLZ", "PLZ4"} & set(rows.columns):
        raise SourceChangedError(
            f"{path.name} lacks the columns {', '.join(sorted(lost or {'PLZ'}))}."
        )
    rows = rows.rename(columns=_COLUMNS)
    rows = rows[rows["number"].astype("int64") < _ABROAD]
    odd = sorted(set(rows["canton"]) - set(terms.CANTONS))
    if odd or rows.empty:
        raise SourceChangedError(f"{path.name}: unknown cantons {odd}, {len(rows)} localities.")
    frame = rows.assign(
        place_level="commune",
        place=rows["number"].map(terms.commune_id),
        register_date=None,
        suffix=rows["suffix"].str.zfill(2),
        address_share=_shares(rows),
        east=rows["east"].astype("float64"),
        north=rows["north"].astype("float64"),
        source=SOURCE,
        edition=edition,
    )
    ordered = frame.drop(columns=["number", "ZIP_ID"], errors="ignore")
    ordered = ordered.astype({"register_date": "str"})
    return ordered.sort_values(_KEY, ignore_index=True)


def _shares(rows: DataFrame) -> "pd.Series[float]":
    """Read shares written as 99.5 %; an edition without them knows none."""
    if "address_share" not in rows:
        return pd.Series(float("nan"), rows.index)
    shares = pd.to_numeric(rows["address_share"].str.rstrip("% "), errors="coerce") / 100
    if shares.isna().any() or not shares.between(0, 1).all():
        odd = rows.loc[~shares.between(0, 1), "address_share"].head(3).tolist()
        raise SourceChangedError(f"Shares of addresses are no per cents: {odd}.")
    return shares


def _read(path: Path) -> DataFrame:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        with _opened(path) as file:
            return pd.read_csv(
                file, sep=";", dtype="str", keep_default_na=False, encoding="utf-8-sig"
            )
    except (ValueError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the table, or the one table of an archive."""
    if path.suffix != ".zip":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        if len(tables) != 1:
            raise SourceChangedError(f"{path.name} holds {len(tables)} tables, one was expected.")
        with archive.open(tables[0]) as file:
            yield file
