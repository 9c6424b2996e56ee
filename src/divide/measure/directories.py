"""The directory of localities, indexed: by postcode, by name, and by the communes' own names."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pandas import DataFrame

from divide.measure.place_names import forms_of

Form = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """
    One locality with its postcode, in one commune.

    Attributes
    ----------
    forms, own
        Forms of the locality's name and of its commune's name.
    share
        Part of the locality's addresses that lies in the commune; nan if not told.
    """

    place: str
    canton: str
    locality: str
    forms: frozenset[Form]
    own: frozenset[Form]
    share: float


@dataclass(frozen=True)
class Directory:
    """
    Localities and communes, ready to be looked up.

    Attributes
    ----------
    by_postcode, by_name
        Entries of a postcode, and of each form of a locality's name.
    communes
        Numbers and cantons of communes, by each form of their names, other languages too.
    listed
        Name and canton of each commune on the list.
    """

    by_postcode: Mapping[str, list[Entry]]
    by_name: Mapping[Form, list[Entry]]
    communes: Mapping[Form, set[tuple[str, str]]]
    listed: Mapping[str, tuple[str, str]]


def directory(
    localities: DataFrame, communes: DataFrame, *, names: DataFrame | None = None
) -> Directory:
    """
    Index the directory of localities for the communes of one day.

    Parameters
    ----------
    localities
        Table localities. Rows of communes that are not on the list are left out.
    communes
        Communes of the day wanted: `place`, `name`, `canton`.
    names
        Names of communes in other languages: `name` as on the list, `other`.
    """
    listed = {
        str(place): (str(name), str(canton))
        for place, name, canton in communes[["place", "name", "canton"]].itertuples(index=False)
    }
    others = _others(names)
    own = {
        place: frozenset(form for word in (name, *others.get(name, ())) for form in forms_of(word))
        for place, (name, _) in listed.items()
    }
    by_postcode: dict[str, list[Entry]] = defaultdict(list)
    by_name: dict[Form, list[Entry]] = defaultdict(list)
    columns = ["postcode", "place", "canton", "locality", "address_share"]
    rows = localities.loc[localities["place"].isin(set(listed)), columns]
    for postcode, place, canton, locality, share in rows.itertuples(index=False):
        forms = frozenset(forms_of(locality))
        entry = Entry(place, canton, locality, forms, own[place], float(share))
        by_postcode[postcode].append(entry)
        for form in forms:
            by_name[form].append(entry)
    known: dict[Form, set[tuple[str, str]]] = defaultdict(set)
    for place, forms in own.items():
        for form in forms:
            known[form].add((place, listed[place][1]))
    return Directory(dict(by_postcode), dict(by_name), dict(known), listed)


def candidates_of(postcode: str, known: Directory, *, canton: str | None = None) -> DataFrame:
    """
    List the communes that a postcode reaches into.

    Returns
    -------
    DataFrame
        One row per commune and locality: `place`, `name`, `locality`, and the
        `address_share` of the locality in the commune, missing where the edition of the
        directory does not tell.
    """
    rows = [
        (one.place, known.listed[one.place][0], one.locality, one.share)
        for one in known.by_postcode.get(postcode, [])
        if canton in (None, one.canton)
    ]
    frame = DataFrame(rows, columns=["place", "name", "locality", "address_share"])
    return frame.drop_duplicates().sort_values(
        ["address_share", "place"], ascending=[False, True], ignore_index=True
    )


def _others(names: DataFrame | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if names is not None:
        for name, other in zip(names["name"], names["other"], strict=True):
            found[str(name)].append(str(other))
    return found
