"""Both axes together: the class of every group, place and layer, with what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.measure.combination import finding, group_states
from divide.measure.ladders import STATISTICAL
from divide.measure.visibility import Bounds, nested_rungs, visibility_state

UNSEEN: Final = "excluded_and_unseen_share"
_PAIR: Final = ["indicator", "group", "place"]
_LEAST_SE: Final = 1e-12


@dataclass(frozen=True)
class Thresholds:
    """Declared parameters of the classes (METHOD 2): reports show how the list hangs on them."""

    probability: float
    gap: float
    visible: float
    false_higher: float


def risk_states(risk: DataFrame, thresholds: Thresholds) -> DataFrame:
    """
    Call the risk of each group in each place: the state that every declared τ leads to.

    Parameters
    ----------
    risk
        Table exclusion_risk: rows that hold a group to the rest of its place.

    Returns
    -------
    DataFrame
        One row per indicator, group and place: `risk_state` (higher, not_higher,
        cannot_tell), `tipping_point`, and the group's rate `value`, `low`, `high` under the
        largest τ. Over the places of one group, expected false "higher" are held.
    """
    rows = risk[risk["compared_with"] == "rest_of_place"]
    states = pd.concat(
        [
            part[_PAIR].assign(state=_states(part, thresholds))
            for _, part in rows.groupby(["indicator", "group", "place_level", "tau"])
        ]
    )
    told = states.groupby(_PAIR)["state"]
    agreed = told.first().where(told.nunique() == 1, "cannot_tell").rename("risk_state")
    widest = rows[rows["tau"] == rows["tau"].max()].set_index(_PAIR)
    kept = ["place_level", "value", "low", "high", "tipping_point", "status"]
    found: DataFrame = widest[kept].join(agreed).reset_index()
    return found


def _states(rows: DataFrame, thresholds: Thresholds) -> Any:
    known = rows["gap"].notna().to_numpy()
    states = np.full(len(rows), "cannot_tell", dtype=object)
    called = group_states(
        rows["gap"].to_numpy(dtype=float)[known],
        np.maximum(rows["gap_se"].to_numpy(dtype=float)[known], _LEAST_SE),
        probability=thresholds.probability,
        least=thresholds.gap,
        false_higher=thresholds.false_higher,
    )
    states[known] = called
    # A group without a rate of its own has an expected rate, and no risk (METHOD 2).
    return np.where(rows["probability"].notna(), states, "cannot_tell")


def visibility_states(visibility: DataFrame, thresholds: Thresholds) -> DataFrame:
    """
    Name the visibility of each group in each place, from V and its bounds.

    Returns
    -------
    DataFrame
        One row per group and place: `visibility_state`, `smallest`, and the share that
        stands on `rung`, the lowest documented one of the nested three (value `on_rung`).
    """
    rows = visibility[visibility["rung"] == STATISTICAL]
    states = [
        visibility_state(Bounds(float(low), float(high)), threshold=thresholds.visible)
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    found = rows[["group", "place", "place_level", "register_date", "year", "smallest"]]
    nested = visibility[visibility["rung"].isin(nested_rungs()) & visibility["value"].notna()]
    lowest = nested.sort_values(["value", "rung"]).drop_duplicates(["group", "place"])
    documented = lowest[["group", "place", "rung", "value"]].rename(columns={"value": "on_rung"})
    return found.assign(visibility_state=states).merge(
        documented, on=["group", "place"], how="left", validate="1:1"
    )


def minorities(
    risk: DataFrame,
    visibility: DataFrame,
    groups: Mapping[str, Mapping[str, Any]],
    layers: Mapping[str, str],
    thresholds: Thresholds,
    *,
    persons: DataFrame | None = None,
    least: Mapping[tuple[str, str], float] | None = None,
) -> DataFrame:
    """
    Put both axes together, group by group, place by place and layer by layer (METHOD 2, 6).

    Parameters
    ----------
    risk, visibility
        Tables exclusion_risk and visibility.
    groups
        Groups of the facts: `key`, and the key of their own `rate` if there is one.
    layers
        Indicator of lacking → its layer (H, S, C, K, A).
    persons
        Persons of groups: `group`, `place`, `low`, `high`, and `residents` of the place.
    least
        Least rates of those seen, by indicator and group, for groups whose rate is not
        published: assumed to hold for the unseen too.

    Returns
    -------
    DataFrame
        One row per group, place and layer: the states, the `finding`, the τ up to which
        a higher risk holds, `low` and `high` of the share both excluded and off the lowest
        documented `rung` (value: the share off it), the same in persons, and whether the
        group is a minority of the place (yes, no, unknown). `low` rests on the assumption
        that those off the rung are no better off. Without a documented rung anyone may be.
    """
    seen = visibility_states(visibility, thresholds)
    states = risk_states(risk, thresholds)
    blocks = [
        _layer(groups, indicator, layer, seen, states[states["indicator"] == indicator])
        for indicator, layer in layers.items()
    ]
    frame = _bounded(pd.concat(blocks, ignore_index=True), least or {})
    return _counted(frame, persons)


def _layer(
    groups: Mapping[str, Mapping[str, Any]],
    indicator: str,
    layer: str,
    seen: DataFrame,
    states: DataFrame,
) -> DataFrame:
    own = {group["key"] for group in groups.values() if group["rate"]}
    found = seen.merge(
        states.drop(columns=["indicator", "place_level"]).rename(
            columns={"value": "rate", "low": "rate_low", "high": "rate_high", "status": "told"}
        ),
        on=["group", "place"],
        how="left",
        validate="1:1",
    )
    risk = found["risk_state"].fillna("cannot_tell").where(found["group"].isin(own), "cannot_tell")
    return found.assign(
        indicator=UNSEEN,
        layer_indicator=indicator,
        layer=layer,
        risk_state=risk,
        reach_state="unknown",
        finding=[
            finding(one, other) for one, other in zip(risk, found["visibility_state"], strict=True)
        ],
        tipping_point=found["tipping_point"].where(risk == "higher"),
    )


def _bounded(frame: DataFrame, least: Mapping[tuple[str, str], float]) -> DataFrame:
    """Bound the share both excluded and off the rung: [i · r_seen, i], or anything."""
    assumed = pd.Series(
        [
            least.get(pair, 0.0)
            for pair in zip(frame["layer_indicator"], frame["group"], strict=True)
        ],
        frame.index,
    )
    # A bound must hold: the low end of the rate of those seen, where the group has one.
    rate = frame["rate_low"].where(frame["risk_state"] != "cannot_tell").fillna(assumed)
    off = 1 - frame["on_rung"].astype(float)
    return frame.assign(
        value=off,
        status=np.where(off.notna(), "observed", "missing"),
        low=(off * rate).fillna(0.0),
        high=off.fillna(1.0),
    )


def _counted(frame: DataFrame, persons: DataFrame | None) -> DataFrame:
    """Turn shares into persons where it is known how many the group has."""
    known = DataFrame(columns=["group", "place", "low", "high", "residents"])
    given = known if persons is None else persons
    counts = given.rename(columns={"low": "n_low", "high": "n_high"})
    joined = frame.merge(counts, on=["group", "place"], how="left", validate="m:1")
    part = joined["n_high"].astype(float) / joined["residents"].astype(float)
    minority = np.select([part.isna(), part < 0.5], ["unknown", "yes"], default="no")
    counted = joined.assign(
        persons_low=joined["low"] * joined["n_low"].astype(float),
        persons_high=joined["high"] * joined["n_high"].astype(float),
        minority=minority,
    )
    kept = [
        *terms.KEY, *terms.VALUE, "layer_indicator", "layer", "risk_state", "visibility_state",
        "reach_state", "finding", "tipping_point", "smallest", "rung", "low", "high", "persons_low",
        "persons_high", "minority",
    ]  # fmt: skip
    return counted[kept]
