"""The tables a report reads, loaded once, and the places it speaks of."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from divide import catalog, tables, terms
from divide.errors import ReportError


@dataclass(frozen=True, eq=False)
class Study:
    """
    Every frame that pages are made from.

    Frames hold the country and the cantons; `communes` holds one row a commune (its rate,
    status, name, residents) and is None, like `boundaries`, on the embedded default.
    `origins` holds each source, edition and year that figures rest on; `drawn_by` is the
    source of the boundaries.
    """

    use: pd.DataFrame
    living: pd.DataFrame
    risk: pd.DataFrame
    visibility: pd.DataFrame
    minorities: pd.DataFrame
    population: pd.DataFrame
    assistance: pd.DataFrame
    homes: pd.DataFrame
    rates: pd.DataFrame
    origins: pd.DataFrame
    official: bool
    communes: pd.DataFrame | None
    boundaries: GeoDataFrame | None
    today: date
    drawn_by: str = "bfs_boundaries"


@dataclass(frozen=True)
class Place:
    """A page's place: the country or a canton, with the words that name it."""

    id: str
    name: dict[str, str]
    within: dict[str, str]
    language: str

    @property
    def is_country(self) -> bool:
        """Whether the page is the country's."""
        return self.id == terms.COUNTRY


def load_study(*, today: date | None = None) -> Study:
    """Read the tables; `today` decides which figures are old."""
    use, living, homes = (
        _read(name) for name in ("internet_use", "living_arrangements", "nursing_homes")
    )
    population, assistance = _read("population"), _read("social_assistance")
    newest = use[use["year"] == use["year"].max()]
    dated = [newest, living, homes, population, assistance, _read("education")]
    places = _read("places")
    boundaries, drawn_by = _drawn(places)
    return Study(
        use=use,
        living=living,
        risk=_read("exclusion_risk"),
        visibility=_read("visibility"),
        minorities=_read("invisible_minorities"),
        population=_without_communes(population),
        assistance=_without_communes(assistance),
        homes=homes,
        rates=_read("published_rates"),
        origins=pd.concat(
            [one[["source", "edition", "year", "table"]] for one in dated]
        ).drop_duplicates(ignore_index=True),
        official=any(
            tables.provenance(name)["official"] for name in ("population", "internet_use")
        ),
        communes=None if boundaries is None else _communes(population, assistance, places),
        boundaries=boundaries,
        today=today or date.today(),
        drawn_by=drawn_by,
    )


def _drawn(places: pd.DataFrame) -> tuple[GeoDataFrame | None, str]:
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


def _read(table: str) -> pd.DataFrame:
    """Read a table for many small look-ups: plain objects are found faster than Arrow strings."""
    frame = tables.read(table)
    words: list[str] = frame.select_dtypes("str").columns.tolist()
    plain = frame.astype(dict.fromkeys(words, "object"))
    # Pandas copies provenance at every step; pages take it from `tables.provenance`.
    plain.attrs = {}
    return plain


def _without_communes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["place_level"].isin(["commune", "district"])].reset_index(drop=True)


def _communes(
    population: pd.DataFrame, assistance: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a commune of the register: its rate, status, name and residents."""
    key = ["place", "register_date"]
    communes = places[places["place_level"] == "commune"]
    rates = assistance[
        (assistance["place_level"] == "commune")
        & (assistance["indicator"] == "social_assistance_share")
    ]
    people = population[
        (population["place_level"] == "commune") & (population["source"] == "bfs_population")
    ].rename(columns={"value": "residents"})
    joined = communes[[*key, "name", "canton"]].merge(
        rates[[*key, "value", "status"]], on=key, how="left", validate="1:1"
    )
    # A commune that the table does not list is not a commune without recipients.
    joined["status"] = joined["status"].fillna("missing")
    return joined.merge(people[[*key, "residents"]], on=key, how="left", validate="1:1")


def page_place(page: str, words: Any) -> Place:
    """
    Return the place of a page: `index` is the country.

    Parameters
    ----------
    words
        Function of key and language that returns a label.
    """
    if page == "index":
        name = {lang: words("place.CH", lang=lang) for lang in terms.LANGUAGES}
        within = {lang: words("place.within_CH", lang=lang) for lang in terms.LANGUAGES}
        return Place(terms.COUNTRY, name, within, "fr")
    canton = catalog.canton(page)
    return Place(canton.id, dict(canton.name), dict(canton.within), canton.page_language)


def one(frame: pd.DataFrame, **wanted: Any) -> Any:
    """
    Return the only row that meets every condition.

    Raises
    ------
    ReportError
        If none or several do.
    """
    mask = np.ones(len(frame), dtype=bool)
    for name, value in wanted.items():
        mask &= frame[name].to_numpy() == value
    found = np.flatnonzero(mask)
    if len(found) != 1:
        told = ", ".join(f"{name} {value}" for name, value in wanted.items())
        raise ReportError(f"{len(found)} rows where a page needs one ({told}). Rebuild the tables.")
    return frame.iloc[int(found[0])]
