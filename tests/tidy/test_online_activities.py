"""Online activities of persons: the same cube as that of use, with other attributes."""

import pytest

from divide import catalog, schemas
from divide.errors import SourceChangedError
from divide.tidy.internet_use import GROUPS
from divide.tidy.online_activities import INDICATORS, tidy_online_activities

NAMES = {"sex": "Geschlecht", "age": "Altersklasse", "education": "Bildungsstand"}
# BFS, px-x-1604000000_102, edition 2021-12-15: shares of e-mail and health information, all
# persons; the counts are made up.
# A cell has four numbers: persons, their interval, per cent, its interval.
CELLS = {
    "IUEMCH/0/0/0/2021": (6312432, 79234, 88.1, 1.1),
    "IUHEINFCH/0/0/0/2021": (4989173, 99011, 69.6, 1.6),
}
MEASURES = ["Anzahl Personen", "Anteil (in % der Gesamtbevölkerung)"]
RESULTS = ["Wert", "Konfidenzintervall +/-"]


@pytest.fixture
def cube(px_file):
    def write(attributes=INDICATORS):
        axes = {
            official: {code: label for code, (_, label) in GROUPS[ours].items()}
            for ours, official in NAMES.items()
        }
        cells = {
            f"{key}/{measure}/{result}": str(CELLS[key][2 * i + j])
            for key in CELLS
            if key.split("/")[0] in attributes
            for i, measure in enumerate(MEASURES)
            for j, result in enumerate(RESULTS)
        }
        dimensions = {
            "Online-Aktivität": {code: code for code in attributes},
            **axes,
            "Jahr": ["2021", "2019"],
            "Absolut / relativ": MEASURES,
            "Resultat": RESULTS,
        }
        return px_file("px-x-1604000000_102", dimensions, cells)

    return write


def at(rows, cell):
    found = rows[rows["cell"] == cell]
    assert len(found) == 1, f"{len(found)} rows for {cell}"
    return found.iloc[0]


def test_shares_are_of_all_persons(cube):
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
def test_the_official_file(mirror):
    path = mirror / "bfs_ict_activities" / "2021-12-15" / "px-x-1604000000_102.px"
    rows = tidy_online_activities(path, edition="2021-12-15")
    # 89 activities surveyed in some year × 54 groups of the official cube, nil rows left out.
    years = rows.groupby("indicator")["year"].unique().map(set).to_dict()
    facts = catalog.facts("indicators")
    assert years == {name: set(facts[name]["years"]) for name in INDICATORS.values()}
    assert tuple(at(rows, "IUEMCH/0/0/0/2021")[["value", "low", "high"]]) == (0.881, 0.87, 0.892)
