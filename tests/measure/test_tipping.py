"""Where a difference tips as τ grows: by hand, and as the risk table has it."""

import math

import pandas as pd
import pytest

from divide import tables
from divide.errors import MethodError
from divide.measure.tipping import certainty, variances

ROWS = pd.DataFrame(
    {
        "indicator": "no_laptop",
        "group": "total",
        "place": ["UR", "UR", "UR", "ZG", "ZG", "ZG"],
        "tau": [0.0, 0.15, 0.3] * 2,
        "gap": [0.06, 0.06, 0.06, -0.02, -0.02, -0.02],
        # UR: 0.03² + τ²; ZG: 0.01² + 0.04 τ²
        "gap_se": [math.sqrt(0.0009 + t * t) for t in (0.0, 0.15, 0.3)]
        + [math.sqrt(0.0001 + 0.04 * t * t) for t in (0.0, 0.15, 0.3)],
    }
)


def test_a_variance_is_parted_into_sampled_and_local() -> None:
    before = ROWS.copy()
    parted = variances(ROWS).set_index("place")
    assert parted["sampling"].to_dict() == pytest.approx({"UR": 0.0009, "ZG": 0.0001})
    assert parted["local"].to_dict() == pytest.approx({"UR": 1.0, "ZG": 0.04})
    pd.testing.assert_frame_equal(ROWS, before)


def test_the_largest_tau_is_asked_and_none_is_refused() -> None:
    with pytest.raises(MethodError, match="τ = 0 and under another"):
        variances(ROWS[ROWS["tau"] == 0])
    with pytest.raises(MethodError, match="τ = 0 and under another"):
        variances(ROWS[ROWS["tau"] > 0])


def test_a_gap_is_less_sure_the_larger_tau() -> None:
    sure = certainty(variances(ROWS), [0.0, 0.04, 1.0]).set_index(["place", "τ"])["value"]
    # UR at τ = .04: √(.0009 + .0016) = .05, .06/.05 = 1.2, Φ = .8849; at 0: Φ(2) = .9772.
    assert sure["UR"].tolist()[:2] == pytest.approx([0.97725, 0.88493], abs=1e-5)
    # ZG is lower: its probability is that of the sign it has, Φ(.02/.01) at τ = 0.
    assert sure["ZG"].tolist()[0] == pytest.approx(0.97725, abs=1e-5)
    for place in ("UR", "ZG"):
        none, some, much = sure[place].tolist()
        assert none > some > much > 0.5


def test_a_gap_that_is_not_told_stays_untold() -> None:
    parted = variances(ROWS.assign(gap=math.nan))
    assert certainty(parted, [0.0, 0.3])["value"].isna().all()


def test_the_tables_tipping_points_are_where_the_curve_falls_to_ninety(
    default_home: object,
) -> None:
    risk = tables.read("exclusion_risk")
    total = risk[(risk["group"] == "total") & (risk["place_level"] == "canton")]
    parted = variances(total)
    parted = parted[parted["tipping_point"].notna()]
    assert len(parted) > 100  # of 6 indicators in 26 cantons
    for tau, part in parted.groupby("tipping_point"):
        assert certainty(part, [float(str(tau))])["value"].to_numpy() == pytest.approx(
            0.90, abs=1e-6
        )
