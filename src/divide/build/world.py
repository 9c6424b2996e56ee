"""What is known before anything is varied, read off the built tables."""

import numpy as np
import pandas as pd
from scipy.special import logit

from divide import catalog, tables
from divide.build.settings import lacking, setting
from divide.measure import exclusion
from divide.measure.worlds import Layer, World
from divide.terms import CANTONS

_GROUP = "age:60_plus|education:low"


def known_world() -> World:
    """Read rates, rungs and persons that the sensitivity analysis starts from."""
    declared = catalog.facts("thresholds")["sensitivity"]
    living, use = tables.read("living_arrangements"), tables.read("internet_use")
    older = living[living["group"] == "age:80_plus"].set_index(["indicator", "place"])["value"]
    in_frame = older["in_private_household_share"].reindex(list(CANTONS)).to_numpy(dtype=float)
    at_home = older["persons_in_private_household"].reindex(list(CANTONS)).to_numpy(dtype=float)
    return World(
        places=CANTONS,
        layers=_layers(declared["layers"]),
        aged=at_home / in_frame,
        in_frame=in_frame,
        older=_rates_of_80(use, float((at_home / in_frame).sum())),
        years=_years(use, declared["years"]),
        sources=_sources(use, tables.read("international")),
        rungs=_rungs(),
        silent=_silent(),
    )


def _layers(names: list[str]) -> dict[str, Layer]:
    chosen = {name: lacking()[name] for name in names}
    found = exclusion.comparisons(
        tables.read("internet_use"),
        tables.read("composition"),
        chosen,
        setting(),
        education=tables.read("education"),
    )
    return {
        one.indicator: Layer(
            rate=one.rate.estimate,
            rest=one.rate.estimate - one.gap.estimate,
            sampling=one.gap.sampling,
            local=one.gap.local,
        )
        for one in found
        if one.group == _GROUP
    }


def _rates_of_80(use: pd.DataFrame, persons: float) -> tuple[float, float]:
    """Bound the rate of people 80+ by those of 60+: no better off, or all the offline there are."""
    rows = use[(use["indicator"] == "internet_use_3m") & (use["group"] == "age:60_plus")]
    row = rows[rows["year"] == setting().year].iloc[0]
    offline = 1 - float(row["value"])
    everyone = float(row["count"]) / float(row["value"])
    return offline, min(1.0, offline * everyone / persons)


def _years(use: pd.DataFrame, years: list[int]) -> dict[str, float]:
    """Say how far national rates of other years lie, on the logit scale."""
    rows = use[(use["indicator"] == "internet_use_3m") & (use["group"] == "total")]
    known = 1 - rows.set_index("year")["value"].astype(float)
    return {str(one): float(logit(known[one]) - logit(known[setting().year])) for one in years}


def _sources(use: pd.DataFrame, international: pd.DataFrame) -> dict[str, float]:
    """Say how far Eurostat's rate (16 to 74 years) lies from that of the office (15 to 88)."""
    year = setting().year
    own = use[(use["indicator"] == "internet_use_3m") & (use["group"] == "total")]
    ours = 1 - float(own[own["year"] == year]["value"].iloc[0])
    rows = international[
        (international["indicator"] == "eurostat_internet_use_3m")
        & (international["place"] == "CH")
        & (international["group"] == "total")
        & (international["year"] == year)
    ]
    theirs = 1 - float(rows["value"].iloc[0])
    return {"bfs": 0.0, "eurostat": float(logit(theirs) - logit(ours))}


def _rungs() -> dict[str, tuple[float, float]]:
    """Return the bounds of the rungs that nobody counted, over all cantons."""
    ladder = tables.read("visibility")
    names = {
        "registered": ("age:80_plus", "L1"),
        "eligible_80": ("age:80_plus", "L3"),
        "household_60": (_GROUP, "L2"),
        "eligible": (_GROUP, "L3"),
    }
    found = {}
    for name, (group, rung) in names.items():
        rows = ladder[(ladder["group"] == group) & (ladder["rung"] == rung)]
        found[name] = (float(rows["low"].min()), float(rows["high"].max()))
    return found


def _silent() -> float:
    """Return the share of homes that did not answer the study that asked them last."""
    rates = tables.read("published_rates").set_index("indicator")["value"].astype(float)
    return float(np.clip(1 - rates["homes_answering"] / rates["homes_asked"], 0, 1))
