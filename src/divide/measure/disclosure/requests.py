"""What is asked to leave: checked before anything is computed, refused with what to do."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from divide import terms
from divide.errors import DisclosureError
from divide.measure.disclosure.lattices import Lattice, lattice, level_of, nested
from divide.measure.disclosure.primary import Answers
from divide.measure.disclosure.rules import Item, Level, Rules, refuse_item
from divide.releases import Release

FIGURE: Final = [*terms.KEY, *terms.VALUE]
ANSWER: Final = ["indicator", "institution", "year", "persons", "value"]
_CELL: Final = ["indicator", "group", "place_level", "place", "year"]
_DEFAULTS: Final = {"base": np.nan, "weight": 1.0, "size": np.inf}


@dataclass(frozen=True, eq=False)
class Request:
    """
    One indicator of one year that is asked to leave.

    Attributes
    ----------
    figures, answers
        Its rows, and the answers they were made from.
    levels
        Every level that is ever published, asked for or not: what is told now must leave the
        cells that may be asked for later open.
    told
        Its rows in earlier releases.
    public
        Institutions whose own answer to it is public: they protect nobody.
    digests
        What identifies the answers, by indicator and year; and how they are placed and sorted.
    """

    indicator: str
    year: int
    item: Item
    figures: pd.DataFrame
    answers: pd.DataFrame
    levels: tuple[Level, ...]
    told: pd.DataFrame
    public: frozenset[str]
    digests: Mapping[str, str]

    @cached_property
    def cells(self) -> Lattice:
        """All cells of all levels, over all answers."""
        return lattice(self.answers, self.levels)

    @cached_property
    def given(self) -> Answers:
        """The answers' numbers as the rules take them."""
        return as_answers(self.answers, self.item)

    @cached_property
    def before(self) -> pd.DataFrame:
        """The rows told earlier with a value."""
        return self.told[self.told["value"].notna()]

    def without(self, public: Set[str]) -> tuple[Lattice, Answers] | None:
        """Return cells and answers that an attacker does not know; None if it knows all."""
        if not public:
            return self.cells, self.given
        rows = self.answers[~self.answers["institution"].isin(public)]
        if rows.empty:
            return None
        return lattice(rows, self.levels), as_answers(rows, self.item)


def requests(
    figures: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    rules: Rules,
    *,
    earlier: Sequence[Release],
) -> list[Request]:
    """
    Part what is asked by indicator and year, and refuse what may not be asked at all.

    Raises
    ------
    DisclosureError
        If a column, level or item may not leave, answers are missing, places overlap, or
        answers changed since an earlier release: each message says which and what to do.
    """
    _check_figures(figures, rules)
    given = filled(answers)
    nested(given, rules.ladder)
    found = []
    for (indicator, year), rows in figures.groupby(["indicator", "year"], sort=True):
        item = refuse_item(str(indicator), items.get(str(indicator)), rules)
        own = given[(given["indicator"] == indicator) & (given["year"] == year)]
        found.append(
            _request(
                str(indicator), int(str(year)), item, (rows, own), rules=rules, earlier=earlier
            )
        )
    return found


def as_answers(rows: pd.DataFrame, item: Item) -> Answers:
    """Return the answers' numbers as the rules take them."""
    persons, value, base, weight, size = (
        rows[name].to_numpy(dtype=float) for name in ("persons", "value", "base", "weight", "size")
    )
    most = {"share": base, "count": np.maximum(size, value)}
    unknown = np.full(len(rows), np.inf)
    return Answers(persons, value, base, most.get(item.kind, unknown), weight)


def digests(answers: pd.DataFrame, name: str, rules: Rules) -> dict[str, str]:
    """
    Return what identifies answers, in whatever order they come.

    Their numbers under `name`, and each column that places or sorts them under `name|column`:
    a later release may be told by more columns, but by none that moved.
    """
    sorts = {dimension for level in rules.levels for dimension in level.by}
    columns = {name: ["persons", "value", "base", "weight"]}
    columns |= {
        f"{name}|{one}": [one] for one in sorted(sorts | set(rules.ladder)) if one in answers
    }
    ordered = answers.sort_values("institution")
    plain = {one: ordered[one].to_numpy(dtype=float).tolist() for one in columns[name]}
    plain |= {
        one: ordered[one].astype(str).tolist()
        for one in ("institution", *(own[0] for own in columns.values() if own[0] not in plain))
    }
    return {
        key: _digest([plain[one] for one in ("institution", *own)]) for key, own in columns.items()
    }


