"""The frame: published counts met, homes counted again from the official file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide import catalog, paths
from divide.errors import MethodError
from divide.measure.directories import directory
from divide.measure.frames import (
    ALL,
    KEYS,
    home_cells,
    home_regions,
    place_answers,
    published_cells,
    size_class,
    sum_cells,
)
from divide.measure.place_names import read_address
from divide.measure.placing import place_typed
from divide.tidy.homes import list_nursing_homes
from divide.tidy.localities import tidy_localities
from divide.tidy.places import tidy_places


def test_published_counts_are_met() -> None:
    # BFS 2015: 527 + 78 + 129 = 734 specialised institutions; SOMED 2019: 1,551 homes.
    found = published_cells().groupby("type")[["institutions", "clients"]].sum()
    assert found["institutions"].to_dict() == {
        "nursing_home": 1551,
        "disability": 527,
        "addiction": 78,
        "psychosocial": 129,
    }
    assert found["clients"].drop("nursing_home").to_dict() == {
        "disability": 46720,
        "addiction": 3989,
        "psychosocial": 6710,
    }


def test_places_clients_and_occupancy_are_the_baselines() -> None:
    """Three numbers that must not be taken for one another."""
    told = pd.read_csv(paths.baseline() / "nursing_homes.csv", dtype={"place": "str"})
    country = told[told["place"] == "CH"].set_index("indicator")["value"]
    homes = published_cells().query("type == 'nursing_home'")
    assert homes["places"].sum() == country["nursing_home_places"]
    assert homes["clients_year"].sum() == country["nursing_home_clients_year"]
    assert homes["clients"].sum() == pytest.approx(country["nursing_home_occupancy"], abs=0.6)
    assert (homes["clients_year"] > homes["clients"]).all()


def test_what_is_not_published_is_missing() -> None:
    special = published_cells().query("type != 'nursing_home'")
    assert special[["places", "clients_year", "clients_sd"]].isna().all(axis=None)
    assert (special[["language_region", "size_class"]] == ALL).all(axis=None)


@pytest.mark.mirror
def test_homes_counted_again(mirror: Path) -> None:
    homes = list_nursing_homes(
        mirror / "bag_nursing_homes/2019/2019_Flat_File_de.xlsx", edition="2019"
    )
    places = tidy_places(
        mirror / "bfs_communes/2024-01-01/niveaux_geographiques_communes.xlsx",
        register_date="2024-01-01",
        edition="2024-01-01",
    )
    communes = places[places["place_level"] == "commune"]
    localities = tidy_localities(
        mirror / "swisstopo_localities/2024-03/AMTOVZ_CSV_LV95.csv", edition="2024-03"
    )
    names = pd.read_csv(paths.FACTS / "commune_names.csv", dtype="str")
    typed = pd.DataFrame(
        [read_address(one) for one in homes["town"]], columns=["postcode", "locality"]
    ).assign(canton=homes["canton"])
    placed = place_typed(typed, directory(localities, communes, names=names))
    region = home_regions(placed.assign(postcode=typed["postcode"]), communes, localities)
    found = home_cells(homes.assign(language_region=region), edition="2019")
    told = published_cells().query("type == 'nursing_home'").reset_index(drop=True)
    same = [*KEYS, "institutions", "places", "clients_year", "year", "source"]
    assert found[same].to_numpy().tolist() == told[same].to_numpy().tolist()
    assert found["clients"].tolist() == pytest.approx(told["clients"].tolist(), abs=0.051)
    assert found["clients_sd"].tolist() == pytest.approx(told["clients_sd"].tolist(), abs=0.0051)


def test_a_home_among_several_communes() -> None:
    communes = pd.DataFrame({"place": ["1", "2", "3"], "language_region": ["de", "fr", "rm"]})
    localities = pd.DataFrame(
        {"postcode": "1637", "place": ["1", "2"], "address_share": [0.1, 0.9]}
    )
    placed = pd.DataFrame(
        {
            "place": ["2", None, None, "3"],
            "candidates": [None, "1;2", "1;3", None],
            "postcode": "1637",
        }
    )
    # Known; most addresses in 2; both German-speaking for the survey; Romansh counts as German.
    assert home_regions(placed, communes, localities).tolist() == ["fr", "fr", "de", "de"]
    with pytest.raises(MethodError, match="1637 is in no known commune"):
        home_regions(placed.assign(place=None, candidates=None), communes, localities)


def test_size_classes_begin_where_declared() -> None:
    starts = {one["id"]: one["from"] for one in catalog.facts("survey_frame")["sizes"]}
    assert size_class(pd.Series(list(starts.values()), dtype=float)).tolist() == list(starts)
    with pytest.raises(MethodError, match="fewer than no"):
        size_class(pd.Series([-1.0]))


def test_cells_and_institutions_sum_to_the_same() -> None:
    units = pd.DataFrame(
        {"type": list("aabbb"), "size": list("ssmml"), "clients": [3.0, 5, 10, 30, 100]}
    )
    fine = sum_cells(units, by=["type", "size"])
    for coarse in (sum_cells(fine, by=["type"]), sum_cells(units, by=["type"])):
        assert coarse["institutions"].tolist() == [2, 3]
        assert coarse["clients"].tolist() == [8, 140]
        spread = [np.std([3, 5]), np.std([10, 30, 100])]
        assert coarse["clients_sd"].tolist() == pytest.approx(spread)
    with pytest.raises(MethodError, match="lacks its institutions"):
        sum_cells(units.assign(clients=np.nan), by=["type"])


def test_answers_find_their_cell() -> None:
    answers = pd.DataFrame(
        {
            "inst_type": ["elder", "hdis", "saide", "elder", None],
            "n_ben": ["49", "80", "900", None, "10"],
            "language_region": ["rm", "fr", "de", "de", "de"],
        }
    )
    found = place_answers(answers, published_cells())
    assert found["type"].tolist()[:2] == ["nursing_home", "disability"]
    assert found[["language_region", "size_class"]].iloc[0].tolist() == ["de", "medium"]
    assert found[["language_region", "size_class"]].iloc[1].tolist() == [ALL, ALL]
    # A social service is in no count; a home that does not tell its size is in no cell.
    assert found["type"].iloc[2:].isna().all()
    with pytest.raises(MethodError, match="school"):
        place_answers(answers.assign(inst_type="school"), published_cells())


def test_every_type_of_the_questionnaire_is_in_the_frame_or_said_to_be_outside() -> None:
    facts = catalog.facts("survey_frame")
    choices = pd.read_csv(paths.FACTS / "choices.csv", dtype="str")
    assert set(facts["types"]) == set(choices.query("list_name == 'itype'")["name"])
    inside = {one for one in facts["types"].values() if one}
    assert inside == set(published_cells()["type"])
