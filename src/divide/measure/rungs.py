"""Rungs of the visibility ladder that are documented: each from its table (METHOD 3)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pandas import DataFrame

from divide.measure.aggregation import publishable_share
from divide.terms import COUNTRY

COLUMNS: Final = (
    *("group", "rung", "place_level", "place", "register_date", "year"),
    *("value", "low", "high", "status", "source", "edition"),
)
_PLACE: Final = ["place_level", "place", "register_date"]


def defined(groups: Mapping[str, Mapping[str, Any]], places: DataFrame, *, year: int) -> DataFrame:
    """
    List rungs that nobody of a group stands on by its definition.

    Residents of homes live outside private households, whoever has no permit is in no
    register: no figure is needed, and none can change it.
    """
    rows = [
        {"group": group["key"], "rung": rung, **place, "year": year}
        for group in groups.values()
        for rung in group["outside"]
        for place in places[_PLACE].to_dict("records")
    ]
    frame = DataFrame(rows, columns=["group", "rung", *_PLACE, "year"])
    return _finish(frame.assign(value=0.0, status="observed", source="divide_method", edition=""))


def in_frame(living: DataFrame) -> DataFrame:
    """Take L2 of people aged 80 and over: the share in private households, place by place."""
    rows = living[
        (living["indicator"] == "in_private_household_share") & (living["group"] == "age:80_plus")
    ]
    return _finish(rows.assign(rung="L2"))


def registered(rates: DataFrame, population: DataFrame) -> DataFrame:
    """
    Bound L1 of foreign residents: registered, of them and the estimated number outside.

    Notes
    -----
    F / (F + U) with the published band of U; one row, the country.
    """
    outside = rates[rates["indicator"] == "residents_without_papers"]
    foreign = population[
        (population["group"] == "citizenship:foreign")
        & (population["place"] == COUNTRY)
        & (population["indicator"] == "residents")
    ].sort_values("year")
    if outside.empty or foreign.empty or foreign["value"].tail(1).isna().any():
        return _finish(DataFrame(columns=list(COLUMNS)))
    inside = float(foreign["value"].iloc[-1])
    row = outside.iloc[[0]]
    return _finish(
        row.assign(
            group="citizenship:foreign",
            rung="L1",
            value=inside / (inside + row["value"]),
            low=inside / (inside + row["high"]),
            high=inside / (inside + row["low"]),
            status="modelled",
        )
    )


def publishable_survey(use: DataFrame, groups: Iterable[str], *, year: int) -> DataFrame:
    """
    Measure L5 of the survey's groups: the share of the published indicators that show a value.

    A figure that the office hides or calls unreliable is not shown.
    """
    rows = use[(use["year"] == year) & use["group"].isin(list(groups))]
    shown = rows["value"].notna() & (rows["status"] != "unreliable")
    shares = shown.groupby(rows["group"]).mean().rename("value").reset_index()
    first = rows.drop_duplicates("group").set_index("group")[[*_PLACE, "source", "edition"]]
    frame = shares.join(first, on="group").assign(rung="L5", year=year, status="observed")
    return _finish(frame)


def publishable_assistance(bounds: DataFrame) -> DataFrame:
    """Bound L5 of people on social assistance: recipients whose number communes may show."""
    kept = bounds[bounds["place_level"].isin(("country", "canton"))]
    shares = publishable_share(kept)
    status = shares["value"].notna().map({True: "observed", False: "missing"})
    return _finish(shares.assign(group="benefit:social_assistance", rung="L5", status=status))


def reached(rates: DataFrame) -> DataFrame:
    """Take L6 of people on social assistance: one less the published non-take-up."""
    rows = rates[rates["indicator"] == "social_assistance_non_take_up"]
    frame = rows.assign(group="benefit:social_assistance", rung="L6", value=1 - rows["value"])
    return _finish(frame.drop(columns=["low", "high"]))


def spoken_for(rates: DataFrame) -> DataFrame:
    """
    Take L7 of people in nursing homes: homes that answered, of the homes that were asked.

    Homes stand for their clients here: the study published no count of these.
    """
    counts = rates[rates["indicator"].isin(("homes_answering", "homes_asked"))]
    told = dict(zip(counts["indicator"], counts["value"].astype(float), strict=True))
    if len(told) != 2:
        return _finish(DataFrame(columns=list(COLUMNS)))
    row = counts.iloc[[0]].drop(columns=["low", "high"])
    share = told["homes_answering"] / told["homes_asked"]
    return _finish(row.assign(group="setting:nursing_home", rung="L7", value=share))


def _finish(rows: DataFrame) -> DataFrame:
    """Keep the columns of a rung; a value without bounds of its own is its own bounds."""
    frame = rows.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    for end in ("low", "high"):
        frame[end] = frame[end].astype(float).fillna(frame["value"].astype(float))
    return frame
