"""What has left: the register of releases, and the only records that may be shown or written."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
from filelock import FileLock, Timeout

from divide import catalog, paths
from divide.errors import DisclosureError

_WAIT: Final = 600.0  # seconds for another process that releases figures
_ROW: Final = ["indicator", "group", "place_level", "place", "year", "value", "status"]


@dataclass(frozen=True, eq=False)
class Release:
    """
    A table that was proven publishable.

    Attributes
    ----------
    name
        Its name in the register, such as r0001; empty before it is registered.
    day
        When it left, as ISO date.
    kind
        figures (of many institutions) or named (answers of institutions that agreed).
    answers
        For each indicator and year (`indicator|year`), the digest of the answers behind it.
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
        return hashlib.sha256(_as_text(_packed(self.rows))).hexdigest()


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


def path() -> Path:
    """Return the register's file: a release a line, each sealing the one before."""
    return paths.processed() / "releases.jsonl"


@contextmanager
def held() -> Iterator[None]:
    """Hold the one right to release: between check and entry nobody else may publish."""
    path().parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path().with_name(".releases.lock"), timeout=_WAIT):
            yield
    except Timeout:
        raise DisclosureError(
            "Another process has been releasing figures for ten minutes. End it, then try again."
        ) from None


def read() -> tuple[Release, ...]:
    """
    Return all releases, oldest first.

    Raises
    ------
    DisclosureError
        If the register is damaged: what was told is not known, so nothing more may leave.
    """
    return tuple(_release(raw) for raw in _lines())


def register(release: Release) -> Publishable:
    """
    Enter a release into the register, whole or not at all, and return what may now leave.

    The entry comes first: a crash leaves a release that nobody saw, never one that nobody
    remembers.
    """
    known = _lines()
    named = replace(release, name=f"r{len(known) + 1:04d}")
    raw = {
        "release": named.name,
        "day": named.day,
        "kind": named.kind,
        "answers": dict(named.answers),
        "digest": named.digest,
        "after": _seal(known[-1]) if known else "",
        **_packed(named.rows),
    }
    _write([*known, raw])
    return publishable(named)


def publishable(release: Release) -> Publishable:
    """Return what a registered release may show."""
    return Publishable(release.name, release.digest, release.rows.copy())


def admit(rows: Publishable | pd.DataFrame) -> pd.DataFrame:
    """
    Let figures pass to a page, figure or file; those of the survey only if they were released.

    Parameters
    ----------
    rows
        Released figures, or a frame. A frame of public statistics passes as it is; rows from a
        confidential source pass if the register holds each of them, figure by figure.

    Raises
    ------
    DisclosureError
        If a row of the survey is not proven to have been released.
    """
    if isinstance(rows, Publishable):
        frame = rows.frame
        if (rows.release, rows.digest) not in {(one.name, one.digest) for one in read()}:
            raise DisclosureError(
                f"Release {rows.release} is not in the register, so it may not leave. "
                "Pass the survey's figures through the gate."
            )
        return frame
    if "source" in rows.columns:
        confidential = rows["source"].isin(catalog.facts("disclosure")["confidential"])
        if confidential.any():
            _prove(rows[confidential])
    return rows


def _prove(rows: pd.DataFrame) -> None:
    absent = [name for name in _ROW if name not in rows.columns]
    known: set[tuple[Any, ...]] = set()
    for one in () if absent else read():
        known |= set(_plain(one.rows.reindex(columns=_ROW)))
    unknown = sum(row not in known for row in _plain(rows[_ROW])) if not absent else len(rows)
    if unknown:
        raise DisclosureError(
            f"{unknown} of {len(rows)} figures of the survey are in no release, so they may not "
            "leave. Pass them through the gate, and show what it returns."
        )


def _plain(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return rows as tuples that compare: what is missing is None."""
    plain = rows.astype(object).where(rows.notna(), None)
    return [
        tuple(float(one) if isinstance(one, int | float) else one for one in row)
        for row in plain.itertuples(index=False, name=None)
    ]


def _packed(rows: pd.DataFrame) -> dict[str, Any]:
    return {"columns": [str(name) for name in rows.columns], "rows": _plain(rows)}


def _release(raw: Mapping[str, Any]) -> Release:
    rows = pd.DataFrame(raw["rows"], columns=raw["columns"])
    if "year" in rows.columns:
        rows["year"] = rows["year"].astype(int)
    for name in ("value", "se", "low", "high", "n"):
        if name in rows.columns:
            rows[name] = rows[name].astype(float)
    return Release(raw["release"], raw["day"], raw["kind"], raw["answers"], rows)


def _lines() -> list[dict[str, Any]]:
    """Read the register's lines, each checked against the one before."""
    if not path().exists():
        return []
    try:
        lines = [json.loads(one) for one in path().read_text(encoding="utf-8").splitlines()]
        seals = ["", *(_seal(one) for one in lines)]
        sound = all(one["after"] == seal for one, seal in zip(lines, seals, strict=False))
        sound &= all(_release(one).digest == one["digest"] for one in lines)
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise DisclosureError(
            f"The register {path().name} is damaged: what has left is not known, so nothing more "
            "may. Restore the file from a backup."
        )
    return lines


def _seal(raw: Mapping[str, Any]) -> str:
    return hashlib.sha256(_as_text(raw)).hexdigest()


def _as_text(raw: Mapping[str, Any]) -> bytes:
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _write(lines: list[dict[str, Any]]) -> None:
    path().parent.mkdir(parents=True, exist_ok=True)
    part = path().with_name(f".releases.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.writelines(_as_text(one) + b"\n" for one in lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path())
    finally:
        part.unlink(missing_ok=True)
