"""Outliers: drawn in as COINr draws them in, and every touched unit is named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.index_treatment import kurtosis, skewness, treat

TEN = [0.0, 1, 2, 3, 4, 5, 6, 7, 8]


def asem_values(oracles: Path, treated: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators before treatment: divided by size, gaps as COINr filled them."""
    given = pd.read_csv(oracles / "asem_idata.csv").set_index("uCode")
    rows = pd.read_csv(oracles / "asem_imeta.csv").set_index("iCode")
    sizes = rows.loc[treated.columns, "Denominator"]
    divided = {
        name: given[name] / (given[size] if isinstance(size, str) else 1)
        for name, size in sizes.items()
    }
    return pd.DataFrame(divided).loc[treated.index].fillna(treated)


def test_asem_agrees_with_coinr(oracles: Path) -> None:
    treated = pd.read_csv(oracles / "asem_treated.csv").set_index("uCode")
    values = asem_values(oracles, treated)
    found = treat(values)
    assert found.to_numpy() == pytest.approx(treated.to_numpy(), rel=1e-10, abs=1e-14)
    touched = (values != found).any()
    assert set(found.attrs["account"]) == set(touched.index[touched])
    assert found.attrs["account"]["Services"] == ["IRL", "LUX", "MLT", "SGP"]


def test_low_outliers_are_drawn_up_and_ties_together() -> None:
    values = pd.DataFrame({"x": [-90.0, -90.0, *range(30)]})
    found = treat(values)
    assert found["x"].tolist() == [0.0, 0.0, *range(30)]
    assert found.attrs["account"] == {"x": [0, 1]}


def test_where_winsorising_is_not_enough_logarithms_are_taken() -> None:
    values = pd.DataFrame({"x": [*TEN, *TEN, 90.0]})
    found = treat(values, most=0)
    # log(x − 0 + .01 · 90)
    assert found["x"].to_numpy() == pytest.approx(np.log(values["x"].to_numpy() + 0.9))
    assert found.attrs["account"] == {"x": "log"}


def test_what_has_no_outliers_stays() -> None:
    values = pd.DataFrame({"x": [*TEN, np.nan]})
    found = treat(values)
    pd.testing.assert_frame_equal(found, values)
    assert found.attrs["account"] == {}


def test_moments_are_those_of_pandas() -> None:
    """pandas has the same small-sample factors, written otherwise."""
    values = pd.Series(np.random.default_rng(1).lognormal(size=40))
    assert skewness(values) == pytest.approx(values.skew())
    assert kurtosis(values) == pytest.approx(values.kurt())


def test_too_few_values_are_refused() -> None:
    with pytest.raises(MethodError, match="x has fewer than four"):
        treat(pd.DataFrame({"x": [1.0, 2, 3, np.nan]}))
