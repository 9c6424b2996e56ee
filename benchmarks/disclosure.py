"""
Measure the disclosure gate: audit, optimal suppression, what survives, a whole release.

Run it from the checkout: `.venv/bin/python benchmarks/disclosure.py`. The peer of the audit is
scipy's `linprog` on the same questions in the same run; the peer of the suppression is what a
tool without complementary suppression (such as ACRO) leaves open in the same tables.
"""

import argparse
import statistics
import sys
import time
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from divide import terms
from divide.measure.disclosure import audits, gate, lattices, primary, quantities
from divide.measure.disclosure.primary import Answers
from divide.measure.disclosure.rules import Item, Level, rules
from divide.measure.disclosure.suppression import suppress

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.measure import surveys  # the attacker that shares no code with the gate

COUNT = Item("count", "quasi")
# Residents in thousands (2024), which places institutions roughly as they are.
RESIDENTS = [
    1620, 1071, 432, 38, 167, 39, 44, 42, 132, 342, 288, 200, 301,
    87, 56, 17, 540, 206, 726, 296, 359, 855, 366, 179, 529, 74,
]  # fmt: skip
# SURVEY.md: 1,551 nursing homes; disability 527 (homes, workshops), addiction 78, youth 129.
TYPES = {"elder": 1551, "hdis": 320, "wdis": 207, "addi": 78, "youth": 129}


def frame(seed: int) -> pd.DataFrame:
    """Return an invented frame of 2,285 institutions: one row an institution."""
    draw = np.random.default_rng(seed)
    share = np.array(RESIDENTS) / sum(RESIDENTS)
    kind = np.repeat(list(TYPES), list(TYPES.values()))
    canton = np.array(terms.CANTONS)[draw.choice(26, len(kind), p=share)]
    persons = np.maximum(1, np.rint(draw.lognormal(3.6, 0.7, len(kind))))
    rows = pd.DataFrame({"canton": canton, "type": kind, "persons": persons, "value": persons})
    rows["major_region"] = [f"r{terms.CANTONS.index(one) % 7}" for one in canton]
    rows["home"] = np.where(rows["type"] == "elder", "home", "other")
    return lattices.on_ladder(rows)


def answering(seed: int, number: int) -> pd.DataFrame:
    """Return the institutions that answer, unevenly by type and canton."""
    rows = frame(seed)
    draw = np.random.default_rng(seed + 1000)
    keen = dict(zip(TYPES, draw.uniform(0.5, 1.5, len(TYPES)), strict=True))
    local = dict(zip(terms.CANTONS, draw.uniform(0.6, 1.4, 26), strict=True))
    weight = rows["type"].map(keen) * rows["canton"].map(local)
    chosen = draw.choice(len(rows), number, replace=False, p=weight / weight.sum())
    return rows.iloc[np.sort(chosen)].reset_index(drop=True)


def prepared(
    answers: pd.DataFrame, levels: list[Level]
) -> tuple[lattices.Lattice, np.ndarray, quantities.Quantity]:
    """Return cells, those hidden for their own sake, and what must stay open."""
    cells = lattices.lattice(answers, levels)
    size, one = answers["value"].to_numpy(), np.ones(len(answers))
    given = Answers(size, size, one, np.full(len(size), np.inf), one)
    leeway = primary.rounding_leeway(cells, given, rules(), item=COUNT)
    reasons = primary.judge(cells, given, rules(), item=COUNT, leeway=leeway)
    secret = quantities.quantity(cells, given, reasons, rules(), item=COUNT, leeway=leeway)
    return cells, (reasons != "").to_numpy(), secret


def crossed(*places: str, by: str = "type") -> list[Level]:
    """Return places with and without groups, margins included."""
    return [Level(place, group) for place in ("country", *places) for group in ((), (by,))]


def table_26_by_6(seed: int, number: int) -> pd.DataFrame:
    """Return answers of six types in 26 cantons of seven regions, as uneven as real ones."""
    draw = np.random.default_rng(seed)
    canton = draw.choice(26, number, p=draw.dirichlet(np.full(26, 1.2)))
    return pd.DataFrame(
        {
            "canton": [f"c{n:02d}" for n in canton],
            "major_region": [f"r{n}" for n in canton % 7],
            "type": [f"t{n}" for n in draw.choice(6, number, p=draw.dirichlet(np.full(6, 2.0)))],
            "value": np.maximum(1, np.rint(draw.lognormal(3.6, 0.9, number))),
        }
    )


