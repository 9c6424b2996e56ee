"""How the tables of the risk axis are made: composition, risk, places against places, τ."""

import pandas as pd

from divide import catalog, tables, terms
from divide.build import Inputs
from divide.build.settings import lacking, setting
from divide.build.subjects import as_modelled, country_and_cantons, groups
from divide.measure import cells, exclusion, layers, national, place_pairs, residents, tau_evidence
from divide.measure import single_scores as score
from divide.tidy import beneficiaries


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
    return as_modelled(frame)


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
    untold = [group["key"] for group in groups().values() if not group["rate"]]
    rest = national.unknown_risk(untold, names, country_and_cantons(), chosen)
    made = as_modelled(pd.concat([known, some, rest], ignore_index=True))
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
    return as_modelled(found.assign(value=told))


def rank_sets(_: Inputs) -> pd.DataFrame:
    """Make the table of the ranks that each canton may hold, or of the refusal to rank."""
    return as_modelled(_compared()[1])


def _compared() -> tuple[pd.DataFrame, pd.DataFrame]:
    return place_pairs.pairs_and_ranks(
        tables.read("internet_use"),
        tables.read("composition"),
        lacking(),
        setting(),
        education=tables.read("education"),
    )


def single_scores(_: Inputs) -> pd.DataFrame:
    """Make the table of the usual composite index of cantons, and of what it hides."""
    risk, chosen = tables.read("exclusion_risk"), setting()
    rows = risk[
        (risk["place_level"] == "canton")
        & (risk["group"] == terms.TOTAL)
        & (risk["tau"] == 0)
        & risk["indicator"].isin(lacking())
    ]
    rows = rows.drop_duplicates(["place", "indicator"])
    found = score.single_scores(
        rows, draws=catalog.facts("thresholds")["sensitivity"]["draws"], seed=chosen.seed
    )
    fixed = {name: rows[name].iloc[0] for name in ("group", "place_level", "year")}
    return as_modelled(found.assign(indicator=score.INDICATOR, **fixed))


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
    return as_modelled(pd.concat([regional, rates], ignore_index=True))


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
