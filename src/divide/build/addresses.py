"""From addresses to communes, on the built tables: coordinates, numbers, postcodes, names."""

from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import paths, tables
from divide.build.registers import register, successors
from divide.errors import TableError
from divide.measure.directories import Directory, directory
from divide.measure.overlay import place_points
from divide.measure.place_names import read_address
from divide.measure.placing import place_typed

_POINT: Final = ("east", "north")


def place(typed: DataFrame, *, date: str | None = None, crs: str | None = None) -> DataFrame:
    """
    Place addresses in communes: from whatever people type.

    Parameters
    ----------
    typed
        One row per address, with any of the columns `number` (of a commune), `postcode`,
        `locality`, `canton`; or `address`, which holds postcode and locality together; or
        `east` and `north`, if it is geocoded.
    date
        The day whose communes are wanted, ISO; the newest list at hand unless told.
    crs
        Of the coordinates: EPSG:2056 or EPSG:4326 (then `east` is the longitude).

    Returns
    -------
    DataFrame
        One row per address, with its index: `place` and `name` of the commune with the
        `rule` and its `evidence`, or the `reason` why not, `candidates` and `suggestions`:
        see `divide.measure.placing.place_typed`.

    Raises
    ------
    TableError
        If localities or registers are not built: they come from official files alone.
    MethodError
        If there is nothing to place by, or the coordinates are not what `crs` says.
    JoinError
        If the directory of localities is of another day, and nothing links the two.
    """
    known = register()
    day = _directory_day(known.lists)
    wanted = date or max(known.lists["register_date"])
    found = place_typed(_split(typed), _directory(known.communes(day)))
    if set(_POINT) <= set(typed.columns):
        found = _by_point(typed, found, known.communes(day), day, crs or "")
    return found if wanted == day else _moved(found, day, wanted)


def _directory_day(lists: DataFrame) -> str:
    """Return the newest whole list that is not younger than the directory of localities."""
    edition = tables.read("localities")["edition"].max()
    whole = lists.loc[lists["place_level"] == "canton", "register_date"]
    days = whole[whole.str[: len(edition)] <= edition]
    if days.empty:
        raise TableError(
            f"The directory of localities is of {edition}, and no list of communes of that day "
            "or earlier is at hand. Fetch one: divide fetch bfs_commune_register"
        )
    return str(days.max())


def _directory(communes: DataFrame) -> Directory:
    names = pd.read_csv(paths.FACTS / "commune_names.csv", dtype="str")
    return directory(tables.read("localities"), communes, names=names)


def _split(typed: DataFrame) -> DataFrame:
    """Split addresses into postcode and locality where these are not typed apart."""
    if "address" not in typed.columns:
        # With coordinates alone there is nothing to read, and nothing wrong.
        bare = set(_POINT) <= set(typed.columns) and "postcode" not in typed.columns
        return typed.assign(postcode=None) if bare else typed
    parts = [read_address("" if pd.isna(one) else str(one)) for one in typed["address"]]
    split = DataFrame(parts, columns=["postcode", "locality"], index=typed.index)
    apart = typed.reindex(columns=["postcode", "locality"]).astype("str").fillna(split)
    return typed.assign(postcode=apart["postcode"], locality=apart["locality"])


def _by_point(
    typed: DataFrame, found: DataFrame, communes: DataFrame, day: str, crs: str
) -> DataFrame:
    """Let coordinates decide where there are any; a canton that was typed must agree."""
    borders = tables.read_boundaries(day)
    drawn = borders[borders["place_level"] == "commune"]
    lakes = borders[borders["place_level"] == "lake"]
    points = place_points(typed[list(_POINT)], drawn, crs=crs, lakes=lakes)
    names = communes.set_index("place")
    canton = points["place"].map(names["canton"])
    other = typed["canton"].notna() & (typed["canton"] != canton) if "canton" in typed else False
    placed = points["place"].notna() & ~pd.Series(other, typed.index)
    given = typed[list(_POINT)].notna().all(axis=1)
    inside = given & placed
    told = found.mask(given)
    return told.assign(
        place=told["place"].mask(inside, points["place"]),
        name=told["name"].mask(inside, points["place"].map(names["name"])),
        rule=told["rule"].mask(inside, "coordinates"),
        evidence=told["evidence"].mask(inside, "proof"),
        reason=told["reason"].mask(
            given & ~inside, np.where(points["place"].notna(), "other_canton", "outside")
        ),
    )


def _moved(found: DataFrame, day: str, wanted: str) -> DataFrame:
    """Bring placements from the directory's day to the one wanted; a division is no heir."""
    pairs = successors(day, wanted)
    sole = pairs[pairs["share"] == 1].drop_duplicates("initial", keep=False).set_index("initial")
    heir = found["place"].map(sole["terminal"])
    lost = found["place"].notna() & heir.isna()
    return found.assign(
        place=heir,
        name=found["place"].map(sole["terminal_name"]),
        rule=found["rule"].mask(lost),
        evidence=found["evidence"].mask(lost),
        reason=found["reason"].mask(lost, "divided"),
        candidates=found["candidates"].mask(lost, found["place"]),
    )
