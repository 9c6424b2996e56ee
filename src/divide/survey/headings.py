"""Headings of a file matched with the columns of the survey: by code, in words, or cut short."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from divide.survey.exporters import PERSONAL, ROLES, is_token_file
from divide.survey.questionnaire import Instrument, instrument
from divide.survey.wordings import Structure, Target, Wording, own_wordings, plain

# LimeSurvey cuts question and item alike and puts two points: `Quelle part des.. [SMS]`.
_CUT: Final = re.compile(
    r"^(?P<stem>.*?)(?P<cut>\.\.)?\s*(?:\[(?P<part>.*?)(?P<short>\.\.)?\s*\])?$"
)
_BEGINNING: Final = 3  # letters that must be left of a question for it to be known
_CODE_AND_TEXT: Final = re.compile(r"^([A-Za-z]\w*(?:\[\w+\])?)\s*[.:;,\-–]\s*(.+)$", re.S)
_PATH: Final = re.compile(r"[/.-]")


@dataclass(frozen=True)
class Matching:
    """
    What each column of a file stands for.

    Attributes
    ----------
    targets
        Column of the file to a column of the survey; each of these only once.
    roles
        `submitted`, `changed`, `started`, `language`, `lastpage` to the column that tells it.
    personal, unknown, others
        Columns about persons; of nobody's; free texts of "other".
    doubles
        Columns that repeat a target, with the column that had it first.
    renamed
        Columns that carry the name of an earlier wave.
    """

    targets: Mapping[int, Target]
    roles: Mapping[str, int] = field(default_factory=dict)
    personal: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    doubles: Mapping[int, int] = field(default_factory=dict)
    renamed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Knows headings: those of the questionnaire, of a structure, of a mapping, of a wave."""

    structure: Structure = field(default_factory=Structure)
    mapping: Mapping[str, Target] = field(default_factory=dict)
    earlier: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def codes(self) -> dict[str, Target]:
        """Map codes, as exporters write them, to targets."""
        return _codes(instrument())

    @cached_property
    def texts(self) -> dict[str, Target]:
        """Map whole wordings to targets."""
        found = {}
        for one in self.wordings:
            found[f"{one.stem} [{one.part}]" if one.part else one.stem] = one.target
        return found

    @cached_property
    def wordings(self) -> tuple[Wording, ...]:
        """Return every wording that is known; a survey's own before the questionnaire's."""
        return (*own_wordings(), *self.structure.wordings)

    def target(self, heading: str) -> Target | None:
        """
        Return what a heading stands for, if it is known whole.

        Examples
        --------
        >>> Reader().target("sec_b/b_eq/b_eq_phone")
        Target(name='b_eq_phone', option=None)
        >>> Reader().target("groups[gadd]"), Reader().target("Age")
        (Target(name='groups', option='gadd'), None)
        """
        text = plain(heading)
        chosen = self.mapping.get(text) or self.codes.get(text) or self.texts.get(text)
        if chosen is None and " " not in text:
            chosen = self._of_path(text)
        if chosen is None and (both := _CODE_AND_TEXT.match(heading)):
            code = self.codes.get(plain(both[1]))
            return code if code and self._is_wording(code, both[2]) else None
        return chosen

    def score(self, row: Sequence[str]) -> int:
        """Count the headings of a row that are known."""
        cells = [cell for cell in row if cell.strip()]
        if is_token_file(cells):
            return len(cells)  # read on, to be refused for what it is
        return len({t for cell in cells if (t := self.target(cell))}) or self._cut_score(cells)

    def _cut_score(self, cells: Iterable[str]) -> int:
        return sum(1 for cell in cells if ".." in cell and self.candidates(cell))

    def _of_path(self, text: str) -> Target | None:
        """Find `group/question`, `group-question` and `group/question/choice`."""
        parts = _PATH.split(text)
        ends = ["/".join(parts[-2:]), parts[-1]] if len(parts) > 1 else parts
        earlier = [self.earlier[end] for end in ends if end in self.earlier]
        return next((self.codes[end] for end in (*ends, *earlier) if end in self.codes), None)

    def _is_wording(self, target: Target, text: str) -> bool:
        known = self.target(text)
        return known == target or any(one.target == target for one in self.candidates(text))

    def candidates(self, heading: str) -> list[Wording]:
        """Return the wordings that a heading cut short may be."""
        parts = _CUT.match(plain(heading))
        if parts is None or not (parts["cut"] or parts["short"]):
            return []
        return [one for one in self.wordings if _fits(one, parts)]


def _fits(one: Wording, parts: "re.Match[str]") -> bool:
    stem, part = parts["stem"], parts["part"]
    if bool(part) != bool(one.part) or len(stem.rstrip(".")) < _BEGINNING:
        return False
    # What is not cut is whole; NFKC wrote "…" as three points, which a cut may share.
    begins = one.stem.startswith(stem.rstrip(".")) if parts["cut"] else one.stem == stem
    if not part or not begins:
        return begins
    return one.part.startswith(part) if parts["short"] else one.part == part


def match(headings: Sequence[str], reader: Reader) -> Matching:
    """Match every heading of a file; the columns of persons are told whether filled or not."""
    roles: dict[str, int] = {}
    personal, unknown, renamed = [], [], []
    targets: dict[int, Target] = {}
    doubles: dict[int, int] = {}
    first: dict[Target, int] = {}
    cut = _in_order(headings, reader)
    for column, heading in enumerate(headings):
        text = plain(heading)
        target = reader.target(heading) or cut.get(column)
        if target is not None:
            if target in first:
                doubles[column] = first[target]
                continue
            first[target] = column
            targets[column] = target
            renamed += [column] if _PATH.split(text)[-1] in reader.earlier else []
        elif text in PERSONAL or text.rpartition("/")[2] in PERSONAL:
            personal.append(column)
        elif text in ROLES:
            roles.setdefault(ROLES[text], column)
        elif text:
            unknown.append(column)
    return Matching(targets, roles, tuple(personal), tuple(unknown), doubles, tuple(renamed))


def _in_order(headings: Sequence[str], reader: Reader) -> dict[int, Target]:
    """
    Match headings cut short, among which several may begin alike, in the order of questions.

    An export keeps the questionnaire's order, so of two that begin alike the first heading
    is the first question. One language is chosen for the file.
    """
    found = {
        column: reader.candidates(heading)
        for column, heading in enumerate(headings)
        if ".." in heading and not reader.target(heading)
    }
    votes = Counter(lang for many in found.values() for lang in {one.lang for one in many})
    if not votes:
        return {}
    lang = votes.most_common(1)[0][0]
    chosen: dict[int, Target] = {}
    last = -1
    for column, many in found.items():
        later = [one for one in many if one.lang == lang and one.order > last]
        if later:
            best = min(later, key=lambda one: one.order)
            chosen[column], last = best.target, best.order
    return chosen


def _codes(made: Instrument) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for name, row in made.columns.items():
        stem, _, part = row.ls_column.partition("[")
        joined = f"{stem}_{part.removesuffix(']')}" if part else stem
        for code in (name, row.ls_column, joined):
            found[plain(code)] = Target(name)
        if row.type != "select_multiple":
            continue
        for choice in made.choices(name):
            for code in (
                f"{name}/{choice.code}",
                f"{stem}[{choice.code}]",
                f"{stem}_{choice.code}",
            ):
                found[plain(code)] = Target(name, choice.code)
    return found
