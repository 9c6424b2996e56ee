"""Columns of each table of observations, their types, and what identifies a row of any table."""

import pandera.pandas as pa

from divide import terms
from divide.schemas.columns import interval, number, text

_EVIDENCE = ("observed", "published", "modelled", "assumed", "unknown")
_RELIABLE = ("reliable", "flagged", "unreliable", "none")

EXTRA: dict[str, dict[str, pa.Column]] = {
    "population": {},
    "education": interval(),
    "internet_use": {**interval(share=True), "count": number(), "count_se": number()},
    "household_access": {**interval(share=True), "count": number(), "count_se": number()},
    "international": {"flag": text(nullable=True)},
    "living_arrangements": {},
    "social_assistance": {},
    "nursing_homes": {},
    "beneficiary_bounds": {
        "low": number(),
        "high": number(),
        "parts": pa.Column(int, pa.Check.ge(0), coerce=True),
        "hidden": pa.Column(int, pa.Check.ge(0), coerce=True),
    },
    "households": {},
    "online_activities": {**interval(share=True), "count": number(), "count_se": number()},
    "commune_key_figures": {},
    "population_age": {},
    "private_households": {},
    "poverty": {},
    "asylum_assistance": {},
    "atlas_population": {},
    "broadband": {},
    "disability_pensions": {},
    "supplementary_benefits": {},
    "social_assistance_cantons": {},
    "institutions": {},
    "international_skills": {"flag": text(nullable=True)},
    "regional_access": {"flag": text(nullable=True)},
    "published_rates": {
        "low": number(),
        "high": number(),
        "precision": text(nullable=True),
        "note": text(nullable=True),
    },
    "composition": {},
    "exclusion_risk": {
        **interval(share=True),
        "tau": pa.Column(float, pa.Check.ge(0)),
        "compared_with": pa.Column(str, pa.Check.isin(("country", "rest_of_place"))),
        "gap": number(),
        "gap_se": number(),
        "probability": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "tipping_point": number(),
        "state": pa.Column(str, pa.Check.isin(("higher", "lower", "not_higher", "cannot_tell"))),
    },
    "pairs": {
        "other": text(r"^[A-Z]{2}$"),
        "tau": pa.Column(float, pa.Check.ge(0)),
        "gap": number(),
        "gap_se": number(),
        "probability": number(share=True),
        "state_alone": pa.Column(str, pa.Check.isin(("higher", "lower", "cannot_tell"))),
        "state": pa.Column(str, pa.Check.isin(("higher", "lower", "cannot_tell"))),
    },
    "rank_sets": {
        "tau": pa.Column(float, pa.Check.ge(0)),
        "best_rank": number(),
        "worst_rank": number(),
        "ranking": pa.Column(str, pa.Check.isin(("possible", "none"))),
    },
    "single_scores": {
        **{name: number() for name in ("rank", "best_rank", "worst_rank", "distance")},
        "twin": text(r"^[A-Z]{2}$", nullable=True),
        **{name: text(nullable=True) for name in ("better_in", "worse_in")},
    },
    "local_differences": {
        "low": number(),
        "high": number(),
        "method": pa.Column(str, pa.Check.isin(("regions", "pseudo_outcome"))),
        "across": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
        "places": pa.Column(int, coerce=True),
    },
    "hotspots": {
        "matrix": pa.Column(str, pa.Check.isin(("borders", "nearest"))),
        "neighbours": pa.Column(int, pa.Check.ge(0), coerce=True),
        "shrunken": number(),
        "local_i": number(),
        "p": number(share=True),
        "q": number(share=True),
        "cluster": pa.Column(
            str,
            pa.Check.isin(("high_high", "low_low", "high_low", "low_high", "none", "cannot_tell")),
        ),
        "agreed": pa.Column(bool),
    },
    "visibility": {
        "rung": pa.Column(str, pa.Check.isin(("L1", "L2", "L3", "L4", "L5", "L6", "L7", "V"))),
        **{name: number(share=True) for name in ("low", "high")},
        "evidence": pa.Column(str, pa.Check.isin(_EVIDENCE)),
        "smallest": text(r"^L[1-7]$", nullable=True),
    },
    "with_institutions": {
        **{name: number(share=True) for name in ("low", "high")},
        "tau": pa.Column(float, pa.Check.ge(0)),
        "basis": pa.Column(str, pa.Check.isin(("declared_gap", "survey"))),
        "synthetic": pa.Column(bool),
        "private_share": number(share=True),
        **{
            f"{name}{end}": number(share=True)
            for name in ("private", "institution")
            for end in ("", "_low", "_high")
        },
        "institution_place": text(nullable=True),
        **{name: number() for name in ("gap", "cost", "cost_low", "cost_high")},
    },
    "survey_results": {
        **interval(share=True),
        "n": number(),
        "coded": pa.Column(str, pa.Check.isin(("", "at_most", "at_least")), coerce=True),
        "reliability": pa.Column(str, pa.Check.isin(_RELIABLE)),
        "item": text(),
        "estimand": pa.Column(str, pa.Check.isin(("institutions", "people", "professionals"))),
        "dimension": pa.Column(str, pa.Check.isin(("WO", "IN", "AR", "DS", "EQ", "QU"))),
        "actor": pa.Column(str, pa.Check.isin(("B", "P", "I"))),
        "layer": text(r"^(HW|SW|CO)$", nullable=True),
        "sign": text(r"^(danger|opportunity)$", nullable=True),
        "invited": number(),
        "coverage": number(share=True),
        "n_eff": number(),
        **{
            f"{name}_{end}": number(share=True)
            for name in ("defect", "proxy", "worst")
            for end in ("low", "high")
        },
    },
    "invisible_minorities": {
        "layer_indicator": text(),
        "layer": pa.Column(str, pa.Check.isin(("H", "S", "C", "K", "A"))),
        "risk_state": pa.Column(str, pa.Check.isin(("higher", "not_higher", "cannot_tell"))),
        "visibility_state": pa.Column(str, pa.Check.isin(("visible", "unknown", "invisible"))),
        "reach_state": pa.Column(str, pa.Check.isin(("reached", "not_reached", "unknown"))),
        "finding": text(),
        "tipping_point": number(),
        "smallest": text(r"^L[1-7]$", nullable=True),
        "rung": text(r"^L[1-3]$", nullable=True),
        **{name: number(share=True) for name in ("low", "high")},
        **{name: number() for name in ("persons_low", "persons_high")},
        "minority": pa.Column(str, pa.Check.isin(("yes", "no", "unknown"))),
        "claim": text(),
        **{f"sentence_{lang}": text() for lang in terms.LANGUAGES},
    },
}

