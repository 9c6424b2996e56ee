"""How the tables that are worked out are made: bounds, risk, visibility, both axes together."""

from typing import Any

import pandas as pd

from divide import catalog, tables, terms
from divide.build import Inputs
from divide.build.settings import lacking, setting, thresholds
from divide.build.world import known_world
from divide.measure import (
    aggregation,
    cells,
    exclusion,
    ladders,
    layers,
    minorities,
    national,
    neighbours,
    place_pairs,
    residents,
    rungs,
    tau_evidence,
    verdicts,
)
from divide.measure import contradictions as disagreements
from divide.measure import group_sizes as people_of
from divide.measure import hotspots as spots
from divide.measure import sensitivity as sensitivities
from divide.tidy import beneficiaries

# Tables that a model makes carry the method page as their source.
_METHOD = {"source": "divide_method", "table": None, "cell": None}


def beneficiary_bounds(_: Inputs) -> pd.DataFrame:
    """Make the table of how many beneficiaries there are above communes that hide theirs."""
    assistance = tables.read("social_assistance")
    counts = assistance[
        (assistance["place_level"] == "commune")
        & (assistance["indicator"] == beneficiaries.RECIPIENTS)
    ]
    places, people = tables.read("places"), tables.read("population")
    everyone = people[(people["place_level"] == "commune") & (people["group"] == "total")]
    everyone = everyone[everyone["source"] == "bfs_population"]
    below = catalog.facts("thresholds")["hidden_below"]["bfs_social_assistance"]
    parts = [
        aggregation.aggregate(
            counts, places, to=level, caps={"suppressed": below - 1}, most=everyone
        )
        for level in aggregation.LEVELS
    ]
    origin = {name: counts[name].iloc[0] for name in ("source", "edition", "table")}
    return pd.concat(parts, ignore_index=True).assign(**origin, cell=None)


def composition(_: Inputs) -> pd.DataFrame:
    """Make the modelled composition of each canton in the survey's cells."""
    chosen = setting()
    held = cells.survey_cells(
        tables.read("internet_use"), year=chosen.year, respondents=chosen.respondents
    )
    frame = residents.compose_cantons(
        tables.read("population"),
        tables.read("education"),
        tables.read("living_arrangements"),
        held,
        year=chosen.year,
    )
    return _as_modelled(frame)


def exclusion_risk(_: Inputs) -> pd.DataFrame:
    """Make the risk of lacking, by group, place and layer; unknown where nothing is published."""
    use, chosen, names = tables.read("internet_use"), setting(), lacking()
    modelled = exclusion.exclusion_risk(
        use, tables.read("composition"), names, chosen, education=tables.read("education")
    )
    observed = national.national_risk(use, names, chosen)
    known = pd.concat([modelled, observed], ignore_index=True)
    held = known[known["compared_with"] == "rest_of_place"]
    some = _lacking_some(held)
    untold = [group["key"] for group in _groups().values() if not group["rate"]]
    rest = national.unknown_risk(untold, names, _places(), chosen)
    made = _as_modelled(pd.concat([known, some, rest], ignore_index=True))
    made.attrs["account"] = modelled.attrs["account"]
    return made


def _lacking_some(held: pd.DataFrame) -> pd.DataFrame:
    """Bound who lacks at least one of the five layers; those of which nothing is known count."""
    names = catalog.facts("thresholds")["risk"]["layers"]
    bounds = layers.lacking_any(held, [names[one] or f"layer_{one}" for one in names])
    blank = ("value", "se", "gap", "gap_se", "probability", "tipping_point")
    return bounds.drop(columns=["least", "most", "layers", "known"]).assign(
        **dict.fromkeys(blank, float("nan")),
        indicator="lacks_at_least_one",
        status="missing",
        compared_with="rest_of_place",
        state="cannot_tell",
    )


def pairs(_: Inputs) -> pd.DataFrame:
    """Make the table of cantons against cantons: higher, lower, cannot tell."""
    found = _compared()[0]
    told = found["gap"].mask(found["status"] == "missing")
    return _as_modelled(found.assign(value=told))


def rank_sets(_: Inputs) -> pd.DataFrame:
    """Make the table of the ranks that each canton may hold, or of the refusal to rank."""
    return _as_modelled(_compared()[1])


def _compared() -> tuple[pd.DataFrame, pd.DataFrame]:
    return place_pairs.pairs_and_ranks(
        tables.read("internet_use"),
        tables.read("composition"),
        lacking(),
        setting(),
        education=tables.read("education"),
    )


def local_differences(_: Inputs) -> pd.DataFrame:
    """Make the table of what is known of τ: from regions, and from quantities known everywhere."""
    chosen, people = setting(), tables.read("population")
    regional = tau_evidence.taus_of_regions(
        tables.read("household_access"),
        people,
        ["household_internet_access"],
        year=chosen.year,
        respondents=chosen.respondents,
    )
    rates = tau_evidence.taus_of_known_rates(*_known_rates(people))
    return _as_modelled(pd.concat([regional, rates], ignore_index=True))


