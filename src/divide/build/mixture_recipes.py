"""How private households and institutions come together: by a declared gap, and by the survey."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from divide import catalog, tables, terms
from divide.build import Inputs
from divide.build.settings import setting
from divide.build.subjects import METHOD
from divide.measure.disclosure.lattices import on_ladder
from divide.measure.mixture import by_gap, mix

_PRIVATE: Final = "in_private_household_share"


def with_institutions(_: Inputs) -> pd.DataFrame:
    """Make the table of rates with the residents of institutions, and of what they change."""
    declared = catalog.facts("survey_indicators")["mixture"]
    homes = _at_home(declared)
    synthetic = bool(tables.provenance("survey_results")["synthetic"])
    low, high = catalog.facts("thresholds")["sensitivity"]["institution_gap"]
    assumed = homes.join(by_gap(homes, (low, high))).assign(
        basis="declared_gap", institution_place=None, status="assumed", synthetic=False
    )
    found = _surveyed(homes, declared).assign(basis="survey", synthetic=synthetic)
    told = pd.concat([one.join(mix(_shares(one))) for one in (assumed, found)], ignore_index=True)
    numbers = ["value", "low", "high", "gap", "cost", "cost_low", "cost_high"]
    empty = told["status"].isin(terms.WITHOUT_VALUE)
    told = told.assign(**{name: told[name].mask(empty) for name in numbers})
    told = told.assign(**METHOD, edition=str(setting().year)).drop(columns=["gap_low", "gap_high"])
    told.attrs["account"] = {"synthetic": synthetic}
    return told


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.filter(regex="^(private|institution|gap)(_share|_low|_high)?$")


def _at_home(declared: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rate of private households and their part, by group, place and τ."""
    risk, living = tables.read("exclusion_risk"), tables.read("living_arrangements")
    own = (risk["group"] == declared["private"]) & risk["indicator"].isin(list(declared["rates"]))
    keys = ["indicator", "place_level", "place", "register_date", "year", "tau"]
    names = {"value": "private", "low": "private_low", "high": "private_high"}
    rates = risk.loc[own & risk["value"].notna(), [*keys, *names]].rename(columns=names)
    parts = living[(living["indicator"] == _PRIVATE) & living["group"].isin(declared["groups"])]
    shares = parts[["group", "place", "value"]].rename(columns={"value": "private_share"})
    every: pd.DataFrame = rates.merge(shares, on="place", how="inner", validate="m:m")
    return every


def _surveyed(homes: pd.DataFrame, declared: Mapping[str, Any]) -> pd.DataFrame:
    """Set beside each place what institutions of its language region told, else of the country."""
    rates = {name: item for name, item in declared["rates"].items() if item}
    rows = homes[homes["indicator"].isin(list(rates))].reset_index(drop=True)
    main = on_ladder(rows.rename(columns={"place": "canton"}))["language_region"]
    near = rows.assign(region=main.fillna(terms.COUNTRY), item=rows["indicator"].map(rates))
    near["kind"] = near["group"].map(declared["groups"])
    found = [_told(near, near["region"]), _told(near, pd.Series(terms.COUNTRY, near.index))]
    region, country = found
    own = region["institution"].notna()
    chosen = region.where(own, country)
    status = chosen["status"].where(chosen["institution"].isna(), "modelled")
    return rows.join(chosen.assign(status=status.fillna("missing")))


def _told(near: pd.DataFrame, place: "pd.Series[str]") -> pd.DataFrame:
    """Look up the survey's figure of each row at a place: with what a data defect leaves open."""
    results = tables.read("survey_results")
    columns = {"value": "institution", "defect_low": "institution_low"}
    columns |= {"defect_high": "institution_high", "status": "status"}
    known = results.rename(columns={"indicator": "item_", "group": "kind_", "place": "place_"})
    known = known[["item_", "kind_", "place_", *columns]].rename(columns=columns)
    asked = near[["item", "kind"]].assign(place=place)
    told = asked.merge(
        known,
        left_on=["item", "kind", "place"],
        right_on=["item_", "kind_", "place_"],
        how="left",
        validate="m:1",
    )
    named = told.assign(institution_place=place.to_numpy()).set_index(near.index)
    return named[[*columns.values(), "institution_place"]]