# Tables whose every value is a share of 0 to 1.
OF_SHARES = {"internet_use", "household_access", "international", "exclusion_risk"}
OF_SHARES |= {"visibility", "invisible_minorities", "online_activities", "survey_results"}
OF_SHARES |= {"with_institutions"}
OF_SHARES |= {"international_skills", "regional_access", "broadband"}

# What identifies a row, where it is more than the observation's key.
KEYS = {
    "places": ["place_level", "place", "register_date"],
    "boundaries": ["place_level", "place", "register_date"],
    "exact_boundaries": ["place_level", "place", "register_date"],
    "localities": ["postcode", "suffix", "locality", "place", "east", "north"],
    "commune_mutations": ["mutation", "initial", "terminal"],
    "commune_correspondances": ["initial", "initial_historical", "terminal", "terminal_historical"],
    "commune_register": ["place_level", "place", "historical"],
    "commune_states": ["historical"],
    "registers": ["place_level", "place", "register_date"],
    "institution_coverage": ["institution", "layer"],
    "population_age": [*terms.KEY, "source"],
    "exclusion_risk": [*terms.KEY, "tau", "compared_with"],
    "visibility": [*terms.KEY, "rung"],
    "published_rates": [*terms.KEY, "source"],
    "population": [*terms.KEY, "source"],
    "invisible_minorities": [*terms.KEY, "layer_indicator"],
    "pairs": [*terms.KEY, "tau", "other"],
    "contradictions": ["matter", "side"],
    "with_institutions": [*terms.KEY, "tau", "basis"],
    "hotspots": [*terms.KEY, "matrix"],
    "sensitivity": ["kind", "output", "factor", "place", "finding"],
    "rank_sets": [*terms.KEY, "tau"],
    "local_differences": [*terms.KEY, "method"],
}
