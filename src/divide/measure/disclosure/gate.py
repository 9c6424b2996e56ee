"""The gate: figures of the survey pass here before they leave, or they do not leave."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from divide.errors import DisclosureError
from divide.measure.disclosure.protection import protect_cells
from divide.measure.disclosure.requests import Request, digests, filled, requests
from divide.measure.disclosure.rules import Item, Rules, rules
from divide.measure.disclosure.telling import tell_rows
from divide.releases import Release

logger = logging.getLogger(__name__)
_KEY = ["indicator", "group", "place_level", "place", "year"]


def protect(
    figures: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    *,
    today: date,
    earlier: Sequence[Release] = (),
    frame: pd.DataFrame | None = None,
    declared: Rules | None = None,
) -> Release:
    """
    Prove a table publishable and return it as it may leave; refuse what cannot be proven.

    Parameters
    ----------
    figures
        Observations or estimates: one row an indicator, group, place and year.
    answers
        What they were made from: one row an institution and indicator, with `institution`,
        `year`, `persons`, `value` (what it adds to the figure or its numerator), for shares
        and means `base` (what it adds to the denominator), `weight` (1 if absent), `size` (its
        published size, if known) and the columns its places and groups are told by.
    items
        What each indicator is: its kind and privacy class.
    today
        The day of the release.
    earlier
        All earlier releases: what they told counts as known.
    frame
        The public frame, one row an institution that was asked: tells "no reply" from "none in
        the frame".
    declared
        Rules other than those of facts/disclosure.yml, for simulations only.

    Returns
    -------
    Release
        With the earlier release's name if exactly this was released before, else without one:
        `releases.enter` gives it one, and only then may it leave.

    Raises
    ------
    DisclosureError
        If anything asked for may not leave or cannot be proven safe, or nothing would be left.
    """
    chosen = declared or rules()
    asked = requests(figures, answers, items, chosen, earlier=earlier)
    again = _released(asked, figures, earlier)
    if again is not None:
        return again
    parts = [_one(request, chosen, frame) for request in asked]
    rows = pd.concat(parts, ignore_index=True).sort_values(_KEY, ignore_index=True)
    if rows["value"].isna().all():
        raise DisclosureError(
            "Of the figures asked for none may be told: too few institutions answered. "
            "Ask for a coarser level, or wait for more answers."
        )
    behind = {name: found for one in asked for name, found in one.digests.items()}
    return Release("", today.isoformat(), "figures", behind, rows)


def same_answers(release: Release, answers: pd.DataFrame, *, declared: Rules | None = None) -> bool:
    """Tell whether a release rests on these answers, in each indicator that both know."""
    chosen = declared or rules()
    for (indicator, year), rows in filled(answers).groupby(["indicator", "year"]):
        own = digests(rows, f"{indicator}|{year}", chosen)
        if any(release.answers.get(name, one) != one for name, one in own.items()):
            return False
    return True


def _one(request: Request, chosen: Rules, frame: pd.DataFrame | None) -> pd.DataFrame:
    found = protect_cells(request, chosen)
    rows = tell_rows(request, found, chosen, frame=frame)
    told = rows["value"].notna().sum()
    # Counts of figures only: nothing of an answer stands in a log.
    logger.info("%s: %d of %d figures may leave", request.indicator, told, len(rows))
    return rows


def _released(
    asked: Sequence[Request], figures: pd.DataFrame, earlier: Sequence[Release]
) -> Release | None:
    """Return the release that told exactly this: asked twice, the gate answers the same."""
    behind = {name: found for one in asked for name, found in one.digests.items()}
    wanted = set(figures[_KEY].itertuples(index=False, name=None))
    for one in earlier:
        same = one.kind == "figures" and dict(one.answers) == behind
        if same and set(one.rows[_KEY].itertuples(index=False, name=None)) == wanted:
            return one
    return None
