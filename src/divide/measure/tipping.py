"""How surely places differ as τ grows, and where that tips, from the risk table (METHOD 4.4)."""

from collections.abc import Iterable
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.synthetic import Spread

_KEY: Final = ["indicator", "group", "place"]


def variances(risk: DataFrame) -> DataFrame:
    """
    Part the variance of each gap into what was sampled and what one unit of τ² adds.

    Parameters
    ----------
    risk
        Rows of the table exclusion_risk, under τ = 0 and at least one other τ.

    Returns
    -------
    DataFrame
        One row per indicator, group and place: the columns of the table under τ = 0, `sampling`
        (variance of the gap then) and `local` (what one unit of τ² adds to it).

    Raises
    ------
    MethodError
        If there is no row under τ = 0, or none under another.

    Examples
    --------
    >>> rows = pd.DataFrame({"indicator": "a", "group": "total", "place": "UR",
    ...                      "tau": [0, .5], "gap": .1, "gap_se": [.3, .5]})
    >>> variances(rows)[["sampling", "local"]].round(2).to_numpy().tolist()   # .25 = .09 + .64/4
    [[0.09, 0.64]]
    """
    none, largest = risk[risk["tau"] == 0], risk[risk["tau"] == risk["tau"].max()]
    if none.empty or not (largest["tau"] > 0).all():
        raise MethodError("The gap under τ = 0 and under another τ is needed: give all rows.")
    wide = largest[[*_KEY, "tau", "gap_se"]].rename(columns={"tau": "_tau", "gap_se": "_se"})
    both = none.merge(wide, on=_KEY, how="left", validate="1:1")
    local = (both["_se"] ** 2 - both["gap_se"] ** 2) / both["_tau"] ** 2
    found: DataFrame = both.drop(columns=["_tau", "_se"])
    return found.assign(sampling=both["gap_se"] ** 2, local=local)


def certainty(parted: DataFrame, taus: Iterable[float]) -> DataFrame:
    """
    Say how probably each gap has the sign that it seems to have, under each τ.

    Parameters
    ----------
    parted
        From `variances`.

    Returns
    -------
    DataFrame
        One row per row of `parted` and τ: `τ`, and `value`, the probability, 0.5 to 1.

    Examples
    --------
    >>> rows = pd.DataFrame({"gap": [-.1], "sampling": [.01], "local": [.03]})
    >>> certainty(rows, [0, 1])["value"].round(3).tolist()   # Φ(.1/.1), Φ(.1/.2)
    [0.841, 0.691]
    """
    gap = Spread(
        parted["gap"].abs().to_numpy(dtype=float),
        parted["sampling"].to_numpy(dtype=float),
        parted["local"].to_numpy(dtype=float),
    )
    return pd.concat(
        [parted.assign(τ=tau, value=gap.probability(tau)) for tau in taus], ignore_index=True
    )