def _digest(columns: list[list[float | str]]) -> str:
    return hashlib.sha256(json.dumps(columns, separators=(",", ":")).encode()).hexdigest()


def _check_figures(figures: pd.DataFrame, rules: Rules) -> None:
    absent = [name for name in FIGURE if name not in figures.columns]
    extra = [str(name) for name in figures.columns if name not in rules.columns]
    if absent or extra:
        raise DisclosureError(
            f"Figures lack {', '.join(absent) or 'nothing'} and have {', '.join(extra) or 'no'} "
            f"columns that may not leave. Columns that may: {', '.join(rules.columns)}."
        )
    if figures.empty or figures.duplicated(_CELL).any():
        raise DisclosureError("No figure, or one twice, was asked for: pass each figure once.")
    refused = sorted({str(level) for level in level_of(figures) if level not in rules.levels})
    if refused:
        known = "; ".join(str(level) for level in rules.levels)
        raise DisclosureError(
            f"Figures on level {', '.join(refused)} never leave: there too few institutions answer "
            f"to hide among. Ask for: {known}."
        )


def filled(answers: pd.DataFrame) -> pd.DataFrame:
    """Return answers with what they may leave out: weight 1, no base, no known size."""
    absent = [name for name in ANSWER if name not in answers.columns]
    if absent:
        raise DisclosureError(
            f"The answers lack {', '.join(absent)}: without them nothing can be proven. "
            "Pass one row an institution and indicator."
        )
    new = {name: value for name, value in _DEFAULTS.items() if name not in answers.columns}
    filled = answers.assign(**new)
    filled["size"] = filled["size"].fillna(np.inf)
    numbers = filled[["persons", "value", "weight"]]
    if numbers.isna().any(axis=None) or (numbers < 0).any(axis=None):
        raise DisclosureError(
            "Some answers have no persons, value or weight, or one below 0. Leave out the "
            "institutions that did not answer this question."
        )
    return filled


def _request(
    indicator: str,
    year: int,
    item: Item,
    rows: tuple[pd.DataFrame, pd.DataFrame],
    *,
    rules: Rules,
    earlier: Sequence[Release],
) -> Request:
    figures, answers = rows
    if answers.empty or answers["institution"].duplicated().any():
        raise DisclosureError(
            f"No answer, or two of one institution, stand behind '{indicator}' of {year}. "
            "Pass each institution's answer once."
        )
    if item.kind in ("share", "mean") and answers["base"].isna().any():
        raise DisclosureError(
            f"'{indicator}' is a {item.kind}, but its answers have no base. Pass what each "
            "institution adds to the denominator."
        )
    own = digests(answers, f"{indicator}|{year}", rules)
    changed = [one for one in earlier if any(one.answers.get(k, v) != v for k, v in own.items())]
    if changed:
        raise DisclosureError(
            f"The answers behind '{indicator}' of {year} are not those of release "
            f"{changed[0].name} of {changed[0].day}: told again, the difference would be "
            "somebody's answer. Use the answers of that release, or wait for the next wave."
        )
    known = _known(earlier, indicator, year)
    return Request(indicator, year, item, figures, answers, rules.levels, *known, own)


def _known(
    earlier: Sequence[Release], indicator: str, year: int
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Return the figures of an indicator told earlier, and who answered in public."""
    told, public = [], set()
    for one in earlier:
        rows = one.rows[(one.rows["indicator"] == indicator) & (one.rows["year"] == year)]
        if one.kind == "named":
            public |= set(rows["institution"])
        else:
            told.append(rows)
    joined = pd.concat(told) if told else pd.DataFrame(columns=[*_CELL, "value"])
    # Told in one release and hidden in another is told.
    seen = joined.sort_values("value", na_position="last", kind="stable")
    return seen.drop_duplicates(_CELL).reset_index(drop=True), frozenset(public)
