"""Answers of institutions by name: with their consent, never for sensitive items."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from divide.errors import DisclosureError
from divide.measure.disclosure import audits
from divide.measure.disclosure.protection import sensitive
from divide.measure.disclosure.requests import Request, requests
from divide.measure.disclosure.rules import Item, Rules, refuse_item, rules
from divide.releases import Release

_COLUMNS: Final = ["indicator", "institution", "year", "value", "status", "source", "edition"]


def protect_named(
    rows: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    *,
    consents: Mapping[str, str],
    today: date,
    earlier: Sequence[Release] = (),
    declared: Rules | None = None,
) -> Release:
    """
    Let answers leave with the institution's name, if it agreed and nobody else is told by it.

    Parameters
    ----------
    rows
        One row an institution and indicator: indicator, institution, year, value, status,
        source, edition.
    answers
        All answers behind the figures of these indicators, as for `protect`.
    consents
        Each institution's answer to how its answers may be used.

    Raises
    ------
    DisclosureError
        If an institution did not agree, an item may not be told by name, or the figures told
        earlier would give others away once this institution's part is taken off.
    """
    chosen = declared or rules()
    extra = [str(name) for name in rows.columns if name not in _COLUMNS]
    if extra or set(_COLUMNS) - set(rows.columns):
        raise DisclosureError(
            f"Named answers have the columns {', '.join(_COLUMNS)} and no other "
            f"({', '.join(extra) or 'some are absent'})."
        )
    if not pd.api.types.is_numeric_dtype(rows["value"]):
        raise DisclosureError("Named answers are numbers: write choices as one indicator each.")
    _check_consent(rows, items, consents, chosen)
    for (indicator, year), own in rows.groupby(["indicator", "year"], sort=True):
        for request in _told(answers, items, chosen, earlier, (str(indicator), int(str(year)))):
            _check_others(request, set(own["institution"]), chosen)
    return Release("", today.isoformat(), "named", {}, rows[_COLUMNS].reset_index(drop=True))


def _check_consent(
    rows: pd.DataFrame, items: Mapping[str, Item], consents: Mapping[str, str], chosen: Rules
) -> None:
    silent = {one for one in rows["institution"] if consents.get(one) != chosen.consent}
    if silent:
        raise DisclosureError(
            f"{len(silent)} institutions did not agree to be named. Leave them out, or ask them."
        )
    for indicator in sorted(set(rows["indicator"])):
        item = refuse_item(indicator, items.get(indicator), chosen)
        if item.privacy not in chosen.named_classes:
            raise DisclosureError(
                f"'{indicator}' is of class {item.privacy}: it is never told by name, whoever "
                "agreed. Leave it out."
            )


def _told(
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    chosen: Rules,
    earlier: Sequence[Release],
    which: tuple[str, int],
) -> list[Request]:
    """Return what was told earlier of an indicator and year, as if it were asked for again."""
    told = [
        one.rows[(one.rows["indicator"] == which[0]) & (one.rows["year"] == which[1])]
        for one in earlier
        if one.kind == "figures"
    ]
    if not any(len(one) for one in told):
        return []
    figures = pd.concat(told).drop_duplicates(["group", "place_level", "place"])
    return requests(figures.drop(columns="coded"), answers, items, chosen, earlier=earlier)


def _check_others(request: Request, named: set[str], chosen: Rules) -> None:
    """Refuse to name whom the figures told earlier hide others with."""
    known = request.without(request.public | named)
    if known is None:
        return
    cells, given = known
    reasons, secret = sensitive(cells, given, request, chosen)
    told = np.zeros(len(reasons), dtype=bool)
    seen = cells.positions(request.before)
    told[seen[seen >= 0]] = True
    if (told & (reasons != "")).any() or len(audits.leaks(audits.audit([secret], ~told))):
        raise DisclosureError(
            f"With these institutions named, the figures of '{request.indicator}' of "
            f"{request.year} told earlier would give others away. Name fewer, or none."
        )
