"""opendata.swiss as a resolver: the right resource or none."""

import json

import pytest

from divide.errors import BadAnswerError, MovedError, SourceChangedError
from divide.fetch import ckan

ROWS = "jahr;wert\n2025;1\n"


def resources(service):
    """Two languages of one table, each with a human page and a file, as recorded in 2026."""
    found = []
    for language, number, letter in (("de", "36346864", "d"), ("fr", "36346867", "f")):
        page = f"{service.url}/asset/{language}/je-{letter}-03.03.00.01"
        file = f"{service.url}/assets/{number}/master"
        known = {"language": [language], "issued": "2026-02-17T07:30:00+00:00"}
        found += [
            known | {"url": page, "identifier": f"{number}-{language}@bfs"},
            known
            | {
                "url": file,
                "download_url": file,
                "identifier": f"{number}-master@bfs",
                "media_type": "application/vnd.ms-excel",
                "modified": "2026-02-05T09:33:18.448000+00:00",
            },
        ]
    return found


@pytest.fixture
def options(service):
    return {
        "kind": "ckan",
        "url": f"{service.url}/api/3/action",
        "package": "erwerbslose",
        "order": "je-f-03.03.00.01",
        "file": "x.csv",
        "format": "csv",
        "language": "fr",
    }


@pytest.fixture
def package(service):
    """Serve the package, and refuse who does not say his name, as the service does."""
    found = {
        "name": "erwerbslose",
        "identifier": "36346859@bfs",
        "title": {"de": "Erwerbslose", "fr": "Chômeurs", "en": ""},
        "resources": resources(service),
    }

    def show(call):
        if not call.headers.get("User-Agent", "").startswith("divide/"):
            return 403, "Forbidden"
        return {"success": True, "result": found}

    service.on("/api/3/action/package_show", show)
    for number in ("36346864", "36346867"):
        service.on(f"/assets/{number}/master", ROWS)
    return found


def test_an_order_number_leads_to_its_file(service, options, policy, tmp_path, package):
    found = ckan.fetch(options, tmp_path, policy)
    assert [call.path for call in service.calls][1:] == ["/assets/36346867/master"]
    assert service.calls[0].query == {"id": "erwerbslose"}
    assert found.files["main"].read_text("utf-8") == ROWS
    assert found.edition == "2026-02-05"
    assert "Chômeurs" in found.notes[0]


def search(*packages):
    return {"success": True, "result": {"count": len(packages), "results": list(packages)}}


def test_a_package_is_found_by_the_page_of_its_order_number(
    service, options, policy, tmp_path, package
):
    """A search is loose: packages that only speak of the number do not count."""
    del options["package"]
    other = {"name": "other", "resources": [{"url": f"{service.url}/je-f-03.03.00.011"}]}
    service.on("/api/3/action/package_search", search(other, package))
    asked = options | {"organization": "bundesamt-fur-statistik-bfs", "edition": "2026"}
    found = ckan.fetch(asked, tmp_path, policy)
    assert service.calls[0].query == {
        "q": '"je-f-03.03.00.01"',
        "rows": "50",
        "fq": "organization:bundesamt-fur-statistik-bfs",
    }
    assert service.calls[1].path == "/assets/36346867/master"
    assert found.edition == "2026"


def test_a_search_that_finds_none_or_two_chooses_none(service, options, policy, tmp_path, package):
    del options["package"]
    service.on("/api/3/action/package_search", search())
    with pytest.raises(MovedError, match="No package shows a page of je-f-03"):
        ckan.fetch(options, tmp_path, policy)
    service.on("/api/3/action/package_search", search(package, package | {"name": "again"}))
    with pytest.raises(SourceChangedError, match="erwerbslose, again all show"):
        ckan.fetch(options, tmp_path, policy)
    service.on("/api/3/action/package_search", {"success": False})
    with pytest.raises(BadAnswerError, match="no list of packages"):
        ckan.fetch(options, tmp_path, policy)


def test_a_language_leads_to_its_file(service, options, policy, tmp_path, package):
    del options["order"]
    ckan.fetch(options | {"language": "de"}, tmp_path, policy)
    assert service.calls[-1].path == "/assets/36346864/master"


def test_a_direct_address_is_found_by_its_end(service, options, policy, tmp_path, package):
    package["resources"].append({"url": f"{service.url}/ogd/quoten.csv", "language": ["fr"]})
    service.on("/ogd/quoten.csv", ROWS)
    del options["order"]
    ckan.fetch(options | {"ends": "quoten.csv"}, tmp_path, policy)
    assert service.calls[-1].path == "/ogd/quoten.csv"


@pytest.mark.parametrize("change", [{"order": "je-i-1"}, {"order": None, "language": "it"}])
def test_without_one_fitting_resource_none_is_taken(
    service, options, policy, tmp_path, package, change
):
    options = {name: value for name, value in (options | change).items() if value}
    with pytest.raises(SourceChangedError):
        ckan.fetch(options, tmp_path, policy)
    assert len(service.calls) == 1


def test_of_two_none_is_taken(options, policy, tmp_path, package):
    package["resources"].append(package["resources"][3])
    with pytest.raises(SourceChangedError, match="2 resources fit"):
        ckan.fetch(options, tmp_path, policy)


def test_another_package_of_the_same_name_is_refused(options, policy, tmp_path, package):
    with pytest.raises(SourceChangedError, match="36346859@bfs, not 1@bfs"):
        ckan.fetch(options | {"identifier": "1@bfs"}, tmp_path, policy)


def test_a_package_that_is_gone_is_said(service, options, policy, tmp_path):
    service.on("/api/3/action/package_show", (404, {"success": False}))
    with pytest.raises(MovedError, match="no package 'erwerbslose'"):
        ckan.fetch(options, tmp_path, policy)


def test_a_refusal_inside_status_200_is_one(service, options, policy, tmp_path):
    service.on("/api/3/action/package_show", {"success": False, "error": {"message": "Denied"}})
    with pytest.raises(BadAnswerError, match="Denied"):
        ckan.fetch(options, tmp_path, policy)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("order", "asset"), [("je-d-03.03.00.01", "36346864"), ("je-f-03.03.00.01", "36346867")]
)
def test_the_recorded_package_resolves(recorded, order, asset):
    path = recorded / "seco" / "ckan_package_show_jahresreihe.json"
    package = json.loads(path.read_text("utf-8"))["result"]
    found = ckan.choose(package, {"kind": "ckan", "order": order})
    assert found["download_url"].endswith(f"/assets/{asset}/master")


@pytest.mark.mirror
def test_a_file_of_a_canton_is_found_in_its_recorded_package(recorded):
    path = recorded / "seco" / "ckan_package_show.json"
    package = json.loads(path.read_text("utf-8"))["result"]
    found = ckan.choose(package, {"kind": "ckan", "ends": ".csv"})
    assert found["url"].endswith(".csv")
