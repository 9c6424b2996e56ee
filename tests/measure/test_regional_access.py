"""Households of language regions, from the published figures of 2019 and 2021."""

import pandas as pd
import pytest

from divide import tables
from divide.errors import MethodError
from divide.measure import regional_access as regions

ASKED = {2019: 3004, 2021: 3137}


@pytest.fixture
def access(default_home: object) -> pd.DataFrame:
    return tables.read("household_access")


def published(access: pd.DataFrame, place: str, group: str, year: int) -> float:
    row = access[
        (access["indicator"] == "household_internet_access")
        & (access["place"] == place)
        & (access["group"] == group)
        & (access["year"] == year)
    ].iloc[0]
    return float(row["count"] / row["value"])


@pytest.mark.parametrize("year", ASKED)
def test_households_meet_the_published_margins(access: pd.DataFrame, year: int) -> None:
    counts = regions.region_counts(access, year=year).reshape(3, 4, 4)
    for at, region in enumerate(regions.REGIONS):
        total = published(access, region, "total", year)
        assert counts[at].sum() == pytest.approx(total)
        # Rounded sizes miss their total by a thousandth at most, and are brought to it.
        for i, size in enumerate(regions.SIZES):
            wanted = published(access, region, f"size:{size}", year)
            assert counts[at, i].sum() == pytest.approx(wanted, rel=0.003)
    # Known cells of the largest region stay near what is published.
    easy = published(access, "de", "finances:easy|size:2", year)
    assert counts[0, 1, 1] == pytest.approx(easy, rel=0.03)


def test_finances_that_a_region_hides_are_what_the_others_leave(access: pd.DataFrame) -> None:
    # 2021, very easy: 492,248 in the country less 425,340 and 55,665 leave 11,243 in Italian.
    found = regions.region_counts(access, year=2021).reshape(3, 4, 4)[2, :, 0].sum()
    assert found == pytest.approx(11_243, rel=0.03)


@pytest.mark.parametrize("positive", ["household_internet_access", "household_mobile_broadband"])
def test_direct_rates_are_published_and_synthetic_ones_weigh_out(
    access: pd.DataFrame, positive: str
) -> None:
    found = regions.region_gaps(access, positive, year=2021, respondents=ASKED[2021], draws=400)
    rows = access[
        (access["indicator"] == positive) & (access["year"] == 2021) & (access["group"] == "total")
    ].set_index("place")
    assert found.direct == pytest.approx(1 - rows.loc[list(regions.REGIONS), "value"].to_numpy())
    # Firth's penalty may add some persons interviewed where "100 % ± 0" is published.
    assert found.shares @ found.synthetic == pytest.approx(1 - rows.loc["CH", "value"], abs=0.002)
    # Regions differ by their mix alone in the synthetic rates: by little.
    assert found.synthetic.max() - found.synthetic.min() < 0.03
    # A region's gap errs like its own rate, but for the part of the country that it is.
    errors = rows.loc[list(regions.REGIONS), "se"].to_numpy() * (1 - found.shares)
    ratio = found.drawn.std(axis=0) / errors
    assert (ratio > 0.7).all() and (ratio < 2.0).all()


def test_a_year_without_finances_is_refused(access: pd.DataFrame) -> None:
    with pytest.raises(MethodError, match="hidden"):
        regions.region_counts(access, year=2017)
    with pytest.raises(MethodError, match="choose another year"):
        regions.region_counts(access, year=1999)
