"""The tables a report reads, loaded once, and the places it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from divide import catalog, tables, terms
from divide.errors import ReportError
from divide.report import commune_rows

# Frames of a study that are tables as they are.
_TABLES: Final = {
    "use": "internet_use",
    "living": "living_arrangements",
    "risk": "exclusion_risk",
    "visibility": "visibility",
    "minorities": "invisible_minorities",
    "homes": "nursing_homes",
    "rates": "published_rates",
    "scores": "single_scores",
    "pairs": "pairs",
    "taus": "local_differences",
    "sensitivity": "sensitivity",
    "contradictions": "contradictions",
    "survey": "survey_results",
    "mixture": "with_institutions",
}


@dataclass(frozen=True, eq=False)
class Study:
    """
    Every frame that pages are made from.

    Frames hold the country and the cantons; `communes` holds one row a commune (its rate,
    status, name, residents) and is None, like `boundaries`, on the embedded default.
    `bounds` says how many beneficiaries there are above communes that hide theirs (official
    files only), `account` whom the join of communes left out.
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
    scores: pd.DataFrame
    pairs: pd.DataFrame
    taus: pd.DataFrame
    sensitivity: pd.DataFrame
    contradictions: pd.DataFrame
    survey: pd.DataFrame
    mixture: pd.DataFrame
    bounds: pd.DataFrame | None = None
    account: Mapping[str, Any] = field(default_factory=dict)
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
    frames = {name: _read(table) for name, table in _TABLES.items()}
    population, assistance, places = map(_read, ("population", "social_assistance", "places"))
    boundaries, drawn_by = commune_rows.drawn(places)
    communes, account = (
        (None, {})
        if boundaries is None
        else commune_rows.commune_rows(population, assistance, places)
    )
    official = (tables.provenance(name)["official"] for name in ("population", "internet_use"))
    return Study(
        **frames,
        population=_without_communes(population),
        assistance=_without_communes(assistance),
        origins=_origins(frames, population, assistance),
        official=any(official),
        communes=communes,
        boundaries=boundaries,
        today=today or date.today(),
        bounds=_read("beneficiary_bounds") if tables.exists("beneficiary_bounds") else None,
        account=account,
        drawn_by=drawn_by,
    )


def _origins(
    frames: Mapping[str, pd.DataFrame], population: pd.DataFrame, assistance: pd.DataFrame
) -> pd.DataFrame:
    """List each source, edition and year that figures of a page rest on."""
    use = frames["use"]
    newest = use[use["year"] == use["year"].max()]
    dated = [newest, frames["living"], frames["homes"], population, assistance, _read("education")]
    rows: pd.DataFrame = pd.concat([one[["source", "edition", "year", "table"]] for one in dated])
    return rows.drop_duplicates(ignore_index=True)


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