def without_insiders(secret: quantities.Quantity) -> quantities.Quantity:
    """Return what must stay open when only outsiders attack."""
    who = secret.insiders
    nobody = np.zeros(len(who.atom), dtype=bool)
    return replace(
        secret, insiders=quantities.Insiders(who.atom[nobody], who.own[nobody], who.room[nobody])
    )


def price(cells: lattices.Lattice, secret: quantities.Quantity) -> np.ndarray:
    """Price cells as the gate does."""
    return np.asarray(cells.sums.sum(axis=1)) + secret.totals / secret.parts.sum()


def told(name: str, values: list[float], limit: str = "") -> None:
    """Print a line: median, least and most."""
    middle = statistics.median(values)
    print(f"{name:58s} {middle:8.3f}  ({min(values):.3f}–{max(values):.3f})   {limit}")


def by_scipy(secret: quantities.Quantity, hidden: np.ndarray) -> np.ndarray:
    """Bound each hidden cell with scipy, every programme from its start."""
    sums = secret.sums.toarray()
    right = sums[~hidden] @ secret.parts
    ends = []
    for cell in np.flatnonzero(hidden):
        for sign in (1.0, -1.0):
            found = linprog(
                sign * sums[cell], A_eq=sums[~hidden], b_eq=right, bounds=(0, None), method="highs"
            )
            ends.append(sign * found.fun)
    return np.array(ends).reshape(-1, 2)


def measure_tables(runs: int) -> None:
    """Time audit and optimal suppression of 26 × 6 tables with regions."""
    outside, whole, peer, optimum, hidden, alone = ([] for _ in range(6))
    apart, best = 0.0, 0
    for seed in range(runs):
        answers = table_26_by_6(seed, 300 if seed % 2 else 900)
        cells, must, secret = prepared(answers, crossed("major_region", "canton"))
        start = time.perf_counter()
        found = suppress([secret], price(cells, secret), must=must, seconds=120)
        optimum.append(time.perf_counter() - start)
        best += found.optimal
        start = time.perf_counter()
        proof = audits.audit([secret], found.hidden)
        whole.append(time.perf_counter() - start)
        assert audits.leaks(proof).empty
        outsiders = without_insiders(secret)
        start = time.perf_counter()
        audits.audit([outsiders], found.hidden)
        outside.append(time.perf_counter() - start)
        start = time.perf_counter()
        ends = by_scipy(secret, found.hidden)
        peer.append(time.perf_counter() - start)
        apart = max(apart, float(np.abs(proof[["low", "high"]].to_numpy() - ends).max()))
        hidden.append(float(found.hidden.sum()))
        first = audits.audit([secret], must)
        alone.append(100 * first["known"].sum() / len(first))
    told("audit against outsiders, s", outside, "limit 1 s")
    told("audit against outsiders and every insider, s", whole, "limit 1 s")
    told("scipy linprog, outsiders only, s", peer)
    print(
        f"{'ratio, outsiders only':58s} {statistics.median(peer) / statistics.median(outside):8.1f}"
    )
    print(f"{'largest difference of a bound':58s} {apart:8.1e}")
    told(
        f"optimal suppression, insiders included, s ({best}/{runs} optimal)", optimum, "limit 10 s"
    )
    told("cells hidden", hidden)
    told("known exactly if only sensitive cells are hidden, %", alone)


