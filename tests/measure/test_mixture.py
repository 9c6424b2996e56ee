"""Private households and institutions together, met with the figures of METHOD 5."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from divide.errors import MethodError
from divide.measure.mixture import by_gap, mix

SHARE = st.floats(0, 1)


def parts(share: float, private: float = 0.2, width: float = 0.05) -> pd.DataFrame:
    ends = {"private_low": [private - width], "private_high": [private + width]}
    return pd.DataFrame({"private_share": [share], "private": [private], **ends})


# Part of people of 80 and over in private households, from the table of METHOD 3; what a gap of 30
# points costs, from METHOD 5: 2.8 points (VD) to 5.5 (UR).
@pytest.mark.parametrize(("share", "cost"), [(0.906, 0.028), (0.816, 0.055)])
def test_what_leaving_institutions_out_costs(share: float, cost: float) -> None:
    rows = parts(share)
    found = mix(rows.join(by_gap(rows, (0.0, 0.30)))).iloc[0]
    assert found["cost"] == pytest.approx(cost, abs=0.0005)
    assert found["value"] == pytest.approx(0.2 + found["cost"])
    # Anything from no gap to the whole of it.
    assert (found["cost_low"], found["cost_high"]) == pytest.approx((0, found["cost"]))


def test_no_rate_rises_above_one() -> None:
    rows = parts(0.8, 0.9)
    found = by_gap(rows, (0.0, 0.30)).iloc[0]
    assert found[["institution", "institution_low", "institution_high"]].tolist() == [1, 0.85, 1]
    assert found["gap_high"] == pytest.approx(0.1)


@given(share=SHARE, private=SHARE, institution=SHARE)
def test_a_mixture_lies_between_its_parts(share: float, private: float, institution: float) -> None:
    rows = parts(share, private, 0.0).assign(
        institution=institution, institution_low=0.0, institution_high=1.0
    )
    found = mix(rows).iloc[0]
    assert min(private, institution) - 1e-12 <= found["value"] <= max(private, institution) + 1e-12
    assert found["low"] <= found["value"] + 1e-12 and found["value"] <= found["high"] + 1e-12
    # What nobody knows of institutions leaves at most their part open.
    assert found["high"] - found["low"] == pytest.approx(1 - share)


def test_what_is_not_known_stays_unknown() -> None:
    found = mix(
        parts(0.8).assign(
            **dict.fromkeys(("institution", "institution_low", "institution_high"), np.nan)
        )
    )
    assert found.isna().all(axis=None)


def test_percentages_are_refused() -> None:
    with pytest.raises(MethodError, match="give shares"):
        mix(parts(88.0))
