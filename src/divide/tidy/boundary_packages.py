"""Boundaries out of GeoPackages: generalised ones of BFS (G1), exact ones of swisstopo."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.boundaries import COLUMNS, CRS, FOREIGN, LAKES, clean_coverage
from divide.tidy.places import read_cantons

# Our column → the names it goes by, in small letters: they differ between years.
_G1: Final = {
    "number": ("gmdnr", "gdenr", "gmde"),
    "name": ("name", "gmdname", "gdename"),
    "canton_number": ("ktnr",),
    "kind": ("garte",),
    "country": ("code_iso",),
}
_EXACT: Final = {
    "number": ("bfs_nummer",),
    "name": ("name",),
    "canton_number": ("kantonsnummer",),
    "kind": ("objektart",),
    "country": ("icc",),
}
_OPTIONAL: Final = ("kind", "country")
# The word or number of what is a commune, and neither a lake nor land that communes share.
_COMMUNE: Final = ("11", "Gemeindegebiet")


def tidy_generalised(path: Path, *, register_date: str) -> GeoDataFrame:
    """
    Read the generalised boundaries of a day (G1): communes, cantons, lakes.

    Confidence B: collection and names of fields were seen in clients, no file.

    Parameters
    ----------
    path
        GeoPackage in EPSG:2056, one of whose layers has the communes' numbers.
    register_date
        The day that the publisher's item is of.

    Returns
    -------
    GeoDataFrame
        One row per commune, canton and lake, as `boundaries.tidy_boundaries`. Cantons are
        the union of their communes. Liechtenstein and enclaves (7000 and over) are left
        out, lakes (9000 and over) kept apart.

    Raises
    ------
    SourceError
        If the file cannot be read, or repair of borders would lose a place.
    SourceChangedError
        If no layer, or more than one, has the numbers of communes.
    """
    return _levels(_layer(path, str(path), _G1), register_date)


def tidy_exact(path: Path, *, register_date: str) -> GeoDataFrame:
    """
    Read swissBOUNDARIES3D: communes, cantons, lakes, flattened to two dimensions.

    Parameters
    ----------
    path
        The archive with one GeoPackage (EPSG:2056+5728), or the GeoPackage itself.

    Returns
    -------
    GeoDataFrame
        As `tidy_generalised`; the parts of a commune are one row.
    """
    return _levels(_layer(path, _inside(path), _EXACT), register_date)


def _inside(path: Path) -> str:
    """Name the GeoPackage of an archive as GDAL does."""
    if path.suffix.lower() != ".zip":
        return str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name.lower().endswith(".gpkg")]
    except (OSError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path.name} cannot be opened ({error}). Fetch it again.") from error
    if len(found) != 1:
        raise SourceChangedError(f"{path.name} holds {len(found)} GeoPackages, one was expected.")
    return f"/vsizip/{path}/{found[0]}"


def _layer(path: Path, address: str, names: Mapping[str, tuple[str, ...]]) -> GeoDataFrame:
    """Read the one layer with numbers of communes, its columns named as ours."""
    try:
        listed = geopandas.list_layers(address)["name"].tolist()
        fields = {one: geopandas.read_file(address, layer=one, rows=1).columns for one in listed}
        fitting = {one: _columns(found, names) for one, found in fields.items()}
        fitting = {one: found for one, found in fitting.items() if found}
        if len(fitting) != 1:
            raise SourceChangedError(
                f"{path.name}: {len(fitting)} of its layers ({', '.join(listed)}) have the numbers "
                "of communes and cantons, one was expected. Look at it."
            )
        ((layer, columns),) = fitting.items()
        read = geopandas.read_file(address, layer=layer)
    except SourceError:
        raise
    except Exception as error:  # pyogrio names a dozen classes of its own
        raise SourceError(f"{path.name} cannot be read as boundaries: {error}") from error
    named = read[[*columns.values(), "geometry"]].rename(
        columns={theirs: ours for ours, theirs in columns.items()}
    )
    return _flat(named, path)


def _columns(fields: Any, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the columns wanted as the layer writes them; nothing if one is lacking."""
    known = {str(field).lower(): str(field) for field in fields}
    found = {
        ours: known[one] for ours, theirs in names.items() for one in theirs[::-1] if one in known
    }
    return found if set(names) - set(found) <= set(_OPTIONAL) else {}


def _flat(layer: GeoDataFrame, path: Path) -> GeoDataFrame:
    crs = layer.crs
    plane = crs.sub_crs_list[0] if crs is not None and crs.is_compound else crs
    if plane is None or plane.to_epsg() != 2056:
        raise SourceError(f"{path.name} is in {crs}, not in {CRS}.")
    return GeoDataFrame(
        layer.drop(columns="geometry"),
        geometry=shapely.force_2d(layer.geometry.to_numpy()),
        crs=CRS,
    )


def _levels(layer: GeoDataFrame, register_date: str) -> GeoDataFrame:
    numbers = layer["number"].astype("int64")
    layer = layer.assign(number=numbers)
    swiss = layer.get("country", pd.Series("CH", layer.index)).eq("CH")
    kind = layer.get("kind", pd.Series(_COMMUNE[0], layer.index)).astype("str")
    communes = layer[swiss & (numbers < FOREIGN) & kind.isin(_COMMUNE)]
    if communes.empty:
        raise SourceChangedError("No commune is left of the boundaries: kinds have changed.")
    communes = clean_coverage(_whole(communes, "number"))
    lakes = _whole(layer[numbers >= LAKES], "number")
    parts = [
        communes.assign(place_level="commune", place=communes["number"].map(terms.commune_id)),
        _cantons(communes),
        lakes.assign(place_level="lake", place=lakes["number"].astype("str")),
    ]
    frame = pd.concat([part.assign(register_date=register_date)[list(COLUMNS)] for part in parts])
    frame = frame.astype({"place": "str", "register_date": "str"})
    return frame.sort_values(["place_level", "place"], ignore_index=True)


def _whole(layer: GeoDataFrame, by: str) -> GeoDataFrame:
    """Put the parts of a place together."""
    if not layer[by].duplicated().any():
        return layer.reset_index(drop=True)
    return layer.dissolve(by=by, as_index=False)


def _cantons(communes: GeoDataFrame) -> GeoDataFrame:
    """Unite communes that share their borders exactly."""
    united = communes.assign(number=communes["canton_number"].astype("int64"))[
        ["number", "geometry"]
    ].dissolve(by="number", as_index=False, method="coverage")
    place = united["number"].map(terms.canton_id)
    cantons = read_cantons().set_index("id")
    name = [cantons.loc[one, f"name_{cantons.loc[one, 'page_language']}"] for one in place]
    return united.assign(place_level="canton", place=place, name=name)
