"""Persons of each cell where their joint is not published, by proportional fitting (METHOD 4.1)."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from divide.errors import MethodError
from divide.measure.cells import Cells
from divide.measure.composition import fit_proportionally
from divide.terms import TOTAL, group_id, group_parts

Array = NDArray[np.float64]
Margin = tuple[tuple[int, ...], Array]


def cells_from_margins(
    persons: Mapping[str, float],
    *,
    respondents: int,
    crosses: Sequence[Sequence[str]] = (),
    seed: Array | None = None,
) -> Cells:
    """
    Model the joint of some dimensions from its published margins: a modelled composition.

    Parameters
    ----------
    persons
        Persons by group key: every category of every dimension ("age:60_plus"), and those of
        the crosses ("age:60_plus|sex:f"). "total" sets the level; without it the first margin
        does, since rounded margins differ by some persons.
    respondents
        Persons interviewed in all.
    crosses
        Pairs, or more, of dimensions whose joint is published whole.
    seed
        Counts whose odds ratios the joint takes over where margins leave them free, such as
        those of another year or place; the dimensions' axes in order of their first mention.
        Ones, that is independence, if not given.

    Returns
    -------
    Cells
        One cell per combination; their counts meet every margin.

    Raises
    ------
    MethodError
        If a category of a margin is not known, or margins cannot be met together.

    Notes
    -----
    Purcell & Kish (1980). Margins are first brought to one population: each cross to its own
    categories, so that rounding does not set them against each other.

    Examples
    --------
    >>> known = {"sex:m": 3., "sex:f": 1., "age:young": 2., "age:old": 2.}
    >>> found = cells_from_margins(known, respondents=4)
    >>> dict(zip(found.groups, found.counts.tolist()))["age:young|sex:m"]    # 3 · 2/4
    1.5
    """
    dimensions = _dimensions(persons)
    names, values = list(dimensions), list(dimensions.values())
    shape = tuple(len(one) for one in values)
    total = persons.get(TOTAL, sum(persons[f"{names[0]}:{one}"] for one in values[0]))
    single = [_scaled(_read(persons, dimensions, [name]), total) for name in names]
    margins: list[Margin] = [((axis,), counts) for axis, counts in enumerate(single)]
    for cross in crosses:
        axes = tuple(names.index(name) for name in cross)
        own = [((at,), single[axis]) for at, axis in enumerate(axes)]
        margins.append((axes, fit_proportionally(_read(persons, dimensions, cross), own)))
    table = fit_proportionally(np.ones(shape) if seed is None else seed, margins)
    groups = [group_id(dict(zip(names, one, strict=True))) for one in product(*values)]
    return Cells(groups=tuple(groups), counts=table.ravel(), respondents=respondents)


def _dimensions(persons: Mapping[str, float]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in persons:
        for name, value in group_parts(group).items():
            if value not in found.setdefault(name, []):
                found[name].append(value)
    if not found:
        raise MethodError("No margin is given: a composition needs the categories of a dimension.")
    return found


def _read(
    persons: Mapping[str, float], dimensions: Mapping[str, list[str]], names: Sequence[str]
) -> Array:
    """Return a published margin as a table, its axes in the order of its names."""
    values = [dimensions[name] for name in names]
    groups = [group_id(dict(zip(names, one, strict=True))) for one in product(*values)]
    missing = [one for one in groups if not np.isfinite(persons.get(one, np.nan))]
    if missing:
        raise MethodError(
            f"The margin of {' by '.join(names)} lacks {', '.join(missing)}: give every category, "
            "or leave the margin out."
        )
    return np.array([persons[one] for one in groups]).reshape([len(one) for one in values])


def _scaled(margin: Array, total: float) -> Array:
    return np.asarray(margin * (total / margin.sum()))
