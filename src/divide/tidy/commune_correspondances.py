"""What the communes of one day correspond to on another, as the register's service answers."""

from pathlib import Path

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide.tidy.commune_history import with_kind
from divide.tidy.commune_register import SIDES, SOURCE, pairs_of, read_answer


def tidy_correspondances(
    path: Path, *, initial_date: str, register_date: str, edition: str
) -> DataFrame:
    """
    List what the communes of `initial_date` have become at `register_date`.

    Returns
    -------
    DataFrame
        One row per pair. `kind` as `with_kind` says, over the whole group of communes that
        hang together: counts of a `merger` add up, those of a `division` or an `exchange`
        cannot be allocated. `unchanged` where number and historical code stayed.

    Raises
    ------
    SourceChangedError
        If a column is unknown.
    """
    rows = pairs_of(read_answer(path, tuple(SIDES))).assign(
        initial_date=initial_date, register_date=register_date
    )
    # Pairs that share a commune on either side belong to one event.
    marked = with_kind(rows.assign(mutation=_clusters(rows)))
    same = (rows["initial_historical"] == rows["terminal_historical"]) & (
        rows["initial"] == rows["terminal"]
    )
    frame = marked.assign(
        kind=marked["kind"].mask(same & (marked["kind"] == "change"), "unchanged"),
        source=SOURCE,
        edition=edition,
    )
    columns = [
        *("initial_date", "register_date", "kind", "initial", "initial_name"),
        *(
            "initial_historical",
            "terminal",
            "terminal_name",
            "terminal_historical",
            "source",
            "edition",
        ),
    ]
    return frame[columns].sort_values(["initial", "terminal"], ignore_index=True)


def _clusters(rows: DataFrame) -> list[str]:
    """Number the groups of communes that hang together through their pairs."""
    sides = [
        side + "/" + rows[side] + "/" + rows[f"{side}_historical"]
        for side in ("initial", "terminal")
    ]
    codes, _ = pd.factorize(pd.concat(sides, ignore_index=True))
    left, right = codes[: len(rows)], codes[len(rows) :]
    label = np.arange(codes.max() + 1)
    while True:
        least = np.minimum(label[left], label[right])
        new = label.copy()
        np.minimum.at(new, left, least)
        np.minimum.at(new, right, least)
        if (new == label).all():
            return [str(one) for one in label[left]]
        label = new
