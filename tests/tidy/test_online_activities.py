"""Online activities of persons: the same cube as that of use, with other attributes."""

import pytest

from divide import catalog, schemas
from divide.errors import SourceChangedError
from divide.tidy.internet_use import GROUPS
from divide.tidy.online_activities import INDICATORS, tidy_online_activities

NAMES = {"sex": "Geschlecht", "age": "Altersklasse", "education": "Bildungsstand"}
# BFS, px-x-1604000000_102, edition 2021-12-15: shares of e-mail and health information, all
# persons; the counts are made up.
CELLS = {
    "IUEMCH/0/0/0/2021": "6312432 79234 88.1 1.1",
    "IUHEINFCH/0/0/0/2021": "4989173 99011 69.6 1.6",
}


@pytest.fixture
def cube(survey_cube):
    def write(attributes=INDICATORS):
        cells = {key: cell for key, cell in CELLS.items() if key.split("/")[0] in attributes}
        return survey_cube("px-x-1604000000_102", attributes, NAMES, GROUPS, cells)

    return write


def test_shares_are_of_all_persons(cube, at):
    rows = tidy_online_activities(cube(), edition="2021-12-15")
    schemas.check(rows, "online_activities")
    row = at(rows, "IUHEINFCH/0/0/0/2021")
    assert row["indicator"] == "online_health_information"
    # 69.6 ± 1.6 %
    assert (row["value"], row["low"], row["high"]) == (0.696, 0.68, 0.712)
    assert (row["place"], row["group"], row["source"]) == ("CH", "total", "bfs_ict_activities")


def test_a_lost_activity_is_named(cube):
    kept = [code for code in INDICATORS if code != "IUEMCH"]
    with pytest.raises(SourceChangedError, match="attribute IUEMCH is gone"):
        tidy_online_activities(cube(kept), edition="2021-12-15")


def test_the_facts_know_every_activity_by_its_code():
    facts = catalog.facts("indicators")
    declared = {
        entry["code"]: name
        for name, entry in facts.items()
        if entry.get("source") == "bfs_ict_activities"
    }
    assert declared == INDICATORS


@pytest.mark.mirror
def test_the_official_file(mirror, at):
    path = mirror / "bfs_ict_activities" / "2021-12-15" / "px-x-1604000000_102.px"
    rows = tidy_online_activities(path, edition="2021-12-15")
    # 89 activities surveyed in some year × 54 groups of the official cube, nil rows left out.
    years = rows.groupby("indicator")["year"].unique().map(set).to_dict()
    facts = catalog.facts("indicators")
    assert years == {name: set(facts[name]["years"]) for name in INDICATORS.values()}
    assert tuple(at(rows, "IUEMCH/0/0/0/2021")[["value", "low", "high"]]) == (0.881, 0.87, 0.892)
