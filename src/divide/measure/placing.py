"""From whatever people type to a commune: by proof, by a declared rule, or not at all."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.directories import Directory, Entry, Form
from divide.measure.place_names import is_short_for, words_of
from divide.terms import CANTONS, commune_id

# What a commune can be told from. Proofs leave no other; rules are declared guesses that
# nearly always hold: they are named in every placement.
EVIDENCE: Final = {
    "coordinates": "proof",
    "number": "proof",
    "postcode": "proof",
    "postcode_and_locality": "proof",
    "name": "proof",
    "own_name": "rule",  # the locality of a commune's own name lies in it
    "in_brackets": "rule",  # a commune named in brackets behind a locality
    "short_form": "rule",  # the typed name shortens one name of the postcode alone
    "long_form": "rule",  # the typed name begins with the name of one commune of the postcode
    "post_box": "rule",  # a postcode of boxes alone stands in the commune of its name
}
COLUMNS: Final = (
    *("place", "name", "rule", "evidence"),
    *("reason", "candidates", "suggestions"),
)
# "Wil SG" or "Wil (SG)", but not "Muri Ag", which may be anything.
_CANTON: Final = re.compile(rf"[\s(]({'|'.join(CANTONS)})\)?$")
_TYPED: Final = ("number", "postcode", "locality", "canton")


@dataclass(frozen=True)
class Placement:
    """A commune and the rule it rests on; or a reason, with what it may be."""

    place: str | None = None
    rule: str | None = None
    reason: str | None = None
    candidates: tuple[Entry, ...] = ()


def place_typed(typed: DataFrame, known: Directory) -> DataFrame:
    """
    Place addresses in communes.

    Parameters
    ----------
    typed
        Columns `number`, `postcode`, `locality` and `canton`, as far as they were asked;
        text, as typed; missing where nothing was. See `place_names.read_address` for
        addresses in one field.
    known
        The directory of localities, for the communes of one day.

    Returns
    -------
    DataFrame
        One row per row of `typed`, with its index: `place` and `name` of the commune, the
        `rule` and its `evidence` (proof or rule); or the `reason` why there is none, and
        the `candidates` and `suggestions`, numbers separated by `;`. A placement never
        contradicts the canton, and a postcode of several communes is never decided in
        silence. Suggestions are for people: nothing is placed by likeness.

    Raises
    ------
    MethodError
        If none of the columns is there.

    Examples
    --------
    >>> from divide.measure.directories import directory
    >>> communes = DataFrame({"place": ["0261", "0131"], "name": ["Zürich", "Adliswil"],
    ...                       "canton": "ZH"})
    >>> localities = DataFrame({"place": ["0261", "0131"], "postcode": "8134", "canton": "ZH",
    ...                         "locality": "Adliswil", "address_share": [0.0006, 0.9994]})
    >>> typed = DataFrame({"postcode": ["8134", "8134"], "locality": ["Adliswil", None]})
    >>> found = place_typed(typed, directory(localities, communes))
    >>> found[["place", "rule", "reason"]].fillna("–").to_numpy().tolist()
    [['0131', 'own_name', '–'], ['–', '–', 'several']]
    """
    if not set(_TYPED[:3]) & set(typed.columns):
        raise MethodError(f"Nothing to place by: give one of the columns {', '.join(_TYPED[:3])}.")
    records = typed.reindex(columns=list(_TYPED)).itertuples(index=False, name=None)
    cleaned = [_cleaned(dict(zip(_TYPED, one, strict=True))) for one in records]
    rows = [_row(_place(one, known), one, known) for one in cleaned]
    frame = DataFrame(rows, columns=list(COLUMNS), index=typed.index)
    return frame.astype("str").where(frame.notna())


def _cleaned(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn what was typed into text; what is missing is empty, a canton behind a name counts."""
    told = {name: "" if pd.isna(one) else str(one).strip() for name, one in record.items()}
    behind = _CANTON.search(told["locality"])
    told["canton"] = told["canton"].upper() or (behind[1] if behind else "")
    return told


def _place(typed: Mapping[str, str], known: Directory) -> Placement:
    canton = typed["canton"]
    if canton and canton not in CANTONS:
        return Placement(reason="unknown_canton")
    if typed["number"]:
        return _by_number(typed["number"], canton, known)
    name, inner = words_of(typed["locality"]), _bracketed(typed["locality"])
    if typed["postcode"] in known.by_postcode:
        found = known.by_postcode[typed["postcode"]]
        return _by_postcode(found, (name, inner), canton, known)
    if not name:
        return Placement(reason="unknown_postcode" if typed["postcode"] else "nothing_typed")
    if typed["postcode"]:
        return _by_box(typed["postcode"], name, canton, known)
    return _by_name(name, canton, known)


