"""
Beneficiaries by canton out of the office's cubes: pensions, benefits, assistance, institutions.

Confidence C: names of dimensions and totals were seen in one or two public clients, no file
was. So each dimension must be one that is expected, each canton's number must agree with its
label, and cantons must sum to the country: a cube of another shape is refused, not guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import catalog, terms
from divide.errors import SourceChangedError
from divide.tidy.cubes import read_cube
from divide.tidy.flows import group_keys, slug
from divide.tidy.geo_codes import check_cantons
from divide.tidy.observations import as_observations
from divide.tidy.px import Dimension, PxTable, table_frame

# The total's code has a macron (U+00AF) in some cubes and a hyphen in others.
_TOTALS: Final = frozenset({"¯99999", "-99999", "_T"})
_COUNTRY: Final = re.compile(r"(Schweiz|Switzerland|Suisse)\b.*")
_STATUS: Final = {
    "observed": "observed",
    "suppressed_unreliable": "suppressed",
    "suppressed_protected": "suppressed",
    "missing": "missing",
}
_SEXES: Final = {"Mann": "m", "Männer": "m", "Frau": "f", "Frauen": "f"}
_MOST_CROSSED: Final = 2  # all crosses of seven dimensions are a million rows that nobody reads


@dataclass(frozen=True)
class Cube:
    """
    What a cube measures and how its dimensions begin.

    `measures` maps the start of a label of the dimension `measure` to an indicator and what
    its values are divided by; without `measure` the key is empty. `groups` maps the start
    of a dimension's name to our word for it.
    """

    source: str
    matrix: str
    place: str
    measures: Mapping[str, tuple[str, int]]
    measure: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)


DISABILITY_PENSIONS: Final = Cube(
    "bfs_disability_pensions",
    "px-x-1305010000_002",
    "Kanton",
    {
        "Anzahl": ("disability_pensions", 1),
        "Anteil": ("disability_pension_share", 100),
        "In %": ("disability_pension_share", 100),
    },
    measure="Beobachtungseinheit",
    groups={"Geschlecht": "sex"},
)
SUPPLEMENTARY_BENEFITS: Final = Cube(
    "bfs_supplementary_benefits",
    "px-x-1305020000_101",
    "Durchführungsstelle",
    {"": ("supplementary_benefit_recipients", 1)},
    groups={"Staatsangehörigkeit": "citizenship", "Geschlecht": "sex"},
)
SOCIAL_ASSISTANCE: Final = Cube(
    "bfs_social_assistance_cantons",
    "px-x-1304030000_121",
    "Kanton",
    {
        "Absolut": ("social_assistance_recipients", 1),
        "Anzahl": ("social_assistance_recipients", 1),
        "Anteil": ("social_assistance_recipients_share", 100),
        "Relativ": ("social_assistance_recipients_share", 100),
    },
    measure="Absolut",
    groups={
        "Geschlecht": "sex",
        "Altersklasse": "age",
        "Zivilstand": "marital_status",
        "Staatsangehörigkeit": "citizenship",
    },
)
INSTITUTIONS: Final = Cube(
    "bfs_institutions",
    "px-x-1404010100_301",
    "Grossregion",
    {"": ("institution_places", 1)},
    groups={"Beherbergungstyp": "stay", "Rechtlich": "legal_form"},
)


def tidy_cube(path: Path, cube: Cube, *, edition: str) -> DataFrame:
    """
    List a cube's figures by canton, group and year.

    Parameters
    ----------
    path
        The PX master.
    cube
        What is known of it.

    Returns
    -------
    DataFrame
        Counts as they are, per cents as shares from 0 to 1. One row per place, group of at
        most two dimensions, and year; what cannot be has none.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If a dimension, place, measure or year is not one of those known, or cantons do not
        sum to the country.
    """
    px = read_cube(path)
    roles = _roles(px, cube)
    cells = table_frame(px)
    cells.columns = pd.Index([*roles, "value", "kind"])
    words = {
        role: cells[role].map(_words(role, dimension, cube)).astype("object")
        for role, dimension in zip(roles, px.dimensions, strict=True)
    }
    rows = _rows(cells, words, px, cube)
    counts = rows[rows["indicator"].isin([name for name, by in cube.measures.values() if by == 1])]
    check_cantons(counts, ["indicator", "group", "year"])
    return as_observations(rows, source=cube.source, edition=edition, table=cube.matrix)


def _rows(
    cells: DataFrame, words: Mapping[str, "pd.Series[str]"], px: PxTable, cube: Cube
) -> DataFrame:
    """Lay out the cells that are kept: places known, few dimensions crossed, figures possible."""
    groups = {role: words[role] for role in words if role in cube.groups.values()}
    crossed = sum((one != terms.TOTAL).astype(int) for one in groups.values())
    kept = words["place"].notna() & (crossed <= _MOST_CROSSED)
    kept &= cells["kind"] != "not_applicable"
    measured = words.get("measure", pd.Series("", cells.index))
    divisor = measured.map({start: by for start, (_, by) in cube.measures.items()})
    codes = cells.iloc[:, :-2].astype("str")
    frame = DataFrame(
        {
            "indicator": measured.map({start: name for start, (name, _) in cube.measures.items()}),
            "group": group_keys(groups, len(cells)),
            "place": words["place"],
            "place_level": words["place"].map(_level),
            "register_date": None,
            "year": words["year"],
            "value": (cells["value"] / divisor).round(8),
            "status": cells["kind"].astype("str").map(_STATUS),
            "cell": codes.iloc[:, 0].str.cat(codes.iloc[:, 1:], sep="/"),
        }
    )
    return frame[kept].astype({"year": "int64"}).reset_index(drop=True)


def _level(place: str | None) -> str:
    if place == terms.COUNTRY:
        return "country"
    return "canton" if place in terms.CANTONS else "major_region"


def _roles(px: PxTable, cube: Cube) -> list[str]:
    """Say what each dimension is; one that is not expected would be summed in silence."""
    known = {cube.place: "place", "Kanton": "place", "Jahr": "year", **cube.groups}
    if cube.measure:
        known[cube.measure] = "measure"
    roles = [
        next((role for start, role in known.items() if one.name.startswith(start)), "")
        for one in px.dimensions
    ]
    wanted = {"place", "year", *cube.groups.values(), *(["measure"] if cube.measure else [])}
    if sorted(roles) != sorted(wanted):
        raise SourceChangedError(
            f"{px.matrix or cube.matrix}: dimensions are "
            f"{', '.join(one.name for one in px.dimensions)}; expected, once each: "
            f"{', '.join(known)}. Read its metadata and adapt divide.tidy.beneficiary_cubes."
        )
    return roles


def _words(role: str, dimension: Dimension, cube: Cube) -> dict[str, str | None]:
    """Translate each code of a dimension, by its German label."""
    labels = dimension.labels.get("de", dimension.codes)
    pairs = {code: label.strip() for code, label in zip(dimension.codes, labels, strict=True)}
    if role == "place":
        return {code: _place(code, label) for code, label in pairs.items()}
    if role == "year":
        return {code: _year(code, label) for code, label in pairs.items()}
    if role == "measure":
        return {code: _measure(label, cube) for code, label in pairs.items()}
    return {code: _category(role, code, label) for code, label in pairs.items()}


def _place(code: str, label: str) -> str | None:
    """Name a canton or the country; None for regions, districts and communes beside them."""
    name = label.removeprefix("- ").strip()
    if code in _TOTALS or _COUNTRY.fullmatch(name) or name.endswith("Total"):
        return terms.COUNTRY
    if label.startswith(("<<", ">>", "......")):
        return None
    named, number = _canton_named(name), int(code) if code.isdecimal() else 0
    numbered = terms.canton_id(number) if 1 <= number <= len(terms.CANTONS) else None
    found = named or numbered
    if found is None or (named and numbered and named != numbered):
        raise SourceChangedError(f"{code!r} ({label}) is no known canton. Look at the cube.")
    return found


def _canton_named(label: str) -> str | None:
    spoken = {part.strip().lower() for part in label.split("/")}
    for one in catalog.cantons().values():
        if spoken & {name.lower() for name in one.name.values()}:
            return one.id
    return label if label in terms.CANTONS else None


def _year(code: str, label: str) -> str:
    found = next((text for text in (label, code) if re.fullmatch(r"(19|20)\d\d", text)), None)
    if found is None:
        raise SourceChangedError(f"{code!r} ({label}) is no year. Look at the cube.")
    return found


def _measure(label: str, cube: Cube) -> str:
    found = next((start for start in cube.measures if label.startswith(start)), None)
    if found is None:
        raise SourceChangedError(f"{label!r} is no known measure of {cube.matrix}. Look at it.")
    return found


def _category(role: str, code: str, label: str) -> str:
    if code in _TOTALS or re.search(r"\btotal\b", label, flags=re.I):
        return terms.TOTAL
    return _SEXES.get(label, slug(code)) if role == "sex" else slug(code)
