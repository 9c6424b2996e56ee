"""Boundaries as a coverage: of which day, sound or repaired, dissolved."""

from dataclasses import dataclass
from datetime import date as day

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pandas import DataFrame

from divide import terms
from divide.errors import JoinError, MethodError
from divide.measure.grid_lines import Geometries
from divide.measure.overlay import layer_of


@dataclass(frozen=True)
class Drawn:
    """
    Boundaries chosen for a day.

    Attributes
    ----------
    places
        One row per place, of each level's nearest edition.
    account
        One row per level: the day `wanted`, the `register_date` of the edition, and `days`
        from the one to the other, negative where the edition is older.
    """

    places: GeoDataFrame
    account: DataFrame


def boundaries_at(boundaries: GeoDataFrame, date: str) -> Drawn:
    """
    Take each level's boundaries from the edition nearest to a day, the older of two.

    Parameters
    ----------
    boundaries
        Table boundaries, any number of register dates.
    date
        The wanted day, ISO.

    Raises
    ------
    MethodError
        If there are no boundaries, or `date` is no day.
    """
    try:
        wanted = day.fromisoformat(date)
    except ValueError:
        raise MethodError(f"{date!r} is no day. Write it as 2024-01-01.") from None
    editions = boundaries[["place_level", "register_date"]].drop_duplicates()
    if editions.empty:
        raise MethodError("No boundaries are at hand. Run: divide build boundaries")
    away = [(day.fromisoformat(one) - wanted).days for one in editions["register_date"]]
    editions = editions.assign(wanted=date, days=away, distance=np.abs(away))
    editions = editions.sort_values(["place_level", "distance", "register_date"])
    nearest = editions.drop_duplicates("place_level").drop(columns="distance")
    key = ["place_level", "register_date"]
    chosen = pd.MultiIndex.from_frame(boundaries[key]).isin(pd.MultiIndex.from_frame(nearest[key]))
    account = nearest[["place_level", "wanted", "register_date", "days"]]
    return Drawn(boundaries[chosen].reset_index(drop=True), account.reset_index(drop=True))


@dataclass(frozen=True)
class Repaired:
    """
    A sound coverage, and what its repair took.

    Attributes
    ----------
    places
        The same rows; neighbours meet vertex by vertex.
    faults
        One row per place that was at fault; see `coverage_faults`. Empty: nothing was done.
    moved_km2
        Area that changed hands.
    """

    places: GeoDataFrame
    faults: DataFrame
    moved_km2: float


def coverage_faults(places: GeoDataFrame) -> DataFrame:
    """
    Name the places that are no sound part of a coverage.

    Returns
    -------
    DataFrame
        One row per place at fault: `place`, `fault` (invalid: its polygon crosses itself, or
        is none; border: it overlaps a neighbour, or misses its corners), and `km`, the length
        of border at fault.
    """
    shapes = places.geometry.to_numpy()
    sound = shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6))
    sound &= ~shapely.is_empty(shapes)
    at_fault = shapely.length(shapely.coverage_invalid_edges(shapes[sound])) / 1e3
    km = np.zeros(len(places))
    km[sound] = at_fault
    found = DataFrame(
        {
            "place": places["place"].to_numpy(),
            "fault": np.where(sound, "border", "invalid"),
            "km": np.where(sound, km, np.nan),
        }
    )
    faulty: DataFrame = found[~sound | (km > 0)].reset_index(drop=True)
    return faulty


def repair_coverage(
    places: GeoDataFrame, *, gap_width: float = 0.0, most_km2: float = 1.0
) -> Repaired:
    """
    Make neighbours meet, and say what that moved.

    Parameters
    ----------
    places
        Columns `place` and `geometry`, in metres.
    gap_width
        Gaps up to this width, in metres, are given to a neighbour. 0 leaves them: lakes and
        enclaves of other countries are gaps too.
    most_km2
        Area that may change hands.

    Raises
    ------
    MethodError
        If a polygon is invalid, a place would vanish, or too much would change hands.
    """
    faults = coverage_faults(places)
    invalid = faults.loc[faults["fault"] == "invalid", "place"].tolist()
    if invalid:
        raise MethodError(f"Polygons of {invalid[:9]} are none, or cross themselves. Mend them.")
    shapes = places.geometry.to_numpy()
    if faults.empty and gap_width == 0:
        return Repaired(places, faults, 0.0)
    cleaned = shapely.coverage_clean(shapes, gap_width=gap_width)
    moved = float(np.abs(shapely.area(cleaned) - shapely.area(shapes)).sum()) / 1e6
    lost = places["place"][shapely.is_empty(cleaned) | ~shapely.is_valid(cleaned)].tolist()
    if lost or moved > most_km2 or not shapely.coverage_is_valid(cleaned):
        raise MethodError(
            f"Repair would lose {lost[:9]} and move {moved:.3f} km², of {most_km2:g} allowed."
        )
    return Repaired(redrawn(places, cleaned), faults, moved)


def dissolve(communes: GeoDataFrame, parents: DataFrame, *, level: str) -> GeoDataFrame:
    """
    Join communes to districts, cantons, regions or the country.

    Parameters
    ----------
    communes
        Table boundaries, level commune, one register date, a sound coverage.
    parents
        Table places of the same register date: what each commune belongs to, and names.
    level
        The level to be drawn.

    Returns
    -------
    GeoDataFrame
        One row per place of the level: `place_level`, `place`, `name`, `register_date`,
        `geometry`; a sound coverage itself.

    Raises
    ------
    JoinError
        If boundaries and register are not of one day, or list different communes.
    MethodError
        If the level is unknown, or borders do not meet.
    """
    if level not in terms.PLACE_LEVELS[:-1]:
        raise MethodError(f"No level {level!r} above communes: {', '.join(terms.PLACE_LEVELS)}.")
    _, date = layer_of(communes)
    listed = parents[parents["register_date"] == date]
    known = listed[listed["place_level"] == "commune"]
    odd = sorted(set(known["place"]) ^ set(communes["place"]))
    if odd:
        raise JoinError(
            f"Register and boundaries of {date} differ in {len(odd)} communes: "
            f"{', '.join(odd[:9])}. Take both of one day."
        )
    refuse_unsound(communes)
    above = known.set_index("place")[level] if level != "country" else terms.COUNTRY
    joined = communes[["geometry"]].assign(
        place=communes["place"].map(above) if level != "country" else above
    )
    found = joined.dissolve(by="place", method="coverage").reset_index()
    names = listed[listed["place_level"] == level].set_index("place")["name"]
    found = found.assign(place_level=level, register_date=date, name=found["place"].map(names))
    return found[["place_level", "place", "name", "register_date", "geometry"]]


def redrawn(places: GeoDataFrame, shapes: Geometries) -> GeoDataFrame:
    """Give the same places other shapes."""
    return places.set_geometry(GeoSeries(shapes, index=places.index, crs=places.crs))


def refuse_unsound(places: GeoDataFrame) -> None:
    """Raise MethodError if neighbours do not meet vertex by vertex."""
    faults = coverage_faults(places)
    if not faults.empty:
        raise MethodError(
            f"Borders of {', '.join(faults['place'][:9])} do not meet those of their neighbours, "
            "or cross themselves. Use repair_coverage first."
        )
