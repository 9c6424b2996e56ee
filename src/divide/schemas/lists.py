"""Tables that list places, borders or events: no indicator, no value."""

from collections.abc import Mapping

import pandera.pandas as pa

from divide import terms
from divide.schemas.columns import COMMUNE, DATE, PLACE, number, text

_PLACES = {
    "place_level": pa.Column(str, pa.Check.isin(terms.PLACE_LEVELS)),
    "place": text(PLACE),
    "register_date": text(DATE),
    "name": text(),
    **{
        name: text(nullable=True)
        for name in (
            "canton",
            "district",
            "major_region",
            "language_region",
            "typology_9",
            "urban_rural",
        )
    },
    "source": text(),
    "edition": text(),
}

_BOUNDARIES = {
    "place_level": pa.Column(str, pa.Check.isin((*terms.PLACE_LEVELS, "lake"))),
    "place": text(),
    "name": text(nullable=True),
    "register_date": text(DATE),
    "geometry": pa.Column(object, nullable=False),
}

_LOCALITIES = {
    "place_level": pa.Column(str, pa.Check.eq("commune")),
    "place": text(COMMUNE),
    "register_date": text(DATE, nullable=True),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS)),
    "commune_name": text(),
    "postcode": text(r"^[1-9]\d{3}$"),
    "suffix": text(r"^\d{2}$"),
    "locality": text(),
    "language": text(r"^(de|fr|it|rm|multiple)$"),
    "address_share": number(share=True),
    "east": number(),
    "north": number(),
    "valid_from": text(DATE),
    "source": text(),
    "edition": text(),
}

_KINDS = ("change", "merger", "division", "exchange")


def _sides(columns: Mapping[str, str | None]) -> dict[str, pa.Column]:
    """Return the same columns for what was and for what became of it."""
    sides = ("initial", "terminal")
    return {f"{side}{name}": text(one) for side in sides for name, one in columns.items()}


_COMMUNE_MUTATIONS = {
    "mutation": text(r"^\d+$"),
    "date": text(DATE),
    "kind": pa.Column(str, pa.Check.isin(_KINDS)),
    **_sides({"": COMMUNE, "_name": None, "_historical": r"^\d+$", "_step": r"^2\d$"}),
    **{
        f"{side}_canton": pa.Column(str, pa.Check.isin(terms.CANTONS), nullable=True, coerce=True)
        for side in ("initial", "terminal")
    },
    **{f"{side}_parent": text(r"^\d+$", nullable=True) for side in ("initial", "terminal")},
    "known_from": text(DATE),
    "known_to": text(DATE),
    "source": text(),
    "edition": text(),
}

_COMMUNE_STATES = {
    "place_level": pa.Column(str, pa.Check.eq("commune")),
    "place": text(COMMUNE),
    "name": text(),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS), nullable=True, coerce=True),
    "parent": text(r"^\d+$", nullable=True),
    "historical": text(r"^\d+$"),
    "valid_from": text(DATE, nullable=True),
    "valid_to": text(DATE, nullable=True),
    "known_from": text(DATE),
    "known_to": text(DATE),
    "source": text(),
    "edition": text(),
}

_COMMUNE_CORRESPONDANCES = {
    "initial_date": text(DATE),
    "register_date": text(DATE),
    "kind": pa.Column(str, pa.Check.isin(("unchanged", *_KINDS))),
    **_sides({"": COMMUNE, "_name": None, "_historical": r"^\d+$"}),
    "source": text(),
    "edition": text(),
}

_COMMUNE_REGISTER = {
    "place_level": pa.Column(str, pa.Check.isin(("canton", "district", "commune"))),
    "place": text(PLACE),
    "register_date": text(DATE),
    "name": text(),
    "historical": text(r"^\d+$"),
    "parent": text(r"^\d*$", nullable=True),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS)),
    "district": text(COMMUNE, nullable=True),
    "valid_from": text(DATE),
    "valid_to": text(DATE, nullable=True),
    "source": text(),
    "edition": text(),
}

_INSTITUTION_COVERAGE = {
    "institution": text(),
    "layer": text(r"^ch\.bakom\."),
    "east": number(),
    "north": number(),
    "low": number(share=True),
    "high": number(share=True),
    "operators": text(r"^(fewer_than_3|all_3)$", nullable=True),
    "status": pa.Column(str, pa.Check.isin(("observed", "missing"))),
    "source": text(),
    "edition": text(),
}

_SENSITIVITY = {
    "kind": text(r"^(result|class|first|total|measure_first)$"),
    "output": text(r"^[a-z_0-9]+$"),
    "factor": text(r"^[a-z_0-9]+$", nullable=True),
    "group": text(),
    "place": text(PLACE, nullable=True),
    "finding": text(nullable=True),
    "value": number(),
    "low": number(),
    "high": number(),
    "leads": text(r"^(yes|no)$", nullable=True),
    "source": text(),
    "edition": text(),
}

_BESIDE = ("apart", "overlap", "outside", "inside", "cannot_tell")

_CONTRADICTIONS = {
    "matter": text(r"^[a-z0-9_]+$"),
    "side": pa.Column(int, pa.Check.ge(1), coerce=True),
    **{f"{name}_{lang}": text() for name in ("matter", "differ") for lang in terms.LANGUAGES},
    "of_year": text(nullable=True),
    "value": number(),
    "low": number(),
    "high": number(),
    "status": pa.Column(str, pa.Check.isin(terms.STATUSES)),
    "intervals": pa.Column(str, pa.Check.isin(_BESIDE)),
    **{f"found_{lang}": text(nullable=True) for lang in terms.LANGUAGES},
    "source": text(),
    "edition": text(),
}

# Tables that list places, borders or events: no indicator, no value.
LISTS = {
    "places": _PLACES,
    "boundaries": _BOUNDARIES,
    "exact_boundaries": _BOUNDARIES,
    "localities": _LOCALITIES,
    "commune_mutations": _COMMUNE_MUTATIONS,
    "commune_correspondances": _COMMUNE_CORRESPONDANCES,
    "commune_register": _COMMUNE_REGISTER,
    "commune_states": _COMMUNE_STATES,
    "registers": _PLACES,
    "institution_coverage": _INSTITUTION_COVERAGE,
    "sensitivity": _SENSITIVITY,
    "contradictions": _CONTRADICTIONS,
}