def _by_number(number: str, canton: str, known: Directory) -> Placement:
    try:
        place = commune_id(number)
    except ValueError:
        return Placement(reason="no_number")
    if place not in known.listed:
        return Placement(reason="not_on_list")
    if canton not in ("", known.listed[place][1]):
        return Placement(reason="other_canton")
    return Placement(place, "number")


def _bracketed(locality: str) -> Form:
    """Return what stands in brackets, such as the commune in "Gwatt (Thun)"."""
    _, _, inner = locality.partition("(")
    return words_of(inner)


def _by_postcode(
    found: list[Entry], names: tuple[Form, Form], canton: str, known: Directory
) -> Placement:
    """Decide among the communes of a postcode, by proof first."""
    name, inner = names
    entries = [one for one in found if canton in ("", one.canton)]
    if not entries:
        return Placement(reason="other_canton", candidates=tuple(found))
    tests: dict[str, Callable[[Entry], bool]] = {
        "postcode": lambda one: True,
        "postcode_and_locality": lambda one: name in one.forms,
        "own_name": lambda one: name in one.own,
        "in_brackets": lambda one: inner in one.own,
        "short_form": lambda one: _shortens(name, one.own),
        "long_form": lambda one: any(name[: len(form)] == form for form in one.own),
    }
    kept = {rule: {one.place for one in entries if test(one)} for rule, test in tests.items()}
    if _is_elsewhere(name, kept, canton, known):
        return Placement(reason="names_disagree", candidates=tuple(entries))
    for rule, places in kept.items():
        if len(places) == 1:
            return Placement(places.pop(), rule)
    return Placement(reason="several", candidates=tuple(entries))


def _is_elsewhere(name: Form, kept: Mapping[str, set[str]], canton: str, known: Directory) -> bool:
    """Tell whether a typed name is known, and only in other communes than the postcode's."""
    fits = any(places for rule, places in kept.items() if rule != "postcode")
    return bool(name) and not fits and bool(_communes_named(name, canton, known))


def _shortens(name: Form, forms: Iterable[Form]) -> bool:
    return any(is_short_for(name, form) for form in forms)


def _by_box(postcode: str, name: Form, canton: str, known: Directory) -> Placement:
    """Place a postcode that no locality has: boxes of a post office, if its region is right."""
    places = {
        place
        for place, other in known.communes.get(name, ())
        if canton in ("", other)
        and any(code[:2] == postcode[:2] for code in _postcodes(place, name, known))
    }
    if len(places) == 1:
        return Placement(places.pop(), "post_box")
    return Placement(reason="unknown_postcode")


def _postcodes(place: str, name: Form, known: Directory) -> list[str]:
    """Return the postcodes under which a commune has a locality of its own name."""
    return [
        code
        for code, entries in known.by_postcode.items()
        if any(one.place == place and name in one.forms | one.own for one in entries)
    ]


def _by_name(name: Form, canton: str, known: Directory) -> Placement:
    places = _communes_named(name, canton, known)
    if len(places) == 1:
        return Placement(places.pop(), "name")
    own = {place for place, other in known.communes.get(name, ()) if canton in ("", other)}
    if len(own) == 1:
        return Placement(own.pop(), "own_name")
    found = tuple(one for one in known.by_name.get(name, ()) if one.place in places)
    return Placement(reason="several" if places else "unknown_name", candidates=found)


def _communes_named(name: Form, canton: str, known: Directory) -> set[str]:
    """Return communes that bear a name, or have a locality that does."""
    own = {place for place, other in known.communes.get(name, ()) if canton in ("", other)}
    return own | {one.place for one in known.by_name.get(name, ()) if canton in ("", one.canton)}


def _row(found: Placement, typed: Mapping[str, str], known: Directory) -> tuple[Any, ...]:
    if found.place is not None:
        name = known.listed[found.place][0]
        return (found.place, name, found.rule, EVIDENCE[str(found.rule)], None, None, None)
    places = sorted({one.place for one in found.candidates})
    hints = [] if places else _suggestions(typed, known)
    told = (";".join(one) or None for one in (places, hints))
    return (None, None, None, None, found.reason, *told)


def _suggestions(typed: Mapping[str, str], known: Directory) -> list[str]:
    """Return up to three communes of a like name, the likest first."""
    from rapidfuzz import fuzz, process

    name = " ".join(words_of(typed["locality"]))
    choices = {
        (place, form): " ".join(form)
        for form, places in known.communes.items()
        for place, canton in places
        if typed["canton"] in ("", canton)
    }
    like = process.extract(name, choices, scorer=fuzz.ratio, limit=6, score_cutoff=75)
    return list(dict.fromkeys(place for _, _, (place, _) in like))[:3]
