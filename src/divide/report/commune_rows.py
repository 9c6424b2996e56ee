"""The communes of the register with residents and rates, and an account of whom the join lost."""

from typing import Any, Final

import pandas as pd
from geopandas import GeoDataFrame

from divide import tables
from divide.measure.join import KEY, join

_KEY: Final = list(KEY)


def drawn(places: pd.DataFrame) -> tuple[GeoDataFrame | None, str]:
    """Return the borders of the day that the list of communes is of, if any, and who drew them."""
    days = set(places.loc[places["place_level"] == "commune", "register_date"])
    if not tables.exists("boundaries") or len(days) != 1:
        return None, "bfs_boundaries"
    day = str(days.pop())
    every = tables.read_boundaries(every=True)
    if day not in set(every.loc[every["place_level"] == "commune", "register_date"]):
        return None, "bfs_boundaries"
    made = tables.provenance("boundaries")["official"]
    drawn_by = next(one["source"] for one in made if one["register_date"] == day)
    return tables.read_boundaries(day), drawn_by


def commune_rows(
    population: pd.DataFrame, assistance: pd.DataFrame, places: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """
    Join communes, residents and social assistance; say who found no partner.

    Returns
    -------
    DataFrame
        One row a commune of the register: `place`, `register_date`, `name`, `canton`, its
        rate (`value`), `status` and `residents`.
    dict
        `day`, `communes` (of the register), `joined` (with residents and a row of social
        assistance), `left_out` (numbers that no register knows), `residents` (theirs).
    """
    communes = places.loc[places["place_level"] == "commune", [*_KEY, "name", "canton"]]
    rates = assistance[
        (assistance["place_level"] == "commune")
        & (assistance["indicator"] == "social_assistance_share")
    ]
    people = population[
        (population["place_level"] == "commune") & (population["source"] == "bfs_population")
    ].rename(columns={"value": "residents"})
    everyone = people.rename(columns={"residents": "value"})
    lists = tables.read("registers") if tables.exists("registers") else None
    options: dict[str, Any] = dict(validate="1:1", how="left", residents=everyone, lists=lists)
    joined = join(communes, people[[*_KEY, "residents"]], **options)
    if len(rates):
        joined = join(joined, rates[[*_KEY, "value", "status"]], **options)
    else:
        joined = joined.assign(value=float("nan"), status="missing")
    # A commune that the table does not list is not a commune without recipients.
    joined["status"] = joined["status"].fillna("missing")
    return joined.drop(columns="place_level"), _account(joined)


def _account(joined: pd.DataFrame) -> dict[str, Any]:
    """Sum up what the joins lost: places of the register by row, all others by number."""
    joins = joined.attrs["account"]["joins"]
    own = {place["place"] for one in joins for place in one["left"]["places"]}
    others = [place for one in joins for place in one["right"]["places"]]
    foreign = {place["place"]: place["residents"] or 0 for place in others}
    ghosts = dict.fromkeys(tables.provenance("population").get("ghosts", []), 0)
    return {
        "day": str(joined["register_date"].iloc[0]),
        "communes": len(joined),
        "joined": len(joined) - len(own),
        "left_out": sorted({**ghosts, **foreign}),
        "residents": sum({**ghosts, **foreign}.values()),
    }
