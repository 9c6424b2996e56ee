"""Who answered: response rates, client coverage, and whether answers represent the frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit

from divide.errors import MethodError
from divide.measure.designs import Array

_ROUNDS: Final = 50
# Where all or none of a class answered, its log odds are infinite: far enough is this.
_FAR: Final = 25.0


@dataclass(frozen=True, eq=False)
class Representativity:
    """
    R-indicator of a response (Schouten, Cobben & Bethlehem 2009).

    Attributes
    ----------
    value
        1 − 2 S(ρ): 1 if every institution was as likely to answer.
    maximal_bias
        S(ρ)/ρ̄: how far, in standard deviations, the mean of any variable can be off among
        the answering.
    rate
        Response rate ρ̄.
    partial
        One row per variable and category: `variable`, `category` ("" for the variable),
        `value`: the unconditional partial indicator, the standard deviation of rates
        *between* its categories; for a category signed, above 0 if it answered more.
    """

    value: float
    maximal_bias: float
    rate: float
    partial: pd.DataFrame


def response_rates(
    frame: pd.DataFrame, answers: pd.DataFrame, *, by: Sequence[str]
) -> pd.DataFrame:
    """
    Tell by cell how many were invited and answered, in institutions and in clients.

    Parameters
    ----------
    frame
        Cells: `by`, `institutions`, and `clients` if known.
    answers
        One row per answering institution: `by`, and `clients` if the frame has them.

    Returns
    -------
    DataFrame
        One row per cell of `by`: `institutions`, `answered`, `rate`; with clients also
        `clients`, `clients_answered` and `coverage`, the share spoken for (METHOD 3, L7);
        missing where a number of clients is, and at most 1 where more clients answered
        than the frame knew.

    Examples
    --------
    >>> frame = pd.DataFrame({"type": ["a", "b"], "institutions": [4, 2], "clients": [80, 10]})
    >>> answers = pd.DataFrame({"type": ["a", "a"], "clients": [30, 20]})
    >>> found = response_rates(frame, answers, by=["type"])
    >>> found[["answered", "rate", "coverage"]].values.tolist()
    [[2.0, 0.5, 0.625], [0.0, 0.0, 0.0]]
    """
    keys = list(by)
    numbers = ["institutions", *(["clients"] if "clients" in frame else [])]
    cells = frame.groupby(keys, observed=True, sort=False)[numbers].sum(min_count=1).reset_index()
    lost = answers[keys].merge(cells[keys], how="left", indicator=True)["_merge"] != "both"
    if lost.any():
        odd = " ".join(map(str, answers[keys].to_numpy()[int(lost.to_numpy().argmax())]))
        raise MethodError(f"An answer is in no cell of the frame: {odd}. Recode it.")
    counted = answers.groupby(keys, observed=True).size().rename("answered").reset_index()
    found = cells.merge(counted, on=keys, how="left", validate="1:1")
    found["answered"] = found["answered"].fillna(0).astype(int)  # a cell nobody answered from
    found["rate"] = found["answered"] / found["institutions"]
    if "clients" not in frame:
        return found
    told = answers.groupby(keys, observed=True)["clients"].apply(lambda c: c.sum(skipna=False))
    found = found.merge(told.rename("clients_answered").reset_index(), on=keys, how="left")
    found.loc[found["answered"] == 0, "clients_answered"] = 0.0
    return found.assign(coverage=(found["clients_answered"] / found["clients"]).clip(upper=1))


def r_indicator(rates: pd.DataFrame, *, by: Sequence[str]) -> Representativity:
    """
    Measure how evenly the frame answered, from a logistic model of response.

    Parameters
    ----------
    rates
        Cells with `by`, `institutions` and `answered`, as `response_rates` gives them.
    by
        Variables of the model, each with its main effect.

    Examples
    --------
    >>> cells = pd.DataFrame({"type": ["a", "b"], "institutions": [50, 50], "answered": [30, 10]})
    >>> found = r_indicator(cells, by=["type"])     # rates .6 and .2: S = .2·√(100/99) = .201
    >>> round(found.value, 3), round(found.maximal_bias, 3)
    (0.598, 0.503)
    """
    invited = rates["institutions"].to_numpy(dtype=float)
    answered = rates["answered"].to_numpy(dtype=float)
    total = invited.sum()
    if total < 2 or not answered.sum():
        raise MethodError("Nobody was invited, or nobody answered: nothing to compare.")
    likely = _propensities(rates[list(by)], invited, answered)
    mean = float(invited @ likely / total)
    spread = float(np.sqrt(invited @ (likely - mean) ** 2 / (total - 1)))
    partial = pd.concat(
        [_between(rates[name], invited, likely, mean) for name in by], ignore_index=True
    )
    return Representativity(1 - 2 * spread, spread / mean, mean, partial)


def _propensities(variables: pd.DataFrame, invited: Array, answered: Array) -> Array:
    """Fit the main-effects logit to cells of counts, by Newton's method."""
    dummies = pd.get_dummies(variables.astype(str), drop_first=True).to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(invited)), dummies])
    beta = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        likely = expit(np.clip(x @ beta, -_FAR, _FAR))
        information = x.T @ ((invited * likely * (1 - likely))[:, None] * x)
        step = np.linalg.pinv(information, hermitian=True) @ (x.T @ (answered - invited * likely))
        beta = beta + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(expit(np.clip(x @ beta, -_FAR, _FAR)))


def _between(column: pd.Series, invited: Array, likely: Array, mean: float) -> pd.DataFrame:
    cells = pd.DataFrame({"category": column.astype(str), "n": invited, "p": invited * likely})
    sums = cells.groupby("category", sort=False).sum()
    gap = np.sqrt(sums["n"] / invited.sum()) * (sums["p"] / sums["n"] - mean)
    whole = pd.DataFrame({"category": [""], "value": [float(np.sqrt((gap**2).sum()))]})
    each = gap.rename("value").reset_index()
    rows: pd.DataFrame = pd.concat([whole, each], ignore_index=True)
    rows.insert(0, "variable", str(column.name))
    return rows
