"""What is here of each source: for `divide sources` and `divide check`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from divide import catalog
from divide.build.fetching import noticed_drift
from divide.errors import SourceError
from divide.fetch import snapshots, store
from divide.fetch.sources import CHANNELS
from divide.terms import is_behind, months_old

_HEADS: Final = ("source", "publisher", "here", "newest", "age", "licence", "channel", "what")


@dataclass(frozen=True)
class Holding:
    """
    One source and what is here of it.

    Attributes
    ----------
    here
        Edition that tables are made from; empty if none, `typed` for figures typed in.
    newest
        Newest edition known: fetched, declared in the facts, or refused for its drift.
    age_months
        Months since the edition here; None if it names no date.
    channel
        How it came: a channel, `mirror`, `raw` (laid down by hand), or `default`.
    state
        sound, old (behind the publisher's rhythm), frozen (so although the publisher was
        asked), drifted (a newer edition was refused), damaged, absent.
    """

    source: str
    publisher: str
    what: str
    here: str
    newest: str
    age_months: int | None
    licence: str
    channel: str
    state: str


def holdings(*, lang: str = "en", today: date | None = None) -> list[Holding]:
    """Return every source with what is here of it, in alphabetical order."""
    day = today or date.today()
    return [_holding(source, lang, day) for source in catalog.sources().values()]


def as_table(rows: list[Holding]) -> list[str]:
    """Write holdings as lines for a terminal, columns aligned."""
    cells = [[name.upper() for name in _HEADS], *(_cells(one) for one in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(_HEADS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def as_records(rows: list[Holding]) -> list[dict[str, Any]]:
    """Return holdings for machines."""
    return [asdict(one) for one in rows]


def _cells(one: Holding) -> list[str]:
    age = "" if one.age_months is None else f"{one.age_months} mo"
    told = "" if one.state == "sound" else f" [{one.state}]"
    known = (one.source, one.publisher, one.here or "–", one.newest or "–", age)
    return [*known, one.licence, one.channel + told, one.what]


def _holding(source: catalog.Source, lang: str, today: date) -> Holding:
    here, channel, state = _here(source)
    drift = noticed_drift(source.id)
    declared = [one.edition for one in source.editions]
    fetched = [] if state == "damaged" else [one.edition for _, one in store.editions(source.id)]
    refused = [str(drift["edition"])] if drift else []
    age = months_old(here, today)
    if drift:
        state = "drifted"
    elif state == "sound" and is_behind(here, source.rhythm_months, today):
        # Asked over the network and still old: the publisher stopped. Else only we did.
        state = "frozen" if channel in CHANNELS else "old"
    return Holding(
        source=source.id,
        publisher=source.publisher,
        what=source.title[lang],
        here=here,
        newest=max([*declared, *fetched, *refused], default=""),
        age_months=age,
        licence=source.licence,
        channel=channel,
        state=state,
    )


def _here(source: catalog.Source) -> tuple[str, str, str]:
    if source.typed:
        return "typed", "default", "sound"
    try:
        found = snapshots.find(source.id)
    except SourceError:
        return "", "", "damaged"
    if found is None:
        return "", "default" if source.editions else "", "sound" if source.editions else "absent"
    receipt = next(
        (one for folder, one in store.editions(source.id) if one.edition == found.edition), None
    )
    return found.edition, receipt.channel if receipt else found.origin, "sound"
