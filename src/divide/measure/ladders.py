"""The visibility ladder of every group and place: seven rungs, and what stands above them."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from divide import catalog
from divide.errors import MethodError
from divide.measure.visibility import Bounds, combine_rungs, nested_rungs

STATISTICAL: Final = "V"  # visible to statistics: registered, in the frame, eligible
_EVIDENCE: Final = {
    "observed": "observed",
    "provisional": "published",
    "unreliable": "published",
    "modelled": "modelled",
    "assumed": "assumed",
    "suppressed": "unknown",
    "missing": "unknown",
}
_KEY: Final = ["group", "place", "rung"]


def ladders(
    known: DataFrame, groups: Mapping[str, Mapping[str, Any]], places: DataFrame, *, year: int
) -> DataFrame:
    """
    Build the ladder of every group in every place.

    Parameters
    ----------
    known
        Documented rungs, in the columns of `rungs.COLUMNS`.
    groups
        Groups of the facts, each with its `key`.
    places
        Places: `place_level`, `place`, `register_date`.
    year
        The year that rows without a figure are of.

    Returns
    -------
    DataFrame
        One row per group, place and rung, and one, `V`, for the three nested rungs together:
        `low` and `high` bound it, `smallest` names the documented rung on which fewest
        stand. Whether people are registered (L1) lies between the lowest documented rung
        beside it and 1 where nobody counted; the frame (L2) and the survey's limits of age and
        language (L3) may hold anybody or nobody then, and the other rungs have no bounds.
        `evidence` is the class of evidence.

    Raises
    ------
    MethodError
        If a rung is documented twice for one group and place.
    """
    if known.duplicated(_KEY).any():
        twice = known.loc[known.duplicated(_KEY), _KEY].iloc[0].tolist()
        raise MethodError(f"Rung {twice[2]} of {twice[0]} in {twice[1]} is documented twice.")
    grid = _grid(groups, places)
    columns = ["year", "value", "low", "high", "status", "source", "edition"]
    frame = grid.merge(known[[*_KEY, *columns]], on=_KEY, how="left", validate="1:1")
    frame = frame.assign(
        status=frame["status"].fillna("missing"),
        year=frame["year"].fillna(year).astype(int),
        source=frame["source"].fillna("divide_method"),
        edition=frame["edition"].fillna(""),
    )
    bounded = frame["value"].isna() & frame["low"].notna() & frame["high"].notna()
    frame = frame.assign(
        # Bounds that were counted are observed, though no one value is.
        evidence=frame["status"].map(_EVIDENCE).mask(bounded, "observed")
    )
    rows = [_bounded(part) for _, part in frame.groupby(["group", "place"], sort=False)]
    told = pd.concat(rows, ignore_index=True)
    told = told.sort_values(["group", "place_level", "place", "rung"], ignore_index=True)
    return told.assign(indicator="visibility_share")


def _grid(groups: Mapping[str, Mapping[str, Any]], places: DataFrame) -> DataFrame:
    keys = DataFrame({"group": [one["key"] for one in groups.values()]})
    rungs = DataFrame({"rung": list(catalog.facts("rungs"))})
    where = places[["place_level", "place", "register_date"]]
    return keys.merge(where, how="cross").merge(rungs, how="cross")


def _bounded(rows: DataFrame) -> DataFrame:
    """Bound the rungs of one group and place that nobody documented, and put V behind them."""
    nested = rows["rung"].isin(nested_rungs())
    documented = rows["value"].notna()
    least = rows.loc[nested & documented, "value"].min()
    floor = 0.0 if pd.isna(least) else float(least)
    # Whoever stands on a later rung is registered; nothing follows the other way round.
    floors = rows["rung"].map({"L1": floor}).fillna(0.0)
    low = rows["low"].mask(nested & rows["low"].isna(), floors)
    high = rows["high"].mask(nested & rows["high"].isna(), 1.0)
    filled = rows.assign(low=low, high=high)
    ends = filled[nested][["low", "high"]].itertuples(index=False)
    together = combine_rungs([Bounds(float(a), float(b)) for a, b in ends])
    ordered = filled[documented].sort_values(["value", "rung"])["rung"]
    smallest = str(ordered.iloc[0]) if len(ordered) else None
    whole = bool(documented[nested].all())
    seen = {
        **filled.iloc[0].to_dict(),
        "rung": STATISTICAL,
        "value": together.low if whole and together.low == together.high else float("nan"),
        "low": together.low,
        "high": together.high,
        "status": "modelled" if whole and together.low == together.high else "missing",
        "evidence": "modelled" if whole and together.low == together.high else "unknown",
        "source": "divide_method",
        "edition": "",
        "smallest": smallest,
    }
    return pd.concat([filled, DataFrame([seen])], ignore_index=True)
