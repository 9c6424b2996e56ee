"""
The frame of the institution survey: institutions and clients by type, language region, size.

Nursing homes come from SOMED, one by one; specialised institutions from published counts, for
the country alone. Places, clients in a year and persons on an average day are three numbers:
`clients` of the frame is the last, which is what the questionnaire asks (`n_ben`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from divide import catalog
from divide.errors import MethodError

KEYS: Final = ("type", "language_region", "size_class")
HOME: Final = "nursing_home"
# Where a published count is not split.
ALL: Final = "all"


def published_cells() -> pd.DataFrame:
    """
    Return the frame as its publishers count it (facts/survey_frame.yml).

    Returns
    -------
    DataFrame
        One row per cell: `type`, `language_region`, `size_class` (`all` where the publisher does
        not split), `institutions`, `places`, `clients_year`, `clients`, `clients_sd` (from
        institution to institution), `year`, `source`, `edition`; missing where not published.
    """
    rows = pd.DataFrame(catalog.facts("survey_frame")["cells"])
    numbers = ["institutions", "places", "clients_year", "clients", "clients_sd"]
    return rows.astype(dict.fromkeys(numbers, float)).astype({"edition": str})


def size_class(persons: "pd.Series[float]") -> pd.Series:
    """
    Name the size class of institutions by their persons on one day; missing stays missing.

    Examples
    --------
    >>> size_class(pd.Series([49.6, 50, 100, None])).tolist()
    ['medium', 'large', 'very_large', nan]
    """
    classes = catalog.facts("survey_frame")["sizes"]
    edges = [*(one["from"] for one in classes), np.inf]
    if (persons < 0).any():
        raise MethodError("An institution has fewer than no persons: mend the answer.")
    cut = pd.cut(persons, edges, right=False, labels=[one["id"] for one in classes])
    return pd.Series(cut.astype(object), index=persons.index)


def home_regions(
    placed: pd.DataFrame, communes: pd.DataFrame, localities: pd.DataFrame
) -> pd.Series:
    """
    Tell the language region of homes that were placed in communes, or among several.

    Parameters
    ----------
    placed
        Columns `place` and `candidates` (numbers separated by `;`), as `placing.place_typed`
        gives them, and `postcode`.
    communes
        `place`, `language_region`.
    localities
        Table localities: of several candidates in different regions, the one with most of
        the postcode's addresses counts.

    Returns
    -------
    Series
        `de`, `fr` or `it`; Romansh-speaking communes count as German (METHOD 4.1).
    """
    region = communes.set_index("place")["language_region"].replace({"rm": "de"})
    share = localities.groupby(["postcode", "place"])["address_share"].sum()

    def tell(home: pd.Series) -> str:
        if pd.notna(home["place"]):
            return str(region[home["place"]])
        known = str(home["candidates"]).split(";") if pd.notna(home["candidates"]) else []
        if not known:
            raise MethodError(f"A home with postcode {home['postcode']} is in no known commune.")
        largest = max(known, key=lambda one: float(share.get((home["postcode"], one), 0.0)))
        regions = {str(region[one]) for one in known}
        return regions.pop() if len(regions) == 1 else str(region[largest])

    told = [tell(row) for _, row in placed.iterrows()]
    return pd.Series(told, index=placed.index, name="language_region")


def home_cells(homes: pd.DataFrame, *, edition: str) -> pd.DataFrame:
    """
    Sum nursing homes to the cells of the frame.

    Parameters
    ----------
    homes
        One row per home: `language_region`, `places`, `clients` (in the year) and
        `occupancy` (persons on an average day), which gives its size class.

    Returns
    -------
    DataFrame
        As `published_cells`, for nursing homes.

    Examples
    --------
    >>> homes = pd.DataFrame({"language_region": "fr", "places": [20, 24], "clients": [30, 41],
    ...                       "occupancy": [15.0, 19.0]})
    >>> found = home_cells(homes, edition="2019").iloc[0]
    >>> found["size_class"], float(found["clients"]), float(found["clients_sd"])
    ('small', 34.0, 2.0)
    """
    known = homes.assign(size_class=size_class(homes["occupancy"]), type=HOME)
    order = {one["id"]: place for place, one in enumerate(catalog.facts("survey_frame")["sizes"])}
    cells = known.groupby(list(KEYS))
    found = cells.agg(
        institutions=("occupancy", "size"),
        places=("places", "sum"),
        clients_year=("clients", "sum"),
        clients=("occupancy", "sum"),
        # Of this frame, not of a sample: divided by n.
        clients_sd=("occupancy", lambda one: one.std(ddof=0)),
    ).reset_index()
    found = found.sort_values(
        list(KEYS), key=lambda one: one.map(order) if one.name == "size_class" else one
    )
    return found.reset_index(drop=True).assign(
        year=int(edition), source="bag_nursing_homes", edition=edition
    )


def sum_cells(frame: pd.DataFrame, *, by: Sequence[str]) -> pd.DataFrame:
    """
    Sum a frame, of cells or of single institutions, to cells of `by`.

    Parameters
    ----------
    frame
        `by`, `clients`, and `institutions` and `clients_sd` if its rows are cells already;
        without `institutions`, each row is one.

    Returns
    -------
    DataFrame
        `by`, `institutions`, `clients`, `clients_sd`: within and between the rows summed.

    Examples
    --------
    >>> units = pd.DataFrame({"type": "home", "clients": [20, 40]})
    >>> sum_cells(units, by=["type"]).values.tolist()      # √((10² + 10²)/2)
    [['home', 2.0, 60.0, 10.0]]
    """
    keys = list(by)
    known = frame if "institutions" in frame else frame.assign(institutions=1.0)
    if known[["institutions", "clients"]].isna().any(axis=None):
        raise MethodError("A cell of the frame lacks its institutions or clients: fill it.")
    n, m = known["institutions"].astype(float), known["clients"].astype(float)
    spread = known["clients_sd"].fillna(0.0) if "clients_sd" in known else 0.0
    mean = (m / n.where(n > 0)).fillna(0.0)
    sums = known[keys].assign(institutions=n, clients=m, square=n * (mean**2 + spread**2))
    cells = sums.groupby(keys, observed=True, sort=False).sum().reset_index()
    count = cells["institutions"].where(cells["institutions"] > 0)
    square = cells.pop("square") / count - (cells["clients"] / count) ** 2
    return cells.assign(clients_sd=np.sqrt(square.clip(lower=0).fillna(0.0)))


def place_answers(answers: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """
    Give answers the frame's type, language region and size; others are outside the frame.

    Parameters
    ----------
    answers
        One row per institution: `inst_type` and `n_ben` of the questionnaire, and
        `language_region` of its site.

    Returns
    -------
    DataFrame
        Answers with `type`, `language_region`, `size_class` as the frame splits that type, and
        `clients`, a number; `type` is missing for institutions that no count covers (social
        services, asylum, low-threshold, integration), or whose size is not told.
    """
    types = catalog.facts("survey_frame")["types"]
    odd = sorted(set(answers["inst_type"].dropna()) - set(types))
    if odd:
        raise MethodError(f"Institutions of unknown type: {', '.join(map(str, odd))}.")
    clients = pd.to_numeric(answers["n_ben"])
    kind = answers["inst_type"].map(types)
    size = size_class(clients)
    told = {"language_region": answers["language_region"].replace({"rm": "de"}), "size_class": size}
    for name, column in told.items():
        split = frame.loc[frame[name] != ALL, "type"]
        told[name] = column.where(kind.isin(split), ALL)
    untold = kind.isna() | told["language_region"].isna() | told["size_class"].isna()
    return answers.assign(type=kind.mask(untold), clients=clients, **told)
