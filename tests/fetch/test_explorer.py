"""The Map Explorer: found in its list, the right year, each value its place."""

import json

import pytest

from divide.errors import BadAnswerError, FactsError, MovedError, SourceChangedError
from divide.fetch import explorer as channel


def entry(**more):
    """Write an entry of the list as SOURCES.md, section 12, describes it."""
    known = {
        "c_id_indicateur": "sozialhilfeempf",
        "c_id_dataset": "ch_13_01",
        "c_id_view": ["map179", "map180"],
        "mods": ["2021", "2022", "2020"],
        "nivgeos": ["kant2022_01_01", "polg2024_01_01"],
    }
    return known | more


def lists(service, *indics):
    service.on("/GC_listIndics.php", {"content": {"indics": list(indics)}})


@pytest.fixture
def explorer(service):
    lists(service, entry(c_id_indicateur="staendigepop", c_id_dataset="ch_01_01"), entry())
    values = {
        "nivgeo": "polg2024_01_01",
        "indic": {"c_id_indicateur": "sozialhilfeempf"},
        "distribution": {"values": [3.1, -9999, 2.4]},
    }
    places = {"territories": {"codgeo": ["261", "351", "5586"], "libgeo": ["Z", "B", "L"]}}
    service.on("/GC_indic.php", {"content": values})
    service.on("/GC_refdata.php", {"content": places})
    return {"kind": "explorer", "url": service.url, "indicator": "sozialhilfeempf"}


def test_values_and_places_are_kept_as_received(service, explorer, policy, tmp_path):
    found = channel.fetch(explorer, tmp_path, policy)
    values, places = (json.loads(found.files[one].read_bytes()) for one in ("values", "places"))
    paired = channel.pair(
        values["content"]["distribution"]["values"], places["content"]["territories"]["codgeo"]
    )
    assert paired == {"261": 3.1, "351": None, "5586": 2.4}
    assert (found.edition, found.register_date) == ("2022", "2024-01-01")
    assert found.notes[:2] == (
        "Found in the list: dataset ch_13_01, view map179, year 2022.",
        "2 values in borders polg2024_01_01.",
    )
    # The list, the values, the places: each stands in the receipt.
    assert [one.url.rsplit("/", 1)[1].split("?")[0] for one in found.answers] == [
        *("GC_listIndics.php", "GC_indic.php", "GC_refdata.php"),
    ]


def test_the_year_is_not_percent_encoded(service, explorer, policy, tmp_path):
    """Encoded, the filter is not seen, and another year answers without a word."""
    channel.fetch(explorer, tmp_path, policy)
    listed, indic, refdata = service.calls
    assert listed.raw_query == "lang=de"
    assert indic.raw_query == (
        "indic=sozialhilfeempf&dataset=ch_13_01&view=map179&lang=de&obs=main&filters=annee=2022"
    )
    assert refdata.raw_query == "nivgeo=polg2024_01_01&extent=ch&lang=de&obs=main"


@pytest.mark.parametrize("year", ["2022/23", "2020-2022", "22"])
def test_a_year_that_would_be_ignored_is_not_asked(service, explorer, policy, tmp_path, year):
    with pytest.raises(FactsError, match="four digits"):
        channel.fetch(explorer | {"year": year}, tmp_path, policy)
    assert service.calls == []


def test_what_the_list_offers_is_asked_for(service, explorer, policy, tmp_path):
    """Ids of datasets and views are looked up each time; a newer year is taken."""
    lists(service, entry(c_id_dataset="ch_26_09", c_id_view="map7", mods=[2022, 2023]))
    assert channel.fetch(explorer, tmp_path, policy).edition == "2023"
    assert service.calls[1].query["dataset"] == "ch_26_09"
    assert service.calls[1].query["view"] == "map7"
    assert service.calls[1].raw_query.endswith("&filters=annee=2023")


def test_an_entry_in_other_borders_or_years_does_not_count(service, explorer, policy, tmp_path):
    cantons = entry(c_id_dataset="ch_99", mods=["2024"], nivgeos=["kant2022_01_01"])
    pooled = entry(c_id_dataset="ch_98", mods=["2020-2024"])
    lists(service, cantons, pooled, entry())
    assert channel.fetch(explorer, tmp_path, policy).edition == "2022"
    assert channel.choose(
        {"indics": [entry(), cantons]}, explorer | {"year": 2021, "view": "map180"}
    ) == ("ch_13_01", "map180", "2021")


def test_two_datasets_of_one_year_are_not_guessed_between(service, explorer, policy, tmp_path):
    lists(service, entry(), entry(c_id_dataset="ch_13_02"))
    with pytest.raises(SourceChangedError, match="several datasets: ch_13_01, ch_13_02"):
        channel.fetch(explorer, tmp_path, policy)
    named = explorer | {"dataset": "ch_13_02"}
    assert (
        channel.fetch(named, tmp_path, policy)
        .notes[0]
        .startswith("Found in the list: dataset ch_13_02")
    )


def test_an_indicator_that_is_gone_names_its_neighbours_or_successor(
    service, explorer, policy, tmp_path
):
    lists(service, entry(c_id_indicateur="sozialhilfeempfaenger"))
    with pytest.raises(MovedError, match="Did you mean sozialhilfeempfaenger"):
        channel.fetch(explorer, tmp_path, policy)
    lists(service, entry(nivgeos=["kant2022_01_01"]))
    with pytest.raises(MovedError, match="1 entries of sozialhilfeempf do not fit"):
        channel.fetch(explorer, tmp_path, policy)
    service.on("/GC_listIndics.php", {"content": {"indicators": []}})
    with pytest.raises(SourceChangedError, match="no 'indics'"):
        channel.fetch(explorer, tmp_path, policy)


def change(service, **more):
    content = json.loads(json.dumps(service.replies["/GC_indic.php"]["content"]))
    service.on("/GC_indic.php", {"content": content | more})


def test_a_list_of_another_length_is_refused(service, explorer, policy, tmp_path):
    change(service, distribution={"values": [3.1, -9999]})
    with pytest.raises(SourceChangedError, match="2 values for 3 places"):
        channel.fetch(explorer, tmp_path, policy)


def test_groups_are_checked_each(service, explorer, policy, tmp_path):
    change(service, distribution={"values": {"m": [1, 2, 3], "f": [-9999, 2, 3]}})
    assert channel.fetch(explorer, tmp_path, policy).notes[1].startswith("5 values")
    change(service, distribution={"values": {"m": [1, 2, 3], "f": [2, 3]}})
    with pytest.raises(SourceChangedError):
        channel.fetch(explorer, tmp_path, policy)


def test_nothing_but_missing_values_is_refused(service, explorer, policy, tmp_path):
    change(service, distribution={"values": [-9999, -9999, -9999]})
    with pytest.raises(BadAnswerError, match="no value for any place"):
        channel.fetch(explorer, tmp_path, policy)


@pytest.mark.parametrize(
    "more", [{"indic": {"c_id_indicateur": "staendigepop"}}, {"nivgeo": ""}, {"nivgeo": "kant2022"}]
)
def test_another_indicator_is_refused(service, explorer, policy, tmp_path, more):
    change(service, **more)
    with pytest.raises(BadAnswerError, match="sozialhilfeempf was asked"):
        channel.fetch(explorer, tmp_path, policy)


def test_a_place_named_twice_is_refused():
    with pytest.raises(SourceChangedError, match="names a place twice"):
        channel.pair([1, 2], ["261", "261"])