def measure_survival(runs: int) -> None:
    """Count the cells that survive, of all in which somebody answered."""
    kinds = {
        "type × language region": (crossed("language_region"), "language_region", "type"),
        "type × major region": (crossed("major_region"), "major_region", "type"),
        "home or other × canton": (crossed("canton", by="home"), "canton", "home"),
        "type × canton": (crossed("canton"), "canton", "type"),
        "published: national by type": (list(rules().levels), "country", "type"),
        "published: type × language region": (list(rules().levels), "language_region", "type"),
        "published: canton, all types": (list(rules().levels), "canton", ""),
    }
    for name, (levels, place, by) in kinds.items():
        shares: dict[tuple[int, bool], list[float]] = {}
        for number, seed, inside in product((300, 900), range(runs), (True, False)):
            cells, must, secret = prepared(answering(seed, number), levels)
            attacked = secret if inside else without_insiders(secret)
            found = suppress([attacked], price(cells, secret), must=must, seconds=60)
            inner = (cells.cells["place_level"] == place).to_numpy()
            inner = inner & ((cells.cells["group"] != "total").to_numpy() == bool(by))
            kept = 100 * float(1 - found.hidden[inner].mean())
            shares.setdefault((number, inside), []).append(kept)
        means = {one: f"{statistics.mean(kept):.0f}" for one, kept in shares.items()}
        print(
            f"{name:58s} {means[300, True]:>5s} / {means[900, True]} %   outsiders only: "
            f"{means[300, False]} / {means[900, False]} %"
        )


def measure_release(indicators: int) -> None:
    """Time a whole release: persons and many shares on every level that is published."""
    rows = answering(1, 900).assign(year=2026)
    rows["institution"] = [f"I-{number:04d}" for number in range(len(rows))]
    draw = np.random.default_rng(1)
    levels = [(one.place_level, bool(one.by)) for one in rules().levels]
    parts, figures, items = [], [], {"clients": COUNT}
    parts.append(rows.assign(indicator="clients"))
    figures.append(surveys.figures_of(parts[0], levels))
    base = figures[0]["value"]
    for number in range(indicators):
        value = draw.binomial(rows["persons"].astype(int), draw.uniform(0.02, 0.9)).astype(float)
        name = f"share_{number}"
        own = rows.assign(indicator=name, value=value, base=rows["persons"])
        made = surveys.figures_of(own, levels)
        figures.append(made.assign(value=made["value"] / base))
        parts.append(own)
        items[name] = Item("share", "sensitive" if number % 10 == 0 else "none")
    start = time.perf_counter()
    release = gate.protect(pd.concat(figures), pd.concat(parts), items, today=date(2026, 11, 25))
    taken = time.perf_counter() - start
    shown = 100 * release.rows["value"].notna().mean()
    print(
        f"{f'a release of {indicators + 1} indicators, {len(release.rows)} figures, s':58s} "
        f"{taken:8.1f}   {shown:.0f} % of figures told"
    )


def measure_attack(runs: int) -> None:
    """Let the tests' attacker try full-size surveys: 900 answers, five types, 26 cantons."""
    tried, gained = 0, []
    for seed in range(runs):
        answers = answering(seed, 900).assign(
            indicator="clients", year=2026, institution=[f"I-{n:04d}" for n in range(900)]
        )
        levels = [(one.place_level, bool(one.by)) for one in rules().levels]
        made = surveys.figures_of(answers, levels)
        rows = gate.protect(made, answers, {"clients": COUNT}, today=date(2026, 11, 25)).rows
        keys = ["place_level", "place", "group"]
        cells = list(rows.dropna(subset="value")[keys].itertuples(index=False, name=None))
        plain = surveys.columns(answers)
        lone = ~answers.duplicated(["canton", "type"], keep=False)
        insiders = [None, *answers.loc[lone, "institution"].tolist()]
        for insider in insiders:
            known = surveys.attacker(plain, cells, insider)
            for cell in rows[rows["value"].isna()][keys].itertuples(index=False, name=None):
                if surveys.is_sensitive(plain["value"][surveys.within(plain, *cell)]):
                    tried += 1
                    gained.append(surveys.recovered(known, *cell))
    print(
        f"{f'{runs} surveys of 900, {tried} attacks, also from every lone insider':58s} "
        f"{sum(map(bool, gained)):8d}   recovered"
    )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="tables or surveys of each kind")
    chosen = parser.parse_args()
    measure_tables(chosen.runs)
    measure_survival(max(chosen.runs // 2, 1))
    measure_release(60)
    measure_attack(max(chosen.runs // 2, 1))


if __name__ == "__main__":
    main()
