"""The frame of the demonstration survey: real counts by canton, synthetic institutions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from divide import catalog, paths, terms

SOURCE: Final = "demonstration_survey"
COLUMNS: Final = (
    *("institution", "type", "language_region", "canton", "major_region", "size_class"),
    *("places", "clients", "invited", "source"),
)
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Figures:
    """
    The published figures that the frame keeps to: built tables, or the embedded default.

    Attributes
    ----------
    homes, residents, places
        Tables `nursing_homes`, `population` and `places`.
    """

    homes: DataFrame
    residents: DataFrame
    places: DataFrame


@cache
def default_figures() -> Figures:
    """Read the figures from the embedded default."""
    names = ("nursing_homes", "population", "places")
    text = {name: "str" for name in ("place", "canton", "major_region")}
    return Figures(*(pd.read_csv(paths.baseline() / f"{name}.csv", dtype=text) for name in names))


def parameters() -> Mapping[str, Any]:
    """Return the parameters of the demonstration: its known truth (facts/demonstration.yml)."""
    found: Mapping[str, Any] = catalog.facts("demonstration")
    return found


def make_frame(seed: int | None = None, figures: Figures | None = None) -> DataFrame:
    """
    Make the frame: every institution that is invited to the demonstration survey.

    Parameters
    ----------
    seed
        The declared one if None.
    figures
        The embedded default if None.

    Returns
    -------
    DataFrame
        One row an institution:
        `institution` its code, canton and four digits;
        `type` nursing_home, disability, addiction or psychosocial;
        `language_region` de, fr or it (Romansh-speaking communes count as German);
        `canton`, `major_region` (1 to 7);
        `size_class` by clients: small (under 20), medium (20–49), large (50–99), very_large;
        `places` for long and short stays, of nursing homes only, missing elsewhere;
        `clients` persons on the reference day;
        `invited` always true: a census with non-response;
        `source` demonstration_survey.

    Notes
    -----
    SYNTHETIC: no row is an institution. Real are, from the figures, the number of
    nursing homes, their places and their occupied places by canton; residents by canton and
    language region, by which homes and specialised institutions are spread; and, for the
    country, institutions and clients of each type of specialised institution.
    """
    known, told = parameters(), figures or default_figures()
    rng = np.random.default_rng([known["seed"] if seed is None else seed, 1])
    residents = _residents(told.residents)
    parts = [_homes(told.homes, residents, known, rng)]
    for kind, counts in known["frame"]["specialised"].items():
        parts.append(_specialised(kind, counts, residents, known, rng))
    frame = pd.concat(parts, ignore_index=True)
    frame["institution"] = _codes(frame["canton"])
    cantons = told.places[told.places["place_level"] == "canton"].drop_duplicates("place")
    frame["major_region"] = frame["canton"].map(cantons.set_index("place")["major_region"])
    bounds = known["frame"]["sizes"]
    frame["size_class"] = pd.cut(
        frame["clients"], [*bounds.values(), np.inf], right=False, labels=list(bounds)
    ).astype("str")
    frame = frame.assign(invited=True, source=SOURCE)[list(COLUMNS)]
    return frame.sort_values("institution", ignore_index=True)


def share_out(total: int, weights: Array) -> NDArray[np.int64]:
    """
    Share a whole number out by weights, to the unit (largest remainders).

    Examples
    --------
    >>> share_out(10, np.array([1.0, 1.0, 1.0]))   # 3.33 each; the first gets the rest
    array([4, 3, 3])
    """
    exact = total * weights / weights.sum()
    found: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    rest = total - int(found.sum())
    order = np.argsort(-(exact - found), kind="stable")
    found[order[:rest]] += 1
    return found


def _residents(people: DataFrame) -> DataFrame:
    """Return residents by canton and language region of the survey: de, fr, it."""
    groups = [f"language_region:{one}" for one in ("de", "fr", "it", "rm")]
    cantons = people[(people["place_level"] == "canton") & people["group"].isin(groups)]
    rows = cantons[cantons["year"] == cantons["year"].max()]
    region = rows["group"].str.removeprefix("language_region:").replace("rm", "de")
    counts = rows.assign(region=region).groupby(["place", "region"])["value"].sum(skipna=False)
    return DataFrame(counts.rename("residents").reset_index())


def _homes(
    homes: DataFrame, residents: DataFrame, known: Mapping[str, Any], rng: np.random.Generator
) -> DataFrame:
    told = homes[(homes["place_level"] == "canton") & (homes["year"] == homes["year"].max())]
    counts = told.pivot(index="place", columns="indicator", values="value").loc[list(terms.CANTONS)]
    parts = []
    for canton, row in counts.iterrows():
        number, places = int(row["nursing_homes"]), int(row["nursing_home_places"])
        sizes = _sizes(number, places, known["frame"]["shape"]["nursing_home"], rng)
        filled = row["nursing_home_occupancy"] / places
        parts.append(
            DataFrame(
                {
                    "type": "nursing_home",
                    "canton": canton,
                    "language_region": _spread(number, residents, str(canton), rng),
                    "places": sizes.astype(float),
                    "clients": np.maximum(np.round(sizes * filled), 1).astype(np.int64),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _specialised(
    kind: str,
    counts: Mapping[str, int],
    residents: DataFrame,
    known: Mapping[str, Any],
    rng: np.random.Generator,
) -> DataFrame:
    weights = residents.groupby("place")["residents"].sum().loc[list(terms.CANTONS)]
    numbers = share_out(counts["institutions"], weights.to_numpy(dtype=float))
    cantons = np.repeat(np.array(terms.CANTONS), numbers)
    pairs = zip(terms.CANTONS, numbers, strict=True)
    regions = [_spread(int(number), residents, canton, rng) for canton, number in pairs]
    return DataFrame(
        {
            "type": kind,
            "canton": cantons,
            "language_region": np.concatenate(regions),
            "places": np.nan,
            "clients": _sizes(len(cantons), counts["clients"], known["frame"]["shape"][kind], rng),
        }
    )


def _sizes(number: int, total: int, shape: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sizes whose sum is a published total; nobody is smaller than three."""
    least = min(3, total // max(number, 1))
    drawn = rng.gamma(shape, size=number)
    return np.asarray(least + share_out(total - least * number, drawn))


def _spread(number: int, residents: DataFrame, canton: str, rng: np.random.Generator) -> Any:
    """Spread a canton's institutions over its language regions by residents."""
    own = residents[residents["place"] == canton]
    shares = share_out(number, own["residents"].to_numpy(dtype=float))
    return rng.permutation(np.repeat(own["region"].to_numpy(dtype=object), shares))


def _codes(cantons: Series) -> Series:
    number = cantons.groupby(cantons).cumcount() + 1
    return cantons + "-" + number.astype("str").str.zfill(4)
