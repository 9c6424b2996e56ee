"""Drift: what changed in shape since the last edition, in the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from divide import texts
from divide.build.profiles import MANY, Profile
from divide.build.recipe_list import RECIPES

_YEAR: Final = re.compile(r"\d{4}([-/.QM]?\d{1,4}){0,2}")
_LIMITS: Final = {"rows": 0.2, "total": 0.2}
_SHOWN: Final = 6


@dataclass(frozen=True)
class Change:
    """One difference of shape: its kind, where, and what was there before and now."""

    kind: str
    where: str
    old: str
    new: str


def compare(
    old: Profile, new: Profile, *, limits: Mapping[str, float] | None = None
) -> list[Change]:
    """
    List what changed in shape from one edition to the next.

    New years are expected. Codes of long lists (places) are counted, not compared. Of files
    in two forms, such as a workbook and a CSV, nothing is compared but that they differ.

    Parameters
    ----------
    limits
        `rows` and `total`: the largest change, as a share, that is no drift.

    Examples
    --------
    >>> compare(Profile(columns=("GEO", "VALUE")), Profile(columns=("geo", "VALUE")))
    [Change(kind='columns', where='', old='GEO', new='geo')]
    """
    bounds = {**_LIMITS, **(limits or {})}
    if old.form != new.form:
        return [Change("form", "", _some(list(old.form)), _some(list(new.form)))]
    return [
        *_dimensions(old, new, bounds["rows"]),
        *_lists("columns", "", old.columns, new.columns),
        *_lists("units", "", old.units, new.units),
        *_counts("rows", old.rows, new.rows, bounds["rows"]),
        *_counts("total", old.total, new.total, bounds["total"]),
    ]


def sentences(source: str, changes: list[Change], *, lang: str) -> list[str]:
    """Tell each change, which tables it touches, and what to do."""
    told = [
        texts.label(
            f"drift.{one.kind}", lang=lang, where=one.where, old=one.old or "–", new=one.new or "–"
        )
        for one in changes
    ]
    touched = ", ".join(tables_from(source)) or "–"
    return [*told, texts.label("drift.effect", lang=lang, tables=touched, source=source)]


def tables_from(source: str) -> list[str]:
    """Return every table that is made from a source, directly or not."""
    touched = {name for name, recipe in RECIPES.items() if source in recipe.sources}
    for name, recipe in RECIPES.items():  # in the order in which they are made
        if touched & set(recipe.tables):
            touched.add(name)
    return [name for name in RECIPES if name in touched]


def _dimensions(old: Profile, new: Profile, limit: float) -> list[Change]:
    found = []
    lost = [name for name in old.dimensions if name not in new.dimensions]
    more = [name for name in new.dimensions if name not in old.dimensions]
    if (lost or more) and not set(lost + more) <= set(old.columns + new.columns):
        found.append(Change("dimension", "", _some(lost), _some(more)))
    for name in old.dimensions.keys() & new.dimensions.keys():
        before, now = old.dimensions[name], new.dimensions[name]
        if max(len(before), len(now)) > MANY:
            found += _counts("codes", len(before), len(now), limit, where=name)
        else:
            found += _lists("codes", name, _timeless(before), _timeless(now))
    return sorted(found, key=lambda one: (one.kind, one.where))


def _timeless(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in codes if not _YEAR.fullmatch(code))


def _lists(kind: str, where: str, old: tuple[str, ...], new: tuple[str, ...]) -> list[Change]:
    lost, more = [one for one in old if one not in new], [one for one in new if one not in old]
    return [Change(kind, where, _some(lost), _some(more))] if lost or more else []


def _counts(
    kind: str, old: float | None, new: float | None, limit: float, *, where: str = ""
) -> list[Change]:
    if old is None or new is None or abs(new - old) <= limit * abs(old):
        return []
    return [Change(kind, where, texts.format_count(old), texts.format_count(new))]


def _some(names: list[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _SHOWN else ""
    return ", ".join(name or "∅" for name in names[:_SHOWN]) + more
