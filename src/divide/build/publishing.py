"""From the survey's estimates to what may be shown: the gate, then the register, in one step."""

import logging
from collections.abc import Mapping
from datetime import date

import pandas as pd

from divide import catalog, releases
from divide.measure.disclosure import gate, naming
from divide.measure.disclosure.rules import Item
from divide.releases import Publishable, Release

logger = logging.getLogger(__name__)


def publish(
    figures: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    *,
    frame: pd.DataFrame | None = None,
    today: date | None = None,
) -> Publishable:
    """
    Let figures of the survey leave: the one way to a page, a figure or a file.

    The check against all earlier releases of this survey and the new entry in the register are
    one step that no other process can come between. Asked for the same again, the same comes back.

    Parameters
    ----------
    figures, answers, items, frame
        As for `measure.disclosure.gate.protect`.
    today
        The day of the release.

    Raises
    ------
    DisclosureError
        If anything asked for may not leave or cannot be proven safe. Nothing is registered then.
    """
    with releases.held():
        release = gate.protect(
            figures,
            answers,
            items,
            frame=frame,
            today=today or date.today(),
            earlier=_earlier(figures, answers),
        )
        return _enter(release)


def _earlier(figures: pd.DataFrame, answers: pd.DataFrame) -> tuple[Release, ...]:
    """Return the releases that count: the demonstration is another survey than a real one."""
    sources = set(figures["source"])
    told = [one for one in releases.read() if not sources.isdisjoint(one.rows["source"])]
    if not sources <= set(catalog.facts("disclosure")["synthetic"]):
        return tuple(told)
    # Synthetic answers change with the program, and their difference is nobody's answer.
    return tuple(one for one in told if gate.same_answers(one, answers))


def publish_named(
    rows: pd.DataFrame,
    answers: pd.DataFrame,
    items: Mapping[str, Item],
    *,
    consents: Mapping[str, str],
    today: date | None = None,
) -> Publishable:
    """Let answers leave with the name of institutions that agreed, as for `publish`."""
    with releases.held():
        release = naming.protect_named(
            rows,
            answers,
            items,
            consents=consents,
            today=today or date.today(),
            earlier=releases.read(),
        )
        return _enter(release)


def _enter(release: Release) -> Publishable:
    if release.name:
        return releases.publishable(release)
    entered = releases.enter(release)
    logger.info("Release %s: %d rows", entered.release, len(release.rows))
    return entered
