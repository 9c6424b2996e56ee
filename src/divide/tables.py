"""Processed tables: written whole with their provenance, read and checked."""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from divide import paths
from divide.errors import TableError, UnknownNameError, near_names

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

logger = logging.getLogger(__name__)


def read(table: str, *, place: str | None = None) -> pd.DataFrame:
    """
    Read a built table.

    Parameters
    ----------
    table
        Name of a table, such as "internet_use".
    place
        Keep only rows of this place.

    Returns
    -------
    DataFrame
        One row is one indicator of one group in one place and year; shares run 0 to 1;
        `value` is missing exactly when `status` is suppressed or missing. Its provenance
        stands in `attrs["provenance"]`.

    Raises
    ------
    UnknownNameError
        If there is no such table; the message lists the near ones.
    TableError
        If the table is not built, or its file is damaged.
    """
    path = _path(table)
    if not path.exists():
        raise TableError(f"Table '{table}' is not built. Run: divide build {table}")
    made = _verified(path, table)
    frame = _load(path, table)
    if place is not None:
        if "place" not in frame:
            raise TableError(f"Table '{table}' has no column of places. Read it whole.")
        known = sorted(set(frame["place"]))
        if place not in known:
            raise UnknownNameError(
                f"Table '{table}' has no row of place {place!r}. {near_names(place, known)}"
            )
        frame = frame[frame["place"] == place].reset_index(drop=True)
    frame.attrs["provenance"] = made
    return frame


def read_boundaries(date: str | None = None, *, every: bool = False) -> "GeoDataFrame":
    """
    Read the boundaries: communes, cantons and lakes, EPSG:2056.

    Parameters
    ----------
    date
        The day whose communes are wanted, ISO; the newest at hand unless told. Cantons are
        those of the only set there is, whatever day is asked for.
    every
        Return the boundaries of every day at hand.

    Returns
    -------
    GeoDataFrame
        One row per place, with the `register_date` that it is drawn for.

    Raises
    ------
    TableError
        If no boundaries are built, or none of that day.
    """
    if not exists("boundaries"):
        raise TableError(
            "Table 'boundaries' is not built: boundaries come from official files, not from the "
            "embedded default. Set DIVIDE_MIRROR and run: divide build boundaries"
        )
    return _drawn() if every else _drawn_on(_drawn(), date)


def _drawn() -> "GeoDataFrame":
    """Return the boundaries of every day at hand."""
    path = _path("boundaries")
    _verified(path, "boundaries")
    import geopandas

    drawn: GeoDataFrame = geopandas.read_parquet(path)
    return drawn


def _drawn_on(drawn: "GeoDataFrame", date: str | None) -> "GeoDataFrame":
    """Keep one day's communes and lakes; without a day, the newest of each level."""
    days = drawn.groupby("place_level")["register_date"].transform("max")
    if date is not None:
        known = sorted(set(drawn.loc[drawn["place_level"] == "commune", "register_date"]))
        if date not in known:
            raise TableError(
                f"No boundaries of {date} are at hand. There are those of {', '.join(known)}."
            )
        days = days.mask(drawn["place_level"] != "canton", date)
    found: GeoDataFrame = drawn[drawn["register_date"] == days].reset_index(drop=True)
    return found


def _verified(path: Path, table: str) -> dict[str, Any]:
    """Return a table's provenance, once its file is found to be the one that was written."""
    made = provenance(table)
    # Parquet has no checksum of its own: one flipped bit reads back as another number.
    if _sha256(path) != made.get("sha256"):
        raise TableError(
            f"Table '{table}' cannot be read: {path.name} is damaged, or not the file its "
            f"provenance speaks of. Run: divide build --force {table}"
        )
    return made


def exists(table: str) -> bool:
    """Tell whether a table is built."""
    return _path(table).exists()


def provenance(table: str) -> dict[str, Any]:
    """Return what a built table was made from: inputs, their hashes, editions, time."""
    path = _path(table).with_suffix(".meta.json")
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise TableError(
            f"Provenance of table '{table}' is lost. Run: divide build --force {table}"
        ) from reason
    return found


def write(frame: pd.DataFrame, table: str, *, provenance: Mapping[str, Any]) -> Path:
    """
    Check a table against its schema and write it with its provenance, whole or not at all.

    Rows are sorted by the table's key. A file is written beside its place and moved there
    once it is complete, so that a reader never meets half a table.

    Raises
    ------
    SchemaError
        If the frame breaks the schema; nothing is written.
    """
    from divide import schemas  # its library takes longer to load than all tables to read

    ordered = schemas.check(frame, table).sort_values(schemas.key(table), ignore_index=True)
    path = _path(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{table}.{os.getpid()}.part")
    try:
        _store(ordered, frame, part)
        account = frame.attrs.get("account", {})
        meta = {"table": table, "rows": len(ordered), **_ages(ordered), **provenance, **account}
        meta["sha256"] = _sha256(part)
        meta_part = part.with_suffix(".meta")
        meta_part.write_text(json.dumps(meta, indent=1, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
        meta_part.replace(path.with_suffix(".meta.json"))
    finally:
        for left in (part, part.with_suffix(".meta")):
            left.unlink(missing_ok=True)
    logger.info("Table %s: %d rows", table, len(ordered))
    return path


def drop(table: str) -> None:
    """Remove a built table whose inputs are gone."""
    _path(table).unlink(missing_ok=True)
    _path(table).with_suffix(".meta.json").unlink(missing_ok=True)


def _path(table: str) -> Path:
    path = paths.processed() / f"{table}.parquet"
    if not (table.isidentifier() and path.is_file()):
        from divide import schemas

        if table not in schemas.names():
            near = near_names(table, schemas.names())
            raise UnknownNameError(f"There is no table {table!r}. {near}")
    return path


def _ages(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the years that a table's figures are of, and the newest edition of each source."""
    found: dict[str, Any] = {}
    if "year" in frame:
        found["years"] = sorted({int(year) for year in frame["year"]})
    elif "register_date" in frame:
        days = frame["register_date"].dropna().astype("str")
        found["years"] = sorted({int(day[:4]) for day in days})
    if {"source", "edition"} <= set(frame.columns):
        newest = frame.groupby("source")["edition"].max()
        found["editions"] = {str(name): str(edition) for name, edition in newest.items()}
    return found


def _store(ordered: pd.DataFrame, original: pd.DataFrame, path: Path) -> None:
    if "geometry" not in ordered.columns:
        ordered.to_parquet(path, index=False)
        return
    import geopandas

    crs = original.crs  # a GeoDataFrame
    geopandas.GeoDataFrame(ordered, geometry="geometry", crs=crs).to_parquet(path, index=False)


def _load(path: Path, table: str) -> pd.DataFrame:
    if not table.endswith("boundaries"):
        return pd.read_parquet(path)
    import geopandas

    return pd.DataFrame(geopandas.read_parquet(path))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
