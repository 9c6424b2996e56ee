"""STAC: all pages, the newest item, the asset by type and projection, the checksum."""

import hashlib
import io
import zipfile

import pytest

from divide.errors import BadAnswerError, FactsError, MovedError, SourceChangedError
from divide.fetch import stac

ITEMS = "/stac/collections/ch.swisstopo.swissboundaries3d/items"
SHAPES = "application/x.shapefile+zip"


def zipped(content="x" * 50):
    """Return the bytes of a small zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("K4.shp", content)
    return held.getvalue()


BODY = zipped()
# geo.admin.ch writes sha2-256 (0x12) of 32 bytes (0x20) as a multihash in capitals.
HASH = "1220" + hashlib.sha256(BODY).hexdigest().upper()


def asset(service, name, *, media=SHAPES, epsg=2056, checksum=HASH):
    return {
        "type": media,
        "href": f"{service.url}/files/{name}",
        "proj:epsg": epsg,
        "checksum:multihash": checksum,
    }


def item(service, name, day, **assets):
    default = {"whatever_name": asset(service, f"{name}.shp.zip")}
    return {"id": name, "properties": {"datetime": f"{day}T00:00:00Z"}, "assets": assets or default}


@pytest.fixture
def options(service):
    return {
        "kind": "stac",
        "url": f"{service.url}/stac",
        "collection": "ch.swisstopo.swissboundaries3d",
        "media": SHAPES,
        "file": "boundaries.zip",
        "format": "zip",
        "register_date": "edition",
    }


@pytest.fixture
def pages(service):
    """Serve lists of items, each page leading to the next."""

    def fill(*lists):
        def page(call):
            at = int(call.query.get("cursor", 0))
            links = [{"rel": "self", "href": f"{service.url}{ITEMS}"}]
            if at + 1 < len(lists):
                links.append({"rel": "next", "href": f"{service.url}{ITEMS}?cursor={at + 1}"})
            return {"features": lists[at], "links": links}

        service.on(ITEMS, page)
        for one in (one for found in lists for one in found):
            for part in one["assets"].values():
                service.on(part["href"].removeprefix(service.url), BODY)

    return fill


def test_the_newest_item_may_lie_on_a_later_page(service, options, policy, tmp_path, pages):
    pages(
        [item(service, "b_2024-01", "2024-01-01"), item(service, "b_2023-01", "2023-01-01")],
        [item(service, "b_2026-01", "2026-01-01")],
        [item(service, "b_2025-01", "2025-01-01")],
    )
    found = stac.fetch(options, tmp_path, policy)
    assert [call.path for call in service.calls] == [ITEMS] * 3 + ["/files/b_2026-01.shp.zip"]
    assert found.files["main"].read_bytes() == BODY
    assert (found.edition, found.register_date) == ("2026-01-01", "2026-01-01")
    assert found.notes == ()


def test_pages_in_a_circle_are_left(service, options, policy, tmp_path):
    links = [{"rel": "next", "href": f"{service.url}{ITEMS}?cursor=1"}]
    service.on(ITEMS, {"features": [], "links": links})
    with pytest.raises(BadAnswerError, match="in a circle"):
        stac.fetch(options, tmp_path, policy)
    assert len(service.calls) == 2


def test_an_item_is_chosen_by_its_day(service, options, policy, tmp_path, pages):
    pages([item(service, "b_2026", "2026-01-01"), item(service, "b_2024", "2024-01-01")])
    assert stac.fetch(options | {"date": "2024"}, tmp_path, policy).edition == "2024-01-01"
    with pytest.raises(SourceChangedError, match="There are: b_2026, b_2024"):
        stac.fetch(options | {"date": "2022"}, tmp_path, policy)


def test_of_two_newest_none_is_taken(service, options, policy, tmp_path, pages):
    pages([item(service, "tile_1", "2026-01-01"), item(service, "tile_2", "2026-01-01")])
    with pytest.raises(SourceChangedError, match="2 items fit"):
        stac.fetch(options, tmp_path, policy)
    stac.fetch(options | {"item": "tile_2"}, tmp_path, policy)
    assert service.calls[-1].path == "/files/tile_2.shp.zip"


def test_type_and_projection_choose_not_the_name(service, options, policy, tmp_path, pages):
    assets = {
        "boundaries_2056.shp.zip": asset(service, "wgs.zip", epsg=4326),
        "boundaries_2056.gpkg.zip": asset(service, "a.gpkg.zip", media="application/geo+json"),
        "renamed": asset(service, "right.zip"),
    }
    pages([item(service, "b", "2026-01-01", **assets)])
    stac.fetch(options, tmp_path, policy)
    assert service.calls[-1].path == "/files/right.zip"


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({"proj:epsg": 2056}, True),
        ({"proj:epsg": 4326}, False),
        ({"proj:code": "EPSG:2056"}, True),
        ({"href": "x/mobilnetz-5g_2056.tif"}, True),
        ({"href": "x/boundaries_2026-01_2056_5728.shp.zip"}, True),
        ({"href": "2056/boundaries_4326.zip"}, False),
        ({"href": "x/boundaries_20561.zip"}, False),
    ],
)
def test_the_projection_is_read_where_it_stands(more, fits):
    found = {"id": "x", "assets": {"a": {"type": SHAPES, "href": "x.zip"} | more}}
    options = {"kind": "stac", "media": SHAPES}
    if fits:
        assert stac.choose(found, options) == found["assets"]["a"]
    else:
        with pytest.raises(SourceChangedError, match="0 assets are of type"):
            stac.choose(found, options)


def test_parameters_of_a_type_count_if_asked_for():
    full = "image/tiff; application=geotiff; profile=cloud-optimized"
    found = {"id": "x", "assets": {"a": {"type": full, "href": "x_2056.tif"}}}
    for media in ("image/tiff", full.replace(" ", "")):
        assert stac.choose(found, {"kind": "stac", "media": media})
    with pytest.raises(SourceChangedError):
        stac.choose(found, {"kind": "stac", "media": "image/tiff; application=geotiff"})


def test_a_whole_file_with_another_checksum_is_refused(service, options, policy, tmp_path, pages):
    pages([item(service, "b", "2026-01-01")])
    service.on("/files/b.shp.zip", zipped("x" * 49 + "y"))
    with pytest.raises(BadAnswerError):
        stac.fetch(options, tmp_path, policy)
    assert not (tmp_path / "boundaries.zip").exists()


def test_a_file_without_checksum_is_said(service, options, policy, tmp_path, pages):
    # 0x11 is sha1: nothing to compare a sha256 with.
    sha1 = asset(service, "old.zip", checksum="1114" + "a" * 40)
    pages([item(service, "b", "2026-01-01", a=sha1)])
    assert "no sha256" in stac.fetch(options, tmp_path, policy).notes[0]


def test_two_checksums_that_differ_are_refused():
    both = {"file:checksum": "1220" + "a" * 64, "checksum:multihash": "1220" + "b" * 64}
    with pytest.raises(BadAnswerError, match="two checksums"):
        stac.checksum(both)


def test_a_collection_that_is_gone_is_said(options, policy, tmp_path):
    with pytest.raises(MovedError, match="no collection"):
        stac.fetch(options, tmp_path, policy)


def test_a_type_must_be_named(service, options, policy, tmp_path, pages):
    pages([item(service, "b", "2026-01-01")])
    del options["media"]
    with pytest.raises(FactsError, match="needs 'media'"):
        stac.fetch(options, tmp_path, policy)
