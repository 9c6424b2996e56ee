"""Random institution surveys, and an attacker that shares no code with the gate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

CANTONS = ["ZH", "BE", "LU", "UR", "SZ", "FR", "VD", "GE", "NE", "TI"]
Columns = dict[str, np.ndarray]
Cell = tuple[str, str, str]
REGION = {"FR": "fr", "VD": "fr", "GE": "fr", "NE": "fr", "TI": "it"}
TYPES = ["elder", "hdis", "youth", "addi", "asyl"]


def survey(seed: int, *, institutions: int = 60, cantons: int = 8, types: int = 4) -> pd.DataFrame:
    """Return the answers of a random survey: one row an institution, uneven as real ones are."""
    draw = np.random.default_rng(seed)
    where = draw.choice(cantons, institutions, p=draw.dirichlet(np.full(cantons, 1.2)))
    what = draw.choice(types, institutions, p=draw.dirichlet(np.full(types, 2.0)))
    persons = np.maximum(1, np.rint(draw.lognormal(3.3, 0.9, institutions)))
    canton = np.array(CANTONS)[where]
    return pd.DataFrame(
        {
            "indicator": "clients",
            "institution": [f"I-{number:04d}" for number in range(institutions)],
            "year": 2026,
            "canton": canton,
            "language_region": [REGION.get(one, "de") for one in canton],
            "type": np.array(TYPES)[what],
            "persons": persons,
            "value": persons,
        }
    )


def figures_of(answers: pd.DataFrame, levels: list[tuple[str, bool]]) -> pd.DataFrame:
    """Add the answers up on levels of (place, by type?), as the estimates of a census would."""
    value = answers["value"].to_numpy()
    sums: dict[Cell, float] = {}
    for level, by_type in levels:
        places = ["CH"] * len(answers) if level == "country" else answers[level].tolist()
        kinds = [f"type:{one}" for one in answers["type"]] if by_type else ["total"] * len(answers)
        for place, kind, one in zip(places, kinds, value, strict=True):
            sums[level, place, kind] = sums.get((level, place, kind), 0.0) + one
    rows = [(*cell, total) for cell, total in sums.items()]
    return pd.DataFrame(rows, columns=["place_level", "place", "group", "value"]).assign(
        indicator=answers["indicator"].iloc[0],
        register_date=None,
        year=2026,
        status="observed",
        source="demonstration_survey",
        edition="2026",
    )


@dataclass(frozen=True, eq=False)
class Attacker:
    """
    Somebody who knows every told cell exactly, and perhaps one institution's own value.

    The unknowns are the totals by canton and type; each told cell is one equation. This is
    scipy's solver on equations, not the gate's programme of moves.
    """

    answers: Columns
    insider: str | None
    parts: Columns
    equations: np.ndarray
    totals: np.ndarray
    box: list[tuple[float, float | None]]

    def bounds(self, level: str, place: str, group: str) -> tuple[float, float]:
        """Return the least and the most that a cell can hold, as far as this attacker knows."""
        target = within(self.parts, level, place, group).astype(float)
        return self._least(target), -self._least(-target)

    def _least(self, cost: np.ndarray) -> float:
        found = linprog(
            cost, A_eq=self.equations, b_eq=self.totals, bounds=self.box, method="highs"
        )
        if found.status == 3:  # nothing bounds it
            return -np.inf
        assert found.status == 0, found.message
        return float(found.fun)


def columns(rows: pd.DataFrame) -> Columns:
    """Return a frame's columns as plain arrays: many small look-ups are faster on them."""
    return {str(name): rows[name].to_numpy() for name in rows.columns}


def attacker(answers: Columns, told: list[Cell], insider: str | None = None) -> Attacker:
    """Give an attacker the told cells with their true totals, and an insider's own value."""
    keys = list(zip(answers["canton"], answers["type"], answers["language_region"], strict=True))
    names = sorted(set(keys))
    sums = np.zeros(len(names))
    at = np.array([names.index(one) for one in keys])
    np.add.at(sums, at, answers["value"])
    split = np.array(names, dtype=object).T
    parts = dict(zip(("canton", "type", "language_region"), split, strict=True))
    equations = np.array([within(parts, *cell) for cell in told], dtype=float)
    box: list[tuple[float, float | None]] = [(0.0, None)] * len(names)
    if insider is not None:
        own = int(np.flatnonzero(answers["institution"] == insider)[0])
        value = float(answers["value"][own])
        box[at[own]] = (value, value if (at == at[own]).sum() == 1 else None)
    return Attacker(answers, insider, parts, equations, equations @ sums, box)


def within(rows: Columns, level: str, place: str, group: str) -> np.ndarray:
    """Tell which rows belong to a cell."""
    here = np.full(len(rows["type"]), True) if level == "country" else rows[level] == place
    if group == "total":
        return np.asarray(here)
    return np.asarray(here & (rows["type"] == group.removeprefix("type:")))


def recovered(known: Attacker, level: str, place: str, group: str) -> str:
    """
    Say what an attacker learns of one hidden cell that it must not; "" if nothing.

    Exactly; that it holds fewer than six persons; another institution's value to within 10 %,
    from above (the total less one's own) or below.
    """
    inside = within(known.answers, level, place, group)
    own = known.answers["institution"] == known.insider
    mine = known.answers["value"][inside & own].sum()
    others = known.answers["value"][inside & ~own]
    if not len(others):
        return ""
    low, high = known.bounds(level, place, group)
    rest = others.sum()
    if high - low < 1e-6:
        return "exactly"
    if high < 6 - 1e-6:
        return "under six"
    if high - mine < 1.1 * others.max() - 1e-6:
        return "largest from above"
    if high - mine < 1.1 * rest - 1e-6 and low - mine > 0.9 * rest + 1e-6:
        return "rest within 10 %"
    return ""


def is_sensitive(values: np.ndarray) -> bool:
    """Apply the written rules to one cell's values: six persons, five institutions, 70 %, p-%."""
    ordered = np.sort(values)[::-1]
    few = values.sum() < 6 or len(values) < 5
    rest = ordered[2:].sum()
    return bool(few or ordered[0] > 0.7 * values.sum() or rest < 0.1 * ordered[0] - 1e-9)
