"""The declared rules of what may leave, and what the gate must know of each item."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from divide import catalog
from divide.errors import DisclosureError

KINDS: Final = ("count", "share", "mean", "median")
# Status words of the five marks: a value · hidden by protection · too uncertain · no reply ·
# none in the frame. `show.classes` draws each with a pattern of its own.
MARKS: Final = ("observed", "suppressed", "unreliable", "missing", "none")


@dataclass(frozen=True)
class Level:
    """A place level and the dimensions of the group that are told on it."""

    place_level: str
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place_level} by {', '.join(self.by)}" if self.by else self.place_level


@dataclass(frozen=True)
class Item:
    """
    What an indicator is, as far as its protection needs to know.

    Attributes
    ----------
    kind
        count, share, mean or median.
    privacy
        Class of its question in the questionnaire: none, quasi, sensitive, direct, freetext.
    persons
        Whether a count counts persons, which are rounded in public files.
    modelled
        Whether a model makes the figure: then it is not what the answers alone add up to.
    everyone
        Whether all who were asked stand behind it, as behind a response rate: their number is
        public, and told as it is.
    """

    kind: str
    privacy: str = "none"
    persons: bool = True
    modelled: bool = False
    everyone: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether extreme values are told as bounds only."""
        return self.privacy == "sensitive"


@dataclass(frozen=True)
class Rules:
    """What facts/disclosure.yml declares; the comments there say what each rule is for."""

    persons: int
    institutions: int
    dominance: float
    within: float
    share_persons: int
    share_institutions: int
    median_institutions: int
    least_share: float
    most_share: float
    persons_step: int
    institutions_step: int
    steps: Mapping[int, float]
    levels: tuple[Level, ...]
    ladder: tuple[str, ...]
    refused_classes: frozenset[str]
    named_classes: frozenset[str]
    consent: str
    columns: tuple[str, ...]
    seconds: float

    def step(self, institutions: int) -> float:
        """
        Return the step to which a share or mean of so many institutions is told.

        Examples
        --------
        >>> rules().step(7), rules().step(466)
        (0.1, 0.01)
        """
        froms = sorted(self.steps)
        position = bisect_right(froms, institutions) - 1
        return float(self.steps[froms[max(position, 0)]])

    def least(self, kind: str) -> tuple[int, int]:
        """
        Return the least persons and institutions that a figure of this kind needs.

        Examples
        --------
        >>> rules().least("count"), rules().least("share")
        ((6, 5), (30, 5))
        """
        if kind == "count":
            return self.persons, self.institutions
        if kind == "median":
            return self.share_persons, self.median_institutions
        return self.share_persons, self.share_institutions


@cache
def rules() -> Rules:
    """Read the declared rules from facts."""
    raw = dict(catalog.facts("disclosure"))
    for sources in ("confidential", "synthetic"):
        raw.pop(sources)
    return Rules(
        **{
            **raw,
            "levels": tuple(Level(one["place_level"], tuple(one["by"])) for one in raw["levels"]),
            "ladder": tuple(raw["ladder"]),
            "columns": tuple(raw["columns"]),
            "refused_classes": frozenset(raw["refused_classes"]),
            "named_classes": frozenset(raw["named_classes"]),
        }
    )


def refuse_item(indicator: str, item: Item | None, declared: Rules) -> Item:
    """
    Return an item that may be told in figures at all.

    Raises
    ------
    DisclosureError
        If the gate does not know the indicator, or its question never leaves.
    """
    if item is None:
        raise DisclosureError(
            f"Nothing says what '{indicator}' is, so it cannot be proven publishable. "
            "Name its kind and its privacy class in `items`."
        )
    if item.privacy in declared.refused_classes:
        raise DisclosureError(
            f"'{indicator}' comes from a question of class {item.privacy}, which never leaves. "
            "Leave it out."
        )
    if item.kind not in KINDS:
        raise DisclosureError(
            f"'{indicator}' is said to be a {item.kind!r}: {', '.join(KINDS)} expected."
        )
    return item
