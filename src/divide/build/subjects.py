"""Whom the study speaks of: groups, layers, places; and how modelled rows are dated."""

from typing import Any, Final

import pandas as pd

from divide import catalog, tables

# Tables that a model makes carry the method page as their source.
METHOD: Final = {"source": "divide_method", "table": None, "cell": None}


def groups() -> dict[str, dict[str, Any]]:
    """Return the groups of the facts."""
    found: dict[str, dict[str, Any]] = catalog.facts("groups")
    return found


def layer_of(indicator: str) -> str:
    """Return the layer that an indicator of lacking stands for."""
    return str(catalog.indicator(indicator).layer)


def country_and_cantons() -> pd.DataFrame:
    """Return the country and the cantons: the places that the study speaks of."""
    places = tables.read("places")
    kept = places[places["place_level"].isin(("country", "canton"))]
    return kept.drop_duplicates("place").reset_index(drop=True)


def as_modelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Date what a model made, and name the method page as its source."""
    dated = tables.read("population")["register_date"].max()
    edition = str(catalog.facts("thresholds")["risk"]["year"])
    return frame.assign(register_date=str(dated), edition=edition, **METHOD)
