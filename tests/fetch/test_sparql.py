"""A cube of linked data: dimensions as declared, all observations, nothing guessed."""

import csv
import json
import re
from urllib.parse import parse_qs

import pytest

from divide import catalog
from divide.errors import BadAnswerError, FactsError, MovedError
from divide.fetch import cube_queries, sparql

NAMES = catalog.facts("namespaces")
CUBE = "https://communication.example/ofcom/nga/1"
COMMUNE, SHARE = f"{CUBE}/commune", f"{CUBE}/share"


def rows(*found):
    """Write rows as SPARQL JSON does: a variable without a value is left out."""
    bindings = [
        {name: {"type": "literal", "value": str(value)} for name, value in row.items()}
        for row in found
    ]
    return {"head": {"vars": []}, "results": {"bindings": bindings}}


def observations(count):
    return [
        {"obs": f"{CUBE}/o/{at:03}", "v0": f"{NAMES['municipality']}{at + 1}", "v1": at / 100}
        for at in range(count)
    ]


class Endpoint:
    """Answers the questions of a channel about one cube with seven observations."""

    def __init__(self):
        self.observations = observations(7)
        self.counted = 7
        self.cap = 1000
        self.about = [{"version": 1, "status": NAMES["published"], "modified": "2026-06-01"}]
        self.versions = []
        self.dimensions = [
            {"path": COMMUNE, "name": "Gemeinde", "kind": f"{NAMES['cube']}KeyDimension"},
            {"path": SHARE, "name": "Anteil", "kind": f"{NAMES['cube']}MeasureDimension"},
            {"path": f"{NAMES['cube']}observedBy"},
            {"path": f"{NAMES['rdf']}type"},
        ]
        place = {"path": COMMUNE, "value": f"{NAMES['municipality']}261"}
        self.codes = [place | {"label": "Zürich"}, place | {"label": "Zurich"}]
        self.asked = []

    def __call__(self, call):
        (query,) = parse_qs(call.body.decode())["query"]
        self.asked.append(query)
        asked = re.search(r"SELECT DISTINCT (.*?) (?:FROM|WHERE)", query)[1]
        if asked.startswith("?obs"):
            size, start = map(int, re.search(r"LIMIT (\d+) OFFSET (\d+)$", query).groups())
            return rows(*self.observations[start : start + min(size, self.cap)])
        known = {
            "(COUNT(DISTINCT ?obs) AS ?n)": [{"n": self.counted}],
            "?version ?status ?modified ?issued": self.about,
            "?path ?name ?kind": self.dimensions,
            "?path ?value ?ident ?label": self.codes,
            "?cube ?version": self.versions,
        }
        return rows(*known[asked])


@pytest.fixture
def endpoint(service):
    found = Endpoint()
    service.on("/query", found)
    return found


@pytest.fixture
def options(service):
    return {"kind": "sparql", "url": f"{service.url}/query", "cube": CUBE}


def read(found, role="main"):
    with found.files[role].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_observations_stand_under_declared_dimensions(service, options, policy, tmp_path, endpoint):
    found = sparql.fetch(options, tmp_path, policy)
    table = read(found)
    assert list(table[0]) == ["observation", COMMUNE, SHARE]
    # Communes as keys of four digits; the rest as published.
    assert table[6] == {"observation": f"{CUBE}/o/006", COMMUNE: "0007", SHARE: "0.06"}
    assert len(table) == 7
    assert found.edition == "2026-06-01"
    assert {call.method for call in service.calls} == {"POST"}
    assert service.calls[0].headers["Accept"] == "application/sparql-results+json"


def test_dimensions_and_codes_are_kept(options, policy, tmp_path, endpoint):
    found = sparql.fetch(options, tmp_path, policy)
    assert [(one["path"], one["name"]) for one in read(found, "dimensions")] == [
        (COMMUNE, "Gemeinde"),
        (SHARE, "Anteil"),
    ]
    assert read(found, "codes") == [
        {"path": COMMUNE, "code": "0261", "identifier": "", "name": "Zürich"}
    ]


@pytest.mark.parametrize(("page", "cap", "pages"), [(3, 1000, 3), (7, 1000, 1), (1000, 2, 4)])
def test_pages_are_read_until_all_are_here(options, policy, tmp_path, endpoint, page, cap, pages):
    """A service may cap its pages below what was asked: a short page is not the last."""
    endpoint.cap = cap
    assert len(read(sparql.fetch(options | {"page": page}, tmp_path, policy))) == 7
    asked = [query for query in endpoint.asked if "OFFSET" in query]
    assert len(asked) == pages
    assert all("ORDER BY ?obs LIMIT" in query for query in asked)


