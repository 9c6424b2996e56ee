"""Groups in the whole country: held to the rest of it by published errors, without a model."""

import pandas as pd
import pytest

from divide import tables, terms
from divide.build import settings
from divide.measure import fits, national
from divide.measure.cells import survey_cells

GROUP = "age:60_plus|education:low"
LACKING = {"no_internet_use_3m": "internet_use_3m"}


@pytest.fixture
def setting() -> fits.Setting:
    """Return the declared parameters of the risk."""
    return settings.setting()


@pytest.mark.usefixtures("default_home")
def test_the_rest_is_what_the_total_leaves_over(setting: fits.Setting) -> None:
    use = tables.read("internet_use")
    found = national.national_risk(use, LACKING, setting)
    row = found[(found["group"] == GROUP) & (found["tau"] == 0)].iloc[0]
    year = use[(use["year"] == setting.year) & (use["indicator"] == "internet_use_3m")]
    lacking = 1 - year.set_index("group")["value"].astype(float)
    cells = survey_cells(use, year=setting.year, respondents=setting.respondents)
    part = cells.counts[cells.members(GROUP)].sum() / cells.counts.sum()
    rest = (lacking["total"] - part * lacking[GROUP]) / (1 - part)
    assert row["value"] == pytest.approx(lacking[GROUP])
    assert row["gap"] == pytest.approx(lacking[GROUP] - rest)
    assert row["state"] == "higher" and row["status"] == "observed"


@pytest.mark.usefixtures("default_home")
def test_local_differences_do_not_touch_what_was_measured(setting: fits.Setting) -> None:
    found = national.national_risk(tables.read("internet_use"), LACKING, setting)
    mine = found[found["group"] == GROUP]
    assert set(mine["tau"]) == set(setting.taus)
    assert mine[["value", "low", "high", "gap", "probability"]].drop_duplicates().shape[0] == 1
    assert mine["tipping_point"].isna().all()


@pytest.mark.usefixtures("default_home")
def test_a_group_without_a_published_rate_cannot_be_told(setting: fits.Setting) -> None:
    use = tables.read("internet_use")
    found = national.national_risk(use[use["group"] != GROUP], LACKING, setting)
    mine = found[found["group"] == GROUP]
    assert set(mine["state"]) == {"cannot_tell"} and set(mine["status"]) == {"missing"}
    assert mine[["value", "gap", "low", "high"]].isna().all(axis=None)


def test_of_unknown_groups_nothing_is_told_anywhere(setting: fits.Setting) -> None:
    places = pd.DataFrame({"place_level": ["country", "canton"], "place": ["CH", "UR"]})
    found = national.unknown_risk(["permit:none"], LACKING, places, setting)
    assert len(found) == 2 * len(setting.taus)
    assert set(found["state"]) == {"cannot_tell"} and set(found["status"]) == {"missing"}
    assert found[["value", "low", "high", "gap", "probability"]].isna().all(axis=None)
    assert terms.COUNTRY in set(found["place"])
