"""Exhibits of places: communes by their boundaries, cantons as tiles."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pandas as pd
from geopandas import GeoDataFrame

from divide import catalog
from divide.errors import ReportError
from divide.show import cells, classes, explore
from divide.show.descriptions import of_places
from divide.show.exhibits import Exhibit, origin
from divide.texts import FIXED

# Shares are classed as they are printed: per cents with one digit.
_DIGITS: Final = 3
_NO_BOUNDARIES: Final = (
    "Boundaries come from official files and are not in the embedded default: the tile map of "
    "cantons stands here instead of the map of communes."
)


def cantons(rows: pd.DataFrame, *, title: str, unit: str, sentence: str = "") -> Exhibit:
    """
    Show the cantons as tiles.

    Parameters
    ----------
    rows : DataFrame
        Observations; rows of other levels are left out. One row is one canton; one
        without a value says why.
    title, unit, sentence
        As for `exhibits.lines`.

    Raises
    ------
    ReportError
        If a canton occurs twice or not at all.
    """
    chosen = rows[rows["place_level"] == "canton"]
    if sorted(chosen["place"]) != sorted(catalog.cantons()):
        raise ReportError(f"{len(chosen)} rows of cantons where a map needs one for each of 26.")
    named = chosen.assign(name=[catalog.canton(one).name["en"] for one in chosen["place"]])
    known = catalog.cantons().values()
    layout = [{"place": one.id, "row": one.row, "column": one.column} for one in known]
    tiled = named.merge(pd.DataFrame(layout), on="place", validate="1:1")
    return _shown(tiled, named, explore.tile_map, title=title, unit=unit, sentence=sentence)


def communes(
    rows: pd.DataFrame,
    register: pd.DataFrame,
    boundaries: GeoDataFrame | None,
    *,
    canton: str,
    title: str,
    unit: str,
) -> Exhibit:
    """
    Show a canton's communes, or all cantons as tiles where no boundaries are built.

    Parameters
    ----------
    rows : DataFrame
        Observations of one indicator by commune and by canton.
    register : DataFrame
        Table places: a commune that `rows` does not list is missing, not zero.
    boundaries : GeoDataFrame or None
        Table boundaries.
    title : str
        What, without the place: it is added.
    """
    if boundaries is None:
        chosen = rows[rows["place_level"] == "canton"]
        named = f"{title}, by canton"
        return cantons(chosen, title=named, unit=_dated(unit, chosen), sentence=_NO_BOUNDARIES)
    known = register[register["place_level"] == "commune"]
    joined = known[["place", "register_date", "name", "canton"]].merge(
        rows.drop(columns="place_level"), on=["place", "register_date"], how="left", validate="1:1"
    )
    joined["status"] = joined["status"].fillna("missing")
    chosen = joined[joined["canton"] == catalog.canton(canton).id]
    areas = boundaries[(boundaries["place_level"] == "commune")]
    draw = partial(explore.commune_map, areas[areas["place"].isin(chosen["place"])])
    named = f"{title}, {catalog.canton(canton).name['en']}"
    return _shown(chosen, joined, draw, title=named, unit=_dated(unit, chosen))


def _shown(
    rows: pd.DataFrame,
    compared: pd.DataFrame,
    draw: Callable[..., Any],
    *,
    title: str,
    unit: str,
    sentence: str = "",
) -> Exhibit:
    """Class places by breaks of all that are compared, draw, describe and list them."""
    breaks = classes.break_points(compared["value"], digits=_DIGITS)
    marks = classes.classify(rows, breaks)
    marked = rows.assign(mark=marks)
    marked["text"] = cells.write(marked)
    ranges = classes.labels(breaks, lambda share: f"{100 * share:.1f}", unit=f"{FIXED}%")
    names = {f"c{i}": text for i, text in enumerate(ranges)} | cells.states(marks)
    used = {mark: text for mark, text in names.items() if mark in set(marks)}
    # A tile is narrow on a phone: the unit says "%" once for all.
    drawn = marked.assign(text=[text.removesuffix(f"{FIXED}%") for text in marked["text"]])
    figure = draw(drawn, title=title, unit=f"{unit}, in %", source=origin(rows), names=used)
    listed = marked[["name", "text"]].set_axis(["Place", "Share"], axis=1)
    told = f"{sentence} {of_places(marked)}".strip()
    return Exhibit(figure, told, cells.plain(listed, title))


def _dated(unit: str, rows: pd.DataFrame) -> str:
    return f"{unit}, {', '.join(str(int(year)) for year in sorted(set(rows['year'].dropna())))}"
