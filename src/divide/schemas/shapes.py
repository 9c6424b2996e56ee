"""Columns of each table, their types and allowed values, and what identifies a row."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pandera.pandas as pa

from divide import terms

_PLACE = r"^(CH|[A-Z]{2}|\d{4}|[1-7]|de|fr|it|rm)$"
_COMMUNE = r"^\d{4}$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_GROUP = r"^(total|[a-z_]+:[a-z0-9_]+(\|[a-z_]+:[a-z0-9_]+)*)$"


def _text(pattern: str | None = None, *, nullable: bool = False) -> pa.Column:
    checks = [pa.Check.str_matches(pattern)] if pattern else []
    return pa.Column(str, checks=checks, nullable=nullable, coerce=True)


def _finite(values: pd.Series) -> pd.Series:
    return ~pd.to_numeric(values, errors="coerce").isin([np.inf, -np.inf])


def _number(*, share: bool = False) -> pa.Column:
    # Infinity is no figure, and 95.6 is no share: both would pass for one in every mean.
    checks = [pa.Check(_finite, name="finite")]
    checks += [pa.Check.in_range(0, 1)] if share else []
    return pa.Column(float, checks=checks, nullable=True, coerce=True)


def observation(*, share: bool = False) -> dict[str, pa.Column]:
    """Return the columns that every table of observations begins with."""
    return {
        "indicator": _text(r"^[a-z][a-z0-9_]*$"),
        "group": _text(_GROUP),
        "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
        "place": _text(_PLACE),
        "register_date": _text(_DATE, nullable=True),
        "year": pa.Column(int, pa.Check.in_range(1960, 2100), coerce=True),
        "value": _number(share=share),
        "status": pa.Column(str, pa.Check.isin(terms.STATUSES)),
    }


def origin() -> dict[str, pa.Column]:
    """Return the columns that say where a row comes from."""
    return {
        "source": _text(r"^[a-z][a-z0-9_]*$"),
        "edition": _text(),
        "table": _text(nullable=True),
        "cell": _text(nullable=True),
    }


def _interval(*, share: bool = False) -> dict[str, pa.Column]:
    return {"se": _number(), "low": _number(share=share), "high": _number(share=share)}


EXTRA: dict[str, dict[str, pa.Column]] = {
    "population": {},
    "education": _interval(),
    "internet_use": {**_interval(share=True), "count": _number(), "count_se": _number()},
    "household_access": {**_interval(share=True), "count": _number(), "count_se": _number()},
    "international": {"flag": _text(nullable=True)},
    "living_arrangements": {},
    "social_assistance": {},
    "nursing_homes": {},
    "households": {},
    "online_activities": {**_interval(share=True), "count": _number(), "count_se": _number()},
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
    "international_skills": {"flag": _text(nullable=True)},
    "regional_access": {"flag": _text(nullable=True)},
    "published_rates": {
        "low": _number(),
        "high": _number(),
        "precision": _text(nullable=True),
        "note": _text(nullable=True),
    },
    "composition": {},
    "exclusion_risk": {
        **_interval(share=True),
        "tau": pa.Column(float, pa.Check.ge(0)),
        "compared_with": pa.Column(str, pa.Check.isin(("country", "rest_of_place"))),
        "gap": _number(),
        "gap_se": _number(),
        "probability": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "tipping_point": _number(),
        "state": pa.Column(str, pa.Check.isin(("higher", "lower", "not_higher", "cannot_tell"))),
    },
    "visibility": {
        "rung": pa.Column(str, pa.Check.isin(("L1", "L2", "L3", "L4", "L5", "L6", "L7"))),
        **{name: _number(share=True) for name in ("low", "high")},
    },
    "invisible_minorities": {
        "layer_indicator": _text(nullable=True),
        "risk_state": _text(),
        "visibility_state": _text(),
        "reach_state": _text(),
        "finding": _text(),
        **{name: _number(share=True) for name in ("low", "high")},
        **{name: _number() for name in ("persons_low", "persons_high")},
    },
}

# Tables whose every value is a share of 0 to 1.
OF_SHARES = {"internet_use", "household_access", "international", "exclusion_risk"}
OF_SHARES |= {"visibility", "invisible_minorities", "online_activities"}
OF_SHARES |= {"international_skills", "regional_access", "broadband"}

_PLACES = {
    "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
    "place": _text(_PLACE),
    "register_date": _text(_DATE),
    "name": _text(),
    **{
        name: _text(nullable=True)
        for name in (
            "canton",
            "district",
            "major_region",
            "language_region",
            "typology_9",
            "urban_rural",
        )
    },
    "source": _text(),
    "edition": _text(),
}

_BOUNDARIES = {
    "place_level": pa.Column(str, pa.Check.isin((*terms.PLACE_LEVELS, "lake"))),
    "place": _text(),
    "name": _text(nullable=True),
    "register_date": _text(_DATE),
    "geometry": pa.Column(object, nullable=False),
}

_LOCALITIES = {
    "place_level": pa.Column(str, pa.Check.eq("commune")),
    "place": _text(_COMMUNE),
    "register_date": _text(_DATE, nullable=True),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS)),
    "commune_name": _text(),
    "postcode": _text(r"^[1-9]\d{3}$"),
    "suffix": _text(r"^\d{2}$"),
    "locality": _text(),
    "language": _text(r"^(de|fr|it|rm|multiple)$"),
    "east": _number(),
    "north": _number(),
    "valid_from": _text(_DATE),
    "source": _text(),
    "edition": _text(),
}

_KINDS = ("change", "merger", "division", "exchange")


def _sides(columns: Mapping[str, str | None]) -> dict[str, pa.Column]:
    """Return the same columns for what was and for what became of it."""
    sides = ("initial", "terminal")
    return {f"{side}{name}": _text(one) for side in sides for name, one in columns.items()}


_COMMUNE_MUTATIONS = {
    "mutation": _text(r"^\d+$"),
    "date": _text(_DATE),
    "kind": pa.Column(str, pa.Check.isin(_KINDS)),
    **_sides({"": _COMMUNE, "_name": None, "_historical": r"^\d+$", "_step": r"^2\d$"}),
    "source": _text(),
    "edition": _text(),
}

_COMMUNE_CORRESPONDANCES = {
    "register_date": _text(_DATE),
    "kind": pa.Column(str, pa.Check.isin(("unchanged", *_KINDS))),
    **_sides({"": _COMMUNE, "_name": None, "_historical": r"^\d+$"}),
    "source": _text(),
    "edition": _text(),
}

_COMMUNE_REGISTER = {
    "place_level": pa.Column(str, pa.Check.isin(("canton", "district", "commune"))),
    "place": _text(_PLACE),
    "register_date": _text(_DATE),
    "name": _text(),
    "historical": _text(r"^\d+$"),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS)),
    "district": _text(_COMMUNE, nullable=True),
    "valid_from": _text(_DATE),
    "valid_to": _text(_DATE, nullable=True),
    "source": _text(),
    "edition": _text(),
}

# Tables that list places, borders or events: no indicator, no value.
LISTS = {
    "places": _PLACES,
    "boundaries": _BOUNDARIES,
    "localities": _LOCALITIES,
    "commune_mutations": _COMMUNE_MUTATIONS,
    "commune_correspondances": _COMMUNE_CORRESPONDANCES,
    "commune_register": _COMMUNE_REGISTER,
}

# What identifies a row, where it is more than the observation's key.
KEYS = {
    "places": ["place_level", "place", "register_date"],
    "boundaries": ["place_level", "place", "register_date"],
    "localities": ["postcode", "suffix", "locality", "place", "east", "north"],
    "commune_mutations": ["mutation", "initial", "terminal"],
    "commune_correspondances": ["initial", "initial_historical", "terminal", "terminal_historical"],
    "commune_register": ["place_level", "place", "historical"],
    "population_age": [*terms.KEY, "source"],
    "exclusion_risk": [*terms.KEY, "tau", "compared_with"],
    "visibility": [*terms.KEY, "rung"],
    "published_rates": [*terms.KEY, "source"],
    "population": [*terms.KEY, "source"],
    "invisible_minorities": [*terms.KEY],
}
