"""How the tables that are worked out are made: bounds, visibility, both axes, what they hang on."""

import pandas as pd

from divide import catalog, tables
from divide.build import Inputs
from divide.build.settings import lacking, setting, thresholds
from divide.build.subjects import METHOD, country_and_cantons, groups, layer_of
from divide.build.world import known_world
from divide.measure import aggregation, ladders, minorities, neighbours, rungs, verdicts
from divide.measure import contradictions as disagreements
from divide.measure import group_sizes as people_of
from divide.measure import hotspots as spots
from divide.measure import sensitivity as sensitivities
from divide.tidy import beneficiaries


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


def visibility(_: Inputs) -> pd.DataFrame:
    """Make the visibility ladder of every group and place."""
    chosen, rates = setting(), tables.read("published_rates")
    people, places = tables.read("population"), country_and_cantons()
    own = [group["rate"] for group in groups().values() if group["rate"]]
    known = [
        rungs.defined(groups(), places, year=chosen.year),
        rungs.in_frame(tables.read("living_arrangements")),
        rungs.registered(rates, people),
        rungs.publishable_survey(tables.read("internet_use"), own, year=chosen.year),
        rungs.reached(rates),
        rungs.spoken_for(rates),
    ]
    if tables.exists("beneficiary_bounds"):
        known.append(rungs.publishable_assistance(tables.read("beneficiary_bounds")))
    told = pd.concat([one for one in known if len(one)], ignore_index=True)
    frame = ladders.ladders(told, groups(), places, year=chosen.year)
    return frame.assign(table=None, cell=None)


def invisible_minorities(_: Inputs) -> pd.DataFrame:
    """Make the classes of every group, place and layer, with bounds and sentences."""
    frame = minorities.minorities(
        tables.read("exclusion_risk"),
        tables.read("visibility"),
        groups(),
        {name: layer_of(name) for name in lacking()},
        thresholds(),
        persons=_persons(),
        least={("no_internet_use_3m", "age:80_plus"): _least_of_older()},
    )
    told = verdicts.sentences(frame, groups())
    return told.assign(**METHOD, edition=str(setting().year))


def sensitivity(_: Inputs) -> pd.DataFrame:
    """Make the table of what the answer hangs on, and what to measure first."""
    declared = catalog.facts("thresholds")["sensitivity"]
    found = sensitivities.analyse(
        known_world(),
        declared,
        groups=(groups()["60_plus_low"]["key"], groups()["80_plus"]["key"]),
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
    return found.assign(**METHOD, edition=str(rates["edition"].iloc[0]))


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
