"""What has left: the register of releases, and the only records that may be shown or written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from divide import catalog
from divide.errors import DisclosureError
from divide.releases import register
from divide.releases.register import held

__all__ = ["Publishable", "Release", "admit", "enter", "held", "publishable", "read"]

_ROW: Final = ["indicator", "group", "place_level", "place", "year", "value", "status"]
_NUMBERS: Final = ("value", "se", "low", "high", "n")
Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Release:
    """
    A table that was proven publishable.

    Attributes
    ----------
    name
        Its name in the register, such as r0001; empty before it is entered.
    day
        When it left, as ISO date.
    kind
        figures (of many institutions) or named (answers of institutions that agreed).
    answers
        What identifies the answers behind it, by indicator and year (`indicator|year`).
    rows
        What was told, hidden cells with their status.
    """

    name: str
    day: str
    kind: str
    answers: Mapping[str, str]
    rows: pd.DataFrame

    @property
    def digest(self) -> str:
        """Return what identifies the rows, to the last digit."""
        return register.digest([str(name) for name in self.rows.columns], _plain(self.rows))


@dataclass(frozen=True, eq=False)
class Publishable:
    """
    Figures that are in the register: the one record of the survey that show and report accept.

    Attributes
    ----------
    release
        Name of the release.
    digest
        What identifies its rows; a frame that was changed since no longer fits it.
    """

    release: str
    digest: str
    _rows: pd.DataFrame

    @property
    def frame(self) -> pd.DataFrame:
        """
        Return a copy of the figures.

        Raises
        ------
        DisclosureError
            If they are no longer those of the release.
        """
        if Release(self.release, "", "", {}, self._rows).digest != self.digest:
            raise DisclosureError(
                f"The figures of release {self.release} were changed after the gate. "
                "Take them from the gate again."
            )
        return self._rows.copy()


def read() -> tuple[Release, ...]:
    """
    Return all releases, oldest first.

    Raises
    ------
    DisclosureError
        If the register is damaged: what was told is not known, so nothing more may leave.
    """
    return tuple(_release(raw) for raw in register.lines())


def enter(release: Release) -> Publishable:
    """
    Enter a release into the register, whole or not at all, and return what may now leave.

    The entry comes first: a crash leaves a release that nobody saw, never one that nobody
    remembers.
    """
    named = replace(release, name=f"r{len(register.lines()) + 1:04d}")
    register.append(
        {
            "release": named.name,
            "day": named.day,
            "kind": named.kind,
            "answers": dict(named.answers),
            "digest": named.digest,
            "columns": [str(name) for name in named.rows.columns],
            "rows": _plain(named.rows),
        }
    )
    return publishable(named)


def publishable(release: Release) -> Publishable:
    """Return what a release in the register may show."""
    return Publishable(release.name, release.digest, release.rows.copy())


def admit(rows: Publishable | pd.DataFrame) -> pd.DataFrame:
    """
    Let figures pass to a page, figure or file; those of the survey only if they were released.

    Parameters
    ----------
    rows
        Released figures, or a frame. A frame of public statistics passes as it is; rows from a
        confidential source pass if the register holds each of them, figure by figure; one that
        is suppressed and holds no number tells nothing, and passes.

    Raises
    ------
    DisclosureError
        If a row of the survey is not proven to have been released.
    """
    if isinstance(rows, Publishable):
        known = {(one["release"], one["digest"]) for one in register.lines()}
        if (rows.release, rows.digest) not in known:
            raise DisclosureError(
                f"Release {rows.release} is not in the register, so it may not leave. "
                "Pass the survey's figures through the gate."
            )
        return rows.frame
    if "source" in rows.columns:
        confidential = rows["source"].isin(catalog.facts("disclosure")["confidential"])
        if {"value", "status"} <= set(rows.columns):
            numbers = rows.select_dtypes("number").drop(columns="year", errors="ignore")
            # "missing" would tell that nobody replied: only "suppressed" says nothing.
            confidential &= numbers.notna().any(axis=1) | (rows["status"] != "suppressed")
        if confidential.any():
            _prove(rows[confidential])
    return rows


def _prove(rows: pd.DataFrame) -> None:
    unknown = len(rows)
    if set(_ROW) <= set(rows.columns):
        told = {row for one in register.lines() for row in _figures(one)}
        unknown = sum(row not in told for row in _plain(rows[_ROW]))
    if unknown:
        raise DisclosureError(
            f"{unknown} of {len(rows)} figures of the survey are in no release, so they may not "
            "leave. Pass them through the gate, and show what it returns."
        )


def _figures(raw: Mapping[str, Any]) -> list[Row]:
    """Return a line's figures by what identifies them; named answers are no figures."""
    if not set(_ROW) <= set(raw["columns"]):
        return []
    at = [raw["columns"].index(name) for name in _ROW]
    return [tuple(row[position] for position in at) for row in raw["rows"]]


def _plain(rows: pd.DataFrame) -> list[Row]:
    """Return rows as tuples that compare: what is missing is None, a number is a float."""
    plain = rows.astype(object).where(rows.notna(), None)
    return [
        tuple(float(one) if isinstance(one, int | float) else one for one in row)
        for row in plain.itertuples(index=False, name=None)
    ]


def _release(raw: Mapping[str, Any]) -> Release:
    rows = pd.DataFrame(raw["rows"], columns=raw["columns"])
    kinds = {name: "float64" for name in _NUMBERS if name in rows.columns}
    if "year" in rows.columns:
        kinds["year"] = "int64"
    return Release(raw["release"], raw["day"], raw["kind"], raw["answers"], rows.astype(kinds))
