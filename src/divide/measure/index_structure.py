"""Which indicators make up which part of a composite index, and with what weight."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide.errors import MethodError

Array = NDArray[np.float64]
COLUMNS = ("indicator", "parent", "weight")


@dataclass(frozen=True)
class Structure:
    """
    A tree of weights, read once.

    Attributes
    ----------
    leaves
        Indicators, in the order of the frame.
    nodes
        Parts of the index, children before parents; the last is the index itself.
    children
        Of each node: its indicators and parts, with weights that sum to 1.
    """

    leaves: tuple[str, ...]
    nodes: tuple[str, ...]
    children: dict[str, pd.Series]


def read_structure(frame: pd.DataFrame) -> Structure:
    """
    Read a tree of weights: one row per indicator or part, with its parent and its weight.

    Parameters
    ----------
    frame
        Columns `indicator`, `parent` (missing for the index itself, whose row may be left out)
        and `weight` within the parent, above 0; weights of one parent need not sum to 1.

    Raises
    ------
    MethodError
        If an indicator repeats, a weight is not above 0, or rows do not make one tree.

    Examples
    --------
    >>> found = read_structure(pd.DataFrame({"indicator": ["a", "b"], "parent": "index",
    ...                                      "weight": [1, 3]}))
    >>> found.children["index"].to_dict()
    {'a': 0.25, 'b': 0.75}
    """
    rows = frame[frame["parent"].notna()]
    twice = sorted(set(rows.loc[rows["indicator"].duplicated(), "indicator"]))
    if twice:
        raise MethodError(f"In the index twice: {', '.join(twice)}. Give each one parent.")
    light = rows.loc[~(rows["weight"] > 0), "indicator"].tolist()
    if light:
        raise MethodError(f"No weight above 0 for {', '.join(light)}: give one, or leave it out.")
    parents = list(dict.fromkeys(rows["parent"]))
    order = _bottom_up(rows, parents)
    children = {
        str(name): part.set_index("indicator")["weight"].astype(float) / part["weight"].sum()
        for name, part in rows.groupby("parent", sort=False)
    }
    leaves = [one for one in rows["indicator"] if one not in children]
    return Structure(tuple(leaves), tuple(order), children)


def _bottom_up(rows: pd.DataFrame, parents: list[str]) -> list[str]:
    tops = [one for one in parents if one not in set(rows["indicator"])]
    graph = {name: set(rows.loc[rows["parent"] == name, "indicator"]) for name in parents}
    try:
        order = [one for one in TopologicalSorter(graph).static_order() if one in graph]
    except CycleError as error:
        raise MethodError(f"Parts of the index contain each other: {error.args[1]}.") from None
    if len(tops) != 1:
        raise MethodError(
            f"The index needs one top, not {len(tops)} ({', '.join(tops)}): give the others a "
            "parent."
        )
    return order


def effective_weights(structure: Structure) -> pd.Series:
    """
    Multiply weights down the tree: what each indicator weighs in the index; they sum to 1.

    Examples
    --------
    >>> rows = [("a", "x", 1), ("b", "x", 1), ("x", "index", 1), ("c", "index", 1)]
    >>> frame = pd.DataFrame(rows, columns=["indicator", "parent", "weight"])
    >>> effective_weights(read_structure(frame)).to_dict()
    {'a': 0.25, 'b': 0.25, 'c': 0.5}
    """
    own = {name: np.ones(1) for name in structure.leaves}
    drawn = drawn_weights(structure, {}, np.array(list(own.values())).T > 0)
    return pd.Series(drawn[0], index=pd.Index(structure.leaves, name="indicator"))


def drawn_weights(
    structure: Structure, factors: dict[str, Array], kept: NDArray[np.bool_]
) -> Array:
    """
    Return effective weights of each draw: draws × indicators, rows sum to 1.

    Parameters
    ----------
    factors
        Of an indicator or part: what its weight is multiplied by in each draw; 1 if not named.
    kept
        Draws × indicators: those not left out. A part that lost all its indicators is left
        out itself; what is left of a parent is scaled to the parent's weight.
    """
    alive = {name: kept[:, place] for place, name in enumerate(structure.leaves)}
    inside: dict[str, dict[str, Array]] = {}
    for node in structure.nodes:
        weights = structure.children[node]
        raw = {
            name: weight * factors.get(name, np.ones(1)) * alive[name]
            for name, weight in zip(weights.index, weights.to_numpy(), strict=True)
        }
        total = np.sum(list(raw.values()), axis=0)
        alive[node] = total > 0
        inside[node] = {name: part / np.where(total > 0, total, 1) for name, part in raw.items()}
    reach = {structure.nodes[-1]: np.ones(len(kept))}
    for node in reversed(structure.nodes):
        reach |= {name: reach[node] * part for name, part in inside[node].items()}
    return np.column_stack([reach[name] for name in structure.leaves])
