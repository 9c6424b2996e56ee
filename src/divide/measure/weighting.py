"""From answers and frame to weights: non-response by stratum, then calibrated to the frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from divide import catalog
from divide.errors import MethodError
from divide.measure.designs import Design, survey_design
from divide.measure.distances import calibrate
from divide.measure.frames import KEYS, sum_cells
from divide.measure.weights import LEAST, response_strata, weigh

# Least and greatest change of a weight: trimming is part of the calibration, so that what is
# trimmed is made good by others and the margins stay met.
LIMITS: Final = (0.4, 2.5)
MARGINS: Final = ("type", "major_region", "size_class")
# Weights are told by their sixth decimal: the last bits differ between machines, and a release
# is known by its answers and weights.
_DECIMALS: Final = 6
_PLACED: Final = ("canton", "language_region", "type", "size_class", "major_region", "clients")
Totals = dict[str, "pd.Series[float] | float"]


@dataclass(frozen=True, eq=False)
class Weighed:
    """
    Answers with their weights.

    Attributes
    ----------
    answers
        One row per answering institution of the frame, in the order of the design: its answers,
        what the frame says of it, `stratum` and `weight`.
    design
        Of institutions.
    account
        `answered`, `strangers` (answers of institutions that are not in the frame, left out),
        `met` (margins that the weights meet), `least_weight` and `greatest_weight`.
    """

    answers: pd.DataFrame
    design: Design
    account: Mapping[str, Any]


def weigh_answers(answers: pd.DataFrame, frame: pd.DataFrame) -> Weighed:
    """
    Weigh the answers of a census with non-response up to its frame.

    Parameters
    ----------
    answers
        One row per answering institution, laid out wide, with `institution`.
    frame
        One row per invited institution: `institution`, `canton`, `language_region`, `type`,
        `size_class`, `major_region`, `clients`.

    Notes
    -----
    N_h/n_h by type × language region × size, strata with few answers merged within their type;
    then calibrated (Deville & Särndal 1992, logit distance within `LIMITS`) to institutions by
    type, major region and size, and to clients by type. Margins that cannot be met are left
    out, clients first, and `account` says which are met.

    Examples
    --------
    >>> frame = pd.DataFrame({"institution": ["a", "b", "c", "d"], "canton": "VD", "clients": 30,
    ...     "language_region": "fr", "type": "nursing_home", "size_class": "medium",
    ...     "major_region": "1"})
    >>> found = weigh_answers(pd.DataFrame({"institution": ["a", "b", "x"]}), frame)
    >>> found.answers["weight"].tolist(), found.account["strangers"]
    ([2.0, 2.0], 1)
    """
    placed = frame[["institution", *_PLACED]].sort_values(list(KEYS), key=_in_order)
    shared = [name for name in _PLACED if name in answers.columns]
    known = answers.drop(columns=shared).merge(
        placed, on="institution", how="inner", validate="1:1"
    )
    if known.empty:
        raise MethodError("No answer is of an institution of the frame: mend the frame's codes.")
    strata = response_strata(sum_cells(placed, by=KEYS), known)
    weighed = weigh(known, strata)
    base = survey_design(weighed, stratum="stratum", population="stratum_institutions")
    design, met = _meet(base, weighed, placed)
    design = replace(design, weights=design.weights.round(_DECIMALS))
    account = {
        "answered": len(known),
        "strangers": len(answers) - len(known),
        "met": met,
        "least_weight": float(design.weights.min()),
        "greatest_weight": float(design.weights.max()),
    }
    return Weighed(weighed.assign(weight=design.weights), design, account)


def _in_order(column: pd.Series) -> pd.Series:
    """Put size classes in their own order, for neighbours stand beside each other."""
    order = {one["id"]: place for place, one in enumerate(catalog.facts("survey_frame")["sizes"])}
    return column.map(order) if column.name == "size_class" else column


def _meet(
    design: Design, answers: pd.DataFrame, frame: pd.DataFrame
) -> tuple[Design, Sequence[str]]:
    """Calibrate to as many margins as can be met."""
    told, classes = _margins(answers, frame)
    numbers: Totals = {
        f"clients_{kind}": float(frame.loc[frame["type"] == kind, "clients"].sum())
        for kind in sorted(set(answers["type"]))
    }
    inside = {name: answers["type"] == name.removeprefix("clients_") for name in numbers}
    told = told.assign(**{name: answers["clients"].where(own, 0) for name, own in inside.items()})
    for totals, met in ((classes | numbers, [*classes, "clients"]), (classes, [*classes])):
        try:
            return calibrate(design, told, totals, distance="logit", bounds=LIMITS), met
        except MethodError:
            continue
    return design, []


def _margins(answers: pd.DataFrame, frame: pd.DataFrame) -> tuple[pd.DataFrame, Totals]:
    """Count the frame by category; those with few answers are taken together."""
    told, totals = {}, {}
    for name in MARGINS:
        counts = answers[name].value_counts().reindex(sorted(set(frame[name])), fill_value=0)
        few = counts.index[counts < LEAST]
        if counts[few].sum() < LEAST and len(few) < len(counts):
            few = few.union([counts.drop(few).idxmin()]) if len(few) else few
        joined = dict.fromkeys(few, "few")
        told[name] = answers[name].replace(joined)
        totals[name] = frame[name].replace(joined).value_counts().astype(float)
    return pd.DataFrame(told), dict(totals)