def _known_rates(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return shares that are known for every canton, and everyone who lives there."""
    cantons = people[(people["place_level"] == "canton") & (people["indicator"] == "residents")]
    cantons = cantons[cantons["source"] == "bfs_population_citizenship"]
    everyone = cantons[cantons["group"] == terms.TOTAL]
    foreign = cantons[cantons["group"] == "citizenship:foreign"]
    base = everyone.set_index("place")["value"]
    shares = foreign.assign(
        indicator="residents_share", value=foreign["value"] / foreign["place"].map(base)
    )
    assistance = tables.read("social_assistance")
    helped = assistance[
        (assistance["place_level"] == "canton") & (assistance["indicator"] == beneficiaries.SHARE)
    ]
    return pd.concat([shares, helped], ignore_index=True), everyone


def visibility(_: Inputs) -> pd.DataFrame:
    """Make the visibility ladder of every group and place."""
    chosen, rates = setting(), tables.read("published_rates")
    people, places = tables.read("population"), _places()
    own = [group["rate"] for group in _groups().values() if group["rate"]]
    known = [
        rungs.defined(_groups(), places, year=chosen.year),
        rungs.in_frame(tables.read("living_arrangements")),
        rungs.registered(rates, people),
        rungs.publishable_survey(tables.read("internet_use"), own, year=chosen.year),
        rungs.reached(rates),
        rungs.spoken_for(rates),
    ]
    if tables.exists("beneficiary_bounds"):
        known.append(rungs.publishable_assistance(tables.read("beneficiary_bounds")))
    told = pd.concat([one for one in known if len(one)], ignore_index=True)
    frame = ladders.ladders(told, _groups(), places, year=chosen.year)
    return frame.assign(table=None, cell=None)


def invisible_minorities(_: Inputs) -> pd.DataFrame:
    """Make the classes of every group, place and layer, with bounds and sentences."""
    frame = minorities.minorities(
        tables.read("exclusion_risk"),
        tables.read("visibility"),
        _groups(),
        {name: _layer(name) for name in lacking()},
        thresholds(),
        persons=_persons(),
        least={("no_internet_use_3m", "age:80_plus"): _least_of_older()},
    )
    told = verdicts.sentences(frame, _groups())
    return told.assign(**_METHOD, edition=str(setting().year))


def sensitivity(_: Inputs) -> pd.DataFrame:
    """Make the table of what the answer hangs on, and what to measure first."""
    declared = catalog.facts("thresholds")["sensitivity"]
    found = sensitivities.analyse(
        known_world(),
        declared,
        groups=(_groups()["60_plus_low"]["key"], _groups()["80_plus"]["key"]),
        draws=declared["draws"],
        size=declared["size"],
        seed=declared["seed"],
    )
    return found.assign(source="divide_method", edition=str(setting().year))


def hotspots(_: Inputs) -> pd.DataFrame:
    """Make the table of communes that are alike, or unlike, their neighbours beyond chance."""
    assistance, borders = tables.read("social_assistance"), tables.read_boundaries()
    rates = assistance[
        (assistance["place_level"] == "commune") & (assistance["indicator"] == beneficiaries.SHARE)
    ]
    people = tables.read("population")
    everyone = people[(people["place_level"] == "commune") & (people["source"] == "bfs_population")]
    found = spots.hotspots(
        rates,
        {"borders": neighbours.shared_borders(borders), "nearest": neighbours.nearest(borders)},
        seed=setting().seed,
        base=everyone,
    )
    return found.assign(**_METHOD, edition=str(rates["edition"].iloc[0]))


def contradictions(_: Inputs) -> pd.DataFrame:
    """Make the table of what sources say differently of the same: shown, not averaged."""
    return disagreements.contradictions(
        catalog.facts("contradictions"),
        tables.read("published_rates"),
        tables.read("internet_use"),
        tables.read("household_access"),
        tables.read("international"),
    )


def _least_of_older() -> float:
    """Return the low end of the published interval of people 60+ who were not online."""
    use = tables.read("internet_use")
    row = use[
        (use["indicator"] == "internet_use_3m")
        & (use["group"] == "age:60_plus")
        & (use["year"] == setting().year)
    ]
    return 1 - float(row["high"].iloc[0])


def _persons() -> pd.DataFrame:
    """Count the persons of each group in each place, as far as that is known."""
    return people_of.persons_of_groups(
        tables.read("population"),
        tables.read("living_arrangements"),
        tables.read("nursing_homes"),
        tables.read("composition"),
        tables.read("beneficiary_bounds") if tables.exists("beneficiary_bounds") else None,
    )


def _groups() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = catalog.facts("groups")
    return found


def _layer(indicator: str) -> str:
    return str(catalog.indicator(indicator).layer)


def _places() -> pd.DataFrame:
    """Return the country and the cantons: the places that the study speaks of."""
    places = tables.read("places")
    kept = places[places["place_level"].isin(("country", "canton"))]
    return kept.drop_duplicates("place").reset_index(drop=True)


def _as_modelled(frame: pd.DataFrame) -> pd.DataFrame:
    dated = tables.read("population")["register_date"].max()
    edition = str(catalog.facts("thresholds")["risk"]["year"])
    return frame.assign(register_date=str(dated), edition=edition, **_METHOD)
