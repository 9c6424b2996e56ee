"""The silent part of the frame: how many institutions and clients nobody has spoken for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from divide.errors import MethodError
from divide.measure.designs import Array, Codes, sums_by
from divide.measure.frames import sum_cells


@dataclass(frozen=True, eq=False)
class Rest:
    """
    What is left of each cell of the frame when those who answered are taken out.

    Attributes
    ----------
    cells
        Cells of the frame: `by`, `institutions`, `clients`.
    cell
        Cell of each answer.
    institutions, clients, squares
        Silent institutions, their clients, and the sum of the squares of these.
    """

    cells: pd.DataFrame
    cell: Codes
    institutions: Array
    clients: Array
    squares: Array


def silent_part(frame: pd.DataFrame, answers: pd.DataFrame, *, by: Sequence[str]) -> Rest:
    """
    Take the answering institutions out of the frame.

    Where those who answered count more clients than the frame knew of, and others are
    silent, nothing is left for these: the frame's total is then what answered.

    Examples
    --------
    >>> frame = pd.DataFrame({"type": ["a"], "institutions": [3], "clients": [100]})
    >>> rest = silent_part(frame, pd.DataFrame({"type": ["a"], "clients": [40]}), by=["type"])
    >>> rest.institutions.tolist(), rest.clients.tolist(), rest.squares.tolist()    # 2 · 30²
    ([2.0], [60.0], [1800.0])
    """
    keys = list(by)
    cells = sum_cells(frame, by=keys)
    place = (
        answers[keys]
        .astype(str)
        .merge(
            cells[keys].astype(str).assign(cell=range(len(cells))),
            on=keys,
            how="left",
            validate="m:1",
        )["cell"]
    )
    if place.isna().any():
        odd = " ".join(map(str, answers[keys].to_numpy()[int(place.isna().to_numpy().argmax())]))
        raise MethodError(f"An answer is in no cell of the frame: {odd}. Recode it.")
    cell = place.to_numpy(dtype=np.int64)
    heard = sums_by(cell, answers["clients"].to_numpy(dtype=float), count=len(cells))
    left: Array = cells["institutions"].to_numpy(dtype=float) - np.bincount(
        cell, minlength=len(cells)
    )
    if (left < 0).any():
        first = " ".join(map(str, cells[keys].to_numpy()[int(left.argmin())]))
        raise MethodError(f"More answers than institutions in {first}: mend the frame.")
    clients = np.where(left > 0, np.maximum(cells["clients"].to_numpy(dtype=float) - heard, 0), 0)
    mean = clients / np.maximum(left, 1)
    squares: Array = left * (
        mean**2 + np.where(clients > 0, cells["clients_sd"].to_numpy(), 0) ** 2
    )
    return Rest(cells, cell, left, clients, squares)


def professionals_of(
    cells: pd.DataFrame, answers: pd.DataFrame, *, by: Sequence[str]
) -> pd.DataFrame:
    """
    Put the number of professionals in the place of clients: no frame counts them.

    Assumed: silent institutions have as many per client as the answering ones of their type
    (the first of `by`), or as all answering ones where none of the type tells.

    Parameters
    ----------
    cells
        Cells of the frame.
    answers
        `by`, `clients` and `professionals` of each answering institution.

    Examples
    --------
    >>> cells = pd.DataFrame({"type": ["a"], "institutions": [2], "clients": [100],
    ...                       "clients_sd": 10})
    >>> answers = pd.DataFrame({"type": ["a"], "clients": [60], "professionals": [30]})
    >>> professionals_of(cells, answers, by=["type"])["clients"].tolist()     # 30 + 40 · 30/60
    [50.0]
    """
    known = answers[answers["clients"].notna() & answers["professionals"].notna()]
    rest = silent_part(cells, known, by=by)
    sums = known.groupby(by[0], observed=True)[["clients", "professionals"]].sum()
    everyone = known["professionals"].sum() / known["clients"].sum()
    ratio = rest.cells[by[0]].map(sums["professionals"] / sums["clients"]).fillna(everyone)
    heard = sums_by(rest.cell, known["professionals"].to_numpy(dtype=float), count=len(rest.cells))
    return rest.cells.assign(
        clients=heard + rest.clients * ratio.to_numpy(),
        clients_sd=rest.cells["clients_sd"] * ratio,
    )
