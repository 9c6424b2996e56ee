"""The provenance of a study: whole, true to the files beside it, and of no machine."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from divide import catalog, paths, terms
from divide.errors import ReportError
from divide.fetch import receipts
from divide.report import packages

SLUG = re.compile(r"[a-z0-9._-]+")
# Frictionless: below the package, never above it, never absolute.
BELOW = re.compile(r"(?!/|~)(?!.*\.\.)[\w./-]+")


@pytest.fixture
def study(built_default: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the reports of a home with all tables and one page, provenance written."""
    home = tmp_path / "home"
    shutil.copytree(built_default / "data", home / "data")
    (home / "reports").mkdir()
    (home / "reports" / "UR.html").write_text("<p>Uri</p>", encoding="utf-8")
    monkeypatch.setenv("DIVIDE_HOME", str(home))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    assert packages.are_missing()
    packages.write_packages()
    return home / "reports"


def read(path: Path) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_data_package_describes_every_table(study: Path) -> None:
    package = read(study / "datapackage.json")
    assert SLUG.fullmatch(package["name"]) and package["version"] == terms.VERSION
    built = {path.stem for path in paths.processed().glob("*.parquet")}
    assert built > set(terms.CONFIDENTIAL)  # answers are built here, and stay here
    built -= set(terms.CONFIDENTIAL)
    assert not [path for path in study.rglob("survey_*") if path.stem in terms.CONFIDENTIAL]
    described = {one["name"]: one.get("description", "") for one in package["resources"]}
    assert described["survey_results"].startswith("SYNTHETIC") and not described["population"]
    assert {one["name"] for one in package["resources"]} == built and len(built) >= 10
    for one in package["resources"]:
        assert SLUG.fullmatch(one["name"]) and BELOW.fullmatch(one["path"])
        path = study / one["path"]
        assert one["hash"] == f"sha256:{sha256(path)}"
        assert one["bytes"] == path.stat().st_size
        assert one["sources"] and one["licenses"], one["name"]
        for source in one["sources"]:
            assert source["name"] in catalog.sources() | catalog.publications()
            assert source["version"] and source["title"]
        assert all(licence["name"] and licence["title"] for licence in one["licenses"])


def test_fields_are_the_columns_with_their_types(study: Path) -> None:
    resources = {one["name"]: one for one in read(study / "datapackage.json")["resources"]}
    fields = {one["name"]: one["type"] for one in resources["internet_use"]["schema"]["fields"]}
    assert (fields["indicator"], fields["year"], fields["value"]) == ("string", "integer", "number")
    kinds = {f["type"] for one in resources.values() for f in one["schema"]["fields"]}
    assert kinds <= {"string", "integer", "number", "boolean", "any"}


def test_a_modelled_table_names_what_it_rests_on(study: Path) -> None:
    resources = {one["name"]: one for one in read(study / "datapackage.json")["resources"]}
    named = {one["name"] for one in resources["exclusion_risk"]["sources"]}
    assert {"bfs_ict_skills", "bfs_education", "forum_alterspolitik"} <= named
    quoted = {one["name"] for one in resources["published_rates"]["sources"]}
    assert quoted <= catalog.publications().keys() and "sem_2015" in quoted


def test_the_crate_is_a_closed_graph(study: Path) -> None:
    crate = read(study / "ro-crate-metadata.json")
    standards = catalog.facts("provenance")
    assert crate["@context"] == standards["ro_crate_context"]
    graph = {one["@id"]: one for one in crate["@graph"]}
    assert len(graph) == len(crate["@graph"])
    descriptor, root = graph["ro-crate-metadata.json"], graph["./"]
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": standards["ro_crate"]}
    assert root["@type"] == "Dataset" and root["license"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root["datePublished"])
    links = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(crate))
    assert set(links) - set(graph) <= {standards["ro_crate"], standards["mit"]}


def test_the_crate_holds_every_file_as_it_is(study: Path) -> None:
    graph = {one["@id"]: one for one in read(study / "ro-crate-metadata.json")["@graph"]}
    files = {name: one for name, one in graph.items() if one["@type"] == "File"}
    there = {path.relative_to(study).as_posix() for path in study.rglob("*") if path.is_file()}
    assert set(files) == there - {"ro-crate-metadata.json"} and "UR.html" in files
    assert {one["@id"] for one in graph["./"]["hasPart"]} == set(files)
    for name, one in files.items():
        assert one["sha256"] == sha256(study / name)
        assert int(one["contentSize"]) == (study / name).stat().st_size
    used = {one["@id"] for one in files["data/internet_use.parquet"]["isBasedOn"]}
    assert used == {"#source-bfs_ict_skills"}
    assert graph["#source-bfs_ict_skills"]["license"]["@id"] in graph


def test_a_receipt_goes_with_the_study(study: Path) -> None:
    account = paths.processed() / "internet_use.meta.json"
    told = read(account)
    told["official"] = [
        {"source": "bfs_ict_skills", "edition": "2025-12-05", "sha256": {"main": "0" * 64}}
    ]
    account.write_text(json.dumps(told), encoding="utf-8")
    # The publisher revised the edition: only one of the two is the file that was read.
    for name, digit, channel in (("2025-12-05", "1", "pxweb"), ("2025-12-05.r2", "0", "dam")):
        folder = paths.raw() / "bfs_ict_skills" / name
        folder.mkdir(parents=True)
        files = {"main": receipts.File("main.px", 1, digit * 64)}
        receipt = receipts.Receipt(
            source="bfs_ict_skills",
            edition="2025-12-05",
            register_date=None,
            channel=channel,
            fetched="2025-12-06T08:00:00+00:00",
            licence="OPEN-BY-ASK",
            files=files,
        )
        receipts.write(receipt, folder)
    packages.write_packages()
    assert read(study / "receipts" / "bfs_ict_skills.2025-12-05.json")["channel"] == "dam"
    graph = {one["@id"]: one for one in read(study / "ro-crate-metadata.json")["@graph"]}
    assert graph["receipts/bfs_ict_skills.2025-12-05.json"]["@type"] == "File"
    resources = {one["name"]: one for one in read(study / "datapackage.json")["resources"]}
    (source,) = resources["internet_use"]["sources"]
    assert (source["version"], source["sha256"]) == ("2025-12-05", {"main": "0" * 64})


def test_no_path_of_the_machine_is_told(study: Path) -> None:
    for name in packages.NAMES:
        text = (study / name).read_text(encoding="utf-8")
        for part in (str(paths.home()), str(paths.PACKAGE), str(Path.home()) + "/", "file:"):
            assert part not in text
        assert not re.search(r'"/[a-z]+/', text)


def test_another_file_than_the_account_tells_of_is_refused(study: Path) -> None:
    (paths.processed() / "places.parquet").write_bytes(b"other")
    with pytest.raises(ReportError, match=r"places\.parquet is not the file"):
        packages.write_packages()


def test_a_table_that_is_gone_leaves_the_study(study: Path) -> None:
    for suffix in (".parquet", ".meta.json"):
        (paths.processed() / f"visibility{suffix}").unlink()
    packages.write_packages()
    assert not (study / "data" / "visibility.parquet").exists()
    assert (study / "data" / "places.parquet").exists()


def test_what_is_written_is_not_missing(study: Path) -> None:
    assert not packages.are_missing()
    (study / "datapackage.json").unlink()
    assert packages.are_missing()
    assert not list(study.rglob("*.part"))