def test_fewer_rows_than_counted_are_refused(options, policy, tmp_path, endpoint):
    endpoint.counted = 9
    with pytest.raises(BadAnswerError, match="counts 9 observations, 7 rows arrived"):
        sparql.fetch(options, tmp_path, policy)
    assert list(tmp_path.glob("*.csv")) == []


def test_an_observation_that_comes_twice_is_refused(options, policy, tmp_path, endpoint):
    """Two values of one dimension would count the observation twice."""
    endpoint.observations[3] = endpoint.observations[2]
    with pytest.raises(BadAnswerError, match="7 observations, 7 rows"):
        sparql.fetch(options, tmp_path, policy)


def test_an_empty_cube_is_refused(options, policy, tmp_path, endpoint):
    endpoint.counted, endpoint.observations = 0, []
    with pytest.raises(BadAnswerError, match="counts 0"):
        sparql.fetch(options, tmp_path, policy)


def test_a_value_that_is_absent_stays_empty(options, policy, tmp_path, endpoint):
    del endpoint.observations[2]["v1"]
    assert read(sparql.fetch(options, tmp_path, policy))[2][SHARE] == ""


def test_a_cube_without_dimensions_is_refused(options, policy, tmp_path, endpoint):
    endpoint.dimensions = endpoint.dimensions[2:]
    with pytest.raises(BadAnswerError, match="declares no dimension"):
        sparql.fetch(options, tmp_path, policy)


def test_the_highest_published_version_is_taken(options, policy, tmp_path, endpoint):
    base = CUBE.removesuffix("1")
    endpoint.versions = [{"cube": f"{base}{number}", "version": number} for number in (9, 10, 2)]
    sparql.fetch(options | {"cube": f"{base}latest"}, tmp_path, policy)
    assert f"<{base}10>" in endpoint.asked[1]
    assert f'STRSTARTS(STR(?cube), "{base}")' in endpoint.asked[0]


@pytest.mark.parametrize(
    ("about", "said"),
    [([], "There is no cube"), ([{"version": 1, "status": "urn:draft"}], "is not published")],
)
def test_a_cube_that_is_gone_or_a_draft_is_said(options, policy, tmp_path, endpoint, about, said):
    endpoint.about = about
    with pytest.raises(MovedError, match=f"{said}.*NGA_2"):
        sparql.fetch(options | {"successor": "NGA_2"}, tmp_path, policy)


def test_the_retired_address_is_named(service, options, policy, tmp_path):
    with pytest.raises(MovedError, match=r"asked at …/query, not …/sparql: mend 'url'"):
        sparql.fetch(options | {"url": f"{service.url}/sparql"}, tmp_path, policy)


def test_an_undated_cube_is_dated_by_its_version(options, policy, tmp_path, endpoint):
    endpoint.about = [{"version": 3, "status": NAMES["published"]}]
    assert sparql.fetch(options, tmp_path, policy).edition == "v3"


def test_another_document_is_refused(service, options, policy, tmp_path):
    service.on("/query", {"boolean": True})
    with pytest.raises(BadAnswerError, match="gave no SPARQL results"):
        sparql.fetch(options, tmp_path, policy)


@pytest.mark.parametrize("name", ["x> ; DROP ALL #", "no-scheme", "urn:a b", 'urn:"'])
def test_what_is_no_name_is_not_asked(service, options, policy, tmp_path, name):
    with pytest.raises(FactsError, match="is no name"):
        sparql.fetch(options | {"cube": name}, tmp_path, policy)
    assert service.calls == []


def test_the_graph_is_named(options, policy, tmp_path, endpoint):
    graph = "https://lindas.example/ofcom/cube"
    sparql.fetch(options | {"graph": graph}, tmp_path, policy)
    assert all(f"FROM <{graph}>" in query for query in endpoint.asked)


@pytest.mark.mirror
def test_the_recorded_dimensions_are_read(options, policy, tmp_path, endpoint, recorded):
    body = json.loads((recorded / "lindas" / "cube_dimensions.json").read_text("utf-8"))
    endpoint.dimensions = [
        {name: one["value"] for name, one in row.items()} for row in body["results"]["bindings"]
    ]
    found = sparql.fetch(options, tmp_path, policy)
    # Five key dimensions and a measure; who observed is none of them.
    assert [one["name"] for one in read(found, "dimensions")] == [
        "Anteil",
        "Verkehrsart",
        "Beurteilung",
        "Raumkategorie",
        "Läermbelastete Einheit",
        "Periode",
    ]


@pytest.mark.mirror
def test_the_recorded_name_of_a_commune_is_its_number(recorded):
    body = json.loads((recorded / "lindas" / "municipality_by_bfs.json").read_text("utf-8"))
    assert sparql.plain(body["results"]["bindings"][0]["muni"]["value"]) == "0230"


def test_bookkeeping_is_no_dimension():
    assert cube_queries.bookkeeping() == (f"{NAMES['cube']}observedBy", NAMES["rdf"])
